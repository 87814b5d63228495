"""Units of time: their names, how many of one another one is, spans in several of them.

A year is taken as 365 days and a month as 30 where no certain year or month is meant; whoever is
advised is told so.
"""

from __future__ import annotations

import re
from fractions import Fraction

_YEAR_DAYS, _MONTH_DAYS = 365, 30
_DAY = 24 * 60 * 60  # [s]

# what a unit of time is called; one letter m is a minute to some and a month to others
_TIMES = {
    name: unit
    for unit, names in {
        "millisecond": "ms msec millisecond milliseconds",
        "second": "s sec secs second seconds sekunde sekunden",
        "minute": "min mins minute minutes minuten",
        "hour": "h hr hrs hour hours std stunde stunden",
        "day": "d day days tag tage tagen",
        "week": "w wk wks week weeks woche wochen",
        "month": "mo mos month months monat monate monaten",
        "quarter": "quarter quarters quartal quartale",
        "year": "y yr yrs year years annum jahr jahre jahren",
    }.items()
    for name in names.split()
}
ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "pa": "year",
}
CLOCK = {
    "millisecond": Fraction(1, 1000),
    "second": Fraction(1),
    "minute": Fraction(60),
    "hour": Fraction(3600),
    "day": Fraction(_DAY),
    "week": Fraction(7 * _DAY),
}  # [s]
CALENDAR = {"month": 1, "quarter": 3, "year": 12}  # [month]

_ISO = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(.+))?")
_ISO_TIME = re.compile(r"(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_CLOCK_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d_]+)\.?[\s,]*(?:and\s+)?")


def time_unit(word: str) -> str | None:
    """The unit of time that a word names; None for any other word.

    >>> time_unit("hrs"), time_unit("Months"), time_unit("m")
    ('hour', 'month', None)
    """
    return _TIMES.get(word.casefold())


def ratio_of(unit: str, number: Fraction, target: str) -> tuple[Fraction, tuple[str, ...]]:
    """How many of a unit of time a number of another one is, and what was taken for that."""
    if unit in CLOCK and target in CLOCK:
        return number * CLOCK[unit] / CLOCK[target], ()
    if unit in CALENDAR and target in CALENDAR:
        return number * CALENDAR[unit] / CALENDAR[target], ()
    if unit in CALENDAR:
        days, note = _days_of(number * CALENDAR[unit])
        return days * _DAY / CLOCK[target], (note,)
    days, note = _days_of(Fraction(CALENDAR[target]))
    return number * CLOCK[unit] / (days * _DAY), (note,)


def _days_of(months: Fraction) -> tuple[Fraction, str]:
    # 24 months are two years to whoever says them, and not 720 days
    if months % 12 == 0:
        return months / 12 * _YEAR_DAYS, f"a year is taken as {_YEAR_DAYS} days"
    return months * _MONTH_DAYS, f"a month is taken as {_MONTH_DAYS} days"


def convert_duration(text: str, unit: str) -> tuple[Fraction, tuple[str, ...]] | None:
    """A span of time in several units or in ISO's form, in the unit of a field, with notes.

    >>> convert_duration("1h 30 min", "s"), convert_duration("PT5M", "s")
    ((Fraction(5400, 1), ()), (Fraction(300, 1), ()))
    >>> convert_duration("5:00", "s") is None  # five minutes, or hours?
    True
    """
    target = target_time(unit)
    if target is None:
        return None
    pairs = _iso_pairs(text) or _clock_pairs(text) or _pairs(text, unit)
    total, notes = Fraction(0), dict[str, None]()
    for number, word in pairs:
        found, more = ratio_of(word, number, target)
        total += found
        notes |= dict.fromkeys(more)
    return (total, tuple(notes)) if pairs else None


def target_time(unit: str) -> str | None:
    """The unit of time that a field counts; None for a field of anything else."""
    return {"s": "second", "day": "day"}.get(unit)


def _iso_pairs(text: str) -> list[tuple[Fraction, str]]:
    date = _ISO.fullmatch(text)
    time = _ISO_TIME.fullmatch(date[5] or "") if date else None
    if date is None or time is None:
        return []
    numbers = zip(
        (*date.groups()[:4], *time.groups()),
        ("year", "month", "week", "day", "hour", "minute", "second"),
        strict=True,
    )
    return [(Fraction(number), unit) for number, unit in numbers if number]


def _clock_pairs(text: str) -> list[tuple[Fraction, str]]:
    clock = _CLOCK_TIME.fullmatch(text)
    return (
        [(Fraction(part), unit) for part, unit in zip(clock.groups(), _CLOCK_PARTS, strict=True)]
        if clock
        else []
    )


_CLOCK_PARTS = ("hour", "minute", "second")


def _pairs(text: str, unit: str) -> list[tuple[Fraction, str]]:
    """The numbers and units of `1 year 6 months`; none where anything else stands there."""
    parts = list(_PART.finditer(text))
    if len(parts) < 2 or sum(len(part[0]) for part in parts) != len(text):
        return []
    units = [minute_or(part[2], unit) for part in parts]
    return [
        (Fraction(part[1]), word)
        for part, word in zip(parts, units, strict=True)
        if word is not None
    ] * (None not in units)


def minute_or(word: str, unit: str) -> str | None:
    """The unit of time of a word; an m is a minute where the field counts seconds."""
    return "minute" if word == "m" and unit == "s" else time_unit(word)
