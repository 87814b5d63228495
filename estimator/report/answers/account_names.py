"""An account as people know it: its name beside its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from estimator.inventory import Inventory

COLUMNS = frozenset({"payer", "account", "billed_account"})  # whose ids have names beside them


@dataclass(frozen=True)
class AccountNames:
    """The names of accounts, by id."""

    names: Mapping[str, str | None]

    @classmethod
    def of(cls, *inventories: Inventory) -> Self:
        """Return the names that inventories give; of several the last one's."""
        return cls({a.id: a.name for inventory in inventories for a in inventory.accounts})

    def label(self, account: str, column: str = "account") -> str:
        """Return the id with its name; a cell of a column that holds no account stays.

        >>> names = AccountNames({"222222222222": "prod"})
        >>> names.label("222222222222"), names.label("prod", "trail")
        ('222222222222 prod', 'prod')
        """
        name = self.names.get(account) if column in COLUMNS else None
        return f"{account} {name}" if name else account
