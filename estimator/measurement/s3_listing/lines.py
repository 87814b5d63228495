"""The text of `aws s3 ls --recursive`, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from estimator.measurement.s3_listing.entries import BadLine, Entry

# 2023-10-17 04:55:01       1409 name, or 1.4 KiB where --human-readable; names may hold spaces
_OBJECT = re.compile(
    r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) +(?:\d[\d.]* (?:Bytes?|[KMGTPE]iB)|\d+) (.+)", re.DOTALL
)
_FOLDER = re.compile(r" +PRE .+")
_SUMMARY = re.compile(r"\s*Total (?:Objects|Size): .*")

NO_OBJECT = "line that lists no object"
FOLDER = "folder that was not listed: list with --recursive"

_LONGEST = 1 << 16  # a name has 1,024 bytes at most; what has no lines must not fill the memory


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
