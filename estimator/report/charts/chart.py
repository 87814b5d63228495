"""What all charts share: sizes, colours, axes without junk, labels that stay text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.figures import significant
from estimator.report.charts.colours import INK, LINE, MUTED, PAPER
from pricing.reading.problems import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

_TICKS = 10  # labels of months on a wide chart
_FAR = 2.5  # a budget so many times the highest value stays off the chart
_GAP = 17.0  # between labels [px]
_PAGE = 700.0  # from this width on there is room for all that a page shows [px]


@dataclass(frozen=True)
class Size:
    """The size of a chart, in pixels of a page. [px]"""

    width: float
    height: float

    @property
    def narrow(self) -> bool:
        """True on a telephone, where labels are fewer and shorter."""
        return self.width < 500


_MARK = "\N{LEFT-TO-RIGHT MARK}"
_LETTER_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
# the end of what is written from right to left
_RIGHT_TO_LEFT = re.compile(rf"{_LETTER_TO_LEFT}(?!\s*{_LETTER_TO_LEFT})")

# widths that charts are drawn at: a page shows each between 0.85 and 1.5 times its size, so that no
# text of 12 px ever falls below 10 px from a telephone of 320 px on
WIDE, MEDIUM, NARROW = 880.0, 530.0, 300.0


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
    axes.tick_params(length=0, bottom=False, left=False, labelsize=12, labelcolor=MUTED, pad=6)
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
            2,
            30,
            description if len(description) * 6.5 < width else "nothing to draw",
            color=MUTED,
        )
        return figure

    return Chart(name, title, description, draw)


def shorten_label(text: str, most: int) -> str:
    """A name that fits; its end, which tells ids apart, stays.

    >>> shorten_label("accounts[333333333333].files_per_day", 20)
    'accounts[3…s_per_day'
    """
    if len(text) <= most:
        return text
    head = most // 2
    return f"{text[:head]}…{text[len(text) - (most - head - 1) :]}"


def shorten_labels(texts: Sequence[str], most: int) -> list[str]:
    """Names that fit and still differ: what is cut out of the middle moves until they do.

    >>> shorten_labels(["platform-security-2027", "platform-network-2027"], 16)
    ['platform…ty-2027', 'platform…rk-2027']
    >>> shorten_labels(["short", "short"], 16)
    ['short', 'short']
    """
    for head in range(most // 2, most - 1):
        short = [
            text if len(text) <= most else f"{text[:head]}…{text[len(text) - (most - head - 1) :]}"
            for text in texts
        ]
        if len(set(short)) == len(set(texts)):
            return short
    return list(texts)


def scale_of_months(axes: Axes, labels: Sequence[str], size: Size) -> None:
    """Months below the axes: the year where it begins."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    # a year below a month needs 35 px: four of them on a telephone
    most = 4 if size.narrow else _TICKS - 2 if size.width < _PAGE else _TICKS + 4
    step = max(1, -(-len(labels) // most))
    shown = list(range(0, len(labels), step))
    words, year = [], ""
    for at in shown:
        this, number = labels[at][:4], int(labels[at][5:7])
        words.append(names[number - 1] + (f"\n{this}" if this != year else ""))
        year = this
    axes.set_xticks(shown, words)


def scale_of_values(axes: Axes, highest: float, unit: str, lowest: float = 0.0) -> None:
    """A few light lines with round numbers, from zero or a little below `lowest`; the unit above.

    An axis that does not begin at zero says so: heights on it are no measure of an amount.
    """
    from matplotlib.ticker import MaxNLocator

    room = (highest - lowest) * 0.08
    top, base = highest + room or 1.0, lowest and lowest - room
    ticks = [tick for tick in MaxNLocator(4).tick_values(base, top) if base <= tick <= top]
    axes.set_ylim(base, top)
    axes.set_yticks(ticks, [axis_number(float(tick), top) for tick in ticks])
    if base:
        begin = axis_number(float(f"{base:.2g}"), top)
        unit += f" (axis begins at {begin})"
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.figure.text(0, 1, unit, fontsize=12, color=MUTED, va="top", parse_math=False)


def axis_number(value: float, largest: float) -> str:
    """A round number of an axis, in thousands or millions where the largest is so large.

    >>> axis_number(0.0, 2e6), axis_number(600_000.0, 2e6)
    ('0', '0.6 M')
    >>> axis_number(2_500.0, 9_000.0), axis_number(0.25, 1.0)
    ('2,500', '0.25')
    """
    for least, size, word in ((1e9, 1e9, " G"), (1e6, 1e6, " M"), (1e4, 1e3, " k")):
        if value and largest >= least:
            return f"{significant(value / size, 6)}{word}"
    return significant(value, 6)


def is_near(amount: float, highest: float) -> bool:
    """Tell whether a budget lies so near the highest value that a chart can show both."""
    return amount <= _FAR * highest


def label_ends(
    axes: Axes, labels: Sequence[tuple[float, str, str]], inner: float, at: float = 1.015
) -> None:
    """Labels at the right of the axes, each at its value, none over another.

    Parameters
    ----------
    labels : sequence of (float, str, str)
        Value, text and colour of each.
    inner : float
        The height of the axes. [px]
    at : float
        Where they begin. [width of the axes]
    """
    base, top = axes.get_ylim()
    wanted = apart([(value - base) / (top - base) * inner for value, _, _ in labels], _GAP)
    for (_, text, colour), place in zip(labels, wanted, strict=True):
        write(axes, at, place / inner, text, transform=axes.transAxes, color=colour)


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
