"""Headroom: requests a second by account and Region against KMS's request quota, and its table.

Decrypt, Encrypt and GenerateDataKey share one quota in each account and Region, and requests that
AWS services make on somebody's behalf count: AWS KMS Developer Guide, "Request quotas"; checked
2026-11-23. It is the quota of the account that makes the request, in the key's Region.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from estimator.figures import count, share
from estimator.frames import QUOTAS
from estimator.months import FloatArray, IntArray, Months
from estimator.volume import DailyRequests
from estimator.volume.blocks import GETS_ONE_AFTER_ANOTHER, SECONDS_PER_DAY
from pricing.lines import group_rows
from pricing.reading.validation import FormatVersion, Number, Section, Source, load_as
from pricing.regions import TABLES

# from this share of a quota on a notice says so
NOTICE_FROM = 0.5
_MOST = 5

_PLACE = ("payer", "billed_account", "billed_region")
# what tells bursts apart: of a place those of each driver and cause
_JOB = (*_PLACE, "driver", "cause")


def place_bursts(days: DailyRequests, months: Months) -> pd.DataFrame:
    """Add up the bursts of some months by account and Region, with the driver of the largest."""
    jobs = _driver_bursts(days)
    first, place = group_rows(jobs.month, *jobs.codes.T[: len(_PLACE)])
    # the largest burst of each place comes first, in the order of the places
    order = np.lexsort((-jobs.burst, place))
    largest = order[np.unique(place[order], return_index=True)[1]]

    def texts(name: str, rows: IntArray) -> pd.Categorical[str]:
        categories = pd.Index(days.vocabulary.texts[name], dtype=object)
        return pd.Categorical.from_codes(jobs.codes[rows, _JOB.index(name)], categories=categories)

    def total(values: FloatArray) -> FloatArray:
        sums = np.bincount(place, weights=values, minlength=len(first))
        return sums.astype(np.float64)  # of nothing at all bincount counts in whole numbers

    month, requests = jobs.month[first], total(jobs.requests)
    span = pd.period_range(months.labels[0], periods=months.count, freq="M")
    return pd.DataFrame(
        {
            "month": span[month],
            **{name: texts(name, first) for name in _PLACE},
            "requests": requests,
            "burst_per_second": total(jobs.burst),
            "burst_high_per_second": total(jobs.burst_high),
            "driver": texts("driver", largest),
            "at_once": jobs.at_once[largest],
            "seconds": jobs.seconds[largest],
            "mean_per_second": mean_per_second(requests, months.days[month]),
        }
    )


def find_headroom(bursts: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Mean and burst of each month, account and Region, and notices of those near a quota.

    Bursts are added up as if all of them came in the same second. The frame's columns are
    `estimator.frames.QUOTAS`.

    Parameters
    ----------
    bursts : sequence of DataFrame
        Those of all months, as `place_bursts` finds them.
    """
    frame = pd.concat(bursts, ignore_index=True)
    table = load_quotas()
    quota = np.array([table.of(region) for region in frame["billed_region"]], dtype=np.float64)
    frame["quota_per_second"] = quota
    for name in ("mean", "burst"):
        rate = frame[f"{name}_per_second"].to_numpy()
        frame[f"share_{name}"] = share_of_quota(rate, quota)
    quotas = frame[[column.name for column in QUOTAS]]
    return quotas, tuple(_notices(quotas))


class _Bursts(NamedTuple):
    """What comes at once, a row for each month, place, driver and cause.

    `month` is a position among the months, and `codes` has a column for each of `_JOB`.
    """

    month: IntArray
    codes: IntArray
    requests: FloatArray  # [request/month]
    at_once: FloatArray  # [request]
    seconds: FloatArray  # [s]
    burst: FloatArray  # [request/s]
    burst_high: FloatArray  # [request/s]


def _driver_bursts(days: DailyRequests) -> _Bursts:
    """What comes at once, in what time, and how fast."""
    codes = np.stack([days.codes[name] for name in _JOB], axis=1)
    drivers, driver_of = np.unique(codes, axis=0, return_inverse=True)
    # releases of numpy differ in the shape of this inverse
    driver_of = driver_of.reshape(-1)
    requests, together = np.zeros((2, len(drivers), len(days.spans)))
    # jobs of one driver and cause under several keys come together
    np.add.at(requests, driver_of, days.requests)
    np.add.at(together, driver_of, days.at_once)
    starts = days.spans.month_starts
    # days in a row, so that each month is one slice
    total = np.add.reduceat(requests, starts, axis=1)
    month, driver = np.nonzero(total.T)
    at_once = np.maximum.reduceat(together, starts, axis=1).T[month, driver]
    # nothing is slower than the fullest day spread evenly
    fullest = np.maximum.reduceat(requests, starts, axis=1).T[month, driver]
    least = mean_per_second(fullest, 1.0)
    # they have the same seconds, so the last of them stands for all
    seconds_of = dict(zip(driver_of.tolist(), days.seconds, strict=True))
    ranges = [seconds_of[number] for number in range(len(drivers))]

    def burst(end: str, gets: float) -> tuple[FloatArray, FloatArray]:
        """The seconds at an end of their ranges, and the burst in them."""
        # NaN where no seconds are given and gets come one after the other
        given = np.array([np.nan if each is None else getattr(each, end) for each in ranges])
        given = given[driver]
        seconds = np.where(np.isnan(given), one_after_another(at_once, gets), given)
        return seconds, np.maximum(burst_per_second(at_once, seconds), least)

    seconds, typical = burst("mid", GETS_ONE_AFTER_ANOTHER.mid)
    # the same requests in less time are more a second: the high burst takes the low end
    _, high = burst("low", GETS_ONE_AFTER_ANOTHER.high)
    return _Bursts(
        days.spans.month[starts][month],
        drivers[driver],
        total.T[month, driver],
        at_once,
        seconds,
        typical,
        high,
    )


class Quotas(Section):
    """The shipped table of quotas on symmetric keys, per account and Region. [request/s]"""

    version: FormatVersion
    requests_per_second: dict[str, Number]
    source: Source

    def of(self, region: str) -> float:
        """The quota of a Region. [request/s]"""
        # the table names the Regions that have a quota of their own
        return self.requests_per_second.get(region, self.requests_per_second["other"])


@cache
def load_quotas() -> Quotas:
    """The shipped table of request quotas.

    >>> load_quotas().of("us-east-1"), load_quotas().of("eu-north-1")
    (100000.0, 10000.0)
    """
    return load_as(Quotas, TABLES / "quotas.yaml")


def highest(quotas: pd.DataFrame) -> pd.DataFrame:
    """The month with the highest burst of each account and Region, the highest share first."""
    ordered = quotas.sort_values("share_burst", ascending=False, kind="stable")
    return ordered.drop_duplicates(["billed_account", "billed_region"], ignore_index=True)


def _notices(quotas: pd.DataFrame) -> Iterator[str]:
    """Notices of accounts and Regions that come near a quota, or beyond it."""
    near = quotas[quotas["share_burst"] >= NOTICE_FROM]
    if near.empty:
        return
    near = highest(near)
    for row in near.head(_MOST).to_dict("records"):
        yield (
            f"account {row['billed_account']} in {row['billed_region']} may make "
            f"{count(row['burst_per_second'])} requests a second in {row['month']}, "
            f"{share(row['share_burst'])} of KMS's quota of {count(row['quota_per_second'])}: "
            f"{row['driver']} alone {count(row['at_once'])} within {count(row['seconds'])} s, as "
            "assumed (burst_seconds)"
        )
    if len(near) > _MOST:
        yield f"and {len(near) - _MOST:,} more accounts and Regions near their KMS quota"


def mean_per_second(requests: FloatArray, days: FloatArray | float) -> FloatArray:
    """Requests of as many days, spread evenly. [request/s]

    >>> import numpy as np
    >>> mean_per_second(np.array([2_592_000.0]), np.array([30.0])).tolist()
    [1.0]
    """
    return requests / (days * SECONDS_PER_DAY)


def burst_per_second(at_once: FloatArray, seconds: FloatArray) -> FloatArray:
    """Requests that come at once, spread evenly over the seconds they take. [request/s]

    >>> import numpy as np
    >>> burst_per_second(np.array([6000.0]), np.array([60.0])).tolist()
    [100.0]
    """
    return at_once / seconds


def one_after_another(at_once: FloatArray, per_second: float) -> FloatArray:
    """The seconds that gets take one after the other, never less than one. [s]

    >>> import numpy as np
    >>> one_after_another(np.array([6000.0, 3.0]), 20.0).tolist()
    [300.0, 1.0]
    """
    return np.maximum(at_once / per_second, 1.0)


def share_of_quota(per_second: FloatArray, quota: FloatArray) -> FloatArray:
    """The share of a quota that a rate uses; above 1 KMS refuses requests. [-]

    >>> import numpy as np
    >>> share_of_quota(np.array([2500.0]), np.array([10_000.0])).tolist()
    [0.25]
    """
    return per_second / quota
