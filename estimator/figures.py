"""Numbers as people read them: never an exponent, never the noise of binary fractions.

Rounding happens here and nowhere before.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_HUGE = 1e15  # beyond it a double holds no single units
_NOISE = 1e-12  # below it there is only what sums leave over


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


def money(amount: float) -> str:
    """An amount: cents from one unit on, four significant digits below it unless it is whole cents.

    >>> money(1234.5), money(0.09552), money(0.100704), money(0.0), money(0.99999)
    ('1,234.50', '0.09552', '0.1007', '0.00', '1.00')
    >>> money(0.05), money(0.1 + 0.2), money(1e15)
    ('0.05', '0.30', '1,000,000,000,000,000')
    """
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
            return f"{small:f}"
        exact = small  # 0.99999 rounds up to a whole unit
    return f"{exact.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN):,}"


def count(quantity: float) -> str:
    """A number of requests or files: whole where it is, four significant digits where small.

    >>> count(51840.0), count(518.4), count(0.25), count(1174122.57)
    ('51,840', '518.4', '0.25', '1,174,123')
    >>> count(0.00001), count(-0.0), count(1.5e15)
    ('0.00001', '0', '1,500,000,000,000,000')
    """
    return significant(quantity, 4)


def factor(value: float) -> str:
    """A factor, a rate or an assumption: every digit that matters, no noise.

    >>> factor(0.1 + 0.2), factor(288.0), factor(3e-06)
    ('0.3', '288', '0.000003')
    """
    if not math.isfinite(value):
        return "unknown"
    text = f"{Decimal(f'{value or 0.0:.10g}'):f}"  # there is no zero less than nothing
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float) -> str:
    """A share as a percentage.

    >>> share(0.6), share(0.0004), share(0.0), share(20.0), share(-3.55e-15)
    ('60 %', '0.04 %', '0 %', '2,000 %', '0 %')
    """
    return f"{significant(value * 100, 3)} %" if math.isfinite(value) else "unknown"


def signed(text: str) -> str:
    """A difference that is written already, with its sign; none has none.

    >>> signed(money(12.5)), signed(count(-3)), signed(money(0.0))
    ('+12.50', '-3', '0.00')
    """
    plain = text.startswith(("-", "unknown")) or not text.strip("0.,")
    return text if plain else f"+{text}"


def percent(value: float) -> str:
    """A relative difference with its sign.

    >>> percent(0.234), percent(-0.5), percent(12.5), percent(0.0)
    ('+23.4 %', '-50 %', '+1,250 %', '0 %')
    """
    if not math.isfinite(value):
        return "unknown"
    return f"{signed(significant(value * 100, 3))} %"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Names in a sentence; of many the first ones.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d"], most=2)
    ('a, b', 'a, b and 2 more')
    """
    names = list(names)
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row for JSON: a number that is not known becomes null, never NaN, which JSON has not.

    >>> plain({"cost": math.nan, "requests": 2.0})
    {'cost': None, 'requests': 2.0}
    """
    return {
        str(name): None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }
