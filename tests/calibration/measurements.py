"""Measurements of a few streams and readers, day by day, and the inventory they belong to."""

from __future__ import annotations

import datetime

from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_frame

HOME, OTHER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/0a1b2c3d-1111-2222-3333-444455556666"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/org"
FIRST = datetime.date(2026, 10, 1)  # a Thursday

INVENTORY = f"""\
# ours
version: 1
payer: "{HOME}"
regions: [us-east-1, eu-west-1]   # all we use
accounts:
  - {{id: "{HOME}", name: management}}  # the boss
  - {{id: "{OTHER}", name: prod}}
keys:
  - {{id: logs, account: "{HOME}", region: us-east-1}}
trails:
  - name: org
    account: "{HOME}"
    key: logs

readers:
  - {{name: siem, kind: every-file, account: "{HOME}"}}
"""


def role(name: str, account: str = HOME) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def count_actuals(
    puts: dict[tuple[str, str], list[float]],
    gets: dict[str, dict[tuple[str, str], list[float]]] | None = None,
    *,
    others: list[float] | None = None,
    checks: float = 0.0,
    first: datetime.date = FIRST,
    days: int | None = None,
    hours: dict[datetime.date, int] | None = None,
    trail: str = TRAIL,
    **more: object,
) -> Actuals:
    """The actuals of `measure cloudtrail` for these daily counts, by default of whole days."""
    names = ("day", "account", "region", "billed_account", "key", "trail", "reader", "cause")
    columns: dict[str, list[object]] = {name: [] for name in (*names, "operation", "quantity")}

    def add(cause: str, operation: str, stream: tuple[str, str], day: int, count: float) -> None:
        reader = cause if cause.startswith("arn:") else ""
        values = {
            "day": first + datetime.timedelta(days=day),
            "account": stream[0],
            "region": stream[1],
            "billed_account": reader.split(":")[4] if reader else HOME,
            "key": KEY,
            "trail": "" if cause == "other" else trail,
            "reader": reader,
            "cause": "get" if reader else cause,
            "operation": operation,
            "quantity": float(count),
        }
        for name, value in values.items():
            columns[name].append(value)

    length = days or max((len(put) for put in puts.values()), default=0)
    daily = [("put", "GenerateDataKey", *stream_counts) for stream_counts in puts.items()]
    daily += [
        (reader, "Decrypt", *stream_counts)
        for reader, by in (gets or {}).items()
        for stream_counts in by.items()
    ]
    daily.append(("other", "Decrypt", (HOME, "us-east-1"), others or []))
    for cause, operation, stream, counts in daily:
        for day, count in enumerate(counts):
            if count:
                add(cause, operation, stream, day, count)
    if checks:
        add("check", "GenerateDataKey", (HOME, ""), 0, checks)
    size = len(columns["day"])
    if hours is None:
        hours = {first + datetime.timedelta(days=n): WHOLE_DAY for n in range(length)}
    return Actuals(
        source="cloudtrail",
        all_rows=actuals_frame(
            {
                **columns,
                "driver": [
                    r or t for r, t in zip(columns["reader"], columns["trail"], strict=True)
                ],
                "billed_region": ["us-east-1"] * size,
                "folder": ["CloudTrail"] * size,
                "bucket_key": [False] * size,
                "unit": ["request"] * size,
                "source": ["cloudtrail"] * size,
                "coverage": [1.0] * size,
            }
        ),
        files=max(length, 1),
        records=size,
        coverage=Coverage({(HOME, "us-east-1"): hours}),
        **more,  # type: ignore[arg-type]
    )


def steady(count: float, days: int = 28) -> list[float]:
    """The same every day."""
    return [count] * days
