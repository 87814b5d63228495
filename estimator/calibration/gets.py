"""Gets of readers: what tracks files, what is a number a day, when it began, how sure it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from estimator.calibration.dispersion import (
    WEEK,
    block_overdispersion,
    daily_overdispersion,
    long_run,
)
from estimator.calibration.level_changes import last_shift
from estimator.calibration.pooling import LEAST_SHAPE
from estimator.calibration.stream_rates import MONTH_DAYS
from estimator.months import FloatArray

# a reader gets every file when its gets differ from files x gets_per_file by no more than this
# share, day by day and stream by stream
TRACKS = 0.25

_LEAST_GETS = 20.0  # fewer tell nothing about what they track


class Rate(NamedTuple):
    """A mean and its relative variance, for the month to come."""

    mean: float
    variance: float  # [-]


def began(gets: FloatArray, exposure: FloatArray) -> int:
    """The column of a reader's first day, where it clearly began inside the window, else 0.

    Before it there were days enough in which it would have got something, and it did not.
    """
    seen = np.flatnonzero(gets > 0)
    if not len(seen):
        return 0
    first = int(seen[0])
    before = float(exposure[:first].sum())
    days, after = float(exposure[first:].sum()), gets[first:]
    # how often it gets something once it has begun: a reader that comes once a week may be late
    active = float(np.count_nonzero(after > 0)) / max(days, 1.0)
    if before < 1 or (1.0 - min(active, 0.999)) ** before > 1e-3:
        return 0
    return first


def daily_rate(gets: FloatArray, exposure: FloatArray) -> Rate:
    """Gets a day: mean and relative variance of next month's mean. [get/day]"""
    days = float(exposure.sum())
    start = int(last_shift(gets[None, :], exposure[None, :], _long_run(gets, exposure))[0])
    gets, exposure = gets[start:], exposure[start:]
    days = float(exposure.sum())
    total = float(gets.sum())
    if days <= 0:
        return Rate(0.0, 0.0)
    if not total:
        return Rate(LEAST_SHAPE / days, 1.0 / LEAST_SHAPE)
    spread = _long_run(gets, exposure)
    # noise of the count, and the rate's own variance twice: in the days seen, in the month to come
    return Rate(total / days, 1.0 / total + spread * (1.0 / days + 1.0 / MONTH_DAYS))


def _long_run(gets: FloatArray, exposure: FloatArray) -> float:
    """Relative variance of a day's rate in the long run. [-]"""
    days = float(exposure.sum())
    expected = (float(gets.sum()) / days if days > 0 else 0.0) * exposure
    gets, expected, share = gets[None, :], expected[None, :], exposure[None, :]
    daily = max(daily_overdispersion(gets, expected, share).pooled.value, 0.0)
    return long_run(daily, block_overdispersion(gets, expected, WEEK), WEEK)


def gets_per_file(gets: FloatArray, files: FloatArray) -> Rate:
    """Gets per file: the ratio of sums, its variance out of daily differences. [get/file]

    Cochran 1977, Sampling Techniques, section 2.11. The month to come misses the ratio as the days
    that were seen do, for as many days as a month has.

    >>> import numpy as np
    >>> gets_per_file(np.array([10.0, 22.0, 28.0]), np.array([10.0, 20.0, 30.0])).mean
    1.0
    """
    total, files_of = float(gets.sum()), float(files.sum())
    known = files > 0
    days = int(known.sum())
    if files_of <= 0:
        return Rate(0.0, 0.0)
    if not total:
        return Rate(LEAST_SHAPE / files_of, 1.0 / LEAST_SHAPE)
    ratio = total / files_of
    # one day shows no scatter: Poisson noise is the least that there is
    if days < 2:
        return Rate(ratio, 1.0 / total)
    missed = gets[known] - ratio * files[known]
    square = float((missed * missed).sum()) * days / (days - 1) / (total * total)
    return Rate(ratio, square * (1.0 + days / MONTH_DAYS))


def tracks_files(
    by_day: tuple[FloatArray, FloatArray], by_stream: tuple[FloatArray, FloatArray]
) -> bool:
    """True where gets follow files, from day to day and from stream to stream.

    Parameters
    ----------
    by_day, by_stream : pairs of arrays
        Gets and files.
    """
    gets, files = by_day
    total, files_of = float(gets.sum()), float(files.sum())
    if total < _LEAST_GETS or files_of <= 0:
        return False
    return all(
        float(np.abs(got - put * (got.sum() / max(put.sum(), 1.0))).sum()) <= TRACKS * total
        for got, put in (by_day, by_stream)
    )
