"""What `kmscost calibrate` finds in logs whose truth is known."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import kmscost, write
from tests.acceptance.measure.events import Trail, role, token
from tests.acceptance.sure.calibrations import (
    BUSY,
    ONE,
    SIEM_STANZA,
    by_cause,
    calibrate,
    change,
    forecast,
    run,
)
from tests.acceptance.sure.history import (
    FAR,
    HOME,
    KEY,
    OWNER,
    PROD,
    QUIET,
    SIEM,
    TRAIL,
    Daily,
    History,
    Stream,
    inventory,
    steady,
)


def test_from_logs_to_forecast(tmp_path: Path) -> None:
    """30 days of logs through measure, calibrate, check and forecast: the next month's requests."""
    puts = {**BUSY, (PROD, FAR): steady(3, "c")}
    gets = [(SIEM, (PROD, HOME), steady(55, "s"))]
    History(30, puts, gets).write(tmp_path / "logs")
    write(tmp_path, inventory(SIEM_STANZA))
    measured = kmscost(
        "measure", "cloudtrail", "logs", "--format", "json", "-o", "october.json", cwd=tmp_path
    )
    assert measured.code == 0, measured.text
    done = kmscost(
        "calibrate", "inventory.yaml", "october.json", "--output", "calibrated.yaml", cwd=tmp_path
    )
    assert (done.code, done.out) == (0, ""), done.text
    assert kmscost("check", "calibrated.yaml", cwd=tmp_path).code == 0
    causes = by_cause(forecast(tmp_path))
    # truth: 12 + 40 + 3 files a day, 55 gets a day, for 30 days
    assert causes["put"] == pytest.approx(1650, rel=0.1)
    assert causes["get"] == pytest.approx(1650, rel=0.1)
    sure = kmscost(
        "simulate", "calibrated.yaml", "--from", "2026-11", "--months", "1", "--format", "json",
        cwd=tmp_path,
    )  # fmt: skip
    low, _, high = [
        row["value"]
        for row in json.loads(sure.out)["quantiles"]
        if row["month"] is None and row["measure"] == "requests"
    ]
    assert low < 3300 < high


def test_the_keys_of_the_json(tmp_path: Path) -> None:
    """from, until, days, statistics, changes, notices, text: and text is what yaml prints."""
    answer = calibrate(tmp_path, inventory(), History(20, BUSY))
    assert set(answer) == {"from", "until", "days", "statistics", "changes", "notices", "text"}
    assert (answer["from"], answer["until"], answer["days"]) == ("2026-10-01", "2026-10-21", 20)
    assert run(tmp_path, form="yaml").out == answer["text"]
    for row in answer["changes"]:
        assert set(row) == {
            "place", "of", "assumption", "unit", "before", "low", "mid", "high", "source",
        }  # fmt: skip
        assert (
            row["source"] == "measured by CloudTrail logs from 2026-10-01 until 2026-10-21, 20 days"
        )
        assert row["source"] in answer["text"]


def test_days_without_a_file_count(tmp_path: Path) -> None:
    """10 files every other day are 5 a day, not 10."""
    answer = calibrate(tmp_path, ONE, History(28, {(OWNER, HOME): lambda day: 10 * (day % 2)}))
    row = change(answer, "files_per_day", place=HOME)
    assert row["mid"] == pytest.approx(5, rel=0.1)
    assert row["low"] < 5 < row["high"]


def test_a_quiet_region_is_measured_as_quiet(tmp_path: Path) -> None:
    """A covered Region without one file is data: far below one a day, above nothing."""
    answer = calibrate(tmp_path, ONE, History(30, {(OWNER, HOME): 50}))
    quiet, busy = (
        change(answer, "files_per_day", place=FAR),
        change(answer, "files_per_day", place=HOME),
    )
    assert 0 < quiet["mid"] < 0.1
    assert 0 < quiet["low"] < quiet["high"] < 1
    assert busy["mid"] == pytest.approx(50, rel=0.05)


def test_streams_sum_to_what_was_counted(tmp_path: Path) -> None:
    """The forecast of a month of as many days: the puts that were counted, to a twentieth."""
    puts: dict[Stream, Daily] = {
        (OWNER, HOME): 12, (OWNER, FAR): 1, (PROD, HOME): 60, (PROD, FAR): 4,
        (QUIET, HOME): lambda day: int(day % 7 == 0), (QUIET, FAR): 0,
    }  # fmt: skip
    calibrate(tmp_path, inventory(), History(30, puts))
    counted = 30 * (12 + 1 + 60 + 4) + 5
    assert by_cause(forecast(tmp_path))["put"] == pytest.approx(counted, rel=0.05)


def test_accounts_differ(tmp_path: Path) -> None:
    """An account that differs from its trail has a line of its own: 12 and 60 a day are kept."""
    calibrate(tmp_path, inventory(), History(30, {(OWNER, HOME): 12, (PROD, HOME): 60}))
    plain = forecast(tmp_path, "2026-11", "--by", "account,cause")
    puts = {row["account"]: row["quantity"] / 30 for row in plain["rows"] if row["cause"] == "put"}
    assert puts[OWNER] == pytest.approx(12, rel=0.1)
    assert puts[PROD] == pytest.approx(60, rel=0.1)
    assert puts[QUIET] < 0.5


def test_what_was_guessed_for_an_account_goes(tmp_path: Path) -> None:
    """The user's own files_per_day of an account does not outlive the measurement."""
    text = inventory().replace(
        "name: prod      # busy", "name: prod      # busy\n    files_per_day: 999"
    )
    answer = calibrate(tmp_path, text, History(30, {(OWNER, HOME): 12, (PROD, HOME): 60}))
    assert "999" not in answer["text"]
    assert by_cause(forecast(tmp_path))["put"] == pytest.approx(30 * 72, rel=0.05)


def test_an_account_with_little_data_borrows(tmp_path: Path) -> None:
    """Three days at 60 beside five accounts around 40 for a month: between 40 and 60."""
    five = [str(500_000_000_001 + number) for number in range(5)]
    young = "600000000001"
    lines = [f'  - {{id: "{account_id}"}}' for account_id in five]
    lines.append(f'  - {{id: "{young}", from: 2026-10-28}}')
    puts: dict[tuple[str, str], Any] = {
        (account_id, HOME): steady(rate, account_id)
        for account_id, rate in zip(five, (34, 37, 40, 43, 46), strict=True)
    }
    puts[young, HOME] = lambda day: 60 if day >= 27 else 0
    text = inventory(accounts="\n".join(lines)).replace(f"[{HOME}, {FAR}]", f"[{HOME}]")
    calibrate(tmp_path, text, History(30, puts))
    plain = forecast(tmp_path, "2026-11", "--by", "account,cause")
    rates = {row["account"]: row["quantity"] / 30 for row in plain["rows"] if row["cause"] == "put"}
    assert 40 < rates[young] < 60.5
    assert rates[five[0]] < rates[five[4]]


def test_more_days_narrow_the_range(tmp_path: Path) -> None:
    """Four times the days of the same process: a narrower range of the trail."""
    widths = []
    for days in (14, 56):
        folder = tmp_path / str(days)
        folder.mkdir()
        text = ONE.replace(f"[{HOME}, {FAR}]", f"[{HOME}]")
        answer = calibrate(folder, text, History(days, {(OWNER, HOME): steady(10, "n")}))
        row = change(answer, "files_per_day", place=HOME)
        assert row["low"] < 10 < row["high"]
        widths.append(row["high"] / row["low"])
    assert widths[1] < widths[0]


def test_weekdays_are_respected(tmp_path: Path) -> None:
    """40 on weekdays and 5 at weekends: the mean week counts, wherever the window begins."""

    # 2026-10-01 is a Thursday; 23 days hold 17 weekdays and 6 days of weekends
    def weekly(day: int) -> int:
        return 5 if (day + 3) % 7 in {5, 6} else 40

    answer = calibrate(tmp_path, ONE, History(23, {(OWNER, HOME): weekly}))
    row = change(answer, "files_per_day", place=HOME)
    of_a_week = (5 * 40 + 2 * 5) / 7
    assert row["mid"] == pytest.approx(of_a_week, rel=0.02)


def test_config_updates(tmp_path: Path) -> None:
    """Checks on three of thirty days: about three a month."""
    history = History(30, BUSY, checks=lambda day: int(day in {3, 9, 20}))
    row = change(calibrate(tmp_path, inventory(), history), "config_updates_per_month")
    # Jeffreys: (3 + 1/2) / 30 a day, in a month of 30.4 days
    assert row["mid"] == pytest.approx(3.5 * 30.4 / 30, rel=0.05)
    assert row["low"] < 3 < row["high"]


def test_other_requests_of_a_whole_organization(tmp_path: Path) -> None:
    """20 a day that are not CloudTrail's, in the only account: 608 a month."""
    text = ONE.replace("payer:", "other_kms_requests_per_month: 12_000\npayer:")
    row = change(
        calibrate(tmp_path, text, History(30, {(OWNER, HOME): 10}, others=20)),
        "other_kms_requests_per_month",
    )
    assert row["mid"] == pytest.approx(20 * 30.4, rel=0.02)
    assert row["before"] == "12000" or float(str(row["before"]).replace("_", "")) == 12_000


def test_other_requests_of_a_part_are_left(tmp_path: Path) -> None:
    """With one account of three recorded the rest is not known: unchanged, and said."""
    text = inventory(top="other_kms_requests_per_month: 12_000   # a guess")
    answer = calibrate(tmp_path, text, History(30, BUSY, others=20))
    assert "other_kms_requests_per_month" in " ".join(answer["notices"])
    assert "other_kms_requests_per_month" in run(tmp_path, form="yaml").err
    assert "other_kms_requests_per_month: 12_000   # a guess\n" in answer["text"]


def test_growth_begins_where_rates_are_true(tmp_path: Path) -> None:
    """growth.as_of becomes the month of the measurement."""
    text = inventory(top="growth: {files_per_year: 12%, as_of: 2024-01-01}   # Mo's")
    answer = calibrate(tmp_path, text, History(30, BUSY))
    line = next(line for line in answer["text"].splitlines() if line.startswith("growth"))
    assert "2026-10-01" in line
    assert line.endswith("# Mo's")
    assert "2024" not in line


def test_gets_per_file_of_a_known_reader(tmp_path: Path) -> None:
    """Two gets for each of 20 files a day."""
    history = History(30, {(OWNER, HOME): 20}, [(SIEM, (OWNER, HOME), 40)])
    row = change(calibrate(tmp_path, inventory(SIEM_STANZA), history), "gets_per_file", "siem")
    assert row["mid"] == pytest.approx(2, rel=0.02)


def test_a_reader_that_nobody_wrote_down(tmp_path: Path) -> None:
    """Gets of each file by an unknown role: an every-file reader; of something else: fixed."""
    copy, audit = role(OWNER, "copy", issuer=False), role(PROD, "audit", issuer=False)
    puts = {(OWNER, HOME): steady(30, "p"), (PROD, HOME): steady(50, "q")}
    gets = [
        (SIEM, (OWNER, HOME), 11),
        (copy, (OWNER, HOME), steady(30, "p")),
        (copy, (PROD, HOME), steady(50, "q")),
        (audit, (OWNER, HOME), lambda day: 5 + 3 * (day % 2)),
    ]
    answer = calibrate(tmp_path, inventory(SIEM_STANZA), History(30, puts, gets))
    stanza = "\n".join(line for line in answer["text"].splitlines() if "name: siem" in line)
    assert "siem" in stanza
    assert change(answer, "gets_per_file", "copy")["mid"] == pytest.approx(1, rel=0.02)
    assert change(answer, "gets_per_day", "audit")["mid"] == pytest.approx(6.5, rel=0.05)
    plain = forecast(tmp_path, "2026-11", "--by", "reader,billed-account,cause")
    gets_of = {
        (row["driver"], row["billed_account"]): row["quantity"]
        for row in plain["rows"]
        if row["cause"] == "get"
    }
    assert gets_of["audit", PROD] == pytest.approx(195, rel=0.05)
    assert gets_of["copy", OWNER] == pytest.approx(2400, rel=0.1)


def test_the_only_reader_left_of_an_account(tmp_path: Path) -> None:
    """An ARN that no name fits goes to the one reader left of its account, and a note says so."""
    other = role(OWNER, "elastic", issuer=False)
    history = History(30, {(OWNER, HOME): 20}, [(other, (OWNER, HOME), 40)])
    answer = calibrate(tmp_path, inventory(SIEM_STANZA), history)
    assert change(answer, "gets_per_file", "siem")["mid"] == pytest.approx(2, rel=0.02)
    assert other.reader in " ".join(answer["notices"])
    assert answer["text"].count("kind:") == 1


def test_a_reader_that_begins_within_the_window(tmp_path: Path) -> None:
    """A new reader has `from`, its first day, and its rate is that of the days since."""
    late = role(OWNER, "late", issuer=False)
    history = History(
        30, {(OWNER, HOME): 20}, [(late, (OWNER, HOME), lambda day: 20 if day >= 15 else 0)]
    )
    answer = calibrate(tmp_path, inventory(), history)
    stanza = answer["text"][answer["text"].index("name: late") :]
    assert "from: 2026-10-16" in stanza
    assert change(answer, "gets_per_file", "late")["mid"] == pytest.approx(1, rel=0.05)


def test_a_reader_without_gets_stays(tmp_path: Path) -> None:
    """A reader of the inventory of whom nothing was seen does not keep its guess in silence."""
    answer = calibrate(tmp_path, inventory(SIEM_STANZA), History(30, {(OWNER, HOME): 20}))
    assert "name: siem" in answer["text"]
    seen = [row for row in answer["changes"] if row["of"] == "siem"]
    noted = [note for note in answer["notices"] if "siem" in note]
    assert seen or noted
    for row in seen:
        assert row["mid"] < 0.05


def test_the_saving_of_a_bucket_key(tmp_path: Path) -> None:
    """100 objects and 10 requests a day: a saving of 0.9, and 100 files a day."""
    trail = Trail(TRAIL.name, OWNER, HOME, KEY, organization=TRAIL.organization, bucket_key=True)
    History(20, {(OWNER, HOME): 10}, trail=trail).write(tmp_path / "logs")
    # a file of another Region tells that the listing is not of one folder
    lines = [*listing(20, 100), *listing(1, 1, FAR)]
    write(tmp_path, "\n".join(lines) + "\n", "names.txt")
    write(
        tmp_path,
        ONE.replace("retention_days: 3650", "retention_days: 3650, bucket_key: true"),
    )
    for source, path, out in (
        ("cloudtrail", "logs", "logs.json"),
        ("s3-listing", "names.txt", "names.json"),
    ):
        done = kmscost("measure", source, path, "--format", "json", "-o", out, cwd=tmp_path)
        assert done.code == 0, done.text
    done = run(tmp_path, actuals=("logs.json", "names.json"))
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    assert change(answer, "bucket_key_saving")["mid"] == pytest.approx(0.9, abs=0.01)
    assert change(answer, "files_per_day", place=HOME)["mid"] == pytest.approx(100, rel=0.05)
    write(tmp_path, answer["text"], "calibrated.yaml")
    assert by_cause(forecast(tmp_path))["put"] == pytest.approx(300, rel=0.1)


def test_names_of_one_folder_tell_no_saving(tmp_path: Path) -> None:
    """10 requests a day are about the files of two Regions, and the names are those of one."""
    trail = Trail(TRAIL.name, OWNER, HOME, KEY, organization=TRAIL.organization, bucket_key=True)
    History(20, {(OWNER, HOME): 10}, trail=trail).write(tmp_path / "logs")
    write(tmp_path, "\n".join(listing(20, 100)) + "\n", "names.txt")
    write(tmp_path, ONE.replace("retention_days: 3650", "retention_days: 3650, bucket_key: true"))
    for source, path, out in (
        ("cloudtrail", "logs", "logs.json"),
        ("s3-listing", "names.txt", "names.json"),
    ):
        done = kmscost("measure", source, path, "--format", "json", "-o", out, cwd=tmp_path)
        assert done.code == 0, done.text
    answer = json.loads(run(tmp_path, actuals=("logs.json", "names.json")).out)
    assert not [row for row in answer["changes"] if row["assumption"] == "bucket_key_saving"]
    assert any("needs the names of all its files: unchanged" in each for each in answer["notices"])


def listing(days: int, a_day: int, region: str = HOME) -> list[str]:
    """Lines of `aws s3 ls --recursive`: objects of one account and Region."""
    rng = random.Random(1)  # noqa: S311  no secrets here
    lines = []
    for number in range(days * a_day):
        at = dt.datetime(2026, 10, 1, tzinfo=dt.UTC) + dt.timedelta(days=number / a_day)
        name = TRAIL.file(OWNER, region, at, token(rng))
        lines.append(f"{at:%Y-%m-%d %H:%M:%S}       1234 {name}")
    return lines
