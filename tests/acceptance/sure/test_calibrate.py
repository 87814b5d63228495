"""`kmscost calibrate` on logs whose truth is known: what it finds, keeps, says and refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import estimator
from tests.acceptance.commands import Run, kmscost, write
from tests.acceptance.measure.events import Key, Trail, role, token
from tests.acceptance.sure.history import (
    FAR,
    HOME,
    KEY,
    OWNER,
    PROD,
    QUIET,
    SIEM,
    TRAIL,
    History,
    inventory,
    steady,
)

Answer = dict[str, Any]
BUSY = {(OWNER, HOME): steady(12, "a"), (PROD, HOME): steady(40, "b")}
SIEM_STANZA = f'readers:\n  - {{name: siem, kind: every-file, account: "{OWNER}", gets_per_file: 1}}'
ONE = inventory().replace(f'  - id: "{PROD}"\n    name: prod      # busy\n', "").replace(
    f"  - {{id:   '{QUIET}', name: quiet}}\n", ""
)  # the management account alone


def run(folder: Path, *options: str, form: str = "json", actuals: tuple[str, ...] = ("logs",)) -> Run:
    return kmscost(
        "calibrate", "inventory.yaml", *actuals, "--format", form, *options, cwd=folder
    )  # fmt: skip


def calibrate(
    folder: Path, text: str, history: History, *options: str
) -> Answer:
    """Write the logs and the inventory, calibrate; the JSON, after checks that always hold."""
    history.write(folder / "logs")
    write(folder, text)
    done = run(folder, *options)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    write(folder, answer["text"], "calibrated.yaml")
    checked = kmscost("check", "calibrated.yaml", cwd=folder)
    assert checked.code == 0, checked.text
    return answer


def change(answer: Answer, assumption: str, of: str = "", place: str = "") -> Answer:
    """The one change of an assumption of something."""
    (row,) = [
        row
        for row in answer["changes"]
        if row["assumption"] == assumption and of in row["of"] and place in row["place"]
    ]
    assert row["low"] <= row["mid"] <= row["high"]
    assert isinstance(row, dict)
    return row


def files(answer: Answer) -> dict[str, Answer]:
    """Changes of files_per_day by their place."""
    return {
        row["place"]: row for row in answer["changes"] if "files_per_day" in row["place"]
    }


def forecast(folder: Path, start: str = "2026-11", *options: str) -> Answer:
    done = kmscost(
        "forecast", "calibrated.yaml", "--from", start, "--months", "1", "--format", "json",
        *options, cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    return answer


def by_cause(told: Answer) -> dict[str, float]:
    out: dict[str, float] = {}
    for row in told["rows"]:
        out[row["cause"]] = out.get(row["cause"], 0) + row["quantity"]
    return out


# --- what it finds -------------------------------------------------------------------------------


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
        assert row["source"] == "measured by CloudTrail logs from 2026-10-01 until 2026-10-21, 20 days"
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
    quiet, busy = change(answer, "files_per_day", place=FAR), change(answer, "files_per_day", place=HOME)
    assert 0 < quiet["mid"] < 0.1
    assert 0 < quiet["low"] < quiet["high"] < 1
    assert busy["mid"] == pytest.approx(50, rel=0.05)


def test_streams_sum_to_what_was_counted(tmp_path: Path) -> None:
    """The forecast of a month of as many days: the puts that were counted, to a twentieth."""
    puts = {
        (OWNER, HOME): 12, (OWNER, FAR): 1, (PROD, HOME): 60, (PROD, FAR): 4,
        (QUIET, HOME): lambda day: int(day % 7 == 0), (QUIET, FAR): 0,
    }  # fmt: skip
    calibrate(tmp_path, inventory(), History(30, puts))
    counted = 30 * (12 + 1 + 60 + 4) + 5
    assert by_cause(forecast(tmp_path))["put"] == pytest.approx(counted, rel=0.05)


def test_accounts_differ(tmp_path: Path) -> None:
    """An account that differs from its trail has a line of its own: 12 and 60 a day are kept."""
    calibrate(tmp_path, inventory(), History(30, {(OWNER, HOME): 12, (PROD, HOME): 60}))
    told = forecast(tmp_path, "2026-11", "--by", "account,cause")
    puts = {row["account"]: row["quantity"] / 30 for row in told["rows"] if row["cause"] == "put"}
    assert puts[OWNER] == pytest.approx(12, rel=0.1)
    assert puts[PROD] == pytest.approx(60, rel=0.1)
    assert puts[QUIET] < 0.5


def test_what_was_guessed_for_an_account_goes(tmp_path: Path) -> None:
    """The user's own files_per_day of an account does not outlive the measurement."""
    text = inventory().replace("name: prod      # busy", "name: prod      # busy\n    files_per_day: 999")
    answer = calibrate(tmp_path, text, History(30, {(OWNER, HOME): 12, (PROD, HOME): 60}))
    assert "999" not in answer["text"]
    assert by_cause(forecast(tmp_path))["put"] == pytest.approx(30 * 72, rel=0.05)


def test_an_account_with_little_data_borrows(tmp_path: Path) -> None:
    """Three days at 60 beside five accounts around 40 for a month: between 40 and 60."""
    five = [str(500_000_000_001 + number) for number in range(5)]
    young = "600000000001"
    lines = [f'  - {{id: "{one}"}}' for one in five]
    lines.append(f'  - {{id: "{young}", from: 2026-10-28}}')
    puts: dict[tuple[str, str], Any] = {
        (one, HOME): steady(rate, one) for one, rate in zip(five, (34, 37, 40, 43, 46), strict=True)
    }
    puts[young, HOME] = lambda day: 60 if day >= 27 else 0
    text = inventory(accounts="\n".join(lines)).replace(f"[{HOME}, {FAR}]", f"[{HOME}]")
    calibrate(tmp_path, text, History(30, puts))
    told = forecast(tmp_path, "2026-11", "--by", "account,cause")
    rates = {row["account"]: row["quantity"] / 30 for row in told["rows"] if row["cause"] == "put"}
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


# --- readers -------------------------------------------------------------------------------------


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
    kept = "\n".join(line for line in answer["text"].splitlines() if "name: siem" in line)
    assert "siem" in kept
    assert change(answer, "gets_per_file", "copy")["mid"] == pytest.approx(1, rel=0.02)
    assert change(answer, "gets_per_day", "audit")["mid"] == pytest.approx(6.5, rel=0.05)
    told = forecast(tmp_path, "2026-11", "--by", "reader,billed-account,cause")
    gets_of = {
        (row["driver"], row["billed_account"]): row["quantity"]
        for row in told["rows"]
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


# --- Bucket Keys ---------------------------------------------------------------------------------


def test_the_saving_of_a_bucket_key(tmp_path: Path) -> None:
    """100 objects and 10 requests a day: a saving of 0.9, and 100 files a day."""
    trail = Trail(TRAIL.name, OWNER, HOME, KEY, organization=TRAIL.organization, bucket_key=True)
    History(20, {(OWNER, HOME): 10}, trail=trail).write(tmp_path / "logs")
    lines = listing(20, 100)
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


def listing(days: int, a_day: int) -> list[str]:
    """Lines of `aws s3 ls --recursive`: objects of one account and Region."""
    import datetime as dt
    import random

    rng = random.Random(1)  # noqa: S311  no secrets here
    lines = []
    for number in range(days * a_day):
        at = dt.datetime(2026, 10, 1, tzinfo=dt.UTC) + dt.timedelta(days=number / a_day)
        name = TRAIL.file(OWNER, HOME, at, token(rng))
        lines.append(f"{at:%Y-%m-%d %H:%M:%S}       1234 {name}")
    return lines


# --- what it keeps -------------------------------------------------------------------------------


COMMENT = re.compile(r"#[^\"\n]*$", re.MULTILINE)


def test_comments_and_order_survive(tmp_path: Path) -> None:
    """Every comment, in order and unchanged; every line that did not change, in order."""
    text = inventory(
        SIEM_STANZA + "   # retries?",
        top="other_kms_requests_per_month: 12_000   # a guess\n",
        trail="    log_file_validation: yes_not  # x\n".replace("yes_not", "true"),
    )
    history = History(30, BUSY, [(SIEM, (OWNER, HOME), 12), (role(OWNER, "new"), (OWNER, HOME), 5)])
    answer = calibrate(tmp_path, text, history)
    assert COMMENT.findall(answer["text"]) == COMMENT.findall(text)
    changed = {"management", "prod", "quiet", "siem"}
    kept = [line for line in text.splitlines() if not any(name in line for name in changed)]
    rest = iter(answer["text"].splitlines())
    assert all(any(line == other for other in rest) for line in kept)
    for line in text.splitlines():
        name = line.partition("#")[0].rstrip().rstrip("}")
        assert name.split(", gets_per_file")[0] in answer["text"], line


def test_outside_the_values_every_byte_is_the_same(tmp_path: Path) -> None:
    """Taking the measured mapping out again gives the inventory back."""
    text = ONE.replace("    key: logs\n", "    key: logs\n    files_per_day: 288\n")
    answer = calibrate(tmp_path, text, History(30, {(OWNER, HOME): 12, (OWNER, FAR): 3}))
    back = re.sub(r"(    files_per_day:)\n(?:      \S+: \{low: .*\}\n)+", r"\1 288\n", answer["text"])
    assert back != answer["text"]
    assert back == text


def test_a_mapping_of_one_line_stays_on_it(tmp_path: Path) -> None:
    """A trail in flow style: what comes before and after the value stays as it was."""
    text = (
        f'version: 1\nregions: [{HOME}]\naccounts: [{{id: "{OWNER}"}}]  # one\n'
        f'keys: [{{id: logs, account: "{OWNER}", region: {HOME}}}]\n'
        f'trails:\n- {{name: org,   account: "{OWNER}", scope: account, regions: all, key: logs, '
        f"bucket: {{name: x, region: {HOME}}}, files_per_day: 288 }} # the trail\n\n# end"
    )
    answer = calibrate(tmp_path, text, History(20, {(OWNER, HOME): 12}))
    before, after = text.split("files_per_day: 288")
    assert answer["text"].startswith(before + "files_per_day: {")
    assert answer["text"].endswith("}" + after)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_line_endings_and_letters_survive(tmp_path: Path, ending: str) -> None:
    """CRLF stays CRLF, umlauts stay, and a missing last line end stays missing."""
    text = ONE.replace("Ask Mo", "Frag Jürgen 🙂").rstrip("\n").replace("\n", ending)
    History(20, {(OWNER, HOME): 12}).write(tmp_path / "logs")
    (tmp_path / "inventory.yaml").write_bytes(text.encode())
    done = run(tmp_path, "--output", "calibrated.yaml", form="yaml")
    assert done.code == 0, done.text
    out = (tmp_path / "calibrated.yaml").read_bytes().decode()
    assert out.startswith(text[: text.index("accounts")])
    assert out.endswith(text[text.index("# who reads") :])
    assert out.count("\n") == out.count(ending)


def test_the_inventory_is_not_touched(tmp_path: Path) -> None:
    """calibrate reads the inventory and never writes it."""
    text = inventory()
    calibrate(tmp_path, text, History(20, BUSY))
    assert (tmp_path / "inventory.yaml").read_text(encoding="utf-8") == text


def test_calibrating_again_changes_nothing(tmp_path: Path) -> None:
    """The same data on its own result: the same bytes."""
    gets = [(SIEM, (OWNER, HOME), 12), (role(OWNER, "new", issuer=False), (OWNER, HOME), 5)]
    history = History(30, BUSY, gets, checks=lambda day: int(day == 4))
    text = inventory(SIEM_STANZA, trail="    files_per_day: {low: 150, high: 290}\n")
    first = calibrate(tmp_path, text, history)["text"]
    write(tmp_path, first)
    again = run(tmp_path, form="yaml")
    assert again.code == 0, again.text
    assert again.out == first


def test_logs_json_and_function_agree(tmp_path: Path) -> None:
    """From the logs, from the JSON of measure and in Python: the same inventory."""
    answer = calibrate(tmp_path, inventory(SIEM_STANZA), History(20, BUSY, [(SIEM, (OWNER, HOME), 9)]))
    kmscost(
        "measure", "cloudtrail", "logs", "--format", "json", "--by", "all", "-o", "m.json",
        cwd=tmp_path,
    )  # fmt: skip
    assert run(tmp_path, form="yaml", actuals=("m.json",)).out == answer["text"]
    told = estimator.calibrate(tmp_path / "inventory.yaml", tmp_path / "m.json")
    assert told.text == answer["text"]


def test_two_months_of_two_files(tmp_path: Path) -> None:
    """Two measurements that follow each other count as one of both."""
    history = History(30, BUSY)
    whole = calibrate(tmp_path, inventory(), history)
    dates = {f"2026/10/{day:02d}" for day in range(1, 16)}
    for path in list((tmp_path / "logs").rglob("*.gz")):
        half = "first" if any(date in path.as_posix() for date in dates) else "second"
        target = tmp_path / half / path.relative_to(tmp_path / "logs")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    for half in ("first", "second"):
        kmscost(
            "measure", "cloudtrail", half, "--format", "json", "-o", f"{half}.json", cwd=tmp_path
        )
    told = json.loads(run(tmp_path, actuals=("second.json", "first.json")).out)
    assert told["text"] == whole["text"]


def test_the_same_twice_is_refused(tmp_path: Path) -> None:
    """Two measurements that hold the same requests would count double."""
    History(20, BUSY).write(tmp_path / "logs")
    write(tmp_path, inventory())
    for by, name in (("all", "a.json"), ("day,account,region,trail,key,cause,operation", "b.json")):
        kmscost(
            "measure", "cloudtrail", "logs", "--format", "json", "--by", by, "-o", name,
            cwd=tmp_path,
        )  # fmt: skip
    done = run(tmp_path, actuals=("a.json", "b.json"))
    assert (done.code, done.out) == (1, ""), done.text
    assert "a.json" in done.err
    assert "b.json" in done.err


# --- what has no place ---------------------------------------------------------------------------


def test_what_finds_no_place_is_said(tmp_path: Path) -> None:
    """Files of an account and Region that the inventory lacks: named, and nothing made of them."""
    puts = {**BUSY, ("999999999999", HOME): 5, (PROD, "ap-south-1"): 3}
    answer = calibrate(tmp_path, inventory(), History(20, puts))
    notes = " ".join(answer["notices"])
    assert "999999999999" in notes
    assert "ap-south-1" in notes
    assert "999999999999" not in answer["text"]


def test_a_trail_of_another_key_is_said(tmp_path: Path) -> None:
    """A second trail's ARN that matches nothing is listed; the known one is calibrated."""
    stranger = Trail("legacy", PROD, HOME, Key(PROD, HOME, "11111111-2222-3333-4444-555555555555"))
    History(20, {(PROD, HOME): 7}, trail=stranger, seed=5).write(tmp_path / "logs")
    answer = calibrate(tmp_path, inventory(), History(20, BUSY))
    assert stranger.arn in " ".join(answer["notices"])
    assert "legacy" not in answer["text"]


def test_nothing_of_the_inventory_cannot_be_forced(tmp_path: Path) -> None:
    """Without a put of a trail of the inventory: exit 1, with or without --force."""
    stranger = Trail("legacy", "999999999999", HOME, Key("999999999999", HOME))
    History(20, {("999999999999", HOME): 7}, trail=stranger).write(tmp_path / "logs")
    write(tmp_path, inventory())
    for options in ((), ("--force",)):
        done = run(tmp_path, *options)
        assert (done.code, done.out) == (1, ""), done.text
        assert done.err.strip()


# --- refusals ------------------------------------------------------------------------------------


def refused(folder: Path, history: History) -> str:
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
    said = refused(tmp_path, History(13, BUSY))
    assert "13" in said
    assert "14" in said
    assert "--force" in said


def test_enough_days(tmp_path: Path) -> None:
    """14 days are taken."""
    assert calibrate(tmp_path, inventory(), History(14, BUSY))["days"] == 14


def test_a_day_missing_in_between(tmp_path: Path) -> None:
    """A whole day without any log file is a gap, named by its date."""
    assert "2026-10-11" in refused(tmp_path, History(30, BUSY, missing=frozenset({10})))


def test_hours_not_covered(tmp_path: Path) -> None:
    """21 hours of each day are 87.5 %: refused; 22 are 91.7 %: taken."""
    said = refused(tmp_path, History(20, BUSY, hours=range(21)))
    assert "90 %" in said or "0.9" in said
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
    said = " ".join(done.err.split())
    assert (done.code, done.out) == (1, ""), done.text
    assert "14" in said
    assert "2026-10-05" in said
    assert "90 %" in said or "0.9" in said
    assert "skipped" in said


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
