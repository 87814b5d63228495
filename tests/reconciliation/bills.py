"""Bills made exactly from a forecast, line by line, in every format."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from estimator import Actuals
from estimator.forecasting import WRITES, Forecast
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.rows import actuals_frame
from tests.measurement.billing.bills import (
    FORMATS,
    FREE,
    PAID,
    Line,
    as_csv,
    cur2,
    focus,
    legacy,
    write_file,
)

# formats with the columns that AWS itself writes, with resource ids
THREE = {
    "legacy": FORMATS["legacy csv"],
    "cur 2.0": FORMATS["cur 2.0 csv"],
    "focus": FORMATS["focus 1.2 parquet gzip"],
}


def month_of(forecast: Forecast) -> tuple[str, str]:
    """First moment of the month, and of the next."""
    first = forecast.months.firsts[0]
    days = calendar.monthrange(first.year, first.month)[1]
    last = first.replace(day=days)
    following = (last.replace(day=28) + pd.Timedelta(days=10)).replace(day=1)
    return f"{first:%Y-%m-%d}T00:00:00Z", f"{following:%Y-%m-%d}T00:00:00Z"


def lines_of(
    forecast: Forecast,
    *,
    writes: bool | None = None,
    keys: Mapping[str, str] | None = None,
    scale: float = 1.0,
) -> list[Line]:
    """The lines that bill a forecast: free ones, paid ones, key-months.

    Parameters
    ----------
    told : Forecast
        One month.
    writes : bool, optional
        Whether the bill shows CloudTrail's own writes. Default: as the inventory reads F5.
    keys : mapping, optional
        ARN of a key by its id; without it no line names one.
    scale : float
        Factor on all requests.
    """
    start, end = month_of(forecast)
    shown = forecast.inventory.cloudtrail_writes == "charged" if writes is None else writes
    rows = forecast.rows
    if not shown:
        rows = rows[~rows["cause"].isin(WRITES)]
    names = ["billed_account", "billed_region", "key", "operation", "unit"]
    sums = rows.groupby(names, observed=True)[["quantity", "free", "billable", "cost"]].sum()
    lines: list[Line] = []
    for row in sums.reset_index().to_dict("records"):
        resource = (keys or {}).get(row["key"], "")
        line = Line(
            usage_type=f"{row['billed_region']}-KMS-Requests",
            operation=row["operation"],
            region=row["billed_region"],
            account=row["billed_account"],
            resource=resource,
            start=start,
            end=end,
        )
        if row["unit"] == "key-month":
            lines.append(
                replace(
                    line,
                    usage_type=f"{row['billed_region']}-KMS-Keys",
                    operation="CurrentKeys",
                    unit="Keys",
                    amount=repr(row["quantity"]),
                    cost=repr(row["cost"]),
                    rate="1.00",
                    description="$1 per customer managed KMS key version",
                )
            )
            continue
        free, paid = row["free"] * scale, row["billable"] * scale
        if free:
            lines.append(replace(line, amount=repr(free), description=FREE))
        if paid:
            cost, rate = repr(row["cost"] * scale), "0.000003"
            lines.append(replace(line, amount=repr(paid), cost=cost, rate=rate, description=PAID))
    return lines


def other(
    amount: float,
    forecast: Forecast,
    operation: str = "Decrypt",
    price: float = 0.000003,
    **more: str,
) -> Line:
    """A paid line of requests that are not CloudTrail's."""
    start, end = month_of(forecast)
    line = Line(
        operation=operation,
        amount=repr(amount),
        cost=repr(amount * price),
        rate=repr(price),
        start=start,
        end=end,
    )
    return replace(line, **more)


def bill_of(folder: Path, lines: Sequence[Line], form: str = "legacy", payer: str = "") -> Path:
    """A file of these lines; with `payer` its bills say that it pays."""
    if not payer:
        return write_file(folder / f"bill {form}", THREE[form](lines))
    rows = {"legacy": legacy, "cur 2.0": cur2, "focus": focus}[form](lines)
    for row in rows:
        for name in ("bill/PayerAccountId", "bill_payer_account_id", "BillingAccountId"):
            if name in row:
                row[name] = payer
    return write_file(folder / f"bill {form} {payer}", as_csv(rows))


def measured_of(
    forecast: Forecast,
    keys: Mapping[str, str],
    *,
    scale: float = 1.0,
    others: Sequence[tuple[str, str, str, float]] = (),
    days: int = 31,
    source: str = "cloudtrail",
) -> Actuals:
    """A measurement of exactly what a forecast says, each month's requests on its first day.

    Parameters
    ----------
    told : Forecast
        One month.
    keys : mapping
        ARN of a key by its id.
    scale : float
        Factor on all of it.
    others : sequence of (account, region, operation, requests)
        Requests that are not CloudTrail's.
    days : int
        How many days of the month are covered.
    source : str
        Which source measured.
    """
    rows = forecast.rows[forecast.rows["unit"] == "request"]
    first = forecast.months.firsts[0]
    size = len(rows) + len(others)
    columns = list(zip(*others, strict=True)) if others else [(), (), (), ()]
    columns = {
        "day": [first] * size,
        "billed_account": [*rows["billed_account"], *columns[0]],
        "billed_region": [*rows["billed_region"], *columns[1]],
        "key": [*(keys[str(row)] for row in rows["key"]), *[""] * len(others)],
        "cause": [*rows["cause"], *["other"] * len(others)],
        "operation": [*rows["operation"], *columns[2]],
        "quantity": np.array([*(rows["quantity"] * scale), *columns[3]], dtype=float),
        "unit": ["request"] * size,
        "source": [source] * size,
        "coverage": [1.0] * size,
    }
    places = set(zip(columns["billed_account"], columns["billed_region"], strict=True))
    end = forecast.months.firsts[1]
    span = pd.date_range(first, end, inclusive="left").date[:days]
    hours = {place: dict.fromkeys(span, WHOLE_DAY) for place in places}
    return Actuals(source, actuals_frame(columns), 1, size, coverage=Coverage(hours))
