"""An account as people know it: its name beside its id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from estimator.inventory import Inventory


@dataclass(frozen=True)
class AccountNames:
    """The names of accounts, by id."""

    names: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, *inventories: Inventory) -> Self:
        """Return the names that inventories give; of several the last one's."""
        return cls({a.id: a.name for inventory in inventories for a in inventory.accounts})

    def label(self, text: str) -> str:
        """Return an id with its name; a text that is no account's id stays.

        >>> names = AccountNames({"222222222222": "prod"})
        >>> names.label("222222222222"), names.label("org")
        ('222222222222 prod', 'org')
        """
        name = self.names.get(text)
        return f"{text} {name}" if name else text
