"""`explain`: how one number comes about."""

from __future__ import annotations

from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    InventoryPath,
    Output,
    Rates,
    Start,
    answer,
    read_discount,
)


def explain(
    inventory: InventoryPath,
    month: Annotated[
        str | None,
        typer.Option("--month", help="Default: the current one.", metavar="YYYY-MM"),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Only this account.", metavar="ID")
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Only this Region.", metavar="REGION")
    ] = None,
    trail: Annotated[
        str | None, typer.Option("--trail", help="Only this trail, reader or key.", metavar="NAME")
    ] = None,
    start: Start = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Walk one number from assumption to dollar."""
    from estimator import explain as walk
    from estimator.report.answers.explanation import ExplanationAnswer

    share = read_discount(discount)
    explanation = walk(inventory, month, account, region, trail, start, rates, share)
    answer(ExplanationAnswer(explanation), form, output)


app = single(explain, "kmscost explain examples/organization.yaml --month 2026-11 --trail org")
