"""`kmscost reconcile`: what one side alone knows, what was measured, and the limit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

import estimator
from tests.acceptance.commands import kmscost, write
from tests.acceptance.inventories import A, B, account, inventory, key, reader, trail
from tests.acceptance.measure.events import role
from tests.acceptance.sure import history
from tests.acceptance.sure.bills import Line, from_forecast, save
from tests.acceptance.sure.reconciliations import (
    ARNS,
    PRICE,
    adds_up,
    bill_of_forecast,
    decrypts,
    expect_parts,
    forecast,
    organization,
    parts,
    reconcile,
    run,
)


def test_accounts_that_the_inventory_does_not_know(tmp_path: Path) -> None:
    """An account and a Region of the bill alone are named, and their requests are others'."""
    line = Line(A, "999999999999", "ap-south-1", "Decrypt", Decimal(7_000), 7_000 * PRICE)
    bill_of_forecast(tmp_path, organization(), line)
    answer = reconcile(tmp_path)
    assert answer["only_in_bill"]["accounts"] == ["999999999999"]
    assert answer["only_in_bill"]["regions"] == ["ap-south-1"]
    expect_parts(answer, others=7_000 * PRICE)
    assert "999999999999" in run(tmp_path, form="table").text


def test_accounts_that_the_bill_does_not_know(tmp_path: Path) -> None:
    """A reader's account without a line in the bill is named."""
    lines = bill_of_forecast(tmp_path, organization())
    save(tmp_path / "bill.csv", [line for line in lines if line.account != B], resources=True)
    answer = reconcile(tmp_path)
    assert answer["only_in_inventory"]["accounts"] == [B]


def test_other_months_are_left_out(tmp_path: Path) -> None:
    """Lines of September in the same file change nothing."""
    lines = bill_of_forecast(tmp_path, organization())
    before = reconcile(tmp_path)
    september = [dataclasses.replace(line, month=dt.date(2026, 9, 1)) for line in lines]
    save(tmp_path / "bill.csv", [*september, *lines], resources=True)
    after = reconcile(tmp_path)
    assert after["totals"] == pytest.approx(before["totals"])
    assert parts(after) == pytest.approx(parts(before), abs=1e-9)


def test_a_month_that_the_bill_does_not_have(tmp_path: Path) -> None:
    """A bill of September alone: exit 1, and the month that it has is named."""
    lines = bill_of_forecast(tmp_path, organization())
    september = [dataclasses.replace(line, month=dt.date(2026, 9, 1)) for line in lines]
    save(tmp_path / "bill.csv", september)
    done = run(tmp_path)
    assert (done.code, done.out) == (1, ""), done.text
    assert "2026-10" in done.err
    assert "2026-09" in done.err


def test_levels_that_the_bill_leaves_open(tmp_path: Path) -> None:
    """Without resource ids the keys of requests are not told, and that is said."""
    plain = forecast(tmp_path, organization())
    save(tmp_path / "bill.csv", from_forecast(plain, {}))
    answer = reconcile(tmp_path)
    assert any("key" in level for level in answer["levels_not_told"])
    save(tmp_path / "bill.csv", from_forecast(plain, ARNS), resources=True)
    assert reconcile(tmp_path)["levels_not_told"] == {}


def measured_month(folder: Path, days: int = 31, others: int = 2) -> int:
    """Logs of October in the key's account: 20 puts and 9 gets a day. Returns the files put."""
    siem = role(history.OWNER, "siem", issuer=False)
    history.History(
        days,
        {(history.OWNER, history.HOME): 20},
        [(siem, (history.OWNER, history.HOME), 9)],
        others=others,
    ).write(folder / "logs")
    return 20 * days


MEASURED = inventory(
    accounts=[account(A)],
    keys=[key("k", A, arn=history.KEY.arn)],
    trails=[trail("org", A, files_per_day=25)],
    readers=[reader("every-file", "siem", A, gets_per_file=1)],
)


def test_measured_stands_beside(tmp_path: Path) -> None:
    """Forecast 25 files a day, measured and billed 20: the volume is the difference to measured."""
    measured_month(tmp_path)
    write(tmp_path, MEASURED)
    free = [  # all inside the free tier; 2 a day are others'
        Line(A, A, "us-east-1", "GenerateDataKey", Decimal(620), Decimal(0), history.KEY.arn),
        Line(A, A, "us-east-1", "Decrypt", Decimal(11 * 31), Decimal(0), history.KEY.arn),
        Line(A, A, "us-east-1", "CurrentKeys", Decimal(1), Decimal(1), history.KEY.arn),
    ]
    save(tmp_path / "bill.csv", free, resources=True)
    answer = reconcile(tmp_path, "--actuals", "logs")
    assert answer["totals"]["requests_forecast"] == pytest.approx(2 * 25 * 31)
    assert answer["totals"]["requests_measured"] == 29 * 31
    assert answer["totals"]["requests_billed"] == 31 * 31
    assert answer["measured_share"] == pytest.approx(1)
    measured = {row["operation"]: row["measured"] for row in answer["rows"] if row["measured"]}
    assert measured == {"GenerateDataKey": 620, "Decrypt": 279}
    requests = {part["part"]: part["requests"] for part in answer["parts"]}
    assert requests["volume"] == pytest.approx(29 * 31 - 50 * 31)
    assert requests["others"] == pytest.approx(2 * 31)
    assert requests["unknown"] == pytest.approx(0)
    assert answer["readings"][0]["based_on"] == "measured"


def test_the_json_of_measure_and_the_logs_agree(tmp_path: Path) -> None:
    """--actuals takes the JSON of measure as well as the logs."""
    measured_month(tmp_path)
    write(tmp_path, MEASURED)
    line = Line(A, A, "us-east-1", "GenerateDataKey", Decimal(60_000), 40_000 * PRICE)
    save(tmp_path / "bill.csv", [line])
    kmscost("measure", "cloudtrail", "logs", "--format", "json", "-o", "october.json", cwd=tmp_path)
    assert reconcile(tmp_path, "--actuals", "october.json") == reconcile(
        tmp_path, "--actuals", "logs"
    )


def test_nothing_is_extrapolated(tmp_path: Path) -> None:
    """20 days of 31 cover less than 0.9: shown, said, and the volume rests on the forecast."""
    measured_month(tmp_path, days=20)
    bill_of_forecast(tmp_path, MEASURED)
    answer = reconcile(tmp_path, "--actuals", "logs")
    assert answer["measured_share"] == pytest.approx(20 / 31, abs=0.01)
    assert answer["readings"][0]["based_on"] == "forecast"
    assert answer["totals"]["requests_measured"] in {None, 20 * 29}


@pytest.mark.parametrize(
    ("limit", "extra", "broken"),
    [
        # the forecast costs 1 + 29,600 x 0.000003 = 1.0888
        ("5%", 0, False),
        ("5%", 18_000, False),  # 0.0540 of 1.0888 is 4.96 %
        ("5%", 18_300, True),  # 0.0549 is 5.04 %
        ("USD 0.05", 16_600, False),
        ("USD 0.05", 16_700, True),
        ("0.05", 16_700, True),
        ("0%", 1_000, True),
    ],
)
def test_a_limit(tmp_path: Path, limit: str, extra: int, *, broken: bool) -> None:
    """Exit 3 and one line on stderr where the difference is above; the answer is written anyway."""
    more = [decrypts(extra)] if extra else []
    bill_of_forecast(tmp_path, organization(), *more)
    plain = run(tmp_path)
    done = run(tmp_path, "--fail-over", limit)
    assert done.code == (3 if broken else 0), done.text
    new = [line for line in done.err.splitlines() if line not in plain.err.splitlines()]
    assert len(new) == (1 if broken else 0), done.err
    answer = json.loads(done.out)
    assert answer["limit"]["broken"] is broken
    adds_up(answer)


def test_less_than_forecast_breaks_the_limit_too(tmp_path: Path) -> None:
    """A bill far below the forecast is as wrong as one above."""
    lines = bill_of_forecast(tmp_path, organization())
    fewer = [line for line in lines if line.operation != "CurrentKeys"]
    save(tmp_path / "bill.csv", fewer, resources=True)
    assert run(tmp_path, "--fail-over", "5%").code == 3


def test_others_do_not_break_the_limit(tmp_path: Path) -> None:
    """A million requests of something else: no forecast was made of them."""
    line = Line(A, B, "us-east-1", "Encrypt", Decimal(1_000_000), Decimal(3), "arn:aws:kms:x")
    bill_of_forecast(tmp_path, organization(), line)
    assert run(tmp_path, "--fail-over", "5%").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--fail-over", "much"),
        ("--fail-over", "-5%"),
        ("--fail-over", ""),
        ("--fail-over", "nan%"),
        ("--fail-over", "EUR 5"),
        ("--month", "2026-13"),
        ("--month", "October"),
        ("--discount", "200%"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, str]) -> None:
    """Exit 2 with the option's name; nothing on stdout."""
    bill_of_forecast(tmp_path, organization())
    name, value = options
    done = run(tmp_path, f"{name}={value}")
    assert (done.code, done.out) == (2, ""), done.text
    assert name in done.err


def test_no_month(tmp_path: Path) -> None:
    """--month is needed."""
    bill_of_forecast(tmp_path, organization())
    done = kmscost("reconcile", "inventory.yaml", "bill.csv", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "no csv at all"])
def test_a_file_that_is_no_bill(tmp_path: Path, text: str) -> None:
    """Exit 1 with its name."""
    write(tmp_path, organization())
    write(tmp_path, text, "bill.csv")
    done = run(tmp_path)
    assert (done.code, done.out) == (1, ""), done.text
    assert "bill.csv" in done.err


def test_the_function_is_the_command(tmp_path: Path) -> None:
    """`estimator.reconcile` gives totals, reading and rows of the command."""
    bill_of_forecast(tmp_path, organization(), decrypts(10_000))
    answer = reconcile(tmp_path, "--fail-over", "5%")
    reconciliation = estimator.reconcile(
        tmp_path / "inventory.yaml", tmp_path / "bill.csv", "2026-10", fail_over="5%"
    )
    assert reconciliation.totals == answer["totals"]
    assert reconciliation.interpretation is not None
    assert reconciliation.interpretation.answer == answer["reading"]
    assert list(reconciliation.rows["cost_difference"]) == [
        row["cost_difference"] for row in answer["rows"]
    ]
    assert not reconciliation.broken
