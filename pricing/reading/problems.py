"""What can be wrong with a user's data, said so that it can be mended at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_NON_JOINER, _JOINER = "\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}"
_VIRAMA = 9  # the combining class of what joins the letters of Indic scripts
# arrows, symbols, dingbats, pictographs and their variants: what a joiner makes one picture of
_PICTURE = re.compile("[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one file: where it is, what was found, what was expected, how to fix it."""

    path: str
    line: int | None
    at: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        where = f"{place}: {self.at}" if self.at else place
        message = f"{where}: found {self.found}; expected {self.expected}"
        return printable(f"{message}; {self.fix}" if self.fix else message)


def printable(text: str) -> str:
    r"""`text` without anything that a terminal would obey: names come from files of others.

    Joiners stay where they join: within emoji, and in Indic, Arabic and Persian words.

    >>> print(printable("a\x1b[2J\nb"), printable("a\u202eb\u200dc"))
    a\x1b[2J\nb a\u202eb\u200dc
    >>> printable("\U0001f469\u200d\U0001f680") == "\U0001f469\u200d\U0001f680"
    True
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or _joins(text, at) else repr(letter)[1:-1]
        for at, letter in enumerate(text)
    )


def _joins(text: str, at: int) -> bool:
    """True of a joiner between what it is for; anywhere else it makes names alike that are not."""
    letter, before, after = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if letter not in (_JOINER, _NON_JOINER) or not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if letter == _JOINER:
        return bool(_PICTURE.match(before) and _PICTURE.match(after))
    return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"


class KmscostError(Exception):
    """The base of every error about the user's data; `problems` holds each mistake found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DocumentError(KmscostError):
    """A file that cannot be read as the document it should be."""


class RateError(KmscostError):
    """No rate is known for what should be priced: never a silent zero."""


class UsageError(KmscostError):
    """An option whose value makes no sense, whatever the user's data is."""
