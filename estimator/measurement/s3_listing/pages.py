"""The JSON of `list-objects-v2` and `list-object-versions`, an entry at a time.

One page, pages one after another or a line each, or a list of pages: a listing may be far larger
than the memory, so no page is ever held whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, TextIO

from estimator.measurement.s3_listing.entries import BadLine, Entry
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError, Problem

_OBJECTS = ("Contents", "Versions")
_MARKERS = "DeleteMarkers"
# an empty bucket's page has no entries, only some of these
_OTHERS = ("IsTruncated", "KeyCount", "MaxKeys", "RequestCharged", "Prefix", "CommonPrefixes")

CUT_OFF = "page that names a next one, which is not there"
NO_LISTING = "JSON that is no list of objects"

# of one value: common prefixes stand in one list however many they are
_MOST_TEXT = 64 << 20


def read_pages(text: TextIO, path: str) -> Iterator[Entry | BadLine]:
    """Every entry of every page.

    Raises
    ------
    DocumentError
        The JSON breaks off or is malformed, or holds one value that no listing has.
    """
    # entries come by the million, and only their names count: strict would cost half the speed
    stream = JsonStream(text, path, "a listing", _MOST_TEXT, strict=False)
    depth = 0
    cut_off: BadLine | None = None
    while character := stream.peek():
        if character == "{":
            # only the last page may not name a next one
            cut_off = yield from _page(stream)
        elif character in "[],":  # a list of pages is its pages
            stream.take(character, character)
            depth += {"[": 1, "]": -1, ",": 0}[character]
        else:
            stream.value()
            yield BadLine(stream.line, NO_LISTING)
    if depth:
        found = "the end of the file"
        raise DocumentError(Problem(path, stream.line, "", found, "the end of the list", ""))
    if cut_off is not None:
        yield cut_off


def _page(stream: JsonStream) -> Generator[Entry | BadLine, None, BadLine | None]:
    """The entries of one page, a line that says what it was; at its end, whether more follow."""
    known, truncated = False, False
    alone: dict[str, Any] = {}  # an entry outside of any page, as --query Contents writes them
    for name in stream.members():
        if name in (*_OBJECTS, _MARKERS) and stream.peek() == "[":
            known = True
            for value in stream.items():
                yield _entry(value, stream, deleted=name == _MARKERS)
            continue
        value = stream.value()
        known = known or name in _OTHERS
        truncated = truncated or (name == "IsTruncated" and value is True)
        truncated = truncated or (name == "NextToken" and bool(value))
        if name in ("Key", "LastModified"):
            alone[name] = value
    if "Key" in alone:
        yield _entry(alone, stream, deleted=False)
    else:
        yield BadLine(stream.line, "" if known else NO_LISTING)
    return BadLine(stream.line, CUT_OFF) if truncated else None


def _entry(value: Any, stream: JsonStream, *, deleted: bool) -> Entry | BadLine:
    if not isinstance(value, dict) or not isinstance(value.get("Key"), str):
        return BadLine(stream.line, "entry without Key")
    return Entry(value["Key"], str(value.get("LastModified") or ""), deleted)
