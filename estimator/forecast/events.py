"""The knock-on: KMS requests are CloudTrail events themselves, and further copies of events cost.

The first copy of a management event in an account and Region is free; every further trail that
records it pays, unless it excludes `kms.amazonaws.com`. A cross-account call is logged in both
accounts. Source: AWS CloudTrail User Guide, "Managing CloudTrail trail costs", and the CloudTrail
pricing page; checked 2026-11-23.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.inventory.sections import Trail
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume.streams import streams_of

OPERATION = "PaidEventsRecorded"


class Copies:
    """How many paid copies of an event the trails make, by account and Region of the log."""

    def __init__(self, inventory: Inventory, months: Months) -> None:
        self.months = months
        self.days = np.arange(months.begin[0], months.end[-1])
        self.month_starts = (months.begin - months.begin[0]).astype(np.int64)
        self.accounts = {account.id: account for account in inventory.accounts}
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        for trail in inventory.trails:
            if trail.exclude_kms_events:
                continue
            home = self.accounts[trail.account]
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                self.shared[home.payer, home.partition].append(trail)
        self.known: dict[tuple[str, str], FloatArray] = {}
        recording = sum(map(len, (*self.own.values(), *self.shared.values())))
        self.possible = recording > 1  # the first copy of an event is free

    def paid(self, account: str, region: str, weight: FloatArray) -> FloatArray:
        """Mean paid copies of each month's events, its days weighed by `weight`. [copy/event]"""
        extra = self._extra(account, region)
        events = np.add.reduceat(weight, self.month_starts)
        copies = np.add.reduceat(extra * weight, self.month_starts)
        return copies / np.where(events > 0, events, 1.0)

    def _extra(self, account: str, region: str) -> FloatArray:
        """Paid copies on each day."""
        key = (account, region)
        if key not in self.known:
            home = self.accounts[account]
            living = np.zeros(len(self.days))
            born, dead = ordinal(home.start, ALWAYS), ordinal(home.until, NEVER)
            for trail in (*self.own[account], *self.shared[home.payer, home.partition]):
                if trail.regions is None or region in trail.regions:
                    start = max(born, ordinal(trail.start, ALWAYS))
                    end = min(dead, ordinal(trail.until, NEVER))
                    living += (self.days >= start) & (self.days < end)
            self.known[key] = np.maximum(living - 1.0, 0.0)
        return self.known[key]


class Activity:
    """On which days the drivers make their requests: by the files that are written on each."""

    def __init__(self, inventory: Inventory, days: FloatArray) -> None:
        self.inventory, self.days = inventory, days
        streams = streams_of(inventory).added_up(by_account=False, by_region=False)
        self.of_trail = {trail.name: np.zeros(len(days)) for trail in inventory.trails}
        names = list(self.of_trail)
        # a stream without files still has its days: a small weight keeps them apart from none
        weights = np.maximum(streams.files, 1e-9)
        rows = zip(streams.trail, streams.start, streams.end, weights, strict=True)
        for trail, start, end, files in rows:
            self.of_trail[names[trail]] += files * ((days >= start) & (days < end))
        self.readers = {reader.name: reader for reader in inventory.readers}

    def of(self, driver: str) -> FloatArray:
        """The weight of each day. [file/day]"""
        if driver in self.of_trail:
            return self.of_trail[driver]
        reader = self.readers[driver]
        read = [self.of_trail[trail.name] for trail in self.inventory.read_by(reader)]
        start, end = ordinal(reader.start, ALWAYS), ordinal(reader.until, NEVER)
        lives = ((self.days >= start) & (self.days < end)).astype(np.float64)
        files: FloatArray = np.sum(read, axis=0) * lives if read else lives
        return files if files.any() else lives


def event_copies(usage: pd.DataFrame, inventory: Inventory, months: Months) -> pd.DataFrame:
    """The paid copies of the events that KMS usage makes.

    Parameters
    ----------
    usage : DataFrame
        Columns month, billed_account, billed_region, key, driver, unit, quantity.

    Returns
    -------
    DataFrame
        month, payer, billed_account (where the event is logged), billed_region, operation,
        quantity [event].
    """
    columns = ["billed_account", "billed_region", "key", "driver"]
    requests = usage.loc[usage["unit"] == "request", ["month", *columns, "quantity"]]
    group = requests.groupby(columns, observed=True, sort=False).ngroup().to_numpy()
    first = ~pd.Series(group, index=requests.index).duplicated()
    kinds = list(zip(*(requests.loc[first, name].astype(str) for name in columns), strict=True))
    owner = {key.id: key.account for key in inventory.keys}
    payer = {account.id: account.payer for account in inventory.accounts}
    copies = Copies(inventory, months)
    if not copies.possible or not kinds:
        none: pd.DataFrame = requests.iloc[:0].assign(payer="", operation=OPERATION)
        return none
    activity = Activity(inventory, copies.days)
    month = requests["month"].array.asi8 - pd.Period(months.labels[0], freq="M").ordinal
    parts = []
    # a request is logged in the account that makes it, and in the key owner's if that is another
    for logged in (
        [account for account, *_ in kinds],
        [owner[key] if owner[key] != account else "" for account, _, key, _ in kinds],
    ):
        paid = np.array(
            [
                copies.paid(account, region, activity.of(driver))
                if account
                else np.zeros(months.count)
                for account, (_, region, _, driver) in zip(logged, kinds, strict=True)
            ]
        )
        quantity = requests["quantity"].to_numpy() * paid[group, month]
        accounts = np.array(logged, dtype=object)[group]
        part = requests[["month", "billed_region"]].assign(
            billed_account=accounts,
            payer=[payer.get(account, "") for account in accounts],
            operation=OPERATION,
            quantity=quantity,
        )
        parts.append(part[quantity > 0])
    joined: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return joined
