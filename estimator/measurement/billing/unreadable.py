"""Why one file of a bill cannot be counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from estimator.measurement.skipped import SkippedFiles, readable_name
from pricing.reading.problems import KmscostError, Problem

_MOST_PROBLEMS = 20  # each said where nothing at all could be read; of more how many and why


class Unreadable(Exception):  # noqa: N818 - the reader of one file says it, the caller skips the file
    """A file that cannot be counted: what was found, what was expected, and how to mend it."""

    def __init__(self, found: str, expected: str, fix: str = "", line: int | None = None) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.fix = fix
        self.line = line

    @property
    def reason(self) -> str:
        """In words, for the list of skipped files."""
        place = "" if self.line is None else f" in line {self.line}"
        return f"{self.found}{place}; expected {self.expected}"

    def problem(self, path: str) -> Problem:
        """As the error it is when there is nothing else to count."""
        return Problem(path, self.line, "", self.found, self.expected, self.fix)


@dataclass(frozen=True)
class Refused:
    """The files that were not counted, and the first of them as the errors they may become."""

    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, error: Unreadable) -> None:
        """Add a file."""
        self.skipped.add(path, error.reason)
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(error.problem(readable_name(path)))

    def nothing(self, paths: Sequence[str]) -> KmscostError:
        """The error where nothing at all could be read."""
        expected, fix = "the files of a bill", "check the path"
        if not self.problems or len(self.skipped) > _MOST_PROBLEMS:
            return self.skipped.nothing(paths, expected, fix)
        known = {problem.path for problem in self.problems}
        others = (file for file in self.skipped if file.path not in known)
        return KmscostError(
            [
                *self.problems,
                *(Problem(file.path, None, "", file.reason, expected, fix) for file in others),
            ]
        )
