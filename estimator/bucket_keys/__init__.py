"""S3 Bucket Keys replayed over a log, priced for a month: what each bucket would save."""

from __future__ import annotations

import calendar
import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimator.bucket_keys.result import Ends, MeasuredBucketKey, MeasuredBucketKeys
from estimator.figures import plural
from estimator.forecasting import WRITES
from estimator.inventory import Inventory
from estimator.measurement.cloudtrail_logs.bucket_key_replay import BucketReplay
from estimator.measurement.cloudtrail_logs.object_requests import GETS, PUTS
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY, read_replays
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from estimator.months import FloatArray, Months
from estimator.volume.others import OtherPools, other_pools
from pricing.lines import Lines
from pricing.rates import RateTable
from pricing.reading.problems import RateError
from pricing.regions import partition_of
from pricing.request_meters import SYMMETRIC

_HOURS_OF_A_WEEK = 168  # of less than a week nobody knows how the other days are
_MISSING = (
    "what S3 Bucket Keys would save is not measured: {} without a replay of them. Name the log "
    "files themselves, or what `kmscost measure cloudtrail LOGS --output measurement.json` writes "
    "of them"
)
_UNKNOWN = Ends(math.nan, math.nan, math.nan)


def measure_bucket_keys(
    actuals: Actuals,
    months: Months,
    table: RateTable,
    discount: float = 0.0,
    inventory: Inventory | None = None,
) -> MeasuredBucketKeys:
    """Price what the Bucket Key of each bucket of logs would save in a month.

    Parameters
    ----------
    actuals : Actuals
        Of `measure_cloudtrail` with `bucket_keys`, or read back from its JSON.
    months : Months
        The first one is the month that is priced.
    table, discount
        As for `estimator.forecast`.
    inventory : Inventory, optional
        Who pays, what others request, which trails write where. Default: all accounts of the logs
        have one payer, and nothing else is requested.
    """
    hours = _covered_hours(actuals.coverage)
    replay_of_logs = actuals.details.get(REPLAY)
    if replay_of_logs is None:
        missing = _MISSING.format(" and ".join(_words(actuals)))
        return MeasuredBucketKeys(
            hours=hours, notices=(missing,), currency=table.currency, missing=missing
        )
    first = months.firsts[0]
    scale = 24 * calendar.monthrange(first.year, first.month)[1] / hours if hours else 1.0
    pricing = BucketKeyPricing(actuals, months, table, discount, scale, inventory)
    trails: defaultdict[str, list[str]] = defaultdict(list)
    for trail in inventory.trails if inventory is not None else ():
        if trail.bucket.name is not None:
            trails[trail.bucket.name].append(trail.name)
    notices = []
    buckets = []
    for replay in read_replays(replay_of_logs["requesters"]):
        try:
            savings = pricing.savings(replay)
        # what one bucket would save is not known: all others still are
        except RateError as error:
            savings = _UNKNOWN, _UNKNOWN
            found = "; ".join(problem.found for problem in error.problems)
            notices.append(
                f"bucket {replay.bucket}: what its Bucket Key saves has no price: {found}"
            )
        writers = tuple(trails.get(replay.bucket, ()))
        buckets.append(MeasuredBucketKey(replay, scale, *savings, writers))
    exempt = inventory is not None and inventory.cloudtrail_writes == "exempt"
    buckets.sort(key=lambda each: _order(each, exempt))
    if buckets and hours < _HOURS_OF_A_WEEK:
        notices.append(
            f"what S3 Bucket Keys save is scaled to a month from {plural(hours, 'hour')} of logs: "
            "less than a week does not show how busy its other days are"
        )
    if replay_of_logs["resolution"] > 1:
        notices.append(
            "too many requests about objects for seconds: they were replayed by the minute, with "
            "bucket keys that live a minute less and a minute more"
        )
    return MeasuredBucketKeys(tuple(buckets), hours, tuple(notices), table.currency)


def _words(actuals: Actuals) -> list[str]:
    """What was measured, in words."""
    return [
        f"a measurement of {SOURCES[name].words}" if name in SOURCES else "a measurement"
        for name in actuals.source.split(", ")
    ]


def _covered_hours(coverage: Coverage) -> int:
    """The hours of which any account and Region has a record. [h]"""
    days: dict[Any, int] = {}
    for stream in coverage.hours.values():
        for day, mask in stream.items():
            days[day] = days.get(day, 0) | mask
    return sum(mask.bit_count() for mask in days.values())


def _order(bucket: MeasuredBucketKey, exempt: bool) -> tuple[float, float, float, str]:
    ends = bucket.exempt if exempt else bucket.charged
    _, high, at_least = (0.0 if math.isnan(end) else end for end in ends)
    return -at_least, -high, -bucket.requests, bucket.replay.bucket


class BucketKeyPricing:
    """Prices the requests of buckets as the last ones of a month."""

    def __init__(
        self,
        actuals: Actuals,
        months: Months,
        table: RateTable,
        discount: float,
        scale: float,
        inventory: Inventory | None,
    ) -> None:
        self._table, self._discount, self._scale = table, discount, scale
        self._month = pd.Period(months.labels[0], "M")
        self._known: OtherPools | None = None
        self._payers: Mapping[str, str] = {}
        # an account that the inventory does not have is taken for one of its first payer
        self._payer = ""
        if inventory is not None:
            self._known = other_pools(inventory, months)
            self._payers = inventory.payer_by_account
            self._payer = inventory.payers()[0]
        self._all: dict[bool, dict[tuple[str, str], float]] = {}
        rows = actuals.measured[["billed_account", "billed_region", "cause", "meter"]]
        rows = rows.astype(str).assign(quantity=actuals.measured["quantity"].to_numpy())
        for exempt in (False, True):
            sums: defaultdict[tuple[str, str], float] = defaultdict(float)
            for account, region, cause, meter, quantity in rows.itertuples(index=False):
                # asymmetric requests and key pairs are no part of the free quantity (F13)
                if meter == SYMMETRIC and not (exempt and cause in WRITES):
                    sums[self._place(account, region)] += quantity * scale
            self._all[exempt] = sums

    def savings(self, replay: BucketReplay) -> tuple[Ends, Ends]:
        """The cost saved, if writes are charged and if they are exempt. [currency/month]"""
        rows = [
            place
            for place, requester in enumerate(replay.requesters)
            if requester.operation in PUTS | GETS
        ]
        if not rows or not replay.total:
            return Ends(0.0, 0.0, 0.0), Ends(0.0, 0.0, 0.0)
        requesters = [replay.requesters[row] for row in rows]
        usage = pd.DataFrame(
            {
                "month": [self._month] * len(rows),
                "payer": [self._place(each.account, each.region)[0] for each in requesters],
                "billed_region": [each.region for each in requesters],
                "operation": [each.operation for each in requesters],
            }
        )
        lines = Lines(usage, self._table)
        writes = np.array([each.cause in WRITES for each in requesters], dtype=bool)
        counts = (replay.requests, replay.low, replay.high, replay.at_most)
        quantities = [np.asarray(each[rows] * self._scale, dtype=np.float64) for each in counts]
        found = []
        for exempt in (False, True):
            own: defaultdict[tuple[str, str], float] = defaultdict(float)
            for each, quantity, is_write in zip(requesters, quantities[0], writes, strict=True):
                if not (exempt and is_write):
                    own[self._place(each.account, each.region)] += quantity
            rest = {
                place: max(quantity - own.get(place, 0.0), 0.0)
                for place, quantity in self._all[exempt].items()
            }
            others = _Others(rest, self._known)
            mask = writes if exempt else None
            whole, low, high, at_most = (
                self._cost(lines, quantity, others, mask) for quantity in quantities
            )
            found.append(Ends(whole - high, whole - low, whole - at_most))
        return found[0], found[1]

    def _cost(self, lines: Lines, quantity: FloatArray, others: _Others, exempt: Any) -> float:
        priced = lines.price(quantity, others, exempt, self._discount)
        cost = priced.cost if exempt is None else np.where(exempt, 0.0, priced.cost)
        return float(cost.sum())

    def _place(self, account: str, region: str) -> tuple[str, str]:
        return self._payers.get(account, self._payer), partition_of(region)


class _Others:
    """What uses the free quantity first: the rest of the logs, or of the inventory if more."""

    def __init__(self, measured: dict[tuple[str, str], float], known: OtherPools | None) -> None:
        self._measured, self._known = measured, known

    def of(self, payer: str, partition: str, month: pd.Period) -> float:
        """Return the requests of a payer in a partition. [request/month]"""
        known = 0.0 if self._known is None else self._known.of(payer, partition, month)
        return max(self._measured.get((payer, partition), 0.0), known)
