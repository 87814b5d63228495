"""What the 5th and 95th percentile of a range say: its median, and how far apart they lie."""

from __future__ import annotations

import math


def lognormal_median(low: float, high: float) -> float:
    """The median of the lognormal distribution with these 5th and 95th percentiles.

    >>> lognormal_median(100, 400)
    200.0
    """
    # a root of each: the product of two large ends would overflow
    return math.sqrt(low) * math.sqrt(high) if low != high else low


def logit_normal_median(low: float, high: float) -> float:
    """The median of the logit-normal distribution with these 5th and 95th percentiles.

    >>> round(logit_normal_median(0.2, 0.8), 12)
    0.5
    """
    if low == high:  # 1 is allowed as a number, and its odds are infinite
        return low
    odds = math.sqrt(low / (1 - low)) * math.sqrt(high / (1 - high))
    return odds / (1 + odds)


def growth_median(low: float, high: float) -> float:
    """The median of a growth g with these percentiles: 1 + g is lognormal.

    >>> round(growth_median(0.0, 0.21), 12)
    0.1
    """
    return lognormal_median(1 + low, 1 + high) - 1


def times_apart(low: float, high: float, is_share: bool) -> float:
    """How many times the low end the high end is; of shares, their odds.

    >>> times_apart(2.0, 6.0, False), times_apart(0.5, 0.75, True)
    (3.0, 3.0)
    """
    return high / low * ((1 - low) / (1 - high) if is_share else 1.0)
