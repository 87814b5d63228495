"""The values of unquoted scalars: YAML 1.2's core, decimal only, with dates."""

from __future__ import annotations

import datetime
import re
from typing import Any

from pricing.reading.limits import MAX_DIGITS
from pricing.reading.nodes import Refused
from pricing.reading.written_days import day_fix

_INT = re.compile(r"[-+]?[0-9][0-9_]*\Z")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+\Z")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?\Z"
    r"|[-+]?\.(?:inf|Inf|INF)\Z"
    r"|\.(?:nan|NaN|NAN)\Z"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
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
    if len(text) > MAX_DIGITS:
        slip = (f"{len(text)} digits", "a number", f"write fewer than {MAX_DIGITS} digits")
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
