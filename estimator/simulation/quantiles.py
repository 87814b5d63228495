"""Quantiles of draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from estimator.months import FloatArray, Months


def quantiles_of(values: FloatArray, shares: Sequence[float]) -> FloatArray:
    """The quantiles of draws, as many as shares.

    The k-th smallest of n draws stands for (k - 1/2) / n, the middle of the part of the
    distribution that it was drawn from (Hazen; definition 5 of Hyndman and Fan 1996, The American
    Statistician 50(4), 361-365).

    >>> quantiles_of(np.array([3.0, 1.0, 2.0, 4.0]), [0.125, 0.5, 0.95]).tolist()
    [1.0, 2.5, 4.0]
    """
    last = len(values) - 1
    # beyond the outermost draws there is nothing to go between: the outermost itself
    place = np.clip(np.array(shares) * len(values) - 0.5, 0.0, last)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, last)
    # only the draws that are asked for must stand in their places: no sort of all
    ordered = np.partition(values, np.unique([below, above]))
    low, high = ordered[below], ordered[above]
    # rounding may pass the upper neighbour, and quantiles must not cross
    return np.minimum(low + (high - low) * (place - below), high)


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
