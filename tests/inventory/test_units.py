"""Every assumption of the format has one unit, which its description says."""

from __future__ import annotations

import typing

import pytest

from estimator.inventory import FilesPerDay, Range
from estimator.inventory.assumptions import Share
from estimator.inventory.others import OtherRequests
from estimator.inventory.reader_sections import Reader
from estimator.inventory.sections import AccountEntry, Bucket, Growth, InventoryFile, Trail
from estimator.inventory.units import SHARE, UNIT_PATTERN, UNITS

SECTIONS = (InventoryFile, AccountEntry, Trail, Bucket, Growth, *typing.get_args(Reader))


def parts(annotation):
    """A type and all that it is made of."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from parts(part)


def annotations(section, name):
    """The types of a key, as its class or a class above it writes them."""
    own = next(kind for kind in section.__mro__ if name in vars(kind).get("__annotations__", {}))
    return list(parts(typing.get_type_hints(own, include_extras=True)[name]))


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_assumption_says_its_unit(section):
    """A number of the format has a unit in brackets, a key the same one everywhere."""
    for name, field in section.model_fields.items():
        kinds = annotations(section, name)
        unit = UNIT_PATTERN.search(field.description)
        if {Range, FilesPerDay, OtherRequests} & {kind for kind in kinds if isinstance(kind, type)}:
            assert unit is not None, f"{section.__name__}.{name}: end its description with [unit]"
        if unit is not None:
            assert UNITS[name] == unit[1], f"{section.__name__}.{name}"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_shares_are_those_that_the_format_reads_as_shares(section):
    """A share is drawn on its own scale and shown in percent: its unit and its type agree."""
    for name in section.model_fields:
        assert (UNITS.get(name) == SHARE) == (Share in annotations(section, name)), name
