"""`advise`: what would save money, tried and ranked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
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
    Start,
    answer,
    read_discount,
)
from estimator.cli.progress import progress_bar, sizes_of_files


def advise(
    inventory: InventoryPath,
    start: Start = None,
    months: Months = 12,
    rates: Rates = None,
    discount: Discount = "0%",
    form: Form = None,
    output: Output = None,
    actuals: Annotated[
        list[Path] | None,
        typer.Option(
            "--actuals",
            help="Log files of CloudTrail, folders of them, or what measure cloudtrail wrote: "
            "what S3 Bucket Keys would save is replayed from them. May be given several times.",
            metavar="LOGS",
        ),
    ] = None,
    responses: Annotated[
        list[Path] | None,
        typer.Option(
            "--responses",
            help="Saved responses of AWS about keys, or folders of them, as discover aws-responses "
            "reads them. May be given several times.",
            metavar="PATH",
        ),
    ] = None,
    unused_days: Annotated[
        int,
        typer.Option(
            "--unused-days",
            help="So long without use makes a key one that can go.",
            metavar="DAYS",
        ),
    ] = 90,
) -> None:
    """Rank what would save money, with what it loses and how to do it."""
    from estimator import advise as find_savings
    from estimator.report.answers.advice import AdviceAnswer

    share = read_discount(discount)
    sizes = partial(sizes_of_files, actuals) if actuals else None
    with progress_bar(sizes) as progress:
        advice = find_savings(
            inventory,
            start,
            months,
            rates,
            share,
            actuals or None,
            responses or None,
            unused_days,
            progress,
        )
    answer(AdviceAnswer(advice), form, output)


app = single(advise, "kmscost advise examples/organization.yaml --from 2026-11")
