"""Whose KMS requests are, as bars: the dearest resources, CloudTrail's among them, and the rest."""

from __future__ import annotations

from functools import partial

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import LOGGED, NOT_IN_LOGS
from estimator.figures import count
from estimator.report.answers.attribution import attribution_headline
from estimator.report.answers.attribution_lines import Line, shown_lines
from estimator.report.charts.bars import Bar, BarGroup, draw_bars
from estimator.report.charts.chart import BLUE, GREY, INK, MUTED, ORANGE, RED, Chart, empty_chart


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
    bars = [_bar(line, by_cost) for line in lines]
    return Chart("attribution", title, description, partial(draw_bars, [BarGroup("", tuple(bars))]))


def _bar(line: Line, by_cost: bool) -> Bar:
    value = line.cost if by_cost else line.requests
    amount = line.amount if by_cost else count(value)
    name_colour = INK if line.part == LOGGED else MUTED
    # the decimals of the smallest amount say nothing of what is free
    amount = amount if amount.strip("0.,") else "0"
    return Bar(line.name, 0.0, value, amount, _colour(line), name_colour)


def _colour(line: Line) -> str:
    if line.part == NOT_IN_LOGS:
        return RED
    if line.part != LOGGED or not line.service:  # what stands apart, and the rest
        return GREY
    return ORANGE if line.service == CLOUDTRAIL else BLUE
