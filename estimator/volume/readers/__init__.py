"""Readers: one module a kind, which answers everything that is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimator.inventory import Inventory
from estimator.inventory.sections import Reader, Trail
from estimator.months import Period
from estimator.volume.model import Model
from estimator.volume.readers.every_file import EveryFileModel
from estimator.volume.readers.fixed import FixedModel
from estimator.volume.readers.look_back import LookBack
from estimator.volume.readers.once import OnceModel
from estimator.volume.readers.query import QueryModel
from estimator.volume.readers.reader_model import ReaderModel, is_fine
from estimator.volume.readers.replication import ReplicationModel
from estimator.volume.readers.validate import ValidateModel

__all__ = [
    "KINDS",
    "FixedModel",
    "LookBack",
    "ReaderModel",
    "build_reader_model",
    "build_reader_models",
    "is_fine",
    "kind_of",
    "periods_in_use",
    "trails_read",
]

KINDS: dict[type, type[ReaderModel]] = {
    kind.section: kind
    for kind in (
        EveryFileModel,
        QueryModel,
        FixedModel,
        ValidateModel,
        OnceModel,
        ReplicationModel,
    )
}


def kind_of(reader: Reader) -> type[ReaderModel]:
    """The class that answers for readers of this kind."""
    return KINDS[type(reader)]


def trails_read(inventory: Inventory, reader: Reader) -> list[Trail]:
    """The trails under a key of whose files a reader may get any: its kind has use for them."""
    return [trail for trail in inventory.read_under_key(reader) if kind_of(reader).reads(trail)]


def build_reader_model(model: Model, reader: Any) -> ReaderModel:
    """A reader of the inventory at work."""
    return kind_of(reader)(model, reader)


def build_reader_models(model: Model) -> tuple[ReaderModel, ...]:
    """Every reader of the inventory at work."""
    return tuple(build_reader_model(model, reader) for reader in model.inventory.readers)


def periods_in_use(model: Model, readers: Sequence[ReaderModel]) -> dict[str, Period]:
    """For each trail with a key, when those of its files were put that matter in the months.

    These are put in the months, or before and a reader gets them in the months.
    """
    inventory, months = model.inventory, model.months
    since = {trail.name: float(months.begin[0]) for trail in inventory.trails}
    for each in readers:
        if each.period.meets(months):
            for trail in trails_read(inventory, each.reader):
                met = each.met_period(model.trail_number[trail.name])
                if not met.is_empty:
                    since[trail.name] = min(since[trail.name], met.start)
    writing, end = inventory.active.writing, float(months.end[-1])
    return {name: writing[name] & Period(since[name], end) for name in writing}
