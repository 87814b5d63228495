"""A frame that is ready to leave, and what its writers need of it.

Its rows, what its columns mean, what to know before use; its cells as Python has them, and the
library that a format is written by.
"""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.frames import Column
from pricing.notebook import NotebookResult
from pricing.reading.problems import KmscostError, Problem

_EPOCH = datetime.date(1970, 1, 1)


@dataclass(frozen=True, eq=False, repr=False)
class Table(NotebookResult):
    """A frame that is ready to leave.

    Attributes
    ----------
    name : str
        Of the frame, such as charges.
    rows : DataFrame
        The frame itself.
    columns : tuple of Column
        Name, dtype, unit and meaning of each of its columns, in their order.
    notices : tuple of str
        What to know before using it; last the other interpretation's total, if it has a cost.
    """

    name: str
    rows: pd.DataFrame
    columns: tuple[Column, ...]
    notices: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self.rows):,} rows, {len(self.columns)} columns>"


def kind_of(values: pd.Series) -> str:
    """Return the kind of a column: number, whole, flag, month, day, moment or text.

    >>> kind_of(pd.Series([1.5])), kind_of(pd.Series(pd.PeriodIndex(["2026-11"], freq="M")))
    ('number', 'month')
    """
    dtype = values.dtype
    if isinstance(dtype, pd.PeriodDtype):
        return "month" if str(dtype) == "period[M]" else "day"
    return {"f": "number", "i": "whole", "u": "whole", "b": "flag", "M": "moment"}.get(
        dtype.kind, "text"
    )


def cells(values: pd.Series) -> list[Any]:
    """The values of a column as Python has them; None where nothing is known.

    A month is its first day, a day a date, a moment a datetime in UTC.

    >>> cells(pd.Series(pd.PeriodIndex(["2026-11", "NaT"], freq="M")))
    [datetime.date(2026, 11, 1), None]
    >>> cells(pd.Series(["a", None], dtype="category")), cells(pd.Series([0.5, float("nan")]))
    (['a', None], [0.5, None])
    """
    kind = kind_of(values)
    if kind in ("month", "day"):
        starts = values.array.asfreq("D", how="start")
        days = starts.asi8.tolist()
        known = (~values.isna()).tolist()
        return [_day(day) if is_known else None for day, is_known in zip(days, known, strict=True)]
    if isinstance(values.dtype, pd.CategoricalDtype):
        names = [str(name) for name in values.cat.categories]
        return [None if code < 0 else names[code] for code in values.cat.codes.tolist()]
    if kind == "moment":
        return [None if pd.isna(moment) else moment.to_pydatetime() for moment in values]
    plain = values.tolist()
    if kind == "text":
        return [None if pd.isna(text) else str(text) for text in plain]
    if kind == "number":
        return [None if number != number else number for number in plain]  # noqa: PLR0124 (NaN)
    return plain


def _day(number: int) -> datetime.date:
    return _EPOCH + datetime.timedelta(days=number)


def describe_columns(
    rows: pd.DataFrame, known: Sequence[Column], currency: str
) -> tuple[Column, ...]:
    """The declared column of each column of a frame, in the frame's order.

    Columns in another currency than USD have its code in their name and unit.
    """
    code = currency.lower()
    by_name: dict[str, Column] = {}
    for column in known:
        by_name[column.name] = column
        renamed = column.name.replace("usd", code)
        unit = column.unit.replace("USD", currency)
        by_name[renamed] = Column(renamed, column.dtype, unit, column.meaning)
    return tuple(
        by_name.get(name) or Column(name, str(rows[name].dtype), "-", "") for name in rows.columns
    )


def import_extra(module: str, extra: str, form: str) -> Any:
    """The module of an optional library.

    Raises
    ------
    KmscostError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        library = module.partition(".")[0]
        found = f"{form}, which needs {library} to be written"
        fix = f"pip install 'kms-cost-estimator[{extra}]'"
        raise KmscostError(
            Problem("form", None, "", found, f"{library} installed, or another format", fix)
        ) from None
