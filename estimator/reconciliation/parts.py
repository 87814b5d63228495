"""The difference between forecast and bill in parts, each by a formula: numbers in, numbers out.

On each row, with p the table's price of a unit, forecast cost = p x (charged - free) and billed
cost = p x (billed - free) + what the bill's own price adds. One after another the parts replace
what the forecast says by what the bill says: the writes, the volume, the free part, what is not
CloudTrail's, what nobody knows, and last the price. Their sum is the difference, whatever the
numbers. What is not CloudTrail's costs what the bill says: a private rate on other keys is none of
CloudTrail's difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.months import FloatArray
from estimator.reconciliation.bill_coverage import BilledDays
from estimator.reconciliation.billed_units import BilledUnits, split_billed_units
from estimator.reconciliation.interpretation import Interpretation
from estimator.reconciliation.row_coverage import RowCoverage
from estimator.reconciliation.sides import Sides

# the parts in the order in which they replace forecast by bill
PARTS = {
    "writes": "CloudTrail's own writes, charged or exempt",
    "volume": "volume of CloudTrail's requests",
    "free_tier": "free tier",
    "keys": "key-months of the inventory's keys",
    "rate": "rate",
    "others": "requests that are not CloudTrail's",
    "other_keys": "keys that are not in the inventory",
    "unknown": "unknown",
}
# no forecast is made of these, so that no forecast can be wrong about them
NOT_FORECAST = ("others", "other_keys")
OWN = tuple(name for name in PARTS if name not in NOT_FORECAST)
OWN_COSTS = tuple(f"cost_{name}" for name in OWN)  # the columns of these, by row


def own_parts(parts: Mapping[str, float]) -> dict[str, float]:
    """Return the parts that a forecast is made of: what CloudTrail's difference is. [currency]"""
    return {name: cost for name, cost in parts.items() if name in OWN}


def billed_free_share(free: FloatArray, billed: FloatArray) -> FloatArray:
    """The share of a row's billed units that is free; 0 where nothing is billed. [-]

    CloudTrail's units on the row have the same share as all others: no bill says which are free.

    >>> billed_free_share(np.array([5.0, 0.0]), np.array([20.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    return np.clip(np.divide(free, billed, out=np.zeros_like(free), where=billed != 0), 0, 1)


def of_quantity(price: FloatArray, after: FloatArray, before: FloatArray) -> FloatArray:
    """More or fewer units at the table's price: the parts writes, volume and keys. [USD]"""
    return price * (after - before)


def of_free(price: FloatArray, free_after: FloatArray, free_before: FloatArray) -> FloatArray:
    """More or fewer of CloudTrail's units free: the part free tier. [USD]"""
    return -price * (free_after - free_before)


def others_share(
    others: FloatArray, billable: FloatArray, is_cloudtrail: npt.NDArray[np.bool_]
) -> FloatArray:
    """The share of others in what the bill's own price adds: theirs of the billable units. [-]

    A cost without billable units, as a fee, is others' where CloudTrail has nothing on the row.

    >>> others_share(
    ...     np.array([5.0, 0.0]), np.array([20.0, 0.0]), np.array([True, False])
    ... ).tolist()
    [0.25, 1.0]
    """
    alone = np.where(is_cloudtrail, 0.0, 1.0)
    return np.divide(others, billable, out=alone, where=billable > 0)


def of_others(price: FloatArray, billable: FloatArray, added: FloatArray) -> FloatArray:
    """The cost of others' billable units: at the table's price, and what the bill's adds. [USD]"""
    return price * billable + added


def of_unknown(
    price: FloatArray, billable: FloatArray, cloudtrail: FloatArray, others: FloatArray
) -> FloatArray:
    """The rest of what is billable, after CloudTrail's and others' billable units. [USD]"""
    return price * (billable - cloudtrail - others)


def of_rate(cost: FloatArray, price: FloatArray, billable: FloatArray) -> FloatArray:
    """The cost that the bill's price of a unit adds to the table's. [USD]"""
    return cost - price * billable


@dataclass(frozen=True)
class Difference:
    """The difference of the days billed.

    Attributes
    ----------
    rows : DataFrame
        The rows with whose their units are, and the parts of the difference. [USD]
    request_parts : mapping
        The difference in requests, in parts that add up to it. [request]
    expected_others : float
        Units that are others' only because the inventory expects them. [request]
    is_explained : bool
        Its parts say why; else less may be what is not billed yet.
    """

    rows: pd.DataFrame
    request_parts: Mapping[str, float]
    expected_others: float
    is_explained: bool


def explain_difference(
    sides: Sides,
    coverage: RowCoverage,
    interpretations: Sequence[Interpretation],
    days: BilledDays,
) -> Difference:
    """Tell whose the billed units are, and take the difference apart.

    Parameters
    ----------
    sides : Sides
        Of the days billed.
    coverage, interpretations, days
        What measurements tell of its rows, what the bill of each payer charges for, and the days.
    """
    units = split_billed_units(sides, coverage, interpretations, days)
    rows = _add_parts(sides.rows, units)
    unexplained = rows["payer"].isin(days.open_payers).to_numpy() | (not has_billed(rows))
    rows = _leave_unexplained(rows, unexplained)
    return Difference(
        rows, _request_parts(rows, unexplained), units.expected, not unexplained.any()
    )


def _add_parts(frame: pd.DataFrame, units: BilledUnits) -> pd.DataFrame:
    """Add to the rows whose the billed units are, and the parts of the difference. [USD]

    Exempt writes that the bill shows at no cost are units, and in no part of the cost.
    Where no price of the table holds (special meters, Regions without a rate) the whole billed cost
    is that of others: CloudTrail causes none of it.
    """
    column = {name: frame[name].to_numpy() for name in frame.columns}
    priced = np.isfinite(column["price"])
    price = np.where(priced, column["price"], 0.0)
    is_request = column["unit"] == "request"

    billed, billable = column["billed"], column["billable"]
    metered, charged = units.metered, units.charged
    # exempt writes at no cost are units and no money
    counted = units.cloudtrail - units.uncharged
    share = billed_free_share(column["billed_free"] - units.uncharged, billed - units.uncharged)
    more = of_quantity(price, counted, charged)
    is_cloudtrail = (units.cloudtrail > 0) | (metered > 0)
    others_billable = units.others * (1 - share)
    added = of_rate(column["cost"], price, billable)
    others_added = added * others_share(others_billable, billable, is_cloudtrail)
    others_cost = of_others(price, others_billable, others_added)
    # a unit without a price of the table is none of CloudTrail's
    others_cost = np.where(priced, others_cost, column["cost"])
    parts = {
        "writes": of_quantity(price, charged, column["charged"]),
        "volume": np.where(is_request, more, 0.0),
        "free_tier": of_free(price, counted * share, column["forecast_free"]),
        "keys": np.where(is_request, 0.0, more),
        "rate": np.where(priced, added - others_added, 0.0),
        "others": np.where(is_request, others_cost, 0.0) + column["cost_special"],
        "other_keys": np.where(is_request, 0.0, others_cost),
        "unknown": of_unknown(price, billable, counted * (1 - share), others_billable),
    }
    cost = column["cost"] + column["cost_special"]
    rows = frame.assign(
        cloudtrail=units.cloudtrail,
        others=units.others + column["special"],
        unknown=billed - units.cloudtrail - units.others,
        billed=billed + column["special"],
        cost_billed=cost,
        cost_difference=cost - column["cost_forecast"],
        metered=metered,
        **{f"cost_{name}": parts[name] + 0.0 for name in PARTS},  # no -0.0
    )
    # NaN where nothing was forecast: no share of nothing
    before = rows["forecast"].where(rows["forecast"] != 0)
    rows["difference"] = rows["billed"] - rows["forecast"]
    rows["relative_difference"] = rows["difference"] / before
    return rows


def has_billed(rows: pd.DataFrame) -> bool:
    """Tell whether a bill has a line of KMS at all."""
    return bool((rows["billed"] > 0).any() or rows["cost_billed"].any())


def _leave_unexplained(rows: pd.DataFrame, unexplained: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The rows, of some of which all of CloudTrail's difference is unknown.

    Less may be what is not billed yet.
    """
    moved = {name: rows[name].mask(unexplained, 0.0) for name in OWN_COSTS}
    unknown = rows["cost_unknown"].mask(unexplained, rows[list(OWN_COSTS)].sum(axis=1))
    return rows.assign(**moved | {"cost_unknown": unknown})


def _request_parts(rows: pd.DataFrame, unexplained: npt.NDArray[np.bool_]) -> dict[str, float]:
    """The difference in requests, in parts that add up to it. [request]"""
    is_request = (rows["unit"] == "request").to_numpy()
    requests, moved = rows[is_request], unexplained[is_request]
    parts = {
        "writes": requests["metered"] - requests["forecast"],
        "volume": requests["cloudtrail"] - requests["metered"],
        "others": requests["others"],
        "unknown": requests["unknown"],
    }
    known = sum(many for name, many in parts.items() if name != "others")
    parts |= {name: parts[name].mask(moved, 0.0) for name in ("writes", "volume")}
    parts["unknown"] = parts["unknown"].mask(moved, known)
    return {name: float(many.sum()) for name, many in parts.items()}
