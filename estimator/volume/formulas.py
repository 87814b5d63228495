"""The model's formulas: numbers in, numbers out. Arrays broadcast, streams down, months across.

Source of the model: AWS KMS Developer Guide, "How AWS CloudTrail uses AWS KMS"; docs/method.md
says what each term rests on.
"""

from __future__ import annotations

import datetime

import numpy as np

from estimator.months import FloatArray, Period

# A digest file every hour, per account and Region, even without activity: CloudTrail User Guide,
# "Validating CloudTrail log file integrity", checked 2026-11-23.
DIGESTS_PER_DAY = 24.0
# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)


def active_days(
    start: FloatArray, end: FloatArray, begin: FloatArray, until: FloatArray
) -> FloatArray:
    """Days of each month [begin, until) that lie in each period [start, end). [day]

    >>> import numpy as np
    >>> period = np.array([[5.0]]), np.array([[99.0]])
    >>> active_days(*period, np.array([1.0]), np.array([31.0])).tolist()
    [[26.0]]
    """
    days: FloatArray = np.maximum(np.minimum(end, until) - np.maximum(start, begin), 0.0)
    return days


def growth_factor(per_year: float, months: FloatArray) -> FloatArray:
    """Growth after some months when a year's growth compounds monthly. [-]

    >>> import numpy as np
    >>> growth_factor(0.1, np.array([0.0, 12.0])).round(12).tolist()
    [1.0, 1.1]
    """
    factor: FloatArray = (1.0 + per_year) ** (months / 12.0)
    return factor


def puts(files_per_day: FloatArray, days: FloatArray, growth: FloatArray) -> FloatArray:
    """Log or digest files put into the bucket. [file/month]

    Parameters
    ----------
    files_per_day : array
        Summed over streams of the same active period. [file/day]
    days : array
        Active days of the month. [day/month]
    growth : array
        Growth since the inventory was true; of digest files that of accounts alone. [-]
    """
    return files_per_day * days * growth


def requests_left(calls: FloatArray, bucket_key_saving: float | FloatArray) -> FloatArray:
    """KMS requests of as many S3 calls when an S3 Bucket Key saves a share. [request/month]

    >>> import numpy as np
    >>> requests_left(np.array([1000.0]), 0.75).tolist()
    [250.0]
    """
    return calls * (1.0 - bucket_key_saving)


def per_month(rate: float, days: FloatArray, days_of_month: FloatArray) -> FloatArray:
    """The number of times in a month of what happens `rate` times in a whole one. [1/month]"""
    return rate * days / days_of_month


def mean_window_days(
    window: float | FloatArray,
    start: FloatArray,
    end: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> FloatArray:
    """Days of a period [start, end) that a look back over `window` days meets, on average. [day]

    Looks are spread evenly over [first, last), or all at `first` where that is `last`. The overlap
    at a moment t is the length of [t - window, t) inside [start, end): a sum of ramps, whose mean
    is a difference of half squares.

    >>> import numpy as np
    >>> period = np.array([[0.0]]), np.array([[1000.0]])
    >>> mean_window_days(7.0, *period, np.array([100.0]), np.array([130.0])).tolist()
    [[7.0]]
    >>> mean_window_days(40.0, *period, np.array([0.0]), np.array([30.0])).tolist()
    [[15.0]]
    >>> mean_window_days(40.0, *period, np.array([20.0]), np.array([20.0])).tolist()
    [[20.0]]
    """
    # nothing outside the reach of these looks matters; nearby numbers keep the squares exact
    low = np.clip(start, first - window, last) - first
    high = np.clip(end, first - window, last) - first
    length = last - first

    def ramp(zero: FloatArray) -> FloatArray:
        """The integral over the looks of max(t - zero, 0)."""
        top, bottom = np.maximum(length - zero, 0.0), np.maximum(-zero, 0.0)
        half: FloatArray = (top * top - bottom * bottom) / 2.0
        return half

    met = ramp(low) - ramp(low + window) - ramp(high) + ramp(high + window)
    mean = met / np.where(length > 0, length, 1.0)
    # looks at one moment have no length to average over: it is the overlap at that moment
    at_once = np.minimum(high, 0.0) - np.maximum(low, -window)
    return np.where(high > low, np.where(length > 0, mean, np.maximum(at_once, 0.0)), 0.0)


def key_months(
    active: Period, rotations: list[float], begin: FloatArray, end: FloatArray
) -> FloatArray:
    """Key-months of one key: share of the month's hours x (1 + rotations that count). [key-month]

    Parameters
    ----------
    active : Period
        Up to the day from which it is pending deletion.
    rotations : list
        Day of each rotation, in order. [day ordinal]
    begin, end : array
        The months. [day ordinal]
    """
    days = np.sum(
        [
            active_days(np.array(p.start), np.array(p.end), begin, end)
            for p in paid_periods(active, rotations)
        ],
        axis=0,
    )
    months: FloatArray = days / (end - begin)
    return months


def paid_periods(active: Period, rotations: list[float]) -> list[Period]:
    """The period in which a key is paid, and that of each rotation, in order of their days."""
    cap = Period(end=float(CAPPED_FROM.toordinal()))
    periods = [active]
    # by their days: the first two cost for ever, in whatever order the file has them
    for count, rotation in enumerate(sorted(rotations), start=1):
        paid = active & Period(start=rotation)
        periods.append(paid if count <= ROTATIONS_CHARGED else paid & cap)
    return periods
