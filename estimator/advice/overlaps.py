"""Trails that write files of the same accounts and Regions."""

from __future__ import annotations

from collections import defaultdict

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import is_inside
from estimator.inventory.sections import Trail
from estimator.months import Period

Rank = tuple[bool, bool, float, float, int]

# what advice may bring to an end besides a trail itself: its copy of the KMS events
KMS_EVENTS = "KMS events"


class Overlaps:
    """The trails of the months, and those of them that cover each other.

    A trail records KMS events on all its active days, but writes files only while its key is
    active too: who writes the files of another need not record its events, nor the reverse.
    """

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.recording: dict[str, Period] = {}
        self.writing: dict[str, Period] = {}
        self.trails: list[Trail] = []  # those that write files
        self.rank: dict[str, Rank] = {}
        self.regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for account in baseline.inventory.accounts:
            self.regions[account.payer, account.partition].update(account.regions)
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        active = baseline.inventory.active.trail
        for number, trail in enumerate(baseline.inventory.trails):
            self.recording[trail.name] = baseline.in_months(active[trail.name])
            self.writing[trail.name] = baseline.writing(trail)
            if self.recording[trail.name].is_empty:
                continue
            if not self.writing[trail.name].is_empty:
                self.trails.append(trail)
            # of two that cover each other the one goes that is worth less or costs more
            cost = baseline.cost("trail", trail.name)
            worth_less = (trail.exclude_kms_events, trail.key is None)
            self.rank[trail.name] = (*worth_less, cost, active[trail.name].start, number)
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                home = baseline.inventory.accounts_by_id[trail.account]
                self.shared[home.payer, home.partition].append(trail)

    def replacement(self, trail: Trail) -> Trail | None:
        """The trail that stays where this one can go; None where it is needed."""
        better = self._better(trail)
        staying = [other for other in better if not self._better(other)]
        return min(staying, key=lambda other: self.rank[other.name], default=None)

    def recorders(self, trail: Trail) -> list[Trail]:
        """All other trails that record the KMS events of everywhere that this one does."""
        return [
            other
            for other in self._others(trail)
            if not other.exclude_kms_events and self._records(other, trail)
        ]

    def _others(self, trail: Trail) -> list[Trail]:
        """The other trails of the same account, or of its organization."""
        home = self.baseline.inventory.accounts_by_id[trail.account]
        others = self.shared[home.payer, home.partition]
        if trail.scope == "account":
            others = [*others, *self.own[trail.account]]
        return [other for other in others if other is not trail]

    def _find_covering(self, trail: Trail) -> list[Trail]:
        """All other trails that write the files of this one too."""
        return [other for other in self._others(trail) if self._covers(other, trail)]

    def _better(self, trail: Trail) -> list[Trail]:
        """Trails that cover this one and would not rather go themselves."""
        return [
            other
            for other in self._find_covering(trail)
            if self.rank[other.name] < self.rank[trail.name]
            or other.scope != trail.scope
            or not self._covers(trail, other)
        ]

    def _covers(self, other: Trail, trail: Trail) -> bool:
        """Tell whether another trail writes all of these files, and is active on all these days."""
        is_written = is_inside(self.writing[trail.name], self.writing[other.name])
        return is_written and self._records(other, trail)

    def _records(self, other: Trail, trail: Trail) -> bool:
        """Tell whether another trail is active on all of these days, in all of these Regions."""
        if not is_inside(self.recording[trail.name], self.recording[other.name]):
            return False
        if other.regions is None:
            return True
        home = self.baseline.inventory.accounts_by_id[trail.account]
        whole = self.regions[home.payer, home.partition]
        every = whole if trail.scope == "organization" else home.regions
        return set(other.regions).issuperset(every if trail.regions is None else trail.regions)
