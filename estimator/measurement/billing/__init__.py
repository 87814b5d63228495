"""Bills to actuals: what AWS charged for KMS and CloudTrail, in the words of the forecast.

Read so: `deliveries` finds the files, `archives` unpacks them, `tables` reads the columns that
`layouts` knows in chunks, `charges` gives each line its unit and its Region, `periods` says what
part of a month there is, and `summary` adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.measurement.billing import summary
from estimator.measurement.billing.archives import members, open_table, sniff
from estimator.measurement.billing.charges import charges, sum_charges
from estimator.measurement.billing.deliveries import find_bills
from estimator.measurement.billing.periods import bill_coverage, moments, shares
from estimator.measurement.billing.repeats import NOTHING, Marks, marks, repeat_notices
from estimator.measurement.billing.tables import CHUNK, Chunk, read_csv, read_parquet
from estimator.measurement.paths import as_paths
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_frame, actuals_grain
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import Refused, UnreadableError, readable

__all__ = ["measure_bill"]

_SUMMED = ("month", "day", "payer", "billed_account", "billed_region", "key", "cause", "operation")
_ROWS = (
    *_SUMMED,
    "quantity",
    "unit",
    "free",
    "billable",
    "cost",
    "currency",
    "product",
    "meter",
    "lines",
)


def measure_bill(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
) -> Actuals:
    """The KMS requests, keys and CloudTrail events that a bill shows.

    Parameters
    ----------
    paths : path or several
        Cost and Usage Reports (legacy and 2.0) and FOCUS 1.0 to 1.2, CSV or Parquet, plain, gzip
        or zip; their manifests; folders of them. Told apart by their columns and bytes.
    by : str or sequence of str, optional
        Columns that `rows` tells apart. Default: all there are.
    strict : bool
        A file that cannot be counted is an error.

    Returns
    -------
    Actuals
        Requests [request], key-months [key-month] and events [event] with their free part and
        their unblended cost [the bill's currency]; taxes, credits and discounts as rows of a cost
        alone. Its `totals` add costs and key-months, its JSON ``lines`` and ``usage_types``.

    Raises
    ------
    KmscostError
        Nothing could be read, a manifest's file is missing, amounts are in several currencies, one
        month stands in two kinds of bill, or, with `strict`, a file was skipped.
    """
    grain = actuals_grain(by)
    refused = Refused()
    names = as_paths(paths)
    delivered = find_bills(names, refused)
    whole = _Tally()
    seen: list[tuple[str, Marks]] = []
    for path, member in _tables(delivered.files, refused):
        shown = path if member is None else f"{path}!{member}"
        try:
            counted = _count(path, member)
            whole.add(counted)
            # each line once: equal lines of one file are no repeat, only those of two files are
            seen.append((shown, np.unique(np.concatenate([NOTHING, *counted.marks]))))
        except UnreadableError as error:
            refused.add(shown, error)
    if not whole.files:
        raise refused.nothing(names, "the files of a bill", "check the path")
    if strict and refused.skipped:
        raise refused.skipped.refuse()
    notices = (*delivered.notices, *repeat_notices(seen))
    return _actuals(whole, names[0], grain, refused.skipped, notices)


@dataclass
class _Tally:
    """The charges counted so far, in bounded memory: they are summed as they come."""

    files: int = 0
    records: int = 0
    currencies: set[str] = field(default_factory=set)
    spans: set[tuple[pd.Timestamp, pd.Timestamp]] = field(default_factory=set)
    reports: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    marks: list[Marks] = field(default_factory=list)  # of one file

    def add(self, other: _Tally) -> None:
        """Add everything that `other` counted."""
        self.files += other.files
        self.records += other.records
        self.currencies |= other.currencies
        self.spans |= other.spans
        for report, parts in other.reports.items():
            self.extend(report, parts)

    def extend(self, report: str, parts: list[pd.DataFrame]) -> None:
        """Add charges of one kind of report."""
        known = self.reports.setdefault(report, [])
        known.extend(parts)
        if sum(len(part) for part in known) > CHUNK:
            known[:] = [sum_charges(known)]


def _tables(files: Sequence[str], refused: Refused) -> Iterator[tuple[str, str | None]]:
    """Every table in the files: the file itself, or each member of a zip file."""
    for path in files:
        try:
            with readable():
                is_archive = sniff(path) == "zip"
            for member in members(path) if is_archive else (None,):
                yield path, member
        except UnreadableError as error:
            refused.add(path, error)


def _count(path: str, member: str | None) -> _Tally:
    """The charges of one table, or `UnreadableError`: a file counts whole or not at all."""
    tally = _Tally(files=1)
    spans: set[tuple[str, str]] = set()
    with open_table(path, member) as (stream, kind):
        if kind == "empty":
            raise UnreadableError("an empty file", "the table of a bill", "download it again")
        # a manifest among the files was read already; inside an archive it names files elsewhere
        if kind == "json":
            raise UnreadableError("JSON", "the table of a bill", "name its data files")
        read = read_parquet(stream, path) if kind == "parquet" else read_csv(stream)
        columns, chunks = read
        lines: Chunk
        for lines in chunks:
            tally.records += lines.lines
            tally.currencies |= lines.currencies
            spans |= lines.spans
            if len(lines.charges):
                tally.marks.append(marks(lines.charges))
                tally.extend(columns.report, [sum_charges([charges(lines.charges, columns)])])
    # spans are kept as text until here: few of them differ, and dates are slow to read
    names = (columns.name("start"), columns.name("end"))
    starts, ends = (moments((span[at] for span in spans), name) for at, name in enumerate(names))
    tally.spans = {(starts[a], ends[b]) for a, b in spans if a in starts and b in ends}
    return tally


def _actuals(
    whole: _Tally,
    path: str,
    grain: tuple[str, ...] | None,
    skipped: SkippedFiles,
    notices: tuple[str, ...],
) -> Actuals:
    reports = {report: sum_charges(parts) for report, parts in whole.reports.items()}
    summary.one_report_a_month(reports, path)
    counted = sum_charges(list(reports.values()))
    currency = summary.one_currency(counted, whole.currencies, path)
    coverage = bill_coverage(whole.spans)
    columns: dict[str, Any] = {
        **{name: counted[name] for name in _ROWS},
        "source": ["bill"] * len(counted),
        "coverage": shares(counted["day"], counted["month"], coverage),
    }
    return Actuals(
        source="bill",
        all_rows=actuals_frame(columns),
        files=whole.files,
        records=whole.records,
        skipped=skipped,
        coverage=coverage,
        notices=(*notices, *summary.notices(counted, whole.records), *coverage.notices()),
        details=summary.details(counted, currency),
        by=grain,
    )
