"""What a measurement says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from estimator.actuals.result import Actuals
from estimator.figures import count, money
from estimator.report.sheet import MOST_ROWS, Sheet
from pricing.errors import printable

SOURCES = {
    "cloudtrail": "CloudTrail's log files",
    "s3-inventory": "an S3 Inventory",
    "s3-listing": "a listing of a bucket",
    "access-logs": "S3 server access logs",
    "bill": "the bill",
    "athena": "a result of Athena",
}

_DEFAULT = ("month", "product", "cause", "operation", "driver")
_NUMBERS = {
    "quantity": "requests",
    "files": "objects",
    "free": "free",
    "billable": "billable",
    "cost": "cost",
}


def measured_sheet(told: Actuals) -> Sheet:
    """The rows by what was asked for, or by month, cause, operation and driver, and their sum."""
    rows = told.rows
    keys = [name for name in told.by or _DEFAULT if name in rows]
    numbers = [name for name in _NUMBERS if name in rows]
    summed = rows.groupby([*keys, "unit"], observed=True, dropna=False, sort=True)[numbers]
    frame = summed.sum(min_count=1).reset_index()
    if told.by is None:  # the largest first within a month
        frame = frame.sort_values(["month", "quantity"], ascending=[True, False], kind="stable")
    cells = [
        (*(_word(row[name]) for name in keys), *(_number(name, row) for name in numbers))
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    if len(frame) > MOST_ROWS:
        blank = ("",) * (len(keys) - 1 + len(numbers))
        cells.append((f"{len(frame) - MOST_ROWS:,} more", *blank))
    header = (*(name.replace("_", " ") for name in keys), *(_NUMBERS[one] for one in numbers))
    total = ("total", *("",) * (len(keys) - 1)) if keys else ()
    requests = rows[rows["unit"] == "request"]
    sums = (
        money(rows[name].sum()) if name == "cost" else count(requests[name].sum())
        for name in numbers
    )
    return Sheet(_title(told), header, (*cells, (*total, *sums)), len(numbers), sums=1)


def _title(told: Actuals) -> str:
    days = told.rows["day"].dropna() if "day" in told.rows else pd.Series(dtype=object)
    span = ""
    if len(days):
        first, last = str(days.min()), str(days.max())
        span = f", {first}" if first == last else f", {first} to {last}"
    return f"KMS requests by {SOURCES[told.source]}{span}"


def _word(value: object) -> str:
    """A cell of text; of an ARN what people call the thing by."""
    text = "" if value is None or str(value) == "NaT" else str(value)
    parts = text.split(":", 5)
    if parts[0] == "arn" and len(parts) == 6:
        text = f"{parts[4]}:{parts[5]}" if parts[2] in ("iam", "sts") else parts[5]
    return printable(text) or "-"


def _number(name: str, row: Mapping[Any, Any]) -> str:
    value = float(str(row[name]))
    if name == "cost":
        return money(value)
    unit = row["unit"]
    if name == "quantity" and unit not in ("request", ""):
        return f"{count(value)} {unit}s"
    return count(value)


def measured_lines(told: Actuals) -> list[str]:
    """What stands under the table: what was read, and which part of the time it covers."""
    read = f"Read {told.files:,} file{'s' * (told.files != 1)} with {told.records:,} records"
    if told.duplicates:
        read += f"; {told.duplicates:,} copies of requests counted once"
    if told.skipped:
        read += f"; skipped {len(told.skipped):,}"
    return [read]
