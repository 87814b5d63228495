"""Unquoted scalars: their values, and the slips that YAML takes for something else.

The values are YAML 1.2's core, decimal only, with dates. The slips are found while they are read:
decimal commas, thousands with a point, characters that nobody sees.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from pricing.reading.nodes import Location, Map, Refused, Seq
from pricing.reading.slips import UNSEEN, find_unseen
from pricing.reading.slips import without_unseen as clean
from pricing.reading.written_days import day_fix
from pricing.reading.written_numbers import number_fix, thousands_fix

# in place of a key: no text of YAML holds a NUL
COMMA = "\0comma"
UNSEEN_COLON = "\0unseen"  # of a key that no colon and plain blank ends

NO_VALUE: Any = object()

_MOST_DIGITS = 300
_INT = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+\Z")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?\Z"
    r"|[-+]?\.(?:inf|Inf|INF)\Z"
    r"|\.(?:nan|NaN|NAN)\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# what follows a decimal comma: digits, and their unit; or the dash of an amount, 25,-
_COMMA_PART = re.compile(
    r"[0-9][0-9.]*(?: *%|k| ?[^\W\d_]+(?: ?[/a-z ]+)?| ?[$\u20ac\u00a3])?\Z|--?\Z"
)
_KEY_AND_UNSEEN = re.compile(rf"[a-z_]+ *:{UNSEEN}")
_EXPECTED = "text in quotes, or a number without leading zero"

Slip = tuple[str, str, str]  # found, expected, fix


def read_plain(text: str) -> tuple[Any, Slip | None]:
    """The value of an unquoted scalar, and what is wrong with it; then the value is `Refused`.

    >>> read_plain("288"), read_plain("on"), read_plain("2026-01-15")
    ((288, None), ('on', None), (datetime.date(2026, 1, 15), None))
    >>> read_plain("2026-02-30")[1][2]
    'February 2026 ends on 2026-02-28'
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None, None
    if text in ("true", "True", "TRUE"):
        return True, None
    if text in ("false", "False", "FALSE"):
        return False, None
    # a word is no number and no date: no pattern need be tried on it
    if text[0] not in "+-.0123456789":
        return text, None
    if _INT.match(text):
        return _read_int(text)
    if _FLOAT.match(text):
        plain = text.replace("_", "").lower()
        return float(plain.replace(".inf", "inf").replace(".nan", "nan")), None
    if _DATE.match(text):
        try:
            return datetime.date.fromisoformat(text), None
        except ValueError:
            return Refused(text), (text, "a day of the calendar", day_fix(text))
    return text, None


def _read_int(text: str) -> tuple[Any, Slip | None]:
    if len(text) > _MOST_DIGITS:
        slip = (f"{len(text)} digits", "a number", f"write fewer than {_MOST_DIGITS} digits")
        return Refused(text[:20]), slip
    number = int(text.replace("_", ""))
    if not _LEADING_ZERO.match(text):
        return number, None
    # a string keeps the digits; the problem says what is wrong with them
    fix = f'write it in quotes: "{text}"'
    if len(text) != 12:  # as account ids have, whose leading zero is part of them
        fix += f", or {number} if it is a number"
    found = f"the unquoted digits {text}, which some YAML readers take for octal"
    return Refused(text), (found, _EXPECTED, fix)


class PlainScalars:
    """Reads unquoted scalars, and finds decimal commas and characters that nobody sees.

    Parameters
    ----------
    stack : list
        The open containers, each with the key that waits for its value.
    fail : callable
        Notes a problem: line, location, found, expected, fix.
    here : callable
        The location of the value that comes next.
    is_tagged : bool
        Whether tags have a meaning: such a document is not of people's own keys.
    """

    def __init__(
        self,
        stack: list[list[Any]],
        fail: Callable[[int | None, Location, str, str, str], None],
        here: Callable[[], Location],
        is_tagged: bool,
    ) -> None:
        self.stack, self.fail, self.here, self.is_tagged = stack, fail, here, is_tagged
        # the last number in a mapping: the mapping, its key, the text and where it ends
        self.number: tuple[Any, str, str, int] = (None, "", "", -1)

    def read_scalar(self, event: Any) -> Any:
        """The value of an unquoted scalar; `NO_VALUE` where it is a part of what is read already.

        What is wrong with it is noted.
        """
        text, line = event.value, event.start_mark.line + 1
        unseen = None if text.isascii() or self.is_tagged else find_unseen(text)
        if self._is_behind_comma(event) or (unseen is not None and self._hides_key(event, unseen)):
            return NO_VALUE
        value, slip = read_plain(text)
        if slip is not None:
            self.fail(line, self.here(), *slip)
        if unseen is not None:
            value = self._without_unseen(text, unseen, line)
        if isinstance(value, float | int):
            self._note_number(event, value)
        return value

    def _note_number(self, event: Any, value: float) -> None:
        """Remember a number or a flag: a comma may follow it, or it is written 12.000 or True."""
        container, key = self.stack[-1][:2] if self.stack else (None, None)
        is_odd = thousands_fix(event.value) or event.value != (
            str(value).lower() if isinstance(value, bool) else str(value)
        )
        if isinstance(container, Map) and key is not None:
            self.number = (container, key[0], event.value, event.end_mark.index)
            if is_odd:
                container.written[key[0]] = event.value
        elif isinstance(container, Seq) and is_odd:
            container.written[len(container)] = event.value

    def _is_behind_comma(self, event: Any) -> bool:
        """True for the digits behind a decimal comma, which YAML takes for the next key."""
        container, key, text, end = self.number
        top = self.stack[-1] if self.stack else None
        # without a blank between them: {low: 1,5} and not {low: 1, 5: x}
        if (
            top is None
            or top[0] is not container
            or top[1] is not None
            or event.start_mark.index != end + 1
            or not _COMMA_PART.match(event.value)
        ):
            return False
        top[1] = (COMMA, event.start_mark.line + 1)
        self.number = (container, key, f"{text},{event.value}", event.end_mark.index)
        return True

    def close_comma(self, value: Any, line: int) -> None:
        """Refuse the number with a decimal comma, or the number that is a key after all."""
        container, key, text, _ = self.number
        if value is not None:
            number = text.rpartition(",")[2]
            self.fail(line, self.here(), f"{number} as a key", "a text key", "write it in quotes")
            return
        percent = "%" if "%" in text else ""
        fix = number_fix(text.rstrip("% ")) or "write one number alone, in the unit of its key"
        fix = fix.replace(", with", f"{percent}, with")
        self.fail(line, (*self.here(), key), text, "a number", fix)
        container[key] = Refused(text)

    def _hides_key(self, event: Any, unseen: str) -> bool:
        """True for `key:` and its value in braces, which only a no-break space parts."""
        text, line = event.value, event.start_mark.line + 1
        top = self.stack[-1] if self.stack else None
        is_key = top is not None and isinstance(top[0], Map) and top[1] is None
        if not is_key or top is None or not _KEY_AND_UNSEEN.match(text):
            return False
        key, _, value = text.partition(":")
        top[1] = (UNSEEN_COLON, line)
        self._refuse_colon(text, unseen, line, (*self.here()[:-1], key.strip()))
        top[0][key.strip()] = Refused(clean(value))
        top[0].lines[key.strip()] = line
        return True

    def _refuse_colon(self, text: str, unseen: str, line: int, at: Location) -> None:
        where = f"after `{text.partition(':')[0].strip()}:`"
        self.fail(line, at, f"{unseen} {where}", "a plain space", "type one")

    def _without_unseen(self, text: str, unseen: str, line: int) -> str:
        """The text of an unquoted scalar; what nobody sees is refused where it hides a key."""
        top = self.stack[-1] if self.stack else None
        if _KEY_AND_UNSEEN.match(text):
            self._refuse_colon(text, unseen, line, self.here())
            return Refused(text)
        if top is not None and isinstance(top[0], Map) and top[1] is None:
            key = clean(text)
            self.fail(line, (*self.here(), key), f"{unseen} in the key", "none", "remove it")
            return key
        return text
