"""A table in the format that was asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from estimator.report.blocks import safe_cell
from estimator.report.exports.table import Table, cells, import_extra, kind_of
from estimator.report.exports.xlsx import table_xlsx
from estimator.report.formats.json_and_csv import to_json


def table_parquet(table: Table) -> bytes:
    """Parquet; a column's metadata has its unit and meaning, the file's metadata the notices.

    A month is the date of its first day.

    Raises
    ------
    KmscostError
        pyarrow is not installed.
    """
    arrow = import_extra("pyarrow", "parquet", "Parquet")
    parquet = import_extra("pyarrow.parquet", "parquet", "Parquet")
    types = {
        "number": arrow.float64(),
        "whole": arrow.int64(),
        "flag": arrow.bool_(),
        "month": arrow.date32(),
        "day": arrow.date32(),
        "moment": arrow.timestamp("ms", tz="UTC"),
        "text": arrow.string(),
    }
    fields, arrays = [], []
    for column, (name, values) in zip(table.columns, table.rows.items(), strict=True):
        kind = types[kind_of(values)]
        metadata = {"unit": column.unit, "meaning": column.meaning}
        fields.append(arrow.field(name, kind, metadata=metadata))
        arrays.append(_array(arrow, values, kind))
    about = {"frame": table.name, "notices": json.dumps(table.notices)}
    schema = arrow.schema(fields, metadata=about)
    stream = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays(arrays, schema=schema), stream)
    return stream.getvalue()


def _array(arrow: Any, values: pd.Series, kind: Any) -> Any:
    """A column for Arrow; text that repeats goes by its codes, a hundred times as fast."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        codes = values.cat.codes.to_numpy().astype(np.int32)
        names = arrow.array([str(name) for name in values.cat.categories], type=arrow.string())
        # pandas has -1 where nothing is known; for Arrow it would be an index out of bounds
        indices = arrow.array(codes, mask=codes < 0)
        return arrow.DictionaryArray.from_arrays(indices, names).cast(kind)
    if values.dtype.kind in "fiubM":
        return arrow.array(values.to_numpy(), type=kind, from_pandas=True)
    return arrow.array(cells(values), type=kind)


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


_WRITERS: dict[str, Callable[[Table], str | bytes]] = {
    "csv": table_csv,
    "json": table_json,
    "parquet": table_parquet,
    "xlsx": table_xlsx,
}


def write_table(table: Table, form: str) -> str | bytes:
    """Return the table as the text or the bytes of a file.

    Raises
    ------
    KmscostError
        A library that the format needs is not installed, or the format is too small for it.
    """
    return _WRITERS[form](table)
