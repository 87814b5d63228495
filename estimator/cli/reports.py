"""`report` and `plot`: what leaves the terminal for people to read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    InventoryPath,
    Months,
    Output,
    Rates,
    Settings,
    Start,
    read_discount,
    say,
    show,
    show_bytes,
)


class ReportFormat(StrEnum):
    """How a report is written."""

    html = "html"
    markdown = "markdown"
    json = "json"


_ENDINGS = {
    ".html": ReportFormat.html,
    ".htm": ReportFormat.html,
    ".md": ReportFormat.markdown,
    ".json": ReportFormat.json,
}
Draws = Annotated[
    int, typer.Option("--draws", help="How often each range is drawn, 100 to 500,000.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Same seed, same answer. Default: 0.")]


def report(
    inventory: InventoryPath,
    month: Annotated[
        str | None,
        typer.Option("--month", help="Default: the last whole month.", metavar="YYYY-MM"),
    ] = None,
    actuals: Annotated[
        list[Path] | None,
        typer.Option(
            "--actuals",
            help="JSON or CSV of measure, or log files; may be given several times.",
            metavar="PATH",
        ),
    ] = None,
    bill: Annotated[
        list[Path] | None,
        typer.Option(
            "--bill",
            help="File of the bill, or a folder to search; may be given several times.",
            metavar="FILE",
        ),
    ] = None,
    months_ahead: Annotated[
        int, typer.Option("--months-ahead", help="How many months after it are forecast.")
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
    form: Annotated[
        ReportFormat | None,
        typer.Option(
            "--format", "-f", help="Default: by the ending of --output, .html, .md or .json."
        ),
    ] = None,
    output: Output = None,
) -> None:
    """Write the monthly budget report, as one HTML file or Markdown."""
    from estimator import report as compute

    told = compute(
        inventory,
        month,
        actuals or None,
        bill or None,
        months_ahead,
        rates,
        read_discount(discount),
        seed,
        draws,
        advice,
        settings,
    )
    ending = "" if output is None else output.suffix.lower()
    form = form or _ENDINGS.get(ending, ReportFormat.markdown)
    if form is ReportFormat.json:
        from estimator.report.data import to_json

        show(to_json(told.to_dict()), output)
    else:
        show(told.html() if form is ReportFormat.html else told.markdown(), output)
    if output is not None:
        say([told.verdict.sentence])


def plot(
    inventory: InventoryPath,
    kind: Annotated[
        str, typer.Option("--kind", "-k", help="cost, requests, fan, drivers or sankey.")
    ] = "cost",
    start: Start = None,
    months: Months = 12,
    draws: Draws = 10_000,
    seed: Seed = None,
    rates: Rates = None,
    discount: Discount = "0%",
    output: Output = None,
) -> None:
    """Draw a forecast as SVG or PNG."""
    from estimator.report.charts import chart_of
    from estimator.report.charts.chart import WIDE
    from estimator.report.charts.svg import png_bytes, svg_text

    chart = chart_of(inventory, kind, start, months, draws, seed, rates, read_discount(discount))
    figure = chart.draw(WIDE)
    if output is not None and output.suffix.lower() == ".png":
        show_bytes(png_bytes(figure), output)
    else:
        show(svg_text(figure, chart.title, chart.description), output)
    say([f"{chart.title}: {chart.description}"])


APPS = {
    "report": single(
        report,
        "Example: kmscost report examples/organization.yaml --month 2026-10 "
        "--bill examples/bill.csv --output report.html",
    ),
    "plot": single(
        plot, "Example: kmscost plot examples/organization.yaml --kind fan --output fan.svg"
    ),
}
