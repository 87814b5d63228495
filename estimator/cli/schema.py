"""`schema`: the formats of files, for editors and other tools."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import Endings, Output, show
from estimator.report.formats.json_and_csv import to_json


class Document(StrEnum):
    """The documents that have a schema."""

    inventory = "inventory"
    rates = "rates"
    scenario = "scenario"
    measurement = "measurement"


def schema(
    of: Annotated[
        Document,
        typer.Argument(help="inventory, rates, scenario or measurement.", metavar="DOCUMENT"),
    ] = Document.inventory,
    output: Annotated[Output, Endings((".json",))] = None,
) -> None:
    """Print the JSON Schema of one of the files that people write."""
    from estimator import schema as describe

    show(to_json(describe(of.value)), output)


app = single(schema, "kmscost schema > inventory.schema.json")
