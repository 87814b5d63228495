"""Bars as text in a column of a table: in a terminal and in Markdown; pages draw them anew."""

from __future__ import annotations

import math
from collections.abc import Sequence

COLUMNS = 12  # of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"
EIGHTHS = 8 * COLUMNS


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
        bars.append("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip())
    return bars


def bars_heading(by_cost: bool) -> str:
    """The heading of bars: what they are of."""
    return "by cost" if by_cost else "by requests"


def is_bar(text: str) -> bool:
    """Tell whether a cell is a bar, or the place of one."""
    return set(text) <= set(_EIGHTHS[1:])


def bar_eighths(text: str) -> int:
    """The length of a bar, up to `EIGHTHS`.

    >>> [bar_eighths(bar) for bar in text_bars([24.0, 12.0, 1.0, 0.0])]
    [96, 48, 4, 0]
    """
    return sum(map(_EIGHTHS.index, text))
