"""What can be wrong with a user's data, said so that it can be mended at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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

    >>> print(printable("a\x1b[2J\nb"))
    a\x1b[2J\nb
    """
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


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
