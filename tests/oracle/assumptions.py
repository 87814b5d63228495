"""Numbers and ranges of an inventory: the median, and the low end."""

import math
from fractions import Fraction
from typing import Any

ENDS = {"low", "high", "mid"}


def read_number(value: Any) -> Fraction:
    """A number as it is written: 0.99 is 99/100, not the binary fraction next to it."""
    if isinstance(value, str) and value.endswith("%"):
        return Fraction(value[:-1]) / 100
    return Fraction(str(value))


def is_range(value: Any) -> bool:
    """True for `{low, high}`; a mapping of Regions or of ids has other keys."""
    return isinstance(value, dict) and bool(ENDS & set(value))


def read_quantity(value: Any) -> Fraction:
    """The median of a quantity: of a range the geometric mean, because it is lognormal."""
    if not is_range(value):
        return read_number(value)
    if value.get("mid") is not None:
        return read_number(value["mid"])
    return Fraction(math.sqrt(read_number(value["low"]) * read_number(value["high"])))


def read_share(value: Any) -> Fraction:
    """The median of a share: of a range the logit mean, because it is logit-normal."""
    if not is_range(value):
        return read_number(value)
    if value.get("mid") is not None:
        return read_number(value["mid"])
    low, high = read_number(value["low"]), read_number(value["high"])
    odds = math.sqrt(low / (1 - low) * high / (1 - high))
    return Fraction(odds / (1 + odds))


def read_growth(value: Any) -> Fraction:
    """The median growth a year: 1 + growth is lognormal."""
    if not is_range(value):
        return read_number(value)
    if value.get("mid") is not None:
        return read_number(value["mid"])
    low, high = 1 + read_number(value["low"]), 1 + read_number(value["high"])
    return Fraction(math.sqrt(low * high)) - 1


def read_low_end(value: Any) -> Fraction:
    """The 5th percentile; a number is its own."""
    return read_number(value["low"] if is_range(value) else value)
