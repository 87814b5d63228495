"""AWS's Regions: code, name, partition, enabled by default or opt-in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from pricing.reading.problems import Problem, UsageError
from pricing.reading.slips import QUOTES, plain_text, template_fix
from pricing.reading.validation import Flag, FormatVersion, Section, Text, load_as, refusal
from pricing.reading.words import nearest_of
from pricing.region_codes import COMMERCIAL, PARTITIONS, WELL_FORMED, partition_of

__all__ = [
    "COMMERCIAL",
    "REGION_PATTERN",
    "TABLES",
    "Region",
    "check_region_option",
    "default_regions",
    "in_order",
    "is_region",
    "is_region_of_known_partition",
    "partition_of",
    "partitions",
    "read_region",
    "region_fix",
    "region_meant",
    "region_name",
    "region_names",
    "regions",
]

TABLES = Path(__file__).parent / "tables"

# for the JSON Schema: every Region of the table has this form too
REGION_PATTERN = f"^{WELL_FORMED.pattern}$"


class Region(Section):
    """One Region of the shipped table."""

    code: Text
    name: Text
    other_names: tuple[Text, ...] = ()
    partition: Text
    enabled_by_default: Flag = False


class _Regions(Section):
    version: FormatVersion
    regions: tuple[Region, ...]


@cache
def regions() -> dict[str, Region]:
    """Every known Region by its code, in the table's order."""
    table = load_as(_Regions, TABLES / "regions.yaml")
    return {region.code: region for region in table.regions}


@cache
def default_regions(partition: str = COMMERCIAL) -> tuple[str, ...]:
    """The Regions enabled in a new account of a partition.

    >>> default_regions("aws-us-gov")
    ('us-gov-east-1', 'us-gov-west-1')
    """
    inside = [region for region in regions().values() if region.partition == partition]
    # opting in is known of commercial Regions only (F22)
    if partition == COMMERCIAL:
        inside = [region for region in inside if region.enabled_by_default]
    return tuple(region.code for region in inside)


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


def is_region(value: object) -> bool:
    """True for the code of a Region: one that is known, or one that is well formed.

    >>> is_region("eu-west-1"), is_region("eu-west-9"), is_region("eu-wset-1"), is_region("moon-1")
    (True, True, False, False)
    """
    return isinstance(value, str) and (
        value in regions() or WELL_FORMED.fullmatch(value) is not None
    )


def is_region_of_known_partition(value: object) -> bool:
    """True for a Region of a partition that the table has Regions of.

    >>> is_region_of_known_partition("eu-west-9"), is_region_of_known_partition("us-iso-east-1")
    (True, False)
    """
    return is_region(value) and bool(default_regions(partition_of(str(value))))


@cache
def partitions() -> tuple[str, ...]:
    """Every partition that a Region may be in: the commercial one first."""
    return tuple(dict.fromkeys((COMMERCIAL, *PARTITIONS.values())))


def in_order(codes: Iterable[str]) -> tuple[str, ...]:
    """Regions, each once: those of the table in its order, then those that it does not have."""
    given = dict.fromkeys(codes)
    return (
        *(code for code in regions() if code in given),
        *(c for c in given if c not in regions()),
    )


def region_name(region: str) -> str:
    """AWS's name of a Region; its code where it is not known.

    >>> region_name("eu-west-1"), region_name("eu-west-9")
    ('EU (Ireland)', 'eu-west-9')
    """
    known = regions().get(region)
    return known.name if known else region


def read_region(value: object) -> str:
    """A Region's code, well formed if it is not known; or a refusal with the nearest one."""
    if not isinstance(value, str) or not is_region(value):
        expected = "the code of an AWS Region such as us-east-1"
        raise refusal(value, expected, region_fix(value))
    return value


def region_meant(value: Any) -> str | None:
    """The Region that a value stands for without any doubt, else None.

    >>> region_meant("Ireland"), region_meant("US-EAST-1"), region_meant("us-east-1a")
    ('eu-west-1', 'us-east-1', 'us-east-1')
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        return None
    word = plain_text(value).strip(f"{QUOTES},; ")
    code = word.casefold().replace("_", "-").replace(" ", "-")
    if is_region(code):
        return code
    if code[-1:].isalpha() and is_region(code[:-1]):  # an availability zone
        return code[:-1]
    for name, region in region_names().items():
        # Ireland of EU (Ireland), N. Virginia of US East (N. Virginia)
        inner = name.partition("(")[2].rstrip(")")
        if word.casefold() in (name.casefold(), inner.casefold()):
            return region
    return None


def region_fix(value: Any) -> str:
    """How to write the Region that a value means, or the nearest one.

    >>> region_fix("Ireland"), region_fix("eu-wset-1")
    ('write eu-west-1', 'did you mean eu-west-1?')
    """
    meant = region_meant(value)
    if meant is not None:
        return f"write {meant}"
    template = template_fix(value)
    if template is not None:
        return template
    close = nearest_of(value, regions()) if isinstance(value, str) else []
    # two as near: us-eest-1
    named = " or ".join(close)
    return f"did you mean {named}?" if close else "see `kmscost rates show` for the Regions"


def check_region_option(option: str, region: str, expected: str = "an AWS Region") -> None:
    """Refuse an option whose value is no Region, with the nearest that is one.

    Raises
    ------
    UsageError
        It is none.
    """
    if not is_region(region):
        close = nearest_of(region, regions())
        fix = f"did you mean {' or '.join(close)}?" if close else ""
        raise UsageError(Problem(option, None, "", repr(region), expected, fix))
