"""What an inventory answers when it is looked at, read or drafted: what is in it, what is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from estimator.discovery.drafting import Draft
from estimator.figures import count
from estimator.inventory import Inventory
from estimator.report.answers import Answer
from estimator.report.blocks import MOST_ROWS, Block, Command, Details, Lines, Sheet


class InventoryAnswer(Answer[Any]):
    """Who has which accounts, keys, trails and readers.

    Parameters
    ----------
    inventory : Inventory
    """

    result: Inventory

    @property
    def headline(self) -> str:
        """How many of what."""
        return f"{self.result.path}: {self.result.summary().partition('. ')[0]}"

    def blocks(self) -> Iterable[Sheet]:
        """Trails with their streams, readers, keys."""
        inventory = self.result
        streams = inventory.streams()
        trails = [
            (
                trail.name,
                trail.account,
                trail.scope,
                trail.key or "none: SSE-S3",
                count(streams[trail.name]),
            )
            for trail in inventory.trails
        ]
        yield _sheet("Trails", ("trail", "account", "scope", "key", "streams"), trails, 1)
        readers = [(r.name, r.kind, r.account) for r in inventory.readers]
        keys = [(key.id, key.account, key.region, key.spec) for key in inventory.keys]
        if readers:
            yield _sheet("Readers", ("reader", "kind", "account"), readers)
        if keys:
            yield _sheet("Keys", ("key", "account", "Region", "spec"), keys)


class DraftAnswer(Answer[Draft]):
    """An inventory drafted from a description of an estate."""

    @property
    def headline(self) -> str:
        """How many of what, and how many questions."""
        return repr(self.result)[1:-1]

    def blocks(self) -> Iterable[Block]:
        """The questions, what each source saw, the changes; then the text."""
        draft = self.result
        if draft.todo:
            rows = tuple((todo.at, todo.question) for todo in draft.todo)
            yield Sheet("To be answered", ("place", "TODO"), rows, numbers=0)
        if draft.coverage:
            seen = tuple(
                (each.section, each.source, each.seen, "; ".join(each.reasons))
                for each in draft.coverage
            )
            yield Sheet("What was seen", ("of", "source", "seen", "reasons"), seen, numbers=0)
        if draft.changes:
            yield Sheet("Changes", ("change",), tuple((str(c),) for c in draft.changes), numbers=0)
        yield Details("The inventory", (Lines("", (Command(draft.text),)),))


def _sheet(
    title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: int = 0
) -> Sheet:
    """The first rows, and how many are left out."""
    left = len(rows) - MOST_ROWS
    more = [(f"{left:,} more", *("",) * (len(header) - 1))] if left > 0 else []
    return Sheet(title, header, (*rows[:MOST_ROWS], *more), numbers)
