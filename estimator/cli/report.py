"""`report`: what leaves the terminal for people to read, each month."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    ActualsOption,
    Discount,
    Draws,
    InventoryPath,
    Output,
    Rates,
    Seed,
    Settings,
    read_discount,
    say,
    show,
)
from estimator.report.formats.json_and_csv import to_json


class ReportFormat(StrEnum):
    """The format of a report."""

    markdown = "markdown"
    html = "html"
    json = "json"


def report(
    inventory: InventoryPath,
    month: Annotated[
        str | None,
        typer.Option("--month", help="Default: the last whole month.", metavar="YYYY-MM"),
    ] = None,
    actuals: ActualsOption = None,
    bill: Annotated[
        list[Path] | None,
        typer.Option(
            "--bill",
            help="File or folder of the bill, or JSON of measure bill; may be given several times.",
            metavar="PATH",
        ),
    ] = None,
    months_ahead: Annotated[
        int,
        typer.Option(
            "--months-ahead", help="How many months after it are forecast.", metavar="NUMBER"
        ),
    ] = 12,
    rates: Rates = None,
    discount: Discount = "0%",
    seed: Seed = None,
    draws: Draws = 10_000,
    advice: Annotated[
        bool | None,
        typer.Option(
            "--advice/--no-advice",
            help="What would save money: takes longer than all the rest. Default: with it up to "
            "2,000 accounts.",
        ),
    ] = None,
    settings: Settings = None,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            help="JSON of earlier reports: read, then written with this one in it. Their forecasts "
            "are held against the bills, their inventory against this one.",
            metavar="FILE",
        ),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", "-f", help="Default: what --output ends with, else markdown."),
    ] = None,
    output: Output = None,
) -> None:
    """Write the monthly budget report, as one HTML file or Markdown."""
    from estimator.report.monthly import report as compute

    share = read_discount(discount)
    monthly = compute(
        inventory,
        month,
        actuals or None,
        bill or None,
        months_ahead,
        rates,
        share,
        seed,
        draws,
        advice,
        history,
        settings,
    )
    if form is ReportFormat.json:
        show(to_json(monthly.to_dict()), output)
    else:
        show(monthly.html() if form is ReportFormat.html else monthly.markdown(), output)
    if history is not None:
        monthly.write_history(history)
    if output is not None:
        say([monthly.verdict.sentence])


app = single(
    report,
    "kmscost report examples/organization.yaml --month 2026-10 --bill examples/bill.csv "
    "--output report.html",
)
