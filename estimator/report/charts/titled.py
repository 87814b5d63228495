"""A chart that stands alone: its title above, its notes and its source below."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from estimator.report.charts.chart import INK, MUTED, Chart
from pricing.reading.problems import printable

if TYPE_CHECKING:
    from estimator.report.charts.picture import Picture

_EDGE = 20.0  # around the whole [px]
_TITLE, _LINE = 26.0, 17.0  # the height of a line of each [px]
_LETTER = 6.6  # the mean width of a letter of 12 px; of the title's half as much again [px]


def draw_titled(chart: Chart, width: float, notes: tuple[str, ...]) -> Picture:
    """Draw a chart with its title above and lines below, so that a picture says what it is.

    Parameters
    ----------
    chart : Chart
    width : float
        Of the chart; the picture is wider by its edges. [px]
    notes : tuple of str
        Lines below: the other interpretation, the source and the day.
    """
    figure = chart.draw(width)
    inner_width, inner_height = (float(side) * 72 for side in figure.get_size_inches())
    title = wrap(printable(chart.title), int(width / (_LETTER * 1.5)))
    lines = [line for note in notes for line in wrap(_bind(printable(note)), int(width / _LETTER))]
    above = _EDGE + _TITLE * len(title) + 8
    below = _EDGE + _LINE * len(lines) + 8
    whole_width, whole_height = inner_width + 2 * _EDGE, inner_height + above + below
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_position(
            (
                (place.x0 * inner_width + _EDGE) / whole_width,
                (place.y0 * inner_height + below) / whole_height,
                place.width * inner_width / whole_width,
                place.height * inner_height / whole_height,
            )
        )
    for text in figure.texts:
        x, y = text.get_position()
        text.set_position(
            (
                (x * inner_width + _EDGE) / whole_width,
                (y * inner_height + below) / whole_height,
            )
        )
    figure.set_size_inches(whole_width / 72, whole_height / 72)
    left = _EDGE / whole_width
    style: dict[str, Any] = {"ha": "left", "va": "top", "parse_math": False}
    for number, line in enumerate(title):
        at = 1 - (_EDGE + _TITLE * number) / whole_height
        figure.text(left, at, line, fontsize=18, fontweight="bold", color=INK, **style)
    for number, line in enumerate(lines):
        at = (below - 8 - _LINE * number) / whole_height
        figure.text(left, at, line, fontsize=12, color=MUTED, **style)
    figure.alternative = chart.title, chart.description
    return figure


def _bind(text: str) -> str:
    """Keep a number and its unit on one line."""
    return re.sub(r"(?<=\d) (?=%)|(?<=\b[A-Z]{3}) (?=\d)", "\N{NO-BREAK SPACE}", text)
