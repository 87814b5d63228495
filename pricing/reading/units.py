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

from pricing.reading.time_units import (
    ADVERBS,
    CALENDAR,
    CLOCK,
    minute_or,
    ratio_of,
    target_time,
    time_unit,
)

UNIT_PATTERN = re.compile(r" ?\[([^]]*)\]$")
SHARE = "share"  # from 0 to 1: written in percent, drawn on its own scale
GROWTH = "1/year"

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
_NEUTRAL = {"x", "\u00d7", "time", "times"}
_PLACES = {"per", "and", "in", "each", "/", "account", "region"}  # files are per account and Region
_TOKEN = re.compile(r"[A-Z]{1,2}\$|[^\W\d_]+|\d+(?:\.\d+)?|\S")


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
        "factor": "a factor",
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
        is_code = _CODE.fullmatch(token) and currency_code(token) != "USD"
        if is_code or _DOLLAR_OF.fullmatch(token):
            return token
    return None


def currency_code(text: str) -> str | None:
    """The code of the currency that a text names; None where it names none.

    >>> currency_code("US Dollar"), currency_code("\u20ac"), currency_code("x")
    ('USD', 'EUR', None)
    """
    word = text.strip()
    if word.casefold().removeprefix("us").strip(" -") in _DOLLARS:
        return "USD"
    code = _OTHER_MONEY.get(word.casefold(), word.upper())
    return code if _CODE.fullmatch(code) else None


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
    # min 5 is no five minutes: nothing but money stands before its number
    if before.strip() and before.strip().casefold() not in _DOLLARS | _CENTS:
        return None
    what, _, period = unit.partition("/")
    so_far, after_it = _read_multiple(_tokens(after), unit, bool(before.strip()))
    if target_time(unit) is not None:
        return _time_factor(_tokens(before) + after_it, unit, number, so_far)
    factor, is_own = so_far.factor, so_far.is_own
    tokens = _tokens(before) + after_it
    if what == "USD" and tokens and tokens[0].casefold() in _DOLLARS | _CENTS:
        is_own = is_own and tokens[0].casefold() == "usd"
        factor = factor / 100 if tokens[0].casefold() in _CENTS else factor
        tokens = tokens[1:]
    elif what != "USD":
        tokens = _drop_noun(tokens, what)
    if unit == "file/day":
        tokens = _drop_places(tokens)
    if not tokens:
        return Converted(factor, (), is_own)
    rate = _period_factor(tokens, period)
    if rate is None:
        return None
    return Converted(factor * rate.factor, rate.notes, is_own and rate.is_own)


def _read_multiple(tokens: list[str], unit: str, is_money: bool) -> tuple[Converted, list[str]]:
    """The factor of `k` or `million`, if one stands there, and the words behind it."""
    first = tokens[0] if tokens else ""
    if first == "m" and (is_money or _is_million(first, unit)):
        return Converted(Fraction(10**6), (), False), tokens[1:]
    # 12M of a time may be months
    if first in _MULTIPLIERS and not (first == "M" and target_time(unit) is not None):
        return Converted(Fraction(_MULTIPLIERS[first]), (), True), tokens[1:]
    return Converted(Fraction(1), (), True), tokens


def _is_million(word: str, unit: str) -> bool:
    # of files and runs, 5m is as likely to mean every five minutes
    return word == "m" and unit in ("USD/month", "request/month")


def _time_factor(
    tokens: list[str], unit: str, number: Fraction, so_far: Converted
) -> Converted | None:
    if not tokens:
        return so_far
    word = minute_or(tokens[0], unit) if len(tokens) == 1 else None
    target = target_time(unit)
    if word is None or target is None:
        return None
    # with its number: 24 months are two years, and 3 months none
    length, notes = ratio_of(word, number or Fraction(1), target)
    factor = so_far.factor * length / (number or 1)
    return Converted(factor, notes, so_far.is_own and word == target)


def _drop_noun(tokens: list[str], noun: str) -> list[str]:
    """The words behind what is counted: `log files a day` is `a day`, where files are counted."""
    nouns = {
        *((noun, _plural(noun)) if noun else ()),
        *_NEUTRAL,
        *(("log", "logs") if noun == "file" else ()),
    }
    left = list(tokens)
    while left and left[0].casefold() in nouns:
        left.pop(0)
    return left


def _drop_places(tokens: list[str]) -> list[str]:
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
    if period not in CALENDAR and period not in CLOCK:
        return None
    if len(words) == 1 and words[0] in ADVERBS:
        return _split_period(Fraction(1), ADVERBS[words[0]], period)
    if len(words) not in (2, 3) or words[0] not in _PER:
        return None
    number = Fraction(words[1]) if len(words) == 3 and words[1][0].isdecimal() else Fraction(1)
    unit = time_unit(tokens[-1])
    if unit is None or (len(words) == 3 and not words[1][0].isdecimal()) or not number:
        return None
    return _split_period(number, unit, period)


def _is_per(words: list[str], nouns: Iterable[str]) -> bool:
    return len(words) == 2 and words[0] in _PER and words[1] in nouns


def _split_period(number: Fraction, unit: str, period: str) -> Converted:
    # as many in a period as the written one, `number` units long, fits into it
    ratio, notes = ratio_of(unit, number, period)
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
