"""Headroom: requests a second by account and Region against KMS's request quota.

Decrypt, Encrypt and GenerateDataKey share one quota in each account and Region, and requests that
AWS services make on somebody's behalf count: AWS KMS Developer Guide, "Request quotas"; checked
2026-11-23. It is the quota of the account that makes the request, in the key's Region.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from estimator.figures import count, share
from estimator.forecast import bursts
from estimator.forecast.activity import Lives
from estimator.forecast.paces import Paces
from estimator.forecast.totals import month_of, numbered, summed_by
from estimator.frames import QUOTAS
from estimator.inventory import Inventory
from estimator.months import Months
from pricing.quotas import load_quotas

# from this share of a quota on a notice says so
NOTICE_FROM = 0.5
_MOST = 5

_PLACE = ["month", "payer", "billed_account", "billed_region"]


def quota_use(
    charges: pd.DataFrame, inventory: Inventory, months: Months, lives: Lives
) -> pd.DataFrame:
    """Mean and burst of each month, account and Region: the frame `estimator.frames.QUOTAS`.

    Bursts are added up as if all of them came in the same second.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, billed_region, driver, cause, unit, quantity.
    lives : Lives
    """
    jobs = _bursts(charges[charges["unit"] == "request"], Paces(inventory, months, lives))
    place, first = numbered(jobs, _PLACE)
    frame = jobs[_PLACE].iloc[first].reset_index(drop=True)
    for column, of in (
        ("requests", "quantity"),
        ("burst_per_second", "burst"),
        ("burst_high_per_second", "burst_high"),
    ):
        frame[column] = summed_by(place, jobs[of], len(first))
    # the largest burst of each place comes first, in the order of the places
    order = np.lexsort((-jobs["burst"].to_numpy(), place))
    largest = order[np.unique(place[order], return_index=True)[1]]
    for name in ("driver", "at_once", "seconds"):
        frame[name] = jobs[name].iloc[largest].array
    days = months.days[month_of(frame, months)]
    frame["mean_per_second"] = bursts.mean_per_second(frame["requests"].to_numpy(), days)
    table = load_quotas()
    quota = np.array([table.of(region) for region in frame["billed_region"]], dtype=np.float64)
    frame["quota_per_second"] = quota
    for what in ("mean", "burst"):
        rate = frame[f"{what}_per_second"].to_numpy()
        frame[f"share_{what}"] = bursts.share_of_quota(rate, quota)
    return frame[[column.name for column in QUOTAS]]


def _bursts(requests: pd.DataFrame, paces: Paces) -> pd.DataFrame:
    """By place, driver and cause: what comes at once [request], in what time [s], at what rate."""
    kind, first = numbered(requests, ["driver", "cause", "key"])
    kinds = requests[["driver", "cause", "key"]].iloc[first].astype(str)
    known = [paces.of(*one) for one in kinds.itertuples(index=False, name=None)]
    shape, month = (len(known), paces.months.count), month_of(requests, paces.months)
    quantity = requests["quantity"].to_numpy()
    at_once = np.array([pace.at_once for pace in known]).reshape(shape)[kind, month] * quantity
    daily = np.array([pace.daily for pace in known]).reshape(shape)[kind, month] * quantity

    job, first = numbered(requests, [*_PLACE, "driver", "cause"])
    together = summed_by(job, at_once, len(first))
    # nothing is slower than the fullest day spread evenly
    day = summed_by(job, daily, len(first))
    least = bursts.mean_per_second(day, np.ones(len(first)))
    jobs = requests[[*_PLACE, "driver", "cause"]].iloc[first].reset_index(drop=True)
    jobs["quantity"] = summed_by(job, quantity, len(first))
    jobs["at_once"] = together
    for rate, name, end, gets in (
        ("burst", "seconds", "mid", bursts.GETS_ONE_AFTER_ANOTHER.mid),
        ("burst_high", "seconds_low", "low", bursts.GETS_ONE_AFTER_ANOTHER.high),
    ):
        said = [np.nan if one.seconds is None else getattr(one.seconds, end) for one in known]
        given = np.array(said, dtype=np.float64)[kind[first]]
        one_by_one = bursts.one_after_another(together, gets)
        seconds = np.where(np.isnan(given), one_by_one, given)
        jobs[name] = seconds
        jobs[rate] = np.maximum(bursts.burst_per_second(together, seconds), least)
    return jobs


def highest(quotas: pd.DataFrame) -> pd.DataFrame:
    """The month with the highest burst of each account and Region, the highest share first."""
    ordered = quotas.sort_values("share_burst", ascending=False, kind="stable")
    return ordered.drop_duplicates(["billed_account", "billed_region"], ignore_index=True)


def quota_notices(quotas: pd.DataFrame) -> Iterator[str]:
    """What comes near a quota, or beyond it."""
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
