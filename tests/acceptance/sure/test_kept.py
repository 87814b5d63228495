"""What `kmscost calibrate` keeps of an inventory, byte by byte, and what has no place in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import estimator
from tests.acceptance.commands import kmscost, write
from tests.acceptance.measure.events import Key, Trail, role
from tests.acceptance.sure.calibrations import (
    BUSY,
    ONE,
    SIEM_STANZA,
    calibrate,
    run,
)
from tests.acceptance.sure.history import (
    FAR,
    HOME,
    OWNER,
    PROD,
    SIEM,
    History,
    inventory,
)

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
    lines = [line for line in text.splitlines() if not any(name in line for name in changed)]
    rest = iter(answer["text"].splitlines())
    assert all(any(line == other for other in rest) for line in lines)
    for line in text.splitlines():
        name = line.partition("#")[0].rstrip().rstrip("}")
        assert name.split(", gets_per_file")[0] in answer["text"], line


def test_outside_the_values_every_byte_is_the_same(tmp_path: Path) -> None:
    """Taking the measured mapping out again gives the inventory back."""
    text = ONE.replace("    key: logs\n", "    key: logs\n    files_per_day: 288\n")
    answer = calibrate(tmp_path, text, History(30, {(OWNER, HOME): 12, (OWNER, FAR): 3}))
    back = re.sub(
        r"(    files_per_day:)\n(?:      \S+: \{low: .*\}\n)+", r"\1 288\n", answer["text"]
    )
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
    """The inventory is read and never written."""
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
    answer = calibrate(
        tmp_path, inventory(SIEM_STANZA), History(20, BUSY, [(SIEM, (OWNER, HOME), 9)])
    )
    kmscost(
        "measure", "cloudtrail", "logs", "--format", "json", "--by", "all", "-o", "m.json",
        cwd=tmp_path,
    )  # fmt: skip
    assert run(tmp_path, form="yaml", actuals=("m.json",)).out == answer["text"]
    calibration = estimator.calibrate(tmp_path / "inventory.yaml", tmp_path / "m.json")
    assert calibration.text == answer["text"]


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
    answer = json.loads(run(tmp_path, actuals=("second.json", "first.json")).out)
    assert answer["text"] == whole["text"]


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
