"""Bytes to UTF-8, whichever encoding they have, and to the JSON documents in it.

A text holds one document, lines of them, any in a row, or one after a time on each line.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from estimator.measurement.unreadable import UnreadableError

_BLOCK = 1 << 20  # bytes
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# texts of two bytes a character without a mark, told by how the smallest JSON or CSV begins
_LITTLE = re.compile(rb"\A(?:[\x09\x0a\x0d\x20-\x7e]\x00){4}")
_BIG = re.compile(rb"\A(?:\x00[\x09\x0a\x0d\x20-\x7e]){4}")

# half of a surrogate pair is valid JSON and no character: users and agents have such names
# it begins with literal bytes, which are found at once: two alternatives are tried at each byte
_HALF_CHARACTER = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)

_SHOWN = 80
_NO_SPACE = re.compile(r"\S")
_BEGINS = (b"{", b"[", b'"')
# what log tools write before a message: no quotes, no braces
_PREFIX = re.compile(rb'[^{}"]{0,400}?(?=\{)')
# other parts of an answer of --output text, beside its events
_OTHER_PART = re.compile(rb"[A-Z]{5,}\t[^{]*$")
_raw = msgspec.json.Decoder(msgspec.Raw).decode

DAMAGED = (msgspec.MsgspecError, ValueError, RecursionError)


def as_utf8(data: bytes) -> bytes:
    """The text of a file in UTF-8 without a mark.

    >>> as_utf8("{}".encode("utf-16"))
    b'{}'

    Raises
    ------
    UnreadableError
        It is no text, or damaged.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data, encoding)
    if _LITTLE.match(data):
        return _decode(data, "utf-16-le")
    if _BIG.match(data):
        return _decode(data, "utf-16-be")
    if not data.isascii():
        _check(data)
        data = data.removeprefix(codecs.BOM_UTF8)
    return data


def _decode(data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise UnreadableError(f"damaged {encoding.upper()} (byte {error.start})") from None


def _check(data: bytes) -> None:
    """Refuse what is not UTF-8, a block at a time: as text all may take four times as much."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _BLOCK):
        before = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _BLOCK], final=start + _BLOCK >= len(data))
        except UnicodeDecodeError as error:
            place = start - before + error.start
            raise UnreadableError(f"not UTF-8 (byte {place})") from None


def without_half_characters(data: bytes) -> bytes:
    r"""JSON with U+FFFD for each half of a surrogate pair.

    >>> without_half_characters(rb'"\ud83d \ud83d\ude00"')
    b'"\\ufffd \\ud83d\\ude00"'
    """
    return _HALF_CHARACTER.sub(rb"\\ufffd", data)


def documents(data: bytes) -> list[bytes]:
    """The JSON documents of a text, none of them decoded; all of it is JSON, or nothing is taken.

    Raises
    ------
    UnreadableError
        Some of it is no JSON.
    """
    try:
        _raw(data)
    except RecursionError:
        raise UnreadableError("JSON nested too deep") from None
    except DAMAGED as error:
        first = error
    else:
        return [data]
    # a document that breaks off has none behind it: not looked for in gigabytes of objects
    breaks_off = "truncated" in str(first)
    for split in (_lines,) if breaks_off else (_lines, _in_a_row):
        try:
            return split(data)
        except DAMAGED:
            continue
    raise UnreadableError(_why(data, first)) from None


def _lines(data: bytes) -> list[bytes]:
    lines = [line for line in data.splitlines() if line.strip()]
    for line in lines:
        _raw(line)
    return lines


def _in_a_row(data: bytes) -> list[bytes]:
    """Documents one after the other with nothing between them, as joined files are."""
    text = data.decode()
    decoder = json.JSONDecoder()
    parts, at = [], 0
    while at < len(text):
        _, end = decoder.raw_decode(text, at)
        parts.append(text[at:end].encode())
        following = _NO_SPACE.search(text, end)
        at = following.start() if following else len(text)
    if len(parts) < 2:
        raise ValueError("one document")
    return parts


def after_prefixes(data: bytes) -> Iterator[bytes | None]:
    """The document of each line after its time or name; None for a line that has none.

    ``2026-10-01T10:00:10.000Z {…}`` is how CloudWatch Logs exports to S3, and columns with tabs
    how ``--output text`` shows log events.

    Raises
    ------
    UnreadableError
        A document on a line breaks off.
    """
    decoder = json.JSONDecoder()
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip() or _OTHER_PART.match(line):
            continue
        found = _PREFIX.match(line)
        if found is None:
            yield None
            continue
        text = line[found.end() :].decode()
        try:
            _, end = decoder.raw_decode(text)
        except DAMAGED:
            raise UnreadableError("a message that breaks off", line=number) from None
        yield text[:end].encode()


def begins_like_json(data: bytes) -> bool:
    """Whether a text begins as a document does."""
    return data.startswith(_BEGINS)


def _why(data: bytes, error: Exception) -> str:
    if not data.startswith((b"{", b"[")):
        return "not JSON"
    return f"damaged JSON ({str(error)[:_SHOWN]})"


def refuse_second_member(data: bytes, name: str) -> None:
    """Refuse an object that has two members of a name: a decoder takes the last one alone.

    Raises
    ------
    UnreadableError
        It has: what the others hold would be left out without a word.
    """
    text = f'"{name}"'.encode()
    # nearly always there is one, and to find that out is no second decoding
    if data.find(text) == data.rfind(text):
        return

    def check(pairs: list[tuple[str, Any]]) -> None:
        if sum(key == name for key, _ in pairs) > 1:
            raise UnreadableError(f"an object with two members {name}", "one of them")

    # numbers stay text: Python reads none of more than 4,300 digits
    json.loads(data, object_pairs_hook=check, parse_int=str)
