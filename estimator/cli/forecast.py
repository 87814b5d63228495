"""`forecast`: KMS requests and cost, month by month."""

from __future__ import annotations

from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Form,
    InventoryPath,
    Months,
    Output,
    Rates,
    Settings,
    Start,
    answer,
    complete_columns,
    read_discount,
)


def forecast(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help="Tell apart, separated by commas: trail, reader, account, region, billed-account, "
            "billed-region, payer, key, cause, operation, ou, tag:NAME, billed-ou, "
            "billed-tag:NAME; or all. Alone: budget (month by "
            "month), quota (requests per second) or event (paid copies of KMS events).",
            metavar="COLUMN,...",
            autocompletion=complete_columns,
        ),
    ] = None,
    rates: Rates = None,
    discount: Discount = "0%",
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="Exit 3 where a month costs more: a budget's name, all budgets, or an amount for "
            "everything, as 25 or USD 25.00.",
            metavar="BUDGET|USD",
        ),
    ] = None,
    settings: Settings = None,
    form: Form = None,
    output: Output = None,
) -> None:
    """Forecast KMS requests and cost, month by month."""
    from estimator import forecast as compute
    from estimator.report.answers.forecast import ForecastAnswer

    share = read_discount(discount)
    result = compute(inventory, start, months, by, rates, share, fail_over, settings)
    answer(ForecastAnswer(result), form, output)


app = single(forecast, "kmscost forecast examples/organization.yaml --by trail,cause")
