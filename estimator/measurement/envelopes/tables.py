"""Tables in JSON, CSV and Parquet to rows: a name for each value."""

from __future__ import annotations

import csv
import importlib
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from estimator.figures import plural
from estimator.measurement.envelopes.cells import plain_name
from estimator.measurement.envelopes.rows import NO_ERROR_CODE, plan_of
from estimator.measurement.unreadable import UnreadableError, readable

Row = dict[str, Any]
Plain = Callable[[Any], Any]

_HISTORY = {"eventname", "eventtime", "username", "resourcename", "resourcetype"}
_HISTORY_TODAY = {"eventname", "eventtime", "eventsource", "eventid", "sourceipaddress"}
# a cell of JSON whose quotes have backslashes before them, as Spark writes them, and not doubled;
# doubled ones begin {"", and JSON never {\
_BACKSLASHES = re.compile(rb'(?:^|[,;|\t\n])"[\[{]+\\"')
_BATCH = 4096  # rows of Parquet in memory


def rows_in(node: Any, plain: Plain) -> Iterator[Row] | None:
    """The rows of a table in JSON, in whichever way it is laid out; None for anything else."""
    if isinstance(node, list):
        return _of_cells(node, plain)
    keys = set(node)
    if "ResultSet" in keys:  # aws athena get-query-results
        answer = plain(node["ResultSet"])
        lines = answer.get("Rows") if isinstance(answer, Mapping) else None
        cells = [[cell.get("VarCharValue") for cell in line["Data"]] for line in lines or ()]
        return _name_cells(cells[0], cells[1:]) if cells else iter(())
    if "QueryResultRows" in keys:  # aws cloudtrail get-query-results: an object for each cell
        lines = plain(node["QueryResultRows"]) or []
        return ({k: v for cell in line for k, v in cell.items()} for line in lines)
    if "tables" in keys:  # Azure Monitor
        tables = [table for table in plain(node["tables"]) or () if isinstance(table, Mapping)]
        return (row for table in tables for row in rows_in(table, plain) or ())
    for names, lines in (("fields", "rows"), ("columns", "rows"), ("columns", "data")):
        if {names, lines} <= keys:
            titles, cells = plain(node[names]), plain(node[lines])
            if isinstance(titles, list) and _are_lists(cells):
                return _name_cells([_title(title) for title in titles], cells)
    if {"fields", "columns"} <= keys:  # Splunk's json_cols
        titles, columns = plain(node["fields"]), plain(node["columns"])
        if isinstance(titles, list) and _are_lists(columns):
            return _name_cells(
                [_title(title) for title in titles], list(zip(*columns, strict=False))
            )
    return _of_columns(node, plain)


def _of_cells(entries: list[Any], plain: Plain) -> Iterator[Row] | None:
    """Rows of CloudWatch Logs Insights: a field and a value for each cell."""
    first = plain(entries[0]) if entries and len(entries) < 1000 else None
    if not (isinstance(first, Mapping) and {"field", "value"} == set(first)):
        return None
    cells = [plain(entry) for entry in entries]
    return iter([{str(cell.get("field")): cell.get("value") for cell in cells}])


def _of_columns(node: Mapping[str, Any], plain: Plain) -> Iterator[Row] | None:
    """A table by its columns, as pandas writes it: {"eventName": {"0": …}, …}."""
    plan = plan_of(tuple(node))
    source = plain(node[plan.scalars["eventSource"][0]]) if plan else None
    if isinstance(source, list) and len(source) > 1:
        columns = {name: plain(column) for name, column in node.items()}
        lists = {name: column for name, column in columns.items() if _has(column, len(source))}
        return _name_cells(list(lists), list(zip(*lists.values(), strict=True)))
    if not isinstance(source, Mapping):
        return None
    columns = {name: plain(column) for name, column in node.items()}
    columns = {name: column for name, column in columns.items() if isinstance(column, Mapping)}
    return ({name: column.get(place) for name, column in columns.items()} for place in source)


def _has(column: Any, size: int) -> bool:
    return isinstance(column, list) and len(column) == size


def _name_cells(titles: list[Any], lines: list[Any]) -> Iterator[Row]:
    return (dict(zip(map(str, titles), line, strict=False)) for line in lines)


def _title(title: Any) -> str:
    name = title.get("name") if isinstance(title, Mapping) else title
    return str(name)


def _are_lists(lines: Any) -> bool:
    return isinstance(lines, list) and all(isinstance(line, list) for line in lines)


def csv_rows(data: bytes, notes: Counter[str]) -> Iterator[Row] | None:
    """The rows of a CSV of events; None where the text is no such table.

    Parameters
    ----------
    data : bytes
        The text.
    notes : Counter
        What the table cannot tell is added.

    Raises
    ------
    UnreadableError
        It is one that leaves out what counting needs, or a row is not of the header's length.
    """
    stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    header = stream.readline()
    if header.startswith(("#TYPE", "sep=")):  # PowerShell 5; for Excel
        header = stream.readline()
    separator = max(",;\t|", key=header.count)
    titles = next(csv.reader([header], delimiter=separator, skipinitialspace=True), [])
    names = {plain_name(title) for title in titles}
    carries = names & {"cloudtrailevent", "message", "raw", "eventjson", "eventoriginal"}
    if not carries and plan_of(tuple(titles)) is None:
        if names >= _HISTORY:
            raise _history()
        if "what" in names and "rowsinall" in names:
            raise UnreadableError(
                "the result of kmscost's query for Athena", "CloudTrail events", "measure athena"
            )
        return None
    if not carries and names >= _HISTORY_TODAY and not any("requestparam" in n for n in names):
        raise _history()
    _note(titles, notes)
    return _csv(stream, titles, separator, _BACKSLASHES.search(data) is not None)


def _note(titles: list[str], notes: Counter[str]) -> None:
    plan = plan_of(tuple(titles))
    if plan is not None and not plan.scalars["errorCode"]:
        notes[NO_ERROR_CODE] += 1


def _history() -> UnreadableError:
    return UnreadableError(
        "the event history as CSV, which leaves out the encryption context of each request",
        "whole events",
        "download the event history as JSON, or use aws cloudtrail lookup-events",
    )


def _csv(
    stream: io.TextIOWrapper, titles: list[str], separator: str, backslashes: bool
) -> Iterator[Row]:
    before = csv.field_size_limit(sys.maxsize)  # an event may be longer than the default
    try:
        reader = csv.reader(
            stream,
            delimiter=separator,
            doublequote=not backslashes,
            escapechar="\\" if backslashes else None,
            strict=True,
            skipinitialspace=True,
        )
        for number, line in enumerate(reader, 1):
            if not line:
                continue
            if len(line) != len(titles):
                found = f"row {number:,} of a CSV with {plural(len(line), 'cell')}"
                raise UnreadableError(found, f"{len(titles)}, as its header has")
            yield dict(zip(titles, line, strict=True))
    except csv.Error as error:
        raise UnreadableError(f"damaged CSV ({error})") from None
    finally:
        csv.field_size_limit(before)


def parquet_rows(data: bytes, notes: Counter[str]) -> Iterator[Row]:
    """The rows of a Parquet file, a batch at a time.

    Parameters
    ----------
    data : bytes
        The file.
    notes : Counter
        What the table cannot tell is added.

    Raises
    ------
    UnreadableError
        It is damaged, or nothing that reads it is installed.
    """
    try:
        arrow = importlib.import_module("pyarrow")  # takes as long to load as a folder to count
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        fix = "pip install 'kms-cost-estimator[parquet]'"
        raise UnreadableError("a Parquet file, without pyarrow", "pyarrow", fix) from None
    with readable():
        file = parquet.ParquetFile(arrow.BufferReader(data))
        _note(list(file.schema_arrow.names), notes)
        for batch in file.iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()
