"""The blocks that answers are built of: each format only has to lay them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from estimator.report.columns import in_column

MOST_ROWS = 40  # of a table for people; other programs get all of them


class Command(str):
    """A line that is typed: it stands whole and alone, neither folded nor escaped."""

    __slots__ = ()


class Alert(str):
    """A line that wants attention: red on a terminal; its words alone say why."""

    __slots__ = ()


@dataclass(frozen=True)
class Sheet:
    """A small table of text; `numbers` columns are right-aligned, `sums` rows stand out.

    Where it is too wide for one table, the columns of a group stay together: each group of numbers
    has a name, which says what a column is of that stands apart from the first one, and a size.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int
    sums: int = 0
    groups: tuple[tuple[str, int], ...] = ()

    def align_decimals(self) -> Sheet:
        """Return the sheet with one number of decimals in each column of numbers."""
        words = len(self.header) - self.numbers
        columns = [
            list(column) if position < words else in_column(column)
            for position, column in enumerate(zip(*self.rows, strict=True))
        ]
        return replace(self, rows=tuple(zip(*columns, strict=True)))


@dataclass(frozen=True)
class Lines:
    """Lines of text under a title: a list, or paragraphs.

    Attributes
    ----------
    title : str
        Empty where the lines need none.
    lines : tuple of str
        An `Alert` stands out, a `Command` stands as it is typed.
    sources : tuple of str
        Who says so, one for each line; none where a line needs none, or no line does.
    are_paragraphs : bool
        Whether each line is a paragraph, and not an item of a list.
    """

    title: str
    lines: tuple[str, ...]
    sources: tuple[str, ...] = ()
    are_paragraphs: bool = False

    def with_sources(self) -> Iterator[tuple[str, str]]:
        """Yield each line with its source; the source may be empty."""
        yield from zip(self.lines, self.sources or ("",) * len(self.lines), strict=True)


def write_paragraphs(*lines: str) -> Lines:
    """Make a block of paragraphs without a title."""
    return Lines("", lines, are_paragraphs=True)


@dataclass(frozen=True)
class Details:
    """Blocks that most readers do not need: folded away where a format can fold."""

    title: str
    blocks: tuple[Sheet | Lines, ...]


Block = Sheet | Lines | Details
