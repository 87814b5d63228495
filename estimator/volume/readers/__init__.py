"""Readers: one module a kind, which answers everything that is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from estimator.inventory.sections import Reader
from estimator.volume.model import Model
from estimator.volume.readers.every_file import EveryFileReading
from estimator.volume.readers.fixed import FixedReading
from estimator.volume.readers.look_back import LookBack
from estimator.volume.readers.once import OnceReading
from estimator.volume.readers.query import QueryReading
from estimator.volume.readers.reading import Reading, is_fine
from estimator.volume.readers.replication import ReplicationReading
from estimator.volume.readers.sharing import Sharing
from estimator.volume.readers.validate import ValidateReading
from estimator.volume.rows import Block
from estimator.volume.streams import Streams

__all__ = [
    "KINDS",
    "LookBack",
    "Reading",
    "Sharing",
    "is_fine",
    "kind_of",
    "reader_blocks",
    "reading",
]

KINDS: dict[type, type[Reading]] = {
    kind.section: kind
    for kind in (
        EveryFileReading,
        QueryReading,
        FixedReading,
        ValidateReading,
        OnceReading,
        ReplicationReading,
    )
}


def kind_of(reader: Reader) -> type[Reading]:
    """The class that answers for readers of this kind."""
    return KINDS[type(reader)]


def reading(model: Model, reader: Any) -> Reading:
    """A reader of the inventory at work."""
    return kind_of(reader)(model, reader)


def reader_blocks(
    model: Model, full: Streams, summed: Streams, by_account: bool, by_region: bool
) -> Iterator[Block]:
    """The requests of every reader of the inventory.

    `full` has a row per stream, `summed` the same added up to what the frame tells apart.
    """
    for reader in model.inventory.readers:
        each = reading(model, reader)
        streams = each.streams(full, summed, by_account, by_region)
        if len(streams):
            yield from each.blocks(streams)
