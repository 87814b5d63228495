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

# what the other streams of a class count against a stream's own days, in degrees of freedom
PRIOR_FREEDOM = 8.0

# the variance of a mean over a block that lies across two weeks, each with a level of its own, over
# that of a block inside one: the mean of a^2 + (1 - a)^2 over all a
BLOCKS_SEE = 2.0 / 3.0

# with so many streams the wildest hundredth of them is held to the next one's value
_MANY = 50


class Spread(NamedTuple):
    """A pooled overdispersion and its standard error."""

    value: float  # [-]
    error: float  # [-]


class Daily(NamedTuple):
    """Overdispersion from day to day: pooled, and of each stream with the freedom it rests on."""

    pooled: Spread
    own: FloatArray  # [-]
    freedom: FloatArray  # [-]


def is_day(share: FloatArray) -> np.ndarray:
    """For each day, True where it was recorded for more than half as long as the best of its row.

    An hour of a day tells how hours differ, not days. The logs of a month begin with a file of the
    last minutes before it, whose hour counts as covered.

    Parameters
    ----------
    share : array
        Of each day the share that was recorded. [0-1]
    """
    days: np.ndarray = share > 0.5 * share.max(axis=-1, keepdims=True)
    return days


def daily_overdispersion(counts: FloatArray, expected: FloatArray, share: FloatArray) -> Daily:
    """Relative variance of a day's rate, out of differences between neighbouring days. [-]

    For independent counts with var = mu + k mu^2 the difference of two relative counts y/mu has
    the variance 1/mu1 + 1/mu2 + 2 k.

    Parameters
    ----------
    counts, expected : array
        A row a stream, a column a day; nothing expected (0) where a day is not covered. [file]
    share : array
        Of each day the share that was recorded; what is no day (`is_day`) is no pair. [0-1]
    """
    known = expected > 0
    ratio = np.divide(counts, expected, out=np.zeros_like(expected), where=known)
    poisson = np.divide(1.0, expected, out=np.zeros_like(expected), where=known)
    days = is_day(share)
    pair = days[:, 1:] & days[:, :-1]
    square = np.where(pair, (ratio[:, 1:] - ratio[:, :-1]) ** 2, 0.0)
    noise = np.where(pair, poisson[:, 1:] + poisson[:, :-1], 0.0)
    pairs = pair.sum(axis=1).astype(np.float64)
    excess = square.sum(axis=1) - noise.sum(axis=1)
    own = np.divide(excess, 2.0 * pairs, out=np.zeros_like(excess), where=pairs > 0)
    # neighbouring differences share a day: n of them tell as much as 2 n / 3 free ones
    return Daily(_pool_spreads(excess, noise.sum(axis=1), 2.0 * pairs), own, pairs * (2.0 / 3.0))


def moderate(daily: Daily, prior_freedom: float = PRIOR_FREEDOM) -> FloatArray:
    """Each stream's overdispersion, drawn towards its class's, and widened as it is unsure. [-]

    The class counts as `prior_freedom` degrees of freedom (Smyth 2004, Linear models and empirical
    Bayes methods for assessing differential expression). A variance known with f degrees of freedom
    makes the tails of Student's t, whose variance is f / (f - 2) times larger.
    """
    free = prior_freedom + daily.freedom
    value = (prior_freedom * daily.pooled.value + daily.freedom * daily.own) / free
    # never divided by 0: the prior alone has more than two degrees of freedom
    return np.maximum(value, 0.0) * free / (free - 2.0)


def long_run(daily: float, weekly: Spread, days: int) -> float:
    """Overdispersion of a day's rate, with what shows only in sums over weeks and months. [-]

    If days were independent, the relative variance of their sum would shrink with their number.
    What sums over `days` days vary beyond that, x, is added, less what may be noise: x times
    x^2 / (x^2 + e^2), where e is its error. Blocks that begin on any day see only two thirds of
    a level that lasts as long as they do (`BLOCKS_SEE`).

    >>> round(long_run(0.05, Spread(0.02, 0.0), 7), 6), long_run(0.05, Spread(0.005, 0.0), 7)
    (0.185, 0.05)
    """
    beyond = (days * weekly.value - daily) / BLOCKS_SEE
    return daily + shrink(beyond, days * weekly.error / BLOCKS_SEE)


def widening(free: int) -> float:
    """The widening of a variance known with few degrees of freedom: Student's f / (f - 2).

    >>> widening(1), widening(3), widening(51)
    (3.0, 3.0, 1.0408163265306123)
    """
    return free / (free - 2.0) if free > 3 else 3.0


def shrink(value: float, error: float) -> float:
    """Shrink an estimate that may be noise: x times x^2 / (x^2 + e^2), never negative.

    >>> shrink(0.1, 0.0), shrink(0.1, 0.1), shrink(-0.1, 0.1)
    (0.1, 0.05, 0.0)
    """
    if value <= 0:
        return 0.0
    return value * (value * value / (value * value + error * error))


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
    return _pool_spreads(np.where(free > 0, square - noise, 0.0), noise, free)


def _blocks(values: FloatArray, days: int) -> FloatArray:
    blocks = values.shape[1] // days
    # days that fill no block are left out at the beginning, where they are oldest
    recent = values[:, values.shape[1] - blocks * days :]
    summed: FloatArray = recent.reshape(len(values), blocks, days).sum(axis=2)
    return summed


def _pool_spreads(excess: FloatArray, noise: FloatArray, free: FloatArray) -> Spread:
    """The mean of excess / free over streams, each weighed by how well it can tell."""
    able = free > 0
    if not able.any():
        return Spread(0.0, 0.0)
    free, own, noise = free[able], excess[able] / free[able], noise[able] / free[able]
    if len(own) >= _MANY:
        own = np.minimum(own, np.quantile(own, 0.99))
    spread = noise + _TYPICAL
    # by the inverse of the variance that each estimate has
    weight = free / (spread * spread)
    value = float((weight * own).sum() / weight.sum())
    # so many show how far they scatter; for fewer there is only theory
    if len(own) >= 10:
        error = math.sqrt(float((weight**2 * (own - value) ** 2).sum())) / float(weight.sum())
    else:  # a variance with f degrees of freedom has the relative standard error sqrt(2 / f)
        each = 2.0 * (noise + max(value, 0.0)) ** 2 / free
        error = math.sqrt(float((weight**2 * each).sum())) / float(weight.sum())
    return Spread(value, error)


def common_spread(
    counts: FloatArray, expected: FloatArray, variance: FloatArray, fitted: int = 1
) -> Spread:
    """Relative variance that all streams share: what independent ones leave unexplained. [-]

    Parameters
    ----------
    counts, expected : array
        Of all streams together, a day or week each; expected has the same sum. [file]
    variance : array
        What independent streams would make of each sum. [file^2]
    fitted : int
        Numbers in `expected` that were fitted to the same counts: the level, weekdays.
    """
    known = expected > 0
    free = int(known.sum()) - fitted
    if free < 1:
        return Spread(0.0, 0.0)
    square = (counts[known] / expected[known] - 1.0) ** 2
    alone = variance[known] / expected[known] ** 2
    independent = float(alone.mean())
    # the error that it has where nothing is shared: what stands out from it is no chance
    error = math.sqrt(2.0 / free) * independent
    return Spread(float(square.sum()) / free - independent, error)
