"""The uncertain inputs of an inventory, and the inventory with unit factors in their place.

There each uncertain input is the number that leaves the rest as it is: 1 for a factor, 0 for a
saving or a growth. The formulas of `estimator.volume` then give what its draws multiply.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Reader, Trail
from estimator.inventory.units import is_share
from estimator.months import FloatArray
from estimator.simulation.draws import Draws
from estimator.volume.model import Model
from estimator.volume.readers import kind_of

_UNIT, _NONE = Range.exactly(1), Range.exactly(0)


def with_unit_factors(inventory: Inventory) -> Inventory:
    """The inventory with 1 for every uncertain factor, 0 for every uncertain saving and growth.

    Files per day, look-backs and retention stay: each has a step of its own.
    """
    growth = inventory.growth
    # 0: no growth is left to multiply, so that each draw brings all of it
    growing = {
        name: _NONE
        for name in ("accounts_per_year", "files_per_year")
        if not getattr(growth, name).is_number
    }
    return dataclasses.replace(
        inventory,
        trails=tuple(_trail_with_units(trail) for trail in inventory.trails),
        readers=tuple(_reader_with_units(reader) for reader in inventory.readers),
        growth=growth.model_copy(update=growing) if growing else growth,
    )


def _trail_with_units(trail: Trail) -> Trail:
    update: dict[str, Any] = {}
    if not trail.config_updates_per_month.is_number:
        update["config_updates_per_month"] = _UNIT
    if not trail.bucket.bucket_key_saving.is_number:
        update["bucket"] = trail.bucket.model_copy(update={"bucket_key_saving": _NONE})
    return trail.model_copy(update=update) if update else trail


def _reader_with_units(reader: Reader) -> Reader:
    update = {
        name: _UNIT for name in kind_of(reader).factors if not getattr(reader, name).is_number
    }
    saving = reader.bucket_key_saving
    if saving is not None and not saving.is_number:
        update["bucket_key_saving"] = _NONE
    return reader.model_copy(update=update) if update else reader


def trail_saving(trail: Trail) -> tuple[str, Range] | None:
    """The uncertain saving of a trail's bucket: its path and range; None where it is a number."""
    saving = trail.bucket.bucket_key_saving
    if not trail.bucket.bucket_key or saving.is_number:
        return None
    return f"trails[{trail.name}].bucket.bucket_key_saving", saving


def reader_saving(reader: Reader, trail: Trail) -> tuple[str, Range] | None:
    """The uncertain saving of a reader on a trail's files: its own, else the bucket's."""
    saving = reader.bucket_key_saving
    if saving is None:
        return trail_saving(trail)
    if not trail.bucket.bucket_key or saving.is_number:
        return None
    return f"readers[{reader.name}].bucket_key_saving", saving


def retention(trail: Trail) -> tuple[str, Range] | None:
    """The uncertain days that a bucket keeps files."""
    days = trail.bucket.retention_days
    if days is None or days.is_number:
        return None
    return f"trails[{trail.name}].bucket.retention_days", days


def look_back(reader: Reader) -> tuple[str, Range] | None:
    """The uncertain days that a reader looks back."""
    name = kind_of(reader).window
    days = None if name is None else getattr(reader, name)
    return None if days is None or days.is_number else (f"readers[{reader.name}].{name}", days)


def reader_factor(reader: Reader, draws: Draws) -> FloatArray | float:
    """The product of a reader's uncertain factors, for each draw; 1 without any."""
    product: FloatArray | float = 1.0
    for name in kind_of(reader).factors:
        given = getattr(reader, name)
        if not given.is_number:
            # a share must never be drawn above 1
            kind: Any = "share" if is_share(name) else "quantity"
            product = product * draws.draw(f"readers[{reader.name}].{name}", given, kind)
    return product


def is_uncertain(model: Model) -> bool:
    """True where anything that the inventory's streams and readers rest on is a range."""
    inventory, streams = model.inventory, model.streams
    others = [
        *(use.requests for use in inventory.other_uses),
        inventory.growth.accounts_per_year,
        inventory.growth.files_per_year,
    ]
    for trail in inventory.trails:
        others += [trail.config_updates_per_month, trail.bucket.bucket_key_saving]
        others += [trail.bucket.retention_days] if trail.bucket.retention_days else []
    for reader in inventory.readers:
        # how fast a reader is changes neither requests nor cost
        values = [value for name, value in reader if name != "burst_seconds"]
        others += [value for value in values if isinstance(value, Range)]
    return bool((streams.uncertain_input >= 0).any()) or any(not each.is_number for each in others)
