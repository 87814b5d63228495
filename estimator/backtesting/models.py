"""Forecasts of a fold: the calibrated one with its ranges, and three that need no statistics."""

from __future__ import annotations

import dataclasses

import numpy as np

from estimator.backtesting.horizon import Horizon
from estimator.backtesting.series import CAUSES, Group, Series
from estimator.inventory import Inventory, Range
from estimator.months import FloatArray
from estimator.simulation import run
from estimator.simulation.draws import generator
from estimator.simulation.options import Options
from estimator.volume import usage
from estimator.volume.model import Model
from estimator.volume.readers import kind_of
from pricing.rates import RateTable

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
        accounts=tuple(
            dataclasses.replace(account, files_per_day=None) for account in inventory.accounts
        ),
        trails=tuple(
            trail.model_copy(update={"files_per_day": None}) for trail in inventory.trails
        ),
    )


def expected_requests(inventory: Inventory, span: Horizon) -> dict[Group, float]:
    """The model's requests of each group, by the same functions as `forecast`. [request]"""
    used = usage(Model(inventory, span), ("driver", "cause", "region"))
    used = used[(used["unit"] == "request") & used["cause"].isin(CAUSES)]
    is_get = (used["cause"] == "get").to_numpy()
    requests: dict[Group, float] = {}
    columns = used["driver"], is_get, used["region"], used["quantity"]
    for driver, get, region, quantity in zip(*columns, strict=True):
        group = Group(driver, "get", "") if get else Group(driver, "put", region)
        requests[group] = requests.get(group, 0.0) + float(quantity)
    return requests


QUANTILES = (0.05, 0.5, 0.95)
DRAWS = 2_000
_SEED = 0


def total_draws(inventory: Inventory, span: Horizon, table: RateTable) -> FloatArray:
    """Draws of all requests but those of replication. [request]"""
    readers = tuple(reader for reader in inventory.readers if kind_of(reader).cause in CAUSES)
    return _draws(dataclasses.replace(inventory, readers=readers), span, table, noise=True)


def group_draws(
    inventory: Inventory, span: Horizon, table: RateTable, group: Group
) -> FloatArray | None:
    """Draws of one group alone; None where the calibrated inventory does not have it.

    A trail is cut down to one Region. A reader is the difference that it makes: an assumption has
    the same draws whatever else is drawn; the noise of its count is put on top.
    """
    if group.cause == "get":
        readers = [reader for reader in inventory.readers if reader.name == group.driver]
        if not readers:
            return None
        alone = dataclasses.replace(inventory, readers=())
        with_it = dataclasses.replace(inventory, readers=tuple(readers))
        both = _draws(with_it, span, table, noise=False)
        expected = np.maximum(both - _draws(alone, span, table, noise=False), 0.0)
        # noise once, on the difference: in both terms it would count twice
        counts = generator(_SEED, f"backtest.{group.driver}").poisson(expected)
        return counts.astype(np.float64)
    trails = [trail for trail in inventory.trails if trail.name == group.driver]
    if not trails or group.region not in inventory.regions():
        return None
    cut = trails[0].model_copy(update={"regions": (group.region,)})
    if inventory.home_of(cut) != group.region:  # its checks are of that Region alone
        cut = cut.model_copy(update={"config_updates_per_month": Range.exactly(0.0)})
    return _draws(
        dataclasses.replace(inventory, trails=(cut,), readers=()), span, table, noise=True
    )


def _draws(inventory: Inventory, span: Horizon, table: RateTable, noise: bool) -> FloatArray:
    options = Options(DRAWS, _SEED, QUANTILES)
    # requests are all that is asked for, and a budget may be of a reader that was cut away
    inventory = dataclasses.replace(inventory, budgets=())
    simulation = run(Model(inventory, span), options, table, 0.0, noise)
    drawn: FloatArray = np.broadcast_to(simulation.draws_requests.sum(axis=1), (DRAWS,))
    return drawn
