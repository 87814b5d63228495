"""Units: of the fields of a document, and those that people write behind a number.

The one home of both. A field's unit stands once, in brackets behind its description: `[file/day]`,
`[s]`, `[USD/month]`. What a person wrote in another one, `12/hour`, `5m`, `2 years`, is converted
where that has one meaning, and is never taken for another unit's number where it has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

UNIT_PATTERN = re.compile(r" ?\[([^]]*)\]$")
SHARE = "share"  # from 0 to 1: written in percent, drawn on its own scale
GROWTH = "1/year"

_YEAR_DAYS, _MONTH_DAYS = 365, 30  # of no certain year and month; whoever is advised is told so
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
_ADVERBS = {
    "hourly": "hour",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
    "annually": "year",
    "pa": "year",
}
_CLOCK = {
    "millisecond": Fraction(1, 1000),
    "second": Fraction(1),
    "minute": Fraction(60),
    "hour": Fraction(3600),
    "day": Fraction(_DAY),
    "week": Fraction(7 * _DAY),
}  # [s]
_CALENDAR = {"month": 1, "quarter": 3, "year": 12}  # [month]

_MULTIPLIERS = {
    name: number
    for number, names in {
        10**3: "k K thousand tsd Tsd",
        10**6: "M mn mio Mio million millions",
        10**9: "bn billion billions mrd Mrd",
    }.items()
    for name in names.split()
}
_DOLLARS = {"$", "usd", "us$", "dollar", "dollars"}
_CENTS = {"¢", "cent", "cents"}
_OTHER_MONEY = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "¥": "JPY or CNY",
    "yen": "JPY",
    "yuan": "CNY",
    "₹": "INR",
    "rs": "INR",
}
_CODE = re.compile(r"[A-Z]{3}")  # of a currency, as EUR
_DOLLAR_OF = re.compile(r"[A-Z]{1,2}\$")  # of another country, as A$
_PER = {"/", "per", "a", "an", "each", "every", "pro", "je"}
_NEUTRAL = {"x", "×", "time", "times"}
_PLACES = {"per", "and", "in", "each", "/", "account", "region"}  # files are per account and Region
_TOKEN = re.compile(r"[A-Z]{1,2}\$|[^\W\d_]+|\d+(?:\.\d+)?|\S")
_ISO = re.compile(r"P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(.+))?")
_ISO_TIME = re.compile(r"(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_CLOCK_TIME = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([^\W\d_]+)\.?[\s,]*(?:and\s+)?")


@dataclass(frozen=True)
class Converted:
    """What a quantity is in the unit of a field: a factor for its number, or the number itself.

    Attributes
    ----------
    factor : Fraction
        For the number that stands before the unit.
    notes : tuple of str
        What had to be taken for that, such as the days of a year.
    is_own : bool
        True where the unit that was written is the field's own, in full or left out.
    """

    factor: Fraction
    notes: tuple[str, ...] = ()
    is_own: bool = False


def unit_in_words(unit: str) -> str:
    """The unit of a field, as a sentence has it.

    >>> unit_in_words("file/day"), unit_in_words("s"), unit_in_words("query/month")
    ('files a day', 'seconds', 'queries a month')
    >>> unit_in_words("USD/month"), unit_in_words("currency")
    ('USD a month', 'the currency of the table')
    """
    special = {
        "s": "seconds",
        "currency": "the currency of the table",
        SHARE: "a share of 1 or percent",
        GROWTH: "percent a year",
    }
    if unit in special:
        return special[unit]
    what, _, period = unit.partition("/")
    return f"{_plural(what)} a {period}" if period else _plural(what)


def _plural(noun: str) -> str:
    if noun.isupper():
        return noun
    return f"{noun[:-1]}ies" if noun.endswith("y") and noun != "day" else f"{noun}s"


def time_unit(word: str) -> str | None:
    """The unit of time that a word names; None for any other word.

    >>> time_unit("hrs"), time_unit("Months"), time_unit("m")
    ('hour', 'month', None)
    """
    return _TIMES.get(word.casefold())


def _ratio(unit: str, number: Fraction, target: str) -> tuple[Fraction, tuple[str, ...]]:
    """How many of a unit of time a number of another one is, and what was taken for that."""
    if unit in _CLOCK and target in _CLOCK:
        return number * _CLOCK[unit] / _CLOCK[target], ()
    if unit in _CALENDAR and target in _CALENDAR:
        return number * _CALENDAR[unit] / _CALENDAR[target], ()
    if unit in _CALENDAR:
        days, note = _days_of(number * _CALENDAR[unit])
        return days * _DAY / _CLOCK[target], (note,)
    days, note = _days_of(Fraction(_CALENDAR[target]))
    return number * _CLOCK[unit] / (days * _DAY), (note,)


def _days_of(months: Fraction) -> tuple[Fraction, str]:
    # 24 months are two years to whoever says them, and not 720 days
    if months % 12 == 0:
        return months / 12 * _YEAR_DAYS, f"a year is taken as {_YEAR_DAYS} days"
    return months * _MONTH_DAYS, f"a month is taken as {_MONTH_DAYS} days"


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.replace("US$", "USD").replace("p.a.", "pa"))


def other_currency(text: str) -> str | None:
    """The code of the first currency in a text that is not USD; None where there is none.

    >>> other_currency("25 EUR/month"), other_currency("A$"), other_currency("US$ a day")
    ('EUR', 'A$', None)
    """
    for token in _tokens(text):
        if token.casefold() in _OTHER_MONEY:
            return _OTHER_MONEY[token.casefold()]
        if _DOLLAR_OF.fullmatch(token) or (_CODE.fullmatch(token) and token != "USD"):
            return token
    return None


def convert_duration(text: str, unit: str) -> tuple[Fraction, tuple[str, ...]] | None:
    """A span of time in several units or in ISO's form, in the unit of a field, with notes.

    >>> convert_duration("1h 30 min", "s"), convert_duration("PT5M", "s")
    ((Fraction(5400, 1), ()), (Fraction(300, 1), ()))
    >>> convert_duration("5:00", "s") is None  # five minutes, or hours?
    True
    """
    target = _target_time(unit)
    if target is None:
        return None
    pairs = _iso_pairs(text) or _clock_pairs(text) or _pairs(text, unit)
    total, notes = Fraction(0), dict[str, None]()
    for number, word in pairs:
        found, more = _ratio(word, number, target)
        total += found
        notes |= dict.fromkeys(more)
    return (total, tuple(notes)) if pairs else None


def _target_time(unit: str) -> str | None:
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
    units = [_minute_or(part[2], unit) for part in parts]
    return [
        (Fraction(part[1]), word)
        for part, word in zip(parts, units, strict=True)
        if word is not None
    ] * (None not in units)


def _minute_or(word: str, unit: str) -> str | None:
    """The unit of time of a word; an m is a minute where the field counts seconds."""
    return "minute" if word == "m" and unit == "s" else time_unit(word)


def convert(before: str, after: str, unit: str, number: Fraction) -> Converted | None:
    """What makes of a number, with what stands before and after it, one in the unit of a field.

    None where that has no meaning, or more than one: another currency, another thing counted,
    `12/m`.

    >>> ten = Fraction(10)
    >>> convert("", "/hour", "file/day", ten).factor, convert("", "m", "s", ten).factor
    (Fraction(24, 1), Fraction(60, 1))
    >>> convert("$", "", "USD/month", ten).factor, convert("", "EUR", "USD/month", ten)
    (Fraction(1, 1), None)
    >>> convert("", "years", "day", ten).notes
    ('a year is taken as 365 days',)
    """
    what, _, period = unit.partition("/")
    tokens = _tokens(before) + _tokens(after)
    factor = Fraction(1)
    is_own = True
    is_time = _target_time(unit) is not None
    if tokens and not _tokens(before) and not is_time and _is_million(tokens[0], unit):
        factor, tokens, is_own = Fraction(10**6), tokens[1:], False
    elif tokens and not _tokens(before) and tokens[0] in _MULTIPLIERS:
        # 12M of a time may be months
        if is_time and tokens[0] == "M":
            return None
        factor, tokens = Fraction(_MULTIPLIERS[tokens[0]]), tokens[1:]
    elif _tokens(before) and len(tokens) > len(_tokens(before)):  # $25k
        head = len(_tokens(before))
        if tokens[head] in (*_MULTIPLIERS, "m"):
            factor = Fraction(_MULTIPLIERS.get(tokens[head], 10**6))
            tokens = tokens[:head] + tokens[head + 1 :]
    if is_time:
        return _time_factor(tokens, unit, number, Converted(factor, (), is_own))
    if what == "USD" and tokens and tokens[0].casefold() in _DOLLARS | _CENTS:
        is_own = is_own and tokens[0].casefold() == "usd"
        factor = factor / 100 if tokens[0].casefold() in _CENTS else factor
        tokens = tokens[1:]
    elif what != "USD":
        tokens = _without_noun(tokens, what)
    if unit == "file/day":
        tokens = _without_places(tokens)
    if not tokens:
        return Converted(factor, (), is_own)
    rate = _period_factor(tokens, period)
    if rate is None:
        return None
    return Converted(factor * rate.factor, rate.notes, is_own and rate.is_own)


def _is_million(token: str, unit: str) -> bool:
    # of files and runs, 5m is as likely to mean every five minutes
    return token == "m" and unit in ("USD/month", "request/month")


def _time_factor(
    tokens: list[str], unit: str, number: Fraction, so_far: Converted
) -> Converted | None:
    if not tokens:
        return so_far
    word = _minute_or(tokens[0], unit) if len(tokens) == 1 else None
    target = _target_time(unit)
    if word is None or target is None:
        return None
    # with its number: 24 months are two years, and 3 months none
    length, notes = _ratio(word, number or Fraction(1), target)
    factor = so_far.factor * length / (number or 1)
    return Converted(factor, notes, so_far.is_own and word == target)


def _without_noun(tokens: list[str], noun: str) -> list[str]:
    """The words behind what is counted: `log files a day` is `a day`, where files are counted."""
    nouns = {*((noun, _plural(noun)) if noun else ()), *_NEUTRAL, *(("log", "logs") if noun == "file" else ())}
    left = list(tokens)
    while left and left[0].casefold() in nouns:
        left.pop(0)
    return left


def _without_places(tokens: list[str]) -> list[str]:
    left = list(tokens)
    while left and left[-1].casefold().removesuffix("s") in ("account", "region"):
        left.pop()
        while left and left[-1].casefold() in _PLACES:
            left.pop()
    return left


def _period_factor(tokens: list[str], period: str) -> Converted | None:
    """The factor of `/hour`, `every 5 minutes`, `weekly` for a number by another period."""
    words = [token.casefold() for token in tokens]
    if period == "file":  # gets for each file
        return Converted(Fraction(1), (), True) if _is_per(words, {"file"}) else None
    if period not in _CALENDAR and period not in _CLOCK:
        return None
    if len(words) == 1 and words[0] in _ADVERBS:
        return _by_period(Fraction(1), _ADVERBS[words[0]], period)
    if len(words) not in (2, 3) or words[0] not in _PER:
        return None
    number = Fraction(words[1]) if len(words) == 3 and words[1][0].isdigit() else Fraction(1)
    unit = time_unit(tokens[-1])
    if unit is None or (len(words) == 3 and not words[1][0].isdigit()) or not number:
        return None
    return _by_period(number, unit, period)


def _is_per(words: list[str], nouns: Iterable[str]) -> bool:
    return len(words) == 2 and words[0] in _PER and words[1] in nouns


def _by_period(number: Fraction, unit: str, period: str) -> Converted:
    # as many in a period as the written one, `number` units long, fits into it
    ratio, notes = _ratio(unit, number, period)
    return Converted(1 / ratio, notes, ratio == 1 and not notes)


def compounding_periods(text: str) -> int | None:
    """How often growth of a period compounds in a year; None where no period is understood.

    >>> compounding_periods("per month"), compounding_periods("p.a."), compounding_periods("a week")
    (12, 1, None)
    """
    found = _period_factor(_tokens(text), "year") if text.strip() else Converted(Fraction(1))
    if found is None or found.notes or found.factor.denominator != 1:
        return None
    return found.factor.numerator
