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
    """The trails that write in the months, and those of them that cover each other."""

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.active: dict[str, Period] = {}
        self.trails: list[Trail] = []
        self.rank: dict[str, Rank] = {}
        self.regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for account in baseline.inventory.accounts:
            self.regions[account.payer, account.partition].update(account.regions)
        self.own: defaultdict[str, list[Trail]] = defaultdict(list)
        self.shared: defaultdict[tuple[str, str], list[Trail]] = defaultdict(list)
        for number, trail in enumerate(baseline.inventory.trails):
            active = baseline.writing(trail)
            if active.is_empty:
                continue
            self.trails.append(trail)
            self.active[trail.name] = active
            # of two that cover each other the one goes that is worth less or costs more
            cost = baseline.cost("trail", trail.name)
            begun = baseline.inventory.active.trail[trail.name].start
            worth_less = (trail.exclude_kms_events, trail.key is None)
            self.rank[trail.name] = (*worth_less, cost, begun, number)
            if trail.scope == "account":
                self.own[trail.account].append(trail)
            else:
                home = baseline.accounts[trail.account]
                self.shared[home.payer, home.partition].append(trail)

    def replacement(self, trail: Trail) -> Trail | None:
        """The trail that stays where this one can go; None where it is needed."""
        covering = self._better(trail)
        staying = [other for other in covering if not self._better(other)]
        return min(staying, key=lambda other: self.rank[other.name], default=None)

    def covering(self, trail: Trail) -> list[Trail]:
        """All other trails that write the files of this one too."""
        home = self.baseline.accounts[trail.account]
        others = self.shared[home.payer, home.partition]
        if trail.scope == "account":
            others = [*others, *self.own[trail.account]]
        return [other for other in others if other is not trail and self._covers(other, trail)]

    def _better(self, trail: Trail) -> list[Trail]:
        """Trails that cover this one and would not rather go themselves."""
        return [
            other
            for other in self.covering(trail)
            if self.rank[other.name] < self.rank[trail.name]
            or other.scope != trail.scope
            or not self._covers(trail, other)
        ]

    def _covers(self, other: Trail, trail: Trail) -> bool:
        """Tell whether another trail of the organization or account writes all of these files."""
        if not is_inside(self.active[trail.name], self.active[other.name]):
            return False
        if other.regions is None:
            return True
        home = self.baseline.accounts[trail.account]
        whole = self.regions[home.payer, home.partition]
        every = whole if trail.scope == "organization" else home.regions
        return set(other.regions).issuperset(every if trail.regions is None else trail.regions)
