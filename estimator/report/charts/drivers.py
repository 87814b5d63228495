"""Horizontal bars under their names: what causes the spread, and what explains a difference."""

from __future__ import annotations

import math
from functools import partial

from estimator.columns import adding_up
from estimator.figures import money, share
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.parts import PARTS, own_parts
from estimator.report.charts.bars import Bar, BarGroup, draw_bars
from estimator.report.charts.chart import GREEN, GREY, RED, Chart, empty_chart
from estimator.simulation import Simulation

_MOST = 8
_CENT = 0.01


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
        return empty_chart("drivers", title, "nothing to draw: no assumption is a range")
    description = "; ".join(f"{bar.name} {bar.amount}" for bar in bars)
    return Chart("drivers", title, description, partial(draw_bars, [BarGroup("", tuple(bars))]))


def difference_chart(reconciliation: Reconciliation) -> Chart:
    """From forecast to bill, one part after another, in amounts that add up as printed."""
    # like with like: others' use of the same bill has no forecast, and is said beside
    parts = own_parts(reconciliation.parts)
    before, after = reconciliation.forecast_to_date(), reconciliation.billed
    # the forecast stands elsewhere too: what rounding leaves over goes to a part
    amounts = adding_up([before, *parts.values()], after, repeated={0})
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
    draw = partial(draw_bars, [BarGroup("", tuple(bars))])
    return Chart("difference", title, description, draw)
