"""What a merge did to an inventory: its text with what was added, and a list of the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.drafting.lines import Entry, Item, item_lines
from estimator.inventory import Inventory
from estimator.inventory.text_edits import Document


@dataclass(frozen=True)
class Change:
    """One change that a merge made: where, what stood there, what stands there now, and why."""

    at: str
    before: str
    after: str
    source: str = ""

    def __str__(self) -> str:
        what = f"{self.before} -> {self.after}" if self.before else f"added {self.after}"
        return f"{self.at}: {what}" + (f" ({self.source})" if self.source else "")

    def to_dict(self) -> dict[str, str]:
        """As documented JSON."""
        return dict(self.__dict__)


class Text(Document):
    """The text of an inventory, to which items are added with their comments."""

    def append_items(self, section: str, items: Sequence[Item]) -> None:
        """Add items after the last one of a section, each value with its source beside it."""
        pair = self._pair(self._root, section)
        if pair is None or pair[1].flow_style or not pair[1].value:
            self.append((section,), [_plain(account) for account in items])
            return
        margin = " " * pair[1].start_mark.column
        lines = [
            f"{margin}{line[2:]}{self._newline}"
            for item in items
            for line in item_lines(item, in_braces=section == "accounts")
        ]
        self._insert_line(self._last((pair[1].value[-1],)), "".join(lines))


@dataclass
class Merged:
    """The outcome of a merge: the text, its changes, and notices of what stays as it was."""

    text: str
    inventory: Inventory
    changes: list[Change] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    added: list[Item] = field(default_factory=list)
    # what the sources say that the text does not take over: sections and reasons
    gaps: list[tuple[str, str]] = field(default_factory=list)


def _plain(item: Item) -> Mapping[str, Any]:
    """An item as plain values, for a list in brackets."""
    values: dict[str, Any] = {}
    for entry in item.entries:
        nested = isinstance(entry.value, tuple) and all(isinstance(x, Entry) for x in entry.value)
        values[entry.key] = {x.key: x.value for x in entry.value} if nested else entry.value
    return values
