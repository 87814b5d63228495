"""The fan: how far the cost of the months to come may spread, against the budgets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.figures import between_ends, budget_money, listed, money, range_end, share
from estimator.forecasting.budgets import is_over
from estimator.inventory.budgets import Budget
from estimator.months import FloatArray
from estimator.report.charts.chart import (
    BLUE,
    INK,
    LETTER,
    MUTED,
    RED,
    Chart,
    EndLabel,
    Size,
    empty_chart,
    label_ends,
    room_for,
    set_apart,
    shorten_labels,
    width_of,
    write,
)
from estimator.report.charts.month_axes import is_near, month_axes, short_amount
from estimator.simulation import Simulation
from estimator.simulation.draws import quantiles_of
from pricing.reading.words import fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from estimator.report.charts.picture import Picture

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_MOST_LIMITS = 3
_CUT = 0.4  # where all values are above this share of the highest, the axis begins below them [0-1]
_FLATTEST = 0.1  # it does not where values differ by less of the highest one [0-1]
_GAP = 17.0  # between labels [px]
_COLUMNS = 44  # of a line where there is little room
_BESIDE = 16  # of them what stands beside a name, such as its amount


@dataclass(frozen=True)
class Limit:
    """A budget: its amount, the first month expected to break it, and what is said of it."""

    name: str
    amount: float
    broken_from: str | None
    broken: str = "broken from"

    @property
    def words(self) -> str:
        """The budget in a sentence."""
        broken = f", {self.broken} {self.broken_from}" if self.broken_from else ""
        return f"budget {self.name} {budget_money(self.amount)}{broken}"


def limits_of(simulation: Simulation, expected: FloatArray, part: str | None = None) -> list[Limit]:
    """The budgets of everything, or of a part: those that break first, the lowest first of all."""
    found = []
    for budget in simulation.inventory.budgets:
        if budget.part_in_words == part and simulation.currency == "USD":
            over = is_over(expected, np.full(len(expected), budget.usd_per_month))
            at = int(over.argmax())
            first = simulation.months.labels[at] if over.any() else None
            words = "broken in" if over.sum() == 1 else "first broken in"
            words = "broken from" if over[at:].all() else words
            found.append(Limit(budget.name, budget.usd_per_month, first, words))
    return sorted(found, key=lambda limit: (limit.broken_from is None, limit.amount, limit.name))


def fan_chart(
    simulation: Simulation,
    billed: float | None = None,
    word: str = "billed",
    budget: Budget | None = None,
) -> Chart:
    """Quantiles of each month's cost around what is expected, with the budgets of the same.

    Parameters
    ----------
    simulation : Simulation
    billed : float, optional
        What the first month was billed for CloudTrail.
    word : str
        What it is called: a bill of a part of the month has the forecast of its rest in it.
    budget : Budget, optional
        Whose part is drawn, of a simulation that has `QUANTILES`. Default: everything.
    """
    labels, unit = simulation.months.labels, simulation.currency
    part = None if budget is None else budget.part_in_words
    if budget is None or part is None:
        values = np.array([quantiles_of(row, QUANTILES) for row in simulation.draws_cost.T]).T
        expected = simulation.monthly[f"mean_{simulation.cost}"].to_numpy()
    else:
        values, rows = simulation.quantiles_spent[budget.name], simulation.budgets
        rows = rows[(rows["budget"] == budget.name) & rows["month"].notna()]
        expected = rows["expected"].to_numpy(dtype=np.float64)
    is_spread = bool(np.ptp(values, axis=0).max(initial=0.0))
    title = f"KMS cost of {part or 'each month'} in {unit}{', month by month' * bool(part)}"
    if is_spread:
        title = f"How sure: {title}, with its range"
    if not values.any() and not billed:
        span = labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
        return empty_chart("fan", title, f"nothing to draw: no cost in {span}")
    limits = limits_of(simulation, expected, part)
    ends = f"{share(QUANTILES[0])} to {share(QUANTILES[-1])}"
    shown = (0, -1) if len(labels) > 1 else (0,)
    means = [f"{money(expected[at])} in {labels[at]}" for at in shown]
    description = f"expected {unit} {', '.join(means)}"
    if is_spread:
        ranges = (between_ends(values[0, at], values[-1, at]) for at in shown)
        description += f"; {' and '.join(ranges)} ({ends})"
    else:
        description += f"; {simulation.why_no_width}, so the cost has no width"
    if limits:
        description += f"; {listed((limit.words for limit in limits), separator='; ')}"
    if billed is not None:
        description += f"; {word} in {labels[0]}: {money(billed)}"
    points = tuple(
        f"{label}: {unit} {money(middle)} expected"
        + (f", {between_ends(low, high)} in 90 % of simulations" if is_spread else "")
        for label, middle, low, high in zip(labels, expected, values[0], values[-1], strict=True)
    )
    draw = partial(_draw_fan, values, expected, labels, limits, (billed, word), unit)
    return Chart("fan", title, description, draw, points)


def _draw_fan(
    values: FloatArray,
    expected: FloatArray,
    labels: tuple[str, ...],
    limits: list[Limit],
    bill: tuple[float | None, str],
    unit: str,
    width: float,
) -> Picture:
    size = Size(width, 300 if width < 500 else 340)
    billed, word_of_bill = bill
    low = min(float(values.min()), float(expected.min()), np.inf if billed is None else billed)
    high = max(float(values.max()), float(expected.max()), billed or 0.0)
    near = [limit for limit in limits if limit.broken_from or is_near(limit.amount, high)]
    near = near[: _MOST_LIMITS if not size.narrow else 2]
    low = min([low, *(limit.amount for limit in near)])
    top = max([high, *(limit.amount for limit in near)])
    # what hardly moves is drawn flat, not as noise that fills the picture
    lowest = low if low > _CUT * top and top - low > _FLATTEST * top else 0.0
    of_unit = unit if size.narrow else f"{unit} a month"
    # beside the unit, or below it
    beside = width_of(of_unit + " (axis begins at 0.00)" * bool(lowest))
    columns = _COLUMNS if size.narrow else int((size.width - beside) / LETTER)
    notes = _notes(limits, near, high, columns)
    is_spread = bool(np.ptp(values, axis=0).max())
    head = 34.0 + 17.0 * len(notes)
    middle, (least, most) = float(expected[-1]), map(float, values[[0, 4], -1])
    amount = short_amount(middle, is_money=True) if size.narrow else money(middle)
    ends = [EndLabel(middle, f"{'exp.' if size.narrow else 'expected'} {amount}")]
    if is_spread:
        ends += [EndLabel(least, f"5 % {range_end(least, most)}", MUTED)]
        ends += [EndLabel(most, f"95 % {range_end(most, most)}", MUTED)]
    places = np.arange(len(labels), dtype=float)
    if len(labels) == 1:  # a band needs two ends
        places = np.array([-0.2, 0.2])
        values, expected = np.repeat(values, 2, axis=1), np.repeat(expected, 2)
    margins = (50, room_for(ends, 92 if size.narrow else 128), head)
    figure, axes = month_axes(size, labels, of_unit, (top, lowest), margins)
    axes.set_xlim(-0.35, len(labels) - 0.65)
    axes.fill_between(places, values[0], values[4], color=BLUE, alpha=0.18, linewidth=0)
    axes.fill_between(places, values[1], values[3], color=BLUE, alpha=0.34, linewidth=0)
    for edge in (values[0], values[4]):  # the tint alone is too pale to be seen by everybody
        axes.plot(places, edge, color=BLUE, linewidth=0.8)
    axes.plot(places, expected, color=BLUE, linewidth=2.4, solid_capstyle="round")
    _draw_limits(axes, near, values, size, head, billed)
    if billed is not None:
        # a long word would lie over the name of a budget
        word_of_bill = "in all" if size.narrow and " " in word_of_bill else word_of_bill
        _draw_billed(axes, billed, word_of_bill, values, size.height - head - 42)
    label_ends(axes, ends)
    lines = [] if not is_spread else ["line: expected; bands: half and 90 % of simulations"]
    _write_notes(figure, size, [*notes] if size.narrow else [*notes, *lines])
    return figure


def _notes(limits: list[Limit], near: list[Limit], high: float, columns: int) -> list[str]:
    """What the picture leaves out, in lines: budgets far off its scale, or one too many."""

    def named(limits: list[Limit]) -> str:
        names = shorten_labels([limit.name for limit in limits], columns - _BESIDE)
        amounts = (budget_money(limit.amount) for limit in limits)
        return listed(map(" ".join, zip(names, amounts, strict=True)), 1)

    left = [limit for limit in limits if limit not in near]
    above = [limit for limit in left if limit.broken_from is None and limit.amount > high]
    others = [limit for limit in left if limit not in above]
    lines = []
    if above:
        lines += fold(f"↑ above, not drawn: {named(above)}", columns)
    if others:
        broken = " (broken)" if others[0].broken_from else ""
        lines += fold(f"not drawn: {named(others)}{broken}", columns)
    return lines


def _draw_limits(
    axes: Axes,
    limits: list[Limit],
    values: FloatArray,
    size: Size,
    head: float,
    billed: float | None,
) -> None:
    """A dashed line for each budget, its name above it at the end where the band is farther off."""
    base, top = axes.get_ylim()
    inner = size.height - head - 42
    limits = sorted(limits, key=lambda limit: limit.amount)
    # a name and its amount stand inside the axes: left of them are the numbers of the scale
    longest = max((width_of(f" {budget_money(limit.amount)}") for limit in limits), default=0.0)
    room = int((axes.get_window_extent().width - longest) / LETTER)
    names = shorten_labels([limit.name for limit in limits], min(18 if size.narrow else 34, room))
    heights = [(limit.amount - base) / (top - base) * inner for limit in limits]
    for limit, name, (line, place) in zip(limits, names, label_lines(heights), strict=True):
        axes.axhline(limit.amount, color=RED, linewidth=1.8, dashes=(5, 3))
        ends = [np.abs(values[:, end] - limits[line].amount).min() for end in (0, -1)]
        if billed is not None:  # its label stands at the first month too
            ends[0] = min(ends[0], abs(billed - limits[line].amount))
        is_left = ends[0] >= ends[1]
        words = f"{name} {budget_money(limit.amount)}"
        at = 0.01 if is_left else 0.99
        transform, side = axes.transAxes, "left" if is_left else "right"
        write(axes, at, place / inner, words, transform=transform, ha=side, fontsize=12)
    set_apart(axes)


def label_lines(heights: list[float]) -> list[tuple[int, float]]:
    """Places of labels above lines, none on another's line: lines close together share a pile.

    Parameters
    ----------
    heights : list of float
        Of the lines, from the lowest. [px]

    Returns
    -------
    list of (int, float)
        For each the line that its pile stands on, and its place. [px]

    >>> label_lines([10.0, 50.0]), label_lines([10.0, 18.0])
    ([(0, 19.0), (1, 59.0)], [(1, 27.0), (1, 44.0)])
    >>> label_lines([10.0, 18.0, 50.0])  # two over the second line reach the third
    [(2, 59.0), (2, 76.0), (2, 93.0)]
    """
    piles: list[list[int]] = []  # of each the lines in it
    for line, height in enumerate(heights):
        pile = [line]
        while piles and heights[piles[-1][-1]] + _GAP * len(piles[-1]) + 1 > height:
            pile = piles.pop() + pile
        piles.append(pile)
    return [
        (pile[-1], heights[pile[-1]] + 9 + _GAP * at) for pile in piles for at in range(len(pile))
    ]


def _draw_billed(axes: Axes, billed: float, word: str, values: FloatArray, inner: float) -> None:
    """A dot with its label: beside it, or where it would lie on the band, below or above that."""
    # a dot, no line: a bill has no range
    axes.plot([0], [billed], "o", markersize=9, color=INK)
    base, top = axes.get_ylim()
    words = f"{word} {money(billed)}"
    left, right = axes.get_xlim()
    month = axes.get_window_extent().width / (right - left)
    under = values[:, : int(np.ceil(width_of(words) / month)) + 1]
    # the band under the label, and the dot, from the foot of the axes [px]
    low, high, dot = (
        (value - base) / (top - base) * inner
        for value in (float(under[0].min()), float(under[-1].max()), billed)
    )
    half, room = _GAP / 2 - 1, _GAP / 2 + 3
    below, above = min(low, dot - 4) - room, max(high, dot + 4) + room
    is_below = below > half and dot - below <= above - dot
    place = (below if is_below else above) - dot
    # far from its dot a label is nobody's: then the paper under it must do
    is_beside = dot < low - half or dot > high + half or abs(place) > 3 * _GAP
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "fontsize": 12,
        "color": INK,
        "va": "center",
    }
    axes.annotate(words, (0, billed), (9, 0) if is_beside else (-4, place), **style)
    set_apart(axes)


def _write_notes(figure: Figure, size: Size, lines: list[str]) -> None:
    """Lines above the axes, under the unit where there is little room."""
    for number, line in enumerate(lines):
        down = 17.0 * (number + (1 if size.narrow else 0))
        left, side = (0.0, "left") if size.narrow else (1.0, "right")
        figure.text(
            left,
            1 - down / size.height,
            line,
            fontsize=12,
            color=MUTED,
            va="top",
            ha=side,
            parse_math=False,
        )
