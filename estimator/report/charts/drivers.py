"""Horizontal bars under their names: what causes the spread, and what explains a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from estimator.reconciliation import Reconciliation
from estimator.reconciliation.result import PARTS
from estimator.report.answers.reconciliation import adding_up
from estimator.report.charts.chart import Chart, Size, bare, shortened, write
from estimator.report.charts.colours import BLUE, GREEN, GREY, LINE, MUTED, RED
from estimator.simulation import Simulation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 8
_ROW = 42.0  # a name and its bar [px]


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, what it is called, and what stands at its end."""

    name: str
    begin: float
    end: float
    said: str
    colour: str = BLUE


def drivers_chart(told: Simulation) -> Chart:
    """The share of the cost's variance that each assumption causes, the largest first."""
    column = f"share_{told.cost}"
    frame = told.drivers[told.drivers[column] > 0].sort_values(
        column, ascending=False, kind="stable"
    )
    bars = [
        Bar(str(row["assumption"]), 0.0, row[column], f"{row[column]:.1%}")
        for row in frame.head(_MOST).to_dict("records")
    ]
    rest = float(frame[column].iloc[_MOST:].sum())
    if rest:
        bars.append(Bar(f"{len(frame) - _MOST:,} more", 0.0, rest, f"{rest:.1%}", GREY))
    left = told.remainder[told.cost]
    if left >= 0.0005:
        bars.append(Bar("interactions, noise of counts", 0.0, left, f"{left:.1%}", GREY))
    said = "; ".join(f"{one.name} {one.said}" for one in bars) or "no assumption is a range"
    title = "What causes the spread: share of the variance of the cost"
    return Chart("drivers", title, said, partial(_bars, bars))


def difference_chart(told: Reconciliation) -> Chart:
    """From forecast to bill, one part after another, in amounts that add up as printed."""
    code = told.currency.lower()
    before, after = (told.totals[f"cost_{code}_{side}"] or 0.0 for side in ("forecast", "billed"))
    amounts = adding_up([before, *told.parts.values()], after)
    bars = [Bar("forecast", 0.0, before, amounts[0])]
    at = before
    for (name, cost), amount in zip(told.parts.items(), amounts[1:-1], strict=True):
        if amount.strip("-0.,"):
            sign = "" if amount.startswith("-") else "+"
            colour = GREEN if cost < 0 else RED
            bars.append(Bar(PARTS[name], at, at + cost, f"{sign}{amount}", colour))
        at += cost
    bars.append(Bar("billed", 0.0, after, amounts[-1]))
    said = "; ".join(f"{one.name} {one.said}" for one in bars)
    title = f"From forecast to bill in {told.currency}, {told.month}"
    return Chart("difference", title, said, partial(_bars, bars))


def _bars(bars: Sequence[Bar], width: float) -> Figure:
    size = Size(width, max(_ROW * len(bars), _ROW) + 6)
    figure, axes = bare(size)
    highest = max((max(one.begin, one.end) for one in bars), default=0.0) or 1.0
    lowest = min((min(one.begin, one.end) for one in bars), default=0.0)
    lowest = min(lowest, 0.0)
    room = size.width - 78
    most = int(size.width / 7.6)

    def place(value: float) -> float:
        return 2 + (value - lowest) / (highest - lowest) * room

    for number, one in enumerate(bars):
        top = number * _ROW
        write(axes, 2, top + 11, shortened(one.name, most), fontsize=12)
        begin, end = sorted((place(one.begin), place(one.end)))
        axes.barh(top + 28, max(end - begin, 1.5), 13, begin, color=one.colour, linewidth=0)
        write(axes, end + 7, top + 28, one.said, fontsize=12)
        if number and one.begin:  # where the part before it ended
            axes.vlines(place(one.begin), top - 8, top + 20, color=LINE, linewidth=1, zorder=0)
    if not bars:
        write(axes, 2, 20, "no assumption is a range", color=MUTED)
    return figure
