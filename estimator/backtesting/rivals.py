"""What the calibrated forecast has to beat: three forecasts that need no statistics."""

from __future__ import annotations

import dataclasses

import numpy as np

from estimator.backtesting.horizon import Horizon
from estimator.backtesting.series import CAUSES, Group, Series
from estimator.inventory import Inventory
from estimator.months import FloatArray
from estimator.volume import usage

WEEK = 7


def last_period(series: Series, origin: int, horizon: int) -> FloatArray:
    """The last `horizon` days again, or all there are, day for day that was covered. [request]"""
    begin = max(origin - horizon, 0)
    days = series.days(begin, origin)
    return series.sums(begin, origin) * (horizon / days if days > 0 else 0.0)


def seasonal_naive(series: Series, origin: int, horizon: int) -> FloatArray:
    """Every day what the same weekday of the last week was. [request]"""
    week = series.daily[:, origin - WEEK : origin]
    covered = series.exposure[origin - WEEK : origin]
    scaled = week / np.where(covered > 0, covered, 1.0)
    summed: FloatArray = scaled[:, np.arange(horizon) % WEEK].sum(axis=1)
    return summed


def plain(inventory: Inventory) -> Inventory:
    """The inventory with 288 files a day everywhere, all else as it is."""
    return dataclasses.replace(
        inventory,
        accounts=tuple(dataclasses.replace(one, files_per_day=None) for one in inventory.accounts),
        trails=tuple(one.model_copy(update={"files_per_day": None}) for one in inventory.trails),
    )


def modelled(inventory: Inventory, span: Horizon) -> dict[Group, float]:
    """What the model says of each group: the same functions as `forecast`. [request]"""
    used = usage(inventory, span, ("driver", "cause", "region"))
    used = used[(used["unit"] == "request") & used["cause"].isin(CAUSES)]
    is_get = (used["cause"] == "get").to_numpy()
    told: dict[Group, float] = {}
    for driver, get, region, quantity in zip(
        used["driver"].astype(str),
        is_get,
        used["region"].astype(str),
        used["quantity"],
        strict=True,
    ):
        group = Group(driver, "get", "") if get else Group(driver, "put", region)
        told[group] = told.get(group, 0.0) + float(quantity)
    return told
