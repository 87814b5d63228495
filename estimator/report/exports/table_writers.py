"""A table in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable

from estimator.report.exports.parquet import table_parquet
from estimator.report.exports.table import Table
from estimator.report.exports.text_files import table_csv, table_json
from estimator.report.exports.xlsx import table_xlsx

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
