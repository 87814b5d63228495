"""JSON read a member at a time, in bounded memory, each key once, with lines.

`json.load` would hold a file of any size, and of two equal keys it keeps the last in silence.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pricing.reading.problems import DocumentError, Problem
from pricing.reading.words import shown

MOST_TEXT = 4 << 20  # of one value: a product or its terms are about 1 KB
MOST_MEMBERS = 2_000_000
_CHUNK = 1 << 20
_SPACE = re.compile(r"[ \t\r\n]*")


class JsonStream:
    """Walks the objects of one JSON document; `value` reads what is small whole."""

    def __init__(self, stream: io.RawIOBase, path: str) -> None:
        self._stream = io.BufferedReader(stream, _CHUNK)
        self._path = path
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._line, self._counted = 1, 0  # the line of the character at `_counted`
        self._ended = False
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._once,
            parse_float=_number,
            parse_int=_number,
            parse_constant=self._no_number,
        ).raw_decode

    @property
    def line(self) -> int:
        """The line of what comes next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; each one's value must be read before the next."""
        self._expect("{", "an object")
        seen: set[str] = set()
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            self._peek()
            line = self.line
            key = self.value()
            if not isinstance(key, str):
                raise self._refuse(shown(key), "a key in double quotes")
            if key in seen:
                raise self._refuse(f"the key {shown(key)} twice", "each key once", line)
            seen.add(key)
            if len(seen) > MOST_MEMBERS:
                raise self._refuse(f"more than {MOST_MEMBERS:,} members", "fewer")
            self._expect(":", "a colon after the key")
            yield key
            if self._peek() == "}":
                self._at += 1
                return
            self._expect(",", "a comma or a closing brace")

    def value(self) -> Any:
        """The value that comes next, whatever it is; numbers are Decimals."""
        self._peek()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                if not self._ended and len(self._text) - self._at <= MOST_TEXT:
                    self._more()
                    continue
                raise self._broken(error) from None
            if end == len(self._text) and not self._ended:
                self._more()  # a number may go on
                continue
            self._at = end
            return value

    def end(self) -> None:
        """Nothing but space may be left."""
        if self._peek():
            found = shown(self._text[self._at : self._at + 40])
            raise self._refuse(f"{found} after the document", "one JSON document")

    def is_object(self) -> bool:
        """Whether an object comes next."""
        return self._peek() == "{"

    def _peek(self) -> str:
        """The next character that is no space; nothing at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._more()

    def _expect(self, character: str, said: str) -> None:
        found = self._peek()
        if found != character:
            raise self._refuse(shown(found) if found else "the end of the file", said)
        self._at += 1

    def _more(self) -> None:
        """Read on, and let go of what was read."""
        self._line = self.line
        chunk = self._stream.read(_CHUNK)
        self._ended = not chunk
        try:
            more = self._utf8.decode(chunk, final=self._ended)
        except UnicodeDecodeError as error:
            self._at = len(self._text)
            byte = f"the byte 0x{error.object[error.start]:02x}, which is not UTF-8"
            raise self._refuse(byte, "text in UTF-8", fix="download it again") from None
        self._text, self._at, self._counted = self._text[self._at :] + more, 0, 0

    def _once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise self._refuse(f"the key {shown(twice)} twice", "each key once")
        return made

    def _no_number(self, name: str) -> Any:
        raise self._refuse(f"the number {name}", "a number that JSON has")

    def _broken(self, error: Exception) -> DocumentError:
        if isinstance(error, RecursionError):
            return self._refuse("values nested too deep", "an AWS price list")
        if len(self._text) - self._at > MOST_TEXT:
            return self._refuse(f"one value of more than {MOST_TEXT >> 20} MB", "a price list")
        at = error.pos if isinstance(error, json.JSONDecodeError) else self._at
        if at >= len(self._text):
            return self._refuse("the end of the file", "the rest of it", fix="download it again")
        line = self.line + self._text.count("\n", self._at, at)
        said = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        return self._refuse(f"text that is not JSON ({said})", "JSON", line)

    def _refuse(
        self, found: str, expected: str, line: int | None = None, fix: str = ""
    ) -> DocumentError:
        return DocumentError(Problem(self._path, line or self.line, "", found, expected, fix))


def _number(text: str) -> Decimal | str:
    """A number to its last digit; one that no price has stays text and is refused as such."""
    return Decimal(text) if len(text) <= 60 else text
