"""Which accounts and Regions a trail covers: the one home of the rule.

A trail of an organization has one stream in each account of its payer and partition and in each of
their Regions; one of an account only in its own. A trail may name the Regions that it covers.
Source: AWS CloudTrail User Guide, "Creating a trail for an organization", checked 2026-11-23.

Accounts are many and trails are few, so the rule is one of groups: a trail covers a group, and an
account is in two of them. Whoever counts by group asks each account once, not once for each trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from estimator.inventory.sections import Trail

if TYPE_CHECKING:
    from estimator.inventory.model import Account

Group = tuple[str, ...]


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
