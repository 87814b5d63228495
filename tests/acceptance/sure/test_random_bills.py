"""`kmscost reconcile` on random bills: the parts add up to the cent."""

from __future__ import annotations

import json
import random
import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import write
from tests.acceptance.inventories import A, B, C, account, inventory, key, reader, trail
from tests.acceptance.sure.bills import Line, save
from tests.acceptance.sure.reconciliations import (
    CENT,
    FORMS,
    PRICE,
    adds_up,
    forecast,
    parts,
    reconcile,
    run,
)
from tests.sampling import seeds


def random_case(seed: int) -> tuple[str, list[Line], bool]:
    """An inventory, and a bill that has little to do with it."""
    dice = random.Random(seed)  # noqa: S311  no secrets here
    regions = dice.sample(["us-east-1", "eu-west-1", "ap-southeast-2"], dice.randint(1, 3))
    arns = {name: f"arn:aws:kms:{regions[0]}:{A}:key/{name}" for name in ("k", "j")}
    keys = [key("k", A, regions[0], arn=arns["k"])]
    trails = [
        trail(
            scope=dice.choice(["account", "organization"]),
            region=regions[0],
            files_per_day=dice.choice([0.4, 7, 288, 1511.5]),
            config_updates_per_month=dice.choice([0, 3]),
            log_file_validation=dice.random() < 0.4,
            digest_files=dice.choice(["sse-kms", "sse-s3"]),
        )
    ]
    readers = [
        reader("every-file", "siem", dice.choice([A, B]), gets_per_file=dice.choice([1, 2.5]))
    ]
    text = inventory(
        accounts=[account(A), account(B), account(C, payer=C)][: dice.randint(2, 3)],
        keys=keys + [key("j", A, regions[-1])] * (dice.random() < 0.3),
        trails=trails,
        readers=readers * (dice.random() < 0.7),
        regions=regions,
        payer=A,
        other_kms_requests_per_month=dice.choice([0, 12_000, 50_000]),
        cloudtrail_writes=dice.choice(["charged", "exempt"]),
    )
    lines = []
    for _ in range(dice.randint(1, 14)):
        who = dice.choice([A, A, B, C, "999999999999"])
        operation = dice.choice(
            ["GenerateDataKey", "GenerateDataKey", "Decrypt", "Encrypt", "Sign", "CurrentKeys"]
        )
        amount = Decimal(dice.randrange(1, 2_000_000)) / dice.choice([1, 1, 100])
        if operation == "CurrentKeys":
            amount /= 400_000
        price = Decimal(1) if operation == "CurrentKeys" else PRICE
        price *= Decimal(dice.choice(["0", "1", "1", "0.9", "1.7"]))
        lines.append(
            Line(
                A if who != C else dice.choice([A, C]), who, dice.choice(regions), operation,
                amount, amount * price,
                dice.choice(["", arns["k"], arns["j"], "arn:aws:kms:x:y:key/z"]),
                kind=dice.choice(["Usage"] * 9 + ["Tax"]),
            )
        )  # fmt: skip
    lines.append(Line(A, A, regions[0], "ListKeys", Decimal(1), PRICE))
    return text, lines, dice.random() < 0.5


@pytest.mark.parametrize("seed", seeds(16))
def test_parts_add_up_on_random_bills(tmp_path: Path, seed: int) -> None:
    """Whatever the bill: the parts sum to the difference to the cent, and nothing is lost."""
    text, lines, resources = random_case(seed)
    form = FORMS[seed % len(FORMS)]
    plain = forecast(tmp_path, text)
    save(tmp_path / "bill.csv", lines, form, resources=resources)
    answer = reconcile(tmp_path)
    totals = answer["totals"]
    usage = [line for line in lines if line.kind == "Usage"]
    billed = sum((line.cost for line in usage), Decimal(0))
    requests = sum((line.amount for line in usage if line.unit == "Requests"), Decimal(0))
    keys = sum((line.amount for line in usage if line.unit == "Keys"), Decimal(0))
    assert totals["cost_usd_billed"] == pytest.approx(float(billed), abs=1e-6)
    assert totals["requests_billed"] == pytest.approx(float(requests), abs=1e-4)
    assert totals["key_months_billed"] == pytest.approx(float(keys), abs=1e-6)
    assert totals["cost_usd_forecast"] == pytest.approx(plain["totals"]["cost_usd"], abs=1e-9)
    assert totals["requests_forecast"] == pytest.approx(plain["totals"]["requests"], abs=1e-6)
    apart = sum((line.cost for line in lines if line.kind != "Usage"), Decimal(0))
    assert sum(charge["cost_usd"] for charge in answer["apart"]) == pytest.approx(
        float(apart), abs=1e-6
    )
    cents = sum(parts(answer).values()) - (totals["cost_usd_billed"] - totals["cost_usd_forecast"])
    assert abs(cents) < CENT
    assert answer["reading"] in {"charged", "exempt", None}


@pytest.mark.parametrize("seed", [3, 14, 15])
def test_the_order_of_lines_and_files_does_not_matter(tmp_path: Path, seed: int) -> None:
    """Shuffled lines in two files give the same parts."""
    text, lines, resources = random_case(seed)
    write(tmp_path, text)
    save(tmp_path / "bill.csv", lines, resources=resources)
    before = reconcile(tmp_path)
    random.Random(seed).shuffle(lines)  # noqa: S311  no secrets here
    bills = tmp_path / "bills"
    bills.mkdir()
    half = len(lines) // 2
    save(bills / "one.csv", lines[:half], resources=resources)
    save(bills / "two.csv", lines[half:], resources=resources)
    done = run(tmp_path, bill="bills")
    assert done.code == 0, done.text
    after = json.loads(done.out)
    adds_up(after)
    assert parts(after) == pytest.approx(parts(before), abs=1e-7)
    assert after["reading"] == before["reading"]


AMOUNT = re.compile(r"[+-]?[\d,]+(?:\.\d+)?")


def read_column(table: str) -> list[Decimal]:
    """The USD column under `Why they differ`, from the forecast to the bill."""
    column = []
    for text in table.partition("Why they differ")[2].splitlines()[3:]:
        cells = re.split(r"\s{2,}", text.strip())
        if len(cells) > 1 and AMOUNT.fullmatch(cells[-1]):
            amount = Decimal(cells[-1].replace(",", ""))
            if cells[0] == "billed for CloudTrail":  # a sum of those before it
                assert sum(column) == amount
                continue
            column.append(amount)
        if cells[0] == "billed":
            break
    return column


@pytest.mark.parametrize("seed", seeds(8))
def test_printed_amounts_add_up(tmp_path: Path, seed: int) -> None:
    """In the table, forecast and parts as printed sum to the billed amount as printed."""
    text, lines, resources = random_case(seed)
    write(tmp_path, text)
    save(tmp_path / "bill.csv", lines, resources=resources)
    *column, billed = read_column(run(tmp_path, form="table").out)
    assert len(column) >= 1
    assert sum(column) == billed
