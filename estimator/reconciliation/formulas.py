"""The difference between forecast and bill in parts: one formula each, numbers in, numbers out.

On each row, with p the table's price of a unit, forecast cost = p x (charged - free) and billed
cost = p x (billed - free) + what the bill's own price adds. One after another the parts replace
what the forecast says by what the bill says: the writes, the volume, the free part, what is not
CloudTrail's, what nobody knows, and last the price. Their sum is the difference, whatever the
numbers.
"""

from __future__ import annotations

import numpy as np

from estimator.months import FloatArray


def free_share(free: FloatArray, billed: FloatArray) -> FloatArray:
    """Which part of a row's billed units was free: CloudTrail's have their proportion of it. [-]

    >>> free_share(np.array([5.0, 0.0]), np.array([20.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    return np.clip(np.divide(free, billed, out=np.zeros_like(free), where=billed != 0), 0, 1)


def of_quantity(price: FloatArray, after: FloatArray, before: FloatArray) -> FloatArray:
    """More or fewer units at the table's price: the parts writes, volume and keys. [USD]"""
    return price * (after - before)


def of_free(price: FloatArray, free_after: FloatArray, free_before: FloatArray) -> FloatArray:
    """More or fewer of CloudTrail's units free: the part free tier. [USD]"""
    return -price * (free_after - free_before)


def of_others(price: FloatArray, others: FloatArray, free: FloatArray) -> FloatArray:
    """What the bill's units that are not CloudTrail's cost at the table's price. [USD]"""
    return price * (others - free)


def of_unknown(
    price: FloatArray, billable: FloatArray, cloudtrail: FloatArray, others: FloatArray
) -> FloatArray:
    """The rest of what is billable, after CloudTrail's and others' billable units. [USD]"""
    return price * (billable - cloudtrail - others)


def of_rate(cost: FloatArray, price: FloatArray, billable: FloatArray) -> FloatArray:
    """What the bill's price of a unit adds to the table's. [USD]"""
    return cost - price * billable


def expected_among(excess: FloatArray, expected: float) -> FloatArray:
    """Expected requests of others, spread over rows in proportion to what they have in excess.

    >>> expected_among(np.array([30.0, 10.0, 0.0]), 20.0).tolist()
    [15.0, 5.0, 0.0]
    >>> expected_among(np.array([3.0, 1.0]), 20.0).tolist()
    [3.0, 1.0]
    """
    whole = float(excess.sum())
    return excess * (min(1.0, expected / whole) if whole > 0 else 0.0)
