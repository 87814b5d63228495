"""Cost Explorer's CSV download: a column for each group and a line for each period, or turned."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

import pandas as pd

from estimator.measurement.billing.cells import product_of_usage_type
from estimator.measurement.billing.cost_explorer.entries import COMMAND, Entry
from estimator.measurement.billing.csv_text import describe_text, open_rows
from estimator.measurement.unreadable import UnreadableError

_EXPECTED = "its export by usage type, with costs and usage"
_FIX = f"group by usage type and download costs and usage; or {COMMAND}"
_MOST_ROWS = 100_000

# such as "us-east-1-KMS-Requests($)" and "Total usage (Requests)"
_WITH_UNIT = re.compile(r"(?P<name>.*?)\s*\((?P<unit>[^()]*)\)")
_TOTAL = re.compile(r"total\b.*|.*\btotal", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?Z?)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DIMENSIONS = (
    *("service", "linked account", "region", "instance type", "usage type", "usage type group"),
    *("resources", "api operation", "operation", "charge type", "record type", "platform"),
    *("availability zone", "purchase option", "tenancy", "database engine", "legal entity"),
    *("billing entity", "cost category", "tag", "item"),
)


@dataclass(frozen=True)
class _Amount:
    """An amount of a group in a period."""

    name: str
    unit: str
    period: str
    text: str


def is_cost_explorer_csv(names: Sequence[str]) -> bool:
    """Tell whether these are the columns of a CSV of Cost Explorer.

    >>> is_cost_explorer_csv(["Usage type", "us-east-1-KMS-Keys($)", "Total costs($)"])
    True
    """
    cells = [name.strip() for name in names]
    if len(cells) < 2:
        return False
    if any(re.fullmatch(r"total (?:costs?|usage)\s*\(.*\)", cell.casefold()) for cell in cells[1:]):
        return True
    first = cells[0].casefold()
    dated = sum(_DATE.fullmatch(_split(cell)[0]) is not None for cell in cells[1:])
    return first in _DIMENSIONS and (
        dated > 0 or all(_WITH_UNIT.fullmatch(cell) for cell in cells[1:])
    )


def read_download(stream: IO[bytes]) -> list[Entry]:
    """The entries of a download.

    Raises
    ------
    UnreadableError
        It is by another dimension than the usage type, or damaged.
    """
    text = describe_text(stream, is_cost_explorer_csv)
    header = [cell.strip() for cell in text.header]
    wrapper, reader = open_rows(stream, text)
    try:
        next(reader)
        rows = [[cell.strip() for cell in row] for row in _first(reader) if any(row)]
    finally:
        if not stream.closed:
            wrapper.detach()
    if header[0].casefold() != "usage type":
        raise UnreadableError(
            f"an export of Cost Explorer by {header[0][:40].lower()}, which tells no requests",
            _EXPECTED,
            _FIX,
        )
    for number, row in enumerate(rows):
        if len(row) != len(header):
            raise UnreadableError(
                f"{len(row):,} values", f"{len(header):,} as in the header", line=number + 2
            )
    turned = any(_DATE.fullmatch(_split(cell)[0]) for cell in header[1:])
    amounts = list(_by_name(header, rows) if turned else _by_period(header, rows))
    if not amounts:
        raise UnreadableError("an export of Cost Explorer without a period", _EXPECTED, _FIX)
    return _entries(amounts)


def _first(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(reader):
        if number >= _MOST_ROWS:
            raise UnreadableError("more lines than Cost Explorer exports", _EXPECTED, _FIX)
        yield row


def _by_period(header: list[str], rows: list[list[str]]) -> Iterator[_Amount]:
    """A line for each period, after one of the totals."""
    for row in rows:
        if _TOTAL.fullmatch(row[0]):
            continue
        if not _DATE.fullmatch(row[0]):
            raise _no_date(row[0])
        for cell, value in zip(header[1:], row[1:], strict=True):
            name, unit = _split(cell)
            if not _is_total(name):
                yield _Amount(name, unit, row[0], value)


def _by_name(header: list[str], rows: list[list[str]]) -> Iterator[_Amount]:
    """A column for each period, and one of the totals."""
    for row in rows:
        name, row_unit = _split(row[0])
        if _is_total(name):
            continue
        for cell, value in zip(header[1:], row[1:], strict=True):
            period, unit = _split(cell)
            if _TOTAL.fullmatch(period):
                continue
            if not _DATE.fullmatch(period):
                raise _no_date(period)
            yield _Amount(name, row_unit or unit, period, value)


def _no_date(text: str) -> UnreadableError:
    return UnreadableError(
        f"{text[:40]!r} where Cost Explorer has a date",
        "a date such as 2026-10-01",
        "export it again: a spreadsheet may have changed it",
    )


def _is_total(name: str) -> bool:
    return _TOTAL.fullmatch(name) is not None


def _split(cell: str) -> tuple[str, str]:
    """The name and the unit of a column."""
    found = _WITH_UNIT.fullmatch(cell)
    return (found["name"], found["unit"].strip()) if found else (cell, "")


def _entries(amounts: list[_Amount]) -> list[Entry]:
    ends = _ends(sorted({amount.period for amount in amounts}))
    known: dict[tuple[str, str], dict[str, str]] = {}
    for amount in amounts:
        if amount.name.casefold() in ("others", "other") and amount.text not in ("", "0"):
            raise UnreadableError(
                f"a column {amount.name} of Cost Explorer, which hides usage types", _EXPECTED, _FIX
            )
        if amount.unit != "$" and any(unicodedata.category(sign) == "Sc" for sign in amount.unit):
            raise UnreadableError(
                f"amounts in {amount.unit}, which several currencies may be", "USD, or a code", _FIX
            )
        cells = known.setdefault((amount.period, amount.name), {})
        is_cost = amount.unit in ("$", "") or _CURRENCY.fullmatch(amount.unit)
        what = "cost" if is_cost else "quantity"
        if what in cells:
            raise UnreadableError(f"{amount.name[:60]} twice", "a column for each usage type")
        # Cost Explorer leaves a cell empty where there was nothing
        cells[what] = amount.text or "0"
        cells["currency" if is_cost else "unit"] = {"$": "USD"}.get(amount.unit, amount.unit)
    last = max(ends)
    entries = []
    for (period, name), cells in known.items():
        # a group of which the other file has nothing had none of it
        group = (("usage_type", name),) if product_of_usage_type(name) else ()
        start, end = ends[period]
        entries.append(
            Entry(
                start,
                end,
                # the last period may go on: the file does not say
                period == last,
                group,
                cells.get("cost") if group else "0",
                cells.get("quantity") if group else "0",
                cells.get("unit", ""),
                cells.get("currency", ""),
            )
        )
    # usage types of others only tell that there was a period
    return list({(entry.start, entry.group): entry for entry in entries}.values())


def _ends(periods: list[str]) -> dict[str, tuple[pd.Timestamp, pd.Timestamp]]:
    """Start and end of each period: months where all are firsts of months, else days or hours."""
    starts = [
        pd.Timestamp(period.removesuffix("Z").replace(" ", "T"), tz=None) for period in periods
    ]
    if all(start.day == 1 and start == start.normalize() for start in starts):
        return {
            period: (start, start + pd.offsets.MonthBegin())
            for period, start in zip(periods, starts, strict=True)
        }
    steps = [after - before for before, after in itertools.pairwise(starts)]
    step = min([*steps, pd.Timedelta(days=1)])
    return {period: (start, start + step) for period, start in zip(periods, starts, strict=True)}
