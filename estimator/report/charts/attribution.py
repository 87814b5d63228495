"""Whose KMS requests are, as bars: the dearest resources, CloudTrail's among them, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import LOGGED, NOT_IN_LOGS
from estimator.figures import count
from estimator.report.answers.attribution import attribution_headline
from estimator.report.answers.attribution_lines import Line, shown_lines
from estimator.report.charts.chart import Chart, Size, bare, empty_chart, shorten_label, write
from estimator.report.charts.colours import BLUE, GREY, INK, MUTED, ORANGE, RED

if TYPE_CHECKING:
    from estimator.report.charts.picture import Picture

_ROW, _ROW_ABOVE = 30.0, 44.0  # a bar beside its name, and below it [px]
_LETTER = 7.2  # the mean width of a letter of 12 px [px]
_BESIDE = 0.4  # of the width, for names beside bars [0-1]


def attribution_chart(attribution: Attribution) -> Chart:
    """A bar for each resource, what no log holds, keys by the month and what stands apart.

    By cost; by requests where all of them are free.
    """
    lines = shown_lines(attribution, "resource")
    by_cost = any(line.cost for line in lines)
    what = f"KMS cost in {attribution.currency}" if by_cost else "KMS requests"
    months = " to ".join(dict.fromkeys((attribution.months[0], attribution.months[-1])))
    title = f"Whose KMS requests they are: {what} by resource, {months}"
    if not lines:
        return empty_chart("attribution", title, "nothing to draw: no request")
    headline = attribution_headline(attribution)
    description = f"{headline}. {attribution.other_interpretation_line}"
    return Chart("attribution", title, description, partial(_draw, lines, by_cost))


def _draw(lines: Sequence[Line], by_cost: bool, width: float) -> Picture:
    longest = max(len(line.name) for line in lines)
    is_above = width < 600 or longest * _LETTER > _BESIDE * width
    row = _ROW_ABOVE if is_above else _ROW
    size = Size(width, row * len(lines) + 8)
    figure, axes = bare(size)
    values = [max(line.cost if by_cost else line.requests, 0.0) for line in lines]
    amounts = [line.amount if by_cost else count(line.requests) for line in lines]
    left = 2.0 if is_above else _BESIDE * width
    room = 16 + _LETTER * max(map(len, amounts))
    scale = (width - left - room) / (max(values) or 1.0)
    most = int((width if is_above else left) / _LETTER)
    for number, (line, value, amount) in enumerate(zip(lines, values, amounts, strict=True)):
        top = 4 + number * row
        middle = top + (30 if is_above else row / 2)
        colour = MUTED if line.part != LOGGED else INK
        name = shorten_label(line.name, most)
        write(axes, 2, top + 12 if is_above else middle, name, color=colour)
        axes.barh(middle, max(value * scale, 1.5), 14, left, color=_colour(line), linewidth=0)
        write(axes, left + max(value * scale, 1.5) + 7, middle, amount)
    return figure


def _colour(line: Line) -> str:
    if line.part == NOT_IN_LOGS:
        return RED
    if line.part != LOGGED:
        return GREY
    return ORANGE if line.service == CLOUDTRAIL else BLUE
