"""The fan: how far the cost of the months to come may spread, against the budgets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.figures import money, share
from estimator.report.charts.chart import (
    Chart,
    Size,
    apart,
    canvas,
    scale_of_months,
    scale_of_values,
    shorten_label,
    write,
)
from estimator.report.charts.colours import BLUE, INK, RED
from estimator.simulation import Simulation
from estimator.simulation.quantiles import quantiles_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

_MOST_BUDGETS = 3
_FAR = 2.5  # a budget so many times the highest value stays off the chart


def fan_chart(simulation: Simulation, billed: float | None = None, word: str = "billed") -> Chart:
    """Quantiles of each month's cost, with the budgets of everything.

    Parameters
    ----------
    simulation : Simulation
    billed : float, optional
        What the first month was billed for CloudTrail.
    word : str
        What it is called: a bill of a part of the month has the forecast of its rest in it.
    """
    labels = simulation.months.labels
    values = np.array([quantiles_of(row, QUANTILES) for row in simulation.draws_cost.T]).T
    # pairs, no mapping by the label: two long names may be shortened to the same one
    limits = [
        (shorten_label(budget.name, 18), budget.usd_per_month)
        for budget in simulation.inventory.budgets
        if budget.part is None and simulation.currency == "USD"
    ][:_MOST_BUDGETS]
    ends = f"{share(QUANTILES[0])} to {share(QUANTILES[-1])}"
    description = (
        f"{simulation.currency} {money(values[0, 0])} to {money(values[-1, 0])} ({ends}) in "
    )
    description += f"{labels[0]}, {money(values[0, -1])} to {money(values[-1, -1])} in {labels[-1]}"
    description += "".join(f"; budget {name} {money(limit)}" for name, limit in limits)
    if billed is not None:
        description += f"; {word} in {labels[0]}: {money(billed)}"
    title = f"How sure: cost of each month in {simulation.currency}, with its range"
    draw = partial(_draw_fan, values, labels, limits, (billed, word), simulation.currency)
    return Chart("fan", title, description, draw)


def _draw_fan(
    values: np.ndarray,
    labels: tuple[str, ...],
    limits: list[tuple[str, float]],
    bill: tuple[float | None, str],
    unit: str,
    width: float,
) -> Figure:
    size = Size(width, 280 if width < 500 else 340)
    billed, word = bill
    figure, axes = canvas(size, 52, 86 if size.narrow else 120, 30, 42)
    places = np.arange(len(labels), dtype=float)
    if len(labels) == 1:  # a band needs two ends
        places, values = np.array([-0.2, 0.2]), np.repeat(values, 2, axis=1)
    top = max(float(values.max()), billed or 0.0)
    near = [limit for _, limit in limits if limit <= _FAR * top or not top]
    off = [(name, limit) for name, limit in limits if limit > _FAR * top > 0]
    top = max([top, *near])
    scale_of_values(axes, top, unit)
    scale_of_months(axes, labels, size)
    axes.set_xlim(-0.35, len(labels) - 0.65)
    axes.fill_between(places, values[0], values[4], color=BLUE, alpha=0.18, linewidth=0)
    axes.fill_between(places, values[1], values[3], color=BLUE, alpha=0.34, linewidth=0)
    axes.plot(places, values[2], color=BLUE, linewidth=2.4, solid_capstyle="round")
    for limit in near:
        axes.axhline(limit, color=RED, linewidth=1.8, dashes=(5, 3))
    if billed is not None:
        # a dot, no line: a bill has no range
        axes.plot([0], [billed], "o", markersize=9, color=INK)
        above = billed >= values[2, 0]
        axes.annotate(
            f"{word} {money(billed)}",
            (0, billed),
            (2, 10 if above else -10),
            textcoords="offset points",
            fontsize=12,
            color=INK,
            va="bottom" if above else "top",
        )
    words = _words(size) if float(np.ptp(values, axis=0).max()) else ("", "", "forecast", "", "")
    ends = [(float(row[-1]), word) for row, word in zip(values, words, strict=True) if word]
    ends += [(limit, f"budget {money(limit)}") for limit in near]
    inner = size.height - 72
    scale = axes.get_ylim()[1]
    wanted = apart([value / scale * inner for value, _ in ends], 15)
    for (value, word), place in zip(ends, wanted, strict=True):
        label = word if word.startswith("budget") else f"{word} {money(value)}"
        write(axes, 1.015, place / inner, label, transform=axes.transAxes, fontsize=11)
    if off:
        above = "; ".join(f"budget {name} {money(limit)} lies above" for name, limit in off)
        write(axes, 0.02, 1.02, f"↑ {above}", transform=axes.transAxes, va="bottom")
    return figure


def _words(size: Size) -> tuple[str, ...]:
    return (
        ("5 %", "", "50 %", "", "95 %") if size.narrow else ("5 %", "25 %", "50 %", "75 %", "95 %")
    )
