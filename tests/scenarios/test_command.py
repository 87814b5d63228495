"""`kmscost compare`: formats, exit codes, what goes where."""

import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

from estimator.cli import app
from estimator.frames import COMPARISON
from tests.real_data import ROOT
from tests.scenarios.inventories import PLAIN, READ, file

EXAMPLE = ROOT / "examples" / "organization.yaml"
SCENARIOS = ROOT / "examples" / "scenarios.yaml"
SPAN = ("--from", "2026-11", "--months", "6")


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, ["compare", *(str(argument) for argument in arguments)])


def test_the_frame_is_the_declared_one():
    """With --by all the CSV has every column that estimator/frames.py declares, in its order."""
    answer = kmscost(EXAMPLE, SCENARIOS, *SPAN[:2], "--months", 1, "--by", "all", "-f", "csv")
    assert next(csv.reader(io.StringIO(answer.stdout))) == [column.name for column in COMPARISON]


def test_markdown_is_a_comment(tmp_path):
    """The verdict stands first, tables are tables, details fold away, HTML is closed."""
    text = kmscost(EXAMPLE, SCENARIOS, *SPAN, "--format", "markdown", "--fail-over", "50%").stdout
    first = text.splitlines()[0]
    assert "bucket-key: USD -20.20 (-50.8 %) over 6 months" in first
    assert "mostly because of reader athena" in first
    assert "Within the limit of 50%" in text
    assert text.count("<details>") == text.count("</details>") == 4
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1
    assert "exempt USD" in text
    hostile = file(tmp_path, PLAIN.replace("name: org", 'name: "<b>a|b</b>"'))
    text = kmscost(hostile, hostile, *SPAN, "-f", "markdown").stdout
    assert "<b>" not in text


def test_a_name_mentions_nobody_and_turns_no_line_around(tmp_path):
    """`@team` and `#12` are text in the folded part too; a mark that turns text is written out."""
    proposed = tmp_path / "for @team fix #12.yaml"
    text = READ.replace("name: siem", 'name: "si\\u202Eem"')
    assert text != READ
    proposed.write_text(text.replace("high: 2", "high: 90"), encoding="utf-8")
    answer = kmscost(file(tmp_path, READ), proposed, *SPAN, "--fail-over", "0", "-f", "markdown")
    assert answer.exit_code == 3
    assert "<summary>for @\N{WORD JOINER}team fix #\N{WORD JOINER}12:" in answer.stdout
    assert not re.search(r"@team|#12", answer.stdout)
    assert "\u202e" not in answer.stdout + answer.stderr
    assert r"si\u202eem" in answer.stderr


def test_many_scenarios_fit_into_a_comment(tmp_path):
    """GitHub takes 65,536 characters: of 60 scenarios the ten largest have their details."""
    lines = [
        f'- {{name: s{number}, path: "trails[org].files_per_day", scale: {number}}}\n'
        for number in range(2, 62)
    ]
    scenarios = file(tmp_path, "".join(lines), "s.yaml")
    text = kmscost(file(tmp_path, READ), scenarios, "--from", "2026-11", "-f", "markdown").stdout
    assert len(text) < 65_536
    assert "50 more left out" in text
    assert "<summary>s61:" in text


@pytest.mark.parametrize(
    ("limit", "code"), [("3%", 3), ("4%", 0), ("1.42", 3), ("1.43", 0), ("0", 3)]
)
def test_the_limit_decides_the_exit_code(tmp_path, limit, code):
    """second-reader costs USD 1.43 or 3.59 % more; the result is written in either case."""
    output = tmp_path / "comment.md"
    answer = kmscost(
        EXAMPLE, SCENARIOS, *SPAN, "--fail-over", limit, "-f", "markdown", "-o", output
    )
    assert answer.exit_code == code
    assert answer.stdout == ""
    assert "second-reader" in output.read_text()
    if code:
        (line,) = answer.stderr.splitlines()
        assert line.startswith("over the limit: second-reader costs USD 1.43 more than")
        assert f"allowed {limit})" in line
        assert line.endswith("mostly because of reader inspector (USD +1.42)")
        assert "**Over the limit: second-reader" in output.read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--fail-over", "ten"),
        ("--set", "payer"),
        ("--set", "payer={"),
        ("--by", "nothing"),
        ("--months", "0"),
        ("--from", "2026-13"),
        ("--discount", "200%"),
    ],
)
def test_wrong_options_exit_with_2(arguments, tmp_path):
    """Nothing is written to stdout, nor into a file."""
    output = tmp_path / "out"
    answer = kmscost(EXAMPLE, SCENARIOS, *arguments, "-o", output)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert not output.exists()


def test_nothing_to_compare_with_exits_with_2():
    """BASE alone is a usage error, and says what to name."""
    answer = kmscost(EXAMPLE)
    assert answer.exit_code == 2
    assert "--set PATH=VALUE" in answer.stderr


def test_wrong_data_exits_with_1(tmp_path):
    """A path that leads nowhere and an inventory that is none."""
    assert kmscost(EXAMPLE, "--set", "trails[x].key=logs").exit_code == 1
    assert kmscost(EXAMPLE, tmp_path / "none.yaml").exit_code == 1


def test_by_tells_effects_apart():
    """With --by region the effects are those of the Regions, and sum to the same total."""
    answer = kmscost(EXAMPLE, "--set", "trails[org].key=null", *SPAN, "--by", "region")
    assert "--set, by region" in answer.stdout
    assert re.search(r"^eu-west-1 ", answer.stdout, re.MULTILINE)


def test_rates_and_discount_price_both_sides():
    """Half price halves the difference of the requests' cost."""
    answer = [
        json.loads(kmscost(EXAMPLE, SCENARIOS, *SPAN, "-f", "json", "--discount", share).stdout)
        for share in ("0%", "50%")
    ]
    whole, half = (answer["scenarios"][0]["difference"]["cost_usd"] for answer in answer)
    assert half == pytest.approx(whole / 2)


def test_large_numbers_are_never_cut(tmp_path, monkeypatch):
    """A table of billions in 80 columns has every digit: requests and costs stand in two tables."""
    monkeypatch.setenv("COLUMNS", "80")
    busy = PLAIN.replace("key: logs\n", "key: logs\n    files_per_day: 99999999\n")
    scenarios = file(tmp_path, '- {path: "trails[org].files_per_day", scale: 1000}\n', "s.yaml")
    once = ("--from", "2026-11", "--months", 1)
    text = kmscost(file(tmp_path, busy), scenarios, *once, "--details").stdout
    requests = 99_999_999 * 200 * 30
    assert text.count(f"{requests:,}") >= 1
    assert text.count(f"{requests * 1000:,}") == 5  # summary; driver and sum; month and total
    assert text.count(f"+{requests * 999:,}") == 5
    assert all(len(line) <= 80 for line in text.splitlines() if str(tmp_path) not in line)
    assert "2026-11 " in text
