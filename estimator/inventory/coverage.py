"""Accounts, and the one rule of which accounts and Regions a trail covers.

A trail of an organization has one stream in each account of its payer and partition and in each of
their Regions; one of an account only in its own. A trail may name the Regions that it covers.
Source: AWS CloudTrail User Guide, "Creating a trail for an organization", checked 2026-11-23.

Accounts are many and trails are few, so the rule is one of groups: a trail covers a group, and an
account is in two of them. Whoever counts by group asks each account once, not once for each trail.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from estimator.inventory.assumptions import FilesPerDay
from estimator.inventory.sections import Trail
from pricing.regions import COMMERCIAL, partition_of

Group = tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """An account with everything that it inherits filled in."""

    id: str
    payer: str
    regions: tuple[str, ...]
    name: str | None = None
    files_per_day: FilesPerDay | None = None
    start: datetime.date | None = None
    until: datetime.date | None = None
    ou: str | None = None
    # left out of the hash: a dict has none
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def partition(self) -> str:
        """The partition that its Regions lie in (`aws` for an account without Regions)."""
        return partition_of(self.regions[0]) if self.regions else COMMERCIAL


def covered_group(trail: Trail, home: Account) -> Group:
    """The group of accounts that a trail of the account `home` covers."""
    return (home.id,) if trail.scope == "account" else (home.payer, home.partition)


def groups_of(account: Account) -> tuple[Group, Group]:
    """The groups that an account is in: itself, and its organization in one partition."""
    return (account.id,), (account.payer, account.partition)


def covers_region(trail: Trail, region: str) -> bool:
    """True where a trail covers a Region, in those of its accounts that have it."""
    return trail.regions is None or region in trail.regions


def covered_regions(trail: Trail, regions: Iterable[str]) -> list[str]:
    """Those of an account's Regions that a trail covers, in their order."""
    return [region for region in regions if covers_region(trail, region)]


class TrailCoverage:
    """The accounts and Regions of each group that some trail covers.

    Attributes
    ----------
    group_of : dict of str to Group
        The group of each trail, by its name.
    members : dict of Group to list of int
        Positions of the accounts of each group.
    """

    def __init__(self, accounts: Sequence[Account], trails: Iterable[Trail]) -> None:
        self._accounts, self._trails = accounts, tuple(trails)
        self._by_id = by_id = {account.id: account for account in accounts}
        self.group_of = {
            trail.name: covered_group(trail, by_id[trail.account]) for trail in self._trails
        }
        groups = set(self.group_of.values())
        self.members: dict[Group, list[int]] = {group: [] for group in groups}
        for position, account in enumerate(accounts):
            for group in groups.intersection(groups_of(account)):
                self.members[group].append(position)

    def accounts(self, trail: Trail) -> list[str]:
        """The accounts that a trail covers in some Region."""
        own = [self._accounts[position] for position in self.members[self.group_of[trail.name]]]
        if trail.regions is None:
            return [account.id for account in own if account.regions]
        return [account.id for account in own if covered_regions(trail, account.regions)]

    def uncovered(self) -> list[Account]:
        """The accounts that no trail covers in any Region."""
        covered = {own for trail in self._trails for own in self.accounts(trail)}
        return [account for account in self._accounts if account.id not in covered]

    def regions(self, trail: Trail) -> list[str]:
        """The Regions in which a trail has a stream."""
        return covered_regions(trail, self._spread[self.group_of[trail.name]])

    def count_streams(
        self,
        trail: Trail,
        accounts: Collection[str] | None = None,
        regions: Collection[str] | None = None,
    ) -> int:
        """The streams of a trail: (account, Region) pairs, all or those that a reader asks for."""
        group = self.group_of[trail.name]
        spread = self._spread[group]
        if accounts is not None:
            # accounts named one by one: the sums of the group do not tell them apart
            asked, members = frozenset(accounts), self.members[group]
            if len(members) < len(asked):  # trails of one account each may be thousands
                own = [self._accounts[position] for position in members]
                own = [account for account in own if account.id in asked]
            else:
                own = [self._by_id[account] for account in asked]
                own = [account for account in own if group in groups_of(account)]
            spread = Counter(region for account in own for region in account.regions)
        return sum(
            count
            for region, count in spread.items()
            if covers_region(trail, region) and (regions is None or region in regions)
        )

    @cached_property
    def _spread(self) -> dict[Group, Counter[str]]:
        """How many accounts of each group have each Region."""
        # pairs are as many as streams, Regions a few dozen
        spread: dict[Group, Counter[str]] = {group: Counter() for group in self.members}
        for group, positions in self.members.items():
            for position in positions:
                spread[group].update(self._accounts[position].regions)
        return spread
