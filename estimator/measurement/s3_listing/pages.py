"""Listings as JSON, an entry at a time: pages of S3's API, rows of --query, objects of other tools.

One page, pages one after another or a line each, or a list of pages: a listing may be far larger
than the memory, so no page is ever held whole.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, TextIO

from estimator.measurement.s3_listing.entries import (
    FOLDER,
    NO_NAME,
    BadLine,
    Entry,
    Folder,
    Total,
    is_cloudtrails,
    iso,
    names_in,
)
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError, Problem

_OBJECTS = ("Contents", "Versions")
_MARKERS = "DeleteMarkers"
# an empty bucket's page has no entries, only some of these
_OTHERS = ("IsTruncated", "KeyCount", "MaxKeys", "RequestCharged", "Prefix", "CommonPrefixes")

CUT_OFF = "page that names a next one, which is not there"
NO_LISTING = "JSON that is no list of objects"
FAILED = "error that the tool wrote among its objects"

# of one value: common prefixes stand in one list however many they are
_MOST_TEXT = 64 << 20

# S3's API, rclone lsjson, s5cmd --json and mc --json: a name is the first of these that is there
_NAMES = ("Key", "key", "Path")
_MOMENTS = ("LastModified", "lastModified", "last_modified", "ModTime")
_ALONE = (
    *(*_NAMES, *_MOMENTS, "Name", "Size", "size", "IsDir", "type", "status", "isDeleteMarker"),
    *("error",),
)
_KEPT = 40  # members of an object that is no page, by which a name is looked for


def read_pages(text: TextIO, path: str) -> Iterator[Entry | Folder | Total | BadLine]:
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
            if character == "[" and depth and stream.peek() not in "[{]":
                yield from _row(stream)
                continue
            depth += {"[": 1, "]": -1, ",": 0}[character]
        else:
            value = stream.value()
            # --query "Contents[].Key" lists names
            if depth and isinstance(value, str):
                yield Entry(value, "")
            else:
                yield BadLine(stream.line, NO_LISTING)
    if depth:
        found = "the end of the file"
        raise DocumentError(Problem(path, stream.line, "", found, "the end of the list", ""))
    if cut_off is not None:
        yield cut_off


def _row(stream: JsonStream) -> Iterator[Entry | Folder | BadLine]:
    """The values of an object, as --query "Contents[].[Key, Size]" lists them."""
    values = []
    while True:
        values.append(stream.value())
        if stream.take(",]", "a comma or ]") == "]":
            break
    yield _find_named(values, stream.line)


def _find_named(values: list[Any], line: int) -> Entry | BadLine:
    """The entry of values that do not say which of them is the name."""
    names, moment = names_in([value for value in values if isinstance(value, str)])
    if len(names) > 1:
        names = [name for name in names if is_cloudtrails(name)]
    if len(names) != 1:
        return BadLine(line, NO_NAME)
    return Entry(names[0], iso(moment) if moment else "")


def _page(stream: JsonStream) -> Generator[Entry | Folder | Total | BadLine, None, BadLine | None]:
    """The entries of one page, a line that says what it was; at its end, whether more follow."""
    known, truncated, folders = False, False, 0
    key_count: Any = None  # how many objects and folders S3 says that the page has
    alone: dict[str, Any] = {}  # an entry outside of any page, as --query Contents writes them
    for name in stream.members():
        if name in (*_OBJECTS, _MARKERS) and stream.peek() == "[":
            known = True
            for value in stream.items():
                yield _entry(value, stream, deleted=name == _MARKERS)
            continue
        value = stream.value()
        key_count = value if name == "KeyCount" else key_count
        if name == "CommonPrefixes" and isinstance(value, list):
            folders = len(value)
            # --delimiter: S3 lists none of the objects below them
            yield from (BadLine(stream.line, FOLDER) for _ in value)
        known = known or name in _OTHERS
        truncated = truncated or (name == "IsTruncated" and value is True)
        truncated = truncated or (name == "NextToken" and bool(value))
        if name in _ALONE or (len(alone) < _KEPT and isinstance(value, str | int | None)):
            alone[name] = value
    yield _alone(alone, stream.line, known=known)
    if known and isinstance(key_count, int):  # a page that went through a filter keeps it
        yield Total(stream.line, key_count - folders)
    return BadLine(stream.line, CUT_OFF) if truncated else None


def _alone(values: dict[str, Any], line: int, *, known: bool) -> Entry | Folder | BadLine:
    """An object that is no page: an entry of one of the tools, or of --query with names anew."""
    name = next((values[key] for key in _NAMES if key in values), None)
    if known and name is None:
        return BadLine(line, "")
    if values.get("status") == "error" or ("error" in values and name is None):
        return BadLine(line, FAILED)
    if isinstance(name, str):
        if values.get("IsDir") is True:
            return Folder(line)
        if values.get("type") in ("folder", "directory"):  # mc and s5cmd list none beside objects
            return BadLine(line, FOLDER)
        moment = next((values[key] for key in _MOMENTS if key in values), "")
        return Entry(name, iso(str(moment or "")), values.get("isDeleteMarker") is True)
    entry = _find_named(list(values.values()), line)
    # of any JSON some text could be a name: only CloudTrail's is one for certain
    if isinstance(entry, Entry) and is_cloudtrails(entry.name):
        return entry
    return BadLine(line, NO_LISTING)


def _entry(value: Any, stream: JsonStream, *, deleted: bool) -> Entry | BadLine:
    if not isinstance(value, dict) or not isinstance(value.get("Key"), str):
        return BadLine(stream.line, "entry without Key")
    version = "" if value.get("IsLatest") is True else str(value.get("VersionId") or "")
    return Entry(value["Key"], iso(str(value.get("LastModified") or "")), deleted, version)
