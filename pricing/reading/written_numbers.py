"""The number that was meant: written in another country's way, with a unit, as a range.

Nothing here reads a value. What is refused is looked at once more, so that the message can hold the
answer: a number that means the same in the field's own unit. Where it could mean two, both are
named; where it has no meaning in that unit, the unit is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricing.reading.slips import QUOTES, find_unseen, plain_text
from pricing.reading.time_units import convert_duration
from pricing.reading.units import (
    GROWTH,
    SHARE,
    compounding_periods,
    convert,
    other_currency,
    unit_in_words,
)

LONGEST = 80
# an exponent of few digits: a billion of them would be written out
_PLAIN = re.compile(r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_COMMA = re.compile(r"([-+]?[0-9]+),([0-9]+)")
_GROUPED = (  # 1.234.567,5 and 1,234,567.5 and 1 234 567
    re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    re.compile(r"[-+]?[0-9]{1,3}(?:[ '\u2019][0-9]{3})+(?:[.,][0-9]+)?"),
)
# a number, what stands before it, a currency or nothing, and what stands after it
_WRITTEN = re.compile(
    r"(?P<before>[^\d.+-]*?)\s*"
    r"(?P<number>[-+]?(?:\d[\d_]*(?:[.,]\d+|[ '\u2019]\d{3}(?!\d))*|\.\d+)"
    r"(?:[eE][-+]?\d{1,3}(?!\d))?)"
    r"\s*(?P<after>.*)"
)
_WHOLE = re.compile(r"(.*\d)\s*[.,]?[-\u2013]{1,2}|(.*\S)\s*[,;]")  # 25.- and 25, at a line's end
_TIMES = {"once": "1", "one": "1", "twice": "2"}
_ENDLESS = ("forever", "for ever", "never", "always", "unlimited", "infinite", "none", "n/a", "-")
_EVERY = re.compile(r"(?:every|each|per|hourly|daily|weekly|monthly|quarterly|yearly|annually)\b")
_RANGE = re.compile(r"\s*(?:-|\.\.+|\u2026|~|\bto\b|\bbis\b|:)\s*")
_ABOUT = re.compile(
    r"(?:[~\u2248\u223c]|(?:about|approx(?:\.|imately)?|around|roughly|circa|ca\.?|etwa)\b\.?)\s*(?=[\d$])",
    re.IGNORECASE,
)
_HEX = re.compile(r"0x[0-9a-f]{1,12}", re.IGNORECASE)
_AROUND = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:\u00b1|\+/?-) ?([0-9]+(?:\.[0-9]+)?)( ?%)?")
_CLOCK = re.compile(r"[0-9]{1,3}(?::[0-9]{2}){1,2}")  # 5:00 is no range from 0 to 5
_NUMERIC = re.compile(r"\D{0,4}\d")
_ENDS = (("min", "max"), ("minimum", "maximum"), ("from", "to"), ("lower", "upper"))
_PERCENT = re.compile(
    r"(.*?\d)\s*(%|\u2030|percent|pct|per cent|per mille|prozent)\s*(.*)", re.IGNORECASE
)
_FRACTION = re.compile(r"([0-9]+)\s*/\s*([1-9][0-9]*)")
_MOST_DIGITS = 12  # behind the point, as percentages are read


@dataclass(frozen=True)
class Meant:
    """A number that may be meant: as it is to be written, and under which condition.

    `note` says what to know of it, such as that a year is taken as 365 days.
    """

    text: str
    condition: str = ""
    note: str = ""
    is_converted: bool = False


def number_fix(value: Any, unit: str | None = None) -> str | None:
    """How to write the number that a text stands for; None where it stands for none.

    Parameters
    ----------
    value : Any
        What was refused.
    unit : str, optional
        The field's, as `file/day`.

    >>> number_fix("25,00"), number_fix("288"), number_fix("1.234,5")
    ('write 25.00, with a point', 'write 288 without quotes', 'write 1234.5')
    >>> number_fix("12,000")
    'write 12000, or 12 if the comma is a decimal one'
    >>> number_fix("5m", "s"), number_fix("12/hour", "file/day")
    ('write 300: the unit is seconds', 'write 288: the unit is files a day')
    >>> number_fix("2 years", "day")
    'write 730: the unit is days, a year is taken as 365 days'
    """
    if not isinstance(value, str):
        return None
    meant = numbers_meant(value, unit)
    if not meant:
        return None
    if meant[0].text == value:
        return f"write {value} without quotes"
    unseen = find_unseen(value)
    tail = f" without {unseen}" if unseen and not meant[0].is_converted else ""
    return f"{_sentence(meant, unit)}{tail}"


def unit_fix(value: Any, unit: str | None) -> str:
    """How to write a number of a field where what stands there has no meaning in its unit.

    >>> unit_fix("25 EUR", "USD/month")
    'write the number alone, in USD a month: EUR is not converted'
    """
    if unit is None:
        return "write digits without quotes or units"
    money = other_currency(value) if isinstance(value, str) and unit.startswith("USD") else None
    rest = f": {money} is not converted" if money else ""
    if isinstance(value, str) and value.strip().casefold() in _ENDLESS:
        rest = ", or remove the key for its default"
    if unit == SHARE:
        return "write a share such as 0.5 or 50%"
    if unit == GROWTH:
        return "write the growth of a year, such as 10%"
    if unit == "factor":
        return "write the factor alone, such as 1.1 for 10 percent more"
    return f"write the number alone, in {unit_in_words(unit)}{rest}"


def numbers_meant(value: str, unit: str | None = None) -> list[Meant]:
    """The numbers that a text may stand for in a field, the likeliest first."""
    if len(value) > LONGEST:
        return []
    text = plain_text(value).strip(QUOTES).strip()
    whole = _WHOLE.fullmatch(text)
    text = _ABOUT.sub("", whole[1] or whole[2] if whole else text)
    if _HEX.fullmatch(text):
        return [Meant(str(int(text, 16)))] if unit not in (SHARE, GROWTH) else []
    if _PERCENT.fullmatch(text) or unit in (SHARE, GROWTH):
        return _shares_meant(text, unit) if unit in (SHARE, GROWTH) else []
    span = convert_duration(text, unit) if unit else None
    if span is not None:
        digits, rounded = _digits(span[0])
        return [Meant(digits, "", _note(span[1], rounded), True)]
    head, _, tail = text.partition(" ")
    if head.casefold() in _TIMES and tail:  # once alone is no number of times a month
        text = f"{_TIMES[head.casefold()]} {tail}"
    elif _EVERY.match(text.casefold()):
        text = f"1 {text}"
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return []
    before, after = written["before"].strip(), written["after"]
    if not before and not after:
        return _plain_numbers(written["number"])
    found = []
    for number in _plain_numbers(written["number"]):
        exact = Fraction(number.text.replace("_", ""))
        converted = convert(before, after, unit or "", exact)
        if converted is None:
            return []
        if converted.factor == 1:
            found.append(replace(number, is_converted=not converted.is_own))
            continue
        digits, rounded = _digits(exact * converted.factor)
        condition = number.condition if number.condition != _POINT else ""
        note = _note(converted.notes, rounded)
        found.append(Meant(digits, condition, note, not converted.is_own))
    return found


_POINT = "with a point"


def _plain_numbers(text: str) -> list[Meant]:
    """The numbers of digits as YAML has them, whichever mark parts thousands in them."""
    comma = _COMMA.fullmatch(text)
    if comma:
        whole, part = comma.groups()
        if len(part) != 3 or whole.lstrip("-+").startswith("0"):
            return [Meant(f"{whole}.{part}", _POINT)]
        plain = f"{whole}.{part}".rstrip("0").rstrip(".")
        return [Meant(whole + part), Meant(plain, "if the comma is a decimal one")]
    if _PLAIN.fullmatch(text):
        # unquoted it would be refused as octal: 0123
        text = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", text)
        if thousands_fix(text):
            plain = text.rstrip("0").rstrip(".")
            return [Meant(text.replace(".", "")), Meant(plain, "if the point is a decimal one")]
        return [Meant(text)]
    for grouped in _GROUPED:
        if grouped.fullmatch(text):
            head, _, part = re.sub(r"[ '\u2019]", "", text).rpartition(
                "," if text.rfind(",") > text.rfind(".") else "."
            )
            # with one kind of mark all of them part thousands, 12.000.000 and 1 234 567
            if not head or (part and len(part) == 3 and not ("," in text and "." in text)):
                return [Meant(re.sub(r"[ '\u2019.,]", "", text))]
            return [Meant(f"{re.sub('[.,]', '', head)}.{part}")]
    return []


def _shares_meant(text: str, unit: str | None) -> list[Meant]:
    """The percentages that a text may stand for: a share, or the growth of a year."""
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        digits, rounded = _digits(Fraction(int(fraction[1]), int(fraction[2])) * 100)
        return [Meant(f"{digits}%", "", _note((), rounded), True)]
    percent = _PERCENT.fullmatch(text)
    if percent is None:
        return [] if re.search("[^0-9.,]", text) else _plain_numbers(text)
    numbers = _plain_numbers(percent[1].strip())
    if percent[2] == "\u2030" or percent[2].casefold() == "per mille":
        numbers = [
            replace(number, text=_digits(Fraction(number.text.replace("_", "")) / 10)[0])
            for number in numbers
        ]
    times = compounding_periods(percent[3]) if unit == GROWTH else 1 - bool(percent[3].strip())
    if not times:
        return []
    if times == 1:
        # no exponent and no underscore: a percentage is read without
        return [
            replace(number, text=f"{_digits(Fraction(number.text.replace('_', '')))[0]}%")
            if re.search("[eE_]", number.text)
            else replace(number, text=f"{number.text}%")
            for number in numbers
        ]
    period = {12: "month", 4: "quarter"}.get(times, f"{times}th of a year")
    note = f"{percent[1].strip()}% a {period}, compounded over a year"
    return [
        Meant(f"{_compound(number.text, times)}%", "", note)
        for number in numbers
        if number.condition in ("", _POINT)
    ]


def _compound(percent: str, times: int) -> str:
    """The growth of a year that percentages of shorter periods add up to. [percent]"""
    return _digits(((1 + Fraction(percent.replace("_", "")) / 100) ** times - 1) * 100)[0]


def _sentence(meant: list[Meant], unit: str | None) -> str:
    first = meant[0]
    text = f"write {first.text}"
    text += f", {first.condition}" if first.condition else ""
    text += "".join(f", or {number.text} {number.condition}" for number in meant[1:])
    after = [f"the unit is {unit_in_words(unit)}"] if first.is_converted and unit else []
    if unit in (SHARE, GROWTH):
        after = []
    after += [first.note] if first.note else []
    return f"{text}: {', '.join(after)}" if after else text


def _note(notes: tuple[str, ...], rounded: bool) -> str:
    return ", ".join((*notes, *(["rounded"] if rounded else [])))


def _digits(number: Fraction) -> tuple[str, bool]:
    """A number as YAML has it, and True where it was rounded."""
    scaled = number
    for places in range(_MOST_DIGITS + 1):
        if scaled.denominator == 1:
            text = f"{abs(scaled.numerator):0{places + 1}d}"
            whole, part = (text[:-places], text[-places:]) if places else (text, "")
            sign = "-" if number < 0 else ""
            return f"{sign}{whole}.{part}" if part else sign + whole, False
        scaled *= 10
    rounded = f"{Decimal(number.numerator) / Decimal(number.denominator):.6g}"
    return f"{Decimal(rounded):f}", True


def range_parts(value: Any) -> list[Any]:
    """The numbers of a range, as a list, a text or a mapping of other names has them.

    >>> range_parts("150-290"), range_parts({"min": 1, "max": 2}), range_parts("5:00")
    (['150', '290'], [1, 2], [])
    """
    if isinstance(value, str) and len(value) <= LONGEST:
        text = _ABOUT.sub("", plain_text(value))
        around = _AROUND.fullmatch(text)
        if around:  # 288±20
            middle, spread = Decimal(around[1]), Decimal(around[2])
            spread = middle * spread / 100 if around[3] else spread
            return [f"{middle - spread:f}", f"{middle + spread:f}"] if spread < middle else []
        # a minus sign in front is no range
        is_number = _CLOCK.fullmatch(text) or _PLAIN.fullmatch(text)  # 5:00, 1e-9
        parts = [] if is_number else _RANGE.split(text)
        return parts if len(parts) == 2 and all(map(_NUMERIC.match, parts)) else []
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, dict):
        pair = next((ends for ends in _ENDS if set(ends) <= set(value)), None)
        return [value[end] for end in pair] if pair else []
    return []


def range_fix(value: Any, unit: str | None = None) -> str | None:
    """How to write the range that a list, a text or a mapping stands for, or the one number.

    >>> range_fix([150, 290]), range_fix("150-290"), range_fix({"min": 1, "max": 2})
    ('write {low: 150, high: 290}', 'write {low: 150, high: 290}', 'write {low: 1, high: 2}')
    >>> range_fix([150, 200, 290]), range_fix([288]), range_fix("10% to 20%", "share")
    ('write {low: 150, mid: 200, high: 290}', 'write 288', 'write {low: 10%, high: 20%}')
    >>> range_fix("5-10 min", "s"), range_fix("2 - x")
    ('write {low: 300, high: 600}: the unit is seconds', None)
    """
    parts = range_parts(value)
    if isinstance(value, str) and parts:
        unit_of_both = re.sub(r"^[-+\d.,_ '\u2019]*", "", parts[1])
        parts[0] += unit_of_both if re.fullmatch(r"[-+\d.,_ '\u2019]*", parts[0]) else ""
    found = [_part_meant(part, unit) for part in parts]
    if not 1 <= len(found) <= 3 or None in found:
        return None
    numbers = sorted((part for part in found if part is not None), key=_size)
    texts = [number.text for number in numbers]
    keys = {1: (), 2: ("low", "high"), 3: ("low", "mid", "high")}[len(texts)]
    pairs = ", ".join(f"{key}: {text}" for key, text in zip(keys, texts, strict=False))
    converted = next((number for number in numbers if number.is_converted), numbers[0])
    return _sentence([replace(converted, text=f"{{{pairs}}}" if keys else texts[0])], unit)


def _part_meant(value: Any, unit: str | None) -> Meant | None:
    """The number of a part of a range; None where it is none, or may be two."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Meant(f"{value:.15g}") if abs(value) < 1e15 else None
    found = numbers_meant(value, unit) if isinstance(value, str) else []
    return replace(found[0], condition="") if len(found) == 1 else None


def _size(number: Meant) -> float:
    return float(number.text.rstrip("%").replace("_", ""))


def thousands_fix(text: str) -> str | None:
    """The thousands that a number with a point may stand for, as in 12.000; None for any other.

    >>> thousands_fix("12.000")
    '12.000 is 12: write 12000 for 12 thousand'
    >>> thousands_fix("0.125"), thousands_fix("1.234"), thousands_fix("25.00")
    (None, None, None)
    """
    parts = re.fullmatch(r"([1-9][0-9]{0,2})\.([0-9]{3})", text)
    # four digits of which none is a zero at the end are how a measured number is written
    if parts is None or (len(parts[1]) == 1 and not parts[2].endswith("0")):
        return None
    thousand = f"{float(text):.6g} thousand"
    return f"{text} is {float(text):.6g}: write {parts[1]}{parts[2]} for {thousand}"
