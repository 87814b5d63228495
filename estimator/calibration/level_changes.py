"""How the level of streams changes over the days: with the weekday, and for good.

The weekly rhythm is pooled over streams. A level shifts where a stream begins, ends or jumps inside
the window; only what came after counts.
"""

from __future__ import annotations

import numpy as np

from estimator.calibration.dispersion import WEEK
from estimator.months import FloatArray

FLAT = np.ones(WEEK)

# twice the log likelihood ratio that a shift must win over no shift, scaled by the overdispersion.
# Under no shift it is chi-squared with one degree of freedom: 30 is passed by one in 23 million,
# tried on each of a month's days and streams by the ten thousand.
CLEAR = 30.0

_LEAST_RATIO = 1.5
_LEAST_CHANGE = 1.0  # [file/day]
_DAYS_AFTER = 5.0
_DAYS_BEFORE = 2.0
_MOST_SHIFTS = 3


def weekday_factors(
    counts: FloatArray, exposure: FloatArray, weekday: np.ndarray, overdispersion: float = 0.0
) -> FloatArray:
    """The rate of each weekday over the mean rate, Monday first; their mean is 1. [-]

    Each stream has its own level, all share the factors: the maximum likelihood estimate of a
    Poisson model with stream and weekday effects, found by scaling in turns (Deming and Stephan
    1940, iterative proportional fitting), then drawn towards 1 by as much as it is noise. Without
    two weeks there is no telling weekday from day: all factors are 1.

    Parameters
    ----------
    counts, exposure : array
        A row a stream, a column a day. [file], [day]
    weekday : array
        Of each day, 0 Monday to 6 Sunday.
    overdispersion : float
        Relative variance of a day's rate from day to day. [-]
    """
    of_day = np.asarray(weekday, dtype=np.int64)
    if not _two_weeks(exposure, of_day):
        return FLAT.copy()
    seen = _by_weekday(counts, of_day)
    days = _by_weekday(exposure, of_day)
    # a stream is in or out as a whole: one that was not seen on a Sunday must not bias Sundays
    whole = (days > 0).all(axis=1)
    seen, days = seen[whole], days[whole]
    total = seen.sum(axis=1)
    factors = FLAT.copy()
    if not total.sum():
        return factors
    # it settles in a few turns; the bound is for what never would
    for _ in range(20):
        level = total / (days @ factors)
        updated = seen.sum(axis=0) / (level @ days)
        updated = updated / updated.mean()
        settled = np.abs(updated - factors).max() < 1e-10
        factors = updated
        if settled:
            break
    expected = level @ days
    noise = (expected + overdispersion * (level * level) @ days) / (expected * expected)
    return drawn_to_one(factors, noise)


def drawn_to_one(factors: FloatArray, noise: FloatArray) -> FloatArray:
    """Factors with the part taken off that noise explains, each by its own; their mean is 1. [-]

    The true factors vary by what the estimated ones vary beyond their noise (James and Stein 1961).

    >>> import numpy as np
    >>> drawn_to_one(np.array([1.1] * 5 + [0.75] * 2), np.full(7, 1.0)).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    seen = float(((factors - 1.0) ** 2).sum()) / (WEEK - 1)
    true = max(seen - float(noise.mean()), 0.0)
    # a weekday that is known well stays, a noisy one goes to 1
    share = np.divide(true, true + noise, out=np.zeros_like(noise), where=true + noise > 0)
    drawn = 1.0 + share * (factors - 1.0)
    mean_one: FloatArray = drawn / drawn.mean()
    return mean_one


def _by_weekday(values: FloatArray, of_day: np.ndarray) -> FloatArray:
    return np.stack([values[:, of_day == number].sum(axis=1) for number in range(WEEK)], axis=1)


def _two_weeks(exposure: FloatArray, of_day: np.ndarray) -> bool:
    """True where some stream was covered on each weekday twice, by half a day or more."""
    best = exposure.max(axis=0) if len(exposure) else np.zeros(len(of_day))
    covered = of_day[best >= 0.5]
    return bool((np.bincount(covered, minlength=WEEK) >= 2).all())


def month_variance(factors: FloatArray) -> float:
    """Relative variance of a month's mean rate because months have uneven sets of weekdays. [-]

    Over all seven first weekdays and the lengths of months as often as the Gregorian calendar has
    them: 4 of 30 and 7 of 31 days a year, 97 leap Februaries in 400.

    >>> month_variance(FLAT)
    0.0
    >>> import numpy as np
    >>> round(month_variance(np.array([1.2] * 5 + [0.5] * 2)) ** 0.5, 4)
    0.0175
    """
    means, weights = [], []
    for days, often in ((28, 0.7575), (29, 0.2425), (30, 4.0), (31, 7.0)):
        for first in range(WEEK):
            means.append(float(factors[(first + np.arange(days)) % WEEK].mean()))
            weights.append(often)
    mean = np.average(means, weights=weights)
    return float(np.average((np.array(means) - mean) ** 2, weights=weights))


def last_shift(counts: FloatArray, expected: FloatArray, overdispersion: float) -> np.ndarray:
    """The column from which each stream's present level holds; 0 where it never shifted.

    Parameters
    ----------
    counts : array
        A row a stream, a column a day. [file]
    expected : array
        The exposure of each day times its weekday's factor, 0 where it is not covered. [day]
    overdispersion : float
        Relative variance of a day's rate in the long run. [-]
    """
    start = np.zeros(len(counts), dtype=np.int64)
    if counts.shape[1] < 2:
        return start
    open_rows = np.arange(len(counts))
    columns = np.arange(counts.shape[1])
    for _ in range(_MOST_SHIFTS):
        if not len(open_rows):
            break
        # a stream that has shifted is looked at again from there on
        after = columns >= start[open_rows][:, None]
        found = _best_split(
            np.where(after, counts[open_rows], 0.0),
            np.where(after, expected[open_rows], 0.0),
            overdispersion,
        )
        open_rows = open_rows[found > 0]
        start[open_rows] = found[found > 0]
    return start


def _best_split(counts: FloatArray, expected: FloatArray, overdispersion: float) -> np.ndarray:
    """The first column of the later level where two levels fit clearly better, else 0."""
    seen, days = counts.cumsum(axis=1)[:, :-1], expected.cumsum(axis=1)[:, :-1]
    all_seen, all_days = counts.sum(axis=1)[:, None], expected.sum(axis=1)[:, None]
    rate = _divide(all_seen, all_days)
    before, after = _divide(seen, days), _divide(all_seen - seen, all_days - days)
    ratio = 2.0 * (_gain(seen, before, rate) + _gain(all_seen - seen, after, rate))
    ratio = ratio / (1.0 + overdispersion * rate)
    high, low = np.maximum(before, after), np.minimum(before, after)
    allowed = (days >= _DAYS_BEFORE) & (all_days - days >= _DAYS_AFTER)
    allowed &= (high >= _LEAST_RATIO * low) & (high - low >= _LEAST_CHANGE)
    ratio = np.where(allowed, ratio, 0.0)
    best = ratio.argmax(axis=1)
    clear = ratio[np.arange(len(ratio)), best] > CLEAR
    return np.where(clear, best + 1, 0)


def _divide(counts: FloatArray, days: FloatArray) -> FloatArray:
    return np.divide(counts, days, out=np.zeros_like(counts), where=days > 0)


def _gain(counts: FloatArray, rate: FloatArray, common: FloatArray) -> FloatArray:
    """Log likelihood of counts under their own rate minus that under the common one. [-]"""
    relative = np.divide(rate, common, out=np.ones_like(rate), where=(rate > 0) & (common > 0))
    return counts * np.log(relative)
