"""Workbooks (.xlsx) of a bill that was opened in a spreadsheet and saved: rows of their sheets."""

from __future__ import annotations

import datetime
import importlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from estimator.measurement.billing.chunks import Chunk, chunks_of
from estimator.measurement.billing.layouts import Columns, detect, is_bill
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.problems import KmscostError, Problem

_MOST_BEFORE = 5  # lines above a header


def sheets_of(path: str) -> list[str]:
    """The names of a workbook's sheets.

    Raises
    ------
    KmscostError
        openpyxl, which reads it, is not installed.
    """
    # a stream: of a path openpyxl looks at the ending, which tells nothing
    with Path(path).open("rb") as stream:
        return list(_open_book(stream, path).sheetnames)


def read_sheet(stream: IO[bytes], path: str, sheet: str) -> tuple[Columns, Iterator[Chunk]]:
    """The layout of a sheet that is a bill, and its lines.

    Raises
    ------
    UnreadableError
        It is no bill.
    """
    workbook = _open_book(stream, path)
    rows = _rows(workbook[sheet])
    first: list[str] = []
    for number, cells in rows:
        if is_bill(cells):
            columns = detect(cells)
            return columns, chunks_of(_as_wide(rows, len(cells)), columns)
        first = first or [cell for cell in cells if cell]
        if number > _MOST_BEFORE:
            break
    if not first:
        raise UnreadableError("an empty sheet", "the table of a bill")
    detect(first)
    raise UnreadableError("a header among other lines", "the table of a bill in the first lines")


def _open_book(source: Any, path: str) -> Any:
    try:
        openpyxl = importlib.import_module("openpyxl")
    except ImportError:
        raise KmscostError(
            Problem(
                path,
                None,
                "",
                "a workbook (.xlsx), which needs openpyxl to be read",
                "openpyxl installed, or the bill as CSV",
                "pip install 'kms-cost-estimator[xlsx]'",
            )
        ) from None
    # by lines: a bill of a million of them is never in memory as a whole
    try:
        return openpyxl.load_workbook(source, read_only=True, data_only=True)
    except (KeyError, AttributeError, TypeError, SyntaxError) as error:
        # openpyxl's own words for XML that is damaged, or not what a workbook has
        raise UnreadableError(
            f"a damaged workbook ({str(error)[:80]})", "a whole file", "save it again as CSV"
        ) from None


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    # some programs write dimensions that are wrong, and rows would be cut to them
    sheet.reset_dimensions()
    try:
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_text(value) for value in row]
    except (KeyError, AttributeError, TypeError, SyntaxError) as error:
        raise UnreadableError(
            f"a damaged sheet ({str(error)[:80]})", "a whole file", "save it again as CSV"
        ) from None


def _as_wide(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[tuple[int, list[str]]]:
    """Rows as long as the header: a sheet leaves out the empty cells at their end."""
    for number, cells in rows:
        if any(cells[width:]):
            raise UnreadableError(
                f"{len(cells):,} values", f"{width:,} as in the header", line=number
            )
        if any(cells):
            yield number, [*cells[:width], *[""] * (width - len(cells))]


def _text(value: Any) -> str:
    """A cell as a CSV of the bill has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        # a sheet knows milliseconds at best, and its floats miss them by less
        value = (value + datetime.timedelta(milliseconds=0.5)).replace(microsecond=0)
        return f"{value.isoformat()}Z"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
