"""JSON and CSV: for other programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from estimator.forecast import Forecast

# a spreadsheet takes a cell that begins so for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_json(value: Any) -> str:
    """JSON text; what is not known is null, never NaN."""
    return json.dumps(value, indent=2, allow_nan=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def forecast_csv(told: Forecast) -> str:
    """The charges of a forecast, a row each."""
    rows = told.rows
    text = rows.copy()
    for name in rows.columns:
        if rows[name].dtype.kind not in "fiu":
            text[name] = rows[name].astype(str).map(safe_cell)
    return text.to_csv(index=False, lineterminator="\n")


def rows_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells of text as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return stream.getvalue()


def safe_cell(text: str) -> str:
    """Text that no spreadsheet runs as a formula.

    >>> safe_cell("=1+1"), safe_cell("org")
    ("'=1+1", 'org')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
