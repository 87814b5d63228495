"""What a measurement says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import RenderableType

from estimator.figures import count, money
from estimator.measurement.result import Actuals
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import MOST_ROWS, Sheet
from estimator.report.table import sheets_table
from pricing.arns import split_arn
from pricing.reading.problems import printable

SOURCES = {
    "cloudtrail": "CloudTrail's log files",
    "s3-inventory": "an S3 Inventory",
    "s3-listing": "a listing of a bucket",
    "access-logs": "S3 server access logs",
    "bill": "the bill",
    "athena": "a result of Athena",
}

_DEFAULT = ("month", "cause", "operation", "driver")
_OF_A_BILL = ("month", "operation")  # which tells no cause but its own: the operation says as much
_NUMBERS = {
    "quantity": "requests",
    "files": "objects",
    "free": "free",
    "billable": "billable",
    "cost": "cost",
}
_KMS, _CLOUDTRAIL = "awskms", "AWSCloudTrail"
_UNITS = ("request", "key-month", "event")  # in this order; then others, then what has none


def measured_sheets(told: Actuals) -> list[Sheet]:
    """The rows by what was asked for, and their sum; CloudTrail's charges never among KMS's."""
    rows = told.rows
    if "product" not in rows:
        return [_sheet(_title(told, "KMS requests by"), told, rows, "request")]
    of = {name: rows[rows["product"] == name] for name in (_KMS, _CLOUDTRAIL)}
    sheets = [_sheet(_title(told, "AWS KMS on"), told, of[_KMS], "request")]
    if len(of[_CLOUDTRAIL]):
        title = "Apart from it, AWS CloudTrail on the same bill"
        sheets.append(_sheet(title, told, of[_CLOUDTRAIL], "event"))
    return sheets


def _sheet(title: str, told: Actuals, rows: pd.DataFrame, unit: str) -> Sheet:
    """Rows under their title; `unit` is that of the sum."""
    # each product has a sheet of its own
    keys = [name for name in told.by or _default(rows) if name in rows and name != "product"]
    numbers = [name for name in _NUMBERS if name in rows]
    summed = rows.groupby(
        list(dict.fromkeys([*keys, "unit"])), observed=True, dropna=False, sort=True
    )[numbers]
    frame = summed.sum(min_count=1).reset_index()
    if told.by is None:  # the largest first within a month, what is no usage last
        frame["_unit"] = [_place(one) for one in frame["unit"]]
        order = ["month", "_unit", "quantity"]
        frame = frame.sort_values(order, ascending=[True, True, False], kind="stable")
    cells = [
        (*(_word(row[name]) for name in keys), *(_number(name, row, unit) for name in numbers))
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    if len(frame) > MOST_ROWS:
        blank = ("",) * (len(keys) - 1 + len(numbers))
        cells.append((f"{len(frame) - MOST_ROWS:,} more", *blank))
    currencies = set(rows["currency"]) - {""} if "currency" in rows else set()
    words = _NUMBERS | {"quantity": f"{unit}s"} | {"cost": " ".join(currencies) or "cost"}
    header = (*(name.replace("_", " ") for name in keys), *(words[one] for one in numbers))
    total = ("total", *("",) * (len(keys) - 1)) if keys else ()
    counted = rows[rows["unit"] == unit]
    sums = (money(rows[name].sum()) if name == "cost" else _sum(counted[name]) for name in numbers)
    return Sheet(title, header, (*cells, (*total, *sums)), len(numbers), sums=1)


def _default(rows: pd.DataFrame) -> tuple[str, ...]:
    return _OF_A_BILL if "product" in rows else _DEFAULT


def _place(unit: object) -> int:
    if not unit:
        return len(_UNITS) + 1
    return _UNITS.index(str(unit)) if unit in _UNITS else len(_UNITS)


def _sum(values: pd.Series[float]) -> str:
    """A sum; where a part of it is not known, what it is at least."""
    known = count(values.sum())
    if not values.isna().any():
        return known
    return "unknown" if values.isna().all() else f"at least {known}"


def _title(told: Actuals, what: str) -> str:
    days = told.rows["day"].dropna() if "day" in told.rows else pd.Series(dtype=object)
    span = ""
    if len(days):
        first, last = str(days.min()), str(days.max())
        span = f", {first}" if first == last else f", {first} to {last}"
    return f"{what} {SOURCES[told.source]}{span}"


def _word(value: object) -> str:
    """A cell of text; of an ARN what people call the thing by."""
    text = "" if value is None or str(value) == "NaT" else str(value)
    arn = split_arn(text)
    if arn is not None:
        is_caller = arn.service in ("iam", "sts")
        text = f"{arn.account}:{arn.resource}" if is_caller else arn.resource
    return printable(text) or "-"


def _number(name: str, row: Mapping[Any, Any], unit: str) -> str:
    value = float(str(row[name]))
    if name == "cost":
        return money(value)
    if not row["unit"]:  # a tax, a credit: an amount and nothing to count
        return ""
    if name == "quantity" and row["unit"] != unit:
        return f"{count(value)} {row['unit']}{'s' * (row['unit'] in _UNITS)}"
    return count(value)


def measured_lines(told: Actuals) -> list[str]:
    """What stands under the table: what was read, and which part of the time it covers."""
    read = f"Read {told.files:,} file{'s' * (told.files != 1)} with {told.records:,} "
    read += f"record{'s' * (told.records != 1)}"
    if told.duplicates:
        read += f"; {told.duplicates:,} copies of requests counted once"
    if told.skipped:
        read += f"; skipped {len(told.skipped):,}"
    return [*_costs(told), read]


def _costs(told: Actuals) -> list[str]:
    """What the cost of KMS on a bill is for."""
    if told.source != "bill":
        return []
    totals = told.totals
    cost = next(name for name in totals if name.startswith("cost_"))
    parts = ("requests", "keys", "other")
    requests, keys, other = (money(totals[f"{cost}_{part}"]) for part in parts)
    said = f"KMS {cost.removeprefix('cost_').upper()} {money(totals[cost])}: requests {requests}, "
    return [f"{said}keys {keys}, taxes, credits and all else {other}"]


def measured_table(told: Actuals, width: int | None = None) -> RenderableType:
    """What was measured, and what was read for it."""
    return sheets_table(measured_sheets(told), measured_lines(told), width)


def measured_markdown(told: Actuals) -> str:
    """What was measured as Markdown."""
    return sheets_markdown(measured_sheets(told), measured_lines(told), told.notices)
