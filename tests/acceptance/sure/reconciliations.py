"""Run `kmscost reconcile` on a bill and check that its parts add up."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import Run, kmscost, write
from tests.acceptance.inventories import A, B, account, inventory, key, reader, trail
from tests.acceptance.sure.bills import FORMATS, Line, from_forecast, save

Answer = dict[str, Any]
CENT = 0.005
PRICE = Decimal("0.000003")
PARTS = ["writes", "volume", "free_tier", "keys", "rate", "others", "other_keys", "unknown"]
ARNS = {"k": f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
FORMS = sorted(FORMATS)


def organization(reading: str = "charged", **top: Any) -> str:
    """Two accounts, one key; 400 files a day each, all got once by account B."""
    return inventory(
        accounts=[account(A), account(B)],
        keys=[key("k", A, arn=ARNS["k"])],
        trails=[trail(scope="organization", files_per_day=400)],
        readers=[reader("every-file", "siem", B, gets_per_file=1)],
        cloudtrail_writes=reading,
        **top,
    )


# 2 accounts x 400 files x 31 days
FILES = 24_800


def forecast(folder: Path, text: str, *options: str) -> Answer:
    write(folder, text)
    run = kmscost(
        "forecast", "inventory.yaml", "--from", "2026-10", "--months", "1", "--format", "json",
        *options, cwd=folder,
    )  # fmt: skip
    assert run.code == 0, run.text
    answer: Answer = json.loads(run.out)
    return answer


def run(folder: Path, *options: str, form: str = "json", bill: str = "bill.csv") -> Run:
    return kmscost(
        "reconcile", "inventory.yaml", bill, "--month", "2026-10", "--format", form, *options,
        cwd=folder,
    )  # fmt: skip


def reconcile(folder: Path, *options: str) -> Answer:
    """The JSON of a run that must succeed, its parts adding up."""
    done = run(folder, *options)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    adds_up(answer)
    return answer


def adds_up(answer: Answer) -> None:
    """On each row and in all: forecast + parts = billed, in USD and in requests."""
    totals, rows = answer["totals"], answer["rows"]
    assert [part["part"] for part in answer["parts"]] == PARTS
    parts = {part["part"]: part["cost_usd"] for part in answer["parts"]}
    difference = totals["cost_usd_billed"] - totals["cost_usd_forecast"]
    assert totals["cost_usd_difference"] == pytest.approx(difference, abs=1e-9)
    assert sum(parts.values()) == pytest.approx(difference, abs=1e-6)
    assert totals["cost_usd_forecast_error"] == pytest.approx(
        difference - parts["others"] - parts["other_keys"], abs=1e-6
    )
    for part, cost in parts.items():
        assert sum(row[f"cost_{part}"] for row in rows) == pytest.approx(cost, abs=1e-6)
    for row in rows:
        of_row = row["cost_billed"] - row["cost_forecast"]
        assert row["cost_difference"] == pytest.approx(of_row, abs=1e-9)
        assert sum(row[f"cost_{part}"] for part in PARTS) == pytest.approx(of_row, abs=1e-6)
        named = row["cloudtrail"] + row["others"] + row["unknown"]
        assert named == pytest.approx(row["billed"], abs=1e-6)
    requests = sum(part["requests"] or 0 for part in answer["parts"])
    assert totals["requests_forecast"] + requests == pytest.approx(
        totals["requests_billed"], abs=1e-4
    )
    for side in ("forecast", "billed"):
        of_rows = sum(row[side] for row in rows if row["unit"] == "request")
        assert of_rows == pytest.approx(totals[f"requests_{side}"], abs=1e-4)
        cost = sum(row[f"cost_{side}"] for row in rows)
        assert cost == pytest.approx(totals[f"cost_usd_{side}"], abs=1e-6)


def parts(answer: Answer) -> dict[str, float]:
    return {part["part"]: part["cost_usd"] for part in answer["parts"]}


def expect_parts(answer: Answer, **wanted: Decimal | float | str) -> None:
    """These parts, and nothing in all others."""
    for part, cost in parts(answer).items():
        assert cost == pytest.approx(float(wanted.get(part, 0)), abs=1e-7), part


def bill_of_forecast(folder: Path, text: str, *more: Line) -> list[Line]:
    plain = forecast(folder, text)
    lines = [*from_forecast(plain, ARNS), *more]
    save(folder / "bill.csv", lines, resources=True)
    return lines


def decrypts(count: int, cost: Decimal | None = None, resource: str = ARNS["k"]) -> Line:
    paid = count * PRICE if cost is None else cost
    return Line(A, B, "us-east-1", "Decrypt", Decimal(count), paid, resource)
