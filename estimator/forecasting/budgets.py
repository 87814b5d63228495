"""Budgets and their use: what each month costs of it, typically, expected, and if writes differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.figures import SUMS, budget_money
from estimator.forecasting.totals import month_of
from estimator.inventory.budgets import ALL, Account, Budget, Covered
from estimator.months import FloatArray, Months
from estimator.volume.streams import IntArray

AMOUNT_NAME = "--fail-over"  # of a limit that is no budget of the inventory


def is_in_budget(
    budget: Budget, rows: pd.DataFrame, accounts: Sequence[Account]
) -> npt.NDArray[np.bool_]:
    """Mark the rows of charges (or usage) that a budget counts.

    Parameters
    ----------
    rows : DataFrame
        With the column that `Budget.covers` names, and with cause for a trail or a reader.
    accounts : sequence of Account
        Those of the inventory.
    """
    covered = budget.covers(accounts)
    if covered is None:
        return np.ones(len(rows), dtype=bool)
    counted = rows[covered.column].isin(list(covered.members)).to_numpy(dtype=bool)
    # a key may share its name with a trail or a reader
    if covered.column == "driver":
        return counted & (rows["cause"] != "key").to_numpy(dtype=bool)
    return counted


def is_over(used: FloatArray, limit: FloatArray) -> npt.NDArray[np.bool_]:
    """True where more is used than the limit, the last bits of a sum aside.

    >>> is_over(np.array([25.0, 25.01, 0.1 + 0.2]), np.array([25.0, 25.0, 0.3])).tolist()
    [False, True, False]
    """
    over: npt.NDArray[np.bool_] = used > limit * (1 + SUMS)
    return over


def reached_thresholds(used: float, limit: float, thresholds: Sequence[float]) -> tuple[float, ...]:
    """The thresholds that a use reaches: at least that share of the limit, and more than nothing.

    >>> reached_thresholds(20.0, 25.0, (0.5, 0.8, 1.0))
    (0.5, 0.8)
    >>> reached_thresholds(19.99, 25.0, (0.5, 0.8, 1.0))
    (0.5,)
    """
    # nothing used reaches nothing, not even of a budget of 0
    return tuple(
        threshold for threshold in thresholds if 0 < used >= threshold * limit * (1 - SUMS)
    )


def budget_use(
    charges: pd.DataFrame,
    budgets: Sequence[Budget],
    months: Months,
    accounts: Sequence[Account],
    at_means: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The use of every budget in every month: the frame `estimator.frames.BUDGET_USE`.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, driver, cause, cost, cost_other_reading [USD].
    accounts : sequence of Account
        Those of the inventory.
    at_means : DataFrame, optional
        Charges with each range at its mean. Default: `charges` are what is expected.
    """
    covers = [budget.covers(accounts) for budget in budgets]
    costs = _sums(charges, "cost", covers, months)
    others = _sums(charges, "cost_other_reading", covers, months)
    used = np.array(costs).reshape(-1)
    expected = used
    if at_means is not None:
        expected = np.array(_sums(at_means, "cost", covers, months)).reshape(-1)
    amounts = np.array([budget.usd_per_month for budget in budgets], dtype=np.float64)
    limit = np.repeat(amounts, months.count)
    names = [budget.name for budget in budgets]
    # by the one that reaches more, as a budget is broken where one of both is over it
    most = np.maximum(used, expected).reshape(-1, months.count)
    highest = [
        # NaN where no threshold is reached
        max(
            reached_thresholds(float(value), budget.usd_per_month, budget.thresholds),
            default=np.nan,
        )
        for budget, row in zip(budgets, most, strict=True)
        for value in row
    ]
    span = pd.period_range(months.labels[0], periods=months.count, freq="M")
    return pd.DataFrame(
        {
            "budget": pd.Categorical.from_codes(
                np.repeat(np.arange(len(names)), months.count), pd.Index(names, dtype=object)
            ),
            "month": span[np.tile(np.arange(months.count), len(names))],
            "usd_per_month": limit,
            "used": used,
            # a budget of 0 has no share
            "share": np.where(limit > 0, used / np.where(limit > 0, limit, 1.0), np.nan),
            "reached": np.array(highest, dtype=np.float64),
            "over": is_over(used, limit),
            "used_other_reading": np.array(others).reshape(-1),
            "used_expected": expected,
            "over_expected": is_over(expected, limit),
        }
    )


def describe_budget(budget: Budget, currency: str = "USD") -> str:
    """A budget in words."""
    amount = f"{currency} {budget_money(budget.usd_per_month)} a month"
    if budget.name == AMOUNT_NAME:
        return f"the limit of {amount}"
    only = f", {budget.part_in_words}" if budget.part else ""
    return f"budget {budget.name} ({amount}{only})"


def describe_budgets(use: pd.DataFrame, budgets: Sequence[Budget]) -> list[dict[str, Any]]:
    """Every budget with its use, month by month, as documented JSON; [] where none is compared."""
    # no row at all where budgets are not compared
    size = len(use) // max(len(budgets), 1)
    limit = use["usd_per_month"].to_numpy(dtype=np.float64)
    other = is_over(use["used_other_reading"].to_numpy(dtype=np.float64), limit)
    rows = use.assign(month=use["month"].astype(str), over_other_reading=other).to_dict("records")
    entries = []
    for number, budget in enumerate(budgets if size else ()):
        months = rows[number * size : (number + 1) * size]
        entry: dict[str, Any] = {
            "name": budget.name,
            "covers": budget.part or ALL,
            "of": budget.of,
            "usd_per_month": budget.usd_per_month,
            "thresholds": list(budget.thresholds),
        }
        for over in ("over", "over_other_reading", "over_expected"):
            entry[f"first_{over}"] = next((row["month"] for row in months if row[over]), None)
        entry["months"] = [_describe_month(row, budget) for row in months]
        entries.append(entry)
    return entries


def _describe_month(row: Mapping[Hashable, Any], budget: Budget) -> dict[str, Any]:
    share = row["share"]
    return {
        "month": row["month"],
        "used": row["used"],
        "share": None if np.isnan(share) else share,
        "reached": [each for each in budget.thresholds if each <= row["reached"]],
        "over": row["over"],
        "used_other_reading": row["used_other_reading"],
        "used_expected": row["used_expected"],
        "over_expected": row["over_expected"],
    }


def _sums(
    charges: pd.DataFrame, name: str, covers: Sequence[Covered | None], months: Months
) -> list[FloatArray]:
    """The sum of a column of money in each month, of the rows that each budget covers."""
    month, nothing = month_of(charges, months), np.zeros(months.count)
    # once for each column that budgets cover, not once for each budget
    spent = {
        column: _spent(charges, name, month, months.count, column)
        for column in {None if covered is None else covered.column for covered in covers}
    }
    return [
        spent[None][""]
        if covered is None
        else sum((spent[covered.column].get(value, nothing) for value in covered.members), nothing)
        for covered in covers
    ]


def _spent(
    charges: pd.DataFrame, name: str, month: IntArray, count: int, column: str | None
) -> dict[str, FloatArray]:
    """The sum of a column of money in each month, for each value of a column that budgets cover."""
    weights = charges[name].to_numpy(dtype=np.float64)
    if column is None:
        return {"": np.bincount(month, weights=weights, minlength=count).astype(np.float64)}
    values = charges[column].cat
    if column == "driver":  # as `is_in_budget` says
        weights = np.where(charges["cause"] == "key", 0.0, weights)
    # one bincount for all values of the column: a groupby of millions of rows takes seconds
    cell = values.codes.to_numpy().astype(np.int64) * count + month
    size = len(values.categories)
    table = np.bincount(cell, weights=weights, minlength=size * count).reshape(size, count)
    return dict(zip(values.categories, table, strict=True))


def in_months(broken: int, months: int) -> str:
    """In how many months of a span, behind a verdict; nothing where the span is the month itself.

    >>> in_months(2, 3), in_months(3, 3), in_months(1, 1)
    (' in 2 of 3 months', ' in all 3 months', '')
    """
    if months == 1:
        return ""
    return f" in {f'all {months}' if broken == months else f'{broken} of {months}'} months"
