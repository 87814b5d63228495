"""What was measured, whichever source it came from: one shape."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

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
    rows : DataFrame
        The frame of `estimator.frames.ACTUALS`, with the columns that the source can tell.
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
    """

    source: str
    rows: pd.DataFrame
    files: int
    records: int
    duplicates: int = 0
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    coverage: Coverage = field(default_factory=Coverage)
    notices: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Sums over all rows: ``requests``, ``by_cause``, ``by_operation`` and what else is told.

        [request], costs in the bill's currency
        """
        rows = self.rows
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
                rows[name] = rows[name].astype(str).replace("NaT", None)
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


def actuals_frame(
    columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]], by: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """The actuals frame of these columns, in its order and dtypes, summed to `by`.

    Parameters
    ----------
    columns : mapping of str to array
        Columns by name, all of one length; ``month`` comes from ``day`` where it is left out.
    by : tuple of str, optional
        Keys to tell apart (see `actuals_grain`). Default: all there are.
    """
    frame = pd.DataFrame(dict(columns))
    if "day" in frame:
        frame["day"] = pd.PeriodIndex(frame["day"], freq="D")
        if "month" not in frame:
            frame["month"] = frame["day"].dt.asfreq("M")
    if "month" in frame and not isinstance(frame["month"].dtype, pd.PeriodDtype):
        frame["month"] = pd.PeriodIndex(frame["month"], freq="M")
    known = [name for name in _KEYS if name in frame]
    keys = known if by is None else [name for name in known if name in (*by, "unit", "source")]
    sums = [name for name in _SUMS if name in frame]
    frame = _summed(frame, keys, sums)
    for name in frame.columns:
        if not _DTYPES[name].startswith("period"):
            frame[name] = frame[name].astype(_DTYPES[name])
    return frame[[one.name for one in ACTUALS if one.name in frame]]


def _summed(frame: pd.DataFrame, keys: list[str], sums: list[str]) -> pd.DataFrame:
    """One row for each combination of keys; coverage as the mean over quantities."""
    weights = frame[sums[0]].fillna(0.0).to_numpy(dtype=float)
    # rows of no quantity still say what they cover
    weights = np.where(weights > 0, weights, 1e-9)
    frame = frame.assign(_weight=weights, coverage=frame["coverage"].astype(float) * weights)
    groups = frame.groupby(keys, observed=True, dropna=False, sort=True)
    told = groups[[*sums, "coverage", "_weight"]].sum(min_count=1).reset_index()
    told["coverage"] = (told["coverage"] / told["_weight"]).clip(0.0, 1.0)
    return told.drop(columns="_weight")


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
