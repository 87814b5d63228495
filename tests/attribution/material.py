"""Logs and bills written by hand: who asked KMS how often, and what was billed."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals

PAYER, APP, SECURITY = "111122223333", "222222222222", "333333333333"
EAST, WEST = "us-east-1", "eu-west-1"
DATA = f"arn:aws:kms:{EAST}:{APP}:key/da7a0000-1111-2222-3333-444455556666"
TRAIL_KEY = f"arn:aws:kms:{EAST}:{SECURITY}:key/109500aa-1111-2222-3333-444455556666"
PHOTOS = "arn:aws:s3:::photos"
TRAIL = f"arn:aws:cloudtrail:{EAST}:{SECURITY}:trail/org"

# what stands in a row unless a test says otherwise
_ROW: dict[str, Any] = {
    "day": "2026-10-01",
    "billed_account": APP,
    "billed_region": EAST,
    "key": DATA,
    "operation": "Decrypt",
    "meter": "KMS-Requests",
    "service": "s3",
    "resource": PHOTOS,
    "caller": f"arn:aws:iam::{APP}:role/app",
    "cause": "other",
    "unit": "request",
    "source": "cloudtrail",
    "coverage": 1.0,
}
# a file that CloudTrail puts (F2), and one that somebody gets (F3)
PUT = {
    "billed_account": SECURITY,
    "key": TRAIL_KEY,
    "operation": "GenerateDataKey",
    "service": "cloudtrail",
    "resource": TRAIL,
    "caller": "cloudtrail.amazonaws.com",
    "cause": "put",
}
GET = PUT | {"operation": "Decrypt", "caller": f"arn:aws:iam::{SECURITY}:role/siem", "cause": "get"}


def logs(
    *rows: tuple[float, Mapping[str, Any]],
    places: Iterable[tuple[str, str]] = ((APP, EAST), (SECURITY, EAST)),
    days: Sequence[int] = range(1, 32),
    month: str = "2026-10",
) -> Actuals:
    """Measured logs of these requests, each (how many, what differs), whole days covered."""
    frame = pd.DataFrame([{**_ROW, **differs, "quantity": many} for many, differs in rows])
    frame["day"] = pd.PeriodIndex(frame["day"], freq="D")
    frame["month"] = frame["day"].dt.asfreq("M")
    dates = [datetime.date.fromisoformat(f"{month}-{day:02}") for day in days]
    hours = {place: dict.fromkeys(dates, WHOLE_DAY) for place in places}
    return Actuals("cloudtrail", frame, files=1, records=len(rows), coverage=Coverage(hours))


def bill(path: Path, *lines: Mapping[str, Any], days: tuple[int, int] | None = None) -> Path:
    """A Cost and Usage Report of these lines, of October 2026 unless a line says otherwise."""
    header = (
        "bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,"
        "lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,"
        "lineItem/UsageAmount,lineItem/CurrencyCode,lineItem/UnblendedRate,lineItem/UnblendedCost,"
        "lineItem/LineItemDescription,product/region,pricing/unit,lineItem/ResourceId"
    )
    text = [header]
    for line in lines:
        month = line.get("month", "2026-10")
        year, number = map(int, month.split("-"))
        first, last = days or (1, calendar.monthrange(year, number)[1])
        begin = datetime.date(year, number, first)
        end = datetime.date(year, number, last) + datetime.timedelta(1)
        region, meter = line.get("region", EAST), line.get("meter", "KMS-Requests")
        cells = [
            PAYER,
            line.get("account", APP),
            line.get("kind", "Usage"),
            f"{begin}T00:00:00Z",
            f"{end}T00:00:00Z",
            line.get("product", "awskms"),
            f"{region}-{meter}" if meter else "",
            line.get("operation", "Decrypt"),
            str(line.get("quantity", 0)),
            line.get("currency", "USD"),
            "" if line.get("cost") != "0" else "0",
            line["cost"],
            line.get("description", "KMS"),
            region,
            line.get("unit", "Requests"),
            line.get("key", ""),
        ]
        text.append(",".join(cells))
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path
