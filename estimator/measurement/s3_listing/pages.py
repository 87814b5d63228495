"""The JSON of `list-objects-v2` and `list-object-versions`, an entry at a time.

One page, pages one after another or a line each, or a list of pages: a listing may be far larger
than the memory, so no page is ever held whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import Any, TextIO

from estimator.measurement.s3_listing.entries import BadLine, Entry

_OBJECTS = ("Contents", "Versions")
_MARKERS = "DeleteMarkers"
# an empty bucket's page has no entries, only some of these
_OTHERS = ("IsTruncated", "KeyCount", "MaxKeys", "RequestCharged", "Prefix", "CommonPrefixes")

CUT_OFF = "page that names a next one, which is not there"
NO_LISTING = "JSON that is no list of objects"

_SPACE = re.compile(r"\s*")
_READ = 1 << 20


class BrokenError(ValueError):
    """JSON that breaks off or is malformed, at a line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Scanner:
    """JSON values out of a stream, one after another."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._buffer = ""
        self._at = 0
        self._lines = 1
        self._ended = False
        self._decode = json.JSONDecoder().raw_decode

    @property
    def line(self) -> int:
        return self._lines + self._buffer.count("\n", 0, self._at)

    def peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def take(self, *expected: str) -> str:
        """The next character, which must be one of these."""
        character = self.peek()
        if character not in expected or not character:
            raise BrokenError(self.line)
        self._at += 1
        return character

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._buffer, self._at)
            except (json.JSONDecodeError, RecursionError):
                if not self._more():
                    raise BrokenError(self.line) from None
                continue
            # a number that ends with the buffer may go on
            if end < len(self._buffer) or not self._more():
                self._at = end
                return value

    def _more(self) -> bool:
        if self._ended:
            return False
        rest = self._buffer[self._at :]
        # twice as much each time, so that a long value is not scanned again too often
        read = self._text.read(max(_READ, len(rest)))
        if not read:
            self._ended = True
            return False
        self._lines = self.line
        self._buffer, self._at = rest + read, 0
        return True


def read_pages(text: TextIO) -> Iterator[Entry | BadLine]:
    """Every entry of every page.

    Raises
    ------
    BrokenError
        The JSON breaks off or is malformed.
    """
    scanner = _Scanner(text)
    depth = 0
    cut_off: BadLine | None = None
    while character := scanner.peek():
        if character == "{":
            # only the last page may not name a next one
            cut_off = yield from _page(scanner)
        elif character in "[],":  # a list of pages is its pages
            scanner.take(character)
            depth += {"[": 1, "]": -1, ",": 0}[character]
        else:
            scanner.value()
            yield BadLine(scanner.line, NO_LISTING)
    if depth:
        raise BrokenError(scanner.line)
    if cut_off is not None:
        yield cut_off


def _page(scanner: _Scanner) -> Generator[Entry | BadLine, None, BadLine | None]:
    """The entries of one page, a line that says what it was; at its end, whether more follow."""
    known, truncated = False, False
    alone: dict[str, Any] = {}  # an entry outside of any page, as --query Contents writes them
    for name in _members(scanner, "{", "}"):
        scanner.take(":")
        if name in (*_OBJECTS, _MARKERS) and scanner.peek() == "[":
            known = True
            for value in _members(scanner, "[", "]"):
                yield _entry(value, scanner, deleted=name == _MARKERS)
            continue
        value = scanner.value()
        known = known or name in _OTHERS
        truncated = truncated or (name == "IsTruncated" and value is True)
        truncated = truncated or (name == "NextToken" and bool(value))
        if name in ("Key", "LastModified"):
            alone[name] = value
    if "Key" in alone:
        yield _entry(alone, scanner, deleted=False)
    else:
        yield BadLine(scanner.line, "" if known else NO_LISTING)
    return BadLine(scanner.line, CUT_OFF) if truncated else None


def _members(scanner: _Scanner, opening: str, closing: str) -> Iterator[Any]:
    """The values between brackets, or the names; who reads a name reads its value too."""
    scanner.take(opening)
    mark = ","
    if scanner.peek() == closing:
        mark = scanner.take(closing)
    while mark == ",":
        yield scanner.value()
        mark = scanner.take(",", closing)


def _entry(value: Any, scanner: _Scanner, *, deleted: bool) -> Entry | BadLine:
    if not isinstance(value, dict) or not isinstance(value.get("Key"), str):
        return BadLine(scanner.line, "entry without Key")
    return Entry(value["Key"], str(value.get("LastModified") or ""), deleted)
