"""What a simulation says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
from rich.console import RenderableType

from estimator.figures import count, factor, money, share
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import Sheet
from estimator.report.table import sheets_table
from estimator.simulation import Simulation

_MOST = 12
_LEFT_OVER = "interactions, noise of counts"


def spread_sheet(told: Simulation) -> Sheet:
    """Quantiles of requests and cost, month by month and of the whole span."""
    header, groups = ["month"], []
    ends = [share(one) for one in told.quantile]
    for word in ("requests", told.currency):
        header += [f"{word} {ends[0]}", *ends[1:]]
        groups.append((word, len(ends)))
    frame = told.quantiles
    rows = []
    for label, chosen in _months(told):
        cells = [label]
        for measure in ("requests", told.cost):
            values = frame.loc[chosen & (frame["measure"] == measure), "value"]
            cells += [_figure(measure, float(value)) for value in values]
        rows.append(tuple(cells))
    numbers = len(header) - 1
    return Sheet(_title(told), tuple(header), tuple(rows), numbers, sums=1, groups=tuple(groups))


def _title(told: Simulation) -> str:
    first, last = told.months.labels[0], told.months.labels[-1]
    span = first if first == last else f"{first} to {last}"
    return f"How sure: KMS because of CloudTrail, {span}; {told.draws:,} draws, seed {told.seed}"


def _months(told: Simulation) -> Iterator[tuple[str, pd.Series[bool]]]:
    """Each month, then the whole span, with its rows."""
    month = told.quantiles["month"]
    for label in told.months.labels:
        yield label, month == pd.Period(label, freq="M")
    yield "in all", month.isna()


def _figure(measure: str, value: float) -> str:
    return count(value) if measure == "requests" else money(value)


def drivers_sheet(told: Simulation) -> Sheet | None:
    """Which assumption causes how much of the spread; None where there is no spread."""
    frame = told.drivers
    if not len(frame) or all(math.isnan(one) for one in told.remainder.values()):
        return None
    shares = (f"share_{told.cost}", "share_requests")
    seen = frame[(frame[list(shares)] > 0).any(axis=1)]
    rows = [
        (
            str(row["assumption"]),
            _ends(row["low"], row["high"]),
            *(_part(float(str(row[name]))) for name in shares),
        )
        for row in seen.head(_MOST).to_dict("records")
    ]
    unseen = len(frame) - len(rows)
    if unseen:
        rest = frame.drop(seen.head(_MOST).index)
        rows.append((f"{unseen:,} more", "", *(_part(rest[name].sum()) for name in shares)))
    left = (told.remainder[told.cost], told.remainder["requests"])
    rows.append((_LEFT_OVER, "", *(_part(one) for one in left)))
    title = "What causes the spread: share of the variance, the most important first"
    header = ("assumption", "5 % to 95 %", "of cost", "of requests")
    return Sheet(title, header, tuple(rows), numbers=3)


def _ends(low: object, high: object) -> str:
    """Both ends of a range.

    >>> _ends(0.5, 288.25), _ends(1389207.715, 1390301.911)
    ('0.5 to 288.25', '1,389,208 to 1,390,302')
    """
    ends = [float(str(one)) for one in (low, high)]
    return " to ".join(count(one) if abs(one) >= 1000 else factor(one) for one in ends)


def _part(value: float) -> str:
    if math.isnan(value):
        return "-"
    return share(round(value, 3)) if value else "0 %"


def simulated_lines(told: Simulation) -> list[str]:
    """What stands under the tables: the next step, the mean, the other reading, budgets."""
    return [*_first(told), *_mean(told), told.other_interpretation_line, *_budgets(told)]


def _first(told: Simulation) -> list[str]:
    found = told.drivers.head(1).to_dict("records")
    explained = float(str(found[0][f"share_{told.cost}"])) if found else 0.0
    if found and all(math.isnan(one) for one in told.remainder.values()):
        return ["No range of the inventory matters in these months: the answer has no width"]
    if not explained:
        return [
            "No range stands out: none causes a visible part of the spread of the cost alone"
        ] * (len(found) > 0)
    name, low, high = (found[0][key] for key in ("assumption", "low", "high"))
    said = f"Find out first: {name} ({_ends(low, high)}); alone it causes {_part(explained)} of"
    return [f"{said} the spread of the cost"]


def _mean(told: Simulation) -> list[str]:
    cost, of_mean = (money(told.mean[name]) for name in (told.cost, f"{told.cost}_of_mean"))
    would = "as much" if cost == of_mean else f"{of_mean}: the free tier is not linear"
    said = f"Mean cost {told.currency} {cost}; the mean requests, {count(told.mean['requests'])}, "
    said += f"would cost {would}. The forecast, every median, says {money(told.point[told.cost])}"
    return [said]


def _budgets(told: Simulation) -> list[str]:
    said = []
    for name, rows in told.budgets.groupby("budget", observed=True, sort=False):
        limit = f"Budget {name}: USD {money(float(rows['usd_per_month'].iloc[0]))} a month"
        ever = float(rows.loc[rows["month"].isna(), "probability"].iloc[0])
        if not ever:
            said.append(f"{limit}; not broken in any of {told.draws:,} draws")
            continue
        months = rows[rows["month"].notna()]
        top = int(months["probability"].to_numpy().argmax())
        likeliest = float(months["probability"].iloc[top])
        text = f"{limit}; broken in at least one month with a probability of {share(ever)}"
        said.append(f"{text}, likeliest in {told.months.labels[top]} with {share(likeliest)}")
    return said


def simulated_table(told: Simulation, width: int | None = None) -> RenderableType:
    """How sure a forecast is, month by month, what causes the spread, what to know of it."""
    sheets = [one for one in (spread_sheet(told), drivers_sheet(told)) if one is not None]
    return sheets_table(sheets, simulated_lines(told), width)


def simulated_markdown(told: Simulation) -> str:
    """How sure a forecast is, with everything that the table shows, and its notices."""
    sheets = [one for one in (spread_sheet(told), drivers_sheet(told)) if one is not None]
    return sheets_markdown(sheets, simulated_lines(told), told.notices)
