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
    ou: Annotated[
        str | None,
        typer.Option("--ou", help="Only accounts of this OU and those beneath it.", metavar="PATH"),
    ] = None,
    tag: Annotated[
        str | None,
        typer.Option("--tag", help="Only accounts with this tag.", metavar="NAME=VALUE"),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="First month of the forecast: growth without as_of counts from it. Default: the "
            "current one.",
            metavar="YYYY-MM",
        ),
    ] = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Walk one number from assumption to dollar."""
    from estimator import explain as walk
    from estimator.report.answers.explanation import ExplanationAnswer

    share = read_discount(discount)
    explanation = walk(inventory, month, account, region, trail, start, rates, share, ou, tag)
    answer(ExplanationAnswer(explanation), form, output)


app = single(explain, "kmscost explain examples/organization.yaml --month 2026-11 --trail org")
