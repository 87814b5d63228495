"""How many requests a second: formulas of numbers, and how fast each kind of work is assumed to be.

AWS says that log files come about every five minutes and digests every hour (CloudTrail User
Guide), and that quotas are per second (KMS Developer Guide, "Request quotas"); how the files of
five minutes spread over seconds, and how fast a reader reads, is published by nobody. So these are
assumptions, each with a range; the inventory's `burst_seconds` takes their place.
"""

from __future__ import annotations

import numpy as np

from estimator.inventory.assumptions import FILES_PER_DAY, Range
from estimator.months import FloatArray
from estimator.volume.formulas import DIGESTS_PER_DAY

SECONDS_PER_DAY = 86_400.0

# assumed: the files of five minutes, or the digests of an hour, are put within a minute, and those
# who read or copy every file follow within a minute [s]
WINDOW_SECONDS = Range(10, 60, 300)
# assumed: a query reads its files within a minute, a long one within half an hour [s]
QUERY_SECONDS = Range(10, 60, 1800)
# assumed: `aws cloudtrail validate-logs` gets one object after the other, as its source in
# aws-cli says, 50 ms each [request/s]
GETS_ONE_AFTER_ANOTHER = Range(5, 20, 100)


def mean_per_second(requests: FloatArray, days: FloatArray) -> FloatArray:
    """Requests of as many days, spread evenly. [request/s]

    >>> import numpy as np
    >>> mean_per_second(np.array([2_592_000.0]), np.array([30.0])).tolist()
    [1.0]
    """
    return requests / (days * SECONDS_PER_DAY)


def share_of_a_full_day(files: FloatArray, file_days: FloatArray) -> FloatArray:
    """The share of a month's requests made on a day on which all of its streams write. [1/day]

    Parameters
    ----------
    files : array
        Files a day of every stream that lives in the month at all. [file/day]
    file_days : array
        The same times the days that each of them lives. [file]

    >>> import numpy as np
    >>> share_of_a_full_day(np.array([288.0, 0.0]), np.array([2880.0, 0.0])).tolist()
    [0.1, 0.0]
    """
    share: FloatArray = np.where(file_days > 0, files / np.where(file_days > 0, file_days, 1.0), 0)
    return share


def in_five_minutes(requests_per_day: FloatArray) -> FloatArray:
    """Requests for the files of one five-minute window. [request]

    >>> import numpy as np
    >>> in_five_minutes(np.array([576.0])).tolist()
    [2.0]
    """
    return requests_per_day / FILES_PER_DAY


def in_an_hour(requests_per_day: FloatArray) -> FloatArray:
    """Requests for the digests of one hour. [request]

    >>> import numpy as np
    >>> in_an_hour(np.array([48.0])).tolist()
    [2.0]
    """
    return requests_per_day / DIGESTS_PER_DAY


def in_one_look(requests: FloatArray, looks: FloatArray) -> FloatArray:
    """Requests of one query or run, the mean of a month's. [request]

    >>> import numpy as np
    >>> in_one_look(np.array([6000.0, 0.0]), np.array([60.0, 0.0])).tolist()
    [100.0, 0.0]
    """
    each: FloatArray = np.where(looks > 0, requests / np.where(looks > 0, looks, 1.0), 0.0)
    return each


def burst_per_second(at_once: FloatArray, seconds: FloatArray) -> FloatArray:
    """What comes at once, spread evenly over the seconds it takes. [request/s]

    >>> import numpy as np
    >>> burst_per_second(np.array([6000.0]), np.array([60.0])).tolist()
    [100.0]
    """
    return at_once / seconds


def one_after_another(at_once: FloatArray, per_second: float) -> FloatArray:
    """The seconds that gets take one after the other, never less than one. [s]

    >>> import numpy as np
    >>> one_after_another(np.array([6000.0, 3.0]), 20.0).tolist()
    [300.0, 1.0]
    """
    return np.maximum(at_once / per_second, 1.0)


def share_of_quota(per_second: FloatArray, quota: FloatArray) -> FloatArray:
    """How much of a quota a rate uses; above 1 KMS refuses requests. [-]

    >>> import numpy as np
    >>> share_of_quota(np.array([2500.0]), np.array([10_000.0])).tolist()
    [0.25]
    """
    return per_second / quota
