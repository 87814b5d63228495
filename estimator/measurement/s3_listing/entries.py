"""What a listing is made of, and the text of `aws s3 ls --recursive`, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TextIO

# 2023-10-17 04:55:01       1409 name, or 1.4 KiB where --human-readable; names may hold spaces
_OBJECT = re.compile(
    r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) +(?:\d[\d.]* (?:Bytes?|[KMGTPE]iB)|\d+) (.+)", re.DOTALL
)
_FOLDER = re.compile(r" +PRE .+")
_SUMMARY = re.compile(r"\s*Total (?:Objects|Size): .*")

NO_OBJECT = "line that lists no object"
FOLDER = "folder that was not listed: list with --recursive"

_LONGEST = 1 << 16  # a name has 1,024 bytes at most; what has no lines must not fill the memory


class Entry(NamedTuple):
    """A name and when it was written, as the listing spells it; a delete marker is no object."""

    name: str
    modified: str
    deleted: bool = False


class BadLine(NamedTuple):
    """A line that is no entry and why; without a reason it only says that this is a listing."""

    number: int
    reason: str


def read_lines(text: TextIO) -> Iterator[Entry | BadLine]:
    """Every line that says something: an object, or why it is none."""
    number = 0
    while line := text.readline(_LONGEST):
        number += 1
        line = line.rstrip("\r\n")
        found = _OBJECT.fullmatch(line)
        if found is not None:
            yield Entry(found[3], f"{found[1]}T{found[2]}")
        elif _FOLDER.fullmatch(line):
            yield BadLine(number, FOLDER)
        elif _SUMMARY.fullmatch(line):
            yield BadLine(number, "")
        elif line.strip():
            yield BadLine(number, NO_OBJECT)
