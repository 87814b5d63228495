"""The lines of a CSV or Parquet table in chunks, with no more columns than a bill needs."""

from __future__ import annotations

import csv
import importlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import IO, Any

import pandas as pd

from estimator.measurement.billing.layouts import FIELDS, PRODUCTS, SERVICE_NAMES, Columns, detect
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.problems import KmscostError, Problem

# lines handed on at once: some 40 MB of the columns needed
CHUNK = 100_000
_BLOCK = 4 << 20  # bytes that Arrow parses at once: the best of 1, 4, 8 and 32 MiB, within 10 %
_MOST_HEADER = 1 << 20
_MOST_FIELD = 1 << 24  # cost categories and tags are JSON texts of any length


@dataclass(frozen=True)
class Chunk:
    """Some lines of a bill.

    Attributes
    ----------
    lines : int
        How many there are, of whatever product.
    spans : set of pairs
        Start and end of those that are usage, as the bill writes them.
    currencies : set of str
        Currencies of all of them.
    charges : DataFrame
        Those of KMS and CloudTrail: a column of text for each of `FIELDS`, empty where not known.
    """

    lines: int
    spans: set[tuple[str, str]]
    currencies: set[str]
    charges: pd.DataFrame


def read_csv(stream: IO[bytes]) -> tuple[Columns, Iterator[Chunk]]:
    """The layout of a CSV bill and its lines.

    Raises
    ------
    UnreadableError
        It is no bill, or a line is not as long as the header: at once, or while it is read.
    """
    head = stream.read(_MOST_HEADER)
    stream.seek(0)
    try:
        text = io.StringIO(head.decode("utf-8-sig", "replace"), newline="")
        names = next(csv.reader(text), [])
    except csv.Error as error:
        raise UnreadableError(f"a header that is no CSV ({error})", "a CSV table") from None
    columns = detect(names)
    if b"\n" not in head and len(head) < _MOST_HEADER:
        return columns, iter(())
    if arrow("csv") is None:
        return columns, _csv_lines(stream, columns, len(names))
    return columns, _arrow_csv_lines(stream, columns, len(names))


def read_parquet(stream: IO[bytes], path: str) -> tuple[Columns, Iterator[Chunk]]:
    """The layout of a Parquet bill and its lines.

    Raises
    ------
    UnreadableError
        It is no bill, or no whole Parquet file.
    KmscostError
        pyarrow, which reads it, is not installed.
    """
    parquet = arrow("parquet")
    if parquet is None:
        raise KmscostError(
            Problem(
                path,
                None,
                "",
                "a Parquet file, which needs pyarrow to be read",
                "pyarrow installed, or a bill in CSV",
                "pip install 'kms-cost-estimator[parquet]'",
            )
        )
    try:
        table = parquet.ParquetFile(stream)
        names = list(table.schema_arrow.names)
    except arrow().ArrowException as error:
        raise _unreadable_parquet(error) from None
    columns = detect(names)
    return columns, _parquet_lines(table, columns)


@cache
def arrow(module: str = "") -> Any:
    """The module of pyarrow, an optional extra, or None where it is not installed."""
    try:
        return importlib.import_module(f"pyarrow.{module}" if module else "pyarrow")
    except ImportError:
        return None


def _parquet_lines(table: Any, columns: Columns) -> Iterator[Chunk]:
    wanted = [name for _, name in columns.where.values()]
    fields = {name: field for field, (_, name) in columns.where.items()}
    try:
        for batch in table.iter_batches(batch_size=CHUNK, columns=wanted):
            named = arrow().Table.from_batches([batch])
            named = named.rename_columns([fields[name] for name in named.column_names])
            yield _arrow_chunk(named, columns)
    except (arrow().ArrowException, OSError) as error:
        raise _unreadable_parquet(error) from None


def _unreadable_parquet(error: Exception) -> UnreadableError:
    return UnreadableError(
        f"a Parquet file that cannot be read ({_first_line(error)})",
        "a whole file",
        "download it again",
    )


def _arrow_csv_lines(stream: IO[bytes], columns: Columns, width: int) -> Iterator[Chunk]:
    pa, pa_csv = arrow(), arrow("csv")
    fields = {f"{at}": field for field, (at, _) in columns.where.items()}
    try:
        reader = pa_csv.open_csv(
            stream,
            # by position: tags may give two columns one name
            read_options=pa_csv.ReadOptions(
                block_size=_BLOCK, column_names=[f"{at}" for at in range(width)], skip_rows=1
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(fields),
                column_types=dict.fromkeys(fields, pa.string()),
                strings_can_be_null=False,
            ),
        )
        names = list(fields.values())
        waiting: list[Any] = []
        for batch in reader:
            waiting.append(batch)
            if sum(pending.num_rows for pending in waiting) >= CHUNK:
                yield _arrow_chunk(pa.Table.from_batches(waiting).rename_columns(names), columns)
                waiting = []
        if waiting:
            yield _arrow_chunk(pa.Table.from_batches(waiting).rename_columns(names), columns)
    except pa.ArrowException as error:
        # the slow way says what is wrong in words of our own, and in which line
        if not stream.closed:
            stream.seek(0)
            for _ in _csv_lines(stream, columns, width):
                pass
        raise UnreadableError(
            f"a table that is no CSV ({_first_line(error)})",
            "lines as long as the header",
            "download it again: it may have been cut off",
        ) from None


def _arrow_chunk(table: Any, columns: Columns) -> Chunk:
    pa, compute = arrow(), arrow("compute")

    def among(name: str, values: Iterable[str]) -> Any:
        return compute.is_in(compute.cast(table[name], pa.string()), pa.array(sorted(values)))

    # text is made of the few values that are left: of timestamps it takes longer than all else
    spans = table.filter(among("kind", columns.layout.usage)).group_by(["start", "end"])
    moments = [_texts(column) for column in spans.aggregate([]).select(["start", "end"]).columns]
    chosen = [
        among(name, values)
        for name, values in (("product", PRODUCTS), ("service_name", SERVICE_NAMES))
        if name in table.column_names
    ]
    charged = table.filter(chosen[0] if len(chosen) == 1 else compute.or_(*chosen))
    return Chunk(
        lines=table.num_rows,
        spans=set(zip(*moments, strict=True)),
        currencies=set(_texts(compute.unique(table["currency"]))),
        charges=_frame({name: _texts(charged[name]) for name in charged.column_names}),
    )


def _texts(column: Any) -> list[str]:
    """Values as text, nothing where there is none; CUR 2.0's product map as JSON, as its CSV."""
    pa, compute = arrow(), arrow("compute")
    if pa.types.is_nested(column.type):
        return [json.dumps(dict(value)) if value else "" for value in column.to_pylist()]
    return list(compute.fill_null(compute.cast(column, pa.string()), "").to_pylist())


def _csv_lines(stream: IO[bytes], columns: Columns, width: int) -> Iterator[Chunk]:
    """The slow way: half as fast as pandas, which takes lines of the wrong length as they come."""
    # never lower: the limit is the whole process's, and others may have raised it
    csv.field_size_limit(max(csv.field_size_limit(), _MOST_FIELD))
    at = {field: position for field, (position, _) in columns.where.items()}
    kind, start, end, currency = (at[name] for name in ("kind", "start", "end", "currency"))
    product, service = at.get("product"), at.get("service_name")
    usage, pick = columns.layout.usage, itemgetter(*at.values())
    lines, spans, currencies, charged = 0, set(), set(), []
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    reader = csv.reader(text)
    try:
        next(reader)
        for row in reader:
            if len(row) != width:
                if not row:
                    continue
                _refuse_length(len(row), width, reader.line_num)
            lines += 1
            currencies.add(row[currency])
            if row[kind] in usage:
                spans.add((row[start], row[end]))
            if (product is not None and row[product] in PRODUCTS) or (
                service is not None and row[service] in SERVICE_NAMES
            ):
                charged.append(pick(row))
            if lines == CHUNK:
                yield Chunk(lines, spans, currencies, _rows(charged, at))
                lines, spans, currencies, charged = 0, set(), set(), []
        yield Chunk(lines, spans, currencies, _rows(charged, at))
    except csv.Error as error:
        raise UnreadableError(
            f"a table that is no CSV ({error})", "a CSV table", line=reader.line_num
        ) from None
    except UnicodeDecodeError:
        raise UnreadableError("bytes that are not UTF-8", "text in UTF-8") from None
    finally:
        if not stream.closed:
            text.detach()  # whoever opened the stream closes it


def _refuse_length(found: int, width: int, line: int) -> None:
    raise UnreadableError(
        f"{found:,} values",
        f"{width:,} as in the header",
        "download it again: it may have been cut off",
        line=line,
    )


def _rows(rows: list[tuple[str, ...]], at: dict[str, int]) -> pd.DataFrame:
    return _frame({name: [row[place] for row in rows] for place, name in enumerate(at)})


def _frame(columns: dict[str, list[str]]) -> pd.DataFrame:
    """A column of text for every field."""
    frame = pd.DataFrame(columns, dtype=object)
    return frame.reindex(columns=list(FIELDS), fill_value="").astype(object)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:160]
