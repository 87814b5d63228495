"""What was measured, whichever source it came from: one shape."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from estimator.actuals.coverage import Coverage
from estimator.actuals.skipped import SkippedFiles
from estimator.figures import count
from estimator.frames import ACTUALS
from pricing.errors import Problem, UsageError

CAUSES = ("put", "check", "digest", "get", "replication", "other")

_SUMS = ("quantity", "files", "free", "billable", "cost", "lines")
_KEYS = tuple(one.name for one in ACTUALS if one.name not in (*_SUMS, "coverage"))
_DTYPES = {one.name: one.dtype for one in ACTUALS}


@dataclass(frozen=True, eq=False, repr=False)
class Actuals:
    """What really happened, by one source.

    Attributes
    ----------
    source : str
        The kind of input, such as ``cloudtrail``.
    measured : DataFrame
        The frame of `estimator.frames.ACTUALS`, with all columns that the source can tell.
    files, records, duplicates : int
        Files read; records (events, names, lines) in them; copies that were not counted again.
    skipped : SkippedFiles
        What could not be read, and why.
    coverage : Coverage
        Which hours the input covers.
    notices : tuple of str
        What to know before believing it.
    details : mapping
        Further counts of this source, by their key in the JSON.
    by : tuple of str, optional
        Columns that `rows` tells apart. Default: all. Totals do not depend on it.
    """

    source: str
    measured: pd.DataFrame
    files: int
    records: int
    duplicates: int = 0
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    coverage: Coverage = field(default_factory=Coverage)
    notices: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[str, ...] | None = None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """`measured`, summed to the columns that were asked for."""
        return self.measured if self.by is None else _summed(self.measured, self.by)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Sums over everything: ``requests``, ``by_cause``, ``by_operation`` and what else is told.

        [request], costs in the bill's currency
        """
        rows = self.measured
        requests = rows[rows["unit"] == "request"]
        by_cause = dict.fromkeys(CAUSES, 0.0) | _sums(requests, "cause")
        return {
            "requests": _sum(requests["quantity"]),
            "by_cause": by_cause,
            "by_operation": dict(sorted(_sums(requests, "operation").items())),
            **self.details.get("totals", {}),
        }

    def to_dict(self) -> dict[str, Any]:
        """The measurement as documented JSON."""
        rows = self.rows.copy()
        for name in ("month", "day"):
            if name in rows:
                rows[name] = ["" if pd.isna(one) else str(one) for one in rows[name]]
        records = [_plain(row) for row in rows.to_dict("records")]
        return {
            "source": self.source,
            "totals": self.totals,
            "rows": records,
            "files": self.files,
            "records": self.records,
            "duplicates": self.duplicates,
            "skipped": [one.to_dict() for one in self.skipped],
            "skipped_by_reason": dict(self.skipped.by_reason),
            "coverage": self.coverage.to_dict(),
            "notices": list(self.notices),
            **{name: value for name, value in self.details.items() if name != "totals"},
        }

    def __repr__(self) -> str:
        requests = count(self.totals["requests"])
        skipped = f", {len(self.skipped):,} skipped" if self.skipped else ""
        return f"<Actuals {self.source}: {requests} requests in {self.files:,} files{skipped}>"

    def _repr_html_(self) -> str:
        said = "".join(f"<p>Note: {html.escape(notice)}</p>" for notice in self.notices)
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{self.rows.to_html(max_rows=20)}{said}"


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
    return _summed(frame, _KEYS)


def _periods(values: pd.Series[Any], freq: Literal["D", "M"]) -> pd.PeriodIndex:
    """Days or months out of dates or text; what is no date is NaT."""
    known = {
        value: pd.Period(str(value), freq) if not pd.isna(value) and value != "" else pd.NaT
        for value in values.unique()
    }
    return pd.PeriodIndex([known[value] for value in values], freq=freq)


def _summed(frame: pd.DataFrame, by: tuple[str, ...]) -> pd.DataFrame:
    """One row for each combination of keys; coverage as the mean over quantities."""
    always = ("unit", "source", "currency", *(("month",) if "day" in by else ()))
    keys = [name for name in _KEYS if name in frame and name in (*by, *always)]
    sums = [name for name in _SUMS if name in frame]
    weights = frame["quantity"].fillna(0.0).to_numpy(dtype=float)
    weights = np.where(weights > 0, weights, 1e-9)  # rows of no quantity still say what they cover
    frame = frame.assign(_weight=weights, coverage=frame["coverage"].astype(float) * weights)
    groups = frame.groupby(keys, observed=True, dropna=False, sort=True)
    told = groups[[*sums, "coverage", "_weight"]].sum(min_count=1).reset_index()
    told["coverage"] = (told["coverage"] / told["_weight"]).clip(0.0, 1.0)
    for name in (*keys, *sums, "coverage"):
        if not _DTYPES[name].startswith("period"):
            told[name] = cast("Any", told[name]).astype(_DTYPES[name])
    return told[[one.name for one in ACTUALS if one.name in told]]


def actuals_grain(by: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """The columns that ``--by`` names, or None for all of them.

    >>> actuals_grain("trail,billed-account")
    ('billed_account', 'trail')

    Raises
    ------
    UsageError
        A name is no column.
    """
    words = [] if by is None else by.split(",") if isinstance(by, str) else list(by)
    names = [word.strip().replace("-", "_") for word in words]
    if not names or names == ["all"]:
        return None
    for word, name in zip(words, names, strict=True):
        if name not in _KEYS:
            expected = f"columns out of {', '.join(_KEYS)}, or all alone"
            raise UsageError(Problem("--by", None, "", repr(word), expected, ""))
    return tuple(name for name in _KEYS if name in names)


def _sums(rows: pd.DataFrame, column: str) -> dict[str, float]:
    if column not in rows:
        return {}
    sums = rows.groupby(column, observed=True)["quantity"].sum()
    return {str(name): float(value) for name, value in sums.items()}


def _sum(values: pd.Series[float]) -> float:
    return math.fsum(value for value in values if not math.isnan(value))


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        str(name): None if isinstance(value, float) and math.isnan(value) else value
        for name, value in row.items()
    }
