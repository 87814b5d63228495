"""The day that was meant: in another country's order, with a time, a month alone."""

from __future__ import annotations

import datetime
import re
from typing import Any

from pricing.reading.problems import Problem, UsageError
from pricing.reading.slips import QUOTES, plain_text

A_DAY = "a day such as 2026-11-01"
_NO_DAY = ("never", "none", "no", "open", "forever", "always", "-", "n/a", "unknown", "tbd")
_GENERIC = "write it as YYYY-MM-DD"
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[t ].*)?")
_DIGITS = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})")
_MONTH = re.compile(r"(\d{4})[-./](\d{1,2})|(\d{1,2})[-./](\d{4})")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?\.?\s+)?([a-z]{3,9})\.?(?:\s+(\d{1,2}))?,?\s+(\d{4})"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day_option(day: str | datetime.date | None, option: str = "on") -> datetime.date | None:
    """The day that an option names, as ``2026-11-01`` or as Python has it; None for none.

    Raises
    ------
    UsageError
        It is no day.
    """
    if day is None or isinstance(day, datetime.date):
        return day
    try:
        return datetime.date.fromisoformat(day)
    except (ValueError, TypeError):
        raise UsageError(Problem(option, None, "", repr(day), A_DAY, "")) from None


def day_fix(value: Any) -> str:
    """How to write the day that a value stands for; both where it may be one of two.

    >>> day_fix("01.03.2026"), day_fix("12/25/2026"), day_fix("1 March 2026")
    ('write 2026-03-01', 'write 2026-12-25', 'write 2026-03-01')
    >>> day_fix("03/01/2026")
    'write 2026-03-01 for March 1, or 2026-01-03 for January 3'
    >>> day_fix("2026-03"), day_fix("soon")
    ('write a day: the first of that month is 2026-03-01', 'write it as YYYY-MM-DD')
    """
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, datetime.date):
        return f"write {value.isoformat()}, without brackets"
    if isinstance(value, bool) or not isinstance(value, str | int):
        return _GENERIC
    text = plain_text(str(value)[:40]).strip(QUOTES).casefold()
    if text in _NO_DAY:
        return "leave it out if there is no such day"
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return f"write a day: the first of that year is {text}-01-01"
    month = _month_in(text)
    if month is not None:
        return f"write a day: the first of that month is {month}"
    days = [day for day in _days_meant(text) if day is not None]
    if not days:
        return _last_day(text) or _GENERIC
    first, *others = dict.fromkeys(days)
    if not others:
        return f"write {first}"
    return f"write {first} for {first:%B} {first.day}, or {others[0]} for {others[0]:%B} " + str(
        others[0].day
    )


def month_meant(value: Any) -> datetime.date | None:
    """The first day of the month that a text names without a day; None for any other.

    >>> str(month_meant("March 2026")), month_meant("2026-13"), month_meant("2026-03-01")
    ('2026-03-01', None, None)
    """
    if not isinstance(value, str):
        return None
    return _month_in(plain_text(value[:40]).strip(QUOTES).casefold())


def _month_in(text: str) -> datetime.date | None:
    month, named = _MONTH.fullmatch(text), _NAMED.fullmatch(text)
    if named and named[2][:3] in _NAMES and not (named[1] or named[3]):
        return _day(named[4], str(_NAMES.index(named[2][:3]) + 1), "1")
    return _day(month[1] or month[4], month[2] or month[3], "1") if month else None


def _days_meant(text: str) -> list[datetime.date | None]:
    year_first = _YEAR_FIRST.fullmatch(text) or _DIGITS.fullmatch(text)
    if year_first:
        return [_day(year_first[1], year_first[2], year_first[3])]
    year_last = _YEAR_LAST.fullmatch(text)
    if year_last:
        first, mark, second, year = year_last.groups()
        # points part a day and its month in this order alone; slashes and dashes in both
        in_order = [_day(year, second, first)]
        return in_order if mark == "." else [_day(year, first, second), *in_order]
    named = _NAMED.fullmatch(text)
    if named and named[2][:3] in _NAMES and (named[1] or named[3]):
        return [_day(named[4], str(_NAMES.index(named[2][:3]) + 1), named[1] or named[3])]
    return []


def _day(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _last_day(text: str) -> str | None:
    """What to write for a day that its month does not have, as February 30."""
    parts = _YEAR_FIRST.fullmatch(text)
    first = _day(parts[1], parts[2], "1") if parts else None
    if first is None:
        return None
    following = (first + datetime.timedelta(days=32)).replace(day=1)
    last = following - datetime.timedelta(days=1)
    return f"{first:%B} {first.year} ends on {last.isoformat()}"
