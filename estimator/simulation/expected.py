"""A forecast of what is expected: each range at its mean, and the sums those of the simulation.

A simulation knows sums, no rows. Rows come from the inventory with each range at its mean: right
but for products of one assumption with itself and for the free requests, of which draws that need
few leave some unused. What that leaves over, month by month, is spread over the rows in proportion.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast, compute_forecast
from estimator.forecasting.budgets import budget_use
from estimator.forecasting.totals import month_of, sum_groups
from estimator.forecasting.writes import are_exempt
from estimator.inventory import Inventory
from estimator.months import FloatArray
from estimator.simulation.result import Simulation
from estimator.volume.model import Model
from pricing.bill import price_column

_LEAST_LEFT = 1e-9  # of a pool: below it there is only what sums leave over [0-1]


@dataclasses.dataclass(frozen=True, eq=False)
class Expected:
    """What a simulation expects: the one centre of all that is said of its months.

    Attributes
    ----------
    model : Model
        Of the simulated inventory and its months, `Model.at_means`.
    of_means : Forecast
        That of the model, as it is.
    forecast : Forecast
        The same with the sums of the simulation in each month.
    """

    model: Model
    of_means: Forecast
    forecast: Forecast


def expect(model: Model, simulation: Simulation) -> Expected:
    """What the simulation of a model expects."""
    means = model.at_means()
    of_means = compute_forecast(means, simulation.table, simulation.discount)
    return Expected(means, of_means, expect_forecast(of_means, simulation))


def expect_forecast(of_means: Forecast, simulation: Simulation) -> Forecast:
    """The forecast of the inventory at its means, with the sums of the simulation in each month."""
    inventory, months, cost = simulation.inventory, simulation.months, simulation.cost
    if of_means.inventory is inventory:
        return of_means
    rows = expect_rows(of_means.rows, simulation)
    monthly = of_means.monthly.copy()
    month, is_request = month_of(rows, months), (rows["unit"] == "request").to_numpy()
    mean = simulation.monthly
    for name, column in (
        ("requests", "quantity"),
        ("free_requests", "free"),
        ("billable_requests", "billable"),
        (f"{cost}_requests", "cost"),
    ):
        monthly[name] = sum_groups(month, np.where(is_request, rows[column], 0.0), months.count)
    monthly[cost] = mean[f"mean_{cost}"].to_numpy()
    for name in ("charged", "exempt"):
        monthly[f"{cost}_writes_{name}"] = mean[f"mean_{cost}_writes_{name}"].to_numpy()
    budgets = inventory.budgets if len(of_means.budgets) else ()
    return dataclasses.replace(
        of_means,
        inventory=inventory,
        rows=rows,
        monthly=monthly,
        pools=_expect_pools(of_means.pools, of_means.rows, rows, inventory),
        budgets=budget_use(rows, budgets, months, inventory.accounts),
    )


def expect_rows(rows: pd.DataFrame, simulation: Simulation) -> pd.DataFrame:
    """Charges of the inventory at its means, with the sums of the simulation in each month.

    On each row quantity = free + billable, and cost = billable x price, as before.

    Parameters
    ----------
    rows : DataFrame
        Charges of any grain with month, cause and unit, of all that is simulated in their months.
    """
    size, cost = simulation.months.count, simulation.cost
    price_name = price_column(simulation.table.currency)
    month, is_request = month_of(rows, simulation.months), (rows["unit"] == "request").to_numpy()
    mean = simulation.monthly

    is_exempt = are_exempt(rows, simulation.inventory)

    def sums(values: FloatArray) -> FloatArray:
        return sum_groups(month, np.where(is_request, values, 0.0), size)

    def column(name: str) -> FloatArray:
        return rows[name].to_numpy(dtype=np.float64)

    def target(name: str, column_name: str) -> FloatArray:
        keys = sum_groups(month, np.where(is_request, 0.0, column(column_name)), size)
        return mean[name].to_numpy(dtype=np.float64) - keys

    price = column(price_name)
    quantity = (
        column("quantity")
        * _scale(mean["mean_requests"].to_numpy(dtype=np.float64), sums(column("quantity")))[month]
    )
    # more is paid on average than for the mean requests: less of them is free
    paid = target(f"mean_{cost}", "cost")
    charged = np.where(is_exempt, 0.0, price * quantity)
    worth = np.maximum(sums(charged) - paid, 0.0)
    known = sums(np.where(is_exempt, 0.0, price * column("free")))
    in_proportion = np.where(known > 0, 0.0, _scale(worth, sums(charged), 0.0))
    free = column("free") * _scale(worth, known)[month] + quantity * in_proportion[month]
    free = np.where(is_exempt, quantity, np.minimum(free, quantity))
    new_cost = price * (quantity - free)
    # what graduated tiers and a row without free requests leave over
    new_cost *= _scale(paid, sums(new_cost))[month]
    other = f"mean_{cost}_writes_{simulation.other_interpretation}"
    new_other = _other(rows, is_request, column("cost_other_reading"), price * quantity)
    # not in place: a column of a frame cannot be written
    new_other = new_other * _scale(target(other, "cost_other_reading"), sums(new_other))[month]
    billable = quantity - free
    with np.errstate(invalid="ignore", divide="ignore"):
        new_price = np.where(billable > 0, new_cost / billable, price)
    changed: Mapping[str, FloatArray] = {
        "quantity": quantity,
        "free": free,
        "billable": billable,
        price_name: new_price,
        "cost": new_cost,
        "cost_other_reading": new_other,
    }
    return rows.assign(
        **{name: np.where(is_request, values, rows[name]) for name, values in changed.items()}
    )


def _other(rows: pd.DataFrame, is_request: Any, given: FloatArray, worth: FloatArray) -> FloatArray:
    """Costs under the other interpretation; where all is free at the means, of what is charged."""
    if given[is_request].any():
        return given
    return np.where(rows["cause"].isin(WRITES), 0.0, worth)


def _scale(wanted: FloatArray, known: FloatArray, without: float = 1.0) -> FloatArray:
    """How many times what is known is wanted; `without` where nothing is known."""
    times = np.full(len(known), without)
    np.divide(wanted, known, out=times, where=known > 0)
    return times


def _expect_pools(
    pools: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame, inventory: Inventory
) -> pd.DataFrame:
    """The pools of free requests, as many of them used as the rows are free."""

    def by_month(rows: pd.DataFrame, name: str) -> pd.Series[float]:
        requests = rows[(rows["unit"] == "request") & ~are_exempt(rows, inventory)]
        return requests.groupby(requests["month"].astype(str))[name].sum()

    months, found = pools["month"].astype(str), {}
    is_request = (pools["unit"] == "request").to_numpy()
    for pool_name, name in (("used", "free"), ("requests", "quantity")):
        factor = (by_month(after, name) / by_month(before, name).where(lambda s: s > 0)).fillna(1)
        values = pools[pool_name].to_numpy()
        # of no months a map of texts is text
        times = months.map(factor).astype(float).fillna(1)
        found[pool_name] = np.where(is_request, values * times, values)
    left = pools["quantity_free"] - pools["used_by_others"] - found["used"]
    # what sums leave over is not left
    is_left = left > _LEAST_LEFT * pools["quantity_free"]
    return pools.assign(**found, left=np.where(is_left, left, 0.0))
