"""`--fail-over`: a budget by its name, all of them, or an amount a month for everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.figures import count, listed, money, share
from estimator.forecasting.budgets import (
    AMOUNT_NAME,
    budget_use,
    describe_budget,
    in_months,
    is_in_budget,
)
from estimator.forecasting.result import INTERPRETATION_WORDS, OTHER_INTERPRETATION
from estimator.inventory import Inventory
from estimator.inventory.budgets import ALL, AMOUNT, Budget
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
        fix = did_you_mean(str(text), [*names, ALL])
        raise _refusal(text, f"a budget ({listed(names, _LISTED)}), {ALL}, or {expected}", fix)
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


@dataclass(frozen=True)
class _Centre:
    """A forecast that budgets are held against: its name, what is said of it, charges and use."""

    name: str
    words: str
    charges: pd.DataFrame
    use: pd.DataFrame

    def of(self, budget: Budget) -> pd.DataFrame:
        """The use of a budget, month by month."""
        return self.use[self.use["budget"] == budget.name].reset_index(drop=True)


def describe_broken_budget(
    chosen: Sequence[Budget],
    charges: pd.DataFrame,
    at_means: pd.DataFrame | None,
    months: Months,
    inventory: Inventory,
    currency: str,
) -> str | None:
    """One line on what breaks which budget: how much, in which month first, and why.

    A budget is broken by the typical cost or by the expected one. That which breaks it first is
    told, and of both in one month the expected one.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, driver, cause, cost, cost_other_reading [currency].
    at_means : DataFrame or None
        The same with each range at its mean; None without ranges.

    Returns
    -------
    str or None
        None where every budget is kept.
    """
    accounts = inventory.accounts
    use = budget_use(charges, chosen, months, accounts)
    centres = [_Centre("typical", "each range at its median", charges, use)]
    if at_means is not None:
        use = budget_use(at_means, chosen, months, accounts)
        centres.insert(0, _Centre("expected", "each range at its mean", at_means, use))
    over = pd.concat([each.use[each.use["over"]].assign(at=at) for at, each in enumerate(centres)])
    if over.empty:
        return None
    over = over.sort_values(["budget", "month", "at"])  # budgets in the inventory's order
    first = over.drop_duplicates("budget")
    # stable: of several that break in one month the inventory's first is named
    row = first.sort_values("month", kind="stable").iloc[0]
    budget = next(entry for entry in chosen if entry.name == row["budget"])
    line = f"{describe_budget(budget, currency)} is broken"
    line += _describe_break(budget, row, centres, months, inventory, currency)
    others = [
        f"{entry['budget']} from {entry['month']}"
        for entry in first.to_dict("records")
        if entry["budget"] != budget.name
    ]
    if others:
        line += f"; broken as well: {listed(others, _LISTED)}"
    return line


def _describe_break(
    budget: Budget,
    row: pd.Series,
    centres: Sequence[_Centre],
    months: Months,
    inventory: Inventory,
    currency: str,
) -> str:
    """By which cost, how much, since when and why: of the first month that breaks a budget."""
    centre, by, beside = centres[row["at"]], "", ""
    own = centre.of(budget)
    for other in centres:
        beside_it = other.of(budget)
        if _are_told_apart(own, beside_it):
            used = beside_it.loc[beside_it["month"] == row["month"], "used"]
            by = f" by the {centre.name} cost ({centre.words})"
            beside = f" ({other.name} {money(float(used.iloc[0]))})"
    excess = row["used"] - budget.usd_per_month
    of_it = f" ({share(excess / budget.usd_per_month)})" if budget.usd_per_month else ""
    line = (
        f"{by}: {currency} {money(row['used'])} in {row['month']}{beside}, "
        f"{currency} {money(excess)}{of_it} over"
    )
    broken = own[own["over"]]
    if months.count > 1:
        line += f"; over it{in_months(len(broken), months.count)}"
    worst = broken.iloc[int(np.argmax(broken["used"]))]
    if worst["month"] != row["month"]:
        line += f", most in {worst['month']} with {money(worst['used'])}"
    charges = centre.charges
    counted = is_in_budget(budget, charges, inventory.accounts)
    rows = charges[counted & (charges["month"] == row["month"]).to_numpy()]
    words = INTERPRETATION_WORDS[OTHER_INTERPRETATION[inventory.cloudtrail_writes]]
    return (
        f"{line}; largest driver: {_largest_driver(rows, currency)}"
        f"; if {words}, it is {money(row['used_other_reading'])}"
    )


def _are_told_apart(own: pd.DataFrame, beside: pd.DataFrame) -> bool:
    """True where two uses of a budget differ in what is said of them."""
    return bool((own["over"] != beside["over"]).any()) or any(
        money(used) != money(other) for used, other in zip(own["used"], beside["used"], strict=True)
    )


def _largest_driver(rows: pd.DataFrame, currency: str) -> str:
    # a key may share its name with a trail or a reader
    kinds = rows.assign(is_key=rows["cause"] == "key")
    sums = kinds.groupby(["driver", "is_key"], observed=True, as_index=False)["cost"].sum()
    top = sums.iloc[int(np.argmax(sums["cost"]))]
    kind = "key " if top["is_key"] else ""
    return f"{kind}{top['driver']} with {currency} {money(float(top['cost']))}"
