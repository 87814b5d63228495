"""A table as a workbook: dates as dates, ids as text, numbers with their format, a filter.

Beside the frame a sheet sums up its months with a chart, one says what each column is.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from estimator.figures import HALF_CENT
from estimator.frames import Column
from estimator.report.exports.table import Table, cells, import_extra, kind_of
from pricing.reading.problems import KmscostError, Problem

# Excel specifications and limits, support.microsoft.com, checked 2026-11-24
MOST_ROWS = 1_048_576
LONGEST_CELL = 32_767

# beyond it rows leave memory as they are written; then a table of Excel's has to be done without
_MOST_IN_TABLE = 100_000

_OPTIONS = {
    "strings_to_numbers": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
# by the unit of a column; what a cell holds keeps every digit
_MONEY, _RATE = "#,##0.00", "0.00000000"
# a small share is not none
_SHARE = '[=0]0.0%;[<0.0005]"<0.1%";0.0%'
_THOUSAND = 1000.0  # a thousand requests are no more exact for their decimals
_FORMATS = {"month": "yyyy-mm", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss"}
# the same table, the same bytes
_CREATED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 (workbooks know no time zones)
# apart from the number beside it, which ends where its column does
_TEXT = {"align": "left", "indent": 1}
_LEAST, _MOST, _NOTE = 11, 42, 100  # widths of columns [letters]
_LINE, _TALLEST = 15, 409  # the height of a line, and of a row at most [pt]
_BUTTON = 3  # of a filter, beside a head [letters]

# the columns of a frame that say when and how much; the second amount is the other
# interpretation's. Rows of budget_use overlap, those of quantiles are no amounts: no sums of them.
_AMOUNTS = {
    "month": ("cost", "cost_other_reading"),
    "BillingPeriodStart": ("EffectiveCost", "x_CostOtherReading"),
}
_HEADS = ("cost", "cost under the other interpretation")


def table_xlsx(table: Table) -> bytes:
    """A workbook with the sheets of the frame, of its months, of its columns and of the notices.

    The frame is a table of Excel's with a filter, up to 100,000 rows; a longer one has the filter
    alone.

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
    is_table = 0 < len(table.rows) <= _MOST_IN_TABLE
    book = writer.Workbook(stream, {**_OPTIONS, "constant_memory": not is_table})
    book.set_properties({"created": _CREATED})
    _frame_sheet(book, table, is_table)
    sums = sum_months(table)
    if sums is not None:
        formats = {
            "bold": book.add_format({"bold": True}),
            "right": book.add_format({"bold": True, "align": "right"}),
            "month": book.add_format({"num_format": _FORMATS["month"], "align": "left"}),
            "money": book.add_format({"num_format": _MONEY}),
            "money_bold": book.add_format({"num_format": _MONEY, "bold": True}),
        }
        _summary_sheet(book, sums, table, formats)
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


def _add_sheet(book: Any, name: str) -> Any:
    """Add a sheet whose head stays in sight, on paper as wide as the page."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _frame_sheet(book: Any, table: Table, is_table: bool) -> None:
    sheet = _add_sheet(book, table.name)
    bold = book.add_format({"bold": True, **_TEXT})
    right = book.add_format({"bold": True, "align": "right"})
    put: list[Callable[[int, int, Any], Any]] = []
    columns, heads = [], []
    for position, (column, values) in enumerate(
        zip(table.columns, (table.rows[name] for name in table.rows.columns), strict=True)
    ):
        is_number = kind_of(values) in ("number", "whole")
        heads.append({"header": column.name, "header_format": right if is_number else bold})
        sheet.write_string(0, position, column.name, heads[-1]["header_format"])
        put.append(_writer(book, sheet, column, values))
        columns.append(cells(values))
        longest = (
            max(map(len, {text for text in columns[-1] if text}), default=0)
            if kind_of(values) == "text"
            else 0
        )
        sheet.set_column(
            position, position, min(max(longest, len(column.name) + _BUTTON, _LEAST), _MOST)
        )
    last = len(table.rows)
    if is_table:
        name = re.sub(r"\W", "_", f"frame_{table.name}")
        style = {"columns": heads, "name": name, "style": "Table Style Light 1"}
        sheet.add_table(0, 0, last, len(heads) - 1, style)
    else:
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
    # constant memory: row by row
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        for position, value in enumerate(row):
            if value is not None and value != "":
                put[position](number, position, value)


def _number_format(column: Column, values: pd.Series) -> str:
    """The format of a column of numbers, by its unit.

    >>> _number_format(Column("cost", "float64", "USD", ""), pd.Series([0.5]))
    '#,##0.00'
    >>> _number_format(Column("quantity", "float64", "unit", ""), pd.Series([1174122.0]))
    '#,##0'
    >>> _number_format(Column("value", "float64", "unit", ""), pd.Series([1174122.57, 5.52]))
    '[>=1000]#,##0;0.00'
    """
    unit = column.unit
    sizes = values.abs()
    if unit == "0-1" or column.name.startswith(("share", "reached")):
        return _SHARE
    if "/unit" in unit or "Price" in column.name:
        return _RATE
    if unit == "BillingCurrency" or unit.partition("/")[0].isupper():
        # cents, and more where one of them would read as nothing
        return _MONEY if not ((sizes > 0) & (sizes < HALF_CENT)).any() else f"{_MONEY}####"
    few = sizes[sizes < _THOUSAND]
    if (few % 1 == 0).all():
        return "#,##0"
    # half a key-month, or an amount, beside a million requests keeps its decimals
    return "[>=1000]#,##0;0.00" if len(few) < sizes.count() else "#,##0.0000"


def _writer(
    book: Any, sheet: Any, column: Column, values: pd.Series
) -> Callable[[int, int, Any], Any]:
    """Return the function that writes a cell of a column."""
    kind = kind_of(values)
    if kind == "flag":
        return sheet.write_boolean  # type: ignore[no-any-return]
    if kind in ("number", "whole"):
        plain = book.add_format({"num_format": _number_format(column, values)})
        return lambda row, column, value: sheet.write_number(row, column, value, plain)
    if kind in _FORMATS:
        shape = book.add_format({"num_format": _FORMATS[kind], **_TEXT})
        return lambda row, column, value: sheet.write_datetime(row, column, _naive(value), shape)
    text = book.add_format(_TEXT)
    return lambda row, column, value: sheet.write_string(row, column, value[:LONGEST_CELL], text)


def _naive(value: datetime.date) -> datetime.date:
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


def sum_months(table: Table) -> pd.DataFrame | None:
    """The amounts of each month; None where the frame has none, or no row.

    Returns
    -------
    DataFrame
        A row a month, in order: month (a date), then one or two amounts.
    """
    for when, names in _AMOUNTS.items():
        known = [name for name in names if name in table.rows]
        if when in table.rows and known and len(table.rows):
            days = [_first_day(day) for day in cells(table.rows[when])]
            sums = table.rows[known].groupby(pd.Series(days, index=table.rows.index)).sum()
            return sums.rename_axis("month").reset_index()
    return None


def _first_day(day: datetime.date | None) -> datetime.date | None:
    return None if day is None else datetime.date(day.year, day.month, 1)


def _summary_sheet(book: Any, sums: pd.DataFrame, table: Table, formats: dict[str, Any]) -> None:
    """The cost of each month, and a chart of it that Excel draws.

    Parameters
    ----------
    book : xlsxwriter.Workbook
    sums : DataFrame
        As of `sum_months`.
    table : Table
        Its last notice is the other interpretation's total.
    formats : dict
        Formats of the book: bold, right, month, money, money_bold.
    """
    sheet = book.add_worksheet("summary")
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, len(sums.columns) - 1, 40)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    unit = next(c.unit for c in table.columns if c.name == sums.columns[1])
    heads = [f"{head}, {unit}" if unit.isupper() else head for head in _HEADS]
    amounts = list(sums.columns[1:])
    for position, head in enumerate(["month", *heads[: len(amounts)]]):
        sheet.write_string(0, position, head, formats["right" if position else "bold"])
    for number, row in enumerate(sums.itertuples(index=False), start=1):
        sheet.write_datetime(number, 0, row[0], formats["month"])
        for position, value in enumerate(row[1:], start=1):
            sheet.write_number(number, position, value, formats["money"])
    last = len(sums)
    sheet.write_string(last + 1, 0, "total", formats["bold"])
    for position, name in enumerate(amounts, start=1):
        sheet.write_number(last + 1, position, float(sums[name].sum()), formats["money_bold"])
    if table.notices:
        sheet.write_string(last + 3, 0, table.notices[-1])
    chart = book.add_chart({"type": "column"})
    for position, (head, colour) in enumerate(
        zip(heads[: len(amounts)], ("#0072B2", "#7B858E"), strict=False), start=1
    ):
        chart.add_series(
            {
                "name": head,
                "categories": ["summary", 1, 0, last, 0],
                "values": ["summary", 1, position, last, position],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": f"Cost of each month{f', {unit}' if unit.isupper() else ''}"})
    chart.set_x_axis({"num_format": "yyyy-mm", "text_axis": True})
    grid = {"visible": True, "line": {"color": "#D8DDE2"}}
    axis: dict[str, Any] = {
        "num_format": "#,##0.00",
        "major_gridlines": grid,
        "line": {"none": True},
    }
    if (sums[amounts] >= 0).all(axis=None):
        axis["min"] = 0  # bars that begin elsewhere make a small change look large
    chart.set_y_axis(axis)
    chart.set_legend({"position": "bottom"})
    sheet.insert_chart(last + 5, 0, chart, {"x_scale": 1.6, "y_scale": 1.3})


def _text_sheet(book: Any, name: str, header: tuple[str, ...], rows: list[Any]) -> None:
    sheet = _add_sheet(book, name)
    bold = book.add_format({"bold": True})
    lines = book.add_format({"text_wrap": True, "valign": "top"})
    for position, word in enumerate(header):
        sheet.write_string(0, position, word, bold)
        longest = max((len(row[position]) for row in rows), default=0)
        is_last = position == len(header) - 1
        sheet.set_column(position, position, max(min(longest, _NOTE if is_last else _MOST), _LEAST))
    for number, row in enumerate(rows, start=1):
        # a workbook is written without the heights that wrapped lines need
        sheet.set_row(number, min(_LINE * max(1, -(-len(row[-1]) // (_NOTE - 8))), _TALLEST))
        for position, text in enumerate(row):
            sheet.write_string(number, position, text[:LONGEST_CELL], lines)
