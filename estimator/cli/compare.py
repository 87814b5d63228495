"""`compare`: inventories and what-ifs side by side, and a gate for pull requests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    By,
    Discount,
    Form,
    Months,
    Output,
    Rates,
    Settings,
    Start,
    answer,
    read_discount,
)


def compare(
    base: Annotated[
        Path, typer.Argument(help="Inventory that all others are compared with.", metavar="BASE")
    ],
    other: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Other inventories, or scenario files; --set holds on top of each.",
            metavar="OTHER",
        ),
    ] = None,
    start: Start = None,
    months: Months = 12,
    by: By = None,
    settings: Settings = None,
    fail_over: Annotated[
        str | None,
        typer.Option(
            "--fail-over",
            help="Exit with 3 where something costs more than BASE by this share or amount over "
            "the whole span.",
            metavar="10%|USD",
        ),
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Also why, and month by month.", show_default=False)
    ] = False,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Compare inventories, or what-ifs: requests, cost, and why."""
    from estimator import compare as compute
    from estimator.report.answers.comparison import ComparisonAnswer
    from estimator.scenarios.comparison import read_increase_limit

    limit = None if fail_over is None else read_increase_limit(fail_over)
    share = read_discount(discount)
    comparison = compute(base, other or (), start, months, by, settings, rates, share)
    answer(ComparisonAnswer(comparison, limit), form, output, details or by is not None)


app = single(
    compare,
    "kmscost compare examples/organization.yaml --set 'trails[org].bucket.bucket_key=true' "
    "--fail-over 10%",
)
