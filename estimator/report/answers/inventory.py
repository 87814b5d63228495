"""What an inventory answers when it is looked at: its trails, readers and keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from estimator.figures import count
from estimator.inventory import Inventory
from estimator.report.answers import Answer
from estimator.report.blocks import MOST_ROWS, Sheet


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


def _sheet(
    title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]], numbers: int = 0
) -> Sheet:
    return Sheet(title, header, tuple(_first(rows)), numbers)


def _first(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    yield from rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        yield (f"{len(rows) - MOST_ROWS:,} more", *("",) * (len(rows[0]) - 1))
