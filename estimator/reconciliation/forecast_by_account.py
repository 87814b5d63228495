"""The forecast of a month, and of the days billed, by account and pool of free requests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast
from estimator.forecasting.writes import are_exempt
from estimator.months import FloatArray
from estimator.reconciliation.interpretation import Interpretation
from pricing.bill import price_column
from pricing.regions import partition_of

# what shares free units: those of one payer, partition and unit
POOL = ("payer", "partition", "unit")


def forecast_by_account(
    expected: Forecast,
    shares: FloatArray,
    before: FloatArray,
    interpretations: Sequence[Interpretation],
) -> pd.DataFrame:
    """Add up the forecast of a month and of the days billed by account and pool. [currency]

    Parameters
    ----------
    expected : Forecast
        Of the month.
    shares, before : array
        The share of each of its rows that falls into the days billed; into those before the last
        of them that are not. [0-1]
    interpretations : sequence of Interpretation
        How the bill of each payer takes writes.

    Returns
    -------
    DataFrame
        A row per `POOL` and billed_account: ``cost`` and the worth of the free requests, ``free``,
        each also ``_to_date``; and as each payer's bill takes CloudTrail's own writes, where it
        tells, ``as_billed`` and ``as_billed_free``. Of free requests also those ``_before``, what
        all requests are worth there (``_use_before``), and what the month leaves (``_spare``).
    """
    rows, own = expected.rows, expected.inventory.cloudtrail_writes
    others = [bill.payer for bill in interpretations if bill.answer not in (None, own)]
    is_other = rows["payer"].astype(str).isin(others).to_numpy()
    price, quantity = rows[price_column(expected.currency)].to_numpy(), rows["quantity"].to_numpy()
    is_write = rows["cause"].isin(WRITES).to_numpy()
    is_exempt = are_exempt(rows, expected.inventory)
    counted = np.where(is_exempt, 0.0, quantity)
    # the other interpretation exempts the writes where this one charges them
    other_counted = np.where(is_write & ~is_exempt, 0.0, quantity)
    worth = np.where(counted > 0, rows["free"].to_numpy() * price, 0.0)
    # under the other interpretation: all that it charges, less what it costs
    other_cost = rows["cost_other_reading"].to_numpy()
    other_worth = np.maximum(other_counted * price - other_cost, 0.0)
    frame = pd.DataFrame(
        {
            "payer": rows["payer"].astype(str).to_numpy(),
            "partition": [partition_of(region) for region in rows["billed_region"].astype(str)],
            "billed_account": rows["billed_account"].astype(str).to_numpy(),
            "unit": rows["unit"].astype(str).to_numpy(),
        }
    )
    pools = pd.Series(list(zip(*(frame[name] for name in POOL), strict=True)), dtype=object)
    available = pools.map(_available(expected)).fillna(0.0).to_numpy(dtype=np.float64)
    sides = {
        "": (rows["cost"].to_numpy(), worth, counted),
        "as_billed": (
            np.where(is_other, other_cost, rows["cost"].to_numpy()),
            np.where(is_other, other_worth, worth),
            np.where(is_other, other_counted, counted),
        ),
    }
    for name, (cost, free, takers) in sides.items():
        taken = pd.Series(takers).groupby(pools).transform("sum").to_numpy()
        spare = np.maximum(available - taken, 0.0)
        of_row = np.divide(takers, taken, out=np.zeros_like(takers), where=taken > 0)
        cost_name = name or "cost"
        free_name = f"{name}_free" if name else "free"
        frame[cost_name], frame[f"{cost_name}_to_date"] = cost, cost * shares
        frame[free_name], frame[f"{free_name}_to_date"] = free, free * shares
        frame[f"{free_name}_before"] = free * before
        frame[f"{free_name}_use_before"] = takers * price * before
        frame[f"{free_name}_spare"] = spare * of_row * price
    return frame.groupby([*POOL, "billed_account"], as_index=False).sum()


def _available(expected: Forecast) -> dict[tuple[str, ...], float]:
    """The units of each pool that others leave free, by `POOL`. [unit]"""
    pools = expected.pools
    left = (pools["quantity_free"] - pools["used_by_others"]).to_numpy()
    places = zip(*(pools[name].astype(str) for name in POOL), strict=True)
    found: dict[tuple[str, ...], float] = {}
    for place, units in zip(places, left, strict=True):
        found[place] = found.get(place, 0.0) + float(units)
    return found
