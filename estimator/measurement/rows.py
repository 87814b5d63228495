"""Rows of the actuals: what tells them apart, and their sums as plain columns and as a frame.

pandas is imported where a frame is wanted: logs are counted sooner than it loads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from estimator.frames import ACTUALS
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean, split_words

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SUMS = ("quantity", "files", "free", "billable", "cost", "lines")
KEYS = tuple(column.name for column in ACTUALS if column.name not in (*SUMS, "coverage"))

# rows are never added up over these, whatever is asked for: requests and key-months, or dollars and
# euros, have no sum
ALWAYS = ("unit", "source", "currency", "product")

_DTYPES = {column.name: column.dtype for column in ACTUALS}

# the weight of a row without quantity in a mean of coverage: it still tells what it covers, and is
# lost beside one request
_NO_QUANTITY = 1e-9


def actuals_grain(by: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """The columns that ``--by`` names, or None for all of them.

    >>> actuals_grain("trail,billed-account")
    ('billed_account', 'trail')

    Raises
    ------
    UsageError
        A name is no column.
    """
    words = [] if by is None else split_words(by, "by")
    names = [word.replace("-", "_") for word in words]
    if not names or names == ["all"]:
        return None
    for word, name in zip(words, names, strict=True):
        if name not in KEYS:
            expected = f"columns out of {', '.join(KEYS)}; or alone: all"
            raise UsageError(
                Problem("by", None, "", repr(word), expected, did_you_mean(name, KEYS))
            )
    return tuple(name for name in KEYS if name in names)


class PlainRows:
    """A row for each combination of keys, in the order of the keys; what has no day comes last.

    Parameters
    ----------
    columns : mapping of str to sequence
        Columns of `estimator.frames.ACTUALS`, all of one length: dates or None as ``day``, texts,
        ``quantity`` [request] and ``coverage`` [0-1]. ``month`` comes from ``day``.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any]]) -> None:
        months = [f"{day:%Y-%m}" if day else "" for day in columns["day"]]
        days = [f"{day:%Y-%m-%d}" if day else "" for day in columns["day"]]
        self._columns = _sum_columns({**columns, "month": months, "day": days}, KEYS)

    def records(self, by: tuple[str, ...] | None) -> list[dict[str, Any]]:
        """The rows summed to the columns `by`, as documented JSON."""
        columns = self._by(by)
        names = list(columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def frame(self, by: tuple[str, ...] | None) -> pd.DataFrame:
        """The rows summed to the columns `by`, as the actuals frame."""
        return _frame_of(self._by(by))

    def total(self) -> float:
        """All requests. [request]"""
        return math.fsum(self._columns["quantity"])

    def sums(self, column: str) -> dict[str, float]:
        """Requests for each value of a column. [request]"""
        sums: dict[str, float] = {}
        for value, quantity in zip(self._columns[column], self._columns["quantity"], strict=True):
            sums[value] = sums.get(value, 0.0) + quantity
        return sums

    def _by(self, by: tuple[str, ...] | None) -> dict[str, list[Any]]:
        return self._columns if by is None else _sum_columns(self._columns, by)


def _sum_columns(columns: Mapping[str, Sequence[Any]], by: tuple[str, ...]) -> dict[str, list[Any]]:
    """One row for each combination of keys; coverage as the mean over quantities."""
    wanted = {*by, *ALWAYS, *(("month",) if "day" in by else ())}
    keys = [name for name in KEYS if name in columns and name in wanted]
    groups: dict[tuple[Any, ...], list[float]] = {}
    rows = zip(
        zip(*(columns[name] for name in keys), strict=True),
        columns["quantity"],
        columns["coverage"],
        strict=True,
    )
    for key, quantity, coverage in rows:
        weight = quantity or _NO_QUANTITY
        group = groups.get(key)
        if group is None:
            groups[key] = [quantity, coverage * weight, weight]
        else:
            group[0] += quantity
            group[1] += coverage * weight
            group[2] += weight
    dated = [at for at, name in enumerate(keys) if name in ("day", "month")]
    # no day is an empty text, which would sort before all others
    order = sorted(groups, key=lambda key: (*(not key[at] for at in dated), key))
    # of no rows zip has no columns: not even empty ones
    sums: dict[str, list[Any]] = {
        name: list(column) for name, column in zip(keys, zip(*order, strict=True), strict=False)
    } or {name: [] for name in keys}
    sums["quantity"] = [groups[key][0] for key in order]
    # a mean of ones may come out a last bit above one
    sums["coverage"] = [min(groups[key][1] / groups[key][2], 1.0) for key in order]
    return {column.name: sums[column.name] for column in ACTUALS if column.name in sums}


def actuals_frame(columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> pd.DataFrame:
    """The actuals frame of these columns, in its order and dtypes, a row for each combination.

    Parameters
    ----------
    columns : mapping of str to array
        Columns by name, all of one length; ``month`` comes from ``day`` where it is left out.
    """
    import pandas as pd

    frame = pd.DataFrame({name: list(column) for name, column in columns.items()})
    if "day" in frame:
        frame["day"] = _periods(frame["day"], "D")
        if "month" not in frame:
            frame["month"] = frame["day"].dt.asfreq("M")
    if "month" in frame and not isinstance(frame["month"].dtype, pd.PeriodDtype):
        frame["month"] = _periods(frame["month"], "M")
    return sum_frame(frame, KEYS)


def _periods(values: pd.Series[Any], freq: Literal["D", "M"]) -> pd.PeriodIndex:
    """Days or months out of dates or text; what is no date is NaT."""
    import pandas as pd

    # of rows by the million few days differ, and a Period is slow to make
    known = {
        value: pd.Period(str(value), freq) if not pd.isna(value) and value != "" else pd.NaT
        for value in values.unique()
    }
    return pd.PeriodIndex([known[value] for value in values], freq=freq)


def sum_frame(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """One row for each combination of keys; coverage as the mean over quantities."""
    import numpy as np

    always = (*ALWAYS, *(("month",) if "day" in by else ()))
    keys = [name for name in KEYS if name in frame and name in (*by, *always)]
    sums = [name for name in SUMS if name in frame]
    weights = frame["quantity"].fillna(0.0).to_numpy(dtype=float)
    weights = np.where(weights > 0, weights, _NO_QUANTITY)
    frame = frame.assign(_weight=weights, coverage=frame["coverage"].astype(float) * weights)
    groups = frame.groupby(keys, observed=True, dropna=False, sort=True)
    # min_count: a sum of unknown quantities is unknown, and no zero
    rows = groups[[*sums, "coverage", "_weight"]].sum(min_count=1).reset_index()
    rows["coverage"] = (rows["coverage"] / rows["_weight"]).clip(0.0, 1.0)
    return _in_order(rows)


def _frame_of(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The actuals frame of rows that are distinct already; days and months as text."""
    import pandas as pd

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
    return frame[[column.name for column in ACTUALS if column.name in frame]]
