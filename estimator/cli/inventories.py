"""`init`, `check` and `schema`: an inventory's beginning, its meaning, its format."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import InventoryPath, Output, say, show
from pricing.reading.problems import KmscostError


class CheckFormat(StrEnum):
    """How the answer is written."""

    table = "table"
    json = "json"


class Schema(StrEnum):
    """The documents that have a schema."""

    inventory = "inventory"
    rates = "rates"
    scenario = "scenario"
    measurement = "measurement"


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("inventory.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented starter inventory."""
    from estimator.inventory import init as write_starter

    written = write_starter(path, force)
    typer.echo(f"Wrote {written}. Next: edit it, then run `kmscost check {written}`.")


def check(
    inventory: InventoryPath,
    form: Annotated[
        CheckFormat, typer.Option("--format", "-f", help="How to write it.")
    ] = CheckFormat.table,
    output: Output = None,
) -> None:
    """Say what an inventory means, or every mistake in it at once."""
    from estimator.inventory import check as read
    from estimator.report.data import to_json

    try:
        found = read(inventory)
    except KmscostError as error:
        if form is CheckFormat.json:
            show(to_json({"problems": [problem.__dict__ for problem in error.problems]}), output)
        raise
    if form is CheckFormat.json:
        counts = {"summary": found.summary(), "streams": found.streams()}
        show(to_json({"problems": [], "inventory": counts}), output)
        return
    say(found.notices)
    show(f"{inventory}: {found.summary()}\n", output)


def schema(
    of: Annotated[
        Schema, typer.Argument(help="inventory, rates, scenario or measurement.")
    ] = Schema.inventory,
    output: Output = None,
) -> None:
    """Print the JSON Schema of an inventory, a rate table, a scenario file or a measurement."""
    from estimator import schema as describe
    from estimator.report.data import to_json

    show(to_json(describe(of.value)), output)


APPS = {
    "init": single(init, "Example: kmscost init my-organization.yaml"),
    "check": single(check, "Example: kmscost check examples/organization.yaml"),
    "schema": single(schema, "Example: kmscost schema > inventory.schema.json"),
}
