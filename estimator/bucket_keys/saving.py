"""The cost that a Bucket Key saves: a bucket's requests priced as the last ones of a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES
from estimator.inventory import Inventory
from estimator.measurement.cloudtrail_logs.bucket_key_replay import BucketReplay
from estimator.measurement.cloudtrail_logs.object_requests import GETS, PUTS
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Months
from estimator.volume.others import OtherPools, other_pools
from pricing.bill import Lines
from pricing.rates import RateTable
from pricing.regions import partition_of
from pricing.request_meters import SYMMETRIC


class Ends(NamedTuple):
    """A saving: with a key of a minute, and of an hour; and whatever older objects are under."""

    low: float
    high: float
    at_least: float


class _Others:
    """What uses the free quantity first: the rest of the logs, or of the inventory if more."""

    def __init__(self, measured: dict[tuple[str, str], float], known: OtherPools | None) -> None:
        self._measured, self._known = measured, known

    def of(self, payer: str, partition: str, month: pd.Period) -> float:
        """Return the requests of a payer in a partition. [request/month]"""
        known = 0.0 if self._known is None else self._known.of(payer, partition, month)
        return max(self._measured.get((payer, partition), 0.0), known)


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
