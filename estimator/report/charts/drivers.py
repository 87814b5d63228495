"""Horizontal bars under their names: what causes the spread, and what explains a difference."""

from __future__ import annotations

from functools import partial

from estimator.figures import share
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.result import PARTS
from estimator.report.answers.reconciliation import adding_up
from estimator.report.charts.bars import Bar, BarGroup, draw_bars
from estimator.report.charts.chart import Chart, empty_chart
from estimator.report.charts.colours import GREEN, GREY, RED
from estimator.simulation import Simulation

_MOST = 8


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
    rest = float(frame[column].iloc[_MOST:].sum())
    if rest:
        bars.append(Bar(f"{len(frame) - _MOST:,} more", 0.0, rest, share(rest), GREY))
    left = simulation.remainder[simulation.cost]
    if left >= 0.0005:
        bars.append(Bar("interactions, noise of counts", 0.0, left, share(left), GREY))
    title = "What causes the spread: share of the variance of the cost"
    if not bars:
        return empty_chart("drivers", title, "nothing to draw: no assumption is a range")
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    return Chart("drivers", title, description, partial(draw_bars, [BarGroup("", tuple(bars))]))


def difference_chart(reconciliation: Reconciliation) -> Chart:
    """From forecast to bill, one part after another, in amounts that add up as printed."""
    code = reconciliation.currency.lower()
    before, after = (
        reconciliation.totals[f"cost_{code}_{side}"] or 0.0 for side in ("forecast", "billed")
    )
    amounts = adding_up([before, *reconciliation.parts.values()], after)
    bars = [Bar("forecast", 0.0, before, amounts[0])]
    at = before
    for (name, cost), amount in zip(reconciliation.parts.items(), amounts[1:-1], strict=True):
        if amount.strip("-0.,"):
            sign = "" if amount.startswith("-") else "+"
            colour = GREEN if cost < 0 else RED
            bars.append(Bar(PARTS[name], at, at + cost, f"{sign}{amount}", colour))
        at += cost
    bars.append(Bar("billed", 0.0, after, amounts[-1]))
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    title = f"From forecast to bill in {reconciliation.currency}, {reconciliation.month}"
    draw = partial(draw_bars, [BarGroup("", tuple(bars))])
    return Chart("difference", title, description, draw)
