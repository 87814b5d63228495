"""The summary sheet of a workbook: the cost of each month, and a chart of it that Excel draws."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd

from estimator.report.exports.table import Table, cells

# the columns of a frame that say when and how much; the second amount is the other
# interpretation's. Rows of budget_use overlap, those of quantiles are no amounts: no sums of them.
_AMOUNTS = {
    "month": ("cost", "cost_other_reading"),
    "BillingPeriodStart": ("EffectiveCost", "x_CostOtherReading"),
}
_HEADS = ("cost", "cost under the other interpretation")


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


def write_summary(book: Any, sums: pd.DataFrame, table: Table, formats: dict[str, Any]) -> None:
    """Write the summary sheet.

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
