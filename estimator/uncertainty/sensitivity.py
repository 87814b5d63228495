"""Which assumption causes the spread: first-order sensitivity from the draws that are there."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from estimator.months import FloatArray
from estimator.volume.streams import IntArray


def classes_for(draws: int) -> int:
    """How many classes of equal frequency: half the root of the draws, 5 to 200.

    >>> classes_for(100), classes_for(10_000)
    (5, 50)
    """
    return max(5, min(200, round(math.sqrt(draws) / 2)))


def first_order(order: IntArray, result: FloatArray) -> float:
    """The share of the variance of a result that one assumption explains by itself. [0-1]

    The first-order Sobol index V(E[y|x]) / V(y), estimated from given data as the correlation
    ratio over classes of equal frequency (Plischke, Borgonovo and Smith 2013, European Journal of
    Operational Research 226(3), 536-550; correlation ratio: Pearson 1905). Classes explain some
    variance by chance alone; that is taken off (epsilon squared, Kelley 1935), and what does not
    stand out of chance by three standard deviations is 0.

    Parameters
    ----------
    order : array of int
        The rank of the assumption in each draw, from 0.
    result : array
        Of each draw.
    """
    draws = len(result)
    centred = result - result.mean()
    whole = float(np.sum(centred * centred))  # no dot: the same bits everywhere
    if not whole > 0:
        return 0.0
    count = classes_for(draws)
    which = order * count // draws
    size = np.bincount(which, minlength=count)
    sums = np.bincount(which, weights=centred, minlength=count)
    explained = float(np.sum(sums * sums / size)) / whole
    # without any effect (draws - 1) x explained is about chi-squared, count - 1 degrees of freedom
    chance = (count - 1) / (draws - 1)
    if explained < chance + 3.0 * math.sqrt(2.0 * (count - 1)) / (draws - 1):
        return 0.0
    return 1.0 - (1.0 - explained) * (draws - 1) / (draws - count)


def shares(orders: Mapping[str, IntArray], result: FloatArray) -> dict[str, float]:
    """The first-order index of every assumption for a result. [0-1]"""
    return {path: first_order(order, result) for path, order in orders.items()}
