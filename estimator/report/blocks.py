"""The blocks that answers are built of: each format only has to lay them out.

Bars are text in a column of a table, in a terminal and in Markdown; pages draw them anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from estimator.report.columns import in_column

MOST_ROWS = 40  # of a table for people; other programs get all of them
EIGHTHS = 8 * 12  # of the longest bar, in columns of text
_BARS = " ▏▎▍▌▋▊▉█"  # of no eighth to eight
# a spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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


def text_bars(values: Sequence[float]) -> list[str]:
    """A bar for each value, as long as its share of the largest.

    >>> text_bars([24.0, 12.0, 0.0])
    ['████████████', '██████', '']
    """
    known = [0.0 if math.isnan(value) else max(value, 0.0) for value in values]
    largest = max(known, default=0.0)
    bars = []
    for value in known:
        eighths = round(value / largest * EIGHTHS) if largest else 0
        # what is there has a bar, however thin
        eighths = max(eighths, 1) if value > 0 else 0
        bars.append("█" * (eighths // 8) + _BARS[eighths % 8].strip())
    return bars


def bars_of_use(costs: Sequence[float], requests: Sequence[float]) -> tuple[str, list[str]]:
    """The heading of bars and the bars: by cost, and by requests where all of them are free.

    >>> bars_of_use([0.0, 0.0], [4.0, 2.0])
    ('by requests', ['████████████', '██████'])
    """
    # where all is free a bar of costs says nothing
    return ("by cost", text_bars(costs)) if any(costs) else ("by requests", text_bars(requests))


def is_bar(text: str) -> bool:
    """Tell whether a cell is a bar, or the place of one."""
    return set(text) <= set(_BARS[1:])


def bar_eighths(text: str) -> int:
    """The length of a bar, up to `EIGHTHS`.

    >>> [bar_eighths(bar) for bar in text_bars([24.0, 12.0, 1.0, 0.0])]
    [96, 48, 4, 0]
    """
    return sum(map(_BARS.index, text))


def safe_cell(text: str) -> str:
    """Text that no spreadsheet runs as a formula.

    >>> safe_cell("=1+1"), safe_cell("org")
    ("'=1+1", 'org')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
