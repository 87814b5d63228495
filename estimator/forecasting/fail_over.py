"""`--fail-over`: a budget by its name, all of them, or an amount a month for everything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimator.figures import count, money, share
from estimator.forecasting.budgets import (
    AMOUNT_NAME,
    budget_use,
    describe_budget,
    is_in_budget,
)
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.inventory import Inventory
from estimator.inventory.budgets import ALL, AMOUNT, Account, Budget
from estimator.months import Months
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean

_LISTED = 8
_MOST = 1e15


def read_fail_over(
    text: str | float, inventory: Inventory, currency: str = "USD"
) -> tuple[Budget, ...]:
    """The budgets that a forecast must keep to: a name, ``all``, or an amount a month.

    Raises
    ------
    UsageError
        No budget has this name, and it is no amount in the currency of the rates.
    """
    amount = _amount(text, currency)
    if amount is not None:
        return (Budget(name=AMOUNT_NAME, usd_per_month=amount),)
    if currency != "USD" and inventory.budgets:
        why = f"budgets are in USD, the rates in {currency}"
        raise _refusal(text, f"an amount a month, as {currency} 25: {why}")
    # no budget is called all, and none like an amount: such names are refused
    chosen = tuple(budget for budget in inventory.budgets if text in (ALL, budget.name))
    if not chosen:
        names = [budget.name for budget in inventory.budgets]
        expected = "an amount a month, as 25.00"
        if not names:
            raise _refusal(text, f"{expected}: the inventory has no budgets")
        listed = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
        fix = did_you_mean(str(text), [*names, ALL])
        raise _refusal(text, f"a budget ({listed}), {ALL}, or {expected}", fix)
    return chosen


def _amount(text: str | float, currency: str) -> float | None:
    """An amount in the currency of the rates; None where `text` is none."""
    if isinstance(text, bool):  # True is an int in Python, and no amount
        return None
    if isinstance(text, int | float):
        return _sensible(text, text)
    found = AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    codes = {found["before"], found["after"]} - {None}
    # a bare number is USD, as budgets are
    if (codes or {"USD"}) != {currency} or (found["before"] and found["after"]):
        fix = f"write {currency} {found['number']}"
        raise _refusal(text, f"an amount in {currency}, the currency of the rates", fix)
    return _sensible(text, float(found["number"]))


def _sensible(text: str | float, amount: float) -> float:
    if not 0 <= amount <= _MOST:  # nor is anything that is no number
        raise _refusal(text, f"an amount from 0 to {count(_MOST)}")
    return float(amount)


def _refusal(found: object, expected: str, fix: str = "") -> UsageError:
    return UsageError(Problem("fail_over", None, "", repr(found), expected, fix))


def describe_broken_budget(
    chosen: Sequence[Budget],
    charges: pd.DataFrame,
    months: Months,
    currency: str,
    other_interpretation: str,
    accounts: Sequence[Account],
) -> str | None:
    """One line on what breaks which budget: how much, in which month first, and why.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, driver, cause, cost, cost_other_reading [currency].
    other_interpretation : str
        The interpretation of F5 that `cost_other_reading` follows.
    accounts : sequence of Account
        Those of the inventory.

    Returns
    -------
    str or None
        None where every budget is kept.
    """
    use = budget_use(charges, chosen, months, accounts)
    over = use[use["over"]]
    if over.empty:
        return None
    first = over.drop_duplicates("budget")  # months come in order
    # stable: of several that break in one month the inventory's first is named
    row = first.sort_values("month", kind="stable").iloc[0]
    budget = next(entry for entry in chosen if entry.name == row["budget"])
    excess = row["used"] - budget.usd_per_month
    of_it = f" ({share(excess / budget.usd_per_month)})" if budget.usd_per_month else ""
    broken = over[over["budget"] == budget.name]
    line = (
        f"{describe_budget(budget, currency)} is broken: {currency} {money(row['used'])} in "
        f"{row['month']}, {currency} {money(excess)}{of_it} over"
    )
    if months.count > 1:
        line += f"; over it in {len(broken)} of {months.count} months"
    worst = broken.iloc[int(np.argmax(broken["used"]))]
    if worst["month"] != row["month"]:
        line += f", most in {worst['month']} with {money(worst['used'])}"
    counted = is_in_budget(budget, charges, accounts)
    rows = charges[counted & (charges["month"] == row["month"]).to_numpy()]
    line += f"; largest driver: {_largest_driver(rows, currency)}"
    line += (
        f"; if {INTERPRETATION_WORDS[other_interpretation]}, it is "
        f"{money(row['used_other_reading'])}"
    )
    others = [
        f"{entry['budget']} from {entry['month']}"
        for entry in first.to_dict("records")
        if entry["budget"] != budget.name
    ]
    if others:
        more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
        line += f"; broken as well: {', '.join(others[:_LISTED])}{more}"
    return line


def _largest_driver(rows: pd.DataFrame, currency: str) -> str:
    # a key may share its name with a trail or a reader
    kinds = rows.assign(is_key=rows["cause"] == "key")
    sums = kinds.groupby(["driver", "is_key"], observed=True, as_index=False)["cost"].sum()
    top = sums.iloc[int(np.argmax(sums["cost"]))]
    kind = "key " if top["is_key"] else ""
    return f"{kind}{top['driver']} with {currency} {money(float(top['cost']))}"
