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
from estimator.forecast.paces import Paces
from estimator.frames import QUOTAS
from estimator.inventory import Inventory
from estimator.months import Months
from estimator.volume.streams import Streams
from pricing.quotas import load_quotas

# from this share of a quota on a notice says so
NOTICE_FROM = 0.5
_MOST = 5

_PLACE = ["month", "payer", "billed_account", "billed_region"]


def quota_use(
    charges: pd.DataFrame, inventory: Inventory, months: Months, lives: Streams
) -> pd.DataFrame:
    """Mean and burst of each month, account and Region: the frame `estimator.frames.QUOTAS`.

    Bursts are added up as if all of them came in the same second.

    Parameters
    ----------
    charges : DataFrame
        Columns month, payer, billed_account, billed_region, driver, cause, unit, quantity.
    lives : Streams
        The streams added up by trail and life.
    """
    names = [*_PLACE, "driver", "cause", "key"]
    rows = charges.loc[charges["unit"] == "request", [*names, "quantity"]]
    rows = rows.groupby(names, observed=True, sort=False, as_index=False)[["quantity"]].sum()
    rows = _with_bursts(rows, Paces(inventory, months, lives))

    sums = {
        "quantity": "requests",
        "burst": "burst_per_second",
        "burst_high": "burst_high_per_second",
    }
    groups = rows.groupby(_PLACE, observed=True, sort=True, as_index=False)
    frame = groups[[*sums]].sum().rename(columns=sums)
    largest = rows.sort_values("burst", ascending=False, kind="stable").drop_duplicates(_PLACE)
    frame = frame.merge(largest[[*_PLACE, "driver", "at_once", "seconds"]], on=_PLACE)
    days = frame["month"].array.days_in_month.astype(np.float64)
    frame["mean_per_second"] = bursts.mean_per_second(frame["requests"].to_numpy(), days)
    table = load_quotas()
    quota = np.array([table.of(region) for region in frame["billed_region"]], dtype=np.float64)
    frame["quota_per_second"] = quota
    for what in ("mean", "burst"):
        rate = frame[f"{what}_per_second"].to_numpy()
        frame[f"share_{what}"] = bursts.share_of_quota(rate, quota)
    return frame[[column.name for column in QUOTAS]]


def _with_bursts(rows: pd.DataFrame, paces: Paces) -> pd.DataFrame:
    """By driver and cause: what comes at once [request], in which time [s], at what rate."""
    month = rows["month"].array.asi8 - pd.Period(paces.months.labels[0], freq="M").ordinal
    kind, kinds = pd.factorize(pd.MultiIndex.from_frame(rows[["driver", "cause", "key"]]))
    known = [paces.of(*map(str, one)) for one in kinds]
    shape = (len(known), paces.months.count)
    at_once = np.array([pace.at_once for pace in known]).reshape(shape)[kind, month]
    daily = np.array([pace.daily for pace in known]).reshape(shape)[kind, month]
    given = [np.nan if one.seconds is None else one.seconds.mid for one in known]
    fast = [np.nan if one.seconds is None else one.seconds.low for one in known]
    rows = rows.assign(
        at_once=rows["quantity"] * at_once,
        daily=rows["quantity"] * daily,
        seconds=np.array(given)[kind],
        seconds_low=np.array(fast)[kind],
    )
    names = [*_PLACE, "driver", "cause", "seconds", "seconds_low"]
    sums = ["quantity", "at_once", "daily"]
    rows = rows.groupby(names, observed=True, sort=False, as_index=False, dropna=False)[sums].sum()
    together, speed = rows["at_once"].to_numpy(), bursts.GETS_ONE_AFTER_ANOTHER
    # nothing is slower than the fullest day spread evenly
    least = bursts.mean_per_second(rows["daily"].to_numpy(), np.ones(len(rows)))
    for rate, name, gets in (
        ("burst", "seconds", speed.mid),
        ("burst_high", "seconds_low", speed.high),
    ):
        one_by_one = bursts.one_after_another(together, gets)
        rows[name] = rows[name].fillna(pd.Series(one_by_one, index=rows.index))
        rows[rate] = np.maximum(bursts.burst_per_second(together, rows[name].to_numpy()), least)
    return rows


def highest(quotas: pd.DataFrame) -> pd.DataFrame:
    """The month with the highest burst of each account and Region, the highest share first."""
    ordered = quotas.sort_values("share_burst", ascending=False, kind="stable")
    return ordered.drop_duplicates(["billed_account", "billed_region"], ignore_index=True)


def quota_notices(quotas: pd.DataFrame) -> Iterator[str]:
    """What comes near a quota, or beyond it."""
    near = highest(quotas[quotas["share_burst"] >= NOTICE_FROM])
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
