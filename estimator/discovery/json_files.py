"""JSON files of any size: mapped instead of read, decoded to the fields that are asked for."""

from __future__ import annotations

import contextlib
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pricing.reading.files import find_json_fault, read_bytes
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import describe

Shape = TypeVar("Shape")

MAX_BYTES = 2 * 1024**3  # of a file, which is mapped
MAX_PART = 8 * 1024**2  # of one resource; 30,000 accounts listed are about 5 MB
MAX_PIPED = 512 * 1024**2  # of a pipe, which is read
_MAPPED = 1024**2
_UTF8_BOM, _UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_PLACE = re.compile(r" - at `\$?(.*)`\Z")


def decode_json(path: str, shape: type[Shape], fix: str) -> Shape:
    """A JSON file as a shape: what the shape has no field for is skipped, never built.

    Raises
    ------
    KmscostError
        The file cannot be read, is no JSON, or has something else where the shape has a field.
    """
    with _content(path) as data:
        try:
            return msgspec.json.decode(data, type=shape)
        except msgspec.ValidationError as error:
            said, _, _ = str(error).partition(" - at ")
            place = _PLACE.search(str(error))
            at = place[1].lstrip(".") if place else ""
            raise _refuse(path, None, at, f"another shape ({said})", "as documented", fix) from None
        except msgspec.DecodeError as error:
            found, line = find_json_fault(data, error)
            raise _refuse(path, line, "", found, "JSON", fix) from None
        except UnicodeDecodeError:
            raise _refuse(path, None, "", "bytes that are not UTF-8", "JSON", fix) from None
        except RecursionError:
            raise _refuse(path, None, "", "JSON nested beyond all sense", "JSON", fix) from None


def decode_part(raw: msgspec.Raw, path: str = "", at: str = "") -> Any:
    """A part that was kept as it stands; None where there is none.

    Raises
    ------
    KmscostError
        The part is larger or deeper than any honest one.
    """
    if len(raw) > MAX_PART:
        found = f"more than {MAX_PART // 1024**2} MB in one place"
        raise _refuse(path, None, at, found, "the attributes of one resource", "")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _refuse(path, None, at, "JSON nested beyond all sense", "JSON", "") from None


@contextlib.contextmanager
def _content(path: str) -> Iterator[Any]:
    """The bytes of a file as UTF-8: large ones mapped, those of PowerShell's > converted."""
    try:
        size = Path(path).stat().st_size if Path(path).is_file() else 0
    except OSError:
        size = 0
    if size > MAX_BYTES:
        found = f"more than {MAX_BYTES // 1024**3} GB"
        raise _refuse(path, None, "", found, "a smaller file", "split it by module or by state")
    if size < _MAPPED:
        yield _plain(path, read_bytes(path, MAX_PIPED))
        return
    try:
        with Path(path).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        raise _refuse(path, None, "", found, "a readable file", "") from None
    if mapped[:2] in _UTF16_BOMS or mapped[:3] == _UTF8_BOM:
        yield _plain(path, mapped[:])
        return
    yield mapped


def _plain(path: str, data: bytes) -> bytes:
    if data[:2] not in _UTF16_BOMS:
        return data.removeprefix(_UTF8_BOM)
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        fix = "save the file as UTF-8"
        raise _refuse(path, None, "", "text that is not UTF-16", "UTF-8", fix) from None


def _refuse(
    path: str, line: int | None, at: str, found: str, expected: str, fix: str
) -> KmscostError:
    return KmscostError(Problem(path, line, at or describe(()), found, expected, fix))
