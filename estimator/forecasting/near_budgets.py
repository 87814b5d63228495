"""Budgets that the forecast keeps, but by so little that a simulation may say otherwise.

A simulation expects more than the cost of the means: some draws leave free requests unused, and a
growth meets itself from month to month. How much more only draws tell; that it is not more than
all requests at their price, as if none were free, follows without any (Jensen's inequality).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimator.figures import listed, money
from estimator.forecasting.budgets import budget_use, describe_budget
from estimator.forecasting.totals import month_of
from estimator.forecasting.writes import are_exempt
from estimator.inventory import Inventory, Range
from estimator.inventory.budgets import Budget
from estimator.inventory.distributions import mean_of, mean_of_power
from estimator.inventory.units import is_share
from estimator.months import FloatArray, Months
from pricing.bill import price_column

# what chance leaves of a mean over 10,000 draws of ranges that are multiplied
_CHANCE = 0.01
# two sums that differ by less are the same [-]
_SAME = 1e-12


def describe_near_budgets(
    budgets: Sequence[Budget],
    charges: pd.DataFrame,
    at_means: pd.DataFrame | None,
    months: Months,
    inventory: Inventory,
    currency: str,
) -> tuple[str, ...]:
    """A notice of the budgets that are kept by less than what a simulation may expect on top.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, driver, cause, unit, quantity, cost [currency].
    at_means : DataFrame or None
        The same with each range at its mean, and free and price; None without ranges.
    """
    if at_means is None:
        return ()
    worth = at_means[price_column(currency)] * at_means["free"]
    worth = worth.where(~are_exempt(at_means, inventory), 0.0)
    factor = _growth_factors(inventory, months)[month_of(at_means, months)] * (1 + _CHANCE)
    is_uncertain = (at_means["unit"] == "request") & at_means["payer"].isin(
        _uncertain_payers(charges, at_means, inventory)
    )
    cost = at_means["cost"]
    at_most = at_means.assign(cost=cost.where(~is_uncertain, (cost + worth) * factor))
    typical, expected, most = (
        budget_use(each, budgets, months, inventory.accounts)
        for each in (charges, at_means, at_most)
    )
    is_kept = ~(typical["over"] | expected["over"])
    uses = expected.assign(kept=is_kept, over=most["over"], more=most["used"] - expected["used"])
    near = [
        (budget, use[use["over"]])
        for budget in budgets
        # what is broken says so already
        if (use := uses[uses["budget"] == budget.name])["kept"].all() and use["over"].any()
    ]
    if not near:
        return ()
    budget, use = near[0]
    row = use.iloc[int(np.argmax(use["used"]))]
    left = budget.usd_per_month - row["used"]
    line = (
        f"{describe_budget(budget, currency)} is kept by {currency} {money(left)} in "
        f"{row['month']}, but `kmscost simulate` and `report` may expect up to {currency} "
        f"{money(row['more'])} more"
    )
    others = [other.name for other, _ in near[1:]]
    return (f"{line}; near as well: {listed(others)}" if others else line,)


def _uncertain_payers(
    charges: pd.DataFrame, at_means: pd.DataFrame, inventory: Inventory
) -> list[str]:
    """The payers whose requests rest on a range, or whose free requests others may use."""
    has_others = any(not use.requests.is_number for use in inventory.other_uses)
    if has_others or _has_even_share(inventory):
        return [*inventory.payers()]
    typical, mean = (
        each[each["unit"] == "request"].groupby("payer", observed=True)["quantity"].sum()
        for each in (charges, at_means)
    )
    both = pd.concat([typical, mean], axis=1, keys=["typical", "mean"]).fillna(0.0)
    return [*both.index[~np.isclose(both["typical"], both["mean"], rtol=_SAME)]]


def _has_even_share(inventory: Inventory) -> bool:
    """True where a share is a range, as 20 to 80 %, whose mean is its median: no sum tells it."""
    sections = (*(trail.bucket for trail in inventory.trails), *inventory.readers)
    return any(
        isinstance(given, Range)
        and not given.is_number
        and is_share(name)
        and math.isclose(
            mean_of(given.low, given.mid, given.high, "share"), given.mid, rel_tol=_SAME
        )
        for section in sections
        for name, given in section
    )


def _growth_factors(inventory: Inventory, months: Months) -> FloatArray:
    """How many times the growth of the means a growth is, on average, in each month."""
    growth = inventory.growth
    years = months.since(growth.as_of) / 12
    factors = np.ones(months.count)
    for given in (growth.accounts_per_year, growth.files_per_year):
        if not given.is_number:
            mean = mean_of_power(given, 1.0)
            times = [mean_of_power(given, power) / mean**power for power in years.tolist()]
            # within the first year it is less, but files that are read may be older
            factors *= np.maximum(times, 1.0)
    return factors
