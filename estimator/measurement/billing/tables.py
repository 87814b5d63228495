"""The lines of a CSV or Parquet table in chunks, with no more columns than a bill needs."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import IO, Any

from estimator.measurement.billing import chunks
from estimator.measurement.billing.archives import WatchedStream
from estimator.measurement.billing.arrow_columns import (
    arrow,
    cells_among,
    count_alike,
    distinct,
    plain_text,
    spans_of,
    texts_of,
    without_views,
)
from estimator.measurement.billing.cells import clean, is_aws, is_flag, product_of
from estimator.measurement.billing.chunks import (
    FORECAST,
    Chunk,
    chunks_of,
    is_column_name,
    text_frame,
)
from estimator.measurement.billing.csv_text import Text, describe_text, has_swallowed, open_rows
from estimator.measurement.billing.layouts import Columns, detect, is_bill
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.problems import KmscostError, Problem

_BLOCK = 4 << 20  # bytes that Arrow parses at once: the best of 1, 4, 8 and 32 MiB, within 10 %
_LOST_LINE = "\u0a00"
_MOST_FIELD = 1 << 24  # cost categories and tags are JSON texts of any length
# run lengths make billions of equal lines out of a kilobyte
_MOST_ROWS_A_BYTE, _FEW_ROWS = 100, 10_000_000


class SlowWayError(Exception):
    """Arrow cannot read a table: the slow way reads it, or says what is wrong and in which line."""


def read_csv(
    stream: IO[bytes], slow: bool = False, text: Text | None = None
) -> tuple[Columns, Iterator[Chunk]]:
    """The layout of a CSV bill and its lines.

    Parameters
    ----------
    stream : binary file
    slow : bool
        Read it line by line.
    text : Text, optional
        How it is written, where that is known.

    Raises
    ------
    UnreadableError
        It is no bill, or a line is not as long as the header: at once, or while it is read.
    SlowWayError
        To be read again with `slow`: at once, or while it is read.
    """
    text = text or describe_text(stream, is_bill)
    columns = detect(text.header)
    if slow or not text.plain or arrow("csv") is None:
        return columns, _csv_lines(stream, columns, text)
    return columns, _arrow_csv_lines(stream, columns, text)


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
    except (arrow().ArrowException, OSError) as error:
        raise _unreadable_parquet(error) from None
    rows, size = table.metadata.num_rows, stream.seek(0, 2)
    if rows > max(_FEW_ROWS, _MOST_ROWS_A_BYTE * size):
        raise UnreadableError(f"{rows:,} lines in {size:,} bytes of Parquet", "the table of a bill")
    columns = detect(names)
    return columns, _parquet_lines(table, columns)


def _parquet_lines(table: Any, columns: Columns) -> Iterator[Chunk]:
    wanted = [name for _, name in columns.where.values()]
    fields = {name: field for field, (_, name) in columns.where.items()}
    try:
        for batch in table.iter_batches(batch_size=chunks.CHUNK, columns=wanted):
            named = arrow().Table.from_batches([batch])
            named = without_views(
                named.rename_columns([fields[name] for name in named.column_names])
            )
            yield _arrow_chunk(named, columns)
    except (arrow().ArrowException, OSError) as error:
        raise _unreadable_parquet(error) from None


def _unreadable_parquet(error: Exception) -> UnreadableError:
    return UnreadableError(
        f"a Parquet file that cannot be read ({_first_line(error)})",
        "a whole file",
        "download it again",
    )


def _arrow_csv_lines(stream: IO[bytes], columns: Columns, text: Text) -> Iterator[Chunk]:
    pa, pa_csv = arrow(), arrow("csv")
    fields = {f"{at}": field for field, (at, _) in columns.where.items()}
    names = list(fields.values())
    try:
        counted = _CountedLines(stream)
        reader = pa_csv.open_csv(
            io.BufferedReader(counted, _BLOCK),
            # by position: tags may give two columns one name
            read_options=pa_csv.ReadOptions(
                block_size=_BLOCK,
                column_names=[f"{at}" for at in range(len(text.header))],
                skip_rows=1,
            ),
            parse_options=pa_csv.ParseOptions(delimiter=text.separator, newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(fields),
                column_types=dict.fromkeys(fields, pa.string()),
                strings_can_be_null=False,
            ),
        )
        waiting: list[Any] = []
        rows = 0
        for batch in reader:
            rows += batch.num_rows
            waiting.append(batch)
            if sum(pending.num_rows for pending in waiting) >= chunks.CHUNK:
                yield _arrow_chunk(pa.Table.from_batches(waiting).rename_columns(names), columns)
                waiting = []
        if waiting:
            yield _arrow_chunk(pa.Table.from_batches(waiting).rename_columns(names), columns)
    except pa.ArrowException:
        raise SlowWayError from None
    # more line ends than lines: a stray quote may have swallowed some
    if counted.lines > rows + 1 and not text.has_long_cells:
        raise SlowWayError


class _CountedLines(WatchedStream):
    """A stream whose line ends are counted as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)
        self.lines = 0

    def look(self, data: bytes) -> None:
        """Count the ends of lines."""
        self.lines += data.count(b"\n")


def _arrow_chunk(table: Any, columns: Columns) -> Chunk:
    pa, compute = arrow(), arrow("compute")
    total = table.num_rows
    table = _without_forecasts(table)

    values = cache(lambda name: distinct(table[name]))

    def among(name: str, chosen: Callable[[str], bool]) -> Any:
        return cells_among(table[name], values(name), chosen)

    has_provider = "provider" in table.column_names
    # a table without providers is of one, and AWS's words are taken for AWS's
    of_aws = everybody = pa.array([True] * table.num_rows, pa.bool_())
    if has_provider:
        of_aws = among("provider", is_aws)
    ours = compute.invert(everybody)
    for name in {"product", "service_name"} & set(table.column_names):
        if any(product_of(text, False) for text in values(name)):
            by_name = among(name, lambda text: bool(product_of(text, False)))
            ours = compute.or_(ours, by_name)
        # short words, which only a line of AWS's stands for
        if any(map(_is_short, values(name))):
            ours = compute.or_(ours, compute.and_(among(name, _is_short), of_aws))
    # another provider's lines tell nothing of AWS's bill
    if has_provider:
        unknown = among("provider", lambda text: not clean(text))
        of_aws = compute.or_(compute.or_(of_aws, unknown), ours)
    kinds = values("kind")
    # Arrow knows no blanks after a separator: the cells keep them, and a quote behind them
    # a header in the middle, where files were joined, is no line, whatever the order of its columns
    is_header = any(is_column_name(kind, columns) for kind in kinds)
    if is_header or any('"' in kind or kind.startswith(" ") for kind in kinds):
        raise SlowWayError
    is_usage = compute.and_(of_aws, cells_among(table["kind"], kinds, columns.layout.is_usage))
    estimates: set[tuple[str, str]] = set()
    if columns.layout.by_month and "invoice" in table.column_names:
        is_estimate = among("invoice", columns.layout.is_estimate)
        estimates = spans_of(table, compute.and_(is_usage, is_estimate))
        is_usage = compute.and_(is_usage, compute.invert(among("invoice", columns.layout.is_open)))
    currencies: set[str] = set()
    if "currency" in table.column_names:
        currency = table["currency"].filter(of_aws) if has_provider else table["currency"]
        currencies = set(texts_of(compute.unique(currency)))
    charged = table.filter(ours)
    return Chunk(
        lines=table.num_rows,
        spans=spans_of(table, is_usage),
        estimates=estimates,
        currencies=currencies,
        of_aws=compute.sum(of_aws).as_py() or 0,
        forecasts=total - table.num_rows,
        alike=count_alike(table, compute.and_(of_aws, compute.invert(ours))),
        charges=text_frame({name: texts_of(charged[name]) for name in charged.column_names}),
        numbers=[],
    )


def _is_short(text: str) -> bool:
    """Whether a service's name is one of AWS's only in the lines of AWS's."""
    return bool(product_of(text, True)) and not product_of(text, False)


def _without_forecasts(table: Any) -> Any:
    """The lines that are not marked as a forecast; hardly a table has any."""
    compute = arrow("compute")
    marks = []
    if "forecast" in table.column_names:
        flags = distinct(table["forecast"])
        if any(map(is_flag, flags)):
            marks.append(cells_among(table["forecast"], flags, is_flag))
    if "description" in table.column_names:
        marks.append(compute.starts_with(plain_text(table["description"]), FORECAST))
    for mark in marks:
        if compute.any(mark).as_py():
            whole = functools.reduce(compute.or_, marks)
            return table.filter(compute.invert(whole))
    return table


def _csv_lines(stream: IO[bytes], columns: Columns, text: Text) -> Iterator[Chunk]:
    """The slow way: half as fast as pandas, which takes lines of the wrong length as they come."""
    # never lower: the limit is the whole process's, and others may have raised it
    csv.field_size_limit(max(csv.field_size_limit(), _MOST_FIELD))
    wrapper, reader = open_rows(stream, text)
    width = len(text.header)
    is_wide = text.encoding.startswith("utf-16")

    def rows() -> Iterator[tuple[int, list[str]]]:
        next(reader)
        last = reader.line_num
        for row in reader:
            # a line of its own in a cell: nothing says how many more a stray quote has swallowed
            if reader.line_num - last > 1 and any(
                has_swallowed(cell, text.separator, width) for cell in row
            ):
                raise UnreadableError(
                    "a quote that is not closed, and lines behind it",
                    "a CSV table",
                    "download it again",
                    line=last + 1 + text.before,
                )
            last = reader.line_num
            # half a character lost: line ends become U+0A00, which is none, and all is one cell
            if is_wide and any(_LOST_LINE in cell for cell in row):
                raise UnreadableError(f"text that is no {text.encoding}", "text in UTF-8")
            if len(row) == width:
                yield reader.line_num + text.before, row
            elif row:
                _refuse_length(len(row), width, reader.line_num + text.before)

    try:
        yield from chunks_of(rows(), columns)
    except csv.Error as error:
        raise UnreadableError(
            f"a table that is no CSV ({error})",
            "a CSV table",
            line=reader.line_num + text.before,
        ) from None
    except UnicodeError:
        raise UnreadableError(f"text that is no {text.encoding}", "text in UTF-8") from None
    finally:
        if not stream.closed:
            wrapper.detach()  # whoever opened the stream closes it


def _refuse_length(found: int, width: int, line: int) -> None:
    raise UnreadableError(
        f"{found:,} values",
        f"{width:,} as in the header",
        "download it again: it may have been cut off",
        line=line,
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:160]
