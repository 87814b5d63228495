"""What all charts share: sizes, colours, a bare canvas, labels that stay text and apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from pricing.reading.problems import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

# Okabe and Ito 2008, "Color Universal Design": told apart with every kind of colour blindness. Its
# light hues are darkened until they stand out from white by 3:1, as WCAG 2.2 (1.4.11) asks.
BLUE, ORANGE, GREEN, RED = "#0072b2", "#bd7a00", "#009e73", "#d55e00"
PURPLE, SKY, YELLOW = "#c0699a", "#2f93cf", "#8f8500"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY, YELLOW, RED)
INK, MUTED, LINE = "#1b2126", "#5b6670", "#d8dde2"
GREY = "#7b858e"
PAPER = "#fefefe"  # what lies under a label; nothing else has this colour, so a page can replace it
PAD = 6.0  # between the axes and the labels of their ticks [px]

# widths that charts are drawn at: a page shows each between 0.85 and 1.5 times its size, so that no
# text of 12 px ever falls below 10 px from a telephone of 320 px on
WIDE, MEDIUM, NARROW = 880.0, 530.0, 300.0
LETTER = 7.2  # the mean width of a letter of 12 px [px]
_GAP = 17.0  # between labels [px]
_MARK_ROOM = 16.0  # of a mark before its label [px]

_MARK = "\N{LEFT-TO-RIGHT MARK}"
_LETTER_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
# the end of what is written from right to left
_RIGHT_TO_LEFT = re.compile(rf"{_LETTER_TO_LEFT}(?!\s*{_LETTER_TO_LEFT})")


@dataclass(frozen=True)
class Size:
    """The size of a chart, in pixels of a page. [px]"""

    width: float
    height: float

    @property
    def narrow(self) -> bool:
        """True on a telephone, where labels are fewer and shorter."""
        return self.width < 500


@dataclass(frozen=True)
class Chart:
    """A chart that is drawn when it is wanted, and what it says to those who cannot see it.

    Attributes
    ----------
    name : str
        A word for files and ids.
    title, description : str
        The text alternative: what is shown, and its main numbers.
    draw : callable
        Draws it at a width. [px]
    points : tuple of str
        What each place of its first axes says, from 0 on: a month and its values. None where the
        chart has its values written beside what they are of.
    notes : tuple of str
        What stands below where the chart stands alone: the other interpretation, the source.
    """

    name: str
    title: str
    description: str
    draw: Callable[[float], Picture]
    points: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def canvas(
    size: Size, left: float, right: float, top: float = 14, bottom: float = 30
) -> tuple[Picture, Axes]:
    """A figure with axes inside margins [px]; nothing of it touches pyplot."""
    # not pyplot, which keeps every figure alive until somebody closes it
    from estimator.report.charts.picture import Picture

    figure = Picture(figsize=(size.width / 72, size.height / 72), dpi=72)
    figure.patch.set_alpha(0.0)
    inside = (
        left / size.width,
        bottom / size.height,
        max(1 - (left + right) / size.width, 0.1),
        max(1 - (top + bottom) / size.height, 0.1),
    )
    axes = figure.add_axes(inside)
    axes.patch.set_alpha(0.0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, bottom=False, left=False, labelsize=12, labelcolor=MUTED, pad=PAD)
    return figure, axes


def bare(size: Size) -> tuple[Picture, Axes]:
    """A figure whose axes are pixels, from the top left corner."""
    figure, axes = canvas(size, 0, 0, 0, 0)
    axes.set_xlim(0, size.width)
    axes.set_ylim(size.height, 0)
    axes.axis("off")
    return figure, axes


def write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """A label: names of others are text, never a formula."""
    plain: dict[str, Any] = {"fontsize": 12, "color": INK, "va": "center", "parse_math": False}
    axes.text(x, y, keep_order(printable(text)), **(plain | style))


def keep_order(text: str) -> str:
    r"""Keep what follows an Arabic or Hebrew name behind it: without the marks its number moves.

    >>> print(ascii(keep_order("prod 68.5 %")), ascii(keep_order("\u0623\u0645 68.5 %")))
    'prod 68.5 %' '\u200e\u0623\u0645\u200e 68.5 %'
    """
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return _MARK + _RIGHT_TO_LEFT.sub(rf"\g<0>{_MARK}", text)


def set_apart(axes: Axes) -> None:
    """Put paper under the labels of axes, so that a line which crosses one leaves it readable."""
    for text in axes.texts:
        # not an outline of the letters: with one they would be shapes, and no text, in an SVG
        text.set_bbox({"facecolor": PAPER, "alpha": 0.75, "linewidth": 0, "pad": 1.5})


def empty_chart(name: str, title: str, description: str) -> Chart:
    """A chart of nothing: a word where its reader would look for a fault in the picture."""

    def draw(width: float) -> Picture:
        size = Size(width, 60)
        figure, axes = bare(size)
        write(
            axes,
            0,
            30,
            description if width_of(description) < width else "nothing to draw",
            color=MUTED,
        )
        return figure

    return Chart(name, title, description, draw)


def width_of(text: str) -> float:
    """The width of a label of 12 px: a letter of Chinese, Japanese or Korean is two. [px]"""
    return LETTER * cell_len(text)


def shorten_label(text: str, most: int, head: int | None = None) -> str:
    """A name that fits; its end, which tells ids apart, stays.

    >>> shorten_label("accounts[333333333333].files_per_day", 20)
    'accounts[3…s_per_day'
    >>> print(ascii(shorten_label("\u672c" * 12, 12)))  # letters of twice the width
    '\u672c\u672c\u672c\u2026\u672c\u672c'
    """
    cells = cell_len(text)
    if cells <= most:
        return text
    letters = most * len(text) // cells
    head = (most // 2 if head is None else head) * len(text) // cells
    return f"{text[:head]}…{text[len(text) - (letters - head - 1) :]}"


def shorten_labels(texts: Sequence[str], most: int) -> list[str]:
    """Names that fit and still differ: what is cut out of the middle moves until they do.

    >>> shorten_labels(["platform-security-2027", "platform-network-2027"], 16)
    ['platform…ty-2027', 'platform…rk-2027']
    >>> shorten_labels(["short", "short"], 16)
    ['short', 'short']
    """
    for head in range(most // 2, most - 1):
        short = [shorten_label(text, most, head) for text in texts]
        if len(set(short)) == len(set(texts)):
            return short
    return list(texts)


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
