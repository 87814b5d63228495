"""Requests a second: formulas of numbers."""

from __future__ import annotations

import numpy as np

from estimator.months import FloatArray
from estimator.volume.burst_profile import SECONDS_PER_DAY


def mean_per_second(requests: FloatArray, days: FloatArray | float) -> FloatArray:
    """Requests of as many days, spread evenly. [request/s]

    >>> import numpy as np
    >>> mean_per_second(np.array([2_592_000.0]), np.array([30.0])).tolist()
    [1.0]
    """
    return requests / (days * SECONDS_PER_DAY)


def burst_per_second(at_once: FloatArray, seconds: FloatArray) -> FloatArray:
    """Requests that come at once, spread evenly over the seconds they take. [request/s]

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
    """The share of a quota that a rate uses; above 1 KMS refuses requests. [-]

    >>> import numpy as np
    >>> share_of_quota(np.array([2500.0]), np.array([10_000.0])).tolist()
    [0.25]
    """
    return per_second / quota
