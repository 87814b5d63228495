"""`discover cloudformation`: templates, with every function that they leave open as a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from estimator.discovery.cloudformation.functions import Functions
from estimator.discovery.cloudformation.resources import ResourceParser, read_templates
from estimator.discovery.cloudformation.stack_links import Exports, NestedStacks
from estimator.discovery.cloudformation.template import load_template
from estimator.discovery.drafting import Draft, check_replace, draft
from estimator.discovery.drafting.names import short_names
from estimator.discovery.estate import Estate
from estimator.figures import listed
from estimator.measurement.paths import as_paths
from estimator.measurement.recognition import naming_files
from pricing.reading.problems import KmscostError, Problem, UsageError
from pricing.reading.words import did_you_mean


def discover_cloudformation(
    paths: str | Path | Sequence[str | Path],
    account: str | None = None,
    region: str | None = None,
    parameters: Mapping[str, str] | None = None,
    merge: str | Path | None = None,
    replace: bool = False,
) -> Draft:
    """Draft an inventory from templates of CloudFormation.

    Parameters
    ----------
    paths
        Templates in YAML or JSON.
    account, region
        Where they are deployed: no template says so.
    parameters
        Values of the templates' parameters; their defaults where none is given.
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.

    Raises
    ------
    KmscostError
        With every file that is no template.
    UsageError
        No template has a parameter of a given name.
    """
    check_replace(merge, replace)
    names = as_paths(paths)
    estate = Estate()
    estate.set_placeholders(account, region)
    given = dict(parameters or {})
    problems: list[Problem] = []
    found: list[Functions] = []
    for name, source in zip(names, short_names(names), strict=True):
        try:
            with naming_files("discover cloudformation"):
                template = load_template(name, source)
        except KmscostError as error:
            problems += error.problems
            continue
        found.append(Functions(template, given, account, region))
    if problems:
        raise KmscostError(problems)
    _check_parameters(given, {name for each in found for name in each.template.parameters})
    found = NestedStacks(found).link(estate)
    exports = Exports(found, given, account, region)
    for functions in found:
        functions.exports = exports.value
    read_templates([ResourceParser(estate, functions.template, functions) for functions in found])
    for functions in found:
        estate.notices += functions.template.notices
        _note_defaults(estate, functions.template.source, functions)
    return draft(estate, ["cloudformation", *names], merge, replace)


def _check_parameters(given: Mapping[str, str], known: set[str]) -> None:
    """Refuse names that no template has: the defaults would stand in silence."""
    for name in given:
        if name not in known:
            expected = f"one of {listed(sorted(known))}" if known else "none: no template has any"
            fix = did_you_mean(name, sorted(known))
            raise UsageError(Problem("parameters", None, "", repr(name), expected, fix))


def _note_defaults(estate: Estate, source: str, functions: Functions) -> None:
    used = ", ".join(f"{name}={value!r}" for name, value in sorted(functions.defaults.items()))
    if used:
        estate.note(f"{source}: parameters at their defaults: {used:.600} (--parameter NAME=VALUE)")
