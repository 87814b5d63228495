"""`check`: what an inventory means."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import InventoryPath, Output, say, show, width
from estimator.report.formats.json_and_csv import to_json
from pricing.reading.problems import KmscostError


class CheckFormat(StrEnum):
    """The format of the answer."""

    table = "table"
    json = "json"


def check(
    inventory: InventoryPath,
    form: Annotated[
        CheckFormat | None,
        typer.Option("--format", "-f", help="Default: what --output ends with, else table."),
    ] = None,
    output: Output = None,
) -> None:
    """Say what an inventory means, or every mistake in it at once."""
    from estimator import check as read
    from estimator.inventory import read_back

    try:
        result = read(inventory)
    except KmscostError as error:
        if form is CheckFormat.json:
            show(to_json({"problems": [problem.__dict__ for problem in error.problems]}), output)
        raise
    description = read_back(result)
    if form is CheckFormat.json:
        show(to_json({"problems": [], "inventory": description.to_dict()}), output)
        return
    say(result.notices)
    show(f"{description.text(width(output))}\n", output)


app = single(check, "kmscost check examples/organization.yaml")
