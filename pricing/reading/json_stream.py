"""JSON read a value at a time, in bounded memory, with lines: for files larger than the memory.

`json.load` would hold a file of any size, and of two equal keys it keeps the last in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TextIO

from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import LongNumber, shown

MOST_MEMBERS = 2_000_000
_CHUNK = 1 << 20
_CUT_OFF = len("e+")
_LONG = re.compile(r"[0-9]{4000,}")
_SPACE = re.compile(r"[ \t\r\n]*")


class JsonStream:
    """Walks the objects and lists of JSON text; `value` reads what is small whole.

    Parameters
    ----------
    text : TextIO
        What is read, `path` in errors.
    expected : str
        What the file should be, in the words of an error.
    most_text : int
        How long one value may be. [character]
    strict : bool
        Each key once, and numbers as Decimals, to the last digit. It costs half the speed: where
        entries come by the million and nothing is added up, it is left out.
    """

    def __init__(
        self, text: TextIO, path: str, expected: str, most_text: int, *, strict: bool = True
    ) -> None:
        self._source = text
        self._path = path
        self._expected = expected
        self._most_text = most_text
        self._strict = strict
        self._text = ""
        self._at = 0
        self._line, self._counted = 1, 0  # the line of the character at `_counted`
        self._ended = False
        decoder = json.JSONDecoder()
        if strict:
            decoder = json.JSONDecoder(
                object_pairs_hook=self._to_object,
                parse_float=_to_number,
                parse_int=_to_number,
                parse_constant=self._refuse_constant,
            )
        self._decode = decoder.raw_decode

    @property
    def line(self) -> int:
        """The line of what comes next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; each one's value must be read before the next."""
        seen: set[str] = set()
        for count, _ in enumerate(self._stop_between("{", "}", "an object")):
            self.peek()
            line = self.line
            key = self.value()
            if not isinstance(key, str):
                raise self._error(shown(key), "a key in double quotes")
            if self._strict and key in seen:
                raise self._error(f"the key {shown(key)} twice", "each key once", line)
            seen.add(key)
            if count >= MOST_MEMBERS:
                raise self._error(f"more than {MOST_MEMBERS:,} members", "fewer")
            self.take(":", "a colon after the key")
            yield key

    def items(self) -> Iterator[Any]:
        """The values of the list that comes next, one at a time."""
        for _ in self._stop_between("[", "]", "a list"):
            yield self.value()

    def value(self) -> Any:
        """The value that comes next, whole."""
        self.peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                # cut off by the end of what was read, or broken: only the rest of it tells
                if not self._ended and len(self._text) - self._at <= self._most_text:
                    self._read_on()
                    continue
                raise self._refuse_broken(error) from None
            # a number may go on: 0 may become 0.5 or 0e+5
            if len(self._text) - end <= _CUT_OFF and not self._ended:
                self._read_on()
                continue
            self._at = end
            return value

    def end(self) -> None:
        """Nothing but space may be left."""
        if self.peek():
            found = shown(self._text[self._at : self._at + 40])
            raise self._error(f"{found} after the document", "one JSON document")

    def peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._read_on()

    def take(self, characters: str, expected: str) -> str:
        """The next character, which must be one of these."""
        found = self.peek()
        if not found or found not in characters:
            raise self._error(shown(found) if found else "the end of the file", expected)
        self._at += 1
        return found

    def _stop_between(self, opening: str, closing: str, expected: str) -> Iterator[None]:
        """Stop before each part of an object or a list; the caller reads the part."""
        self.take(opening, expected)
        if self.peek() == closing:
            self._at += 1
            return
        marks, expected = f",{closing}", f"a comma or {closing}"
        while True:
            yield
            if self.take(marks, expected) == closing:
                return

    def _read_on(self) -> None:
        """Read more, and let go of what was read."""
        # counted before the text is let go
        self._line = self.line
        rest = self._text[self._at :]
        try:
            # twice as much each time, so that a long value is not scanned again too often
            more = self._source.read(max(_CHUNK, len(rest)))
        except UnicodeDecodeError as error:
            byte = f"the byte 0x{error.object[error.start]:02x}, which is not UTF-8"
            raise self._error(byte, "text in UTF-8", fix="download it again") from None
        self._ended = not more
        self._text, self._at, self._counted = rest + more, 0, 0

    def _to_object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise self._error(f"the key {shown(twice)} twice", "each key once")
        return members

    def _refuse_constant(self, name: str) -> Any:
        raise self._error(f"the number {name}", "a number that JSON has")

    def _refuse_broken(self, error: Exception) -> DocumentError:
        if isinstance(error, RecursionError):
            return self._error("values nested too deep", self._expected)
        if len(self._text) - self._at > self._most_text:
            size = f"{self._most_text >> 20} MB"
            return self._error(f"one value of more than {size}", self._expected)
        at = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        if at >= len(self._text):
            return self._error("the end of the file", "the rest of it", fix="download it again")
        line = self.line + self._text.count("\n", self._at, at)
        # the decoder cannot convert it, and names no place
        long = None if isinstance(error, json.JSONDecodeError) else _LONG.search(self._text, at)
        if long is not None:
            return self._error(shown(LongNumber(long[0])), "a number that JSON has", line)
        reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return self._error(f"text that is not JSON ({reason})", "JSON", line)

    def _error(
        self, found: str, expected: str, line: int | None = None, fix: str = ""
    ) -> DocumentError:
        return DocumentError(Problem(self._path, line or self.line, "", found, expected, fix))


def _to_number(text: str) -> Decimal | str:
    """A number to its last digit; one that no price has stays text and is refused as such."""
    return Decimal(text) if len(text) <= 60 else text
