"""Labels at the right of a chart, each at the height of what it explains, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from estimator.report.charts.chart import INK, width_of, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = 17.0  # between labels [px]
_MARK_ROOM = 16.0  # of a mark before its label [px]


@dataclass(frozen=True)
class EndLabel:
    """What stands at the right of the axes, at the height of its value.

    `mark` is the mark of matplotlib that the label explains, `mark_colour` that of its edge and
    `mark_face` of what is inside, the same unless it is given.
    """

    value: float
    text: str
    colour: str = INK
    mark: str = ""
    mark_colour: str = INK
    mark_face: tuple[str, float] | None = None


def room_for(labels: Sequence[EndLabel], least: float) -> float:
    """The margin that labels at the right of the axes need. [px]"""
    longest = max((width_of(label.text) for label in labels), default=0.0)
    marks = _MARK_ROOM if any(label.mark for label in labels) else 0.0
    return max(least, 12 + marks + longest)


def label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Labels at the right of the axes, each at its value, none over another or below the axes."""
    from matplotlib.lines import Line2D

    base, top = axes.get_ylim()
    extent = axes.get_window_extent()
    places = apart([(each.value - base) / (top - base) * extent.height for each in labels], _GAP)
    lowest = min(places, default=0.0)
    left = 10.0
    if any(label.mark for label in labels):
        left += _MARK_ROOM
    for label, place in zip(labels, places, strict=True):
        height = (place - min(lowest, 0.0)) / extent.height
        if label.mark:
            mark = Line2D(
                [1 + (left - _MARK_ROOM / 2 - 3) / extent.width],
                [height],
                marker=label.mark,
                markersize=8,
                color=label.mark_colour,
                markerfacecolor=label.mark_face or label.mark_colour,
                transform=axes.transAxes,
                clip_on=False,
            )
            axes.add_line(mark)
        at = 1 + left / extent.width
        write(axes, at, height, label.text, transform=axes.transAxes, color=label.colour)


def apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places of labels, at least `gap` apart and as near as can be to where they are wanted.

    >>> apart([10.0, 12.0, 40.0], 10.0)
    [6.0, 16.0, 40.0]
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    groups: list[tuple[float, list[int]]] = []  # centre, members
    for at in order:
        centre, members = wanted[at], [at]
        while groups:
            before, inside = groups[-1]
            if centre - before >= gap * (len(members) + len(inside)) / 2:
                break
            groups.pop()
            members = inside + members
            centre = sum(wanted[member] for member in members) / len(members)
        groups.append((centre, members))
    places = [0.0] * len(wanted)
    for centre, members in groups:
        for number, at in enumerate(members):
            places[at] = centre + gap * (number - (len(members) - 1) / 2)
    return places
