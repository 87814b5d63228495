"""The ranking of assumptions: which number to find out first."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from estimator.months import FloatArray
from estimator.simulation.draws import Draws
from estimator.simulation.sensitivity import first_order


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
    doubts = draws.doubts
    said = [doubt.range for doubt in doubts.values()]
    frame = pd.DataFrame(
        {
            "assumption": pd.Series(list(doubts), dtype=object),
            "low": np.array([one.low for one in said], dtype=np.float64),
            "mid": np.array([one.mid for one in said], dtype=np.float64),
            "high": np.array([one.high for one in said], dtype=np.float64),
            "source": pd.Series([one.source or "" for one in said], dtype=object),
        }
    )
    varies = {name: result.min() < result.max() for name, result in results.items()}
    found = np.array(
        [
            first_order(draws.order[path], draws.drawn[path], list(results.values()))
            for path in doubts
        ]
    ).reshape(-1, len(results))
    left = {}
    for number, measure in enumerate(results):
        frame[f"share_{measure}"] = found[:, number]
        sums = float(np.sum(found[:, number]))
        left[measure] = max(0.0, 1.0 - sums) if varies[measure] else math.nan
    shares = [f"share_{measure}" for measure in reversed(list(results))]
    frame = frame.sort_values(
        [*shares, "assumption"], ascending=[*(False for _ in shares), True], kind="stable"
    )
    frame = frame.reset_index(drop=True)
    return frame, left
