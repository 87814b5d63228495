"""Units of assumptions: each is written once, in brackets behind the description of its key."""

from __future__ import annotations

import typing
from collections.abc import Iterator

from estimator.inventory.reader_sections import Reader
from estimator.inventory.sections import AccountEntry, Bucket, Growth, InventoryFile, Trail
from pricing.reading.units import SHARE, UNIT_PATTERN
from pricing.reading.validation import Section

__all__ = ["SHARE", "UNITS", "UNIT_PATTERN", "is_pace", "is_share"]

_SECTIONS: tuple[type[Section], ...] = (
    InventoryFile,
    AccountEntry,
    Trail,
    Bucket,
    Growth,
    *typing.get_args(Reader),
)


def _units() -> Iterator[tuple[str, str]]:
    for section in _SECTIONS:
        for name, field in section.model_fields.items():
            unit = UNIT_PATTERN.search(field.description or "")
            if unit is not None:
                yield name, unit[1]


# by the key, whichever section it is in: tests/inventory/test_units.py holds that none has two
UNITS = dict(_units())


def is_share(name: str) -> bool:
    """True for an assumption that is a share.

    >>> is_share("bucket_key_saving"), is_share("gets_per_file")
    (True, False)
    """
    return UNITS.get(name) == SHARE


def is_pace(name: str) -> bool:
    """True for an assumption of how fast somebody is: it changes neither requests nor cost.

    >>> is_pace("burst_seconds"), is_pace("gets_per_file")
    (True, False)
    """
    return name == "burst_seconds"
