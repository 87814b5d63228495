"""Ranges as distributions, out of arithmetic that gives the same bits everywhere.

Quantities are lognormal, shares logit-normal, growth is lognormal. Each scale has two halves, split
at the median: low, mid and high are the 5th, 50th and 95th percentile, whatever `mid` is. Where mid
is the default the halves are equal and the distribution is the plain one.

exp, log, powers and normal scores are made of additions, multiplications and divisions alone. Those
give the same bits on every machine, while the library's own exp and log differ in the last bit from
processor to processor: the same seed must give the same bytes everywhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from estimator.figures import factor
from estimator.inventory.assumptions import Range
from estimator.months import FloatArray
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["quantity", "share", "growth"]

# the 95th percentile of the standard normal
Z95 = 1.6448536269514722
# of the integral that is the mean of a share: how many parts each half has, and where it ends
_PARTS, _END = 1_024, 12.0
# where a distribution ends: no draw may reach it
_ENDS: dict[Kind, tuple[float, float]] = {
    "quantity": (0.0, math.inf),
    "share": (0.0, 1.0),
    "growth": (-1.0, math.inf),
}
# below it a series converges faster, above it the continued fraction
_TAIL_BEGINS, _TERMS, _FRACTIONS = 2.5, 26, 50

# ln 2 in two parts, the first with zeros at its end, so that k x LN2_HIGH is exact
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_EXP_TERMS = [1.0 / math.factorial(n) for n in range(13, -1, -1)]
_LOG_TERMS = [1.0 / n for n in range(23, 0, -2)]

# Wichura (1988), Algorithm AS 241: The Percentage Points of the Normal Distribution, Applied
# Statistics 37(3), 477-484: numerator and denominator near the middle and further out
_MIDDLE = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_OUTER = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)


@dataclass(frozen=True)
class UncertainInput:
    """An assumption that is a range: where it stands, what it says, how it is distributed."""

    path: str
    range: Range
    kind: Kind = "quantity"

    def __post_init__(self) -> None:
        low, mid, high = self._scale_ends()
        # refused with its path: a logarithm of 0 would make every draw NaN, and say nothing of
        # where
        if not (0 < low <= mid <= high < math.inf):
            ends = (factor(end) for end in (self.range.low, self.range.mid, self.range.high))
            found = "a range from {} over {} to {}".format(*ends)
            expected = {
                "quantity": "0 < low <= mid <= high",
                "share": "0 < low <= mid <= high < 1",
                "growth": "-1 < low <= mid <= high",
            }[self.kind]
            raise KmscostError(Problem(self.path, None, "", found, expected, "correct the range"))

    def _scale_ends(self) -> tuple[float, float, float]:
        ends = (self.range.low, self.range.mid, self.range.high)
        if self.kind == "growth":
            return tuple(1.0 + end for end in ends)  # type: ignore[return-value]  # of three
        if self.kind == "share":
            return tuple(end / (1.0 - end) if end < 1 else math.inf for end in ends)  # type: ignore[return-value]  # of three
        return ends

    @property
    def widths(self) -> tuple[float, float]:
        """Standard deviation of each half on the log (logit) scale. [-]"""
        low, mid, high = self._scale_ends()
        lower, upper = log(np.array([mid / low, high / mid])) / Z95
        return float(lower), float(upper)

    def values(self, scores: FloatArray) -> FloatArray:
        """The value at each standard normal score.

        >>> files = UncertainInput("x", Range(100, 200, 400))
        >>> files.values(np.array([-Z95, 0.0, Z95])).round(9).tolist()
        [100.0, 200.0, 400.0]
        """
        lower, upper = self.widths
        # two halves that meet at the median: mid stays the 50th percentile however skewed
        scale = exp(np.where(scores < 0, lower, upper) * scores)
        if self.kind == "growth":
            return (1.0 + self.range.mid) * scale - 1.0
        if self.kind == "share":
            odds = self.range.mid / (1.0 - self.range.mid) * scale
            return odds / (1.0 + odds)
        return self.range.mid * scale

    def draws(self, scores: FloatArray) -> FloatArray:
        """The value at each of the ascending `normal_scores`; their mean is that of the range.

        Each is the middle of its part of the distribution, the outermost one aside: `hold_mean`.

        >>> files = UncertainInput("x", Range(100, 200, 400))
        >>> files.draws(normal_scores(4)).round(1).tolist()  # not 324.8
        [123.2, 174.9, 228.7, 347.5]
        """
        mean = mean_of(self.range.low, self.range.mid, self.range.high, self.kind)
        return hold_mean(self.values(scores), mean, _ENDS[self.kind])


def hold_mean(
    values: FloatArray, mean: float, ends: tuple[float, float] = (0.0, math.inf)
) -> FloatArray:
    """The middles of as many parts of a distribution, ascending, drawn to its mean.

    A long tail has much of its mean beyond the last middle. So the outermost value on its side
    gets what the middles lack of the mean, up to half of the way to the end of the distribution:
    an odd number of draws has one on the median, where both halves meet, and may have too much.

    >>> hold_mean(np.array([1.0, 2.0, 3.0]), 3.0).tolist()
    [1.0, 2.0, 6.0]
    """
    lacking = (mean - float(values.mean())) * len(values)
    outermost, end = (-1, ends[1]) if lacking > 0 else (0, ends[0])
    room = abs(end - float(values[outermost])) / 2
    drawn = values.copy()
    drawn[outermost] += math.copysign(min(abs(lacking), room), lacking)
    return drawn


def moments(low: FloatArray, mid: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of quantities with these percentiles, in closed form.

    Each half of a lognormal has the mean mid x exp(s^2 / 2) x Phi(+-s).

    >>> one = np.array([1.0])
    >>> [part.tolist() for part in moments(one, one, one)]
    [[1.0], [0.0]]
    """
    lower, upper = log(mid / low) / Z95, log(high / mid) / Z95

    mean, square = _moment(lower, upper, 1), _moment(lower, upper, 2)
    # a difference of two nearly equal squares may fall below 0 in its last bits
    return mid * mean, mid * mid * np.maximum(square - mean * mean, 0.0)


def _moment(lower: FloatArray, upper: FloatArray, power: float) -> FloatArray:
    """The mean of a power of quantities with the median 1 and halves of these widths."""
    widths = power * np.stack([lower, upper])
    below, above = _scaled_tail(widths)
    mean: FloatArray = below + (exp(widths[1] * widths[1] / 2) - above)
    return mean


def _scaled_tail(s: FloatArray) -> FloatArray:
    """exp(s^2 / 2) x Phi(-s) of s >= 0, the same bits everywhere: Mills' ratio / sqrt(2 pi).

    Marsaglia (2004), Evaluating the Normal Distribution, Journal of Statistical Software 11(4).
    """
    is_near = s < _TAIL_BEGINS
    near, far = np.where(is_near, s, 0.0), np.where(is_near, _TAIL_BEGINS, s)
    term = series = near
    for n in range(1, _TERMS):
        term = term * (near * near) / (2 * n + 1)
        series = series + term
    fraction = far
    for n in range(_FRACTIONS, 0, -1):
        fraction = far + n / fraction
    per_root = 1.0 / math.sqrt(2.0 * math.pi)
    of_near = exp(near * near / 2) / 2 - series * per_root
    return np.where(is_near, of_near, per_root / fraction)


@cache
def mean_of(low: float, mid: float, high: float, kind: Kind) -> float:
    """The mean of a range. [unit of the range]

    >>> round(mean_of(50_000, 100_000, 200_000, "quantity"), -2)  # 100,000 x e^(0.42140^2 / 2)
    109300.0
    """
    if kind == "share":
        return _mean_share(low, mid, high)
    if kind == "growth":
        return mean_of_power(Range(low, mid, high), 1.0) - 1.0
    return _mean_power(low, mid, high, 1.0)


def mean_of_power(growth: Range, power: float) -> float:
    """The mean of (1 + g)^power of a yearly growth g, power the years that it grows. [-]

    >>> mean_of_power(Range.exactly(0.5), 2.0)
    2.25
    """
    return _mean_power(1.0 + growth.low, 1.0 + growth.mid, 1.0 + growth.high, power)


def _mean_power(low: float, mid: float, high: float, power: float) -> float:
    lower, upper = log(np.array([mid / low, high / mid])) / Z95
    moment = _moment(np.array([lower]), np.array([upper]), power)
    return float(mid**power * float(moment[0]))


def _mean_share(low: float, mid: float, high: float) -> float:
    """The mean of a logit-normal, which has no closed form: Simpson's rule, half by half."""
    share = UncertainInput("a share", Range(low, mid, high), "share")
    scores = np.arange(2 * _PARTS + 1, dtype=np.float64) * (_END / (2 * _PARTS))
    weights = np.full(len(scores), 2.0)
    weights[1::2], weights[[0, -1]] = 4.0, 1.0
    weights *= exp(-scores * scores / 2) / math.sqrt(2.0 * math.pi)
    halves = share.values(scores) + share.values(-scores)
    return float((weights * halves).sum()) * (_END / (6 * _PARTS))


def _polynomial(terms: list[float] | tuple[float, ...], x: FloatArray) -> FloatArray:
    # Horner's form, in place: the fewest products, and no array for each term
    value = np.full_like(x, terms[0])
    for term in terms[1:]:
        value *= x
        value += term
    return value


def exp(x: FloatArray) -> FloatArray:
    """The exponential of x, the same bits everywhere.

    >>> exp(np.array([0.0, 1.0])).round(14).tolist()
    [1.0, 2.71828182845905]
    """
    power = np.rint(x * (1.0 / math.log(2)))
    # in two steps: the first product is exact, so that the rest keeps its last bits
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    return np.ldexp(_polynomial(_EXP_TERMS, rest), power.astype(np.int32))


def log(x: FloatArray) -> FloatArray:
    """The natural logarithm of x > 0, the same bits everywhere.

    >>> log(np.array([1.0, math.e])).round(15).tolist()
    [0.0, 1.0]
    """
    part, power = np.frexp(x)
    small = part < math.sqrt(0.5)
    # between 0.71 and 1.41, where the series in s needs the fewest terms
    part, power = np.where(small, part * 2.0, part), power - small
    s = (part - 1.0) / (part + 1.0)
    return power * _LN2_HIGH + (2.0 * s * _polynomial(_LOG_TERMS, s * s) + power * _LN2_LOW)


def whole_power(base: FloatArray, exponent: int) -> FloatArray:
    """A whole power, by squaring: the same bits everywhere.

    >>> whole_power(np.array([2.0, 3.0]), 5).tolist()
    [32.0, 243.0]
    """
    result = np.ones_like(base)
    while exponent:
        if exponent & 1:
            result = result * base
        base, exponent = base * base, exponent >> 1
    return result


def normal_scores(count: int) -> FloatArray:
    """The quantiles of the standard normal at (i + 1/2) / count, i from 0, for up to 1e10 of them.

    >>> normal_scores(4).round(4).tolist()
    [-1.1503, -0.3186, 0.3186, 1.1503]
    """
    lower = (np.arange((count + 1) // 2) + 0.5) / count
    q = lower - 0.5
    middle = _polynomial(_MIDDLE[0], 0.180625 - q * q) * q
    middle /= _polynomial(_MIDDLE[1], 0.180625 - q * q)
    r = np.sqrt(-log(lower)) - 1.6
    outer = -_polynomial(_OUTER[0], r) / _polynomial(_OUTER[1], r)
    score = np.where(q >= -0.425, middle, outer)
    # the upper half is the lower one mirrored: exactly its negative
    return np.concatenate([score, -score[::-1][count % 2 :]])
