"""Figures beside each other: a column with one number of decimals, a share beside its limit."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from estimator.figures import (
    HUGE,
    Figure,
    difference,
    less_than,
    money,
    percent,
    share,
    without_noise,
)

_CENTS = 2
_MOST_CENTS = 1e12  # beyond it a double holds no cents
_MOST_DECIMALS = 9
# of each kind the decimals where a value has reached a size, and that size; below it as many as the
# largest has alone
_COLUMNS = {
    "money": (_CENTS, 1.0),
    "budget": (_CENTS, 1.0),
    "count": (0, 1000.0),
    "key-month": (0, 1000.0),
    "share": (1, 0.1),
}
_LEAST_SHOWN = 0.5 * 10.0**-_MOST_DECIMALS  # no column has the decimals for less


def in_column(cells: Sequence[str]) -> list[str]:
    """Return the cells of a column, its figures with one number of decimals.

    Cents where there is a whole unit, one decimal of percents; what is too small for them reads as
    less than they can show, so that none reads as nothing. Counts have as many as the smallest one
    needs. Texts, and what is not known, stay.

    >>> from estimator.figures import count, key_months, money, percent, signed
    >>> in_column([money(0.5058), money(10.91), "-"]), in_column([count(0.25), count(2)])
    (['0.51', '10.91', '-'], ['0.25', '2.00'])
    >>> in_column([money(0.0021), money(3.5)]), in_column([count(518.4), count(51840)])
    (['<0.01', '3.50'], ['518', '51,840'])
    >>> in_column([money(0.4359261), money(0.0001585), money(0.0)])
    ['0.4359', '0.0002', '0.0000']
    >>> in_column([money(9.5), signed(money(-3.333e-12)), signed(money(-0.002))])
    ['9.50', '0.00', '>-0.01']
    >>> in_column([percent(0.65401), percent(0.00005)]), in_column([share(0.5), share(12.345)])
    (['+65.4 %', '<+0.1 %'], ['50 %', '1,234 %'])
    >>> in_column([count(1813772.3), key_months(0.5), key_months(2)])
    ['1,813,772', '0.5', '2.0']
    """
    known = [
        cell
        for cell in cells
        if isinstance(cell, Figure) and math.isfinite(cell.value) and abs(cell.value) < HUGE
    ]
    # requests and amounts may stand in one column, each in rows of their own
    digits = {
        kind: _decimals([figure for figure in known if figure.kind == kind]) for kind in _COLUMNS
    }
    ids = {id(figure) for figure in known}
    return [
        _with_decimals(cell, digits[cell.kind])
        if isinstance(cell, Figure) and id(cell) in ids
        else str(cell)
        for cell in cells
    ]


def _decimals(figures: Sequence[Figure]) -> int:
    """Return how many decimals a column of figures needs."""
    if not figures:
        return 0
    kind = figures[0].kind
    fewest, unit = _COLUMNS[kind]
    printed = max(len(figure.removesuffix(" %").partition(".")[2]) for figure in figures)
    # what no decimal can show, as the rest of a sum, gains none
    sizes = [abs(figure.value) for figure in figures if abs(figure.value) >= _LEAST_SHOWN]
    if not sizes:
        return min(fewest, printed)
    if kind == "budget":
        return printed  # as they are written
    if kind == "share":
        # beside thousands of percent no tenth of one matters
        return 0 if max(sizes) >= 1000 else min(1 if max(sizes) >= unit else 2, printed)
    # where nothing reaches a whole unit, the largest has the four digits that it has alone
    four = 3 - math.floor(math.log10(max(sizes)))
    digits = min(fewest if max(sizes) >= unit else four, printed)
    if kind != "money" and min(sizes) < 10.0**-digits:
        # a digit that says something, so that what is small does not read as nothing
        digits = min(-math.floor(math.log10(min(sizes))), printed)
    return min(max(digits, 2 if fewest == _CENTS else 0), _MOST_DECIMALS)


def _with_decimals(figure: Figure, digits: int) -> str:
    least = Decimal(1).scaleb(-digits)
    exact = without_noise(figure.value).quantize(least, ROUND_HALF_EVEN)
    unit = " %" if figure.kind == "share" else ""
    if not exact and abs(figure.value) >= _LEAST_SHOWN:
        return f"{less_than(least, figure.value, figure.sign)}{unit}"
    # there is no zero less than nothing; without the f Decimal writes one as 0E-7
    text = f"{exact or abs(exact):,f}"
    sign = "+" if figure.sign and exact > 0 else ""
    return f"{sign}{text}{unit}"


def share_beside(value: float, limit: float) -> Figure:
    """A share with the decimals that tell it from a limit which it is held against.

    >>> share_beside(1.096, 1.0), share_beside(1.0004, 1.0), share_beside(0.020277, 0.0202)
    ('110 %', '100.04 %', '2.03 %')
    >>> share_beside(1.0, 1.0)
    '100 %'
    """
    figure = share(value)
    for digits in range(1, 5):
        if figure != share(limit) or not difference(value, limit):
            break
        text = _with_decimals(share(value), digits)
        if text != _with_decimals(share(limit), digits):
            figure = Figure(text, figure.value, figure.kind)
    return figure


def relative_difference(before: float, after: float) -> str:
    """A difference in percent of the base; nothing where there is no base."""
    return percent(difference(before, after) / before) if before else ""


def share_of_limit(value: float) -> str:
    """A share of a limit in a column: what is just beyond it never reads as all of it.

    >>> from estimator.figures import share
    >>> in_column([share_of_limit(1.0004), share_of_limit(0.5058)])
    ['100.04 %', '50.6 %']
    """
    beside = share_beside(value, 1.0)
    # text keeps the decimals that a column would take off
    return beside if beside == share(value) else str(beside)


def adding_up(
    amounts: Sequence[float],
    total: float,
    repeated: Collection[int] = (),
    decimals: int | None = None,
) -> list[str]:
    """Amounts and their total in as many decimals as they need, so that the printed ones add up.

    What rounding leaves over goes, unit by unit, to the amounts that it took most from.

    Parameters
    ----------
    amounts, total : float
        [currency]
    repeated : collection of int
        Positions of amounts that stand in other tables too: each is rounded by itself, and what
        rounding leaves over goes to the rest, as far as there is one.
    decimals : int, optional
        Those of a column that is printed in parts. Default: as many as the amounts need.

    >>> adding_up([1.004, 1.004, 1.004], 3.012)
    ['1.01', '1.00', '1.00', '3.01']
    >>> adding_up([1.004, 1.004, 1.004], 3.012, repeated={0})
    ['1.00', '1.01', '1.00', '3.01']
    """
    rounded = round_to_sum(amounts, total, repeated, decimals)
    if rounded is None:
        return [money(amount) for amount in (*amounts, total)]
    digits = max(0, -int(rounded[0].as_tuple().exponent))
    return [f"{amount:,.{digits}f}" for amount in rounded]


def round_to_sum(
    amounts: Sequence[float],
    total: float,
    repeated: Collection[int] = (),
    decimals: int | None = None,
) -> list[Decimal] | None:
    """The numbers of `adding_up`; None where a double holds no cents of them.

    >>> round_to_sum([1.004, 1.004, 1.004], 3.012)
    [Decimal('1.01'), Decimal('1.00'), Decimal('1.00'), Decimal('3.01')]
    """
    largest = max(map(abs, [*amounts, total]), default=0.0)
    if largest >= _MOST_CENTS or not math.isfinite(largest):
        return None
    digits = decimals
    if digits is None:
        digits = 2 if largest >= 1 or not largest else min(12, 3 - math.floor(math.log10(largest)))
    unit = Decimal(1).scaleb(-digits)
    exact = [without_noise(amount) / unit for amount in amounts]
    whole = [amount.to_integral_value(ROUND_FLOOR) for amount in exact]
    sought = (without_noise(total) / unit).to_integral_value()
    left = int(sought - sum(whole))
    # an amount of nothing takes no unit: it would read as something
    open_ = [at for at, amount in enumerate(exact) if amount and at not in repeated]
    if repeated and open_:
        for at in repeated:
            left -= int(exact[at].to_integral_value() - whole[at])
            whole[at] = exact[at].to_integral_value()
    else:
        open_ = list(range(len(exact)))
    order = sorted(open_, key=lambda at: (whole[at] - exact[at], -abs(exact[at])))
    for step in range(max(left, 0)):
        whole[order[step % len(order)]] += 1
    if left < 0:
        whole[max(open_, key=lambda at: abs(exact[at]))] += left
    # with all decimals: 0 and 1 divided by a cent are 0E+2 and 1E+2, and have none
    return [(amount * unit).quantize(unit) for amount in (*whole, sought)]


def print_month_cost(billed: float, rest: float) -> tuple[str, str, str]:
    """What is billed of a month, what is expected of the rest, and both, which add up as printed.

    What is billed stands elsewhere too, so what rounding leaves over goes to the rest: whoever
    prints that asks here, so that it reads the same wherever it stands.

    >>> print_month_cost(2.31296, 2.31296)
    ('2.31', '2.32', '4.63')
    """
    billed_text, rest_text, total = adding_up([billed, rest], billed + rest, repeated={0})
    return billed_text, rest_text, total


def print_amounts(
    costs: Sequence[float], total: float, repeated: Collection[int] = ()
) -> list[str]:
    """Amounts that add up as they are printed; none reads as nothing that is something."""
    amounts = adding_up(costs, total, repeated)
    return [
        f"<{amount[:-1]}1" if cost > 0 and not amount.strip("0.,") else amount
        for amount, cost in zip(amounts, [*costs, total], strict=True)
    ]
