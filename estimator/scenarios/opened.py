"""An inventory together with the document it was read from, so that it can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from estimator.inventory import Inventory
from estimator.inventory.draft import Draft
from estimator.inventory.load import understand
from estimator.scenarios.editing import with_key
from pricing.reading.document import Map, Seq
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown


@dataclass(frozen=True)
class Opened:
    """An inventory and its document, in which every account stands by itself.

    Attributes
    ----------
    inventory : Inventory
    draft : Draft or None
        None for an inventory that was not read from a file: it cannot be changed.
    """

    inventory: Inventory
    draft: Draft | None = None

    @cached_property
    def root(self) -> Map:
        """The document, with the accounts of other files in the place of the entry naming one."""
        if self.draft is None:
            fix = "give the path of its YAML file"
            found = "an inventory that was not read from a file"
            raise DocumentError(Problem("base", None, "", found, "one to be changed", fix))
        root, rows = self.draft.root, self.draft.rows
        if not rows:
            return root
        accounts, listed = root["accounts"], Seq(root["accounts"].line)
        for index, (item, line) in enumerate(zip(accounts, accounts.lines, strict=True)):
            for one in rows.get(index, [item]):
                listed.append(one)
                listed.lines.append(line)
        return with_key(root, "accounts", listed)

    @property
    def notices(self) -> tuple[str, ...]:
        """What reading it had to say."""
        return self.inventory.notices


def open_inventory(root: Any, path: str, problems: Sequence[Problem]) -> Opened:
    """The inventory that a parsed document says, open to changes.

    Raises
    ------
    InventoryError
        With every problem of it.
    """
    if not isinstance(root, Map):
        found = "an empty document" if root is None else shown(root)
        raise DocumentError([*problems, Problem(path, 1, "", found, "a YAML mapping", "")])
    draft = Draft(path, root, list(problems))
    return Opened(understand(draft), draft)
