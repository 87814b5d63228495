"""`attribute`: whose KMS requests are, and what each costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import Discount, Form, Output, Rates, answer, read_discount


def attribute(
    logs: Annotated[
        list[Path],
        typer.Argument(
            help="CloudTrail's log files or folders of them, or what measure cloudtrail wrote.",
            metavar="LOGS",
            readable=False,
        ),
    ],
    bill: Annotated[
        list[Path] | None,
        typer.Option(
            "--bill",
            help="What measure bill reads; may be given several times. Default: the rate table.",
            metavar="BILL",
            readable=False,
        ),
    ] = None,
    month: Annotated[
        str | None,
        typer.Option(
            "--month", help="Default: all that logs and bill both have.", metavar="YYYY-MM"
        ),
    ] = None,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
) -> None:
    """Share a KMS bill out among services, resources, callers and keys."""
    from estimator import attribute as compute
    from estimator.report.answers.attribution import AttributionAnswer

    attribution = compute(logs, bill or None, month, rates, read_discount(discount))
    answer(AttributionAnswer(attribution), form, output)


app = single(
    attribute,
    ("kmscost attribute examples/attribution/measured.json --bill examples/attribution/bill.csv"),
)
