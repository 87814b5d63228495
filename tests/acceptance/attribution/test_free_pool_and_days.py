"""Days, the free quantity and both interpretations: whose requests took what, and when."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.acceptance.attribution import bills
from tests.acceptance.attribution.bills import NOT_LOGGED, Group, Line, paid
from tests.acceptance.attribution.identities import role, service, user
from tests.acceptance.attribution.organization import copies, truth, write
from tests.acceptance.attribution.specimens import (
    APP,
    INTERNAL,
    PROD,
    SIGN,
    US,
    Form,
    bucket,
    s3_object,
)
from tests.acceptance.attribution.test_bill_shares import answered, bill_of, same
from tests.acceptance.commands import kmscost

LAKE = Form(
    0,
    "s3",
    "Decrypt",
    role(PROD, "Reader", "s", by=INTERNAL),
    APP,
    s3_object("lake"),
    bucket("lake"),
)
OWN = Form(0, "direct", "Decrypt", user(PROD, "Alice"), APP, {"Department": "x"})
SIGNED = Form(
    0,
    "direct",
    "Sign",
    role(PROD, "Signer", "s"),
    SIGN,
    meter="asymmetric",
    parameters={"signingAlgorithm": "ECDSA_SHA_256", "messageType": "DIGEST"},
)


PUT = Form(
    0,
    "cloudtrail",
    "GenerateDataKey",
    service("cloudtrail.amazonaws.com", PROD),
    APP,
    {
        "aws:cloudtrail:arn": f"arn:aws:cloudtrail:{US}:{PROD}:trail/t",
        "aws:s3:arn": f"arn:aws:s3:::t-logs/AWSLogs/{PROD}/CloudTrail/{US}/2026/10/{{day:02d}}/"
        f"{PROD}_CloudTrail_{US}_202610{{day:02d}}T0450Z_KREKSWgLUgTr{{number:04d}}.json.gz",
    },
)


def write_days(folder: Path, plan: Iterable[tuple[Form, range, int]]) -> None:
    """Write a log file a day; of each form so many requests on each of its days in October 2026."""
    rng = random.Random(5)  # noqa: S311  no secrets here
    days: dict[int, list[dict[str, Any]]] = {}
    for form, span, number in plan:
        for day in span:
            for at in range(number):
                second = (at * 86_399) // number
                moment = dt.datetime(2026, 10, day, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
                (logged,) = copies(form, at, moment, rng)
                days.setdefault(day, []).append(logged.record)
    for day, records in days.items():
        place = folder / f"AWSLogs/{PROD}/CloudTrail/{US}/2026/10/{day:02d}"
        place.mkdir(parents=True, exist_ok=True)
        name = f"{PROD}_CloudTrail_{US}_202610{day:02d}T2355Z_ABCDEFGHIJKLMNOP.json.gz"
        raw = json.dumps({"Records": records}, separators=(",", ":")).encode()
        (place / name).write_bytes(gzip.compress(raw, 1, mtime=0))


def attribute(folder: Path, *more: str) -> dict[str, Any]:
    done = kmscost("attribute", "logs", "--format", "json", *more, cwd=folder)
    assert done.code == 0, done.text
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def daily(operation: str, days: range, requests: int) -> list[Line]:
    """Daily lines of PROD, as a bill of the running month has them."""
    return [
        DayLine(
            PROD,
            PROD,
            US,
            operation,
            Decimal(requests),
            Decimal(requests) * Decimal("0.000003"),
            day=day,
        )
        for day in days
    ]


class DayLine(Line):
    """A line of one day."""

    def __init__(self, *args: Any, day: int) -> None:
        super().__init__(*args)
        object.__setattr__(self, "day", day)


def save_daily(path: Path, lines: list[Line]) -> None:
    """Write legacy lines whose usage is of one day."""
    bills.save(path, lines, "legacy", resources=False)
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    columns = head.split(",")
    start, end = (columns.index(f"lineItem/Usage{name}Date") for name in ("Start", "End"))
    out = [head]
    for row, line in zip(rows, lines, strict=True):
        cells = row.split(",")
        first = dt.date(2026, 10, line.day)  # type: ignore[attr-defined]
        cells[start] = f"{first}T00:00:00Z"
        cells[end] = f"{first + dt.timedelta(days=1)}T00:00:00Z"
        out.append(",".join(cells))
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def test_a_bill_to_the_15th_pays_for_those_days(tmp_path: Path) -> None:
    """S3 asked from the 1st to the 15th, Alice from the 16th on; the bill ends on the 15th.

    Its 15 x 100 x 0.000003 = 0.0045 are all S3's: Alice's requests are of days not billed.
    """
    write_days(tmp_path / "logs", [(LAKE, range(1, 16), 100), (OWN, range(16, 32), 100)])
    save_daily(tmp_path / "bill.csv", daily("Decrypt", range(1, 16), 100))
    services = answered(attribute(tmp_path, "--bill", "bill.csv"), "service")
    same(services, {"s3": Decimal("0.0045")})


def test_logs_of_the_15_other_days(tmp_path: Path) -> None:
    """Logs from the 16th on say nothing about a bill to the 15th: nobody of them pays."""
    write_days(tmp_path / "logs", [(OWN, range(16, 32), 100)])
    save_daily(tmp_path / "bill.csv", daily("Decrypt", range(1, 16), 100))
    done = kmscost("attribute", "logs", "--bill", "bill.csv", "--format", "json", cwd=tmp_path)
    assert done.code in {0, 1}
    if done.code == 0:
        same(answered(json.loads(done.out), "service"), {NOT_LOGGED: Decimal("0.0045")})


def test_the_day_on_which_the_free_quantity_ends(tmp_path: Path) -> None:
    """1,100 requests a day: 18 days are 19,800, so the 20,000 end on 19 October.

    22 days x 1,100 = 24,200; 4,200 are paid, 0.0126, of which S3 has 1,000 of 1,100.
    """
    write_days(tmp_path / "logs", [(LAKE, range(1, 23), 1_000), (OWN, range(1, 23), 100)])
    answer = attribute(tmp_path)
    whole = Decimal("0.0126")
    same(
        answered(answer, "service"),
        {"s3": whole * 1_000 / 1_100, "direct": whole * 100 / 1_100},
    )
    (pool,) = answer["free"]
    assert pool["requests"] >= 20_000
    assert str(pool["ends"]).startswith("2026-10-19")
    text = kmscost("attribute", "logs", "--format", "markdown", cwd=tmp_path).out
    assert re.search(r"2026-10-19|19 October", text)


def test_signatures_take_nothing_of_the_free_quantity(tmp_path: Path) -> None:
    """480 Sign a day for 14 days cost 6,720 x 0.000015 = 0.1008; of the pool 1,400 are used."""
    write_days(tmp_path / "logs", [(SIGNED, range(1, 15), 480), (OWN, range(1, 15), 100)])
    answer = attribute(tmp_path)
    same(answered(answer, "service"), {"direct": Decimal("0.1008")})
    (pool,) = answer["free"]
    assert pool["requests"] == 1_400
    assert pool["ends"] is None


INVENTORY = f"""\
version: 1
other_kms_requests_per_month: 0
accounts: [{{id: "{PROD}", regions: [{US}]}}]
keys: [{{id: k, account: "{PROD}", region: {US}}}]
trails: [{{name: t, account: "{PROD}", scope: account, key: k}}]
"""


def test_calibrate_leaves_signatures_out(tmp_path: Path) -> None:
    """100 symmetric requests a day are about 3,044 a month (30.44 days) of others, Sign aside."""
    plan = [(SIGNED, range(1, 15), 480), (OWN, range(1, 15), 100), (PUT, range(1, 15), 288)]
    write_days(tmp_path / "logs", plan)
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    done = kmscost("calibrate", "inventory.yaml", "logs", "--format", "json", cwd=tmp_path)
    assert done.code == 0, done.text
    text = json.loads(done.out)["text"]
    others = yaml.safe_load(text)["other_kms_requests_per_month"]
    number = others.get(PROD, others) if isinstance(others, dict) else others
    ends = [number[end] for end in ("low", "mid", "high")] if isinstance(number, dict) else [number]
    assert all(2_900 <= end <= 3_200 for end in ends), others


def test_both_interpretations_of_cloudtrails_writes(tmp_path: Path) -> None:
    """If AWS does not charge CloudTrail's writes, the 96 billed GenerateDataKey are not its own.

    Charged: (96 + 48) x 0.000003 = 0.000432. Exempt: 48 x 0.000003 = 0.000144, and the 96 of the
    bill, 0.000288, are of requests that these logs do not hold. Both add up to the bill.
    """
    write(tmp_path / "logs")
    lines = bill_of(truth(), resources=True)
    bills.save(tmp_path / "bill.csv", lines, "cur2", resources=True)
    answer = attribute(tmp_path, "--bill", "bill.csv")
    totals = answer["totals"]
    same(
        {
            "charged": Decimal(repr(totals["cost_usd_cloudtrail_writes_charged"])),
            "exempt": Decimal(repr(totals["cost_usd_cloudtrail_writes_exempt"])),
        },
        {"charged": Decimal("0.000432"), "exempt": Decimal("0.000144")},
    )
    other = {
        row["service"] or NOT_LOGGED: Decimal(repr(row["cost_usd_other_reading"]))
        for row in answer["by"]["service"]
    }
    same({"x": sum(other.values(), Decimal(0))}, {"x": bills.total(lines)})
    same({"x": other[NOT_LOGGED]}, {"x": Decimal("0.000288")})


@pytest.mark.parametrize("form", ["cur2", "legacy", "focus"])
def test_tax_and_credit_are_apart(tmp_path: Path, form: str) -> None:
    """Tax 0.10 and a credit of -0.02 are nobody's requests: what is shared is the usage."""
    write(tmp_path / "logs")
    lines = bill_of(truth(), resources=True)
    tax = Line(PROD, PROD, US, "", Decimal(1), Decimal("0.10"), kind="Tax")
    credit = Line(PROD, PROD, US, "", Decimal(1), Decimal("-0.02"), kind="Credit")
    bills.save(tmp_path / "bill.csv", [*lines, tax, credit], form, resources=True)
    answer = attribute(tmp_path, "--bill", "bill.csv")
    services = answered(answer, "service")
    same({"x": services["secretsmanager"]}, {"x": Decimal("0.000489")})
    named = {name: cost for name, cost in services.items() if name != NOT_LOGGED}
    shared = sum((cost for name, cost in named.items() if abs(cost) < Decimal("0.01")), Decimal(0))
    same({"x": shared}, {"x": bills.total(lines)})


def test_two_months_of_logs_and_a_bill_of_one(tmp_path: Path) -> None:
    """`--bill` of October: the requests of September are no part of it."""
    write_days(tmp_path / "logs", [(LAKE, range(1, 32), 10)])
    rng = random.Random(9)  # noqa: S311
    september = [
        copies(OWN, at, dt.datetime(2026, 9, 20, 12, at % 60, tzinfo=dt.UTC), rng)[0].record
        for at in range(300)
    ]
    (tmp_path / "logs" / "september.json").write_text(json.dumps({"Records": september}))
    lines = [paid(Group(PROD, US, "symmetric", "Decrypt"), 310)]
    bills.save(tmp_path / "bill.csv", lines, "cur2", resources=False)
    services = answered(attribute(tmp_path, "--bill", "bill.csv"), "service")
    same(services, {"s3": Decimal("0.00093")})


def test_another_company_has_a_free_quantity_of_its_own(tmp_path: Path) -> None:
    """With a bill, the pool is its payer's: 1,795 billed less 264 asymmetric and 6 pairs is 1,525.

    The 11 requests of 999988887777, logged because the key is PROD's, are on its own bill (F12).
    """
    write(tmp_path / "logs")
    bills.save(tmp_path / "bill.csv", bill_of(truth(), resources=True), "cur2", resources=True)
    (pool,) = attribute(tmp_path, "--bill", "bill.csv")["free"]
    assert pool["requests"] == 1_525
