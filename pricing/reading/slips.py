"""The value that was meant: numbers written in another country's way, ranges, unseen characters.

Nothing here reads a value. A text that is refused is looked at once more, so that the message can
hold the answer.
"""

from __future__ import annotations

import re
from typing import Any

# what looks like a blank, or like nothing at all, and is neither to YAML
_UNSEEN = {
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\u2007": "a figure space",
    "\u2009": "a thin space",
    "\u200b": "a zero-width space",
    "\u200e": "a left-to-right mark",
    "\u2028": "a line separator",
    "\u202f": "a narrow no-break space",
    "\u2060": "a word joiner",
    "\u3000": "an ideographic space",
    "\ufeff": "a byte order mark",
}
UNSEEN = f"[{''.join(_UNSEEN)}]"
_ANY_UNSEEN = re.compile(UNSEEN)

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{[^}]*\}|\$\([^)]*\)", re.DOTALL)

_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u201e"
# a unit or a currency around a number: USD 25, 25 €, 288/day, 30 days
_BEFORE = re.compile(r"^(?:[A-Z]{3}|[$€£])\s*")
_AFTER = re.compile(r"\s*(?:[A-Z]{3}|[$€£]|(?:/\s*|per\s+)?[a-z]{1,8}(?:\s*(?:/|per)\s*[a-z]+)?)$")
_THOUSANDS = {"k": 1_000, "K": 1_000, "m": 1_000_000, "M": 1_000_000}
_PLAIN = re.compile(r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_COMMA = re.compile(r"([-+]?[0-9]+),([0-9]+)")
_GROUPED = (  # 1.234.567,5 and 1,234,567.5 and 1 234 567
    re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"),
    re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"),
    re.compile(r"[-+]?[0-9]{1,3}(?:[ '\u2019][0-9]{3})+(?:[.,][0-9]+)?"),
)
_RANGE = re.compile(r"\s*(?:-|\.\.+|\u2026|~|\bto\b|\bbis\b|:)\s*")
_ENDS = (("min", "max"), ("minimum", "maximum"), ("from", "to"), ("lower", "upper"))
_PERCENT = re.compile(r"(.*?)\s*(?:%|percent|pct|per cent)")
_LONGEST = 80


def find_unseen(text: str) -> str | None:
    r"""The name of the first character that nobody sees.

    >>> find_unseen("key:\u00a0logs"), find_unseen("key: logs")
    ('a no-break space', None)
    """
    found = None if text.isascii() else _ANY_UNSEEN.search(text)
    return _UNSEEN[found[0]] if found else None


def without_unseen(text: str) -> str:
    """The text with a plain blank for each character that nobody sees, none at its ends."""
    return _ANY_UNSEEN.sub(" ", text).strip()


def find_template(text: Any) -> str | None:
    """The first placeholder of a template that was not rendered.

    >>> find_template("id-{{ account }}"), find_template("${ID}"), find_template("{a: b}")
    ('{{ account }}', '${ID}', None)
    """
    found = _TEMPLATE.search(text) if isinstance(text, str) and len(text) < 10_000 else None
    return found[0][:_LONGEST] if found else None


def number_fix(value: Any) -> str | None:
    """How to write the number that a text stands for; None where it stands for none.

    >>> number_fix("25,00"), number_fix("288"), number_fix("1.234,5")
    ('write 25.00, with a point', 'write 288 without quotes', 'write 1234.5')
    >>> number_fix("12,000")
    'write 12000, or 12.0 if the comma is a decimal one'
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = without_unseen(value).strip(_QUOTES).strip()
    comma = _COMMA.fullmatch(text)
    if comma:
        whole, part = comma.groups()
        pointed = f"{whole}.{part}"
        if len(part) != 3 or whole.lstrip("-+").startswith("0"):
            return f"write {pointed}, with a point"
        plain = f"{whole}.{part.rstrip('0') or '0'}"
        return f"write {whole}{part}, or {plain} if the comma is a decimal one"
    number = _number_in(text)
    if number is None:
        return None
    if number == value:
        return f"write {number} without quotes"
    unseen = find_unseen(value)
    return f"write {number}" + (f" without {unseen}" if unseen else "")


def _number_in(text: str) -> str | None:
    """The number of a text as YAML has it, its unit left out."""
    if _PLAIN.fullmatch(text):
        return text
    for grouped in _GROUPED:
        if grouped.fullmatch(text):
            head, _, part = re.sub(r"[ '\u2019]", "", text).rpartition(
                "," if text.rfind(",") > text.rfind(".") else "."
            )
            # with one kind of mark all of them part thousands, 12.000.000 and 1 234 567
            if not head or (part and len(part) == 3 and not ("," in text and "." in text)):
                return re.sub(r"[ '\u2019.,]", "", text)
            return f"{re.sub('[.,]', '', head)}.{part}"
    if text[-1:] in _THOUSANDS and _PLAIN.fullmatch(text[:-1].strip()):
        return f"{float(text[:-1].replace('_', '')) * _THOUSANDS[text[-1]]:.15g}"
    bare = _AFTER.sub("", _BEFORE.sub("", text))
    return _number_in(bare) or _decimal(bare) if bare != text else None


def _decimal(text: str) -> str | None:
    comma = _COMMA.fullmatch(text)
    return f"{comma[1]}.{comma[2]}" if comma and len(comma[2]) != 3 else None


def percent_fix(value: Any) -> str | None:
    """How to write the percentage that a text stands for; None where it stands for none.

    >>> percent_fix("10,5%"), percent_fix("10 percent"), percent_fix("0,99")
    ('write 10.5%', 'write 10%', 'write 0.99, with a point')
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = without_unseen(value).strip(_QUOTES).strip()
    percent = _PERCENT.fullmatch(text)
    if percent is None:
        return number_fix(value) if "," in value else None
    number = (_PLAIN.fullmatch(percent[1]) and percent[1]) or _decimal(percent[1])
    return f"write {number}%" if number else None


def range_fix(value: Any) -> str | None:
    """How to write the range that a list, a text or a mapping stands for, or the one number.

    >>> range_fix([150, 290]), range_fix("150-290"), range_fix({"min": 1, "max": 2})
    ('write {low: 150, high: 290}', 'write {low: 150, high: 290}', 'write {low: 1, high: 2}')
    >>> range_fix([150, 200, 290]), range_fix([288]), range_fix("10% to 20%"), range_fix("2 - x")
    ('write {low: 150, mid: 200, high: 290}', 'write 288', 'write {low: 10%, high: 20%}', None)
    """
    parts: list[Any] = []
    if isinstance(value, str) and len(value) <= _LONGEST:
        text = without_unseen(value).translate(_DASHES)
        parts = _RANGE.split(text)
        # a minus sign in front is no range
        parts = parts if len(parts) == 2 and all(parts) else []
    elif isinstance(value, list | tuple):
        parts = list(value)
    elif isinstance(value, dict):
        pair = next((ends for ends in _ENDS if set(ends) <= set(value)), None)
        parts = [value[end] for end in pair] if pair else []
    numbers = [_as_written(part) for part in parts]
    if isinstance(value, str) and str(numbers[-1:]).endswith("%']"):  # 5-10%
        numbers = [number and f"{number.rstrip('%')}%" for number in numbers]
    if not 1 <= len(numbers) <= 3 or None in numbers:
        return None
    ordered = sorted((str(number) for number in numbers), key=_size)
    if len(ordered) == 1:
        return f"write {ordered[0]}"
    if len(ordered) == 2:
        return f"write {{low: {ordered[0]}, high: {ordered[1]}}}"
    return f"write {{low: {ordered[0]}, mid: {ordered[1]}, high: {ordered[2]}}}"


def _as_written(value: Any) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return f"{value:.15g}" if abs(value) < 1e15 else None
    text = without_unseen(value) if isinstance(value, str) else ""
    percent = _PERCENT.fullmatch(text)
    number = _number_in(percent[1] if percent else text) or _decimal(
        percent[1] if percent else text
    )
    return None if number is None else f"{number}%" if percent else number


def _size(number: str) -> float:
    return float(number.rstrip("%").replace("_", ""))


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
