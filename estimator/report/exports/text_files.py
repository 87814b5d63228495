"""A table as CSV or JSON."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from estimator.report.data import frame_csv, to_json
from estimator.report.exports.table import Table, cells, kind_of


def table_csv(table: Table) -> str:
    """CSV: every digit of a number and no exponent, text that no spreadsheet runs as a formula."""
    plain = {
        name: _PLAIN[kind](values)
        for name, values in table.rows.items()
        if (kind := kind_of(values)) in _PLAIN
    }
    return frame_csv(table.rows.assign(**plain))


def table_json(table: Table) -> str:
    """JSON: frame, columns with their units, rows, notices; what is not known is null."""
    columns = {name: _json_cells(values) for name, values in table.rows.items()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return to_json(
        {
            "frame": table.name,
            "columns": [
                {"name": one.name, "dtype": one.dtype, "unit": one.unit, "meaning": one.meaning}
                for one in table.columns
            ],
            "rows": rows,
            "notices": list(table.notices),
        }
    )


def _json_cells(values: pd.Series) -> list[Any]:
    found = cells(values)
    shape = {"month": _month, "day": str, "moment": _moment}.get(kind_of(values))
    return found if shape is None else [None if one is None else shape(one) for one in found]


def _month(day: datetime.date) -> str:
    return f"{day:%Y-%m}"


def _moment(at: datetime.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _flags(values: pd.Series) -> list[str]:
    return ["true" if one else "false" for one in values]


def _moments(values: pd.Series) -> list[str | None]:
    return [None if one is None else _moment(one) for one in cells(values)]


def _numbers(values: pd.Series) -> pd.Series | list[str | None]:
    """Numbers as they are, or as digits where Python would write an exponent."""
    return [None if one is None else digits(one) for one in cells(values)]


def digits(value: float) -> str:
    """Every digit of a number, and no exponent.

    >>> digits(3e-06), digits(1174122.57), digits(2.0)
    ('0.000003', '1174122.57', '2.0')
    """
    text = repr(value)
    return f"{Decimal(text):f}" if "e" in text else text


_PLAIN = {"flag": _flags, "moment": _moments, "number": _numbers}
