"""The weekly rhythm: factors of the seven weekdays, pooled over streams."""

from __future__ import annotations

import numpy as np

from estimator.calibrate.dispersion import WEEK
from estimator.months import FloatArray

# files that each weekday is given at its mean before counting: a handful changes no busy stream
_PRIOR_FILES = 20.0

FLAT = np.ones(WEEK)


def weekday_factors(counts: FloatArray, exposure: FloatArray, weekday: FloatArray) -> FloatArray:
    """The rate of each weekday over the mean rate, Monday first; their mean is 1. [-]

    Each stream has its own level, all share the factors: the maximum likelihood estimate of a
    Poisson model with stream and weekday effects, found by scaling in turns (Deming and Stephan
    1940, iterative proportional fitting). Without two weeks there is no telling weekday from day:
    all factors are 1.

    Parameters
    ----------
    counts, exposure : array
        A row a stream, a column a day. [file], [day]
    weekday : array
        Of each day, 0 Monday to 6 Sunday.
    """
    of_day = np.asarray(weekday, dtype=np.int64)
    seen = np.zeros((len(counts), WEEK))
    days = np.zeros((len(counts), WEEK))
    for number in range(WEEK):
        seen[:, number] = counts[:, of_day == number].sum(axis=1)
        days[:, number] = exposure[:, of_day == number].sum(axis=1)
    if not _two_weeks(exposure, of_day):
        return FLAT.copy()
    # a stream is in or out as a whole: one that was not seen on a Sunday must not bias Sundays
    whole = (days > 0).all(axis=1)
    seen, days = seen[whole], days[whole]
    factors = FLAT.copy()
    total = seen.sum(axis=1)
    if not total.sum():
        return factors
    for _ in range(20):
        level = total / (days @ factors)
        expected = level @ days
        updated = (seen.sum(axis=0) + _PRIOR_FILES) / (expected + _PRIOR_FILES)
        updated = updated / updated.mean()
        if np.abs(updated - factors).max() < 1e-10:
            break
        factors = updated
    return factors


def _two_weeks(exposure: FloatArray, of_day: np.ndarray) -> bool:
    """Whether some stream was covered on each weekday twice, by half a day or more."""
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
