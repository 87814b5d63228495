"""Values of changes: scaled, and as text in a line."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from estimator.figures import factor as factor_text
from estimator.inventory.assumptions import RANGE_KEYS
from pricing.arns import is_account
from pricing.reading.document import Map
from pricing.reading.nodes import copy_map
from pricing.regions import is_region

_LONGEST = 60


class NoNumberError(ValueError):
    """A value that holds no number to scale."""


def scale(value: Any, factor: float) -> Any:
    """Multiply a number, or all numbers of a range, in decimals as one would by hand.

    >>> scale(700, 1.1), scale("10%", 1.5), scale({"low": 100, "high": 300}, 0.5)
    (770.0, '15.0%', {'low': 50.0, 'high': 150.0})

    Raises
    ------
    NoNumberError
        There is no number in it.
    """
    if isinstance(value, bool) or value is None:
        raise NoNumberError
    if isinstance(value, int | float):
        # 700 x 1.1 is 770.0000000000001 in binary
        return float(Decimal(repr(value)) * Decimal(repr(factor)))
    if isinstance(value, str) and value.strip().endswith("%"):
        try:
            return f"{Decimal(value.strip()[:-1]) * Decimal(repr(factor)):f}%"
        except ArithmeticError:
            raise NoNumberError from None
    if isinstance(value, dict) and value and _holds_numbers(value):
        parts = {
            key: part if key == "source" else scale(part, factor) for key, part in value.items()
        }
        if not isinstance(value, Map):
            return parts
        copy = copy_map(value)
        copy.update(parts)
        return copy
    raise NoNumberError


def _holds_numbers(value: dict[str, Any]) -> bool:
    return (
        all(key in RANGE_KEYS for key in value)
        or all(key == "other" or is_region(key) for key in value)
        or all(map(is_account, value))
    )


def value_text(value: Any) -> str:
    """A value as YAML writes it in one line, cut where it is long.

    >>> value_text({"low": 1, "high": 2.5}), value_text(None), value_text([1, "a"])
    ('{low: 1, high: 2.5}', 'null', '[1, a]')
    """
    text = _flow(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _flow(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return factor_text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return str(value)


def start_text(day: datetime.date) -> str:
    """A first day: the month alone where it is the month's first day.

    >>> import datetime
    >>> start_text(datetime.date(2027, 1, 1)), start_text(datetime.date(2027, 1, 15))
    ('2027-01', '2027-01-15')
    """
    return f"{day:%Y-%m}" if day.day == 1 else day.isoformat()
