"""Rows of a result of Athena's, by name: its CSV, or the JSON of `aws athena get-query-results`."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, TextIO

from estimator.measurement.athena.query import TRAITS
from estimator.measurement.paths import Done
from estimator.measurement.plain_files import as_text, is_json, open_plain
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.json_stream import JsonStream
from pricing.reading.problems import DocumentError

COLUMNS = ("what", *TRAITS, "requests", "events", "hours", "rows_in_all")
METADATA = ".csv.metadata"  # the types of the columns of the result beside it
AGAIN = "run the query of `kmscost measure cloudtrail --athena-sql` and take its result as it is"

_EXPECTED = "a result of the query that kmscost prints"
_WHOLE = "take the whole result of the query, not a page or a part of it"
_NO_ROWS = "JSON that holds no rows of a result"
_LONGEST = 1 << 20  # characters of a line, or of a row in JSON

Row = Mapping[str, str]
Cells = tuple[int, Sequence[str]]


def rows_of(path: str) -> Iterator[tuple[int, Row]]:
    """The rows below the header, by name, and the line that each ends in.

    Raises
    ------
    UnreadableError
        It is no result of the query, or a part of one.
    """
    if path.endswith(METADATA):
        found = "the metadata that Athena writes beside a result"
        raise UnreadableError(found, _EXPECTED, "name the .csv beside it")
    with open_plain(path, Done(None)) as stream:
        json = is_json(stream)
        reader = _json_cells if json else _csv_cells
        with as_text(stream) as text:
            rows = reader(text, path)
            line, header = next(rows, (1, ()))
            names = [name.strip().lower() for name in header]
            _check_names(names, line, _NO_ROWS if json else "an empty file")
            for line, cells in rows:
                # a page copied by hand ends in the middle of a row
                if len(cells) != len(names):
                    found = f"{len(cells)} cells where the header has {len(names)}"
                    raise _cut_off(found, line)
                yield line, dict(zip(names, cells, strict=True))


def _check_names(names: Sequence[str], line: int, nothing: str) -> None:
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if not missing:
        return
    found = f"no single column {', '.join(missing)}" if names else nothing
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        found = "cells that no comma separates, as a spreadsheet saves them"
    raise UnreadableError(found, _EXPECTED, AGAIN, line)


def _cut_off(found: str, line: int) -> UnreadableError:
    return UnreadableError(f"a row cut off or no CSV ({found})", "whole rows", _WHOLE, line)


def _csv_cells(text: TextIO, _path: str) -> Iterator[Cells]:
    lines = csv.reader(_read_lines(text), strict=True)
    while True:
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise _cut_off(str(error), lines.line_num) from None
        if cells is None:
            return
        yield lines.line_num, cells


def _read_lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(_LONGEST):
        number += 1
        if "\N{REPLACEMENT CHARACTER}" in line:
            raise UnreadableError("bytes that are no UTF-8", "text", AGAIN, number)
        if len(line) == _LONGEST and not line.endswith("\n"):
            found = f"a line of more than {_LONGEST:,} characters"
            raise UnreadableError(found, _EXPECTED, AGAIN, number)
        yield line


def _json_cells(text: TextIO, path: str) -> Iterator[Cells]:
    """Rows of one page or of several, one after another or in a list; the first has the header."""
    stream = JsonStream(text, path, "a result of Athena", _LONGEST)
    next_page = False
    try:
        while character := stream.peek():
            if character == "{":
                next_page = yield from _page(stream)
            elif character in "[],":
                stream.take(character, character)
                if character == "[" and stream.peek() not in "[{]":
                    break
            else:
                break
        rest = stream.peek()
    except DocumentError as error:
        fault = error.problems[0]
        raise UnreadableError(fault.found, fault.expected, _WHOLE, fault.line) from None
    if rest:
        fix = "save what `aws athena get-query-results` writes, without --query"
        raise UnreadableError(_NO_ROWS, _EXPECTED, fix, stream.line)
    if next_page:
        fix = "save all pages one after another into one file, or take the CSV that Athena wrote"
        raise UnreadableError("a page that names a next one", "every row", fix, stream.line)


def _page(stream: JsonStream) -> Generator[Cells, None, bool]:
    """The rows of a page, or of an object with a part of one; whether a next one follows."""
    follows = False
    for name in stream.members():
        if name == "ResultSet" and stream.peek() == "{":
            yield from _page(stream)
        elif name == "Rows" and stream.peek() == "[":
            for row in stream.items():
                yield stream.line, _cells(row, stream.line)
        elif name == "Data":  # --query ResultSet.Rows
            yield stream.line, _cells({"Data": stream.value()}, stream.line)
        else:
            value = stream.value()
            follows = follows or (name == "NextToken" and bool(value))
    return follows


def _cells(row: Any, line: int) -> list[str]:
    """The texts of a row: a cell without a value is nothing."""
    cells = row.get("Data") if isinstance(row, dict) else None
    if not isinstance(cells, list) or not all(
        isinstance(cell, dict) and isinstance(cell.get("VarCharValue", ""), str) for cell in cells
    ):
        raise UnreadableError("a row without Data", "rows of a result", AGAIN, line)
    return [cell.get("VarCharValue", "") for cell in cells]
