"""Who reads, out of logs: which assumption of each kind moves, and who finds no place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.measure.events import role
from tests.acceptance.sure.calibrations import by_cause, calibrate, change, forecast
from tests.acceptance.sure.history import HOME, OWNER, PROD, History, inventory

PUTS = {(OWNER, HOME): 20, (PROD, HOME): 30}


def gets(reader: str, owner: str, a_day: int, days: range = range(30)) -> History:
    """A month of 50 files a day, and one reader of the management account's files."""
    who = role(owner, reader, issuer=False)
    return History(30, PUTS, [(who, (OWNER, HOME), lambda day: a_day * (day in days))])


def test_queries_per_month(tmp_path: Path) -> None:
    """A query meets 2 days of 50 files, half of them: 25 gets a day are half a query a day."""
    stanza = (
        f'readers:\n  - {{name: athena, kind: query, account: "{OWNER}", queries_per_month: 60, '
        "days_scanned: 2, share_of_files: 0.5, gets_per_file: 1}"
    )
    answer = calibrate(tmp_path, inventory(stanza), gets("athena", OWNER, 25))
    assert change(answer, "queries_per_month", "athena")["mid"] == pytest.approx(15.2, rel=0.02)
    assert "days_scanned: 2, share_of_files: 0.5, gets_per_file: 1}" in answer["text"]
    assert by_cause(forecast(tmp_path))["get"] == pytest.approx(750, rel=0.03)


def test_runs_per_month(tmp_path: Path) -> None:
    """A run over 3 days meets 150 files: 10 gets a day are 300 a month, two runs."""
    stanza = (
        f'readers:\n  - {{name: check, kind: validate, account: "{OWNER}", runs_per_month: 9, '
        "days: 3}"
    )
    text = inventory(stanza, trail="    log_file_validation: true\n    digest_files: sse-s3\n")
    answer = calibrate(tmp_path, text, gets("check", OWNER, 10))
    assert change(answer, "runs_per_month", "check")["mid"] == pytest.approx(2, rel=0.05)


def test_gets_per_day(tmp_path: Path) -> None:
    """Of a fixed reader the gets a day."""
    stanza = f'readers:\n  - {{name: audit, kind: fixed, account: "{PROD}", gets_per_day: 500}}'
    answer = calibrate(tmp_path, inventory(stanza), gets("audit", PROD, 3))
    row = change(answer, "gets_per_day", "audit")
    assert row["mid"] == pytest.approx(3, rel=0.05)
    assert row["low"] < 3 < row["high"]


def test_a_reader_of_whom_nothing_was_seen(tmp_path: Path) -> None:
    """It keeps what the inventory says, and a note says so."""
    stanza = f'readers:\n  - {{name: gone, kind: fixed, account: "{PROD}", gets_per_day: 500}}'
    answer = calibrate(tmp_path, inventory(stanza), History(30, PUTS))
    assert stanza in answer["text"]
    assert any("gone" in note for note in answer["notices"])


def test_a_reader_of_an_account_that_is_not_listed(tmp_path: Path) -> None:
    """Nobody to bill: said with its ARN and account, and no stanza is made."""
    answer = calibrate(tmp_path, inventory(), gets("snow", "999988887777", 20))
    notes = " ".join(answer["notices"])
    assert "role/snow" in notes
    assert "999988887777" in notes
    assert "kind:" not in answer["text"]


def test_a_new_reader_that_has_stopped(tmp_path: Path) -> None:
    """Gets of the first half of the window alone: no reader for the months to come, and a note."""
    answer = calibrate(tmp_path, inventory(), gets("siem", OWNER, 20, range(15)))
    assert "kind:" not in answer["text"]
    assert any("role/siem" in note for note in answer["notices"])


def test_two_new_readers_of_one_name(tmp_path: Path) -> None:
    """Roles of one name in two accounts are two readers, each billed in its own."""
    who = [role(owner, "siem", issuer=False) for owner in (OWNER, PROD)]
    history = History(30, PUTS, [(who[0], (OWNER, HOME), 20), (who[1], (OWNER, HOME), 7)])
    calibrate(tmp_path, inventory(), history)
    plain = forecast(tmp_path, "2026-11", "--by", "billed-account,cause")
    gets_of = [row for row in plain["rows"] if row["cause"] == "get"]
    billed = {row["billed_account"]: row["quantity"] for row in gets_of}
    assert billed[OWNER] == pytest.approx(600, rel=0.02)
    assert billed[PROD] == pytest.approx(210, rel=0.05)


@pytest.mark.parametrize("name", ["a#b", "no", "1234", "it's", 'say "x"', "Zürich", "x{y}, z"])
def test_names_that_yaml_would_misread(tmp_path: Path, name: str) -> None:
    """Whatever a role is called, the new stanza is a text of that name and passes check."""
    answer = calibrate(tmp_path, inventory(), gets(name, OWNER, 20))
    assert change(answer, "gets_per_day", name)["mid"] == pytest.approx(20, rel=0.02)


def test_a_trail_that_was_not_measured(tmp_path: Path) -> None:
    """Its key's account was not recorded: files_per_day stays, and a note names the trail."""
    text = (
        inventory()
        .replace(
            "trails:\n",
            f'  - {{id: other, account: "{PROD}", region: {HOME}}}\n\ntrails:\n',
        )
        .replace(
            "# who reads",
            f'  - {{name: second, account: "{PROD}", scope: account, regions: all, key: other, '
            f"files_per_day: 77, bucket: {{name: b2, region: {HOME}}}}}   # mine\n# who reads",
        )
    )
    answer = calibrate(tmp_path, text, History(30, PUTS))
    assert "files_per_day: 77, bucket" in answer["text"]
    assert any("second" in note for note in answer["notices"])
    plain = forecast(tmp_path, "2026-11", "--by", "trail,cause")
    puts = {row["driver"]: row["quantity"] for row in plain["rows"] if row["cause"] == "put"}
    assert puts["second"] == pytest.approx(2 * 77 * 30)
    assert puts["org"] == pytest.approx(1500, rel=0.02)
