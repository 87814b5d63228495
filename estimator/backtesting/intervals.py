"""Ranges of the calibrated forecast, by the same simulation as `simulate`."""

from __future__ import annotations

import dataclasses

import numpy as np

from estimator.backtesting.horizon import Horizon
from estimator.backtesting.series import CAUSES, Group, home_of
from estimator.inventory import Inventory, Range
from estimator.months import FloatArray
from estimator.simulation import run
from estimator.simulation.draws import generator
from estimator.simulation.options import Options
from estimator.volume.readers import kind_of
from pricing.rates import RateTable

QUANTILES = (0.05, 0.5, 0.95)
DRAWS = 2_000
_SEED = 0


def total_draws(inventory: Inventory, span: Horizon, table: RateTable) -> FloatArray:
    """Draws of all requests but those of replication. [request]"""
    readers = tuple(one for one in inventory.readers if kind_of(one).cause in CAUSES)
    return _draws(dataclasses.replace(inventory, readers=readers), span, table, noise=True)


def group_draws(
    inventory: Inventory, span: Horizon, table: RateTable, group: Group
) -> FloatArray | None:
    """Draws of one group alone; None where the calibrated inventory does not have it.

    A trail is cut down to one Region. A reader is the difference that it makes: an assumption has
    the same draws whatever else is drawn; the noise of its count is put on top.
    """
    if group.cause == "get":
        mine = [one for one in inventory.readers if one.name == group.driver]
        if not mine:
            return None
        alone = dataclasses.replace(inventory, readers=())
        with_it = dataclasses.replace(inventory, readers=tuple(mine))
        both = _draws(with_it, span, table, noise=False)
        expected = np.maximum(both - _draws(alone, span, table, noise=False), 0.0)
        counts = generator(_SEED, f"backtest.{group.driver}").poisson(expected)
        return counts.astype(np.float64)
    trails = [one for one in inventory.trails if one.name == group.driver]
    covered = {region for account in inventory.accounts for region in account.regions}
    if not trails or group.region not in covered:
        return None
    cut = trails[0].model_copy(update={"regions": (group.region,)})
    if home_of(inventory, cut) != group.region:  # its checks are of that Region alone
        cut = cut.model_copy(update={"config_updates_per_month": Range.exactly(0.0)})
    return _draws(
        dataclasses.replace(inventory, trails=(cut,), readers=()), span, table, noise=True
    )


def _draws(inventory: Inventory, span: Horizon, table: RateTable, noise: bool) -> FloatArray:
    options = Options(DRAWS, _SEED, QUANTILES)
    told = run(inventory, span, options, table, 0.0, noise)
    drawn: FloatArray = np.broadcast_to(told.draws_requests.sum(axis=1), (DRAWS,))
    return drawn
