"""A table in the format that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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


def format_of(output: Path | None) -> str:
    """The format that the end of a file's name says; csv where it says none.

    >>> format_of(Path("forecast.parquet")), format_of(Path("forecast.txt")), format_of(None)
    ('parquet', 'csv', 'csv')
    """
    end = "" if output is None else output.suffix.removeprefix(".").lower()
    return end if end in _WRITERS else "csv"


def written(table: Table, form: str) -> str | bytes:
    """The table as the text or the bytes of a file.

    Raises
    ------
    KmscostError
        A library that the format needs is not installed, or the format is too small for it.
    """
    return _WRITERS[form](table)
