"""Cells to the actuals frame, exactly as it was; each cell that cannot be one is a problem."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from estimator.frames import ACTUALS, Column
from estimator.measurement.measurement_files.models import (
    ACCOUNTS,
    CHOICES,
    COLUMNS,
    LARGEST,
    NAMED,
    NEEDED,
    SIGNED,
    SOURCES_THAT_TELL,
)
from pricing.reading.problems import Problem
from pricing.reading.words import did_you_mean, shown

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
MOST = 5  # problems of one column: the next thousand would say the same

# where a cell stands: row and column to line and place
Places = Callable[[int, str], tuple[int | None, str]]
# found, expected, fix
Wrong = tuple[str, str, str]


def missing_or_unknown(names: Sequence[str], path: str, line: int | None) -> list[Problem]:
    """Problems of the names of columns."""
    problems = []
    for name in names:
        if name not in COLUMNS:
            fix = did_you_mean(name, COLUMNS, "leave it out")
            expected = "columns of the actuals frame"
            problems.append(Problem(path, line, "", f"the column {name!r}", expected, fix))
    for name in sorted({name for name in names if names.count(name) > 1}):
        found = f"the column {name!r} twice"
        problems.append(Problem(path, line, "", found, "each column once", "leave one out"))
    missing = [name for name in NEEDED if name not in names]
    if missing:
        fix = f"measure again without --by, or with {', '.join(missing)} in it"
        found = f"no column {' and no column '.join(missing)}"
        problems.append(Problem(path, line, "", found, "rows by day and cause", fix))
    return problems


def frame_of(
    columns: Mapping[str, Sequence[Any]], path: str, place: Places
) -> tuple[pd.DataFrame, list[Problem]]:
    """The actuals frame of these cells, and everything that is wrong with them.

    Parameters
    ----------
    columns : mapping of str to sequence
        Cells by known column: text, numbers, booleans, None where nothing is known.
    path, place : str, callable
        What problems name.
    """
    problems: list[Problem] = []
    frame: dict[str, Any] = {}
    if "month" not in columns:
        columns = {
            **columns,
            "month": [day[:7] if isinstance(day, str) else "" for day in columns["day"]],
        }
    sources = columns["source"]
    billed = [source == "bill" for source in sources]
    for column in ACTUALS:
        name = column.name
        if name not in columns:
            continue
        wrong = list(_wrong(column, columns[name], billed))
        if tellers := SOURCES_THAT_TELL.get(name):
            needed = [each in tellers for each in sources]
            wrong += _blanks(columns[name], None, needed, "a number")
        if name in NAMED:
            choices = f"one of {', '.join(filter(None, CHOICES[name]))}"
            wrong += _blanks(columns[name], "", [not each for each in billed], choices)
        for row, (found, expected, fix) in wrong[:MOST]:
            line, at = place(row, name)
            problems.append(Problem(path, line, at, found, expected, fix))
        if len(wrong) > MOST:
            line, at = place(wrong[MOST][0], name)
            found = f"{len(wrong) - MOST:,} more cells like these"
            problems.append(Problem(path, line, at, found, wrong[MOST][1][1], ""))
        if not wrong:
            frame[name] = _convert(column, columns[name])
    if {"month", "day"} <= frame.keys() and not problems:
        for row in _other_months(columns["month"], columns["day"])[:MOST]:
            line, at = place(row, "month")
            day = columns["day"][row]
            found, expected = repr(columns["month"][row]), f"{day[:7]}, the month of {day}"
            problems.append(Problem(path, line, at, found, expected, ""))
    return pd.DataFrame() if problems else pd.DataFrame(frame), problems


def _blanks(
    cells: Sequence[Any], blank: Any, needed: Sequence[bool], expected: str
) -> list[tuple[int, Wrong]]:
    """Cells that are blank in a row that needs them."""
    return [
        (row, ("nothing", expected, ""))
        for row, cell in enumerate(cells)
        if needed[row] and cell.__class__ is blank.__class__ and cell == blank
    ]


def _wrong(
    column: Column, cells: Sequence[Any], billed: Sequence[bool]
) -> Iterator[tuple[int, Wrong]]:
    if column.dtype in ("float64", "int64"):
        for row, cell in enumerate(cells):
            if found := _no_number(column, cell, billed[row]):
                yield row, found
        return
    # cells of text are many, their values few; by kind too, for 1 == True == 1.0
    known: dict[Any, Wrong | None] = {}
    check = _no_flag if column.dtype == "bool" else _no_text
    for row, cell in enumerate(cells):
        key = (type(cell), cell if cell.__hash__ else None)
        if key not in known:
            known[key] = check(column, cell)
        if problem := known[key]:
            yield row, problem


def _no_number(column: Column, cell: Any, billed: bool) -> Wrong | None:
    name, expected = column.name, "a number"
    if cell is None:
        # what a source cannot tell; but coverage and lines are always known
        return ("nothing", expected, "") if name in ("coverage", "lines") else None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return shown(cell), expected, "write it without quotes" * isinstance(cell, str)
    if abs(cell) > LARGEST or not math.isfinite(cell):
        return shown(cell), "a finite number", ""
    if column.dtype == "int64" and cell != int(cell):
        return shown(cell), "a whole number", ""
    if name == "coverage" and not 0 <= cell <= 1:
        return shown(cell), "a share from 0 to 1", ""
    if cell < 0 and name not in SIGNED and not billed:
        return shown(cell), "0 or more", ""
    return None


def _no_flag(_column: Column, cell: Any) -> Wrong | None:
    return None if isinstance(cell, bool) else (shown(cell), "true or false", "")


def _no_text(column: Column, cell: Any) -> Wrong | None:
    name = column.name
    if not isinstance(cell, str):
        return shown(cell), "text", "write it in quotes"
    if column.dtype == "period[M]":
        # by pattern first: fromisoformat takes 20261101 and 2026-W44-7 too; "-" is never a date
        written = f"{cell}-01" if _MONTH.fullmatch(cell) else "-" * bool(cell)
        return _no_date(cell, written, "a month such as 2026-11")
    if column.dtype == "period[D]":
        written = cell if _DAY.fullmatch(cell) else "-" * bool(cell)
        return _no_date(cell, written, "a day such as 2026-11-01")
    # 012345678901 becomes 12345678901, and 111122223333 becomes 1.11122E+11
    if name in ACCOUNTS and (_SHORTENED.fullmatch(cell) or (cell.isdigit() and len(cell) < 12)):
        fix = "a spreadsheet drops leading zeros, and digits of long numbers: keep it as text"
        return shown(cell), "an account id of 12 digits", fix
    if name in CHOICES and cell not in CHOICES[name]:
        expected = f"one of {', '.join(filter(None, CHOICES[name]))}"
        return shown(cell), expected, did_you_mean(cell, CHOICES[name])
    return None


def _no_date(cell: str, written: str, expected: str) -> Wrong | None:
    try:
        if written:
            datetime.date.fromisoformat(written)
    except ValueError:
        return shown(cell), expected, ""
    return None


def _other_months(months: Sequence[str], days: Sequence[str]) -> list[int]:
    pairs = enumerate(zip(months, days, strict=True))
    return [row for row, (month, day) in pairs if day and day[:7] != month]


def _convert(column: Column, cells: Sequence[Any]) -> Any:
    """The cells in the dtype of the frame."""
    if column.dtype.startswith("period"):
        freq = column.dtype[-2]
        # of cells by the million few days differ, and a Period is slow to make
        known: dict[str, Any] = {text: pd.Period(text, freq) for text in set(cells) if text}
        return pd.PeriodIndex([known.get(text, pd.NaT) for text in cells], freq=freq)
    if column.dtype == "category":
        return pd.Series(list(cells), dtype=object).astype("category")
    if column.dtype == "float64":
        cells = [math.nan if cell is None else cell for cell in cells]
    return pd.Series(list(cells), dtype=column.dtype)
