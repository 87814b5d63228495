"""Copies of KMS events: KMS requests are CloudTrail events themselves, and further copies cost.

The first copy of a management event in an account and Region is free; every further trail that
records it pays, unless it excludes `kms.amazonaws.com`. A cross-account call is logged in both
accounts. Source: AWS CloudTrail User Guide, "Managing CloudTrail trail costs", and the CloudTrail
pricing page; checked 2026-11-23.

Requests of others are recorded as well. Where in an organization they are made is often not known,
so they are a range: the least and the most copies that any place has where they may be made.

AWS does not say whose copy is the first one where several trails record an event. Here it is that
of the trail that began first, in the inventory's order where they began together. The sum does not
depend on it, and neither does what a trail's exclusion saves: one copy, while two or more record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from estimator.forecasting.copy_charges import (
    INVENTORY,
    OTHERS,
    CopyCharges,
    Row,
    charge_copies,
    price_copies,
)
from estimator.inventory import Account, Inventory
from estimator.inventory.coverage import Group, covers_region, groups_of
from estimator.inventory.others import OtherUse
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, Months, Period, Spans
from estimator.volume import DailyRequests
from pricing.rates import RateTable

BoolArray = npt.NDArray[np.bool_]


class EventCopies:
    """Gathers the paid copies of KMS events out of requests by the day."""

    def __init__(self, inventory: Inventory, months: Months) -> None:
        self._inventory, self._months = inventory, months
        self._recording = Recording(inventory)
        self._accounts = inventory.accounts_by_id
        self._owner = {key.id: key.account for key in inventory.keys}
        self._rows: dict[Row, FloatArray] = {}
        self._others: dict[tuple[str, tuple[str, ...]], FloatArray] = {}
        self._places = [
            places
            for use in inventory.other_uses
            # most inventories have one trail that records, and nothing is ever paid there
            if use.requests.mid and self._recording.possible
            for places in self._places_of(use)
        ]

    def add(self, days: DailyRequests) -> None:
        """The copies of more days."""
        if not self._recording.possible:
            return
        for account, region, requests in self._sum_by_log(days):
            pattern = self._pattern(self._accounts[account], region)
            for trail, paid in self._recording.paid(pattern, days.spans):
                row = Row(
                    INVENTORY, self._accounts[account].payer, account, region, trail, (region,)
                )
                self._count(row, days, requests * paid, requests * paid)
        for places in self._places:
            self._add_others(places, days)

    def _sum_by_log(self, days: DailyRequests) -> Iterator[tuple[str, str, FloatArray]]:
        """The requests by account and Region of the log that they stand in."""
        sums: dict[tuple[str, str], FloatArray] = {}
        places = zip(
            days.texts("billed_account"),
            days.texts("billed_region"),
            days.texts("key"),
            days.requests,
            strict=True,
        )
        for caller, region, key, requests in places:
            # a request is logged in the account that makes it, and in the key owner's if another
            for account in dict.fromkeys((caller, self._owner[key])):
                before = sums.get((account, region))
                sums[account, region] = requests if before is None else before + requests
        for (account, region), requests in sums.items():
            yield account, region, requests

    def _pattern(self, account: Account, region: str) -> Pattern:
        active = self._inventory.active.account[account.id]
        return Pattern(self._recording.trails_of(account, region), active)

    def _places_of(self, use: OtherUse) -> Iterator[PossiblePlaces]:
        """The places of others' requests: an account, or a payer's accounts in a partition."""
        by_partition: defaultdict[str, list[Account]] = defaultdict(list)
        for account in self._inventory.accounts:
            belongs = account.id == use.account if use.account else account.payer == use.payer
            if belongs and account.regions:
                by_partition[account.partition].append(account)
        for accounts in by_partition.values():
            # accounts by the ten thousand have a few patterns, each priced once
            patterns = {
                self._pattern(account, region): None
                for account in accounts
                for region in account.regions
            }
            yield PossiblePlaces(use, tuple(accounts), tuple(patterns))

    def _add_others(self, places: PossiblePlaces, days: DailyRequests) -> None:
        use, spans = places.use, days.spans
        requests = self._requests(use, spans)
        by_trail: defaultdict[str, list[FloatArray]] = defaultdict(list)
        is_there = [is_active(pattern.active, spans) for pattern in places.patterns]
        paid = [dict(self._recording.paid(pattern, spans)) for pattern in places.patterns]
        none = np.zeros(len(spans))
        copies = [np.sum([none, *by_name.values()], axis=0) for by_name in paid]
        for trail in dict.fromkeys(name for by_name in paid for name in by_name):
            by_trail[trail] = [by_name.get(trail, none) for by_name in paid]
        for trail, each in by_trail.items():
            row = Row(OTHERS, use.payer, places.account, places.region, trail, places.regions)
            low, high = _ends(each, is_there)
            self._count(row, days, requests * low, requests * high)
        # the ends of a sum are no sums of ends: each trail has its least in another place
        low, high = _ends(copies, is_there)
        total = self._others.setdefault((use.payer, places.regions), self._zeros())
        _add_days(total, days, requests * low, requests * high)

    def _requests(self, use: OtherUse, spans: Spans) -> FloatArray:
        """Requests of others on each day. [request/day]"""
        # a month's number, spread evenly over its days
        requests = use.requests.mid / spans.month_days
        if use.account is None:
            return requests
        return requests * is_active(self._inventory.active.account[use.account], spans)

    def others_saving(self, after: EventCopies, table: RateTable) -> tuple[float, float]:
        """The saving on copies of others' requests after trails changed: its low and its high end.

        It is compared place by place: to subtract the ends of two ranges would be wrong, for the
        place with the most copies before need not be the one with the most after. Accounts and
        what others request must be the same.
        """
        spans = self._months.each_day(0, self._months.count)
        starts = spans.month_starts
        rows = []
        for places in self._places:
            use, requests = places.use, self._requests(places.use, spans)
            pairs = {
                (self._pattern(account, region), after._pattern(account, region)): None
                for account in places.accounts
                for region in account.regions
            }
            less = [
                self._recording.copies(old, spans) - after._recording.copies(new, spans)
                for old, new in pairs
            ]
            low, high = _ends(less, [is_active(old.active, spans) for old, _ in pairs])
            ends = np.array([np.add.reduceat(requests * end, starts) for end in (low, high)])
            rows.append((Row(OTHERS, use.payer, "", "", "", places.regions), ends))
        priced = price_copies(rows, table, self._months)
        return float(priced["cost"].sum()), float(priced["cost_high"].sum())

    def _zeros(self) -> FloatArray:
        return np.zeros((2, self._months.count))

    def _count(self, row: Row, days: DailyRequests, low: FloatArray, high: FloatArray) -> None:
        _add_days(self._rows.setdefault(row, self._zeros()), days, low, high)

    def charges(self, rates: RateTable) -> tuple[CopyCharges | None, tuple[str, ...]]:
        """The copies with their price, as `charge_copies` finds it beside the rates of KMS."""
        rows = [(row, ends) for row, ends in self._rows.items() if ends.any()]
        totals = [
            (Row(OTHERS, payer, "", "", "", regions), ends)
            for (payer, regions), ends in self._others.items()
            if ends.any()
        ]
        return charge_copies(rows, totals, rates, self._months)


def _ends(each: list[FloatArray], is_there: list[BoolArray]) -> tuple[FloatArray, FloatArray]:
    """On each day the least and the most of all places that are active."""
    values, there = np.array(each), np.array(is_there)
    # a place that is not active then has no copies and is no minimum either
    low = np.where(there, values, np.inf).min(axis=0)
    return np.where(np.isfinite(low), low, 0.0), np.where(there, values, 0.0).max(axis=0)


def _add_days(ends: FloatArray, days: DailyRequests, low: FloatArray, high: FloatArray) -> None:
    """Add the days to the months of both ends."""
    # days come in order, so that each month is one slice of them
    starts = days.spans.month_starts
    months = days.spans.month[starts]
    ends[0, months] += np.add.reduceat(low, starts)
    ends[1, months] += np.add.reduceat(high, starts)


class Pattern(NamedTuple):
    """Places that are alike: which trails record them, in which period of their account."""

    trails: tuple[str, ...]
    active: Period


class Recording:
    """The trails that record the KMS events of a place, the first to begin first."""

    def __init__(self, inventory: Inventory) -> None:
        self._active = inventory.active.trail
        self._trails: defaultdict[Group, list[Trail]] = defaultdict(list)
        recording = [trail for trail in inventory.trails if not trail.exclude_kms_events]
        self._rank = {
            trail.name: (self._active[trail.name].start, number)
            for number, trail in enumerate(inventory.trails)
        }
        for trail in recording:
            self._trails[inventory.coverage.group_of[trail.name]].append(trail)
        self.possible = len(recording) > 1  # the first copy of an event is free
        self._known: dict[tuple[Group, str], tuple[str, ...]] = {}

    def trails_of(self, account: Account, region: str) -> tuple[str, ...]:
        """The names of the trails, whenever they are active."""
        itself, organization = groups_of(account)
        own = self._trails.get(itself, [])
        # accounts without a trail of their own are alike: one answer serves all of them
        if not own and (organization, region) in self._known:
            return self._known[organization, region]
        shared = self._trails.get(organization, [])
        trails = [trail for trail in (*own, *shared) if covers_region(trail, region)]
        names = tuple(sorted((trail.name for trail in trails), key=self._rank.__getitem__))
        if not own:
            self._known[organization, region] = names
        return names

    def copies(self, pattern: Pattern, spans: Spans) -> FloatArray:
        """Paid copies of an event on each day. [event/request]"""
        copies = np.zeros(len(spans))
        for _, paid in self.paid(pattern, spans):
            copies = copies + paid
        return copies

    def paid(self, pattern: Pattern, spans: Spans) -> list[tuple[str, FloatArray]]:
        """The trails whose copy is not the first on some day, with those days: 1, else 0."""
        before = np.zeros(len(spans), dtype=bool)
        found = []
        # by rank: of the trails that record on a day the first has the free copy
        for name in pattern.trails:
            recording = is_active(self._active[name] & pattern.active, spans)
            if (recording & before).any():
                found.append((name, (recording & before).astype(np.float64)))
            before |= recording
        return found


def is_active(period: Period, spans: Spans) -> BoolArray:
    """Mark the days on which a period is active."""
    # spans are days, which a period covers as a whole or not; of a month it may cover a part
    return (spans.begin >= period.start) & (spans.end <= period.end)


@dataclass(frozen=True)
class PossiblePlaces:
    """The accounts and Regions in which others may make requests, in one partition."""

    use: OtherUse
    accounts: tuple[Account, ...]
    patterns: tuple[Pattern, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """All their Regions."""
        return tuple(
            dict.fromkeys(region for account in self.accounts for region in account.regions)
        )

    @property
    def account(self) -> str:
        """The account, where there is one only."""
        return self.accounts[0].id if len(self.accounts) == 1 else ""

    @property
    def region(self) -> str:
        """The Region, where there is one only."""
        regions = self.regions
        return regions[0] if len(regions) == 1 else ""
