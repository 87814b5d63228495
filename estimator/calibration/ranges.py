"""From a mean and its relative variance to the range that an inventory holds."""

from __future__ import annotations

import math

from estimator.inventory import Range

# The standard normal distribution's 95th percentile: ranges give the 5th and the 95th.
Z95 = 1.6448536269514722

# a lognormal of this log standard deviation spans a factor of 140 between its ends: who knows less
# than that knows nothing
_WIDEST = 1.5

# beyond it the halves would no longer look like one distribution
_MOST_SKEW = 0.3

_DIGITS = 4

# sums in another order differ in the 16th digit, data never agrees in the 13th by chance
_EXACT_DIGITS = 12


def log_deviation(relative_variance: float) -> float:
    """Standard deviation of the logarithm of a lognormal quantity. [-]

    >>> round(log_deviation(0.01), 6)
    0.099751
    """
    return min(math.sqrt(math.log1p(max(relative_variance, 0.0))), _WIDEST)


def half_widths(deviation: float) -> tuple[float, float]:
    """Log standard deviations below and above a `mid` that is the mean of what is drawn. [-]

    `simulate` draws one half of a normal on the log scale below mid and another above it. Its mean
    is about mid (1 + (upper - lower) / sqrt(2 pi) + (lower^2 + upper^2) / 4), which is mid where
    upper - lower = -sqrt(2 pi) s^2 / 2. So point forecast and simulation agree on the mean, and
    sums of many streams hold; a plain lognormal would be out by s^2 / 2 in one of them.

    >>> lower, upper = half_widths(0.1)
    >>> round(lower, 4), round(upper, 4)
    (0.1063, 0.0937)
    """
    shift = min(math.sqrt(2.0 * math.pi) / 4.0 * deviation * deviation, _MOST_SKEW * deviation)
    return deviation + shift, deviation - shift


def measured_range(mean: float, relative_variance: float, source: str) -> Range:
    """The range of this mean and variance; its `mid` is the mean.

    >>> files = measured_range(100.0, 0.01, "measured")
    >>> files.low, files.mid, files.high
    (84.0, 100.0, 116.6)
    """
    if mean <= 0:
        return Range(0.0, 0.0, 0.0, source)
    lower, upper = half_widths(log_deviation(relative_variance))
    mid = round_significant(mean)
    low = min(round_significant(mean * math.exp(-Z95 * lower)), mid)
    high = max(round_significant(mean * math.exp(Z95 * upper)), mid)
    return Range(low, mid, high, source)


def measured_saving(left_over: float, relative_variance: float, source: str) -> Range:
    """The range of a saving that leaves over a measured share: one minus its range."""
    left = measured_range(left_over, relative_variance, source)
    high, mid, low = (max(1.0 - end, 0.0) for end in (left.low, left.mid, left.high))
    # 0 is no value of a logit-normal share: a tenth of mid stands for next to nothing
    if low < high and low <= 0:
        low = round_significant(mid / 10) or 0.0
    if not 0 < low < high < 1:
        return Range(mid, mid, mid, source)
    low, mid, high = (float(f"{end:.6g}") for end in (low, mid, high))
    return Range(low, mid, high, source)


def round_significant(value: float) -> float:
    """Four significant digits: more would pretend. [unit of the value]

    A value that only the noise of floats keeps from a tie is rounded as the tie is: a reader
    counted as new, 114.75 gets a day, and the same one counted with the model, 114.74999999999999.

    >>> round_significant(271.3456), round_significant(0.0012345)
    (271.3, 0.001234)
    >>> round_significant(114.75), round_significant(114.74999999999999)
    (114.8, 114.8)
    """
    exact = float(f"{value:.{_EXACT_DIGITS}g}")
    return float(f"{exact:.{_DIGITS}g}")
