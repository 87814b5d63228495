"""Small inventories and bills whose right verdict follows by hand, and `kmscost report` of them.

One account in one Region, others use the whole free tier (other 20,000), so a month costs
files a day x days x 0.000003 + 1.00 for the key. With 100,000 files a day: 0.30 a day, so
September (30 days) 9.00 + 1.00 = 10.00, October 9.30 + 1.00 = 10.30, February 8.40 + 1.00 = 9.40.

A lognormal range {low, high} has median sqrt(low x high), sigma = ln(high / low) / 3.28971 (the
5th and 95th percentile lie 3.28971 sigma apart), mean = median x e^(sigma^2 / 2).
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import estimator
from estimator.report.formats.json_and_csv import to_json
from tests.acceptance.commands import Run, kmscost, write

FREE = "$0.00 per request - Monthly Global Free Tier for KMS requests"
A, B, STRANGER = "111122223333", "222222222222", "999999999999"
US, EU = "us-east-1", "eu-west-1"
COLUMNS = [
    "bill/PayerAccountId",
    "lineItem/UsageAccountId",
    "lineItem/LineItemType",
    "lineItem/UsageStartDate",
    "lineItem/UsageEndDate",
    "lineItem/ProductCode",
    "lineItem/UsageType",
    "lineItem/Operation",
    "lineItem/UsageAmount",
    "lineItem/CurrencyCode",
    "lineItem/UnblendedRate",
    "lineItem/UnblendedCost",
    "lineItem/LineItemDescription",
    "product/region",
    "pricing/unit",
]
LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]  # of 2026 and 2027
RANK = {"on budget": 0, "at risk": 1, "over budget": 2}


def inventory(
    files: str = "100000", budgets: str = "", *, more: str = "", other: int = 20_000
) -> str:
    """One account, one trail; `files` and `budgets` in YAML's flow style."""
    lines = [
        "version: 1",
        f"other_kms_requests_per_month: {other}",
        f'accounts: [{{id: "{A}", regions: [{US}]}}]',
        f'keys: [{{id: logs, account: "{A}", region: {US}}}]',
        f'trails: [{{name: t, account: "{A}", scope: account, key: logs, files_per_day: {files}}}]',
        f"budgets: [{budgets}]" if budgets else "",
        more,
    ]
    return "\n".join(line for line in lines if line) + "\n"


def budget(usd: float, name: str = "kms", of: str = "") -> str:
    return f"{{name: {name}, usd_per_month: {usd}{', ' + of if of else ''}}}"


@dataclass(frozen=True)
class Line:
    """One line of the bill: requests of an operation, or key-months, from a day to another."""

    start: str
    end: str
    amount: float
    operation: str = "GenerateDataKey"
    account: str = A
    region: str = US
    payer: str = A
    free: bool = False

    @property
    def is_key(self) -> bool:
        return self.operation == "CurrentKeys"

    def row(self) -> list[Any]:
        rate = 0.0 if self.free else 1.0 if self.is_key else 0.000003
        unit = "Keys" if self.is_key else "Requests"
        words = (
            f"$1 per customer managed KMS key version in {self.region}"
            if self.is_key
            else f"$0.03 per 10000 KMS requests in {self.region}"
        )
        return [
            self.payer,
            self.account,
            "Usage",
            f"{self.start}T00:00:00Z",
            f"{self.end}T00:00:00Z",
            "awskms",
            f"{self.region}-KMS-{unit}",
            self.operation,
            f"{self.amount:.12f}",
            "USD",
            f"{rate:.6f}",
            f"{self.amount * rate:.12f}",
            FREE if self.free else words,
            self.region,
            unit,
        ]


def others(start: str, end: str) -> Line:
    """The 20,000 free requests of others: an operation and a Region where nothing is forecast."""
    return Line(start, end, 20_000, "Decrypt", region=EU, free=True)


def days(month: str, first: int, last: int, files: float = 100_000, **more: Any) -> list[Line]:
    """Daily lines of puts and of the key, `last` included: files x 0.000003 + 1 / days a day."""
    year, number = map(int, month.split("-"))
    length = LENGTHS[number - 1]
    out = []
    for day in range(first, last + 1):
        start = f"{month}-{day:02d}"
        after = f"{month}-{day + 1:02d}"
        if day == length:
            after = f"{year + number // 12}-{number % 12 + 1:02d}-01"
        out.append(Line(start, after, files, **more))
        out.append(Line(start, after, 1 / length, "CurrentKeys", **more))
        if day == 1 and not more:
            out.append(others(start, after))
    return out


def whole(month: str, files: float = 100_000, **more: Any) -> list[Line]:
    """The month in two lines, as a monthly export writes it."""
    daily = days(month, 1, LENGTHS[int(month[-2:]) - 1], files, **more)
    start, end = daily[0].start, daily[-1].end
    requests = sum(line.amount for line in daily if not line.is_key and not line.free)
    return [
        *([] if more else [others(start, end)]),
        Line(start, end, requests, **more),
        Line(start, end, 1, "CurrentKeys", **more),
    ]


def save_bill(folder: Path, lines: Iterable[Line]) -> None:
    with (folder / "bill.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(line.row() for line in lines)


@dataclass(frozen=True)
class Report:
    """The answer as JSON, and as the Markdown that people read."""

    answer: dict[str, Any]
    text: str
    made: Any

    def page(self) -> str:
        """The same as HTML."""
        return str(self.made.html())

    @property
    def status(self) -> str:
        return str(self.answer["verdict"]["status"])

    @property
    def sentence(self) -> str:
        return str(self.answer["verdict"]["sentence"])

    @property
    def head(self) -> str:
        """What stands before the first section: the verdict and all that belongs to it."""
        return self.text.partition("\n## ")[0]


def run(folder: Path, form: str, month: str, *more: str, bill: bool) -> Run:
    with_bill = ("--bill", "bill.csv") if bill else ()
    return kmscost(
        "report",
        "inventory.yaml",
        "--month",
        month,
        "--no-advice",
        "--format",
        form,
        *with_bill,
        *more,
        cwd=folder,
    )


def report(
    folder: Path, text: str, month: str = "2026-09", lines: Iterable[Line] | None = None
) -> Report:
    """Make the report once, in both forms; no number of either has an exponent."""
    path, bill = write(folder, text), None
    if lines is not None:
        save_bill(folder, lines)
        bill = folder / "bill.csv"
    made = estimator.report(path, month, bill=bill, advice=False)
    words = made.markdown()
    out = Report(json.loads(to_json(made.to_dict())), words, made)
    assert not re.search(r"\d[eE][-+]?\d", words.replace(str(folder), "")), "an exponent"
    assert not re.search(r"-0\.0+ ?%?(\s|$)", words), "minus nothing"
    noise = [line for line in words.splitlines() if re.search(r"\d\.\d{7,}", line)]
    assert not [line for line in noise if line.startswith(("|", "**"))], "noise of a sum of floats"
    assert out.sentence.split(";")[0].rstrip(".") in plain(words), "two verdicts"
    return out


def plain(text: str) -> str:
    """Markdown without its marks."""
    return re.sub(r"[*\\`]", "", text)


def mean_factor(low: float, high: float) -> float:
    """Mean over median of a lognormal whose 5th and 95th percentiles these are."""
    return math.exp(sigma(low, high) ** 2 / 2)


def sigma(low: float, high: float) -> float:
    return math.log(high / low) / 3.2897072539


def above(limit: float, median: float, spread: float) -> float:
    """P(median x e^(spread z) > limit)."""
    return 0.5 * math.erfc(math.log(limit / median) / spread / math.sqrt(2))
