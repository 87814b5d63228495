"""When `kmscost calibrate` refuses: all reasons at once, and what --force does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.commands import write
from tests.acceptance.sure.calibrations import (
    BUSY,
    calibrate,
    run,
)
from tests.acceptance.sure.history import (
    History,
    inventory,
)
from tests.real_data import DATA, needs_data


def refuse(folder: Path, history: History) -> str:
    """The reasons of a refusal; nothing is written, and --force goes on and says so."""
    history.write(folder / "logs")
    write(folder, inventory())
    done = run(folder, "--output", "out.yaml", form="yaml")
    assert (done.code, done.out) == (1, ""), done.text
    assert not (folder / "out.yaml").exists()
    forced = run(folder, "--force")
    assert forced.code == 0, forced.text
    assert "not good enough" in " ".join(json.loads(forced.out)["notices"])
    return " ".join(done.err.split())


def test_too_few_days(tmp_path: Path) -> None:
    """13 days are refused."""
    message = refuse(tmp_path, History(13, BUSY))
    assert "13" in message
    assert "14" in message
    assert "--force" in message


def test_enough_days(tmp_path: Path) -> None:
    """14 days are taken."""
    assert calibrate(tmp_path, inventory(), History(14, BUSY))["days"] == 14


def test_a_day_missing_in_between(tmp_path: Path) -> None:
    """A whole day without any log file is a gap, named by its date."""
    assert "2026-10-11" in refuse(tmp_path, History(30, BUSY, missing=frozenset({10})))


def test_hours_not_covered(tmp_path: Path) -> None:
    """21 hours of each day are 87.5 %: refused; 22 are 91.7 %: taken."""
    message = refuse(tmp_path, History(20, BUSY, hours=range(21)))
    assert "90 %" in message or "0.9" in message
    enough = tmp_path / "enough"
    enough.mkdir()
    calibrate(enough, inventory(), History(20, BUSY, hours=range(22)))


def break_files(folder: Path, count: int) -> None:
    """Put files that cannot be read beside the logs."""
    for number in range(count):
        (folder / f"broken-{number}.json.gz").write_bytes(b"\x1f\x8b\x08\x00broken")


def test_many_skipped_files(tmp_path: Path) -> None:
    """2 of 22 files skipped are more than 5 %: refused; 1 of 21 is less: taken."""
    History(20, BUSY).write(tmp_path / "logs")
    break_files(tmp_path / "logs", 1)
    write(tmp_path, inventory())
    assert run(tmp_path).code == 0
    break_files(tmp_path / "logs", 2)
    done = run(tmp_path)
    assert done.code == 1
    assert "skipped" in done.err


def test_all_reasons_at_once(tmp_path: Path) -> None:
    """Too few days, a gap, hours not covered and files skipped: four reasons in one answer."""
    History(12, BUSY, hours=range(18), missing=frozenset({4})).write(tmp_path / "logs")
    break_files(tmp_path / "logs", 5)
    write(tmp_path, inventory())
    done = run(tmp_path)
    message = " ".join(done.err.split())
    assert (done.code, done.out) == (1, ""), done.text
    assert "14" in message
    assert "2026-10-05" in message
    assert "90 %" in message or "0.9" in message
    assert "skipped" in message


@pytest.mark.parametrize("wrong", ["missing.json", "inventory.yaml"])
def test_what_is_no_measurement(tmp_path: Path, wrong: str) -> None:
    """A file that is not there, or no measurement: exit 1 and its name."""
    write(tmp_path, inventory())
    done = run(tmp_path, actuals=(wrong,))
    assert done.code in {1, 2}, done.text
    assert done.out == ""
    assert wrong in done.err


def test_a_broken_inventory(tmp_path: Path) -> None:
    """Mistakes of the inventory are said with their lines, before anything is counted."""
    History(14, BUSY).write(tmp_path / "logs")
    write(tmp_path, inventory().replace("key: logs", "key: nowhere"))
    done = run(tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "inventory.yaml:" in done.err
    assert "nowhere" in done.err


@needs_data
def test_real_logs_of_an_hour_are_refused(tmp_path: Path) -> None:
    """Coralogix' published log: six puts within an hour, too few days, most hours missing.

    Its files are of Regions that this inventory does not list: that is said as well.
    """
    owner = "597078901540"
    text = f"""\
version: 1
regions: [eu-central-1]
accounts: [{{id: "{owner}"}}]
keys: [{{id: logs, account: "{owner}", region: eu-central-1}}]
trails:
  - {{name: Mytrail, account: "{owner}", scope: account, regions: all, key: logs,
     bucket: {{name: logs, region: eu-central-1}}}}
"""
    write(tmp_path, text)
    done = run(tmp_path, actuals=(str(DATA / "cloudtrail" / "coralogix"),))
    message = " ".join(done.err.split())
    assert (done.code, done.out) == (1, ""), done.text
    assert "expected 14 days or more" in message
    assert "of the hours" in message
    assert "found 6 puts, none with a trail, account and Region of it" in message
    assert "3 problems" in message
    assert "--force" in message
