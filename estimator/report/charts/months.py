"""Requests and cost, a bar a month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from estimator.figures import count, money, plural, share
from estimator.forecasting import Forecast
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.report.charts.chart import (
    INK,
    LETTER,
    PAPER,
    SERIES,
    Chart,
    EndLabel,
    Size,
    empty_chart,
    label_ends,
)
from estimator.report.charts.month_axes import month_axes, short_amount

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

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
    description = f"{plural(first['requests'], 'request')} in {first['month']}"
    if len(forecast.monthly) > 1:
        description += f", {count(last['requests'])} in {last['month']}"
    description += "; by cause: "
    total = forecast.totals["requests"]
    description += ", ".join(
        f"{name} {share(float(values.sum()) / total)}" for name, values in stacks.items()
    )
    points = tuple(
        f"{label}: {plural(sum(values), 'request')}; "
        + ", ".join(f"{name} {count(value)}" for name, value in zip(stacks, values, strict=True))
        for label, *values in zip(forecast.months.labels, *stacks.values(), strict=True)
    )
    draw = partial(_draw_stacks, stacks, forecast.months.labels, "requests", is_money=False)
    return Chart("requests", title, description, draw, points)


def cost_chart(forecast: Forecast) -> Chart:
    """The cost of requests and of keys, month by month, with the other interpretation as a mark."""
    code = forecast.currency.lower()
    monthly = forecast.monthly
    title = f"KMS cost in {forecast.currency}, month by month: requests and keys"
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
    description = f"{forecast.currency} {money(first[f'cost_{code}'])} in {first['month']}"
    others = str(money(float(other[0])))
    if len(monthly) > 1:
        description += f", {money(last[f'cost_{code}'])} in {last['month']}"
        others += f" and {money(float(other[-1]))}"
    description += f"; {others} if {words}"
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
    sums = sum(stacks.values(), np.zeros(len(labels)))
    highest = max(float(sums.max(initial=0.0)), 0.0 if marks is None else float(marks[1].max()))
    margins = (52, 110 if size.narrow else 130, 26)
    figure, axes = month_axes(size, labels, unit, (highest, 0.0), margins)
    places = np.arange(len(labels))
    below = np.zeros(len(labels))
    ends = []
    for colour, (name, values) in zip(SERIES, stacks.items(), strict=False):
        axes.bar(places, values, 0.72, below, color=colour, edgecolor=PAPER, linewidth=0.6)
        if values.any():  # a name of nothing would be looked for among the bars
            middle = float(below[-1] + values[-1] / 2)
            ends.append(EndLabel(middle, name, mark="s", mark_colour=colour))
        below = below + values
    if marks is not None:
        axes.hlines(marks[1], places - 0.42, places + 0.42, color=INK, linewidth=1.6)
        ends.append(EndLabel(float(marks[1][-1]), marks[0], mark="_"))
    label_ends(axes, ends)
    _write_totals(axes, below, size, is_money)
    return figure


def _write_totals(axes: Axes, sums: np.ndarray, size: Size, is_money: bool) -> None:
    """The total above each bar, or above the first and the last where there are many."""
    last = len(sums) - 1
    # five letters or so of 12 px stand on a bar of a twelfth of the page
    longest = max((len(short_amount(float(value), is_money=is_money)) for value in sums), default=0)
    crowded = size.narrow or (last + 1) * (LETTER * longest + 6) > size.width - 170
    for at in [last] if size.narrow else sorted({0, last}) if crowded else range(last + 1):
        value = float(sums[at])
        edge = "left" if at == 0 and crowded else "right" if at == last and crowded else "center"
        place = at - 0.36 if edge == "left" else at + 0.36 if edge == "right" else at
        axes.annotate(
            short_amount(value, is_money=is_money),
            (place, value),
            (0, 4),
            textcoords="offset points",
            ha=edge,
            va="bottom",
            fontsize=12,
            color=INK,
        )
