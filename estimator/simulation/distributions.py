"""Ranges as random variables: lognormal quantities, logit-normal shares, lognormal growth.

Each scale has two halves, split at the median: low, mid and high are the 5th, 50th and 95th
percentile, whatever `mid` is. Where mid is the default the halves are equal and the distribution
is the plain one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimator.figures import factor
from estimator.inventory import Range
from estimator.months import FloatArray
from estimator.simulation.elementary import exp, log
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["quantity", "share", "growth"]

# the 95th percentile of the standard normal
Z95 = 1.6448536269514722


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


def moments(low: FloatArray, mid: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of quantities with these percentiles, in closed form.

    Each half of a lognormal has the mean mid x exp(s^2 / 2) x Phi(+-s).

    >>> one = np.array([1.0])
    >>> [part.tolist() for part in moments(one, one, one)]
    [[1.0], [0.0]]
    """
    lower, upper = log(mid / low) / Z95, log(high / mid) / Z95

    def moment(power: int) -> FloatArray:
        left, right = power * lower, power * upper
        below = exp(left * left / 2) * _normal_cdf(-left)
        return below + exp(right * right / 2) * _normal_cdf(right)

    mean, square = moment(1), moment(2)
    # a difference of two nearly equal squares may fall below 0 in its last bits
    return mid * mean, mid * mid * np.maximum(square - mean * mean, 0.0)


def _normal_cdf(x: FloatArray) -> FloatArray:
    return np.array([math.erfc(-score / math.sqrt(2)) / 2 for score in x.tolist()])
