"""What a reader of issue and DESIGN alone found wrong at first, and what must stay mended."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from tests.acceptance.commands import kmscost, write
from tests.acceptance.inventories import A, B
from tests.acceptance.sure import test_backtest as replay
from tests.acceptance.sure.bills import Line, save
from tests.acceptance.sure.calibrations import BUSY, ONE, calibrate, run
from tests.acceptance.sure.history import HOME, OWNER, History, inventory
from tests.acceptance.sure.reconciliations import (
    ARNS,
    PRICE,
    organization,
    reconcile,
)


def test_a_comment_behind_the_value_stays_when_calibrating_again(tmp_path: Path) -> None:
    """`files_per_day: 288  # by the book`: the same data on its own result, the same bytes."""
    text = inventory(trail="    files_per_day: 288   # by the book\n")
    first = calibrate(tmp_path, text, History(20, BUSY))["text"]
    write(tmp_path, first)
    assert run(tmp_path, form="yaml").out == first


def test_checks_are_no_puts_of_nowhere(tmp_path: Path) -> None:
    """docs/output.md: puts have a Region. A check is measured in a group `put` without one."""
    history = History(28, {(OWNER, HOME): 20}, checks=lambda day: int(day % 5 == 3))
    answer = replay.backtest(tmp_path, history)
    assert [row for row in answer["rows"] if row["cause"] == "put" and not row["region"]] == []
    assert not [note for note in answer["notices"] if "small groups" in note]


def test_a_quiet_organization_whose_bill_charges_writes(tmp_path: Path) -> None:
    """Files are an eighth of the user's guess; each is written and read under the trail's own key.

    The reader of every file shows 3,100 gets, and 3,100 GenerateDataKey are charged: no bill of
    the exempt reading looks like that, and the evidence is not strong.
    """
    write(tmp_path, organization())
    lines = [
        Line(A, A, HOME, "CurrentKeys", Decimal(1), Decimal(1), ARNS["k"]),
        Line(A, A, HOME, "GenerateDataKey", Decimal(3100), 3100 * PRICE, ARNS["k"]),
        Line(A, B, HOME, "Decrypt", Decimal(3100), 3100 * PRICE, ARNS["k"]),
    ]
    save(tmp_path / "bill.csv", lines, resources=True)
    assert reconcile(tmp_path)["reading"] != "exempt"


def test_a_forecast_that_misses_by_half_is_not_trusted(tmp_path: Path) -> None:
    """Files double each week: a miss of 52 % is not a mean to trust because rivals miss by 50 %."""
    history = History(35, {(OWNER, HOME): lambda day: 4 * 2 ** (day // 7)})
    assert not replay.backtest(tmp_path, history)["verdict"].startswith("Trust the calibrated")


def test_a_csv_says_what_it_cannot_tell(tmp_path: Path) -> None:
    """docs/measure.md: covered hours are lost, and a notice says so where it is used."""
    History(20, {(OWNER, HOME): 12}).write(tmp_path / "logs")
    write(tmp_path, ONE)
    kmscost(
        "measure", "cloudtrail", "logs", "--by", "all", "--format", "csv", "-o", "october.csv",
        cwd=tmp_path,
    )  # fmt: skip
    assert "CSV" in run(tmp_path, form="yaml", actuals=("october.csv",)).err


def test_a_byte_order_mark_survives(tmp_path: Path) -> None:
    """Comments, order, quotes and spacing stay, byte for byte: so does how the file begins."""
    text = "\ufeff" + ONE
    assert calibrate(tmp_path, text, History(20, {(OWNER, HOME): 9}))["text"].startswith(
        "\ufeff# Our"
    )
