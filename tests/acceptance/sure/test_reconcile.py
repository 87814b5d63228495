"""`kmscost reconcile` on bills of the forecast, and on bills that are off by a known amount."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import write
from tests.acceptance.inventories import A, B, C, account, inventory, key, trail
from tests.acceptance.sure.bills import Line, from_forecast, save
from tests.acceptance.sure.reconciliations import (
    ARNS,
    FILES,
    FORMS,
    PRICE,
    bill_of_forecast,
    decrypts,
    expect_parts,
    forecast,
    organization,
    parts,
    reconcile,
    run,
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reading", ["charged", "exempt"])
@pytest.mark.parametrize("resources", [True, False], ids=["arns", "no-arns"])
def test_a_bill_as_forecast(tmp_path: Path, form: str, reading: str, *, resources: bool) -> None:
    """A bill made of the forecast: nothing differs, and the reading is named right."""
    plain = forecast(tmp_path, organization(reading))
    save(tmp_path / "bill.csv", from_forecast(plain, ARNS), form, resources=resources)
    answer = reconcile(tmp_path)
    assert answer["reading"] == reading
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(0, abs=1e-9)
    assert answer["totals"]["cost_usd_billed"] == pytest.approx(plain["totals"]["cost_usd"])
    # exempt writes are in the forecast's requests and not in the bill: no money in any part
    for cost in parts(answer).values():
        assert cost == pytest.approx(0, abs=1e-9)
    for charged in ("charged", "exempt"):
        assert answer["totals"][f"cost_usd_forecast_writes_{charged}"] == pytest.approx(
            plain["totals"][f"cost_usd_writes_{charged}"]
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reading", ["charged", "exempt"])
def test_a_bill_of_the_other_reading(tmp_path: Path, form: str, reading: str) -> None:
    """The bill follows the other reading: named so; the writes and their free tier explain it."""
    other = {"charged": "exempt", "exempt": "charged"}[reading]
    save(
        tmp_path / "bill.csv",
        from_forecast(forecast(tmp_path, organization(other)), ARNS),
        form,
        resources=True,
    )
    write(tmp_path, organization(reading))
    answer = reconcile(tmp_path)
    assert answer["reading"] == other
    assert answer["readings"][0]["strength"] == "strong"  # under CloudTrail's own key
    # charged: 49,600 - 20,000 = 29,600 billable; exempt: 24,800 - 20,000 = 4,800 billable
    sign = 1 if other == "charged" else -1
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(sign * 24_800 * float(PRICE))
    expect_parts(answer, writes=sign * FILES * PRICE, free_tier=0)


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_reading_stands_in_text(tmp_path: Path, form: str) -> None:
    """Table and Markdown say which reading the bill follows, and the other one's total."""
    plain = forecast(tmp_path, organization("exempt"))
    save(tmp_path / "bill.csv", from_forecast(plain, ARNS))
    write(tmp_path, organization("charged"))
    out = " ".join(run(tmp_path, form=form).out.replace("\\", "").replace("**", "").split())
    assert "The bill does not charge CloudTrail's own writes" in out
    assert "If AWS does not charge CloudTrail's own writes, the forecast is USD 1.01" in out
    assert "source" in out


def test_several_payers(tmp_path: Path) -> None:
    """Each payer has its own free tier and its own reading; where they differ, none is for all."""
    text = inventory(
        accounts=[account(A), account(C, payer=C)],
        keys=[key("k", A), key("c", C)],
        trails=[trail("t", A, files_per_day=1500), trail("u", C, key="c", files_per_day=1500)],
        payer=A,
        cloudtrail_writes="charged",
    )
    charged = from_forecast(forecast(tmp_path, text), {})
    exempt = from_forecast(forecast(tmp_path, text.replace("charged", "exempt")), {})
    lines = [line for line in charged if line.payer == A]
    lines += [line for line in exempt if line.payer == C]
    # a bill without a line of requests tells nothing: C uses KMS for something else, too
    lines.append(Line(C, C, "us-east-1", "Encrypt", Decimal(30_000), 30_000 * PRICE))
    save(tmp_path / "bill.csv", lines)
    write(tmp_path, text)
    answer = reconcile(tmp_path)
    assert {reading["payer"]: reading["reading"] for reading in answer["readings"]} == {
        A: "charged",
        C: "exempt",
    }
    assert answer["reading"] is None


def test_more_reads_are_volume(tmp_path: Path) -> None:
    """10,000 more Decrypt under the trail's key: 0.03 of volume, no free tier."""
    bill_of_forecast(tmp_path, organization(), decrypts(10_000))
    answer = reconcile(tmp_path)
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(0.03)
    expect_parts(answer, volume="0.03")


def test_a_cheaper_price_is_rate(tmp_path: Path) -> None:
    """All requests at 0.02 instead of 0.03 per 10,000: the rate part, 29,600 x -0.000001."""
    lines = bill_of_forecast(tmp_path, organization())
    cheap = [
        dataclasses.replace(line, cost=line.cost * 2 / 3) if line.unit == "Requests" else line
        for line in lines
    ]
    save(tmp_path / "bill.csv", cheap, resources=True)
    expect_parts(reconcile(tmp_path), rate=-29_600 * Decimal("0.000001"))


def test_a_discount_that_is_known_is_no_difference(tmp_path: Path) -> None:
    """The bill has 10 % off; with --discount 10% the forecast has too."""
    plain = forecast(tmp_path, organization(), "--discount", "10%")
    save(tmp_path / "bill.csv", from_forecast(plain, ARNS), resources=True)
    expect_parts(reconcile(tmp_path, "--discount", "10%"))
    # without it: 10 % of 29,600 requests and of one key
    off = (29_600 * PRICE + 1) / 10
    expect_parts(reconcile(tmp_path), rate=-off)


def test_requests_of_something_else_are_others(tmp_path: Path) -> None:
    """5,000 Encrypt under a key of another: others, and no part of the forecast's error."""
    other = "arn:aws:kms:us-east-1:222222222222:key/99999999-12ab-34cd-56ef-1234567890ab"
    line = Line(A, B, "us-east-1", "Encrypt", Decimal(5_000), 5_000 * PRICE, other)
    bill_of_forecast(tmp_path, organization(), line)
    answer = reconcile(tmp_path)
    expect_parts(answer, others="0.015")
    assert answer["totals"]["cost_usd_forecast_error"] == pytest.approx(0, abs=1e-9)
    assert other in json.dumps(answer["only_in_bill"]["keys"])


def test_keys_more_and_less(tmp_path: Path) -> None:
    """A second key is other_keys; half a key-month of the trail's key is keys."""
    other = "arn:aws:kms:eu-west-1:222222222222:key/99999999-12ab-34cd-56ef-1234567890ab"
    line = Line(A, B, "eu-west-1", "CurrentKeys", Decimal(1), Decimal(1), other)
    lines = bill_of_forecast(tmp_path, organization(), line)
    expect_parts(reconcile(tmp_path), other_keys=1)
    half = [
        dataclasses.replace(line, amount=line.amount / 2, cost=line.cost / 2)
        if line.operation == "CurrentKeys" and line.resource == ARNS["k"]
        else line
        for line in lines
    ]
    save(tmp_path / "bill.csv", half, resources=True)
    answer = reconcile(tmp_path)
    expect_parts(answer, other_keys=1, keys=Decimal("-0.5"))
    assert answer["totals"]["key_months_billed"] == pytest.approx(1.5)


def test_a_smaller_free_tier(tmp_path: Path) -> None:
    """Half of the free requests are charged: 10,000 x 0.000003 of free tier."""
    lines = bill_of_forecast(tmp_path, organization())
    moved = []
    for line in lines:
        if line.unit == "Requests" and not line.cost:
            half = line.amount / 2
            moved += [
                dataclasses.replace(line, amount=half),
                dataclasses.replace(line, amount=half, cost=half * PRICE),
            ]
        else:
            moved.append(line)
    save(tmp_path / "bill.csv", moved, resources=True)
    expect_parts(reconcile(tmp_path), free_tier="0.03")


def test_taxes_and_credits_stand_apart(tmp_path: Path) -> None:
    """A tax of 1.23 and a credit of -0.50 are told apart and are on no side."""
    more = [
        Line(A, A, "us-east-1", "", Decimal(1), Decimal("1.23"), kind="Tax"),
        Line(A, A, "us-east-1", "", Decimal(1), Decimal("-0.50"), kind="Credit"),
    ]
    bill_of_forecast(tmp_path, organization(), *more)
    answer = reconcile(tmp_path)
    expect_parts(answer)
    assert sorted(charge["cost_usd"] for charge in answer["apart"]) == [-0.5, 1.23]
