"""Which trails record the KMS events of an account and Region, and on which days a copy is paid."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from estimator.inventory import Account, Inventory
from estimator.inventory.coverage import Group, covered_group, covers_region, groups_of
from estimator.inventory.others import OtherUse
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, Period, Spans

BoolArray = npt.NDArray[np.bool_]


class Pattern(NamedTuple):
    """Places that are alike: which trails record them, in which period of their account."""

    trails: tuple[str, ...]
    active: Period


class Recording:
    """The trails that record the KMS events of a place, the first to begin first."""

    def __init__(self, inventory: Inventory) -> None:
        self._active = inventory.active.trail
        self._trails: defaultdict[Group, list[Trail]] = defaultdict(list)
        accounts = inventory.accounts_by_id
        recording = [trail for trail in inventory.trails if not trail.exclude_kms_events]
        self._rank = {
            trail.name: (self._active[trail.name].start, number)
            for number, trail in enumerate(inventory.trails)
        }
        for trail in recording:
            self._trails[covered_group(trail, accounts[trail.account])].append(trail)
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
