"""The measurement, in one shape whichever source it came from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from estimator.figures import plain, plural
from estimator.measurement.coverage import Coverage
from estimator.measurement.doubts import doubts_as_records
from estimator.measurement.rows import PlainRows, sum_frame
from estimator.measurement.skipped import SkippedFiles
from pricing.notebook import NotebookResult

if TYPE_CHECKING:
    import pandas as pd

CAUSES = ("put", "check", "digest", "get", "replication", "other")


@dataclass(frozen=True, eq=False, repr=False)
class Actuals(NotebookResult):
    """A measurement of what really happened, by one source.

    Attributes
    ----------
    source : str
        The kind of input, such as ``cloudtrail``.
    all_rows : DataFrame or PlainRows
        All that was counted, with every column of `measured`.
    files, records, duplicates : int
        Files read; records (events, names, lines) in them; copies that were not counted again.
    skipped : SkippedFiles
        What could not be read, and why.
    coverage : Coverage
        Which hours the input covers.
    notices : tuple of str
        What to know before believing it; what makes a sum doubtful is a `Doubt`.
    details : mapping
        Further counts of this source, by their key in the JSON.
    by : tuple of str, optional
        Columns that `rows` distinguishes. Default: all. Totals do not depend on it.
    """

    source: str
    all_rows: pd.DataFrame | PlainRows
    files: int
    records: int
    duplicates: int = 0
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    coverage: Coverage = field(default_factory=Coverage)
    notices: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    by: tuple[str, ...] | None = None

    @cached_property
    def measured(self) -> pd.DataFrame:
        """The frame of `estimator.frames.ACTUALS`, with all columns that the source can tell."""
        return self.all_rows.frame(None) if isinstance(self.all_rows, PlainRows) else self.all_rows

    @cached_property
    def rows(self) -> pd.DataFrame:
        """`measured`, summed to the columns that were asked for."""
        if isinstance(self.all_rows, PlainRows):
            return self.all_rows.frame(self.by)
        return self.all_rows if self.by is None else sum_frame(self.all_rows, self.by)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Sums over everything: ``requests``, ``by_cause``, ``by_operation`` and the source's own.

        [request], costs in the bill's currency
        """
        requests, by_cause, by_operation = self._sums()
        return {
            "requests": requests,
            "by_cause": dict.fromkeys(CAUSES, 0.0) | by_cause,
            "by_operation": dict(sorted(by_operation.items())),
            **self.details.get("totals", {}),
        }

    def _sums(self) -> tuple[float, dict[str, float], dict[str, float]]:
        rows = self.all_rows
        if isinstance(rows, PlainRows):
            return rows.total(), rows.sums("cause"), rows.sums("operation")
        # a bill has key-months and events beside them
        rows = rows[rows["unit"] == "request"]
        return _sum(rows["quantity"]), _sums(rows, "cause"), _sums(rows, "operation")

    def _records(self) -> list[dict[str, Any]]:
        # as plain columns: JSON of logs is written before pandas would have been loaded
        if isinstance(self.all_rows, PlainRows):
            return self.all_rows.records(self.by)
        # a copy: the frame keeps its periods, JSON wants text
        rows = self.rows.copy()
        for name in ("month", "day"):
            if name in rows:
                rows[name] = ["" if str(period) == "NaT" else str(period) for period in rows[name]]
        return [plain(row) for row in rows.to_dict("records")]

    def to_dict(self) -> dict[str, Any]:
        """The measurement as documented JSON."""
        return {
            "source": self.source,
            "totals": self.totals,
            "rows": self._records(),
            "files": self.files,
            "records": self.records,
            "duplicates": self.duplicates,
            "skipped": [file.to_dict() for file in self.skipped],
            "skipped_by_reason": dict(self.skipped.by_reason),
            "coverage": self.coverage.to_dict(),
            "notices": [str(notice) for notice in self.notices],
            "doubts": doubts_as_records(self.notices),
            **{name: value for name, value in self.details.items() if name != "totals"},
        }

    def __repr__(self) -> str:
        requests = plural(self.totals["requests"], "request")
        skipped = f", {len(self.skipped):,} skipped" if self.skipped else ""
        return f"<Actuals {self.source}: {requests} in {plural(self.files, 'file')}{skipped}>"


def unread_lines(*measurements: Actuals | None) -> tuple[str, ...]:
    """What of measurements could not be read, a line for each reason."""
    read = (measurement.skipped for measurement in measurements if measurement is not None)
    return tuple(line for skipped in read for line in skipped.lines())


def _sums(rows: pd.DataFrame, column: str) -> dict[str, float]:
    if column not in rows:
        return {}
    sums = rows.groupby(column, observed=True)["quantity"].sum()
    return {str(name): float(value) for name, value in sums.items()}


def _sum(values: pd.Series[float]) -> float:
    # unknown quantities (under a Bucket Key) are left out, and a notice tells of them
    return math.fsum(value for value in values if not math.isnan(value))
