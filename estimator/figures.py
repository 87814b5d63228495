"""Numbers as people read them: never an exponent, never the noise of binary fractions.

Rounding happens here and nowhere before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Self


class Figure(str):
    """A number as people read it, which still knows its value.

    Alone it has the digits that it needs itself; in a column all have as many: see `in_column`.

    Attributes
    ----------
    value : float
        In the unit that is printed: a share in percent.
    kind : str
        ``money``, ``count``, ``key-month`` or ``share``.
    sign : bool
        Whether a sign is printed before what is more than nothing.
    """

    __slots__ = ("kind", "sign", "value")
    value: float
    kind: str
    sign: bool

    def __new__(cls, text: str, value: float, kind: str, sign: bool = False) -> Self:
        """Return the text as a figure."""
        figure = super().__new__(cls, text)
        # a number of numpy writes itself otherwise than one of Python
        figure.value, figure.kind, figure.sign = float(value), kind, sign
        return figure


# names in a sentence: a few beside other facts, several where they are what it says
FEW, SEVERAL = 3, 8

_CENTS = 2
_MOST_DECIMALS = 9
# of each kind the decimals where a value has reached a size, and that size; below it as many as the
# largest has alone
_COLUMNS = {
    "money": (_CENTS, 1.0),
    "count": (0, 1000.0),
    "key-month": (0, 1000.0),
    "share": (1, 0.1),
}
_HUGE = 1e15  # beyond it a double holds no single units
_NOISE = 1e-12  # below it there is only what sums leave over
_SUMS = 1e-9  # sums of many rows differ by such a share from what they are on paper [0-1]
_LEAST_SHOWN = 0.5 * 10.0**-_MOST_DECIMALS  # no column has the decimals for less
_LEAST_PERCENT = Decimal("0.01")


def significant(value: float, digits: int) -> str:
    """The most significant digits of a number, written out.

    >>> significant(0.00001234, 3), significant(999.96, 4), significant(2000.4, 3)
    ('0.0000123', '1,000', '2,000')
    """
    if not math.isfinite(value):
        return "unknown"
    if abs(value) < _NOISE:
        return "0"
    if abs(value) >= _HUGE:
        return _huge(value)
    # from a thousand on every unit stands, as in all other numbers
    rounded = f"{value:.0f}" if abs(value) >= 1000 else f"{value:.{digits}g}"
    return f"{Decimal(rounded):,f}"


def _huge(value: float) -> str:
    """A number beyond single units: the digits that it has, then zeros.

    >>> _huge(1e23)  # in binary it is 99,999,999,999,999,991,611,392
    '100,000,000,000,000,000,000,000'
    """
    return f"{Decimal(repr(float(value))):,.0f}"


def in_column(cells: Sequence[str]) -> list[str]:
    """Return the cells of a column, its figures with one number of decimals.

    Cents where there is a whole unit, one decimal of percents; what is too small for them reads as
    less than they can show, so that none reads as nothing. Counts have as many as the smallest one
    needs. Texts, and what is not known, stay.

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
    """
    known = [
        cell
        for cell in cells
        if isinstance(cell, Figure) and math.isfinite(cell.value) and abs(cell.value) < _HUGE
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
    exact = Decimal(repr(figure.value)).quantize(least, ROUND_HALF_EVEN)
    unit = " %" if figure.kind == "share" else ""
    if not exact and abs(figure.value) >= _LEAST_SHOWN:
        return f"{_less_than(least, figure.value, figure.sign)}{unit}"
    # there is no zero less than nothing; without the f Decimal writes one as 0E-7
    text = f"{exact or abs(exact):,f}"
    sign = "+" if figure.sign and exact > 0 else ""
    return f"{sign}{text}{unit}"


def _less_than(least: Decimal, value: float, sign: bool = False) -> str:
    """What is too small for its decimals, and is not nothing.

    >>> _less_than(Decimal("0.01"), 0.002), _less_than(Decimal("0.01"), -0.002)
    ('<0.01', '>-0.01')
    """
    return f">-{least:f}" if value < 0 else f"<{'+' if sign else ''}{least:f}"


def money(amount: float) -> Figure:
    """An amount: cents from one unit on, four significant digits below it unless it needs fewer.

    >>> money(1234.5), money(0.09552), money(0.100704), money(0.0), money(0.99999)
    ('1,234.50', '0.09552', '0.1007', '0.00', '1.00')
    >>> money(0.05), money(0.1 + 0.2), money(1e15)
    ('0.05', '0.30', '1,000,000,000,000,000')
    >>> money(0.001), money(0.0205)  # and no digits that nobody gave
    ('0.001', '0.0205')
    """
    return Figure(_money(amount), amount, "money")


def _money(amount: float) -> str:
    if not math.isfinite(amount):
        return "unknown"
    if abs(amount) >= _HUGE:
        return _huge(amount)
    if abs(amount) < _NOISE:
        return "0.00"
    exact = Decimal(repr(float(amount)))
    cents = Decimal(f"{amount:.12g}")  # without the noise of sums
    if abs(exact) < 1 and cents != cents.quantize(Decimal("0.01")):
        digits = 4 - 1 - exact.adjusted()
        small = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        if abs(small) < 1:
            return f"{cents if small == cents else small:f}"
        exact = small  # 0.99999 rounds up to a whole unit
    return f"{exact.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN):,}"


def range_end(end: float, largest: float) -> str:
    """An end of a range, with the digits that draws can tell: three of the largest end.

    >>> range_end(5.5017, 5.5698), range_end(1234.5, 1987.6), range_end(0.0, 0.0)
    ('5.50', '1,230', '0.00')
    """
    size = abs(largest)
    if not math.isfinite(size) or not math.isfinite(end):
        return "unknown"
    digits = 2 if not size else min(2 - math.floor(math.log10(size)), 9)
    # not -0.00, which is what is left of sums
    return f"{round(end, digits) + 0.0:,.{max(digits, 0)}f}"


def between_ends(low: float, high: float) -> str:
    """Both ends of a range.

    >>> between_ends(5.5017, 5.5698)
    '5.50 to 5.57'
    """
    largest = max(abs(low), abs(high))
    return f"{range_end(low, largest)} to {range_end(high, largest)}"


def cents(amount: float) -> Figure:
    """An amount in a sentence: two decimals, whatever its size.

    >>> cents(-0.03523), cents(0.00002), cents(1234.5), cents(0.465)
    ('-0.04', '0.00', '1,234.50', '0.46')
    """
    if not math.isfinite(amount) or abs(amount) >= _HUGE:
        return money(amount)
    # half a cent falls the same way whatever the last digits of a sum
    rounded = Decimal(f"{amount:.12g}").quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return money(float(rounded))


def money_like(amount: float, beside: float | None) -> Figure:
    """A difference of amounts: cents where the amount beside it has cents.

    >>> money_like(-0.4649, 5.21), money_like(-0.01234, 0.5), money_like(-0.01234, None)
    ('-0.46', '-0.01234', '-0.01234')
    """
    return cents(amount) if beside is not None and abs(beside) >= 1 else money(amount)


def difference(before: float, after: float) -> float:
    """The change, without the noise of sums in their last digits.

    >>> difference(0.1 + 0.2, 0.3), difference(1.0, 3.0), difference(0.0, 3e-12)
    (0.0, 2.0, 0.0)
    """
    change = after - before
    return 0.0 if abs(change) <= _SUMS * max(abs(before), abs(after), 1.0) else change


def count(quantity: float) -> Figure:
    """A number of requests or files: whole where it is, four significant digits where small.

    >>> count(51840.0), count(518.4), count(0.25), count(1174122.57)
    ('51,840', '518.4', '0.25', '1,174,123')
    >>> count(0.00001), count(-0.0), count(1.5e15)
    ('0.00001', '0', '1,500,000,000,000,000')
    """
    return Figure(significant(quantity, 4), quantity, "count")


def key_months(quantity: float) -> Figure:
    """A number of key-months: half of one gives no decimal to requests in the same column.

    >>> in_column([count(1813772.3), key_months(0.5), key_months(2)])
    ['1,813,772', '0.5', '2.0']
    """
    return Figure(significant(quantity, 4), quantity, "key-month")


def factor(value: float) -> str:
    """A factor, a rate or an assumption: every digit that matters, no noise.

    >>> factor(0.1 + 0.2), factor(288.0), factor(3e-06)
    ('0.3', '288', '0.000003')
    """
    if not math.isfinite(value):
        return "unknown"
    text = f"{Decimal(f'{value or 0.0:.10g}'):f}"  # there is no zero less than nothing
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float) -> Figure:
    """A share as a percentage: one decimal, none from a hundred on; below a tenth one digit.

    >>> share(0.6), share(0.0541), share(0.99996), share(1.096), share(20.0), share(-3.55e-15)
    ('60 %', '5.4 %', '100 %', '110 %', '2,000 %', '0 %')
    >>> share(0.0004), share(0.00005), share(0.0)
    ('0.04 %', '<0.01 %', '0 %')
    """
    text = f"{_percent(value * 100)} %" if math.isfinite(value) else "unknown"
    return Figure(text, value * 100, "share")


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


def _percent(value: float) -> str:
    if abs(value) < _NOISE or abs(value) >= 100:
        return significant(value, 3)
    exact = Decimal(repr(float(value)))
    if abs(exact) < _LEAST_PERCENT:
        return _less_than(_LEAST_PERCENT, value)
    digits = 1 if abs(exact) >= Decimal("0.1") else 2
    text = f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN):f}"
    return text.rstrip("0").rstrip(".")


def signed(figure: Figure) -> Figure:
    """A difference that is written already, with its sign; none has none.

    >>> signed(money(12.5)), signed(count(-3)), signed(money(0.0)), signed(share(0.00001))
    ('+12.50', '-3', '0.00', '<+0.01 %')
    """
    plain = figure.startswith(("-", ">", "unknown")) or not figure.strip("0.,% ")
    below = "<" if figure.startswith("<") else ""
    text = figure if plain else f"{below}+{figure.removeprefix('<')}"
    return Figure(text, figure.value, figure.kind, sign=True)


def percent(value: float) -> Figure:
    """A relative difference with its sign.

    >>> percent(0.234), percent(-0.5), percent(12.5), percent(0.0)
    ('+23.4 %', '-50 %', '+1,250 %', '0 %')
    """
    return signed(share(value))


def listed(names: Iterable[str], most: int = SEVERAL, separator: str = ", ") -> str:
    """Names in a sentence; of many the first ones.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d"], most=2)
    ('a, b', 'a, b and 2 more')
    """
    names = list(names)
    more = len(names) - most
    return separator.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def plural(number: float, noun: str) -> str:
    """A count with its noun.

    >>> plural(1, "hour"), plural(1488, "request"), plural(0, "day")
    ('1 hour', '1,488 requests', '0 days')
    """
    written = count(number)
    return f"{written} {noun}{'s' * (written != '1')}"


def at_least(amount: str, missing: float) -> str:
    """An amount of which a part is not known; none at all where nothing of it is.

    >>> at_least("3.00", 0), at_least("3.00", 20), at_least("0.00", 20)
    ('3.00', 'at least 3.00', 'unknown')
    """
    if not missing:
        return amount
    return f"at least {amount}" if amount.strip("0.,") else "unknown"


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for JSON: a number that is not known becomes null, never NaN, which JSON has not.

    >>> plain({"cost": math.nan, "requests": 2.0})
    {'cost': None, 'requests': 2.0}
    """
    return {
        str(name): None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }
