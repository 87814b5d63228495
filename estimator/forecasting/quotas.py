"""Headroom: requests a second by account and Region against KMS's request quota, and its table.

Decrypt, Encrypt and GenerateDataKey share one quota in each account and Region, and requests that
AWS services make on somebody's behalf count: AWS KMS Developer Guide, "Request quotas"; checked
2026-11-23. It is the quota of the account that makes the request, in the key's Region.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from estimator.figures import count, share
from estimator.forecasting.totals import month_of, number_groups, sum_groups
from estimator.frames import QUOTAS
from estimator.months import FloatArray, Months
from estimator.volume.blocks import GETS_ONE_AFTER_ANOTHER, SECONDS_PER_DAY
from estimator.volume.daily import DailyRequests
from pricing.reading.validation import Number, Section, Source, load_as
from pricing.regions import TABLES

# from this share of a quota on a notice says so
NOTICE_FROM = 0.5
_MOST = 5

_PLACE = ["month", "payer", "billed_account", "billed_region"]


class Headroom:
    """Gathers the bursts of every month, account and Region out of requests by the day."""

    def __init__(self, months: Months) -> None:
        self._months = months
        self._parts: list[pd.DataFrame] = []

    def add(self, days: DailyRequests) -> None:
        """The bursts of more days."""
        self._parts.append(_place_bursts(_driver_bursts(days, self._months), self._months))

    @property
    def frame(self) -> pd.DataFrame:
        """Mean and burst of each month, account and Region: `estimator.frames.QUOTAS`.

        Bursts are added up as if all of them came in the same second.
        """
        frame = pd.concat(self._parts, ignore_index=True)
        table = load_quotas()
        quota = np.array([table.of(region) for region in frame["billed_region"]], dtype=np.float64)
        frame["quota_per_second"] = quota
        for name in ("mean", "burst"):
            rate = frame[f"{name}_per_second"].to_numpy()
            frame[f"share_{name}"] = share_of_quota(rate, quota)
        return frame[[column.name for column in QUOTAS]]


def _driver_bursts(days: DailyRequests, months: Months) -> pd.DataFrame:
    """By month, place, driver and cause: what comes at once [request], in what time, how fast."""
    names = [*_PLACE[1:], "driver", "cause"]
    codes = np.stack([days.codes[name] for name in names], axis=1)
    drivers, driver_of = np.unique(codes, axis=0, return_inverse=True)
    requests, together = np.zeros((2, len(drivers), len(days.spans)))
    # jobs of one driver and cause under several keys come together
    np.add.at(requests, driver_of.reshape(-1), days.requests)
    np.add.at(together, driver_of.reshape(-1), days.at_once)
    starts = days.month_starts
    # days in a row, so that each month is one slice
    total = np.add.reduceat(requests, starts, axis=1)
    fullest = np.maximum.reduceat(requests, starts, axis=1)
    at_once = np.maximum.reduceat(together, starts, axis=1)

    month, driver = np.nonzero(total.T)
    span = pd.period_range(months.labels[0], periods=months.count, freq="M")
    columns: dict[str, Any] = {"month": span[days.months[month]]}
    for position, name in enumerate(names):
        texts = pd.Index(days.vocabulary.texts[name], dtype=object)
        columns[name] = pd.Categorical.from_codes(drivers[driver, position], categories=texts)
    columns["quantity"] = total.T[month, driver]
    columns["at_once"] = at_once.T[month, driver]
    # nothing is slower than the fullest day spread evenly
    least = mean_per_second(fullest.T[month, driver], 1.0)
    # they have the same seconds, so the last of them stands for all
    seconds_of = dict(zip(driver_of.reshape(-1).tolist(), days.seconds, strict=True))
    for rate, name, end, gets in (
        ("burst", "seconds", "mid", GETS_ONE_AFTER_ANOTHER.mid),
        # the same requests in less time are more a second: the high burst takes the low end
        ("burst_high", "seconds_low", "low", GETS_ONE_AFTER_ANOTHER.high),
    ):
        # NaN where no seconds are given and gets come one after the other
        given = np.array(
            [
                np.nan if seconds_of[n] is None else getattr(seconds_of[n], end)
                for n in range(len(drivers))
            ]
        )[driver]
        one_by_one = one_after_another(columns["at_once"], gets)
        columns[name] = np.where(np.isnan(given), one_by_one, given)
        burst = burst_per_second(columns["at_once"], columns[name])
        columns[rate] = np.maximum(burst, least)
    return pd.DataFrame(columns)


def _place_bursts(jobs: pd.DataFrame, months: Months) -> pd.DataFrame:
    """The same by month and place: all bursts together, and which driver's is the largest."""
    place, first = number_groups(jobs, _PLACE)
    columns: dict[str, Any] = {name: jobs[name].array[first] for name in _PLACE}
    for column, name in (
        ("requests", "quantity"),
        ("burst_per_second", "burst"),
        ("burst_high_per_second", "burst_high"),
    ):
        columns[column] = sum_groups(place, jobs[name], len(first))
    # the largest burst of each place comes first, in the order of the places
    order = np.lexsort((-jobs["burst"].to_numpy(), place))
    largest = order[np.unique(place[order], return_index=True)[1]]
    for name in ("driver", "at_once", "seconds"):
        columns[name] = jobs[name].array[largest]
    frame = pd.DataFrame(columns)
    days = months.days[month_of(frame, months)]
    frame["mean_per_second"] = mean_per_second(columns["requests"], days)
    return frame


class Quotas(Section):
    """The shipped table of quotas on symmetric keys, per account and Region. [request/s]"""

    version: Literal[1]
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


def quota_notices(quotas: pd.DataFrame) -> Iterator[str]:
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
