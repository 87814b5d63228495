"""The free part of requests, where a bill tells their cost and not which of them were free."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd

from estimator.forecasting import Forecast
from estimator.reconciliation.levels import SYMMETRIC
from pricing.reading.problems import RateError
from pricing.regions import is_region

INFERRED_FREE = (
    "the bill does not tell which requests were free: as many as its cost leaves over at the "
    "table's price, so that a difference in price or a credit cannot be told from them"
)


def table_price(expected: Forecast, region: str, unit: str) -> float:
    """The table's price of a unit, after the discount; NaN where it has none. [currency/unit]"""
    if not is_region(region):
        return np.nan
    with contextlib.suppress(RateError):
        meter = expected.table.meter("Decrypt" if unit == "request" else "KeyMonth")
        steps = expected.table.rate(meter, region, expected.months.firsts[0])[1].steps
        return float(steps[0][1] / meter.per * (1 - expected.discount))
    return np.nan


def infer_free_part(lines: pd.DataFrame, expected: Forecast) -> tuple[pd.DataFrame, bool]:
    """Fill in the free part of lines that do not tell it; tell whether all did.

    Parameters
    ----------
    lines : DataFrame
        The bill's requests and key-months: quantity, free and billable [unit], cost [currency].
    expected : Forecast
        Its table has the prices.
    """
    unknown = lines["billable"].isna()
    if not unknown.any():
        return lines, True
    symmetric = lines["meter"].isin(SYMMETRIC).to_numpy()
    pairs = zip(lines["billed_region"].astype(str), lines["unit"].astype(str), strict=True)
    known: dict[tuple[str, str], float] = {}
    prices = np.array(
        [known.setdefault(pair, table_price(expected, *pair)) for pair in pairs], dtype=np.float64
    )
    quantity = lines["quantity"].to_numpy(dtype=np.float64)
    # no price, or a meter of its own: nothing says that any of it was free
    priced = symmetric & np.isfinite(prices) & (prices > 0)
    paid = lines["cost"].to_numpy(dtype=np.float64) / np.where(priced, prices, 1.0)
    billable = np.where(priced, np.clip(paid, 0.0, quantity), quantity)
    filled = lines["billable"].where(~unknown, billable)
    return lines.assign(
        billable=filled, free=lines["free"].where(~unknown, quantity - filled)
    ), False
