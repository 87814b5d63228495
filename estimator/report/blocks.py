"""The blocks that answers are built of: each format only has to lay them out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from estimator.figures import in_column

MOST_ROWS = 40  # of a table for people; other programs get all of them


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

    def aligned(self) -> Sheet:
        """Return the sheet with one number of decimals in each column of numbers."""
        words = len(self.header) - self.numbers
        columns = [
            list(column) if position < words else in_column(column)
            for position, column in enumerate(zip(*self.rows, strict=True))
        ]
        return replace(self, rows=tuple(zip(*columns, strict=True)))


@dataclass(frozen=True)
class Lines:
    """Lines of text under a title.

    Attributes
    ----------
    title : str
    lines : tuple of str
    sources : tuple of str
        Who says so, one for each line; none where a line needs none, or no line does.
    command : str
        What to type: stands whole on a line of its own, so that it can be copied.
    """

    title: str
    lines: tuple[str, ...]
    sources: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Details:
    """Blocks that most readers do not need: folded away where a format can fold."""

    title: str
    blocks: tuple[Sheet | Lines, ...]


Block = Sheet | Lines | Details
