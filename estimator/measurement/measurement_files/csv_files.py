"""The CSV of `kmscost measure` to actuals: rows are all that it holds."""

from __future__ import annotations

import csv
import datetime
import io
import math
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.figures import plural
from estimator.measurement.coverage import Coverage
from estimator.measurement.measurement_files.columns import (
    MOST,
    frame_of,
    missing_or_unknown,
)
from estimator.measurement.measurement_files.models import COLUMNS
from estimator.measurement.recognition import delimiter_of
from estimator.measurement.result import Actuals
from pricing.reading.files import decode, to_utf8
from pricing.reading.problems import KmscostError, Problem

# what a spreadsheet would take for a formula is written behind an apostrophe
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# pandas writes True, spreadsheets TRUE, most other programs true
_FLAGS = {"true": True, "false": False}

LOST = (
    "a CSV holds rows alone: covered hours are what its coverage and day columns tell (days "
    "without a row count as not covered), skipped files and copies are not known; keep "
    "`--format json` for both"
)


def read_csv(path: str) -> Actuals:
    """The measurement in a file.

    Raises
    ------
    KmscostError
        With every problem of the file.
    """
    text = decode(path, to_utf8(path, Path(path).read_bytes()))
    lines: list[int] = []
    rows: list[list[str]] = []
    problems: list[Problem] = []
    repeated: list[tuple[int, int]] = []
    delimiter = delimiter_of(text.split("\n", 1)[0].split("\r", 1)[0])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    try:
        header = next(reader)
        problems += missing_or_unknown(header, path, 1)
        known: dict[int, int] = {}
        for cells in reader:
            if len(cells) == len(header):
                rows.append(cells)
                lines.append(reader.line_num)
                first = known.setdefault(hash(tuple(cells)), reader.line_num)
                # measurements are grouped: all that are alike stand in one row
                if first != reader.line_num:
                    repeated.append((reader.line_num, first))
            elif cells:
                found, expected = plural(len(cells), "cell"), f"{len(header)}, as the header has"
                problems.append(Problem(path, reader.line_num, "", found, expected, ""))
    except csv.Error as error:
        found = f"no CSV ({error})"
        problems.append(Problem(path, reader.line_num, "", found, "cells in whole quotes", ""))
    if not text.endswith(("\n", "\r")):
        found, fix = "a last line without an end", "add a line end where the file is whole"
        problems.append(Problem(path, reader.line_num, "", found, "a file that is whole", fix))
    problems += [
        Problem(path, line, "", f"the same row as line {first}", "each row once", "leave one out")
        for line, first in repeated[:MOST]
    ]
    if len(repeated) > MOST:
        found = f"{len(repeated) - MOST:,} more rows like these"
        problems.append(Problem(path, repeated[MOST][0], "", found, "each row once", ""))
    if problems:
        raise KmscostError(problems)
    columns = {name: _values(name, [cells[at] for cells in rows]) for at, name in enumerate(header)}
    frame, problems = frame_of(columns, path, lambda row, name: (lines[row], name))
    sources = sorted(set(columns["source"]))
    if len(sources) > 1:
        found = f"rows of {' and '.join(map(repr, sources))}"
        problems.append(Problem(path, None, "source", found, "one source", "split the file"))
    if problems:
        raise KmscostError(problems)
    coverage = _coverage(frame)
    source = sources[0] if sources else "cloudtrail"
    return Actuals(source, frame, files=0, records=0, coverage=coverage, notices=(LOST,))


def _values(name: str, cells: list[str]) -> list[Any]:
    """The cells of a column: they are many, and few of them differ."""
    known = {cell: _value(name, cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _value(name: str, cell: str) -> Any:
    """A cell as JSON has it; what is no number stays text, so that it can be refused."""
    kind = COLUMNS[name].dtype
    if kind == "bool":
        return _FLAGS.get(cell.casefold(), cell)
    if kind in ("float64", "int64"):
        try:
            return None if not cell else float(cell) if kind == "float64" else int(cell)
        except ValueError:
            return cell
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _coverage(frame: pd.DataFrame) -> Coverage:
    """As many hours of each day as its rows say; which of them, nobody knows."""
    anywhere = "account" not in frame or "region" not in frame
    hours: dict[tuple[str, str], dict[datetime.date, int]] = {}
    names = [name for name in ("account", "region", "day", "source", "coverage") if name in frame]
    for row in frame.loc[frame["day"].notna(), names].drop_duplicates().to_dict("records"):
        # object names and bills cover days, whichever account and Region
        alike = anywhere or row["source"] != "cloudtrail"
        place = ("", "") if alike else (str(row["account"]), str(row["region"]))
        days = hours.setdefault(place, {})
        day = row["day"].start_time.date()
        # rounded: a share written with few digits is whole hours all the same
        covered = math.floor(row["coverage"] * 24 + 0.5)
        if covered:
            days[day] = days.get(day, 0) | (1 << covered) - 1
    return Coverage({place: days for place, days in hours.items() if days})
