"""The knock-on: KMS requests are CloudTrail events themselves, and further copies of events cost.

The first copy of a management event in an account and Region is free; every further trail that
records it pays, unless it excludes `kms.amazonaws.com`. A cross-account call is logged in both
accounts. Source: AWS CloudTrail User Guide, "Managing CloudTrail trail costs", and the CloudTrail
pricing page; checked 2026-11-23.

AWS does not say whose copy is the first one where several trails record an event. Here it is that
of the trail that began first, in the inventory's order where they began together. The sum does not
depend on it, and neither does what a trail's exclusion saves: one copy, while two or more record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.forecast.activity import Activity, Lives
from estimator.forecast.totals import month_of, numbered, summed_by
from estimator.frames import EVENTS
from estimator.inventory import Inventory
from estimator.inventory.sections import Trail
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume.streams import IntArray
from pricing.bill import bill, price_column
from pricing.rates import RateTable

OPERATION = "PaidEventsRecorded"


@dataclass(frozen=True)
class Paying:
    """A trail and the days on which its copy of the events of one log is paid: 1, else 0."""

    trail: str
    days: FloatArray


class Copies:
    """Which trails make paid copies of an event, by account and Region of the log."""

    def __init__(self, inventory: Inventory, months: Months) -> None:
        self.days = np.arange(months.begin[0], months.end[-1])
        self.month_starts = (months.begin - months.begin[0]).astype(np.int64)
        self.accounts = {account.id: account for account in inventory.accounts}
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        self.rank = {
            trail.name: (ordinal(trail.start, ALWAYS), number)
            for number, trail in enumerate(inventory.trails)
        }
        for trail in inventory.trails:
            if trail.exclude_kms_events:
                continue
            home = self.accounts[trail.account]
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                self.shared[home.payer, home.partition].append(trail)
        self.known: dict[tuple[str, str], list[Paying]] = {}
        recording = sum(map(len, (*self.own.values(), *self.shared.values())))
        self.possible = recording > 1  # the first copy of an event is free

    def paid(self, account: str, region: str, weight: FloatArray) -> list[tuple[str, FloatArray]]:
        """Trails with the paid share of each month's events, days weighed by `weight`. [-]"""
        events = np.add.reduceat(weight, self.month_starts)
        events = np.where(events > 0, events, 1.0)
        return [
            (paying.trail, np.add.reduceat(paying.days * weight, self.month_starts) / events)
            for paying in self._paying(account, region)
        ]

    def _paying(self, account: str, region: str) -> list[Paying]:
        """The trails whose copy is not the first on some day."""
        key = (account, region)
        if key not in self.known:
            home = self.accounts[account]
            recording = [
                trail
                for trail in (*self.own[account], *self.shared[home.payer, home.partition])
                if trail.regions is None or region in trail.regions
            ]
            born, dead = ordinal(home.start, ALWAYS), ordinal(home.until, NEVER)
            before = np.zeros(len(self.days), dtype=bool)
            found = []
            for trail in sorted(recording, key=lambda one: self.rank[one.name]):
                start = max(born, ordinal(trail.start, ALWAYS))
                end = min(dead, ordinal(trail.until, NEVER))
                living = (self.days >= start) & (self.days < end)
                if (living & before).any():
                    found.append(Paying(trail.name, (living & before).astype(np.float64)))
                before |= living
            self.known[key] = found
        return self.known[key]


def event_copies(
    charges: pd.DataFrame, inventory: Inventory, months: Months, lives: Lives
) -> pd.DataFrame:
    """The paid copies of the events that KMS requests make.

    Parameters
    ----------
    charges : DataFrame
        Columns month, billed_account, billed_region, key, driver, cause, unit, quantity.
    lives : Lives

    Returns
    -------
    DataFrame
        month, payer, billed_account (where the event is logged), billed_region, trail (whose copy
        it is), operation, quantity [event].
    """
    copies = Copies(inventory, months)
    columns = ["billed_account", "billed_region", "key", "driver", "cause"]
    requests = charges[charges["unit"] == "request"]
    if not copies.possible or requests.empty:
        return _counted([], inventory, months)
    kind, first = numbered(requests, columns)
    kinds = requests[columns].iloc[first].astype(str).itertuples(index=False, name=None)
    cell = kind * months.count + month_of(requests, months)
    made = summed_by(cell, requests["quantity"], len(first) * months.count)
    made = made.reshape(len(first), months.count)

    owner = {key.id: key.account for key in inventory.keys}
    activity = Activity(months, lives)
    found = []
    for (caller, region, key, driver, cause), quantity in zip(kinds, made, strict=True):
        # a request is logged in the account that makes it, and in the key owner's if another
        for account in dict.fromkeys((caller, owner[key])):
            found += [
                (account, region, trail, quantity * share)
                for trail, share in copies.paid(account, region, activity.of(driver, cause, key))
            ]
    return _counted(found, inventory, months)


def _counted(
    found: Sequence[tuple[str, str, str, FloatArray]], inventory: Inventory, months: Months
) -> pd.DataFrame:
    """Paid copies by month, account, Region and trail; what is zero is left out."""
    payer = {account.id: account.payer for account in inventory.accounts}
    summed: dict[tuple[str, str, str], FloatArray] = {}
    for account, region, trail, quantity in found:
        before = summed.get((account, region, trail))
        summed[account, region, trail] = quantity if before is None else before + quantity
    table = np.array(list(summed.values())).reshape(len(summed), months.count)
    month, row = np.nonzero(table.T)
    names = [*zip(*summed, strict=True)] or [(), (), ()]
    return pd.DataFrame(
        {
            "month": pd.period_range(months.labels[0], periods=months.count, freq="M")[month],
            "payer": _texts([payer[one] for one in names[0]], row),
            "billed_account": _texts(names[0], row),
            "billed_region": _texts(names[1], row),
            "trail": _texts(names[2], row),
            "operation": _texts([OPERATION] * len(summed), row),
            "quantity": table[row, month],
            "unit": _texts(["event"] * len(summed), row),
        }
    )


def _texts(values: Sequence[str], rows: IntArray) -> pd.Categorical[str]:
    codes, texts = pd.factorize(np.array(values, dtype=object))
    return pd.Categorical.from_codes(codes[rows], categories=pd.Index(texts, dtype=object))


def event_charges(copies: pd.DataFrame, table: RateTable) -> pd.DataFrame:
    """The paid copies with their price: the frame `estimator.frames.EVENTS`.

    Raises
    ------
    RateError
        A Region or month without a rate.
    """
    charges = bill(copies, table).charges
    columns = [column.name for column in EVENTS]
    price = price_column(table.currency)
    return charges[[price if name == "usd_per_unit" else name for name in columns]]
