"""`kmscost advise`: formats, exit codes, and `kmscost compare` showing what it promises."""

import csv
import io
import json
import shlex

import pytest
from typer.testing import CliRunner

from estimator import advise
from estimator.cli import app
from estimator.frames import ADVICE, KEY_COLUMNS
from pricing.regions import TABLES
from tests.real_data import ROOT
from tests.scenarios.inventories import PLAIN, READ, file

EXAMPLE = ROOT / "examples" / "organization.yaml"
SPAN = ("--from", "2026-11", "--months", "2")
NOTHING = (
    'version: 1\naccounts: [{id: "111111111111", regions: [us-east-1]}]\n'
    "keys: [{id: k, region: us-east-1}]\ntrails: [{name: t, key: k}]\n"
)


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_every_format_tells_the_same(monkeypatch):
    """Table, CSV, JSON and Markdown have the same savings; notices go to stderr."""
    monkeypatch.setenv("COLUMNS", "80")
    answers = {
        form: kmscost("advise", EXAMPLE, *SPAN, "--format", form)
        for form in ("table", "csv", "json", "markdown")
    }
    assert {answer.exit_code for answer in answers.values()} == {0}
    answer_json = json.loads(answers["json"].stdout)
    rows = list(csv.DictReader(io.StringIO(answers["csv"].stdout)))
    assert len(rows) == len(answer_json["advice"]) > 3
    for row, entry in zip(rows, answer_json["advice"], strict=True):
        assert float(row["saves_usd"]) == pytest.approx(entry["saves_usd"], abs=1e-12)
        assert row["advice"] == entry["advice"]
        assert f"\n{entry['rank']} {entry['name']}" in answers["table"].stdout
        assert f"| {entry['rank']} {entry['name']}" in answers["markdown"].stdout
    assert "note: files_per_day of trail org" in answers["table"].stderr
    assert answers["json"].stderr == answers["markdown"].stderr == ""
    for form in ("table", "markdown"):
        words = " ".join(answers[form].stdout.replace("\\", "").split())
        assert "If AWS does not charge CloudTrail's own writes, the inventory costs" in words
        assert "Savings do not add up" in words
    # but for what is pasted into a shell: a command stands in a line of its own, never folded
    long = [line for line in answers["table"].stdout.splitlines() if len(line) > 80]
    assert all(
        line.lstrip().startswith(("kmscost compare ", "aws ")) or len(line.split()) == 1
        for line in long
    )


@pytest.mark.parametrize("text", [None, READ, PLAIN + "  - {name: two, key: logs}\n"])
def test_compare_set_shows_the_saving(tmp_path, text):
    """The CSV's command changes the totals by what is promised."""
    path = EXAMPLE if text is None else file(tmp_path, text)
    rows = csv.DictReader(io.StringIO(kmscost("advise", path, *SPAN, "-f", "csv").stdout))
    answer_json = json.loads(kmscost("advise", path, *SPAN, "-f", "json").stdout)
    for row, entry in zip(rows, answer_json["advice"], strict=True):
        program, *words = shlex.split(row["compare"])
        assert program == "kmscost"
        assert words[7::2] == entry["set"]
        answer = kmscost(*words, "-f", "json")
        assert answer.exit_code == 0, answer.stderr
        found = json.loads(answer.stdout)["scenarios"][0]["difference"]
        # as numbers: what is not saved at all is 0.0 on one side and -0.0 on the other
        assert {name: -value for name, value in found.items()} == entry["saving"]


def test_the_json_holds_a_scenario_file(tmp_path):
    """`scenarios` of the JSON, saved, is what `kmscost compare` takes."""
    answer_json = json.loads(kmscost("advise", EXAMPLE, *SPAN, "-f", "json").stdout)
    scenarios = file(tmp_path, json.dumps(answer_json["scenarios"]), "scenarios.yaml")
    answer = kmscost("compare", EXAMPLE, scenarios, *SPAN, "-f", "json")
    compared = json.loads(answer.stdout)["scenarios"]
    names = [entry["name"] for entry in answer_json["advice"]]
    assert [scenario["name"] for scenario in compared[:-1]] == names
    assert compared[-1]["difference"]["cost_usd"] == -answer_json["together"]["saving"]["cost_usd"]


def test_nothing_to_advise_is_an_answer(tmp_path):
    """Exit 0 and a sentence; CSV has its header, JSON an empty list."""
    path = file(tmp_path, NOTHING)
    answer = kmscost("advise", path, *SPAN)
    assert answer.exit_code == 0
    assert answer.stdout.startswith("Nothing to advise: ")
    text = kmscost("advise", path, *SPAN, "-f", "csv").stdout
    names = [column.name for column in ADVICE if column.name not in KEY_COLUMNS]  # no ledger
    assert text.splitlines() == [",".join(names)]
    answer_json = json.loads(kmscost("advise", path, *SPAN, "-f", "json").stdout)
    assert answer_json["advice"] == []
    assert answer_json["together"] is None
    assert {recommendation["name"] for recommendation in answer_json["too_small"]} == {
        "bucket-key t",
        "sse-s3 t",
    }
    assert "Nothing to advise" in kmscost("advise", path, *SPAN, "-f", "markdown").stdout


def test_the_other_reading_has_its_say(tmp_path):
    """With exempt writes a line says what would be saved if they were charged."""
    path = file(tmp_path, f"{PLAIN}cloudtrail_writes: exempt\n")
    text = " ".join(kmscost("advise", path, "--from", "2026-11", "--months", 1).stdout.split())
    assert text.startswith("Nothing to advise")
    assert (
        "If AWS charges CloudTrail's own writes, more would save a month: bucket-key org USD 5.12"
        in text
    )


def test_what_is_wrong_is_said(tmp_path):
    """Exit 1 for wrong data, 2 for wrong options, and no traceback."""
    broken = file(tmp_path, PLAIN.replace("key: logs", "key: lgos"))
    answer = kmscost("advise", broken, *SPAN)
    assert answer.exit_code == 1
    assert "did you mean logs?" in answer.stderr
    assert kmscost("advise", EXAMPLE, "--from", "soon").exit_code == 2
    assert kmscost("advise", EXAMPLE, "--months", 0).exit_code == 2
    assert kmscost("advise", tmp_path / "none.yaml").exit_code == 1
    assert kmscost("advise", EXAMPLE, *SPAN, "--discount", "2").exit_code == 2


def test_rates_and_currency_of_ones_own(tmp_path):
    """A table in CNY: its code takes the place of usd, and the command names table and discount."""
    table = (TABLES / "awskms.yaml").read_text(encoding="utf-8")
    rates = file(tmp_path, table.replace("currency: USD", "currency: CNY"), "rates.yaml")
    path = file(tmp_path, PLAIN)
    answer = kmscost("advise", path, *SPAN, "--rates", rates, "--discount", "10%", "-f", "csv")
    row = next(csv.DictReader(io.StringIO(answer.stdout)))
    # 61 days of 57,600 files, 20,000 free a month; what is left of 1 % is free as well
    assert float(row["saves_cny"]) == pytest.approx((61 * 57_600 - 40_000) * 2.7e-6 / 2)
    assert row["saves_cny_cloudtrail_events"] == ""
    assert "what copies of KMS events cost is not known" in answer.stderr
    _, *words = shlex.split(row["compare"])
    answer_json = json.loads(kmscost(*words, "-f", "json").stdout)
    saved = -answer_json["scenarios"][0]["difference"]["cost_cny"] / 2
    assert saved == pytest.approx(float(row["saves_cny"]))
    assert "CNY" in kmscost("advise", path, *SPAN, "--rates", rates).stdout


def test_a_discount_lowers_savings(tmp_path):
    """Half the price saves half the money and as many requests."""
    path = file(tmp_path, PLAIN)
    whole, half = (advise(path, "2026-11", 1, discount=share).rows.iloc[0] for share in (0.0, 0.5))
    assert half["saves_usd"] == pytest.approx(whole["saves_usd"] / 2)
    assert half["saves_requests"] == whole["saves_requests"]
