"""Keys and payers of bills and measurements, by the names that the inventory gives them."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from estimator.inventory import Inventory
from pricing.arns import split_arn

# what CloudTrail's files cause: these requests name a key, where listing keys does not
CLOUDTRAIL_CAUSES = ("put", "check", "digest", "get", "replication")


def place_of(arn: str) -> tuple[str, str]:
    """Account and Region of a key's ARN.

    >>> place_of("arn:aws:kms:eu-west-1:111122223333:key/1234")
    ('111122223333', 'eu-west-1')
    """
    key = split_arn(arn)
    return (key.account, key.region) if key is not None else ("", "")


def key_names(inventory: Inventory, measured: pd.DataFrame) -> dict[str, str]:
    """ARNs of the inventory's keys: those it says, and those that measured requests show.

    A key without `arn` is the one under which CloudTrail's files were measured, where its account
    and Region have one such key in the inventory and one in the measurement.
    """
    names = {key.arn: key.id for key in inventory.keys if key.arn}
    nameless: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in inventory.keys:
        if not key.arn:
            nameless[key.account, key.region].append(key.id)
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    if "key" in measured:
        caused = measured[measured["cause"].isin(CLOUDTRAIL_CAUSES)]
        for arn in map(str, caused["key"].unique()):
            if arn and arn not in names:
                seen[place_of(arn)].add(arn)
    for place, ids in nameless.items():
        # of two keys either could be meant: then none is named
        if len(ids) == 1 and len(seen[place]) == 1:
            names[seen[place].pop()] = ids[0]
    return names


def payers_of(inventory: Inventory, billed: pd.DataFrame) -> dict[str, str]:
    """The inventory's name of each payer of the bill.

    A payer that the inventory does not know is the one whose accounts stand in its bill; one that
    the bill does not name is the inventory's, where that has no other.
    """
    own = {account.id: account.payer for account in inventory.accounts}
    known = set(inventory.payers())
    names: dict[str, str] = {}
    for payer, rows in billed.groupby("payer", observed=True):
        accounts = map(str, rows["billed_account"].unique())
        meant = {own[account] for account in accounts if account in own}
        # a payer that the inventory knows keeps its name, whoever stands in its bill
        alike = str(payer) not in known and len(meant) == 1
        names[str(payer)] = meant.pop() if alike else str(payer)
        if not names[str(payer)] and len(known) == 1:
            names[str(payer)] = next(iter(known))
    return names
