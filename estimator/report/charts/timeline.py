"""The timeline: months as billed, then months as expected with their range, on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from estimator.figures import HALF_CENT, listed, money
from estimator.months import Months, parse_month
from estimator.report.charts.chart import (
    BLUE,
    INK,
    LETTER,
    RED,
    SKY,
    Chart,
    EndLabel,
    Size,
    empty_chart,
    label_ends,
    room_for,
    shorten_label,
    width_of,
    write,
)
from estimator.report.charts.month_axes import is_near, month_axes, short_amount
from estimator.report.columns import print_month_cost
from estimator.report.past import PastMonth
from estimator.simulation import Simulation
from estimator.simulation.draws import quantiles_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

_FEW = 3  # so many are named
_PALE = 0.45  # what is expected beside what is billed
_DOT = 0.02  # of the highest value: a range that is less high is a dot, and says nothing [0-1]


@dataclass(frozen=True)
class _Month:
    """A month of the timeline. [currency]

    `billed` is None of months without a bill; `rest` is what is expected beside it, or in its
    place; `low` and `high` are the ends of its range; `then` is what was forecast of it before;
    `budget` is the budget that held for it, None where no report kept it.
    """

    month: str
    billed: float | None = None
    rest: float = 0.0
    low: float | None = None
    high: float | None = None
    then: float | None = None
    budget: float | None = None

    @property
    def total(self) -> float:
        """What is billed and what is expected."""
        return (self.billed or 0.0) + self.rest


def timeline_chart(
    past: Sequence[PastMonth], simulation: Simulation, budget: tuple[str, float] | None
) -> Chart:
    """Draw the months as billed, then those of the simulation that come after them.

    Parameters
    ----------
    past : sequence of PastMonth
        In order; months between them that nothing is known of are left empty.
    simulation : Simulation
        From the month that is reported on.
    budget : tuple, optional
        A budget of everything: its name, and what a month may cost now. Over months before the
        simulation stands what it was then; nothing where no report kept it. [USD]
    """
    months = _months_of(past, simulation, budget)
    billed = [month for month in months if month.billed is not None]
    ahead = [month for month in months if month.billed is None and month.rest]
    unit = simulation.currency
    title = f"KMS cost of each month in {unit}"
    title = f"Billed, then expected: {title}" if billed else f"Expected: {title}"
    if not any(month.total for month in months):
        return empty_chart("timeline", title, "nothing to draw: no month costs anything")
    parts = [
        f"{word} {money(found[0].total)} in {found[0].month}"
        + (f" to {money(found[-1].total)} in {found[-1].month}" if len(found) > 1 else "")
        for word, found in (("billed", billed), ("expected", ahead))
        if found
    ]
    # said of each month: one between the first and the last has no amount here
    expected = [
        f"{print_month_cost(each.billed, each.rest)[1]} in {each.month}"
        for each in billed
        if each.billed is not None and each.rest >= HALF_CENT
    ]
    twice = [each.month for each in past if each.may_repeat]
    if twice:
        parts.insert(1, f"lines of {listed(twice, _FEW)} may count twice")
    if expected:
        parts.insert(1, f"of it still expected {listed(expected, _FEW)}")
    if budget is not None:
        parts.append(f"budget {budget[0]} {money(budget[1])}")
        before = {month.budget for month in months if month.budget is not None} - {budget[1]}
        if before:
            parts[-1] += f", {' and '.join(str(money(each)) for each in sorted(before))} before"
    name = None if budget is None else budget[0]
    return Chart("timeline", title, "; ".join(parts), partial(_draw, months, name, unit))


def _months_of(
    past: Sequence[PastMonth], simulation: Simulation, budget: tuple[str, float] | None
) -> tuple[_Month, ...]:
    """Return every month from the first to the last."""
    name, now = budget or ("", None)
    labels = simulation.months.labels
    found = {}
    for each in past:
        billed, rest = (None, 0.0) if each.cost is None else (each.cost.billed, each.cost.rest)
        limit = now if each.month >= labels[0] else None
        if each.budgets is not None:
            limit = each.budgets.get(name)
        found[each.month] = _Month(each.month, billed, rest, then=each.forecast_then, budget=limit)
    last = max((month.month for month in found.values() if month.billed is not None), default="")
    means = simulation.monthly[f"mean_{simulation.cost}"].to_numpy()
    for at, label in enumerate(labels):
        if label > last:
            low, high = map(float, quantiles_of(simulation.draws_cost[:, at], (0.05, 0.95)))
            found[label] = _Month(
                label,
                rest=float(means[at]),
                low=low if high > low else None,
                high=high if high > low else None,
                then=found[label].then if label in found else None,
                budget=now,
            )
    first, end = (parse_month(label) for label in (min(found), max(found)))
    number = (end.year - first.year) * 12 + end.month - first.month + 1
    # a month that nothing is known of keeps its place, or time would run faster over it
    return tuple(found.get(label, _Month(label)) for label in Months(first, number).labels)


def _draw(months: tuple[_Month, ...], budget: str | None, unit: str, width: float) -> Picture:
    size = Size(width, 270 if width < 500 else 320)
    totals = [month.total for month in months]
    thens = [month.then for month in months if month.then is not None]
    limits = [month.budget for month in months if month.budget is not None]
    top = max([*totals, *thens, *(month.high or 0.0 for month in months)])
    near = [limit for limit in limits if is_near(limit, top)]
    has_ranges = any((month.high or 0.0) - (month.low or 0.0) > _DOT * top for month in months)
    labels = _end_labels(months, near, has_ranges, size)
    margins = (52, room_for(labels, 92 if size.narrow else 124), 30)
    ends = (max([top, *near]), 0.0)
    figure, axes = month_axes(size, [month.month for month in months], unit, ends, margins)
    for at, month in enumerate(months):
        base = month.billed or 0.0
        axes.bar(at, base, 0.72, color=BLUE, linewidth=0)
        # what is expected is light, with an edge: paper and grey keep the difference
        if month.rest:
            axes.bar(at, month.rest, 0.72, base, color=SKY, alpha=_PALE, linewidth=0)
            axes.bar(at, month.rest, 0.72, base, fill=False, edgecolor=BLUE, linewidth=1)
        if has_ranges and month.low is not None and month.high is not None:
            axes.vlines(at, month.low, month.high, color=INK, linewidth=1.4)
        if month.then is not None:
            axes.hlines(month.then, at - 0.42, at + 0.42, color=INK, linewidth=2)
    _draw_budget(axes, months, near)
    far = max((limit for limit in limits if limit not in near), default=None)
    if far is not None and budget is not None:
        _write_far(axes, budget, money(far), size)
    label_ends(axes, labels)
    return figure


def _write_far(axes: Axes, budget: str, amount: str, size: Size) -> None:
    """Name a budget far above all values; where there is little room from the picture's edge on."""
    words = "↑ above, not drawn:"
    left, most = 0.02, 24
    if size.narrow:
        left = -axes.get_position().x0 / axes.get_position().width
        most = min(most, int((size.width - width_of(f"{words}  {amount}")) / LETTER))
    text = f"{words} {shorten_label(budget, most)} {amount}"
    write(axes, left, 1.02, text, transform=axes.transAxes, va="bottom")


def _draw_budget(axes: Axes, months: tuple[_Month, ...], near: list[float]) -> None:
    """A dashed line over the months that a budget held for, in steps where it changed."""
    for limit, places in groupby(range(len(months)), lambda at: months[at].budget):
        if limit in near:
            span = list(places)
            ends = (span[0] - 0.5, span[-1] + 0.5)
            axes.plot(ends, (limit, limit), color=RED, linewidth=1.8, dashes=(5, 3))


def _end_labels(
    months: tuple[_Month, ...], near: list[float], has_ranges: bool, size: Size
) -> list[EndLabel]:
    """What the marks are, each at the last one of its kind."""

    def amount(value: float) -> str:
        return short_amount(value, is_money=True) if size.narrow else money(value)

    labels = []
    ahead = [month for month in months if month.rest]
    billed = [month for month in months if month.billed]
    if ahead:
        last = ahead[-1]
        word = "exp." if size.narrow else "expected"
        labels.append(
            EndLabel(
                last.total,
                f"{word} {amount(last.total)}",
                mark="s",
                mark_colour=BLUE,
                mark_face=(SKY, _PALE),
            )
        )
        if has_ranges and last.high is not None:
            labels.append(EndLabel(last.high, "5 % to 95 %", mark="|"))
    if billed:
        value = billed[-1].billed or 0.0
        labels.append(EndLabel(value, f"billed {amount(value)}", mark="s", mark_colour=BLUE))
    thens = [month.then for month in months if month.then is not None]
    if thens:
        labels.append(EndLabel(thens[-1], "then" if size.narrow else "forecast then", mark="_"))
    if near:
        text = f"budget {amount(near[-1])}"
        labels.append(EndLabel(near[-1], text, mark="_", mark_colour=RED))
    return labels
