"""How good forecasts were: each measure one formula."""

from __future__ import annotations

import math

import numpy as np

from estimator.months import FloatArray


def wape(forecast: FloatArray, measured: FloatArray) -> float:
    """Weighted absolute percentage error: sum |forecast - measured| / sum measured. [-]

    >>> import numpy as np
    >>> wape(np.array([90.0, 120.0]), np.array([100.0, 100.0]))
    0.15
    """
    total = float(measured.sum())
    return float(np.abs(forecast - measured).sum()) / total if total > 0 else math.nan


def bias(forecast: FloatArray, measured: FloatArray) -> float:
    """Sum (forecast - measured) / sum measured: above 0 is too high. [-]

    >>> import numpy as np
    >>> bias(np.array([90.0, 120.0]), np.array([100.0, 100.0]))
    0.05
    """
    total = float(measured.sum())
    return float((forecast - measured).sum()) / total if total > 0 else math.nan


def coverage(low: FloatArray, high: FloatArray, measured: FloatArray) -> float:
    """Share of what happened that lies in its interval. [0-1]"""
    return float(((low <= measured) & (measured <= high)).mean()) if len(measured) else math.nan


def pinball(quantile: float, forecast: FloatArray, measured: FloatArray) -> FloatArray:
    """Pinball loss of a forecast of one quantile (Koenker and Bassett 1978). [request]

    >>> import numpy as np
    >>> pinball(0.9, np.array([100.0, 100.0]), np.array([110.0, 90.0])).round(9).tolist()
    [9.0, 1.0]
    """
    missed = measured - forecast
    return np.maximum(quantile * missed, (quantile - 1.0) * missed)


def at_most(hits: int, tries: int, chance: float) -> float:
    """How likely it is that no more than `hits` of `tries` hold when each holds by `chance`. [0-1]

    >>> round(at_most(1, 2, 0.9), 2)
    0.19
    """
    return math.fsum(
        math.comb(tries, n) * chance**n * (1.0 - chance) ** (tries - n) for n in range(hits + 1)
    )
