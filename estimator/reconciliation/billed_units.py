"""Whose a bill's requests are: CloudTrail's, others', or nobody knows whose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.months import FloatArray, IntArray
from estimator.reconciliation.bill_coverage import BilledDays
from estimator.reconciliation.bill_detail import OPERATIONS
from estimator.reconciliation.interpretation import Interpretation
from estimator.reconciliation.row_coverage import Flags, RowCoverage
from estimator.reconciliation.sides import Sides
from estimator.volume.others import share_of_months
from pricing.regions import is_region, partition_of


@dataclass(frozen=True)
class BilledUnits:
    """The units of each row: forecast ones, as its bill takes writes (F5), and billed ones. [unit]

    Attributes
    ----------
    metered, charged : array
        Forecast units that the bill shows, exempt writes too where it shows them at no cost; that
        it charges for, or has free by the free tier.
    cloudtrail, others : array
        Billed units of CloudTrail's, of others; the rest is unknown.
    uncharged : array
        Exempt writes among CloudTrail's, which the bill shows free.
    expected : float
        Those of others' that are so only because the inventory expects them.
    """

    metered: FloatArray
    charged: FloatArray
    cloudtrail: FloatArray
    others: FloatArray
    uncharged: FloatArray
    expected: float


def split_billed_units(
    sides: Sides,
    coverage: RowCoverage,
    interpretations: Sequence[Interpretation],
    days: BilledDays,
) -> BilledUnits:
    """Attribute the billed units to CloudTrail or to others.

    - Measured rows: CloudTrail's are the measured ones, and others' too.
    - Else, by resource ids: CloudTrail's are those under the inventory's keys.
    - Else: those of the accounts, Regions and operations that have a forecast, without what the
      inventory expects of others (`other_kms_requests_per_month`) of that payer or account, as far
      as there is an excess.
    - Where exempt writes are not in the bill, GenerateDataKey beyond the forecast of checks is not
      CloudTrail's.
    - Key-months: those of the inventory's keys, or as many as are forecast.

    Parameters
    ----------
    sides : Sides
        Of the days billed.
    coverage : RowCoverage
    interpretations : sequence of Interpretation
        The bill of each payer has one of its own.
    days : BilledDays
        The days of the month that are billed.
    """
    frame, inventory, levels = sides.rows, sides.forecast.inventory, sides.bill.levels
    exempt, shown = _interpret_rows(frame, interpretations, inventory)
    hidden = exempt & ~shown
    billed, forecast = frame["billed"].to_numpy(), frame["forecast"].to_numpy()
    metered = forecast - np.where(hidden, frame["writes"], 0.0)
    is_request = (frame["unit"] == "request").to_numpy()
    known = frame["key"].isin([key.id for key in inventory.keys]).to_numpy()
    keyed = is_request & (not levels.request_keys)
    has_forecast = (frame["forecast"] > 0).to_numpy()
    operations = frame["operation"].isin(OPERATIONS).to_numpy()
    is_cloudtrail = np.where(keyed, known & operations, has_forecast)

    measured = (frame["measured"] - np.where(hidden, frame["measured_writes"], 0.0)).to_numpy()
    cloudtrail = np.where(coverage.cloudtrail, measured, np.where(is_cloudtrail, billed, 0.0))
    others = np.where(coverage.others, frame["measured_others"].to_numpy(), 0.0)

    # nothing measured, nothing forecast here: all of it is others'
    strangers = (
        is_request & ~coverage.others & ~is_cloudtrail & ~(coverage.cloudtrail & (measured > 0))
    )
    others = np.where(strangers, billed, others)
    # exempt writes are not in the bill: what stands there in their place is somebody else's
    is_write = (frame["operation"] == "GenerateDataKey").to_numpy()
    closed = is_request & hidden & ~coverage.cloudtrail & is_cloudtrail & is_write
    cloudtrail = np.where(closed, np.minimum(billed, metered), cloudtrail)
    others = np.where(closed & ~keyed, billed - cloudtrail, others)

    mixed = is_request & ~coverage.others & ~strangers & ~closed & ~keyed
    # only what is billed beyond CloudTrail's own requests may be of others
    base = np.where(coverage.cloudtrail, measured, metered)
    excess = np.where(mixed, np.maximum(billed - base, 0.0), 0.0)
    taken = 0.0
    for rows, expected in _expected_others(sides, days):
        # those who were found already are among the expected ones: only the rest is spread
        left = max(expected - float(others[rows][is_request[rows]].sum()), 0.0)
        found = spread_over_excess(excess[rows], left)
        others[rows] += found
        taken += float(found.sum())
        # what was measured stays as it is
        cloudtrail[rows] -= np.where(coverage.cloudtrail[rows], 0.0, found)

    with_ids = ~is_request & (not levels.key_keys)
    # without ids nothing says whose a key is: as many as are forecast are CloudTrail's
    keys = np.where(with_ids, np.where(known, billed, 0.0), np.minimum(billed, metered))
    cloudtrail = np.where(is_request, cloudtrail, keys)
    others = np.where(is_request, others, billed - keys)
    return BilledUnits(
        metered=metered,
        charged=forecast - np.where(exempt, frame["writes"], 0.0),
        cloudtrail=cloudtrail,
        others=others,
        uncharged=_uncharged_writes(frame, shown, coverage, cloudtrail),
        expected=taken,
    )


def _interpret_rows(
    frame: pd.DataFrame, interpretations: Sequence[Interpretation], inventory: Inventory
) -> tuple[Flags, Flags]:
    """Tell of each row whether its bill exempts CloudTrail's own writes, and shows them at no cost.

    Where the bill does not tell, the inventory's interpretation stands.
    """
    own = inventory.cloudtrail_writes
    by_payer = {of_payer.payer: of_payer for of_payer in interpretations}
    found = [by_payer.get(payer) for payer in frame["payer"]]
    exempt = np.array([((bill and bill.answer) or own) == "exempt" for bill in found], dtype=bool)
    shown = np.array([bool(bill and bill.shown_free) for bill in found], dtype=bool)
    return exempt, exempt & shown


def _expected_others(sides: Sides, days: BilledDays) -> Iterator[tuple[IntArray, float]]:
    """Positions of rows in which requests of others are expected, and how many. [request]"""
    frame, inventory, months = sides.rows, sides.forecast.inventory, sides.forecast.months
    of_payer = frame.groupby("payer", observed=True).indices
    of_account = frame.groupby(["payer", "billed_account"], observed=True).indices
    partitions: dict[str, dict[str, None]] = {}
    for account in inventory.accounts:
        partitions.setdefault(account.payer, {})[account.partition] = None
    nowhere = np.zeros(0, dtype=np.int64)
    for use in inventory.other_uses:
        requests = float((share_of_months(inventory, use, months) * use.requests.mid).sum())
        covered = days.shares.get(use.payer, 1.0)
        if covered < 1:
            # of a month in progress only what must be paid: those that the free tier covers may be
            # none of the lines so far, and CloudTrail's would look cheaper than they are
            requests = covered * max(requests - sides.free.get(use.payer, 0.0), 0.0)
        if use.account is not None:
            yield np.asarray(of_account.get((use.payer, use.account), nowhere)), requests
            continue
        rows = np.asarray(of_payer.get(use.payer, nowhere))
        if len(partitions[use.payer]) == 1:
            yield rows, requests
            continue
        # the number is that of each partition
        own = [
            partition_of(region) if is_region(region) else "" for region in frame["billed_region"]
        ]
        for partition in partitions[use.payer]:
            yield rows[np.array(own)[rows] == partition], requests


def _uncharged_writes(
    frame: pd.DataFrame,
    shown: Flags,
    coverage: RowCoverage,
    cloudtrail: FloatArray,
) -> FloatArray:
    """Exempt writes among a row's free units: CloudTrail's less what else it has there. [unit]"""
    writes = np.where(coverage.cloudtrail, frame["measured_writes"], frame["writes"])
    rest = np.where(coverage.cloudtrail, frame["measured"], frame["forecast"]) - writes
    # no more than CloudTrail has there beside what is no write
    free = np.minimum(frame["billed_free"].to_numpy(), np.maximum(cloudtrail - rest, 0.0))
    return np.where(shown & (writes > 0), free, 0.0)


def spread_over_excess(excess: FloatArray, expected: float) -> FloatArray:
    """Spread expected requests of others over rows, in proportion to what they have in excess.

    >>> spread_over_excess(np.array([30.0, 10.0, 0.0]), 20.0).tolist()
    [15.0, 5.0, 0.0]
    >>> spread_over_excess(np.array([3.0, 1.0]), 20.0).tolist()
    [3.0, 1.0]
    """
    whole = float(excess.sum())
    # never more than the excess: the rest of what was expected was not billed here
    return excess * (min(1.0, expected / whole) if whole > 0 else 0.0)
