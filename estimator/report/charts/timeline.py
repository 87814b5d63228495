"""The timeline: months as billed, then months as expected with their range, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.figures import money
from estimator.inventory import Inventory
from estimator.measurement.result import Actuals
from estimator.report.charts.chart import (
    Chart,
    Size,
    canvas,
    empty_chart,
    is_near,
    label_ends,
    scale_of_months,
    scale_of_values,
    shorten_label,
    write,
)
from estimator.report.charts.colours import BLUE, INK, RED, SKY
from estimator.report.past.history_file import History
from estimator.report.past.months import months_of_bill, past_month
from estimator.simulation import Simulation
from estimator.simulation.expected import with_means
from estimator.simulation.quantiles import quantiles_of
from pricing.rates import RateTable

if TYPE_CHECKING:
    from estimator.report.charts.picture import Picture


@dataclass(frozen=True)
class TimelineMonth:
    """A month of the timeline. [currency]

    `billed` is None of months without a bill; `rest` is what is expected beside it, or in its
    place; `low` and `high` are the ends of its range; `then` is what was forecast of it before.
    """

    month: str
    billed: float | None
    rest: float
    low: float | None = None
    high: float | None = None
    then: float | None = None

    @property
    def total(self) -> float:
        """Both together."""
        return (self.billed or 0.0) + self.rest


def timeline_chart(
    months: Sequence[TimelineMonth], budget: tuple[str, float] | None, currency: str
) -> Chart:
    """Draw the months as billed and as expected, against a budget of everything.

    Parameters
    ----------
    months : sequence of TimelineMonth
        In order; months between them that nothing is known of are left empty.
    budget : tuple, optional
        Its name, and what a month may cost. [USD]
    currency : str
    """
    title = f"Billed, then expected: cost of each month in {currency}"
    if not any(month.total for month in months):
        return empty_chart("timeline", title, "nothing to draw: no month costs anything")
    billed = [month for month in months if month.billed is not None]
    ahead = [month for month in months if month.billed is None]
    parts = []
    if billed:
        first, last = billed[0], billed[-1]
        parts.append(
            f"billed {money(first.total)} in {first.month}"
            if first is last
            else f"billed {money(first.total)} in {first.month} to {money(last.total)} in "
            f"{last.month}"
        )
        if last.rest:
            parts.append(f"of it {money(last.rest)} still expected")
    if ahead:
        first, last = ahead[0], ahead[-1]
        parts.append(
            f"expected {money(first.total)} in {first.month} to {money(last.total)} in {last.month}"
        )
    if budget is not None:
        parts.append(f"budget {budget[0]} {money(budget[1])}")
    draw = partial(_draw, tuple(months), budget, currency)
    return Chart("timeline", title, "; ".join(parts), draw)


def plot_timeline(
    inventory: Inventory,
    billed: Actuals | None,
    simulation: Simulation,
    history: History,
    table: RateTable,
    discount: float,
) -> Chart:
    """Draw every month of a bill, then the months of a simulation that it does not have.

    Raises
    ------
    KmscostError
        As `estimator.reconcile`.
    """
    months, means_of_ranges = [], with_means(inventory)
    for label in months_of_bill(billed):
        then = history.forecast_then(label)
        past = past_month(means_of_ranges, billed, None, label, table, discount, then)
        cost = past.cost
        if cost is not None:
            months.append(TimelineMonth(label, cost.billed, cost.rest, then=then))
    last = months[-1].month if months else ""
    means = simulation.monthly[f"mean_{simulation.cost}"].to_numpy()
    for at, label in enumerate(simulation.months.labels):
        if label > last:
            draws = simulation.draws_cost[:, at]
            low, high = map(float, quantiles_of(draws, (0.05, 0.95)))
            ends = (low, high) if high > low else (None, None)
            months.append(TimelineMonth(label, None, float(means[at]), *ends))
    limits = [
        (budget.usd_per_month, budget.name)
        for budget in inventory.budgets
        if budget.part is None and simulation.currency == "USD"
    ]
    lowest = min(limits, default=None)
    named = None if lowest is None else (lowest[1], lowest[0])
    return timeline_chart(months, named, simulation.currency)


def _draw(
    months: tuple[TimelineMonth, ...],
    budget: tuple[str, float] | None,
    unit: str,
    width: float,
) -> Picture:
    size = Size(width, 270 if width < 500 else 320)
    figure, axes = canvas(size, 52, 92 if size.narrow else 124, 30, 42)
    places = np.arange(len(months), dtype=float)
    totals = np.array([month.total for month in months])
    highs = [month.high for month in months if month.high is not None]
    thens = [month.then for month in months if month.then is not None]
    top = max([float(totals.max()), *highs, *thens])
    near = budget is not None and is_near(budget[1], top)
    scale_of_values(axes, max(top, budget[1]) if budget is not None and near else top, unit)
    scale_of_months(axes, [month.month for month in months], size)
    axes.set_xlim(-0.6, len(months) - 0.4)
    for at, month in zip(places, months, strict=True):
        if month.billed is not None:
            axes.bar(at, month.billed, 0.72, color=BLUE, linewidth=0)
        base = month.billed or 0.0
        # what is expected is light, with an edge: paper and grey keep the difference
        if month.rest:
            axes.bar(at, month.rest, 0.72, base, color=SKY, alpha=0.45, linewidth=0)
            axes.bar(at, month.rest, 0.72, base, fill=False, edgecolor=BLUE, linewidth=1)
        if month.low is not None and month.high is not None:
            axes.vlines(at, month.low, month.high, color=INK, linewidth=1.4)
        if month.then is not None:
            axes.hlines(month.then, at - 0.42, at + 0.42, color=INK, linewidth=2)
    ends: list[tuple[float, str]] = []
    if budget is not None and near:
        axes.axhline(budget[1], color=RED, linewidth=1.8, dashes=(5, 3))
        ends.append((budget[1], f"budget {money(budget[1])}"))
    elif budget is not None:
        name = shorten_label(budget[0], 24)
        text = f"↑ budget {name} {money(budget[1])} lies above"
        write(axes, 0.02, 1.02, text, transform=axes.transAxes, va="bottom")
    last = months[-1]
    word = "billed" if last.billed is not None and not last.rest else "expected"
    ends.append((last.total, f"{word} {money(last.total)}"))
    if thens:
        at = max(number for number, month in enumerate(months) if month.then is not None)
        then = months[at].then or 0.0
        ends.append((then, "forecast then" if not size.narrow else "then"))
    label_ends(axes, [(value, text, INK) for value, text in ends], size.height - 72)
    return figure
