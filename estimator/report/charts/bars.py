"""Horizontal bars: what causes the spread, what explains a difference, whose requests are.

Their names stand beside them on a page, above them on a telephone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from estimator.attribution import Attribution
from estimator.attribution.logged import CLOUDTRAIL
from estimator.attribution.result import LOGGED, NOT_IN_LOGS
from estimator.figures import count, share
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.parts import PARTS, own_parts
from estimator.report.answers.attribution import attribution_headline
from estimator.report.answers.attribution_lines import Line, shown_lines
from estimator.report.answers.bill_amounts import amounts_beside, own_amounts
from estimator.report.charts.chart import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LETTER,
    LINE,
    MUTED,
    ORANGE,
    RED,
    Chart,
    Size,
    bare,
    empty_chart,
    shorten_labels,
    width_of,
    write,
)
from estimator.simulation import Simulation

if TYPE_CHECKING:
    from estimator.report.charts.picture import Picture

_MOST = 8  # assumptions with a bar of their own
_CENT = 0.01
_HEAD = 34.0  # a heading [px]
_BESIDE = 0.4  # of the width at most, for names beside bars [0-1]
_APART = 14.0  # a name and its bar [px]


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, what it is called, and what stands at its end."""

    name: str
    begin: float
    end: float
    amount: str
    colour: str = BLUE
    name_colour: str = INK


@dataclass(frozen=True)
class BarGroup:
    """Bars under a heading, which may be empty."""

    title: str
    bars: tuple[Bar, ...]


def drivers_chart(simulation: Simulation) -> Chart:
    """The share of the cost's variance that each assumption causes, the largest first."""
    column = f"share_{simulation.cost}"
    frame = simulation.drivers[simulation.drivers[column] > 0].sort_values(
        column, ascending=False, kind="stable"
    )
    bars = [
        Bar(str(row["assumption"]), 0.0, row[column], share(row[column]))
        for row in frame.head(_MOST).to_dict("records")
    ]
    more = frame[_MOST:]
    if len(more):
        rest = float(more[column].sum())
        # one alone has a name, which needs no more room than that it has none
        name = str(more["assumption"].iloc[0]) if len(more) == 1 else f"{len(more):,} more"
        bars.append(Bar(name, 0.0, rest, share(rest), GREY))
    left = simulation.remainder[simulation.cost]
    if left >= 0.0005:
        bars.append(Bar("interactions, noise of counts", 0.0, left, share(left), GREY))
    labels = simulation.months.labels
    title = "What causes the spread of the KMS cost: share of its variance, "
    title += " to ".join(dict.fromkeys((labels[0], labels[-1])))
    if not bars:
        what_to_do = "" if len(simulation.drivers) else "; write low and high for what is not known"
        words = f"nothing to draw: {simulation.why_no_width}{what_to_do}"
        return empty_chart("drivers", title, words)
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    return _chart("drivers", title, description, bars)


def difference_chart(reconciliation: Reconciliation) -> Chart:
    """From forecast to bill, one part after another, in amounts that add up as printed."""
    # like with like: others' use of the same bill has no forecast, and is said beside
    parts = own_parts(reconciliation.parts)
    before, after = reconciliation.forecast_to_date(), reconciliation.billed
    first, amounts, last = own_amounts(reconciliation)
    bars = [Bar("forecast", 0.0, before, first)]
    at = before
    for name, cost in parts.items():
        if (amount := amounts[name]).strip("-0.,"):
            sign = "" if amount.startswith("-") else "+"
            colour = GREEN if cost < 0 else RED
            bars.append(Bar(PARTS[name], at, at + cost, f"{sign}{amount}", colour))
        at += cost
    bars.append(Bar("billed for CloudTrail", 0.0, after, last))
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    others = math.fsum(reconciliation.others.values())
    if abs(others) >= _CENT:
        description += "; apart from it, others on the same bill: "
        description += amounts_beside(reconciliation).others
    which = f", bill {reconciliation.days.text}" if reconciliation.days.text else ""
    title = f"From forecast to bill in {reconciliation.currency}, {reconciliation.month}{which}"
    return _chart("difference", title, description, bars)


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
    bars = [_bar_of(line, by_cost) for line in lines]
    return _chart("attribution", title, description, bars)


def _bar_of(line: Line, by_cost: bool) -> Bar:
    value = line.cost if by_cost else line.requests
    amount = line.amount if by_cost else count(value)
    name_colour = INK if line.part == LOGGED else MUTED
    # the decimals of the smallest amount say nothing of what is free
    amount = amount if amount.strip("0.,") else "0"
    return Bar(line.name, 0.0, value, amount, _colour_of(line), name_colour)


def _colour_of(line: Line) -> str:
    if line.part == NOT_IN_LOGS:
        return RED
    if line.part != LOGGED or not line.service:  # what stands apart, and the rest
        return GREY
    return ORANGE if line.service == CLOUDTRAIL else BLUE


def _chart(name: str, title: str, description: str, bars: Sequence[Bar]) -> Chart:
    return Chart(name, title, description, partial(draw_bars, [BarGroup("", tuple(bars))]))


def draw_bars(groups: Sequence[BarGroup], width: float) -> Picture:
    """Draw groups of bars at a width. [px]"""
    longest = max(width_of(bar.name) for group in groups for bar in group.bars)
    # names that are too long to stand beside their bars stand above them on a page as well
    is_above = width < 700 or longest > _BESIDE * width - _APART
    row = 44.0 if is_above else 30.0
    heads = [_HEAD if group.title else 0.0 for group in groups]
    height = sum(heads) + row * sum(len(group.bars) for group in groups) + 6
    size = Size(width, height)
    figure, axes = bare(size)
    # one scale: bars under two headings are compared as well
    ends = [end for group in groups for bar in group.bars for end in (bar.begin, bar.end)]
    highest, lowest = max(ends) or 1.0, min(0.0, *ends)
    # what stands at a bar's end needs room behind the longest one
    room = 14 + max(width_of(bar.amount) for group in groups for bar in group.bars)
    # names as wide as they are: a bar stands beside its name, not across the page from it
    left = 0.0 if is_above else longest + _APART
    most = int((width if is_above else longest + LETTER) / LETTER)
    scale = (width - left - room) / (highest - lowest)
    top = 0.0
    for group, head in zip(groups, heads, strict=True):
        if head:
            write(axes, 0, top + head - 14, group.title, fontweight="bold")
        top += head
        names = shorten_labels([bar.name for bar in group.bars], most)
        for number, (bar, name) in enumerate(zip(group.bars, names, strict=True)):
            middle = top + (30.0 if is_above else row / 2)
            begin, end = (left + (value - lowest) * scale for value in sorted((bar.begin, bar.end)))
            write(axes, 0, top + 12 if is_above else middle, name, color=bar.name_colour)
            if bar.begin != bar.end:  # nothing has no bar, however thin
                length = max(end - begin, 1.5)
                axes.barh(middle, length, 14, begin, color=bar.colour, linewidth=0)
            write(axes, end + 7, middle, bar.amount)
            if number and bar.begin:  # where the part before it ended
                at = left + (bar.begin - lowest) * scale
                axes.vlines(at, middle - row + 7, middle - 7, color=LINE, linewidth=1, zorder=0)
            top += row
    return figure
