"""Requests and cost, a bar a month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.figures import count, money, share
from estimator.forecasting import Forecast
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.report.charts.chart import (
    Chart,
    Size,
    apart,
    canvas,
    empty_chart,
    scale_of_months,
    scale_of_values,
    write,
)
from estimator.report.charts.colours import INK, PAPER, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

_LONG = 100_000.0  # amounts from here on are too long to stand on a bar in cents

# the other interpretation beside a mark, where its words have no room
_MARKS = {"exempt": "writes free", "charged": "writes charged"}

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
    points = tuple(
        f"{label}: {count(sum(values))} requests; "
        + ", ".join(f"{name} {count(value)}" for name, value in zip(stacks, values, strict=True))
        for label, *values in zip(forecast.months.labels, *stacks.values(), strict=True)
    )
    draw = partial(_draw_stacks, stacks, forecast.months.labels, "requests", is_money=False)
    return Chart("requests", title, description, draw, points)


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
    words = INTERPRETATION_WORDS[forecast.other_interpretation]
    first, last = monthly.iloc[0], monthly.iloc[-1]
    description = f"{forecast.currency} {money(first[f'cost_{code}'])} in {first['month']}, "
    description += f"{money(last[f'cost_{code}'])} in {last['month']}; "
    description += f"{money(float(other[0]))} and {money(float(other[-1]))} if "
    description += words
    draw = partial(
        _draw_stacks,
        stacks,
        forecast.months.labels,
        forecast.currency,
        is_money=True,
        marks=(_MARKS[forecast.other_interpretation], other),
    )
    points = tuple(
        f"{label}: {forecast.currency} {money(keys + requests)}; keys {money(keys)}, requests "
        f"{money(requests)}; {money(marked)} if {words}"
        for label, keys, requests, marked in zip(
            forecast.months.labels, stacks["keys"], stacks["requests"], other, strict=True
        )
    )
    return Chart("cost", title, description, draw, points)


def _span(forecast: Forecast) -> str:
    first, last = forecast.months.labels[0], forecast.months.labels[-1]
    return first if first == last else f"{first} to {last}"


def _part(value: float, total: float) -> str:
    return share(value / total) if total else "0 %"


def _draw_stacks(
    stacks: dict[str, np.ndarray],
    labels: tuple[str, ...],
    unit: str,
    width: float,
    *,
    is_money: bool,
    marks: tuple[str, np.ndarray] | None = None,
) -> Picture:
    size = Size(width, 260 if width < 500 else 300)
    figure, axes = canvas(size, 52, 110 if size.narrow else 130, 26, 42)
    places = np.arange(len(labels))
    below = np.zeros(len(labels))
    names, middles = [], []
    for colour, (name, values) in zip(SERIES, stacks.items(), strict=False):
        axes.bar(places, values, 0.72, below, color=colour, edgecolor=PAPER, linewidth=0.6)
        if values.any():  # a name of nothing would be looked for among the bars
            names.append((name, "s", colour))
            middles.append(float(below[-1] + values[-1] / 2))
        below = below + values
    highest = float(below.max(initial=0.0))
    if marks is not None:
        axes.hlines(marks[1], places - 0.42, places + 0.42, color=INK, linewidth=1.6)
        names.append((marks[0], "_", INK))
        middles.append(float(marks[1][-1]))
        highest = max(highest, float(marks[1].max()))
    scale_of_values(axes, highest, unit)
    scale_of_months(axes, labels, size)
    axes.set_xlim(-0.6, len(labels) - 0.4)
    _name_stacks(axes, names, middles, size)
    _write_totals(axes, below, size, is_money)
    return figure


def _name_stacks(
    axes: Axes, names: list[tuple[str, str, str]], middles: list[float], size: Size
) -> None:
    """Names of the stacks beside the last bar, each with its mark in its colour."""
    from matplotlib.lines import Line2D

    top = axes.get_ylim()[1]
    inner = size.height - 68
    places = apart([middle / top * inner for middle in middles], 17)
    lowest = min(places, default=0.0)
    places = [place - min(lowest, 0.0) for place in places]
    for (name, mark, colour), place in zip(names, places, strict=True):
        at = place / inner
        axes.add_line(
            Line2D(
                [1.025 if not size.narrow else 1.09],
                [at],
                marker=mark,
                markersize=8,
                color=colour,
                transform=axes.transAxes,
                clip_on=False,
            )
        )
        write(axes, 1.045 if not size.narrow else 1.14, at, name, transform=axes.transAxes)


def _write_totals(axes: Axes, sums: np.ndarray, size: Size, is_money: bool) -> None:
    """The total above each bar, or above the first and the last where there are many."""
    last = len(sums) - 1
    # five letters or so of 12 px stand on a bar of a twelfth of the page
    longest = max((len(bar_total(float(value), is_money)) for value in sums), default=0)
    crowded = size.narrow or (last + 1) * (7.2 * longest + 6) > size.width - 170
    for at in [last] if size.narrow else sorted({0, last}) if crowded else range(last + 1):
        value = float(sums[at])
        edge = "left" if at == 0 and crowded else "right" if at == last and crowded else "center"
        place = at - 0.36 if edge == "left" else at + 0.36 if edge == "right" else at
        axes.annotate(
            bar_total(value, is_money),
            (place, value),
            (0, 4),
            textcoords="offset points",
            ha=edge,
            va="bottom",
            fontsize=12,
            color=INK,
        )


def bar_total(value: float, is_money: bool) -> str:
    """What stands on a bar: all digits, or a rounded number that shows it by its unit.

    >>> bar_total(1234.56, True), bar_total(1_234_567.0, True), bar_total(9_876.0, False)
    ('1,234.56', '1.23 M', '9,876')
    >>> bar_total(1_174_122.0, False), bar_total(999_999.0, False), bar_total(0.004, True)
    ('1.17 M', '1.00 M', '0.004')
    """
    if value < (_LONG if is_money else _LONG / 10):
        return money(value) if is_money else count(value)
    rounded = float(f"{value:.3g}")
    sizes = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
    least, word = next((size, word) for size, word in sizes if rounded >= size)
    return f"{rounded / least:#.3g}".rstrip(".") + f" {word}"
