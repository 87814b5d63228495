"""Rows of the actuals frame as a frame: put into its order and dtypes, and summed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from estimator.frames import ACTUALS
from estimator.measurement.grain import ALWAYS, KEYS, SUMS

_DTYPES = {one.name: one.dtype for one in ACTUALS}


def actuals_frame(columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> pd.DataFrame:
    """The actuals frame of these columns, in its order and dtypes, a row for each combination.

    Parameters
    ----------
    columns : mapping of str to array
        Columns by name, all of one length; ``month`` comes from ``day`` where it is left out.
    """
    frame = pd.DataFrame({name: list(column) for name, column in columns.items()})
    if "day" in frame:
        frame["day"] = _periods(frame["day"], "D")
        if "month" not in frame:
            frame["month"] = frame["day"].dt.asfreq("M")
    if "month" in frame and not isinstance(frame["month"].dtype, pd.PeriodDtype):
        frame["month"] = _periods(frame["month"], "M")
    return summed(frame, KEYS)


def _periods(values: pd.Series[Any], freq: Literal["D", "M"]) -> pd.PeriodIndex:
    """Days or months out of dates or text; what is no date is NaT."""
    known = {
        value: pd.Period(str(value), freq) if not pd.isna(value) and value != "" else pd.NaT
        for value in values.unique()
    }
    return pd.PeriodIndex([known[value] for value in values], freq=freq)


def summed(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """One row for each combination of keys; coverage as the mean over quantities."""
    always = (*ALWAYS, *(("month",) if "day" in by else ()))
    keys = [name for name in KEYS if name in frame and name in (*by, *always)]
    sums = [name for name in SUMS if name in frame]
    weights = frame["quantity"].fillna(0.0).to_numpy(dtype=float)
    weights = np.where(weights > 0, weights, 1e-9)  # rows of no quantity still say what they cover
    frame = frame.assign(_weight=weights, coverage=frame["coverage"].astype(float) * weights)
    groups = frame.groupby(keys, observed=True, dropna=False, sort=True)
    told = groups[[*sums, "coverage", "_weight"]].sum(min_count=1).reset_index()
    told["coverage"] = (told["coverage"] / told["_weight"]).clip(0.0, 1.0)
    return _in_order(told)


def typed(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The actuals frame of rows that are told apart already; days and months as text."""
    frame = pd.DataFrame({name: list(column) for name, column in columns.items()})
    for name, freq in (("day", "D"), ("month", "M")):
        if name in frame:
            frame[name] = _periods(frame[name], cast("Any", freq))
    return _in_order(frame)


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        dtype = _DTYPES.get(name)
        if dtype is not None and not dtype.startswith("period"):
            frame[name] = cast("Any", frame[name]).astype(dtype)
    return frame[[one.name for one in ACTUALS if one.name in frame]]
