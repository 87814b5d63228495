"""The day on which a month's free requests end, and whose requests took them.

Charges of a month share its free requests in proportion, whichever day they are made. By the day
they are used up at some point, after which every request is charged; all requests of a day take of
them in proportion, for nothing tells which of them come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from estimator.figures import SUMS
from estimator.forecasting.writes import WRITES
from estimator.months import FloatArray, Months
from estimator.volume import DailyRequests
from pricing.lines import OthersByPool
from pricing.regions import partition_of

OTHERS = "everything else"


@dataclass(frozen=True)
class FreeUse:
    """The use of the free requests of a month, payer and partition.

    Attributes
    ----------
    month, payer, partition : str
        A payer that is not known is empty.
    free : float
        The free quantity. [request/month]
    requests : float
        All that may take of it. [request]
    ends : str or None
        The day on which the last of it is taken; None where some is left.
    taken_by : tuple of (str, float)
        Whose requests took it, the most first. [request]
    """

    month: str
    payer: str
    partition: str
    free: float
    requests: float
    ends: str | None
    taken_by: tuple[tuple[str, float], ...]


def use_free_requests(
    place: tuple[str, str, str],
    free: float,
    days: Sequence[str],
    names: Sequence[str],
    requests: FloatArray,
) -> FreeUse:
    """The use of a free quantity, by what is requested day after day.

    Parameters
    ----------
    place : tuple of str
        Month, payer and partition.
    free : float
        The free quantity. [request/month]
    days, names : sequence of str
        The days in their order, and whose requests they are.
    requests : array
        Names x days. [request/day]

    >>> use = use_free_requests(
    ...     ("2026-10", "", "aws"), 20_000, ["2026-10-01", "2026-10-02"], ["s3", "cloudtrail"],
    ...     np.array([[12_000.0, 12_000.0], [3_000.0, 8_000.0]]),
    ... )
    >>> use.ends, use.taken_by  # 5,000 are left for the second day's 20,000: a quarter of each
    ('2026-10-02', (('s3', 15000.0), ('cloudtrail', 5000.0)))
    """
    by_day = requests.sum(axis=0)
    taken = np.minimum(np.cumsum(by_day), free)
    parts = np.diff(taken, prepend=0.0)
    share = np.divide(parts, by_day, out=np.zeros_like(by_day), where=by_day > 0)
    of_each = (requests * share).sum(axis=1).tolist()
    order = sorted(range(len(names)), key=lambda at: (-of_each[at], names[at]))
    over = np.flatnonzero((taken >= free * (1 - SUMS)) & (by_day > 0))
    return FreeUse(
        *place,
        free=free,
        requests=float(by_day.sum()),
        ends=days[int(over[0])] if len(over) else None,
        taken_by=tuple((names[at], of_each[at]) for at in order if of_each[at] > 0),
    )


# of each pool, by month, payer and partition, the requests on each day of its month: by driver,
# and whether they are CloudTrail's own writes [request/day]
PoolDays = dict[tuple[str, str, str], dict[tuple[str, bool], FloatArray]]


def count_by_pool(days: DailyRequests, months: Months) -> PoolDays:
    """The requests of every pool of free requests in whole months, day by day."""
    found: PoolDays = defaultdict(dict)
    names = ("payer", "billed_region", "driver")
    known = days.vocabulary.code["cause"]
    is_write = np.isin(days.codes["cause"], [known[cause] for cause in WRITES]).astype(np.int64)
    codes = np.stack([*(days.codes[name] for name in names), is_write], axis=1)
    # accounts and keys are many, payers, Regions and drivers few
    groups, group_of = np.unique(codes, axis=0, return_inverse=True)
    requests = np.zeros((len(groups), len(days.spans)))
    # releases of numpy differ in the shape of this inverse
    np.add.at(requests, group_of.reshape(-1), days.requests)
    for start, end in pairwise([*days.spans.month_starts.tolist(), len(days.spans)]):
        month = months.labels[days.spans.month[start]]
        for group, of_group in zip(groups.tolist(), requests, strict=True):
            payer, region, driver = (
                days.vocabulary.texts[name][code]
                for name, code in zip(names, group[:3], strict=True)
            )
            pool = found[month, payer, partition_of(region)]
            part = driver, bool(group[3])
            pool[part] = pool.get(part, 0.0) + of_group[start:end]
    return found


def use_pools(
    by_pool: PoolDays, pools: pd.DataFrame, others: OthersByPool, interpretation: str
) -> tuple[FreeUse, ...]:
    """The use of each pool of a forecast; other requests are spread evenly over the days.

    Parameters
    ----------
    pools : DataFrame
        Those of the forecast.
    interpretation : str
        ``charged`` or ``exempt``: what is not charged takes nothing of what is free.
    """
    found = []
    names = ("unit", "month", "payer", "partition", "quantity_free")
    for unit, month, payer, partition, free in zip(
        *(pools[name].tolist() for name in names), strict=True
    ):
        if unit != "request":
            continue
        place = (str(month), str(payer), str(partition))
        days = [f"{place[0]}-{number:02}" for number in range(1, month.days_in_month + 1)]
        parts: dict[str, FloatArray] = {}
        for (driver, is_write), requests in by_pool.get(place, {}).items():
            if not (is_write and interpretation == "exempt"):
                parts[driver] = parts.get(driver, 0.0) + requests
        requests_of_others = float(np.asarray(others.of(place[1], place[2], month)).sum())
        parts[OTHERS] = np.full(len(days), requests_of_others / len(days))
        found.append(
            use_free_requests(place, free, days, list(parts), np.stack(list(parts.values())))
        )
    return tuple(found)
