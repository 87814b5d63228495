"""What a listing is made of, whichever tool wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from estimator.measurement.object_name import place_of, relative_place_of

NO_OBJECT = "line that lists no object"
CUT_LINE = "line that is cut off: the listing is not whole"
DAMAGED = "line that is damaged"
NO_NAME = "entry whose name cannot be told from its other values"
SUMMARY = "summary of more objects than are listed"
FOLDER = "folder that was not listed: list with --recursive"

# a moment, as tools spell it: 2023-10-17T04:55:01.000Z, 2023-10-17 04:55:01+00:00, 2023/10/17 ...
_MOMENT = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
# what stands beside a name in a row: a size, an ETag, a storage class, a flag, nothing
_BESIDE = re.compile(
    r'-?\d+(?:\.\d+)?(?: ?(?:Bytes?|[KMGTPE]?i?B?))?|"[0-9a-f]{32}(?:-\d+)?"|[0-9a-f]{32}(?:-\d+)?|'
    r"[A-Z][A-Z0-9_]*|True|False|true|false|None|null|-|"
)


class Entry(NamedTuple):
    """A name and when it was written, as the listing spells it; a delete marker is no object.

    `version` tells versions of one name apart; empty for the one that a plain listing shows.
    """

    name: str
    modified: str
    deleted: bool = False
    version: str = ""


class Folder(NamedTuple):
    """A folder that the listing names; where it names nothing below any, they were left out."""

    number: int


class Total(NamedTuple):
    """How many objects the tool says that it listed."""

    number: int
    objects: int


class BadLine(NamedTuple):
    """A line that is no entry and why; without a reason it only says that this is a listing."""

    number: int
    reason: str


def is_cloudtrails(name: str) -> bool:
    """Tell whether this is the name of an object that CloudTrail wrote, whole or below a prefix."""
    return place_of(name) is not None or relative_place_of(name) is not None


def names_in(cells: Sequence[str]) -> tuple[list[str], str]:
    """The names of objects among the values of a row, and the moment beside them.

    >>> names_in(["1409", "a/b.gz", "2023-10-17T04:55:01+00:00", "STANDARD"])
    (['a/b.gz'], '2023-10-17T04:55:01+00:00')
    >>> names_in(["a", "b"]), names_in(["README", "1"])
    ((['a', 'b'], ''), (['README'], ''))
    """
    moments = [cell for cell in cells if _MOMENT.fullmatch(cell)]
    others = [cell for cell in cells if cell and not _MOMENT.fullmatch(cell)]
    names = [cell for cell in others if not _BESIDE.fullmatch(cell)]
    if not names:  # a name may look like a storage class
        names = [cell for cell in others if cell[0].isupper() and cell not in ("True", "None")][:1]
    return names, moments[-1] if moments else ""


def iso(moment: str) -> str:
    """A moment in the spelling that sorts: with a T, dashes, and a zone without a blank."""
    day, clock = moment[:10].replace("/", "-"), moment[11:].replace(" UTC", "Z").replace(" ", "")
    return f"{day}T{clock}" if clock else day
