"""Axes with a place for each month and an amount in height, and amounts as they stand on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from estimator.figures import count, money, significant
from estimator.report.charts.chart import LINE, MUTED, PAD, Size, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from estimator.report.charts.picture import Picture

_TICKS = 10  # labels of months on a wide chart
_FEWEST = 4  # bars of as many months fill a chart
_FAR = 2.5  # a budget so many times the highest value stays off the chart
_PAGE = 700.0  # from this width on there is room for all that a page shows [px]
_BELOW = 42.0  # for months, and the year where it begins [px]
_LINE = 14.0  # from one line to the next [px]

# words of newspapers and of bills: k, M, bn; a G of requests is a physicist's
_SIZES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_WHOLE = 10_000.0  # amounts below it are written in whole


def month_axes(
    size: Size,
    months: Sequence[str],
    unit: str,
    ends: tuple[float, float],
    margins: tuple[float, float, float],
) -> tuple[Picture, Axes]:
    """A figure with axes whose places are months, from 0 on, with room for a bar each.

    Parameters
    ----------
    months : sequence of str
        As ``2026-10``.
    unit : str
        What stands above the axis of amounts.
    ends : tuple of float
        The highest amount; and what all amounts are above, for an axis that begins below it, or 0.
    margins : tuple of float
        At the left, at the right and above. [px]
    """
    left, right, top = margins
    figure, axes = canvas(size, left, right, top, _BELOW)
    _scale_of_values(axes, *ends, unit)
    _scale_of_months(axes, months, size)
    _set_slots(axes, len(months))
    return figure, axes


def _scale_of_months(axes: Axes, labels: Sequence[str], size: Size) -> None:
    """Months below the axes: the year where it begins."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    # a year below a month needs 35 px: four of them on a telephone
    most = 4 if size.narrow else _TICKS - 2 if size.width < _PAGE else _TICKS + 4
    step = max(1, -(-len(labels) // most))
    shown = list(range(0, len(labels), step))
    axes.set_xticks(shown, [names[int(labels[at][5:7]) - 1] for at in shown])
    # a tick of its own: beside a label of two lines one of a single line stands higher or lower
    years = [at for at in shown if at == 0 or labels[at][:4] != labels[max(at - step, 0)][:4]]
    axes.xaxis.remove_overlapping_locs = False
    axes.set_xticks(years, [labels[at][:4] for at in years], minor=True)
    axes.tick_params(
        axis="x", which="minor", length=0, labelsize=12, labelcolor=MUTED, pad=PAD + _LINE
    )


def _set_slots(axes: Axes, number: int) -> None:
    """Room for so many bars; a few stand in the middle, none as wide as the page."""
    around = max(0.6, (_FEWEST - number) / 2 + 0.1)
    axes.set_xlim(-around, number - 1 + around)


def _scale_of_values(axes: Axes, highest: float, lowest: float, unit: str) -> None:
    """A few light lines with round numbers, from zero or a little below `lowest`; the unit above.

    An axis that does not begin at zero says so: heights on it are no measure of an amount.
    """
    from matplotlib.ticker import MaxNLocator

    room = (highest - lowest) * 0.08
    top, base = highest + room or 1.0, lowest and lowest - room
    steps = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(base, top)
    # a line above all values has nothing to be read on it, and crosses what stands on the bars
    ticks = [float(tick) for tick in steps if base <= tick <= highest]
    axes.set_ylim(base, top)
    axes.set_yticks(ticks, _axis_numbers(ticks))
    if base:
        unit += f" (axis begins at {_axis_numbers([float(f'{base:.2g}')])[0]})"
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.figure.text(0, 1, unit, fontsize=12, color=MUTED, va="top", parse_math=False)


def _axis_numbers(values: Sequence[float]) -> list[str]:
    """Round numbers of an axis, with one unit and one number of decimals; zero is zero.

    >>> _axis_numbers([0.0, 500_000.0, 1_000_000.0])
    ['0', '0.5 M', '1.0 M']
    >>> _axis_numbers([0.0, 2_500.0, 5_000.0]), _axis_numbers([0.0, 0.25, 0.5])
    (['0', '2,500', '5,000'], ['0', '0.25', '0.50'])
    >>> _axis_numbers([0.0, 1e9, 2e9]), _axis_numbers([20_000.0])
    (['0', '1 bn', '2 bn'], ['20 k'])
    """
    largest = max(map(abs, values), default=0.0)
    size, word = next((each for each in _SIZES if largest >= max(each[0], _WHOLE)), (1.0, ""))
    # the parts of a float that a round number does not have are not digits of it
    texts = [significant(value / size, 6) for value in values]
    digits = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [f"{value / size:,.{digits}f} {word}".rstrip() if value else "0" for value in values]


def short_amount(value: float, *, is_money: bool) -> str:
    """An amount beside a mark: all digits, or a rounded number that shows it by its unit.

    >>> short_amount(1234.56, is_money=True), short_amount(1_234_567.0, is_money=True)
    ('1,234.56', '1.23 M')
    >>> short_amount(9_876.0, is_money=False), short_amount(1_174_122.0, is_money=False)
    ('9,876', '1.17 M')
    >>> short_amount(999_999.0, is_money=False), short_amount(38.7e9, is_money=False)
    ('1.00 M', '38.7 bn')
    >>> short_amount(0.004, is_money=True)
    '0.004'
    """
    if value < (10 * _WHOLE if is_money else _WHOLE):
        return money(value) if is_money else count(value)
    rounded = float(f"{value:.3g}")
    size, word = next(each for each in _SIZES if rounded >= each[0])
    return f"{rounded / size:#.3g}".rstrip(".") + f" {word}"


def is_near(amount: float, highest: float) -> bool:
    """Tell whether a budget lies so near the highest value that a chart can show both."""
    return amount <= _FAR * highest
