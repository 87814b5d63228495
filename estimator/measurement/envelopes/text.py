"""Bytes of a text to UTF-8, whichever of its encodings they have."""

from __future__ import annotations

import codecs
import re

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
