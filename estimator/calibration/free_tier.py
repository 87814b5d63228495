"""Requests that use the free tier apart from those that are outside of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.figures import plural
from estimator.inventory.others import FIELD
from pricing.rates import free_usage_types
from pricing.request_meters import request_meter


def uses_free_tier(rows: pd.DataFrame) -> np.ndarray:
    """Whether each row's requests use the free quantity: by their meter, else by their operation.

    Parameters
    ----------
    rows : DataFrame
        With ``meter`` and ``operation`` as categories; older measurement files have no meter.
    """
    free = free_usage_types()
    meter, operation = rows["meter"].cat, rows["operation"].cat
    is_free = np.array([name in free for name in meter.categories] + [False])
    # an operation may tell as much: Sign is of asymmetric keys alone
    by_operation = [request_meter(str(name)).name in free for name in operation.categories]
    named = np.array([bool(name) for name in meter.categories] + [False])
    codes = meter.codes.to_numpy()
    found: np.ndarray = np.where(
        named[codes],
        is_free[codes],
        np.array([*by_operation, True])[operation.codes.to_numpy()],
    )
    return found


def outside_notice(requests: float) -> list[str]:
    """The notice of requests that no pool of the inventory is about. [request]"""
    if not requests:
        return []
    many = plural(round(requests), "request")
    what = f"{many} on asymmetric keys or for key pairs left out of {FIELD}"
    return [f"{what}: the free tier does not cover them, so they leave it to others"]
