"""`kmscost reconcile`: formats, exit codes, the limit."""

from __future__ import annotations

import csv
import io
import json

import pytest

from estimator import KmscostError, measure_cloudtrail, reconcile
from estimator.frames import RECONCILIATION
from estimator.reconciliation.difference_limit import read_difference_limit
from estimator.report.formats.json_and_csv import to_json
from tests.cli.test_commands import kmscost
from tests.real_data import ROOT

EXAMPLE = str(ROOT / "examples" / "organization.yaml")
BILL = str(ROOT / "examples" / "bill.csv")
ARGUMENTS = ("reconcile", EXAMPLE, BILL, "--month", "2026-10")
OTHER_READING = "If AWS does not charge CloudTrail's own writes, the forecast is USD 5.27"


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_every_format_shows_the_other_reading_and_the_bills(form):
    """Neither reading of who pays for writes is hidden; which one the bill follows is said."""
    answer = kmscost(*ARGUMENTS, "--format", form)
    assert answer.exit_code == 0
    text = " ".join((answer.stdout + answer.stderr).replace("\\", "").split())
    assert OTHER_READING in text
    if form == "json":
        assert json.loads(answer.stdout)["reading"] == "exempt"
    else:
        assert "The bill does not charge CloudTrail's own writes" in text


def test_formats_agree():
    """JSON, CSV and Python say the same numbers."""
    reconciliation = reconcile(EXAMPLE, BILL, "2026-10")
    data = json.loads(kmscost(*ARGUMENTS, "--format", "json").stdout)
    assert data["totals"] == pytest.approx(reconciliation.totals)
    assert {part["part"]: part["cost_usd"] for part in data["parts"]} == pytest.approx(
        reconciliation.parts
    )
    rows = list(csv.DictReader(io.StringIO(kmscost(*ARGUMENTS, "--format", "csv").stdout)))
    assert list(rows[0]) == list(data["rows"][0]) == [column.name for column in RECONCILIATION]
    assert sum(float(row["cost_difference"]) for row in rows) == pytest.approx(
        data["totals"]["cost_usd_difference"]
    )
    assert {row["billed_account"] for row in rows} >= {"111122223333", "222222222222"}


@pytest.mark.parametrize(
    ("limit", "code"),
    # the difference is -0.1118022 of 5.5138022, 2.0277 %
    [("2.02%", 3), ("2.03%", 0), ("0.1118", 3), ("0.1119", 0), ("USD 0.1", 3), ("5 USD", 0)],
)
def test_both_sides_of_a_limit(limit, code):
    """Exit 3 and one line beyond it, 0 below it; the table is printed all the same."""
    answer = kmscost(*ARGUMENTS, "--fail-over", limit)
    assert answer.exit_code == code
    assert "Why they differ" in answer.stdout
    lines = [line for line in answer.stderr.splitlines() if line.startswith("over the limit")]
    assert len(lines) == (code == 3)
    for line in lines:
        assert line == (
            f"over the limit of {limit}: 2026-10 is billed USD 0.1118 (2.03 %) less than the "
            "forecast's 5.51; largest part: CloudTrail's own writes, charged or exempt, USD "
            "-0.2414; write into the inventory, as cloudtrail_writes, what the bill does"
        )


@pytest.mark.parametrize(
    "text", ["", "x", "-5%", "5%%", "EUR 5", "USD 5 USD", "5 %x", "inf", "nan"]
)
def test_a_limit_without_sense_is_a_usage_error(text):
    """Exit 2, and nothing is computed."""
    answer = kmscost(*ARGUMENTS, "--fail-over", text)
    assert answer.exit_code == 2
    assert "--fail-over: found" in answer.stderr


def test_limits_are_shares_or_amounts():
    """5% of the forecast, or five dollars; zero allows nothing."""
    assert read_difference_limit("5%", "USD").is_broken_by(0.51, 10.0)
    assert not read_difference_limit("5%", "USD").is_broken_by(0.5, 10.0)
    assert read_difference_limit("5%", "USD").is_broken_by(0.01, 0.0)
    assert read_difference_limit(5, "USD").is_broken_by(-5.01, 10.0)
    assert not read_difference_limit("0", "USD").is_broken_by(0.0, 10.0)


def test_what_is_not_cloudtrails_breaks_no_limit(tmp_path):
    """USD 300 of others' requests in another account are shown; nobody forecast them."""
    text = (ROOT / "examples" / "bill.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    others = lines[3].replace("222222222222", "999999999999")
    others = others.replace("1134000", "100000000").replace("3.402", "300")
    bill = tmp_path / "bill.csv"
    bill.write_text("\n".join([*lines, others, ""]), encoding="utf-8")
    answer = kmscost("reconcile", EXAMPLE, bill, "--month", "2026-10", "--fail-over", "5%")
    assert answer.exit_code == 0
    assert "+300.00" in answer.stdout
    assert "accounts in the bill that the inventory does not know: 999999999999" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--month", "2026-13"], 2, "--month: found '2026-13'"),
        (["--month", "2026-09"], 1, "found a bill of 2026-10; expected lines of 2026-09"),
        (["--month", "2026-10", "--actuals", "nowhere"], 1, "no such file or folder"),
        (["--month", "2026-10", "--actuals", BILL], 1, "measure it first"),
        (["--month", "2026-10", "--discount", "200%"], 2, "--discount"),
        ([], 2, "--month"),
    ],
)
def test_errors(arguments, code, text):
    """Wrong data exits with 1, a wrong option with 2; no traceback."""
    answer = kmscost("reconcile", EXAMPLE, BILL, *arguments)
    assert answer.exit_code == code
    assert text in answer.stderr
    assert not answer.stdout


def test_more_than_ten_strangers_are_counted(tmp_path):
    """The first ten accounts are named, and how many more there are."""
    lines = (ROOT / "examples" / "bill.csv").read_text(encoding="utf-8").splitlines()
    more = [lines[2].replace("333333333333", f"9{number:011}") for number in range(13)]
    bill = tmp_path / "bill.csv"
    bill.write_text("\n".join([*lines, *more, ""]), encoding="utf-8")
    reconciliation = reconcile(EXAMPLE, bill, "2026-10")
    (line,) = [notice for notice in reconciliation.notices if "accounts in the bill" in notice]
    assert line.endswith("900000000009 and 3 more")


def test_actuals_on_the_command_line_are_shown(tmp_path):
    """A measurement of two hours is shown beside, and said not to be enough."""
    answer = kmscost(*ARGUMENTS, "--actuals", ROOT / "examples" / "logs")
    assert answer.exit_code == 0
    assert "shown but not reckoned with" in answer.stderr
    measured = tmp_path / "kept.json"
    logs = str(ROOT / "examples" / "logs")
    assert kmscost("measure", "cloudtrail", logs, "-f", "json", "-o", measured).exit_code == 0
    again = kmscost(*ARGUMENTS, "--actuals", measured)
    assert again.stdout == answer.stdout
    with pytest.raises(KmscostError, match="count it twice"):
        reconcile(EXAMPLE, BILL, "2026-10", [measured, logs])


def test_measurements_without_a_place_are_no_zero(tmp_path):
    """Kept by day and cause alone, nothing can be held against the bill: refused, not compared."""
    measured = tmp_path / "kept.json"
    actuals = measure_cloudtrail(ROOT / "examples" / "logs", by=["day", "cause"])
    measured.write_text(to_json(actuals.to_dict()))
    with pytest.raises(KmscostError, match=r"requests, none with the account .* without --by"):
        reconcile(EXAMPLE, BILL, "2026-10", actuals=measured)
