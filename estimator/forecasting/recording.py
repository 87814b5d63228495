"""Which trails record the KMS events of an account and Region, and on which days a copy is paid."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from estimator.inventory import Account, Inventory
from estimator.inventory.others import OtherUse
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, Period, Spans

BoolArray = npt.NDArray[np.bool_]


class Pattern(NamedTuple):
    """Places that are alike: which trails record them, in which period of their account."""

    trails: tuple[str, ...]
    active: Period


class Recording:
    """Which trails record the KMS events of an account and Region, the first to begin first."""

    def __init__(self, inventory: Inventory) -> None:
        self._active = inventory.active.trail
        self._own: defaultdict[str, list[Trail]] = defaultdict(list)
        self._shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        accounts = {account.id: account for account in inventory.accounts}
        recording = [trail for trail in inventory.trails if not trail.exclude_kms_events]
        self._rank = {
            trail.name: (self._active[trail.name].start, number)
            for number, trail in enumerate(inventory.trails)
        }
        for trail in recording:
            home = accounts[trail.account]
            if trail.scope == "account":
                self._own[trail.account].append(trail)
            else:
                self._shared[home.payer, home.partition].append(trail)
        self.possible = len(recording) > 1  # the first copy of an event is free
        self._known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def of(self, account: Account, region: str) -> tuple[str, ...]:
        """The names of the trails, whenever they are active."""
        own = self._own.get(account.id, [])
        key = (account.payer, account.partition, region)
        if not own and key in self._known:
            return self._known[key]
        shared = self._shared.get((account.payer, account.partition), [])
        trails = [t for t in (*own, *shared) if t.regions is None or region in t.regions]
        names = tuple(sorted((trail.name for trail in trails), key=self._rank.__getitem__))
        if not own:
            self._known[key] = names
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
        for name in pattern.trails:
            recording = is_active(self._active[name] & pattern.active, spans)
            if (recording & before).any():
                found.append((name, (recording & before).astype(np.float64)))
            before |= recording
        return found


def is_active(period: Period, spans: Spans) -> BoolArray:
    """On which days a period is active."""
    return (spans.begin >= period.start) & (spans.end <= period.end)


@dataclass(frozen=True)
class Places:
    """Where requests of others may be made, in one partition."""

    use: OtherUse
    accounts: tuple[Account, ...]
    patterns: tuple[Pattern, ...]

    @property
    def regions(self) -> tuple[str, ...]:
        """All their Regions."""
        return tuple(dict.fromkeys(region for one in self.accounts for region in one.regions))

    @property
    def account(self) -> str:
        """The account, where there is one only."""
        return self.accounts[0].id if len(self.accounts) == 1 else ""

    @property
    def region(self) -> str:
        """The Region, where there is one only."""
        regions = self.regions
        return regions[0] if len(regions) == 1 else ""
