"""`--by budget`, `--by quota` and `--by event`: the same frames in every format."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from estimator import forecast
from estimator.cli import app
from estimator.frames import FRAMES

TEXT = """\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{id: "111122223333"}, {id: "222222222222"}]
keys: [{id: k, region: us-east-1}]
trails: [{name: org, key: k}, {name: "=second", key: k}]
budgets:
  - {name: "=kms", usd_per_month: 1.2, thresholds: [0.5, 1]}
  - {name: security, usd_per_month: 1, account: "222222222222"}
"""
SECTIONS = {"budget": "budget_use", "quota": "quotas", "event": "events"}


@pytest.fixture
def path(tmp_path):
    """The inventory file."""
    target = tmp_path / "inventory.yaml"
    target.write_text(TEXT, encoding="utf-8")
    return target


def kmscost(path, *options):
    """`kmscost forecast` of three months."""
    span = ["--from", "2026-11", "--months", "3"]
    answer = CliRunner().invoke(app, ["forecast", str(path), *span, *options])
    assert answer.exit_code == 0, answer.stderr
    return answer


@pytest.mark.parametrize(("by", "frame"), SECTIONS.items())
def test_csv_is_the_frame(path, by, frame):
    """Each column as declared, a row for each of the frame's, and no text is a formula."""
    answer = kmscost(path, "--by", by, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    result = forecast(path, "2026-11", 3, by=by)
    assert list(rows[0]) == [column.name for column in FRAMES[frame]]
    assert len(rows) == len(result.frame)
    assert not any(value.startswith("=") for row in rows for value in row.values())
    assert "If AWS does not charge CloudTrail's own writes, the total is USD" in answer.stderr
    assert "Apart from KMS, on CloudTrail's bill" in answer.stderr


@pytest.mark.parametrize("form", ["table", "markdown"])
@pytest.mark.parametrize(
    ("by", "words"),
    [
        # 4 streams x 2 trails x 8,640 = 69,120; 49,120 x 0.000003 = 0.14736; key 1: 95.6 % of 1.2
        ("budget", ["Budgets, month by month", "1.15", "95.6 %", "50 %"]),
        # 4 files of each trail every five minutes, within 60 s: 8/60
        ("quota", ["Requests per second", "0.1333", "100,000"]),
        # one paid copy of (2 x 92 days) x 4 x 288 = 211,968 events x 0.00002
        ("event", ["Paid copies of KMS events", "211,968", "4.24"]),
    ],
)
def test_tables_show_it_beside_the_months(path, form, by, words):
    """The months stay; the frame that was asked for stands below them, 80 columns wide."""
    shown = kmscost(path, "--by", by, "--format", form).stdout
    plain = " ".join(shown.replace("\\", "").split())
    for word in ("69,120", *words):
        assert word in plain, shown
    if form == "table":
        assert max(map(len, shown.splitlines())) <= 80, shown


def test_json_has_all_of_them_whatever_is_asked_for(path):
    """`--by quota` changes no key and no number of the JSON: rows keep the default grain."""
    plain, *others = (
        json.loads(kmscost(path, *by, "--format", "json").stdout)
        for by in ((), ("--by", "budget"), ("--by", "quota"), ("--by", "event"))
    )
    assert all(other == plain for other in others)
    assert [budget["name"] for budget in plain["budgets"]] == ["=kms", "security"]
    assert len(plain["quotas"]) == 1
    assert {row["trail"] for row in plain["events"]} == {"=second"}
    assert list(plain["quotas"][0]) == [column.name for column in FRAMES["quotas"]]


RANGED = """\
version: 1
regions: [us-east-1, eu-west-1]
other_kms_requests_per_month: 30000000
accounts: [{id: "111122223333"}, {id: "222222222222"}]
keys: [{id: k, region: us-east-1}]
trails:
  - {name: org, key: k, from: 2024-01-01}
  - {name: own, account: "111122223333", scope: account, key: null, from: 2025-01-01}
"""


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_copies_of_everybodys_events_by_whose_they_are(path, form, monkeypatch):
    """Own and all others' copies stand apart; of a range both ends, places `not known`.

    92 days x 4 streams x 288 puts = 105,984 in the key's account, which both trails record: USD
    2.11968. All others: 3 x 30,000,000 x 0.00002 = USD 1,800.00 there, nothing in the other
    account.
    """
    monkeypatch.setenv("COLUMNS", "80")
    path.write_text(RANGED, encoding="utf-8")
    answer = kmscost(path, "--by", "event", "--format", form)
    plain = " ".join(answer.stdout.replace("\\", "").replace("|", "").split())
    if form == "markdown":
        assert "own others not known not known 0 0.00 90,000,000 1,800.00" in plain
        assert "own inventory 111122223333 us-east-1 105,984 2.12 105,984 2.12" in plain
        assert "total - 2.12 - 1,802.12" in plain
    else:  # too wide for a page: the last column stands in a table of its own
        assert "own others not known not known 0 0.00 90,000,000" in plain
        assert "own others not known not known 1,800.00" in plain
    line = "USD 2.12 to 1,802.12 for copies of KMS events, 2.12 of this inventory's requests and "
    assert f"{line}0.00 to 1,800.00 of all others', whose places are not known" in plain
    if form == "table":
        assert max(map(len, answer.stdout.splitlines())) <= 80, answer.stdout


def test_places_that_are_not_known_are_empty_and_null(path):
    """CSV has empty cells, JSON null, never the text nan."""
    path.write_text(RANGED, encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(kmscost(path, "--by", "event", "-f", "csv").stdout)))
    others = [row for row in rows if row["of"] == "others"]
    assert [(row["billed_account"], row["billed_region"]) for row in others] == [("", "")] * 3
    data = json.loads(kmscost(path, "-f", "json").stdout)
    row = next(row for row in data["events"] if row["of"] == "others")
    assert (row["billed_account"], row["billed_region"]) == (None, None)
    assert (row["cost"], row["cost_high"]) == (0, pytest.approx(600))
    assert data["totals"]["cost_usd_cloudtrail_events_others"] == 0
    assert data["totals"]["cost_usd_cloudtrail_events_high"] == pytest.approx(1802.11968)


def test_an_inventory_without_budgets_says_so(path):
    """No budgets, one trail: empty frames with their header, in every format."""
    text = TEXT.partition("budgets:")[0].replace(', {name: "=second", key: k}', "")
    path.write_text(text, encoding="utf-8")
    assert "Budgets: the inventory has none" in kmscost(path, "--by", "budget").stdout
    for by, frame in SECTIONS.items():
        header = kmscost(path, "--by", by, "--format", "csv").stdout.splitlines()[0]
        assert header == ",".join(column.name for column in FRAMES[frame])
    data = json.loads(kmscost(path, "--format", "json").stdout)
    assert (data["budgets"], data["events"]) == ([], [])


def test_many_accounts_are_cut_and_counted(path):
    """A table shows forty rows and says how many more; CSV has all of them."""
    ids = [f"{100_000_000_000 + n}" for n in range(50)]
    accounts = "".join(f'  - {{id: "{account}"}}\n' for account in ids)
    trails = "".join(
        f'  - {{name: t{n}, account: "{account}", scope: account, key: k}}\n'
        for n, account in enumerate(ids)
    )
    path.write_text(
        f"version: 1\nregions: [us-east-1]\naccounts:\n{accounts}"
        f"keys: [{{id: k, region: us-east-1}}]\ntrails:\n  - {{name: org, key: k}}\n{trails}",
        encoding="utf-8",
    )
    assert "10 more" in kmscost(path, "--by", "quota").stdout
    rows = kmscost(path, "--by", "quota", "--format", "csv").stdout.splitlines()
    assert len(rows) == 1 + 3 * 50
