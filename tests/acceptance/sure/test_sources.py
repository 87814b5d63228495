"""Where measurements come from and where results go: CSV, accounts in a file, formats, outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost, write
from tests.acceptance.sure.calibrations import BUSY, ONE, by_cause, calibrate, forecast, run
from tests.acceptance.sure.history import HOME, OWNER, PROD, QUIET, History, inventory


def measure_into(folder: Path, form: str, *options: str) -> str:
    """The logs, measured into a file of that form."""
    name = f"october.{form}"
    done = kmscost(
        "measure", "cloudtrail", "logs", "--format", form, "-o", name, *options, cwd=folder
    )
    assert done.code == 0, done.text
    return name


def test_a_csv_of_measure(tmp_path: Path) -> None:
    """The CSV works too: the same rates of a busy stream."""
    history = History(20, {(OWNER, HOME): lambda day: 10 + day % 3})
    whole = calibrate(tmp_path, ONE, history)
    name = measure_into(tmp_path, "csv", "--by", "all")
    done = run(tmp_path, actuals=(name,))
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    rates = [
        row["mid"]
        for calibration in (answer, whole)
        for row in calibration["changes"]
        if HOME in row["place"]
    ]
    assert len(rates) == 2
    assert rates[0] == pytest.approx(rates[1], rel=0.02)


def test_a_csv_without_days_is_refused(tmp_path: Path) -> None:
    """Rows need day and cause: a CSV by account alone is no data for calibration."""
    History(20, BUSY).write(tmp_path / "logs")
    write(tmp_path, inventory())
    name = measure_into(tmp_path, "csv", "--by", "account")
    done = run(tmp_path, actuals=(name,))
    assert (done.code, done.out) == (1, ""), done.text
    assert name in done.err


def test_accounts_in_a_file_share_the_mapping_of_their_trail(tmp_path: Path) -> None:
    """No place for lines of their own: the total is right all the same, the file is not touched."""
    write(tmp_path, f"id,name\n{PROD},prod\n{QUIET},quiet\n", "accounts.csv")
    text = (
        inventory()
        .replace(f'  - id: "{PROD}"\n    name: prod      # busy\n', "  - {file: accounts.csv}\n")
        .replace(f"  - {{id:   '{QUIET}', name: quiet}}\n", "")
    )
    history = History(30, {(OWNER, HOME): 20, (PROD, HOME): 50})
    calibrate(tmp_path, text, history)
    plain = forecast(tmp_path)
    assert by_cause(plain)["put"] == pytest.approx(30 * 70, rel=0.05)
    accounts = (tmp_path / "accounts.csv").read_text(encoding="utf-8")
    assert accounts == f"id,name\n{PROD},prod\n{QUIET},quiet\n"


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_what_would_change_as_text(tmp_path: Path, form: str) -> None:
    """The table names each assumption with what it was and what it is now."""
    text = ONE.replace("    key: logs\n", "    key: logs\n    files_per_day: 333\n")
    History(20, {(OWNER, HOME): 12}).write(tmp_path / "logs")
    write(tmp_path, text)
    done = run(tmp_path, form=form)
    assert done.code == 0, done.text
    assert "333" in done.out
    assert "files" in done.out
    assert "2026-10-01" in done.out


def test_the_csv_is_the_frame_of_changes(tmp_path: Path) -> None:
    """--format csv: a line for each change, with the documented columns."""
    answer = calibrate(tmp_path, ONE, History(20, {(OWNER, HOME): 12}))
    header, *lines = run(tmp_path, form="csv").out.splitlines()
    assert header == "place,of,assumption,unit,before,low,mid,high,source"
    assert len(lines) == len(answer["changes"])


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    """--output into a folder that is not there: exit 1 or 2, its name, no traceback."""
    History(14, BUSY).write(tmp_path / "logs")
    write(tmp_path, inventory())
    done = run(tmp_path, "--output", "nowhere/out.yaml", form="yaml")
    assert done.code in {1, 2}, done.text
    assert "nowhere" in done.err
