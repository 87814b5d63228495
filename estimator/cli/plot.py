"""`plot`: a forecast, or whose requests are, as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimator.cli.application import single
from estimator.cli.output import (
    Discount,
    Draws,
    Months,
    Output,
    Rates,
    Seed,
    Start,
    read_discount,
    say,
    show,
    show_bytes,
)
from pricing.reading.written_days import read_day_option

_KINDS = ("cost", "requests", "fan", "drivers", "sankey", "attribution", "timeline")


def _complete_kind(incomplete: str) -> list[str]:
    return [kind for kind in _KINDS if kind.startswith(incomplete)]


class PictureFormat(StrEnum):
    """The format of a picture."""

    svg = "svg"
    png = "png"
    pdf = "pdf"


def plot(
    inventory: Annotated[
        Path,
        typer.Argument(
            help="Inventory file (YAML); logs for attribution.",
            metavar="INVENTORY",
            readable=False,
        ),
    ],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            "-k",
            help=f"{', '.join(_KINDS[:-1])} or {_KINDS[-1]}.",
            metavar="KIND",
            autocompletion=_complete_kind,
        ),
    ] = "cost",
    start: Start = None,
    months: Months = 12,
    draws: Draws = 10_000,
    seed: Seed = None,
    rates: Rates = None,
    discount: Discount = "0%",
    bill: Annotated[
        list[Path] | None,
        typer.Option(
            "--bill",
            help="Of attribution: as for attribute. Of a timeline: the months billed.",
            metavar="PATH",
        ),
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", help="Of a timeline: what report forecast then.", metavar="FILE"),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            help="The day that the picture says it was drawn. Default: today.",
            metavar="YYYY-MM-DD",
        ),
    ] = None,
    form: Annotated[
        PictureFormat | None,
        typer.Option("--format", "-f", help="Default: what --output ends with, else svg."),
    ] = None,
    output: Output = None,
) -> None:
    """Draw a forecast as SVG, PNG or PDF."""
    from estimator.report.charts import chart_of, draw_alone
    from estimator.report.charts.picture import pdf_bytes, png_bytes, set_fonts, svg_text

    day = read_day_option(on)
    share = read_discount(discount)
    chart = chart_of(
        inventory, kind, start, months, draws, seed, rates, share, bill or None, history
    )
    figure = draw_alone(chart, day)
    others = [note for note in chart.notes[:-1] if note.rstrip(".") not in chart.description]
    notices = [f"{chart.title}: {chart.description}", *others]
    if form in (PictureFormat.png, PictureFormat.pdf):
        missing = set_fonts(figure)
        is_png = form is PictureFormat.png
        show_bytes(png_bytes(figure) if is_png else pdf_bytes(figure, chart.title), output)
        if missing:
            notices.append(
                f"no font of this computer has {missing}: boxes stand in their place; install one "
                "such as Noto Sans CJK, or write SVG, whose reader brings the fonts"
            )
    else:
        show(svg_text(figure, *figure.alternative), output)
    say(notices)


app = single(plot, "kmscost plot examples/organization.yaml --kind fan --output fan.svg")
