"""Text to the JSON documents in it: one, lines of them, any in a row, or after a time on a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

from estimator.measurement.unreadable import UnreadableError

_SHOWN = 80
_NO_SPACE = re.compile(r"\S")
_BEGINS = (b"{", b"[", b'"')
# what log tools write before a message: no quotes, no braces
_PREFIX = re.compile(rb'[^{}"]{0,400}?(?=\{)')
# other parts of an answer of --output text, beside its events
_OTHER_PART = re.compile(rb"[A-Z]{5,}\t[^{]*$")
_raw = msgspec.json.Decoder(msgspec.Raw).decode

DAMAGED = (msgspec.MsgspecError, ValueError, RecursionError)


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
