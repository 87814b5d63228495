"""`discover terraform`: plans and states of Terraform and OpenTofu."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from estimator.discovery.drafting import Draft, check_replace, draft
from estimator.discovery.drafting.names import short_names
from estimator.discovery.estate import Estate
from estimator.discovery.terraform.documents import Document
from estimator.discovery.terraform.expressions import Expressions
from estimator.discovery.terraform.files import load
from estimator.discovery.terraform.gaps import note_gaps
from estimator.discovery.terraform.nodes import nodes_of
from estimator.discovery.terraform.references import Owners, References
from estimator.discovery.terraform.resources import ResourceParser
from estimator.measurement.paths import as_paths
from estimator.measurement.recognition import naming_files
from pricing.reading.problems import KmscostError, Problem


def discover_terraform(
    paths: str | Path | Sequence[str | Path],
    account: str | None = None,
    region: str | None = None,
    merge: str | Path | None = None,
    replace: bool = False,
) -> Draft:
    """Draft an inventory from what Terraform or OpenTofu plans or keeps.

    Parameters
    ----------
    paths
        Files with the output of `terraform show -json`, of a plan or a state, state files of
        version 4, and the output of `pulumi stack export` and `pulumi preview --json`.
    account, region
        Taken where a file does not say in which account and Region its provider works.
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.

    Raises
    ------
    KmscostError
        With every file that is no plan or state.
    """
    check_replace(merge, replace)
    names = as_paths(paths)
    estate = Estate()
    estate.set_placeholders(account, region)
    problems: list[Problem] = []
    for name, source in zip(names, short_names(names), strict=True):
        try:
            with naming_files("discover terraform"):
                documents, notices, failures = load(name)
            for notice in notices:
                estate.note(notice)
            for number, document in enumerate(documents, 1):
                # an address of one plan is another resource in the next
                label = source if len(documents) == 1 else f"{source} ({number})"
                _read(estate, document, label)
                # which of several documents an error is of, nobody says: the first has it
                for failure in failures if number == 1 else ():
                    estate.completeness.missed("trails", label, failure)
        except KmscostError as error:
            problems += error.problems
    if problems:
        raise KmscostError(problems)
    return draft(estate, ["terraform", *names], merge, replace)


def _read(estate: Estate, document: Document, source: str) -> None:
    expressions = Expressions(document, source)
    nodes = list(nodes_of(document, source, expressions))
    destroyed = note_gaps(estate, document, source, nodes, expressions)
    owners = Owners(nodes, expressions)
    references = References(nodes, expressions)
    ResourceParser(estate, nodes, references, owners).read(destroyed)
