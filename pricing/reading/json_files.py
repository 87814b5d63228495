"""JSON documents of any size: mapped instead of read, decoded to the fields that are asked for."""

from __future__ import annotations

import contextlib
import json
import mmap
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pricing.reading.files import MAX_BYTES, read_bytes, to_utf8
from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import LongNumber, describe, shown

Shape = TypeVar("Shape")

MAX_MAPPED = 2 * 1024**3  # of a file, which is mapped
MAX_PART = 8 * 1024**2  # of one resource; 30,000 accounts listed are about 5 MB
MAX_PIPED = 512 * 1024**2  # of a pipe, which is read
_MAPPED = 1024**2
_MOST_LEVELS = 60  # of a place in an error
_NOT_UTF_8 = "bytes that are not UTF-8"

_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|["\[{\]}]', re.DOTALL)
_LONG = re.compile(rb"[0-9]{61,}")
_DEPTH = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def decode_json(path: str, shape: type[Shape], expected: str = "JSON", fix: str = "") -> Shape:
    """A JSON file as a shape: what the shape has no field for is skipped, never built.

    Raises
    ------
    DocumentError
        The file cannot be read, is no JSON, or has something else where the shape has a field.
    """
    with _content(path) as data:
        return decode_json_bytes(data, path, shape, expected, fix)


def decode_json_bytes(
    data: Any, path: str, shape: type[Shape], expected: str = "JSON", fix: str = ""
) -> Shape:
    """As `decode_json`, of bytes that are read already."""
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError:
        at, found = _find_misfit(data, shape)
        problem = Problem(path, None, at, f"another shape ({found})", "as documented", fix)
    except msgspec.DecodeError as error:
        found, line = find_json_fault(data, error)
        problem = Problem(path, line, "", found, expected, fix)
    except UnicodeDecodeError:
        problem = Problem(path, None, "", _NOT_UTF_8, expected, fix)
    except RecursionError:
        problem = Problem(path, None, "", "JSON nested beyond all sense", expected, fix)
    raise DocumentError(problem)


def decode_json_documents(
    path: str, shape: type[Shape], begins: re.Pattern[str], expected: str = "JSON", fix: str = ""
) -> tuple[list[tuple[Shape, Any]], list[str]]:
    """Each document of a file with its bytes, and the lines around them, without empty ones.

    Programs that run others print lines of their own around JSON, and `>>` adds one document to
    another. A document begins with `begins` where a file is not one whole.

    Raises
    ------
    DocumentError
        As `decode_json`; also where a document that begins does not end.
    """
    with _content(path) as data:
        try:
            return [(msgspec.json.decode(data, type=shape), data)], []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            parts, lines = _find_documents(data, begins)
        parts = parts or [data]
        return [(decode_json_bytes(part, path, shape, expected, fix), part) for part in parts], (
            lines
        )


def _find_documents(data: Any, begins: re.Pattern[str]) -> tuple[list[bytes], list[str]]:
    if len(data) > MAX_BYTES:
        return [], []
    text, end = bytes(data).decode("utf-8", "replace"), 0
    found: list[bytes] = []
    lines: list[str] = []
    decoder = json.JSONDecoder()
    while match := begins.search(text, end):
        start = match.start(match.lastindex or 0)
        try:
            stop = decoder.raw_decode(text, start)[1]
        except (ValueError, RecursionError):
            stop = len(text)  # decoding it alone says what is wrong
        lines += _lines(text[end:start])
        found.append(text[start:stop].encode())
        end = stop
    return found, lines + _lines(text[end:])


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def decode_part(raw: msgspec.Raw, path: str = "", at: str = "") -> Any:
    """A part that was left as it stands; None where there is none.

    Raises
    ------
    DocumentError
        The part is larger or deeper than any honest one.
    """
    if len(raw) > MAX_PART:
        found = f"more than {MAX_PART // 1024**2} MB in one place"
        problem = Problem(path, None, at, found, "the attributes of one resource", "")
        raise DocumentError(problem)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = "JSON nested beyond all sense"
        raise DocumentError(Problem(path, None, at, found, "JSON", "")) from None


def find_json_fault(data: Any, error: Exception) -> tuple[str, int | None]:
    r"""The fault in bytes that are no JSON, and its line, where that can be told.

    Parsers differ in their words, and a fast one has no place for the fault but in them. So whether
    the end is missing is seen from the brackets, and the standard library names the line.

    >>> find_json_fault(b'{"a": [1,\n2', ValueError("theirs"))
    ('JSON that ends too early', 2)
    >>> find_json_fault(b'{\n"a" 1}', ValueError("theirs"))
    ('text that is not JSON (theirs)', 2)
    >>> find_json_fault(b'{"a\x96": 1}', ValueError("theirs"))
    ('bytes that are not UTF-8', None)
    """
    found = f"text that is not JSON ({error})"
    if not len(data) or len(data) > MAX_BYTES:
        return found if len(data) else "an empty file", None
    line, depth, text = None, 0, bytes(data)
    looks_like_json = text.lstrip()[:1] in (b"{", b"[", b'"')
    for token in _TOKEN.findall(text) if looks_like_json else ():
        depth += 1 if token == b'"' else _DEPTH.get(token, 0)  # a quote alone is left open
    try:
        value = json.loads(text)
        # json reads half of a surrogate pair, which is no text and can be written nowhere
        json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as fault:
        line = fault.lineno
    # some releases of the parser say so with an error of their own, others with a word in theirs;
    # of a CSV in a code page it is not what is wrong with it as JSON
    except UnicodeDecodeError:
        if looks_like_json:
            return _NOT_UTF_8, None
    except UnicodeEncodeError:
        return "half of a surrogate pair (such as \\ud800) in a text", None
    except (ValueError, RecursionError):
        line = None
    return "JSON that ends too early" if depth > 0 else found, line


def _find_misfit(data: Any, shape: Any) -> tuple[str, str]:
    """The place where something else stands than the shape has there, and what it is.

    msgspec has no place but in its words, which change with its releases: so ever smaller parts are
    decoded, the first that does not fit at each level.
    """
    place: list[str | int] = []
    for _ in range(_MOST_LEVELS):
        part = next(
            (part for part in _parts(data, shape) if not _fits(part[1], part[2])),
            None,
        )
        # all parts fit, so it is the value itself that does not
        if part is None:
            break
        key, data, shape = part
        place.append(key)
    try:
        found = shown(msgspec.json.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        long = _LONG.search(data)
        found = shown(LongNumber(long[0].decode())) if long else "what cannot be shown"
    return describe(place), found


def _parts(data: Any, shape: Any) -> Iterator[tuple[str | int, Any, Any]]:
    """The parts that a shape knows, undecoded, each with its own shape."""
    is_union = typing.get_origin(shape) in (typing.Union, types.UnionType)
    for choice in typing.get_args(shape) if is_union else (shape,):
        origin, inside = typing.get_origin(choice), typing.get_args(choice)
        if origin is list:
            listed = _decode_raw(data, list[msgspec.Raw])
            yield from ((number, raw, inside[0]) for number, raw in enumerate(listed or ()))
        elif origin is dict:
            members = _decode_raw(data, dict[str, msgspec.Raw]) or {}
            yield from ((key, raw, inside[1]) for key, raw in members.items())
        elif isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            members = _decode_raw(data, dict[str, msgspec.Raw]) or {}
            for field in msgspec.structs.fields(choice):
                if field.encode_name in members:
                    yield field.encode_name, members[field.encode_name], field.type


def _decode_raw(data: Any, shape: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _fits(data: Any, shape: Any) -> bool:
    try:
        msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError:
        return False
    return True


@contextlib.contextmanager
def _content(path: str) -> Iterator[Any]:
    """The bytes of a file as UTF-8: large ones mapped, those of PowerShell's > converted."""
    try:
        # a pipe has no size, and is read instead of mapped
        size = Path(path).stat().st_size if Path(path).is_file() else 0
    except OSError:
        size = 0
    if size > MAX_MAPPED:
        found, fix = f"more than {MAX_MAPPED // 1024**3} GB", "split it by module or by state"
        raise DocumentError(Problem(path, None, "", found, "a smaller file", fix))
    if size < _MAPPED:
        yield to_utf8(path, read_bytes(path, MAX_PIPED))
        return
    try:
        with Path(path).open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        raise DocumentError(Problem(path, None, "", found, "a readable file", "")) from None
    # what stands in another encoding has to be copied; all else is decoded where it lies
    yield to_utf8(path, mapped[:]) if mapped[:3].startswith(_BOMS) else mapped
