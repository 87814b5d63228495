"""Horizontal bars with their names: beside them on a page, above them on a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from estimator.report.charts.chart import (
    BLUE,
    INK,
    LETTER,
    LINE,
    Size,
    bare,
    shorten_labels,
    width_of,
    write,
)

if TYPE_CHECKING:
    from estimator.report.charts.picture import Picture

_HEAD = 34.0  # a heading [px]
_BESIDE = 0.4  # of the width at most, for names beside bars [0-1]
_APART = 14.0  # a name and its bar [px]


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another, what it is called, and what stands at its end."""

    name: str
    begin: float
    end: float
    amount: str
    colour: str = BLUE
    name_colour: str = INK


@dataclass(frozen=True)
class BarGroup:
    """Bars under a heading, which may be empty."""

    title: str
    bars: tuple[Bar, ...]


def draw_bars(groups: Sequence[BarGroup], width: float) -> Picture:
    """Draw groups of bars at a width. [px]"""
    longest = max(width_of(bar.name) for group in groups for bar in group.bars)
    # names that are too long to stand beside their bars stand above them on a page as well
    is_above = width < 700 or longest > _BESIDE * width - _APART
    row = 44.0 if is_above else 30.0
    heads = [_HEAD if group.title else 0.0 for group in groups]
    height = sum(heads) + row * sum(len(group.bars) for group in groups) + 6
    size = Size(width, height)
    figure, axes = bare(size)
    # one scale: bars under two headings are compared as well
    ends = [end for group in groups for bar in group.bars for end in (bar.begin, bar.end)]
    highest, lowest = max(ends) or 1.0, min(0.0, *ends)
    # what stands at a bar's end needs room behind the longest one
    room = 14 + max(width_of(bar.amount) for group in groups for bar in group.bars)
    # names as wide as they are: a bar stands beside its name, not across the page from it
    left = 0.0 if is_above else longest + _APART
    most = int((width if is_above else longest + LETTER) / LETTER)
    scale = (width - left - room) / (highest - lowest)
    top = 0.0
    for group, head in zip(groups, heads, strict=True):
        if head:
            write(axes, 0, top + head - 14, group.title, fontweight="bold")
        top += head
        names = shorten_labels([bar.name for bar in group.bars], most)
        for number, (bar, name) in enumerate(zip(group.bars, names, strict=True)):
            middle = top + (30.0 if is_above else row / 2)
            begin, end = (left + (value - lowest) * scale for value in sorted((bar.begin, bar.end)))
            write(axes, 0, top + 12 if is_above else middle, name, color=bar.name_colour)
            if bar.begin != bar.end:  # nothing has no bar, however thin
                length = max(end - begin, 1.5)
                axes.barh(middle, length, 14, begin, color=bar.colour, linewidth=0)
            write(axes, end + 7, middle, bar.amount)
            if number and bar.begin:  # where the part before it ended
                at = left + (bar.begin - lowest) * scale
                axes.vlines(at, middle - row + 7, middle - 7, color=LINE, linewidth=1, zorder=0)
            top += row
    return figure
