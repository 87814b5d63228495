"""The charges of each table of a bill, added up as they come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import plural
from estimator.measurement.billing import chunks, cost_explorer
from estimator.measurement.billing.amounts import count_odd_costs, odd_scales
from estimator.measurement.billing.archives import Table, members, open_table, sniff
from estimator.measurement.billing.cells import clean, has_lost_zeros
from estimator.measurement.billing.charges import charges, sum_charges
from estimator.measurement.billing.chunks import Chunk, split_amounts
from estimator.measurement.billing.cost_explorer import (
    Entry,
    is_cost_explorer,
    is_cost_explorer_csv,
    read_answers,
    read_download,
)
from estimator.measurement.billing.csv_text import describe_text
from estimator.measurement.billing.json_documents import read_documents, refuse_document
from estimator.measurement.billing.layouts import Columns, is_bill
from estimator.measurement.billing.periods import moments
from estimator.measurement.billing.repeats import (
    NOTHING,
    Contents,
    Marks,
    digest_of,
    mark_of,
    marks,
    places_of,
    stands_twice,
    twice_notice,
)
from estimator.measurement.billing.tables import (
    SlowWayError,
    read_csv,
    read_parquet,
)
from estimator.measurement.billing.unknown_lines import UnknownLines
from estimator.measurement.billing.workbooks import read_sheet, sheets_of
from estimator.measurement.compressed import compression
from estimator.measurement.unreadable import Refused, UnreadableError, readable


@dataclass
class Tally:
    """The charges counted so far, in bounded memory: they are summed as they come."""

    files: int = 0
    records: int = 0
    currencies: set[str] = field(default_factory=set)
    spans: set[tuple[pd.Timestamp, pd.Timestamp]] = field(default_factory=set)
    reports: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    marks: list[Marks] = field(default_factory=list)  # of one file
    places: list[Marks] = field(default_factory=list)  # likewise, where it is not alone
    mark: int = 0  # likewise
    charges: int = 0  # likewise, lines of KMS and CloudTrail
    forecasts: int = 0
    lost_zeros: set[str] = field(default_factory=set)
    no_currency: int = 0  # lines of KMS and CloudTrail whose column of currencies is blank
    unknown: UnknownLines = field(default_factory=UnknownLines)
    notices: dict[str, None] = field(default_factory=dict)
    # account, month and day of charges whose period may go on, whatever else covers it
    open_places: set[tuple[Any, ...]] = field(default_factory=set)

    @property
    def contents(self) -> Contents:
        """What one file holds."""
        return Contents(
            ", ".join(self.reports), self.records, frozenset(self.spans), self.charges, self.mark
        )

    @property
    def months(self) -> frozenset[str]:
        """The months of the charges."""
        parts = (part for parts in self.reports.values() for part in parts)
        return frozenset(str(month) for part in parts for month in part["month"].unique())

    def add(self, other: Tally) -> None:
        """Add everything that `other` counted."""
        self.files += other.files
        self.records += other.records
        self.forecasts += other.forecasts
        self.lost_zeros |= other.lost_zeros
        self.no_currency += other.no_currency
        self.open_places |= other.open_places
        self.unknown.add(other.unknown)
        self.notices |= other.notices
        self.currencies |= other.currencies
        self.spans |= other.spans
        for report, parts in other.reports.items():
            self.extend(report, parts)

    def extend(self, report: str, parts: list[pd.DataFrame]) -> None:
        """Add charges of one kind of report."""
        known = self.reports.setdefault(report, [])
        known.extend(parts)
        if sum(len(part) for part in known) > chunks.CHUNK:
            known[:] = [sum_charges(known)]


def find_tables(files: Sequence[str], refused: Refused) -> Iterator[Table]:
    """Every table in the files: the file itself, each member of a zip file, each sheet."""
    for path in files:
        try:
            with readable():
                kind = sniff(path)
                if kind == "xlsx":
                    tables = [Table(path, sheet=sheet) for sheet in sheets_of(path)]
                else:
                    found = members(path) if kind == "zip" else (None,)
                    tables = [Table(path, member) for member in found]
            yield from tables
        except UnreadableError as error:
            refused.add(path, error)


def count_table(table: Table, alone: bool = False) -> Tally | list[Entry]:
    """The charges of one table, or `UnreadableError`: a file counts whole or not at all.

    Parameters
    ----------
    table : Table
    alone : bool
        No other is counted: its charges need no mark, to be found again in another form.
    """
    try:
        return _count_once(table, alone, slow=False)
    except SlowWayError:
        return _count_once(table, alone, slow=True)


def digest_table(table: Table) -> bytes:
    """A digest of the table's unpacked bytes."""
    with open_table(table) as (stream, _):
        return digest_of(stream)


def _count_once(table: Table, alone: bool, slow: bool) -> Tally | list[Entry]:
    with open_table(table) as (stream, kind):
        if kind == "empty":
            raise UnreadableError("an empty file", "the table of a bill", "download it again")
        if kind == "json":
            documents = read_documents(stream)
            if is_cost_explorer(documents):
                return read_answers(documents)
            # a manifest among the files was read already; in an archive it names files elsewhere
            raise refuse_document(documents[0])
        if kind == "xlsx":
            return _tally(*read_sheet(stream, table.path, table.sheet or ""), alone, slow=True)
        if kind == "parquet":
            return _tally(*read_parquet(stream, table.path), alone, slow=True)
        text = describe_text(stream, lambda names: is_bill(names) or is_cost_explorer_csv(names))
        if is_cost_explorer_csv(text.header):
            return read_download(stream)
        tally = _tally(*read_csv(stream, slow, text), alone, slow=slow)
        if not _has_end(table.path):
            tally.notices[
                f"{table.shown}: the last line has no end; the file may have been cut off"
            ] = None
        return tally


def _has_end(path: str) -> bool:
    """Tell whether a file ends with a line end; of what is packed the packing tells."""
    with Path(path).open("rb") as stream:
        if compression(stream.read(8)) is not None or sniff(path) != "csv":
            return True
        stream.seek(-min(stream.seek(0, 2), 2), 2)
        return stream.read().strip(b"\0")[-1:] in (b"\n", b"\r")


def _tally(columns: Columns, parts: Iterator[Chunk], alone: bool, slow: bool) -> Tally:
    tally = Tally(files=1)
    spans: set[tuple[str, str]] = set()
    estimates: set[tuple[str, str]] = set()
    of_aws = 0
    for lines in parts:
        tally.records += lines.lines
        tally.forecasts += lines.forecasts
        of_aws += lines.of_aws
        tally.currencies |= lines.currencies
        spans |= lines.spans
        estimates |= lines.estimates
        tally.unknown.alike.add(lines.alike)
        if len(lines.charges):
            rows = split_amounts(lines.charges, lines.numbers, columns)
            _count_odd_lines(tally, lines.charges, columns)
            tally.marks.append(marks(lines.charges))
            try:
                charged = charges(rows, columns)
            except UnreadableError as error:
                # the slow way knows the lines
                if not slow:
                    raise SlowWayError from None
                raise _locate(error, rows, columns, lines.numbers) from None
            tally.charges += len(charged)
            tally.unknown.scales |= odd_scales(rows, charged)
            tally.unknown.odd_costs += count_odd_costs(rows, charged, columns)
            if not alone:
                tally.places.append(places_of(lines.charges))
                tally.mark = (tally.mark + mark_of(charged)) % (1 << 64)
            tally.extend(columns.report, [sum_charges([charged])])
    if not tally.records:
        if tally.forecasts:
            found = f"a forecast ({tally.forecasts:,} lines are marked as one)"
            raise UnreadableError(found, "a bill", "name what AWS billed: a forecast is no bill")
        found, fix = "a header without lines", "export it again once the month has charges"
        raise UnreadableError(found, "the lines of a bill", fix)
    if not of_aws:
        found = f"{plural(tally.records, 'line')} of other providers, and none of AWS"
        raise UnreadableError(found, "the lines of AWS's bill", "name AWS's bill")
    # spans are kept as text until here: few of them differ, and dates are slow to read
    # a month with an estimate is not over, though some of its charges have an invoice already
    open_months = {start.to_period("M") for start, _ in _read_spans(estimates, columns)}
    tally.spans = {
        (start, end)
        for start, end in _read_spans(spans, columns)
        if start.to_period("M") not in open_months
    }
    tally.notices = dict.fromkeys(columns.notices)
    if stands_twice(np.concatenate([NOTHING, *tally.marks])):
        tally.notices[twice_notice(tally.months)] = None
    if columns.layout.by_month and (open_months or not tally.spans):
        tally.notices["an estimate of a month that is not over: it covers no hour"] = None
        for part in (part for found in tally.reports.values() for part in found):
            is_open = part["month"].isin(open_months or part["month"])
            tally.open_places |= places_in_time(part[is_open])
    return tally


def _count_odd_lines(tally: Tally, lines: pd.DataFrame, columns: Columns) -> None:
    """Count what is not as AWS writes it, of lines as the bill has them.

    Split into their amounts, those without usage are taxes and fees, whatever their type.
    """
    kinds = (kind for kind in map(clean, lines["kind"]) if not columns.layout.is_total(kind))
    tally.unknown.count_kinds(kinds, columns.layout.is_known)
    tally.lost_zeros |= {name for name in lines["account"] if has_lost_zeros(name)}
    if "currency" in columns.where:
        tally.no_currency += int((lines["currency"].map(clean) == "").sum())


def _read_spans(
    spans: set[tuple[str, str]], columns: Columns
) -> set[tuple[pd.Timestamp, pd.Timestamp]]:
    starts = moments((start for start, _ in spans), columns.name("start"))
    ends = moments((end for _, end in spans), columns.name("end"))
    return {(starts[a], ends[b]) for a, b in spans if a in starts and b in ends}


def _locate(
    error: UnreadableError, rows: pd.DataFrame, columns: Columns, numbers: Sequence[int]
) -> UnreadableError:
    """The error with the first line that raises it: found by halves, since chunks are large."""
    if error.line is not None or not numbers:
        return error
    low, high = 0, len(rows)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            charges(rows.iloc[low:middle], columns)
        except UnreadableError as first:
            error, high = first, middle
        else:
            low = middle
    error.line = int(rows.index[low])
    return error


def places_in_time(charged: pd.DataFrame) -> set[tuple[Any, ...]]:
    """Account, month and day of charges; a day is empty where a line has none."""
    columns = (charged[name].astype(str) for name in ("billed_account", "month", "day"))
    return set(zip(*columns, strict=True))


def count_entries(files: Sequence[tuple[str, list[Entry]]], refused: Refused) -> Tally:
    """The charges of all exports of Cost Explorer together: one may complete another."""
    tally = Tally()
    if not files:
        return tally
    combined = cost_explorer.combine(files, refused)
    try:
        lines = cost_explorer.lines_of(combined.entries)
        charged = charges(lines, cost_explorer.COLUMNS)
    except UnreadableError as error:
        for shown in combined.counted:
            refused.add(shown, error)
        return tally
    # nothing says which of them were free: costs hold credits, and no rate stands beside them
    is_metered = charged["unit"].isin(["request", "event"])
    charged = charged.assign(
        free=charged["free"].mask(is_metered), billable=charged["billable"].mask(is_metered)
    )
    tally.files, tally.records = len(combined.counted), len(combined.entries)
    tally.reports = {cost_explorer.LAYOUT.title: [sum_charges([charged])]}
    tally.currencies = {entry.currency for entry in combined.entries}
    entries = cost_explorer.close_periods(combined.entries)
    tally.spans = {(entry.start, entry.end) for entry in entries if not entry.is_open}
    open_lines = cost_explorer.lines_of([entry for entry in entries if entry.is_open])
    if len(open_lines):
        tally.open_places = places_in_time(charges(open_lines, cost_explorer.COLUMNS))
    tally.notices = dict.fromkeys(
        [
            *(f"{shown} tells nothing new: counted once" for shown in combined.again),
            *cost_explorer.notices(entries),
        ]
    )
    return tally
