"""Horizontal bars under their names: what causes the spread, and what explains a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from estimator.figures import money
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.result import NOT_FORECAST, PARTS
from estimator.report.answers.reconciliation import adding_up
from estimator.report.charts.chart import Chart, Size, bare, shorten_label, write
from estimator.report.charts.colours import BLUE, GREEN, GREY, LINE, MUTED, RED
from estimator.simulation import Simulation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 8
_CENT = 0.01
_ROW = 42.0  # a name and its bar [px]


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, what it is called, and what stands at its end."""

    name: str
    begin: float
    end: float
    amount: str
    colour: str = BLUE


def drivers_chart(simulation: Simulation) -> Chart:
    """The share of the cost's variance that each assumption causes, the largest first."""
    column = f"share_{simulation.cost}"
    frame = simulation.drivers[simulation.drivers[column] > 0].sort_values(
        column, ascending=False, kind="stable"
    )
    bars = [
        Bar(str(row["assumption"]), 0.0, row[column], f"{row[column]:.1%}")
        for row in frame.head(_MOST).to_dict("records")
    ]
    rest = float(frame[column].iloc[_MOST:].sum())
    if rest:
        bars.append(Bar(f"{len(frame) - _MOST:,} more", 0.0, rest, f"{rest:.1%}", GREY))
    left = simulation.remainder[simulation.cost]
    if left >= 0.0005:
        bars.append(Bar("interactions, noise of counts", 0.0, left, f"{left:.1%}", GREY))
    description = (
        "; ".join(f"{bar.name} {bar.amount}" for bar in bars) or "no assumption is a range"
    )
    title = "What causes the spread: share of the variance of the cost"
    return Chart("drivers", title, description, partial(_draw_bars, bars))


def difference_chart(reconciliation: Reconciliation) -> Chart:
    """From forecast to bill, one part after another, in amounts that add up as printed."""
    # like with like: others' use of the same bill has no forecast, and is said beside
    parts = {name: cost for name, cost in reconciliation.parts.items() if name not in NOT_FORECAST}
    before, after = reconciliation.forecast_to_date(), reconciliation.billed
    amounts = adding_up([before, *parts.values()], after)
    bars = [Bar("forecast", 0.0, before, amounts[0])]
    at = before
    for (name, cost), amount in zip(parts.items(), amounts[1:-1], strict=True):
        if amount.strip("-0.,"):
            sign = "" if amount.startswith("-") else "+"
            colour = GREEN if cost < 0 else RED
            bars.append(Bar(PARTS[name], at, at + cost, f"{sign}{amount}", colour))
        at += cost
    bars.append(Bar("billed for CloudTrail", 0.0, after, amounts[-1]))
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    others = math.fsum(reconciliation.others.values())
    if abs(others) >= _CENT:
        description += f"; apart from it, others on the same bill: {money(others)}"
    which = f", bill {reconciliation.days.text}" if reconciliation.days.text else ""
    title = f"From forecast to bill in {reconciliation.currency}, {reconciliation.month}{which}"
    return Chart("difference", title, description, partial(_draw_bars, bars))


def _draw_bars(bars: Sequence[Bar], width: float) -> Figure:
    size = Size(width, max(_ROW * len(bars), _ROW) + 6)
    figure, axes = bare(size)
    highest = max((max(bar.begin, bar.end) for bar in bars), default=0.0) or 1.0
    lowest = min((min(bar.begin, bar.end) for bar in bars), default=0.0)
    lowest = min(lowest, 0.0)
    room = size.width - 78
    most = int(size.width / 7.6)

    def place(value: float) -> float:
        return 2 + (value - lowest) / (highest - lowest) * room

    for number, bar in enumerate(bars):
        top = number * _ROW
        write(axes, 2, top + 11, shorten_label(bar.name, most), fontsize=12)
        begin, end = sorted((place(bar.begin), place(bar.end)))
        axes.barh(top + 28, max(end - begin, 1.5), 13, begin, color=bar.colour, linewidth=0)
        write(axes, end + 7, top + 28, bar.amount, fontsize=12)
        if number and bar.begin:  # where the part before it ended
            axes.vlines(place(bar.begin), top - 8, top + 20, color=LINE, linewidth=1, zorder=0)
    if not bars:
        write(axes, 2, 20, "no assumption is a range", color=MUTED)
    return figure
