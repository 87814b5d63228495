"""A table as a workbook: dates as dates, ids as text, a sheet that says what each column is."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

from estimator.report.exports.extras import import_extra
from estimator.report.exports.table import Table, cells, kind_of
from pricing.reading.problems import KmscostError, Problem

# Excel specifications and limits, support.microsoft.com, checked 2026-11-24
MOST_ROWS = 1_048_576
LONGEST_CELL = 32_767

_OPTIONS = {
    "constant_memory": True,
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_FORMATS = {"month": "yyyy-mm", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
# the same table, the same bytes
_CREATED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 (workbooks know no time zones)
_WIDE = 14


def table_xlsx(table: Table) -> bytes:
    """A workbook with the sheets of the frame, of its columns and of the notices.

    A month is the date of its first day. Text is written as text whatever it looks like, so it
    is never a formula, a link or a number.

    Raises
    ------
    KmscostError
        XlsxWriter is not installed, or a sheet is too small for the table.
    """
    _fits(table)
    writer = import_extra("xlsxwriter", "xlsx", "a workbook")
    stream = io.BytesIO()
    book = writer.Workbook(stream, _OPTIONS)
    book.set_properties({"created": _CREATED})
    _frame_sheet(book, table)
    header = ("column", "dtype", "unit", "meaning")
    about = [(column.name, column.dtype, column.unit, column.meaning) for column in table.columns]
    _text_sheet(book, "columns", header, about)
    _text_sheet(book, "notices", ("notice",), [(notice,) for notice in table.notices])
    book.close()
    return stream.getvalue()


def _fits(table: Table) -> None:
    if len(table.rows) < MOST_ROWS:
        return
    found = f"{len(table.rows):,} rows"
    fix = "use parquet or csv, or tell fewer columns apart by --by"
    raise KmscostError(
        Problem("form", None, "", found, f"at most {MOST_ROWS - 1:,} in a sheet", fix)
    )


def _frame_sheet(book: Any, table: Table) -> None:
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(table.columns) - 1, _WIDE)
    bold = book.add_format({"bold": True})
    put: list[Callable[[int, int, Any], Any]] = []
    columns = []
    for position, (name, values) in enumerate(table.rows.items()):
        sheet.write_string(0, position, str(name), bold)
        kind = kind_of(values)
        put.append(_writer(book, sheet, kind))
        columns.append(cells(values))
    # constant memory: row by row
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        for position, value in enumerate(row):
            if value is not None and value != "":
                put[position](number, position, value)


def _writer(book: Any, sheet: Any, kind: str) -> Callable[[int, int, Any], Any]:
    """Return the function that writes a cell of a column."""
    if kind == "flag":
        return sheet.write_boolean  # type: ignore[no-any-return]
    if kind in ("number", "whole"):
        return sheet.write_number  # type: ignore[no-any-return]
    if kind in _FORMATS:
        shape = book.add_format({"num_format": _FORMATS[kind]})
        return lambda row, column, value: sheet.write_datetime(row, column, _naive(value), shape)
    return lambda row, column, value: sheet.write_string(row, column, value[:LONGEST_CELL])


def _naive(value: datetime.date) -> datetime.date:
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


def _text_sheet(book: Any, name: str, header: tuple[str, ...], rows: list[Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 2 * _WIDE)
    bold = book.add_format({"bold": True})
    for position, word in enumerate(header):
        sheet.write_string(0, position, word, bold)
    for number, row in enumerate(rows, start=1):
        for position, text in enumerate(row):
            sheet.write_string(number, position, text[:LONGEST_CELL])
