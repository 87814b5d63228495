"""A table as CSV or JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from estimator.report.exports.table import Table, cells, kind_of
from estimator.report.formats.json_and_csv import safe_cell, to_json

# how JSON and CSV write what is a date
_SHAPES = {"month": "%Y-%m", "day": "%Y-%m-%d", "moment": "%Y-%m-%dT%H:%M:%SZ"}


def table_csv(table: Table) -> str:
    """CSV: every digit of a number and no exponent, text that no spreadsheet runs as a formula."""
    plain = pd.DataFrame(
        {name: _csv_cells(values) for name, values in table.rows.items()}, dtype=object
    )
    return plain.to_csv(index=False, lineterminator="\n")


def _csv_cells(values: pd.Series) -> list[Any]:
    kind = kind_of(values)
    if kind == "number":
        return [None if number is None else digits(number) for number in cells(values)]
    if isinstance(values.dtype, pd.CategoricalDtype):
        names = [safe_cell(str(name)) for name in values.cat.categories]
        return [None if code < 0 else names[code] for code in values.cat.codes.tolist()]
    found = _json_cells(values)
    return [text and safe_cell(text) for text in found] if kind == "text" else found


def table_json(table: Table) -> str:
    """JSON: frame, columns with their units, rows, notices; what is not known is null."""
    columns = {str(name): _json_cells(values) for name, values in table.rows.items()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return to_json(
        {
            "frame": table.name,
            "columns": [
                {
                    "name": column.name,
                    "dtype": column.dtype,
                    "unit": column.unit,
                    "meaning": column.meaning,
                }
                for column in table.columns
            ],
            "rows": rows,
            "notices": list(table.notices),
        }
    )


def _json_cells(values: pd.Series) -> list[Any]:
    shape = _SHAPES.get(kind_of(values))
    found = cells(values)
    return found if shape is None else [date and f"{date:{shape}}" for date in found]


def digits(value: float) -> str:
    """Every digit of a number, and no exponent.

    >>> digits(3e-06), digits(1174122.57), digits(2.0)
    ('0.000003', '1174122.57', '2.0')
    """
    text = repr(value)
    return f"{Decimal(text):f}" if "e" in text else text
