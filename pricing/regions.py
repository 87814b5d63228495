"""AWS's Regions: code, name, partition, enabled by default or opt-in."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pricing.validation import Flag, Section, Text, load_as, refusal
from pricing.words import nearest

TABLES = Path(__file__).parent / "tables"


class Region(Section):
    """One Region of the shipped table."""

    code: Text
    name: Text
    other_names: tuple[Text, ...] = ()
    partition: Text
    enabled_by_default: Flag = False


class _Regions(Section):
    version: Literal[1]
    regions: tuple[Region, ...]


@cache
def regions() -> dict[str, Region]:
    """Every known Region by its code, in the table's order."""
    table = load_as(_Regions, TABLES / "regions.yaml")
    return {region.code: region for region in table.regions}


@cache
def default_regions() -> tuple[str, ...]:
    """The Regions enabled by default in a new commercial account."""
    return tuple(code for code, region in regions().items() if region.enabled_by_default)


@cache
def region_names() -> dict[str, str]:
    """Every name that AWS gives a Region in words, with the Region's code.

    >>> region_names()["AWS GovCloud (US)"], region_names()["Europe (Ireland)"]
    ('us-gov-west-1', 'eu-west-1')
    """
    return {
        name: region.code
        for region in regions().values()
        for name in (region.name, *region.other_names)
    }


def partition_of(region: str) -> str:
    """The partition of a known Region.

    >>> partition_of("us-gov-west-1")
    'aws-us-gov'
    """
    return regions()[region].partition


def read_region(value: object) -> str:
    """A Region's code, or a refusal with the nearest one."""
    if not isinstance(value, str) or value not in regions():
        close = nearest(str(value), regions())
        fix = f"did you mean {close}?" if close else "see `kmscost rates show` for the Regions"
        raise refusal(value, "the code of an AWS Region such as us-east-1", fix)
    return value
