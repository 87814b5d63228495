"""What could not be read: a value that reaches the report, never an empty list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pricing.reading.problems import KmscostError, Problem

# a folder may hold a million bad files: all are counted by reason, the first of them listed
MOST_LISTED = 10_000
_MOST_NAMED = 20  # beyond it the user wants to know how many, not which
_MOST_REASONS = 5


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """One file that was not counted, and why."""

    path: str
    reason: str

    def to_dict(self) -> dict[str, str]:
        """As documented JSON."""
        return {"path": self.path, "reason": self.reason}


def readable_name(path: str) -> str:
    r"""A path as text that can be written anywhere.

    >>> print(readable_name("\ud800a"))  # half of a pair, as JSON can have it
    \ud800a
    """
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte of a file's name
        return path.encode("utf-8", "backslashreplace").decode()
    return data.decode("utf-8", "replace")


class SkippedFiles:
    """All files that were not counted: how many by reason, and the first of them by name."""

    def __init__(self, files: Iterable[Skipped] = ()) -> None:
        self.by_reason: Counter[str] = Counter()
        self._listed: list[Skipped] = []
        self.extend(files)

    @classmethod
    def from_report(cls, listed: Iterable[Skipped], by_reason: Mapping[str, int]) -> SkippedFiles:
        """The files that a report lists, and how many it counted by reason."""
        files = cls(listed)
        files.by_reason = Counter(by_reason)
        return files

    def join(self, other: SkippedFiles) -> None:
        """Add all files of another."""
        self.by_reason.update(other.by_reason)
        self._listed = [*self._listed, *other][:MOST_LISTED]

    def add(self, path: str, reason: str) -> None:
        """Add a file; a name that is no UTF-8 is shown as near as can be."""
        # names of files are bytes: half a character in one must not end the count
        path = readable_name(path)
        self.by_reason[reason] += 1
        if len(self._listed) < MOST_LISTED:
            self._listed.append(Skipped(path, reason))

    def extend(self, files: Iterable[Skipped]) -> None:
        """Add files."""
        for file in files:
            self.add(file.path, file.reason)

    def __len__(self) -> int:
        return self.by_reason.total()

    def __iter__(self) -> Iterator[Skipped]:
        # by name: processes finish in any order
        return iter(sorted(self._listed))

    def lines(self) -> list[str]:
        """In words, a line for each reason, the most frequent first."""
        return [f"skipped {files}: {reason}" for files, reason in self._reasons()]

    def _reasons(self) -> Iterator[tuple[str, str]]:
        """Yield how many files, and the reason with an example, the most frequent first."""
        for reason, count in sorted(self.by_reason.items(), key=lambda item: (-item[1], item[0])):
            example = min((file.path for file in self._listed if file.reason == reason), default="")
            such_as = f", such as {example}" if example else ""
            yield f"{count:,} file{'s' * (count != 1)}", f"{reason}{such_as}"

    def nothing(self, paths: Sequence[str], expected: str, fix: str) -> KmscostError:
        """The error where nothing at all could be read: each file, or how many for which reason."""
        if 0 < len(self) <= _MOST_NAMED:
            return KmscostError(_problem(file, expected, fix) for file in self)
        reasons = list(self._reasons())[:_MOST_REASONS]
        found = "; ".join(f"{files}, skipped: {reason}" for files, reason in reasons)
        found = found or "no file in it"
        place = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
        return KmscostError(Problem(place, None, "", found, expected, fix))

    def refuse(self) -> KmscostError:
        """The error that `--strict` makes of them."""
        fix = "mend or remove the file, or leave out --strict"
        return KmscostError(
            Problem(file.path, None, "", file.reason, "a file that can be counted", fix)
            for file in self
        )


def _problem(file: Skipped, expected: str, fix: str) -> Problem:
    """A file as an error; a reason that says itself what was expected is not told twice."""
    found, is_whole, rest = file.reason.partition("; expected ")
    if is_whole:
        expected, _, fix = rest.partition("; ")
    return Problem(file.path, None, "", found, expected, fix)
