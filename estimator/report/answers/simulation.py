"""What a simulation answers: how far each month may spread, and which number to find out first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import pandas as pd

from estimator.figures import budget_money, count, factor, money, share
from estimator.report.answers import Answer
from estimator.report.blocks import Sheet
from estimator.simulation import Simulation

_MOST = 12
_LEFT_OVER = "interactions, noise of counts"


class SimulationAnswer(Answer[Simulation]):
    """The range of a forecast, and what causes it."""

    def blocks(self) -> Iterable[Sheet]:
        """Quantiles of each month, then what causes the spread."""
        drivers = drivers_sheet(self.result)
        return (spread_sheet(self.result), *([] if drivers is None else [drivers]))

    def lines(self) -> Iterable[str]:
        """Return what to find out first, the mean, the other interpretation, budgets."""
        simulation = self.result
        return [
            *first_lines(simulation),
            *_mean(simulation),
            simulation.other_interpretation_line,
            *_budgets(simulation),
        ]

    def frame(self) -> pd.DataFrame:
        """The quantiles."""
        return self.result.quantiles


def spread_sheet(simulation: Simulation) -> Sheet:
    """Quantiles of requests and cost, month by month and of the whole span."""
    header, groups = ["month"], []
    ends = [share(quantile) for quantile in simulation.quantile]
    for word in ("requests", simulation.currency):
        header += [f"{word} {ends[0]}", *ends[1:]]
        groups.append((word, len(ends)))
    frame = simulation.quantiles
    rows = []
    for label, is_month in _months(simulation):
        cells = [label]
        for measure in ("requests", simulation.cost):
            values = frame.loc[is_month & (frame["measure"] == measure), "value"]
            cells += [_figure(measure, float(value)) for value in values]
        rows.append(tuple(cells))
    numbers = len(header) - 1
    return Sheet(
        _title(simulation), tuple(header), tuple(rows), numbers, sums=1, groups=tuple(groups)
    )


def _title(simulation: Simulation) -> str:
    first, last = simulation.months.labels[0], simulation.months.labels[-1]
    span = first if first == last else f"{first} to {last}"
    draws = f"{simulation.draws:,} simulations, seed {simulation.seed}"
    return f"How sure: KMS because of CloudTrail, {span}; {draws}"


def _months(simulation: Simulation) -> Iterator[tuple[str, pd.Series[bool]]]:
    """Each month, then the whole span, with its rows."""
    month = simulation.quantiles["month"]
    for label in simulation.months.labels:
        yield label, month == pd.Period(label, freq="M")
    yield "in all", month.isna()


def _figure(measure: str, value: float) -> str:
    return count(value) if measure == "requests" else money(value)


def drivers_sheet(simulation: Simulation) -> Sheet | None:
    """Return the share of the spread that each assumption causes; None where there is none."""
    frame = simulation.drivers
    if not len(frame) or all(math.isnan(rest) for rest in simulation.remainder.values()):
        return None
    shares = (f"share_{simulation.cost}", "share_requests")
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
    left = (simulation.remainder[simulation.cost], simulation.remainder["requests"])
    rows.append((_LEFT_OVER, "", *(_part(rest) for rest in left)))
    title = "What causes the spread: share of the variance, the most important first"
    header = ("assumption", "5 % to 95 %", "of cost", "of requests")
    return Sheet(title, header, tuple(rows), numbers=3)


def _ends(low: object, high: object) -> str:
    """Both ends of a range.

    >>> _ends(0.5, 288.25), _ends(1389207.715, 1390301.911)
    ('0.5 to 288.25', '1,389,208 to 1,390,302')
    """
    ends = [float(str(end)) for end in (low, high)]
    return " to ".join(count(end) if abs(end) >= 1000 else factor(end) for end in ends)


def _part(value: float) -> str:
    if math.isnan(value):
        return "-"
    return share(round(value, 3)) if value else "0 %"


def first_lines(simulation: Simulation) -> list[str]:
    """Return which number to find out first; nothing where no month has a range."""
    found = simulation.drivers.head(1).to_dict("records")
    explained = float(str(found[0][f"share_{simulation.cost}"])) if found else 0.0
    if found and all(math.isnan(rest) for rest in simulation.remainder.values()):
        return ["No range of the inventory matters in these months: the answer has no width"]
    if not explained:
        return [
            "No range stands out: none causes a visible part of the spread of the cost alone"
        ] * (len(found) > 0)
    name, low, high = (found[0][key] for key in ("assumption", "low", "high"))
    return [
        (
            f"Find out first: {name} ({_ends(low, high)}); alone it causes {_part(explained)} of "
            "the spread of the cost"
        )
    ]


def _mean(simulation: Simulation) -> list[str]:
    cost, of_mean = (
        money(simulation.mean[name]) for name in (simulation.cost, f"{simulation.cost}_of_mean")
    )
    would = "as much" if cost == of_mean else f"{of_mean}: the free tier is not linear"
    requests, point = count(simulation.mean["requests"]), money(simulation.point[simulation.cost])
    return [
        (
            f"Mean cost {simulation.currency} {cost}; the mean requests, {requests}, would cost "
            f"{would}. The forecast, every median, says {point}"
        )
    ]


def _budgets(simulation: Simulation) -> list[str]:
    lines = []
    for name, rows in simulation.budgets.groupby("budget", observed=True, sort=False):
        limit = f"Budget {name}: USD {budget_money(float(rows['usd_per_month'].iloc[0]))} a month"
        ever = float(rows.loc[rows["month"].isna(), "probability"].iloc[0])
        if not ever:
            lines.append(f"{limit}; not broken in any of {simulation.draws:,} simulations")
            continue
        months = rows[rows["month"].notna()]
        top = int(months["probability"].to_numpy().argmax())
        likeliest = float(months["probability"].iloc[top])
        text = f"{limit}; broken in at least one month with a probability of {share(ever)}"
        lines.append(
            f"{text}, likeliest in {simulation.months.labels[top]} with {share(likeliest)}"
        )
    return lines
