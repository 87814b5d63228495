"""Requests and cost, a bar a month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.figures import count, money
from estimator.forecasting import Forecast
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.report.charts.chart import (
    Chart,
    Size,
    apart,
    axis_number,
    canvas,
    empty_chart,
    scale_of_months,
    scale_of_values,
    write,
)
from estimator.report.charts.colours import INK, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONG = 1000.0  # amounts from here on are too long to stand on a bar in cents

CAUSES = {
    "put": "puts",
    "get": "gets",
    "digest": "digests",
    "check": "checks",
    "replication": "replication",
}


def requests_chart(forecast: Forecast) -> Chart:
    """Requests by cause, month by month."""
    title = "KMS requests by cause, month by month"
    if not forecast.totals["requests"]:
        description = f"nothing to draw: no requests in {_span(forecast)}"
        return empty_chart("requests", title, description)
    rows = forecast.rows[forecast.rows["unit"] == "request"]
    sums = rows.groupby(["month", "cause"], observed=True)["quantity"].sum().unstack(fill_value=0)
    sums.index = sums.index.astype(str)
    sums = sums.reindex(index=list(forecast.months.labels), fill_value=0.0)
    order = sums.sum().sort_values(ascending=False, kind="stable").index
    stacks = {CAUSES[str(name)]: sums[name].to_numpy() for name in order}
    first, last = forecast.monthly.iloc[0], forecast.monthly.iloc[-1]
    description = f"{count(first['requests'])} requests in {first['month']}, "
    description += f"{count(last['requests'])} in {last['month']}; by cause: "
    total = forecast.totals["requests"]
    description += ", ".join(
        f"{name} {_part(float(values.sum()), total)}" for name, values in stacks.items()
    )
    draw = partial(_draw_stacks, stacks, forecast.months.labels, "requests", is_money=False)
    return Chart("requests", title, description, draw)


def cost_chart(forecast: Forecast) -> Chart:
    """The cost of requests and of keys, month by month, with the other interpretation as a mark."""
    code = forecast.currency.lower()
    monthly = forecast.monthly
    title = f"Cost in {forecast.currency}, month by month: requests and keys"
    both = (
        forecast.totals[f"cost_{code}"],
        forecast.totals[f"cost_{code}_writes_{forecast.other_interpretation}"],
    )
    if not any(both):
        description = f"nothing to draw: no cost in {_span(forecast)}, under either interpretation"
        return empty_chart("cost", title, description)
    stacks = {
        "keys": monthly[f"cost_{code}_keys"].to_numpy(),
        "requests": monthly[f"cost_{code}_requests"].to_numpy(),
    }
    other = monthly[f"cost_{code}_writes_{forecast.other_interpretation}"].to_numpy()
    first, last = monthly.iloc[0], monthly.iloc[-1]
    description = f"{forecast.currency} {money(first[f'cost_{code}'])} in {first['month']}, "
    description += f"{money(last[f'cost_{code}'])} in {last['month']}; "
    description += f"{money(float(other[0]))} and {money(float(other[-1]))} if "
    description += INTERPRETATION_WORDS[forecast.other_interpretation]
    draw = partial(
        _draw_stacks,
        stacks,
        forecast.months.labels,
        forecast.currency,
        is_money=True,
        marks=(f"if {forecast.other_interpretation}", other),
    )
    return Chart("cost", title, description, draw)


def _span(forecast: Forecast) -> str:
    first, last = forecast.months.labels[0], forecast.months.labels[-1]
    return first if first == last else f"{first} to {last}"


def _part(value: float, total: float) -> str:
    return f"{value / total:.0%}" if total else "0%"


def _draw_stacks(
    stacks: dict[str, np.ndarray],
    labels: tuple[str, ...],
    unit: str,
    width: float,
    *,
    is_money: bool,
    marks: tuple[str, np.ndarray] | None = None,
) -> Figure:
    size = Size(width, 260 if width < 500 else 300)
    figure, axes = canvas(size, 52, 84 if size.narrow else 110, 26, 42)
    places = np.arange(len(labels))
    below = np.zeros(len(labels))
    middles = []
    for colour, values in zip(SERIES, stacks.values(), strict=False):
        axes.bar(places, values, 0.72, below, color=colour, linewidth=0)
        middles.append(float(below[-1] + values[-1] / 2))
        below = below + values
    names = list(stacks)
    highest = float(below.max(initial=0.0))
    if marks is not None:
        axes.hlines(marks[1], places - 0.42, places + 0.42, color=INK, linewidth=1.6)
        names.append(marks[0])
        middles.append(float(marks[1][-1]))
        highest = max(highest, float(marks[1].max()))
    scale_of_values(axes, highest, unit)
    scale_of_months(axes, labels, size)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    _name_stacks(axes, names, middles, size, len(stacks))
    _write_totals(axes, below, size, is_money)
    return figure


def _name_stacks(
    axes: Axes, names: list[str], middles: list[float], size: Size, series: int
) -> None:
    """Names of the stacks beside the last bar, each with a square of its colour."""
    from matplotlib.lines import Line2D

    top = axes.get_ylim()[1]
    inner = size.height - 68
    places = apart([middle / top * inner for middle in middles], 17)
    lowest = min(places, default=0.0)
    places = [place - min(lowest, 0.0) for place in places]
    for number, (name, place) in enumerate(zip(names, places, strict=True)):
        at = place / inner
        colour = SERIES[number] if number < series else INK
        mark = "s" if number < series else "_"
        axes.add_line(
            Line2D(
                [1.025 if not size.narrow else 1.04],
                [at],
                marker=mark,
                markersize=8,
                color=colour,
                transform=axes.transAxes,
                clip_on=False,
            )
        )
        write(axes, 1.045 if not size.narrow else 1.08, at, name, transform=axes.transAxes)


def _write_totals(axes: Axes, sums: np.ndarray, size: Size, is_money: bool) -> None:
    """The total above each bar, or above the first and the last where there are many."""
    last = len(sums) - 1
    crowded = size.narrow or last > 15
    top = axes.get_ylim()[1]
    is_money = is_money and top < _LONG
    for at in [last] if size.narrow else sorted({0, last}) if crowded else range(last + 1):
        value = float(sums[at])
        text = money(value) if is_money else axis_number(float(f"{value:.3g}"), top)
        edge = "left" if at == 0 and crowded else "right" if at == last and crowded else "center"
        place = at - 0.36 if edge == "left" else at + 0.36 if edge == "right" else at
        axes.annotate(
            text,
            (place, value),
            (0, 4),
            textcoords="offset points",
            ha=edge,
            va="bottom",
            fontsize=11,
            color=INK,
        )
