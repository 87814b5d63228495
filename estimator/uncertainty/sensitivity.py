"""Which assumption causes the spread: first-order sensitivity from the draws that are there."""

from __future__ import annotations

import math

import numpy as np

from estimator.months import FloatArray
from estimator.volume.streams import IntArray


def classes_for(draws: int) -> int:
    """How many classes of equal frequency: a quarter of the root of the draws, 5 at least.

    >>> classes_for(100), classes_for(10_000)
    (5, 25)
    """
    return max(5, round(math.sqrt(draws) / 4))


def first_order(order: IntArray, value: FloatArray, result: FloatArray) -> float:
    """The share of the variance of a result that one assumption explains by itself. [0-1]

    The first-order Sobol index V(E[y|x]) / V(y), estimated from given data as the correlation
    ratio over classes of equal frequency (Plischke, Borgonovo and Smith 2013, European Journal of
    Operational Research 226(3), 536-550), with a straight line in each class instead of its mean:
    means alone would lose what lies within the wide classes of a long tail. Lines explain some
    variance by chance alone; that is taken off (the adjusted R squared), and what does not stand
    out of chance by three standard deviations is 0.

    Parameters
    ----------
    order : array of int
        The rank of the assumption in each draw, from 0.
    value, result : array
        The assumption and the result of each draw.
    """
    draws = len(result)
    y = result - result.mean()
    whole = float(np.sum(y * y))  # no dot: the same bits everywhere
    if not whole > 0:
        return 0.0
    classes = classes_for(draws)
    which = order * classes // draws

    def sums(weights: FloatArray) -> FloatArray:
        return np.bincount(which, weights=weights, minlength=classes).astype(np.float64)

    size = np.bincount(which, minlength=classes)
    mean_y = sums(y) / size
    x = value - (sums(value) / size)[which]
    spread = sums(x * x)
    along = sums(x * y)
    lines = along * along / np.where(spread > 0, spread, 1.0)
    explained = float(np.sum(size * mean_y * mean_y) + np.sum(lines)) / whole
    fitted = 2 * classes - 1
    # without any effect (draws - 1) x explained is about chi-squared, `fitted` degrees of freedom
    chance = fitted / (draws - 1)
    if explained < chance + 3.0 * math.sqrt(2.0 * fitted) / (draws - 1):
        return 0.0
    return 1.0 - (1.0 - explained) * (draws - 1) / (draws - 1 - fitted)
