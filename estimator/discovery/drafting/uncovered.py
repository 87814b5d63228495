"""Accounts and OUs that no trail of a draft covers: their trails stand elsewhere, or nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from estimator.discovery.estate import Estate
from estimator.figures import listed, plural
from estimator.inventory.coverage import Account
from estimator.inventory.model import Inventory

_MOST_NAMED = 5
_ELSEWHERE = (
    "whether {they} of {their} own is not known: `aws cloudtrail describe-trails` there tells it"
)
_NOWHERE = "what happens there makes no log file"


def find_uncovered(estate: Estate, inventory: Inventory) -> tuple[str, str]:
    """Which accounts no trail covers.

    Returns
    -------
    tuple of str
        A sentence about those of which no source has the trails, and about those that have none;
        empty for none.
    """
    paying = {account.payer for account in inventory.accounts if account.payer != account.id}
    paying |= {inventory.accounts_by_id[trail.account].payer for trail in inventory.trails}
    alone = [
        account
        for account in inventory.coverage.uncovered()
        # who pays for itself alone is met as the owner of a key, and is no member here
        if account.payer in paying or len(inventory.payers()) == 1
    ]
    searched = {account for account, _ in estate.searched}
    unknown = [account for account in alone if account.id not in searched]
    bare = [account for account in alone if account.id in searched]
    return _say(inventory, unknown, is_known=False), _say(inventory, bare, is_known=True)


def _say(inventory: Inventory, alone: Sequence[Account], is_known: bool) -> str:
    if not alone:
        return ""
    names = listed(_name_groups(inventory, alone), _MOST_NAMED)
    only = len(alone) == 1
    they = "it has a trail" if only else "they have trails"
    rest = _ELSEWHERE.format(they=they, their="its" if only else "their")
    return f"no trail covers {plural(len(alone), 'account')} ({names}): " + (
        _NOWHERE if is_known else rest
    )


def _name_groups(inventory: Inventory, alone: Sequence[Account]) -> Iterator[str]:
    """OUs of which no account is covered, by their paths, and the accounts of all others."""
    members: defaultdict[str, set[str]] = defaultdict(set)
    for account in inventory.accounts:
        if account.ou is not None:
            members[account.ou].add(account.id)
    ids = {account.id for account in alone}
    whole = {unit for unit, own in members.items() if len(own) > 1 and own <= ids}
    yield from (f"OU {unit} with {len(members[unit]):,} accounts" for unit in sorted(whole))
    for account in alone:
        if account.ou not in whole:
            yield f"{account.id} {account.name}" if account.name else account.id
