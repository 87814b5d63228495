"""What a forecast says of budgets and of the knock-on, a line each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from estimator.figures import factor, money, share
from estimator.forecast import Forecast
from estimator.forecast.budgets import budgets_told
from estimator.forecast.gate import described

_MOST_BUDGETS = 10
_MOST_TRAILS = 3


def budget_lines(told: Forecast) -> list[str]:
    """The highest month of each budget, what was reached when, and the other reading's highest."""
    budgets = told.inventory.budgets
    known = budgets_told(told.budgets, budgets)
    said = []
    for budget, rows in zip(budgets[:_MOST_BUDGETS], known, strict=False):
        used, month = _highest(rows, "used")
        when = f" in {month}" if told.months.count > 1 else ""
        line = f"B{described(budget)[1:]}: highest {used[0]}{when}{used[1]}; {_verdict(rows)}"
        line += "".join(f"; {one}" for one in _reached(rows))
        other = "".join(_highest(rows, "used_other_reading")[0])
        said.append(f"{line}; with cloudtrail_writes: {told.other_reading} {other}")
    more = known[_MOST_BUDGETS:]
    if more:
        over = sum(rows["first_over"] is not None for rows in more)
        said.append(f"and {len(more):,} more budgets, {over:,} of them broken: see --by budget")
    return said


def _highest(rows: Mapping[str, Any], column: str) -> tuple[tuple[str, str], str]:
    """The largest use as an amount and a share, and its month."""
    top = max(rows["months"], key=lambda row: float(row[column]))
    used, limit = float(top[column]), rows["usd_per_month"]
    return (money(used), f", {share(used / limit)}" if limit else ""), top["month"]


def _verdict(rows: Mapping[str, Any]) -> str:
    over = sum(row["over"] for row in rows["months"])
    if not over:
        return "never over it"
    return f"over it in {over} of {len(rows['months'])} months, first {rows['first_over']}"


def _reached(rows: Mapping[str, Any]) -> Iterator[str]:
    """Since when each threshold is reached; of the whole budget the verdict tells."""
    for threshold in rows["thresholds"]:
        first = next((row for row in rows["months"] if threshold in row["reached"]), None)
        if first and threshold != 1:
            yield f"{factor(threshold * 100)} % reached in {first['month']}"


def knock_on_lines(told: Forecast) -> list[str]:
    """The charge for further copies of KMS events, never part of the KMS figure; by trail."""
    cost = told.totals[f"cost_{told.currency.lower()}_cloudtrail_events"]
    if math.isnan(cost) or not cost or told.events is None:  # not known: a notice says why
        return []
    by_trail = told.events.groupby("trail", observed=True)["cost"].sum()
    by_trail = by_trail.sort_values(ascending=False, kind="stable")
    trails = [f"{name} {money(float(sum_))}" for name, sum_ in by_trail.items()]
    more = len(trails) - _MOST_TRAILS
    listed = ", ".join(trails[:_MOST_TRAILS]) + (f", {more} more" if more > 0 else "")
    said = f"Apart from KMS, on CloudTrail's bill: {told.currency} {money(cost)} for further copies"
    return [
        f"{said} of these requests' events, by trail {listed} (exclude_kms_events: true avoids it)"
    ]
