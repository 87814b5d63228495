"""Numbers as people read them. Rounding happens here and nowhere before."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

_HUGE = 1e15  # beyond it a double holds no single units


def money(amount: float) -> str:
    """An amount: cents from one unit on, four significant digits below it.

    >>> money(1234.5), money(0.09552), money(0.100704), money(0.0), money(0.99999)
    ('1,234.50', '0.09552', '0.1007', '0.00', '1.00')
    >>> money(0.5)
    '0.5000'
    """
    if not math.isfinite(amount):
        return "unknown"
    if abs(amount) >= _HUGE:
        return f"{amount:.4g}"
    exact = Decimal(repr(float(amount)))
    if abs(exact) < Decimal("1e-12"):
        return "0.00"
    if abs(exact) < 1:
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
    """
    if not math.isfinite(quantity):
        return "unknown"
    if abs(quantity) >= _HUGE:
        return f"{quantity:.4g}"
    if quantity == int(quantity) or abs(quantity) >= 1000:
        return f"{quantity:,.0f}"
    return f"{quantity:.4g}"


def factor(value: float) -> str:
    """A factor, a rate or an assumption: every digit that matters, no noise.

    >>> factor(0.1 + 0.2), factor(288.0), factor(3e-06)
    ('0.3', '288', '0.000003')
    """
    if not math.isfinite(value):
        return "unknown"
    text = f"{Decimal(f'{value:.10g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(value: float) -> str:
    """A share as a percentage.

    >>> share(0.6), share(0.0004), share(0.0)
    ('60 %', '0.04 %', '0 %')
    """
    return f"{value * 100:.3g} %" if math.isfinite(value) else "unknown"


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
    number = value * 100
    return signed(f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}") + " %"


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
