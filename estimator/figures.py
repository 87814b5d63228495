"""Numbers as people read them: never an exponent, never the noise of binary fractions.

Rounding happens here and nowhere before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Self


class Figure(str):
    """A number as people read it, which still knows its value.

    Alone it has the digits that it needs itself; in a column all have as many: see
    `estimator.report.columns.in_column`.

    Attributes
    ----------
    value : float
        In the unit that is printed: a share in percent.
    kind : str
        ``money``, ``budget``, ``count``, ``key-month`` or ``share``.
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

HUGE = 1e15  # beyond it a double holds no single units
_NOISE = 1e-12  # below it there is only what sums leave over
SUMS = 1e-9  # sums of many rows differ by such a share from what they are on paper [0-1]
_CENT = Decimal("0.01")  # or a hundredth of a percent
HALF_CENT = 0.005  # less of money is printed as nothing


def significant(value: float, digits: int) -> str:
    """The most significant digits of a number, written out.

    >>> significant(0.00001234, 3), significant(999.96, 4), significant(2000.4, 3)
    ('0.0000123', '1,000', '2,000')
    """
    if not math.isfinite(value):
        return "unknown"
    if abs(value) < _NOISE:
        return "0"
    if abs(value) >= HUGE:
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


def without_noise(value: float) -> Decimal:
    """A number without the last digits of sums, so that a half is rounded alike wherever it is.

    >>> without_noise(0.1 + 0.2), without_noise(95.35000000000001)
    (Decimal('0.3'), Decimal('95.35'))
    """
    # beyond 1e9 twelve digits would take from the cents
    return Decimal(f"{value:.12g}" if abs(value) < 1e9 else repr(float(value)))


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
    if abs(amount) >= HUGE:
        return _huge(amount)
    if abs(amount) < _NOISE:
        return "0.00"
    exact = without_noise(amount)
    if abs(exact) < 1 and exact != exact.quantize(Decimal("0.01")):
        digits = 4 - 1 - exact.adjusted()
        small = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        if abs(small) < 1:
            return f"{exact if small == exact else small:f}"
        exact = small  # 0.99999 rounds up to a whole unit
    return f"{exact.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN):,}"


def budget_money(amount: float) -> Figure:
    """The amount of a budget: as it is written, at least in cents.

    >>> budget_money(25.0), budget_money(1.003), budget_money(1234.5)
    ('25.00', '1.003', '1,234.50')
    """
    if not math.isfinite(amount) or abs(amount) >= HUGE:
        return money(amount)
    decimals = len(factor(amount).partition(".")[2])
    return Figure(f"{without_noise(amount):,.{max(decimals, 2)}f}", amount, "budget")


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
    if not math.isfinite(amount) or abs(amount) >= HUGE:
        return money(amount)
    # half a cent falls the same way whatever the last digits of a sum
    return money(float(without_noise(amount).quantize(_CENT, ROUND_HALF_EVEN)))


def money_like(amount: float, beside: float | None) -> Figure:
    """A difference of amounts: cents where the amount beside it has cents.

    >>> money_like(-0.4649, 5.21), money_like(-0.01234, 0.5), money_like(-0.01234, None)
    ('-0.46', '-0.01234', '-0.01234')
    >>> money_like(0.0005825, 8.51), money_like(0.0, 8.51), signed(money_like(0.0005825, 8.51))
    ('<0.01', '0.00', '<+0.01')
    """
    return money(amount) if beside is None else _like(money(amount), cents(amount), _CENT, beside)


def count_like(quantity: float, beside: float) -> Figure:
    """A difference of requests: whole where the number beside it is.

    >>> count_like(194.2, 2504606), count_like(0.25, 2504606), count_like(0.25, 2.0)
    ('194', '<1', '0.25')
    """
    rounded = count(float(without_noise(quantity).quantize(Decimal(1), ROUND_HALF_EVEN)))
    return _like(count(quantity), rounded, Decimal(1), beside, 1000.0)


def _like(alone: Figure, rounded: Figure, unit: Decimal, beside: float, whole: float = 1) -> Figure:
    """A figure as it is rounded beside a value that reaches a whole, never as nothing."""
    if not abs(beside) >= whole or not math.isfinite(alone.value) or abs(alone.value) >= HUGE:
        return alone
    is_small = not rounded.value and abs(alone.value) >= _NOISE
    text = less_than(unit, alone.value) if is_small else str(rounded)
    return Figure(text, alone.value, alone.kind)


def difference(before: float, after: float) -> float:
    """The change, without the noise of sums in their last digits.

    >>> difference(0.1 + 0.2, 0.3), difference(1.0, 3.0), difference(0.0, 3e-12)
    (0.0, 2.0, 0.0)
    """
    change = after - before
    return 0.0 if abs(change) <= SUMS * max(abs(before), abs(after), 1.0) else change


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

    >>> key_months(0.5), key_months(2)
    ('0.5', '2')
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
    >>> share(38.14 / 40), share(0.9535)  # in binary 95.35 and a little more than it
    ('95.4 %', '95.4 %')
    """
    text = f"{_percent(value * 100)} %" if math.isfinite(value) else "unknown"
    return Figure(text, value * 100, "share")


def less_than(least: Decimal, value: float, sign: bool = False) -> str:
    """What is too small for its decimals, and is not nothing.

    >>> less_than(Decimal("0.01"), 0.002), less_than(Decimal("0.01"), -0.002)
    ('<0.01', '>-0.01')
    """
    return f">-{least:f}" if value < 0 else f"<{'+' if sign else ''}{least:f}"


def _percent(value: float) -> str:
    if abs(value) < _NOISE or abs(value) >= 100:
        return significant(value, 3)
    exact = without_noise(value)
    digits = 1 if abs(exact) >= Decimal("0.1") else 2
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return f"{rounded:f}".rstrip("0").rstrip(".") if rounded else less_than(_CENT, value)


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

    >>> listed("abc", most=2), listed("abcd", most=2)  # one more takes no more words than its name
    ('a, b, c', 'a, b and 2 more')
    """
    names = list(names)
    more = len(names) - most
    head = names[:most] if more > 1 else names
    return separator.join(head) + (f" and {more:,} more" if more > 1 else "")


def plural(number: float, noun: str, singular: str = "", many: str = "") -> str:
    """A count with its noun, and the verb that agrees with it.

    >>> plural(1, "hour"), plural(1488, "request"), plural(0, "day")
    ('1 hour', '1,488 requests', '0 days')
    >>> plural(1, "request", "has", "have"), plural(2, "request", "has", "have")
    ('1 request has', '2 requests have')
    """
    written = count(number)
    verb = singular if written == "1" else many
    return f"{written} {noun_of(1 if written == '1' else 2, noun)}{' ' * bool(verb)}{verb}"


def noun_of(number: float, word: str) -> str:
    """A word for so many things.

    >>> noun_of(1, "day"), noun_of(0.5, "day"), noun_of(3, "query"), noun_of(2, "key")
    ('day', 'days', 'queries', 'keys')
    """
    if number == 1:
        return word
    after_consonant = word.endswith("y") and word[-2:-1] not in "aeiou"
    return f"{word[:-1]}ies" if after_consonant else f"{word}s"


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
