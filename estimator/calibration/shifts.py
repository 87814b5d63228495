"""Level shifts: what begins, ends or jumps inside the window; only what came after counts."""

from __future__ import annotations

import numpy as np

from estimator.months import FloatArray

# twice the log likelihood ratio that a shift must win over no shift, scaled by the overdispersion.
# Under no shift it is chi-squared with one degree of freedom: 30 is passed by one in 23 million,
# tried on each of a month's days and streams by the ten thousand.
CLEAR = 30.0

_LEAST_RATIO = 1.5
_LEAST_CHANGE = 1.0  # [file/day]
_DAYS_AFTER = 5.0
_DAYS_BEFORE = 2.0
_MOST_SHIFTS = 3


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
