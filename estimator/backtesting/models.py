"""Forecasts of a fold: the calibrated one with its ranges, and three that need no statistics.

Folds begin and end anywhere: a `Horizon` is their span of days for the model of months.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimator.backtesting.series import CAUSES, Group, Series
from estimator.calibration.stream_rates import MONTH_DAYS
from estimator.inventory import Inventory, Range
from estimator.months import FloatArray, Months, first_of
from estimator.simulation import run
from estimator.simulation.draws import Options, generator
from estimator.volume import usage
from estimator.volume.model import Model
from estimator.volume.readers import kind_of
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError

WEEK = 7

QUANTILES = (0.05, 0.5, 0.95)
DRAWS = 2_000
_SEED = 0

MOST_DAYS = 366
_DAYS = re.compile(r"([1-9][0-9]{0,3})\s*d?\Z", re.ASCII)


@dataclass(frozen=True)
class Horizon(Months):
    """Days in a row for the model of months: the parts of months that they lie in.

    Active periods, files, gets and looks are counted in these days, with the growth of the month of
    each; rates a month hold for their part of a mean month.
    """

    length: int = 28

    @cached_property
    def firsts(self) -> tuple[datetime.date, ...]:
        """The first day of each part, and the day after the last one."""
        until = self.start + datetime.timedelta(days=self.length)
        inside = [int(first_of(self.start, after)) for after in range(1, self.count)]
        return (self.start, *map(datetime.date.fromordinal, inside), until)

    @property
    def days(self) -> FloatArray:
        """Days that rates a month are spread over. [day]"""
        return np.full(self.count, MONTH_DAYS)


def horizon_of(first: datetime.date, length: int) -> Horizon:
    """As many days from a first one.

    >>> horizon_of(datetime.date(2026, 10, 20), 14).labels
    ('2026-10', '2026-11')
    """
    last = first + datetime.timedelta(days=length - 1)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return Horizon(first, count, length)


def read_horizon(horizon: str | int) -> int:
    """The days of ``28d`` or 28. [day]

    >>> read_horizon("28d"), read_horizon(7)
    (28, 7)

    Raises
    ------
    UsageError
        It is no number of days from 1 to 366.
    """
    found = _DAYS.match(str(horizon).strip())
    days = int(found[1]) if found else 0
    if not 1 <= days <= MOST_DAYS:
        expected = f"days such as 28d, 1 to {MOST_DAYS}"
        raise UsageError(Problem("horizon", None, "", repr(horizon), expected, ""))
    return days


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


def plain_inventory(inventory: Inventory) -> Inventory:
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
