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

_KINDS = ("cost", "requests", "fan", "drivers", "sankey", "attribution", "timeline")


def _complete_kind(incomplete: str) -> list[str]:
    return [kind for kind in _KINDS if kind.startswith(incomplete)]


class PictureFormat(StrEnum):
    """The format of a picture."""

    svg = "svg"
    png = "png"


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
            autocompletion=lambda incomplete: [
                kind for kind in _KINDS if kind.startswith(incomplete)
            ],
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
    form: Annotated[
        PictureFormat | None,
        typer.Option("--format", "-f", help="Default: what --output ends with, else svg."),
    ] = None,
    output: Output = None,
) -> None:
    """Draw a forecast as SVG or PNG."""
    from estimator.report.charts import chart_of
    from estimator.report.charts.chart import WIDE
    from estimator.report.charts.svg import png_bytes, svg_text

    share = read_discount(discount)
    chart = chart_of(
        inventory, kind, start, months, draws, seed, rates, share, bill or None, history
    )
    figure = chart.draw(WIDE)
    if form is PictureFormat.png:
        show_bytes(png_bytes(figure), output)
    else:
        show(svg_text(figure, chart.title, chart.description), output)
    say([f"{chart.title}: {chart.description}"])


app = single(plot, "kmscost plot examples/organization.yaml --kind fan --output fan.svg")
