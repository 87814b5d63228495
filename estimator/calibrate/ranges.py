"""From a mean and its relative variance to the range that an inventory holds."""

from __future__ import annotations

import math

from estimator.inventory import Range

# The standard normal distribution's 95th percentile: ranges give the 5th and the 95th.
Z95 = 1.6448536269514722

# a lognormal of this log standard deviation spans a factor of 140 between its ends: who knows less
# than that knows nothing
_WIDEST = 1.5

_DIGITS = 4


def log_deviation(relative_variance: float) -> float:
    """Standard deviation of the logarithm of a lognormal quantity. [-]

    >>> round(log_deviation(0.01), 6)
    0.099751
    """
    return min(math.sqrt(math.log1p(max(relative_variance, 0.0))), _WIDEST)


def measured_range(mean: float, relative_variance: float, source: str) -> Range:
    """The lognormal range of this mean and variance; its `mid` is the mean, so that sums hold.

    >>> said = measured_range(100.0, 0.01, "measured")
    >>> said.low, said.mid, said.high
    (84.45, 100.0, 117.2)
    """
    if mean <= 0:
        return Range(0.0, 0.0, 0.0, source)
    deviation = log_deviation(relative_variance)
    median = mean * math.exp(-deviation * deviation / 2.0)
    low = significant(median * math.exp(-Z95 * deviation))
    high = significant(median * math.exp(Z95 * deviation))
    mid = min(max(significant(mean), low), high)
    return Range(low, mid, high, source)


def measured_share(kept: float, relative_variance: float, source: str) -> Range:
    """The range of a saving of which the share `kept` was measured: one minus its range."""
    left = measured_range(kept, relative_variance, source)
    high, mid, low = (max(1.0 - one, 0.0) for one in (left.low, left.mid, left.high))
    if low < high and low <= 0:
        low = significant(mid / 10) or 0.0
    if not 0 < low < high < 1:
        return Range(mid, mid, mid, source)
    return Range(*(float(f"{one:.6g}") for one in (low, mid, high)), source)


def significant(value: float) -> float:
    """Four significant digits: more would pretend. [unit of the value]

    >>> significant(271.3456), significant(0.0012345)
    (271.3, 0.001234)
    """
    return float(f"{value:.{_DIGITS}g}")
