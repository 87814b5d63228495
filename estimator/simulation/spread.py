"""The spread of draws: its quantiles, and the assumptions that cause it.

The first of the drivers is the number to find out first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimator.months import FloatArray, Months
from estimator.simulation.draws import Draws
from estimator.volume.streams import IntArray


def quantile_frame(
    found: Mapping[str, Sequence[FloatArray]], shares: Sequence[float], months: Months
) -> pd.DataFrame:
    """The frame of `estimator.frames.QUANTILES`.

    Parameters
    ----------
    found : mapping of str to sequence of array
        For each measure the quantiles of the whole span, then those of each month.
    shares : sequence of float
        Which quantiles. [0-1]
    """
    span = [pd.NaT, *pd.period_range(months.labels[0], periods=months.count, freq="M")]
    each, measures = len(shares), list(found)
    size = len(span) * len(measures)
    values = np.stack([np.stack(found[measure]) for measure in measures], axis=1)
    return pd.DataFrame(
        {
            "month": pd.PeriodIndex(
                np.repeat(np.array(span, dtype=object), each * len(measures)), freq="M"
            ),
            "measure": pd.Categorical(np.tile(np.repeat(measures, each), len(span)), measures),
            "quantile": np.tile(np.array(shares), size),
            "value": values.reshape(-1),
        }
    )


def drivers_frame(
    draws: Draws, results: Mapping[str, FloatArray]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """The frame of `estimator.frames.DRIVERS`, most important first, and what is left over.

    Parameters
    ----------
    draws : Draws
        All that were used.
    results : mapping of str to array
        Requests and cost of the whole span, for each draw.

    Returns
    -------
    DataFrame, dict
        The remainder of each result is 1 less the shares: interactions of assumptions, and the
        noise of counts; NaN where the result has no spread. [0-1]
    """
    inputs = draws.inputs
    ranges = [uncertain.range for uncertain in inputs.values()]
    frame = pd.DataFrame(
        {
            "assumption": pd.Series(list(inputs), dtype=object),
            "low": np.array([each.low for each in ranges], dtype=np.float64),
            "mid": np.array([each.mid for each in ranges], dtype=np.float64),
            "high": np.array([each.high for each in ranges], dtype=np.float64),
            "source": pd.Series([each.source or "" for each in ranges], dtype=object),
        }
    )
    varies = {name: result.min() < result.max() for name, result in results.items()}
    found = np.array(
        [
            first_order(draws.order[path], draws.drawn[path], list(results.values()))
            for path in inputs
        ]
    ).reshape(-1, len(results))
    left = {}
    for number, measure in enumerate(results):
        frame[f"share_{measure}"] = found[:, number]
        sums = float(np.sum(found[:, number]))
        left[measure] = max(0.0, 1.0 - sums) if varies[measure] else math.nan
    shares = [f"share_{measure}" for measure in reversed(list(results))]
    # by name where shares are equal, so that the order is the same every time
    frame = frame.sort_values(
        [*shares, "assumption"], ascending=[*(False for _ in shares), True], kind="stable"
    )
    frame = frame.reset_index(drop=True)
    return frame, left


def classes_for(draws: int) -> int:
    """The number of classes of equal frequency: a quarter of the root of the draws, 5 at least.

    >>> classes_for(100), classes_for(10_000)
    (5, 25)
    """
    return max(5, round(math.sqrt(draws) / 4))


def first_order(order: IntArray, value: FloatArray, results: Sequence[FloatArray]) -> list[float]:
    """The share of the variance of each result that one assumption explains by itself. [0-1]

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
    value : array
        The assumption in each draw.
    results : sequence of array
        Of each draw; one that never varies has nothing to explain.
    """
    draws = len(order)
    classes = classes_for(draws)
    # classes differ by one draw at most, whatever the number of draws
    edges = (np.arange(classes) * draws + classes - 1) // classes
    size = np.diff(edges, append=draws)
    # the inverse of the order: which draw has each rank
    by_rank = np.empty(draws, dtype=np.int64)
    by_rank[order] = np.arange(draws)
    ranked = value[by_rank]
    x = ranked - np.repeat(np.add.reduceat(ranked, edges) / size, size)
    spread = np.add.reduceat(x * x, edges)
    fitted = 2 * classes - 1
    # without any effect (draws - 1) x explained is about chi-squared, `fitted` degrees of freedom
    chance = (fitted + 3.0 * math.sqrt(2.0 * fitted)) / (draws - 1)
    found = []
    for result in results:
        if result.min() == result.max():
            found.append(0.0)
            continue
        y = (result - result.mean())[by_rank]
        sums, along = np.add.reduceat(y, edges), np.add.reduceat(x * y, edges)
        # no line in a class in which the assumption does not vary
        lines = along * along / np.where(spread > 0, spread, 1.0)
        explained = float(np.sum(sums * sums / size + lines)) / float(np.sum(y * y))
        left = (1.0 - explained) * (draws - 1) / (draws - 1 - fitted)
        found.append(1.0 - left if explained >= chance else 0.0)
    return found
