"""How much counts vary beyond Poisson noise: from day to day, from week to week, and in common.

All by moments. Differences between neighbours do not see a level that shifts once (von Neumann
1941, Distribution of the ratio of the mean square successive difference to the variance).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from estimator.months import FloatArray

WEEK = 7

# a stream's own estimate counts as much as if the overdispersion were about this
_TYPICAL = 0.05

# with so many streams the wildest hundredth of them is held to the next one's value
_MANY = 50


class Spread(NamedTuple):
    """A pooled overdispersion and its standard error."""

    value: float  # [-]
    error: float  # [-]

    @property
    def shown(self) -> float:
        """As far as the data tell: one standard error below the estimate, never negative. [-]"""
        return max(self.value - self.error, 0.0)


def daily_overdispersion(counts: FloatArray, expected: FloatArray) -> Spread:
    """Relative variance of a day's rate, out of differences between neighbouring days. [-]

    For independent counts with var = mu + k mu^2 the difference of two relative counts y/mu has
    the variance 1/mu1 + 1/mu2 + 2 k.

    Parameters
    ----------
    counts, expected : array
        A row a stream, a column a day; nothing expected (0) where a day is not covered. [file]
    """
    known = expected > 0
    ratio = np.divide(counts, expected, out=np.zeros_like(expected), where=known)
    poisson = np.divide(1.0, expected, out=np.zeros_like(expected), where=known)
    pair = known[:, 1:] & known[:, :-1]
    square = np.where(pair, (ratio[:, 1:] - ratio[:, :-1]) ** 2, 0.0)
    noise = np.where(pair, poisson[:, 1:] + poisson[:, :-1], 0.0)
    pairs = pair.sum(axis=1)
    return _pooled(square.sum(axis=1) - noise.sum(axis=1), noise.sum(axis=1), 2.0 * pairs)


def block_overdispersion(counts: FloatArray, expected: FloatArray, days: int) -> Spread:
    """Relative variance of sums over `days` days beyond Poisson noise, within each stream. [-]

    Parameters
    ----------
    counts, expected : array
        A row a stream, a column a day, 0 where a day is not covered. The last whole blocks count,
        those that are covered by half or more. [file]
    """
    blocks = counts.shape[1] // days
    if blocks < 2:
        return Spread(0.0, 0.0)
    seen, likely = _blocks(counts, days), _blocks(expected, days)
    known = likely > 0.5 * likely.max(axis=1, keepdims=True)
    number = known.sum(axis=1)
    seen, likely = np.where(known, seen, 0.0), np.where(known, likely, 0.0)
    total = likely.sum(axis=1)
    level = np.divide(seen.sum(axis=1), total, out=np.zeros_like(total), where=total > 0)
    fitted = likely * level[:, None]
    inverse = np.divide(1.0, fitted, out=np.zeros_like(fitted), where=fitted > 0)
    square = ((seen - fitted) ** 2 * inverse**2).sum(axis=1)
    free = np.maximum(number - 1.0, 0.0) * (level > 0)
    noise = inverse.sum(axis=1) * np.divide(free, number, out=np.zeros_like(free), where=number > 0)
    return _pooled(np.where(free > 0, square - noise, 0.0), noise, free)


def _blocks(values: FloatArray, days: int) -> FloatArray:
    blocks = values.shape[1] // days
    recent = values[:, values.shape[1] - blocks * days :]
    summed: FloatArray = recent.reshape(len(values), blocks, days).sum(axis=2)
    return summed


def _pooled(excess: FloatArray, noise: FloatArray, free: FloatArray) -> Spread:
    """The mean of excess / free over streams, each weighed by how well it can tell."""
    able = free > 0
    if not able.any():
        return Spread(0.0, 0.0)
    free, own, noise = free[able], excess[able] / free[able], noise[able] / free[able]
    if len(own) >= _MANY:
        own = np.minimum(own, np.quantile(own, 0.99))
    spread = noise + _TYPICAL
    weight = free / (spread * spread)
    value = float((weight * own).sum() / weight.sum())
    if len(own) >= 10:
        error = math.sqrt(float((weight**2 * (own - value) ** 2).sum())) / float(weight.sum())
    else:  # a variance with f degrees of freedom has the relative standard error sqrt(2 / f)
        each = 2.0 * (noise + max(value, 0.0)) ** 2 / free
        error = math.sqrt(float((weight**2 * each).sum())) / float(weight.sum())
    return Spread(value, error)


def common_spread(counts: FloatArray, expected: FloatArray, variance: FloatArray) -> Spread:
    """Relative variance that all streams share: what independent ones leave unexplained. [-]

    Parameters
    ----------
    counts, expected : array
        Of all streams together, a day each; expected has the same sum. [file]
    variance : array
        What independent streams would make of each day's sum. [file^2]
    """
    known = expected > 0
    free = int(known.sum()) - 1
    if free < 1:
        return Spread(0.0, 0.0)
    square = (counts[known] / expected[known] - 1.0) ** 2
    alone = variance[known] / expected[known] ** 2
    total = float(square.sum()) / free
    error = math.sqrt(2.0 / free) * total
    return Spread(total - float(alone.mean()), error)
