"""A difference out of less: estimates, bills without KMS, lines that count twice, key-days.

Forecast of October of `SMALL`: 1,248,928 requests x 0.000003 + 1 = 3.746784 + 1 = 4.746784.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from estimator import measure_bill, reconcile, report
from estimator.cli import app
from estimator.report.answers.reconciliation import reconciliation_lines, reconciliation_sheets
from estimator.report.formats.json_and_csv import to_json
from estimator.report.monthly.verdict import judge
from tests.acceptance.measure.samples import put
from tests.measurement.billing.bills import Line, legacy_bill, write_file
from tests.report.test_time import lines_of_month
from tests.report.test_verdict_of_parts import estimate
from tests.report.verdicts import SMALL, daily_lines, small_bill, write

MONTH = "2026-10"
ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The report of `SMALL` without a bill."""
    folder = tmp_path_factory.mktemp("less")
    path = write(folder, f"{SMALL}budgets: [{{name: kms, usd_per_month: 50.00}}]\n")
    return report(path, MONTH, months_ahead=0, draws=100, advice=False)


def other_service(folder):
    """A bill of October that has another service alone."""
    span = {"start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}
    account = "111122223333"
    line = Line(product="AmazonS3", usage_type="TimedStorage", account=account, **span)
    return legacy_bill(folder / "s3.csv", [line])


def joined_to_itself(folder, share):
    """A bill of October with each line twice."""
    return legacy_bill(folder / "twice.csv", list(lines_of_month(MONTH, share)) * 2)


def with_a_file_cut_off(folder):
    """The bill of October, and half of a file beside it."""
    bill = small_bill(folder, 31)
    part = write_file(folder / "part.csv.gz", gzip.compress(bill.read_bytes())[:90])
    return [bill, part]


def with_another_name(folder):
    """The bill of October, and a line of KMS's usage type under a service that is not known."""
    bill = small_bill(folder, 31)
    other = Line(amount="1000000000", cost="3000", rate="0.000003", operation="Decrypt")
    october = {"start": "2026-10-05T00:00:00Z", "end": "2026-10-06T00:00:00Z"}
    part = legacy_bill(folder / "part.csv", [replace(other, **october)])
    part.write_bytes(part.read_bytes().replace(b",awskms,", b",AmazonKMS,"))
    return [bill, part]


def test_an_estimate_explains_nothing(tmp_path, base):
    """600,000 gets and half a key so far, 2.30: 2.446784 less, and no part of it has a cause."""
    found = reconcile(base.inventory, estimate(tmp_path / "ce.json", 600_000), MONTH)
    assert found.parts == pytest.approx(dict.fromkeys(found.parts, 0.0) | {"unknown": -2.446784})
    assert found.request_parts == {"writes": 0, "volume": 0, "others": 0, "unknown": -648_928}
    assert found.billed_and_rest() == (pytest.approx(2.30), pytest.approx(2.446784))
    sides, parts = reconciliation_sheets(found)  # and no rows that differ most
    assert {row[4:] for row in sides.rows} == {("-", "")}
    assert [row[0] for row in parts.rows[1:-1]] == ["unknown"]
    assert any(line.startswith("Unknown: the bill does not tell its days") for line in
               reconciliation_lines(found))  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "state", "condition"),
    [
        ("whole", "kept", ""),
        # 15 of 31 days of 4.746784 against 15 of 31 days
        ("half", "kept", ""),
        # (2 x 1,248,928 - 20,000 of others) x 0.000003 + 1 = 8.433568: 77.7 % more
        ("twice", "broken", "if no line of the bill counts twice"),
        # half of it twice is all of it; the second key is another's
        ("half of it twice", "kept", "if no line of the bill counts twice"),
        ("an estimate of less", "not held", "for the bill does not tell its days"),
        # 2,000,000 gets - 20,000 of others, and half a key: 6.44 so far of all 4.746784
        ("an estimate of more", "broken", ""),
        ("another service", "broken", ""),
        # 2 x 3.746784 - 0.06 + 1
        ("dearer", "broken", ""),
        # what is left out may be any amount
        ("with a file cut off", "kept", "if nothing of the bill is left out"),
        ("with KMS under another name", "kept", "if nothing of the bill is left out"),
    ],
)
def test_gate_and_verdict_never_contradict(tmp_path, base, kind, state, condition):
    """A tenth off is off for both; what one cannot judge or doubts the other does not believe."""
    bill = {
        "whole": lambda: small_bill(tmp_path, 31),
        "half": lambda: small_bill(tmp_path, 15),
        "twice": lambda: joined_to_itself(tmp_path, 1.0),
        "half of it twice": lambda: joined_to_itself(tmp_path, 0.5),
        "an estimate of less": lambda: estimate(tmp_path / "ce.json", 600_000),
        "an estimate of more": lambda: estimate(tmp_path / "ce.json", 2_000_000),
        "another service": lambda: other_service(tmp_path),
        "dearer": lambda: small_bill(tmp_path, 31, 2.0),
        "with a file cut off": lambda: with_a_file_cut_off(tmp_path),
        "with KMS under another name": lambda: with_another_name(tmp_path),
    }[kind]()
    found = reconcile(base.inventory, bill, MONTH, fail_over="10%")
    judged, monthly = found.judged_limit, replace(base, reconciliation=found)
    assert (judged.state, judged.condition) == (state, condition)
    assert (found.broken is not None) == (state == "broken")
    assert (state == "kept") == (monthly.month_bill.whole.is_inside is True)
    assert (state == "not held") <= monthly.month_cost.is_open
    sentence = judge(monthly).sentence
    for words in ("counts twice", "left out"):
        assert (words in sentence) == (words in condition)
    assert ("counts twice" in (found.broken or judged.text)) == ("counts twice" in condition)
    assert found.to_dict()["limit"]["state"] == state


def test_lines_of_another_month_that_count_twice_are_none_of_this_one(tmp_path, base):
    """September stands in two files, October in one: only September depends on it."""
    september, october = (list(lines_of_month(label, 1.0)) for label in ("2026-09", MONTH))
    lines = [
        replace(line, start=f"2026-09-{day:02}T00:00:00Z", end=f"2026-09-{day + 1:02}T00:00:00Z")
        for line in september
        for day in range(1, 4)
    ]
    bills = [
        legacy_bill(tmp_path / "a.csv", lines),
        legacy_bill(tmp_path / "b.csv", [*lines, *october]),
    ]
    states = {
        label: reconcile(base.inventory, bills, label, fail_over="10%").judged_limit.condition
        for label in ("2026-09", MONTH)
    }
    assert states == {"2026-09": "if no line of the bill counts twice", MONTH: ""}


@pytest.mark.parametrize(
    ("days", "rotations", "words"),
    [
        (30, "", None),
        # 40 of the 30 days of September: 10 / 30 of USD 1.00
        (40, "", "(USD 0.3333): logs 40 instead of 30. A rotation"),
        (60, "", "(USD 1.00): logs 60 instead of 30. A rotation"),
        (60, "rotations: [2026-01-15], ", None),
        # a key and two rotations are 90 of them
        (95, "", "(USD 2.17): logs 95 instead of 30. More than 3 key-months"),
    ],
)
def test_key_days_beyond_the_month_are_named(tmp_path, days, rotations, words):
    """A key that is billed for more days than the month has, and what that means."""
    keys = f'keys: [{{id: logs, region: us-east-1, {rotations}arn: "{ARN}"}}]'
    path = write(tmp_path, SMALL.replace("keys: [{id: logs, region: us-east-1}]", keys))
    lines = [replace(line, resource=ARN) for line in lines_of_month("2026-09", 1.0)]
    lines[-1] = replace(lines[-1], amount=repr(days / 30), cost=repr(days / 30))  # the key
    found = reconcile(path, legacy_bill(tmp_path / "bill.csv", lines), "2026-09")
    notices = [notice for notice in found.notices if "more key-days" in notice]
    assert len(notices) == (words is not None)
    assert all(notice.startswith("1 key is billed") and words in notice for notice in notices)


def test_free_requests_used_early_are_not_free_again(tmp_path):
    """Reads to the 15th, the first 20,000 of them free; writes, 30,000 a day, are not charged.

    Billed 15 x 40,000 x 0.000003 - 20,000 x 0.000003 + 15/31 = 2.223871. The rest as the inventory
    takes writes, with nothing free left: 16 x 70,000 x 0.000003 + 16/31 = 3.876129.
    """
    text = SMALL.replace("month: 20000", "month: 0").replace(
        "{name: t, key: logs}", "{name: t, key: logs, files_per_day: 30000}"
    )
    free = replace(daily_lines(1, 20_000.0, keys=0)[0], cost="0", rate="0")
    lines = [free, *daily_lines(1, 20_000.0), *daily_lines(15, 40_000.0, first=2)]
    half = reconcile(write(tmp_path, text), legacy_bill(tmp_path / "half.csv", lines), MONTH)
    assert half.interpretation.answer == "exempt"
    assert half.billed_and_rest() == (pytest.approx(2.223871), pytest.approx(3.876129))


def test_writes_that_a_bill_exempts_hide_no_dearer_reads(tmp_path):
    """Writes of a trail to the 15th, not charged; reads 1.25 times as many, to the month's end.

    Billed 15 x 50,000 x 0.000003 + 15/31 = 2.733871; charged writes would have made the forecast
    2.746831. The rest is 16 x 50,000 x 0.000003 + 16/31 = 2.916129, as the whole bill has it.
    """
    text = SMALL.replace(
        "{name: t, key: logs}",
        "{name: t, key: logs}, {name: old, key: logs, files_per_day: 10000, until: 2026-10-16}",
    ).replace("gets_per_day: 40000", "gets_per_day: 40000, trails: [t]")
    path = write(tmp_path, text)
    half = reconcile(path, legacy_bill(tmp_path / "half.csv", daily_lines(15, 50_000.0)), MONTH)
    assert half.interpretation.answer == "exempt"
    assert half.billed_and_rest() == (pytest.approx(2.733871), pytest.approx(2.916129))
    own = half.billed_and_rest("billed_account", ("111122223333",))
    assert own == pytest.approx(half.billed_and_rest())


TWO_READERS = """
version: 1
payer: "111122223333"
other_kms_requests_per_month: 20000
cloudtrail_writes: charged
accounts: [{id: "111122223333", regions: [us-east-1]}, {id: "222222222222", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: t, key: logs, scope: organization}]
readers:
  - {name: a, kind: fixed, account: "111122223333", gets_per_day: 40000}
  - {name: b, kind: fixed, account: "222222222222", gets_per_day: 40000}
"""


@pytest.mark.parametrize(
    ("of_a", "of_b", "keys", "state", "words"),
    [
        (40_000.0, 40_000.0, 1, "kept", "the difference is USD 0.00"),
        # 31 x (40,000 + 576) x 0.000003 + 1 = 4.773568 of 8.493568: b's 3.72 are missing
        (40_000.0, 0.0, 1, "broken", "USD 3.72 (43.8 %) less than the forecast's 8.49"),
        # a twice: 40,000 more x 31 x 0.000003 - 20,000 of others = 3.66 more than 4.773568
        (80_000.0, 40_000.0, 1, "broken", "USD 3.66 (43.1 %) more than the forecast's 8.49"),
        (80_000.0, 0.0, 1, "broken", "account 222222222222 is billed USD 3.66 (76.7 %) more than"),
        # 11,000 more x 31 x 0.000003 - 0.06 = 0.963, and the key of 1.00 would hide it
        (51_000.0, 40_000.0, 0, "broken", "without keys is billed USD 0.963 (12.9 %) more than"),
    ],
)
def test_no_limit_is_kept_by_lines_that_are_missing(tmp_path, of_a, of_b, keys, state, words):
    """October: 31 x (80,000 gets + 576 puts) x 0.000003 + 1 = 8.493568; a limit of 10 %."""
    lines = daily_lines(31, of_a, keys=keys)
    lines += daily_lines(31, 576.0, operation="GenerateDataKey", keys=0)
    lines += daily_lines(31, of_b, account="222222222222", keys=0)
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    found = reconcile(write(tmp_path, TWO_READERS), bill, MONTH, fail_over="10%")
    assert found.judged_limit.state == state
    assert words in (found.broken or reconciliation_lines(found)[-1])


def test_a_limit_waits_for_an_account_without_lines(tmp_path):
    """B would be 1,000 gets, 0.093 of 4.866568 or 1.9 %: whatever it is, no line tells it."""
    path = write(
        tmp_path, TWO_READERS.replace('2222", gets_per_day: 40000', '2222", gets_per_day: 1000')
    )
    lines = daily_lines(31, 40_000.0) + daily_lines(31, 576.0, operation="GenerateDataKey", keys=0)
    found = reconcile(path, legacy_bill(tmp_path / "bill.csv", lines), MONTH, fail_over="10%")
    judged = found.judged_limit
    assert judged.text == "Limit 10% not held, for the bill is without account 222222222222"
    assert found.broken is None


@pytest.mark.parametrize("form", ["table", "json", "csv", "markdown", "html"])
def test_a_limit_that_is_not_held_is_said_beside_every_format(tmp_path, form):
    """In CI a result goes to a file: silence on stderr would look like a limit that is kept."""
    path = write(
        tmp_path, TWO_READERS.replace('2222", gets_per_day: 40000', '2222", gets_per_day: 1000')
    )
    lines = daily_lines(31, 40_000.0) + daily_lines(31, 576.0, operation="GenerateDataKey", keys=0)
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    command = ["reconcile", str(path), str(bill), "--month", MONTH, "--format", form]
    verdict = (
        "Limit 10% not held, for the bill is without account 222222222222: neither kept nor broken"
    )
    output = str(tmp_path / "output")
    found = CliRunner().invoke(app, [*command, "--fail-over", "10%", "--output", output])
    assert found.exit_code == 0
    assert verdict in found.stderr.splitlines()
    # without a limit there is nothing to hold
    assert "not held" not in CliRunner().invoke(app, command).stderr


def test_files_of_a_bill_that_cannot_be_read_are_said(tmp_path, base):
    """One of two files is cut off: named with its reason, in the notices and what depends on it."""
    found = reconcile(base.inventory, with_a_file_cut_off(tmp_path), MONTH, fail_over="10%")
    (notice,) = (line for line in found.notices if line.startswith("skipped 1 file"))
    assert "part.csv.gz" in notice
    assert found.to_dict()["limit"]["condition"] == "if nothing of the bill is left out"


@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        (lambda folder: joined_to_itself(folder, 0.5), "if no line of the bill counts twice"),
        (with_another_name, "if nothing of the bill is left out"),
    ],
)
def test_a_kept_measurement_of_a_bill_doubts_as_the_bill_does(tmp_path, base, kind, condition):
    """What makes a sum doubtful stands in the JSON of `measure bill` as a value, and comes back."""
    actuals = measure_bill(kind(tmp_path))
    path = write_file(tmp_path / "measured.json", to_json(actuals.to_dict()).encode())
    document = json.loads(path.read_text(encoding="utf-8"))
    (doubt,) = document["doubts"]
    assert doubt["notice"] in document["notices"]
    found = reconcile(base.inventory, path, MONTH, fail_over="10%")
    assert found.condition == condition


def test_no_name_of_a_file_makes_a_bill_doubtful(tmp_path, base):
    """A copy that is counted once, called by the words of a notice: 4.746784, and no doubt."""
    bill = small_bill(tmp_path, 31)
    copy = write_file(tmp_path / "a service that is not known (count each time).csv",
                      bill.read_bytes())  # fmt: skip
    found = reconcile(base.inventory, [bill, copy], MONTH, fail_over="10%")
    assert any("counted once" in notice for notice in found.notices)
    assert (found.judged_limit.state, found.condition) == ("kept", "")


def test_what_logs_could_not_be_read_is_said_once(tmp_path, base):
    """A file that is cut off, among the measurements of the same month."""
    write_file(tmp_path / "logs" / "good.json", json.dumps({"Records": [put(1)]}).encode())
    write_file(tmp_path / "logs" / "bad.json.gz", b"\x1f\x8bnothing")
    found = reconcile(base.inventory, small_bill(tmp_path, 31), MONTH, tmp_path / "logs")
    assert len([notice for notice in found.notices if notice.startswith("skipped 1 file")]) == 1
