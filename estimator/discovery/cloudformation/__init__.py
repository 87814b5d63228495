"""`discover cloudformation`: templates, with every function that they leave open as a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from estimator.discovery.cloudformation.functions import Functions
from estimator.discovery.cloudformation.resources import ResourceParser, read_templates
from estimator.discovery.cloudformation.stack_links import Exports, NestedStacks
from estimator.discovery.cloudformation.template import Template, load_template
from estimator.discovery.drafting import Draft, check_replace, draft
from estimator.discovery.drafting.names import short_names
from estimator.discovery.estate import Estate
from estimator.figures import listed
from estimator.measurement.paths import as_paths
from estimator.measurement.recognition import naming_files
from pricing.reading.problems import KmscostError, Problem, UsageError
from pricing.reading.scalar_writer import scalar
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
        No template has a parameter of a given name, or it does not allow the value.
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
    _check_parameters(given, [functions.template for functions in found])
    found = NestedStacks(found).link(estate)
    exports = Exports(found, given, account, region)
    for functions in found:
        functions.exports = exports.value
    read_templates([ResourceParser(estate, functions.template, functions) for functions in found])
    for functions in found:
        estate.notices += functions.template.notices
        _note_defaults(estate, functions.template.source, functions)
    return draft(estate, ["cloudformation", *names], merge, replace)


def _check_parameters(given: Mapping[str, str], templates: Sequence[Template]) -> None:
    """Refuse names that no template has, for defaults would stand there, and values unheard of."""
    known = sorted({name for template in templates for name in template.parameters})
    for name, value in given.items():
        if name not in known:
            expected = f"one of {listed(known)}" if known else "none: no template has any"
            fix = did_you_mean(name, known)
            raise UsageError(Problem("parameters", None, "", repr(name), expected, fix))
        for template in templates:
            parameter = template.parameters.get(name)
            allowed = _allowed_values(parameter)
            if allowed and value not in allowed:
                expected = f"one of {listed(allowed)} for {name}"
                fix = did_you_mean(value, allowed)
                raise UsageError(Problem("parameters", None, "", repr(value), expected, fix))
            number = _missed_number(parameter, value)
            if number:
                expected = f"{number} for {name}"
                raise UsageError(Problem("parameters", None, "", repr(value), expected, ""))


def _missed_number(parameter: Any, value: str) -> str:
    """The numbers that a parameter may be, where a value is none of them; else empty."""
    if not isinstance(parameter, Mapping) or parameter.get("Type") != "Number":
        return ""
    low, high = (_number(str(parameter.get(name))) for name in ("MinValue", "MaxValue"))
    number = _number(value)
    fits = (
        number is not None and (low is None or low <= number) and (high is None or number <= high)
    )
    if fits:
        return ""
    ends = (("no less than", low), ("no more than", high))
    words = [f"{word} {end:f}" for word, end in ends if end is not None]
    return " ".join(("a number", " and ".join(words))).strip()


def _number(text: str) -> Decimal | None:
    """A number as CloudFormation reads it; None for other text."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _allowed_values(parameter: Any) -> list[str]:
    """The texts that a parameter may be; empty where it may be anything, or what is not text."""
    allowed = parameter.get("AllowedValues") if isinstance(parameter, Mapping) else None
    is_list = isinstance(parameter, Mapping) and "List" in str(parameter.get("Type"))
    # a list is allowed item by item; yes without quotes is true to AWS, and 1.10 is 1.1
    is_plain = isinstance(allowed, list) and all(
        isinstance(value, str) and scalar(value) == value for value in allowed
    )
    return list(allowed) if isinstance(allowed, list) and is_plain and not is_list else []


def _note_defaults(estate: Estate, source: str, functions: Functions) -> None:
    used = ", ".join(f"{name}={value!r}" for name, value in sorted(functions.defaults.items()))
    if used:
        estate.note(f"{source}: parameters at their defaults: {used:.600} (--parameter NAME=VALUE)")
