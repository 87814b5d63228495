"""What stands in an error: places, found values and the name that was meant; lines of a width."""

from __future__ import annotations

import datetime
import difflib
import re
import textwrap
import unicodedata
from collections.abc import Iterable
from typing import Any

from pricing.reading.problems import Problem, UsageError

_MOST_DIGITS = 300  # of a number out of JSON: a float has no more before its point
_NO_BREAK = "\N{NO-BREAK SPACE}"
_SECOND = "\ufdd0"  # the second column of a letter: no character, so no text has it
_MOST_CHOICES = 200  # comparing is slow: one mistake a line in a long file must not take minutes


def describe(location: Iterable[str | int]) -> str:
    """A location as people write it.

    >>> describe(("accounts", 2, "id"))
    'accounts[2].id'
    """
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` most likely meant.

    >>> nearest("acounts", ["accounts", "keys"])
    'accounts'
    """
    known = list(choices)
    if len(known) > _MOST_CHOICES:
        return None
    # cut: the time grows with the square of the length
    close = difflib.get_close_matches(word[:80], known, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(word: str, choices: Iterable[str], otherwise: str = "") -> str:
    """How to fix a word that is no choice: the nearest one as a question, or what else to do.

    >>> did_you_mean("acounts", ["accounts", "keys"])
    'did you mean accounts?'
    """
    close = nearest(word, choices)
    return f"did you mean {close}?" if close else otherwise


def nearest_of(word: str, choices: Iterable[str]) -> list[str]:
    """The choice that `word` most likely meant, or the two that are as near; none without any.

    >>> nearest_of("us-eest-1", ["us-west-1", "us-east-1", "eu-west-1"])
    ['us-east-1', 'us-west-1']
    """
    known = list(choices)
    close = nearest(word, known)
    if close is None:
        return []
    likeness = difflib.SequenceMatcher(None, word[:80], close).ratio()
    alike = [
        choice
        for choice in difflib.get_close_matches(word[:80], known, n=3, cutoff=0.6)
        if difflib.SequenceMatcher(None, word[:80], choice).ratio() == likeness
    ]
    return sorted(alike) if len(alike) == 2 else [close]


class LongNumber(str):
    """The digits of a number that is longer than any file of AWS's has one."""

    __slots__ = ()


def whole_number(digits: str) -> int | LongNumber:
    """The whole number of these digits, for `json.loads(…, parse_int=whole_number)`.

    Python refuses to convert more than 4,300 digits, with a ValueError that names no place; what
    stays text here is refused where it stands, as what it is.

    >>> whole_number("12"), shown(whole_number("9" * 5000))
    (12, 'a number of 5,000 digits')
    """
    return int(digits) if len(digits) <= _MOST_DIGITS else LongNumber(digits)


def shown(value: Any) -> str:
    """A found value in the words of an error: its kind and, where short, itself."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, datetime.date):
        return f"the date {value.isoformat()}"
    if isinstance(value, LongNumber):
        return f"a number of {len(value):,} digits"
    if isinstance(value, int | float):
        # Python refuses to write an int of more than 4,300 digits at all
        huge = isinstance(value, int) and abs(value) >= 10**60
        return "a number of more than 60 digits" if huge else f"the number {value}"
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def flow_of(value: Any) -> str:
    """A short value as YAML has it in one line; an ellipsis for any other.

    >>> flow_of(True), flow_of(0.99), flow_of("org"), flow_of([1]), flow_of(None)
    ('true', '0.99', 'org', '...', '...')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    short = isinstance(value, int | float | str) and len(text := str(value)) <= 40
    return text if short and text.isprintable() else "..."


def fold(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """A text in lines of so many columns of a terminal; no name, month and number is folded.

    `first` and `rest` stand before the first line and before all others.

    >>> fold("buckets of 東京: 95 % of eu-west-1", 14)
    ['buckets of', '東京: 95 % of', 'eu-west-1']
    """
    # a percentage and its sign stay on one line
    joined = re.sub(r"(?<=\d) %", f"{_NO_BREAK}%", text)
    # textwrap counts letters, of which some take two columns
    filled = "".join(
        letter + _SECOND * (unicodedata.east_asian_width(letter) in "WF") for letter in joined
    )
    folded = textwrap.wrap(
        filled,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [line.replace(_SECOND, "").replace(_NO_BREAK, " ") for line in folded]


def split_words(words: str | Iterable[str], option: str) -> list[str]:
    """The words of an option: as people write them, with commas, or as Python has them.

    >>> split_words("trail, cause", "by"), split_words(("trail", "cause"), "by")
    (['trail', 'cause'], ['trail', 'cause'])

    Raises
    ------
    UsageError
        They are neither.
    """
    known = words if isinstance(words, Iterable) else (None,)
    parts = words.split(",") if isinstance(words, str) else list(known)
    if not all(isinstance(part, str) for part in parts):
        expected = "words with commas between them, or a list of them"
        raise UsageError(Problem(option, None, "", repr(words), expected, ""))
    return [str(part).strip() for part in parts]
