"""Inventories and bills of verdicts, with the sums worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from estimator.measurement.measurement_files import load_bill
from estimator.reconciliation import reconcile_forecast
from estimator.volume.model import Model
from tests.measurement.billing.bills import Line, legacy_bill

# a key and a reader of 40,000 gets a day; others use all free requests, so each request is paid:
# 31 x (40,000 + 288) x 0.000003 + 1 = 3.746784 + 1 = USD 4.746784 in October
SMALL = """
version: 1
payer: "111122223333"
other_kms_requests_per_month: 20000
cloudtrail_writes: charged
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: t, key: logs}]
readers: [{name: siem, kind: fixed, gets_per_day: 40000}]
"""
SMALL_MONTH = 4.746784


def write(folder, text, name="inventory.yaml"):
    """Write an inventory."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def daily_lines(until, requests, *, account="111122223333", operation="Decrypt", first=1, keys=1):
    """Lines of each October day from `first` to `until`: paid requests, and the day of the keys."""
    lines = []
    for number in range(first, until + 1):
        day = date(2026, 10, number)
        span = {
            "start": f"{day}T00:00:00Z",
            "end": f"{day + timedelta(days=1)}T00:00:00Z",
            "account": account,
            "region": "us-east-1",
        }
        if requests:
            lines.append(
                Line(
                    usage_type="us-east-1-KMS-Requests",
                    operation=operation,
                    amount=repr(requests),
                    cost=repr(requests * 0.000003),
                    rate="0.000003",
                    **span,
                )
            )
        if keys:
            lines.append(
                Line(
                    usage_type="us-east-1-KMS-Keys",
                    operation="CurrentKeys",
                    unit="Keys",
                    amount=repr(keys / 31),
                    cost=repr(keys / 31),
                    rate="1",
                    description="$1 per customer managed KMS key version",
                    **span,
                )
            )
    return lines


def small_bill(folder, until, scale=1.0, first=1, name="bill.csv"):
    """The bill of `SMALL` for some days of October: 40,000 gets and 288 puts a day, the key."""
    lines = daily_lines(until, 40_000.0 * scale, first=first)
    lines += daily_lines(until, 288.0 * scale, operation="GenerateDataKey", first=first, keys=0)
    return legacy_bill(folder / name, lines)


def with_bill(monthly, path):
    """A report of an inventory without ranges, with a bill: what does not hang on it stays."""
    expected = monthly.forecast.of_month(monthly.month)
    model = Model(monthly.inventory, expected.months)
    found = reconcile_forecast(model, expected, load_bill(path))
    return replace(monthly, reconciliation=found)
