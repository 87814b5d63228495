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

    def paid(self, account: str, region: str, start: float, end: float) -> FloatArray:
        """Mean paid copies in each month over the days of a life [start, end). [copy/event]"""
        extra = self._extra(account, region)
        alive = ((self.days >= start) & (self.days < end)).astype(np.float64)
        days = np.add.reduceat(alive, self.month_starts)
        copies = np.add.reduceat(extra * alive, self.month_starts)
        return copies / np.maximum(days, 1.0)

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
    requests = usage[usage["unit"] == "request"]
    owner = {key.id: key.account for key in inventory.keys}
    payer = {account.id: account.payer for account in inventory.accounts}
    lives = {
        one.name: (ordinal(one.start, ALWAYS), ordinal(one.until, NEVER))
        for one in (*inventory.trails, *inventory.readers)
    }
    copies = Copies(inventory, months)
    number = {label: position for position, label in enumerate(months.labels)}
    found = []
    for (account, region, key, driver), rows in requests.groupby(
        columns, observed=True, sort=False
    ):
        for logged in dict.fromkeys((str(account), owner[str(key)])):
            paid = copies.paid(logged, str(region), *lives[str(driver)])
            if not paid.any():
                continue
            at = rows["month"].astype(str).map(number).to_numpy()
            found.append(
                pd.DataFrame(
                    {
                        "month": rows["month"].array,
                        "payer": payer[logged],
                        "billed_account": logged,
                        "billed_region": str(region),
                        "operation": OPERATION,
                        "quantity": rows["quantity"].to_numpy() * paid[at],
                    }
                )
            )
    if not found:
        names = ["month", "payer", "billed_account", "billed_region", "operation", "quantity"]
        return pd.DataFrame({name: [] for name in names})
    return pd.concat(found, ignore_index=True)
