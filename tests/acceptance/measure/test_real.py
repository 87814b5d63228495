"""The real log files: numbers worked out by reading their records, not by the tool."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.acceptance.measure.answers import assert_equal, by, measure, rows_of, run
from tests.acceptance.measure.events import Row
from tests.acceptance.measure.reference import count
from tests.real_data import DATA, needs_data

LOGS = DATA / "cloudtrail"
ACCOUNT = "597078901540"
TRAIL = f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT}:trail/Mytrail"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/a339d1af-e88e-4801-8d64-5c7861a4405f"
READER = (
    f"arn:aws:iam::{ACCOUNT}:role/serverlessrepo-Coralogix-CloudT-LambdaFunctionRole-UI8F8282GQFN"
)
# the Regions in the names of the objects, read off the 13 events one by one
PUTS = {"eu-west-1": 1, "eu-central-2": 1, "ap-southeast-3": 2, "eu-west-2": 1, "af-south-1": 1}
GETS = [
    *("sa-east-1", "ap-south-2", "eu-central-2", "ap-southeast-4", "eu-south-2"),
    *("ap-southeast-1", "ap-southeast-3"),
]


def hand(region: str, cause: str, operation: str, reader: str) -> Row:
    """One row of the Coralogix file: all its events are of one day, trail and key."""
    return Row(
        day="2023-10-17",
        account=ACCOUNT,
        region=region,
        billed_account=ACCOUNT,
        billed_region="eu-central-1",
        key=KEY,
        trail=TRAIL,
        reader=reader,
        folder="CloudTrail",
        bucket_key=False,
        cause=cause,
        operation=operation,
    )


@needs_data
def test_coralogix_row_by_row(tmp_path: Path) -> None:
    """6 puts and 7 gets of one trail, of 10 Regions' logs, all billed where the key is."""
    answer = measure(tmp_path, paths=(str(LOGS / "coralogix"),))
    want = {
        hand(region, "put", "GenerateDataKey", ""): number for region, number in PUTS.items()
    } | {hand(region, "get", "Decrypt", READER): 1 for region in GETS}
    assert rows_of(answer) == want
    assert answer["totals"]["requests"] == 13
    assert answer["totals"]["by_operation"] == {"GenerateDataKey": 6, "Decrypt": 7}
    assert len(by(answer, "region")) == 10
    assert (answer["files"], answer["records"], answer["duplicates"]) == (1, 20, 0)
    assert (answer["skipped"], answer["failed"]["calls"]) == ([], 0)


@needs_data
def test_coralogix_covers_one_hour(tmp_path: Path) -> None:
    """All 20 events lie between 04:53 and 04:55: one hour of one account and Region."""
    answer = measure(tmp_path, paths=(str(LOGS / "coralogix"),))
    (stream,) = answer["coverage"]["streams"]
    assert (stream["account"], stream["region"], stream["hours"]) == (ACCOUNT, "eu-central-1", 1)
    (month,) = answer["coverage"]["months"]
    assert month["month"] == "2023-10"
    assert month["share"] == pytest.approx(1 / (31 * 24), rel=1e-3)
    assert {round(row["coverage"], 4) for row in answer["rows"]} == {round(1 / 24, 4)}


@needs_data
def test_boogy_is_not_cloudtrails(tmp_path: Path) -> None:
    """Of 1,044 KMS requests of five minutes none is CloudTrail's."""
    answer = measure(tmp_path, paths=(str(LOGS / "boogy" / "cloudtrail.json.gz"),))
    causes = answer["totals"]["by_cause"]
    assert causes == {"put": 0, "check": 0, "digest": 0, "get": 0, "replication": 0, "other": 1044}
    assert answer["totals"]["by_operation"] == {
        "Sign": 893,
        "Decrypt": 115,  # 60 + 24 + 15 + 13 + 2 + 1, by caller
        "Encrypt": 33,
        "GenerateMac": 1,
        "GenerateDataKey": 1,
        "DescribeKey": 1,
    }
    assert (answer["files"], answer["records"], answer["duplicates"]) == (1, 1679, 0)
    assert by(answer, "account", "region", "billed_account", "trail", "reader") == {
        ("123456789012", "us-east-1", "123456789012", "", ""): 1044
    }
    ends = {key[-4:]: number for key, number in by(answer, "key").items()}
    # read off the records: 893 signatures with one key, the rest with six others
    assert ends == {
        "b3fc": 893,
        "0efb": 55,
        "3f69": 49,
        "c28f": 37,
        "3d08": 5,
        "e97f": 4,
        "r102": 1,
    }


@needs_data
def test_umccr_accounts_for_every_file(tmp_path: Path) -> None:
    """Each of the 21 files is read or skipped with its reason; the versions 1.0 to 1.11 are read.

    By hand: 94 + 85 + 5 + 1 + 0 records under AWSLogs, 8 x 1 (1.0 to 1.07) + 2 + 1 + 1 + 2 (1.08 to
    1.11) + 1 + 4 + 1 + 1 in the other examples = 206. Five KMS requests: PutKeyPolicy, CreateKey
    twice, GenerateDataKey and Decrypt, none of them a trail's.
    """
    answer = measure(tmp_path, paths=(str(LOGS / "umccr"),))
    assert answer["files"] + len(answer["skipped"]) == 21
    assert (answer["skipped"], answer["records"], answer["duplicates"]) == ([], 206, 0)
    assert answer["totals"]["by_operation"] == {
        "PutKeyPolicy": 1,
        "CreateKey": 2,
        "GenerateDataKey": 1,
        "Decrypt": 1,
    }
    assert answer["totals"]["by_cause"]["other"] == 5
    policy = by(answer, "operation", "billed_account", "key")
    key = "arn:aws:kms:us-east-1:999999999999:key/mrk-EXAMPLE"
    assert policy["PutKeyPolicy", "123456789012", key] == 1, "the caller pays, not the key's owner"


@needs_data
def test_all_real_files_equal_the_reference(tmp_path: Path) -> None:
    """All real log files at once, as the slow reference counts them."""
    assert_equal(measure(tmp_path, paths=(str(LOGS),)), count(LOGS))


@needs_data
def test_real_files_spoilt_one_by_one(tmp_path: Path) -> None:
    """Each real file cut in half is skipped with a reason, and the whole ones still count."""
    names = {}
    for at, path in enumerate(sorted(LOGS.rglob("*"))):
        if path.is_file() and path.stat().st_size > 100:
            raw = path.read_bytes()
            names[f"{at}{path.suffix}"] = raw[: len(raw) // 2]
    for name, raw in names.items():
        (tmp_path / name).write_bytes(raw)
    shutil.copy(LOGS / "coralogix" / "cloudtrail.log.gz", tmp_path)
    answer = measure(tmp_path)
    assert {Path(file["path"]).name for file in answer["skipped"]} == set(names)
    assert (answer["files"], answer["totals"]["requests"]) == (1, 13)


NAMES = [
    "with space.json.gz",
    "new\nline.json.gz",
    "\u00fcml\u00e4ut \U0001f512.json.gz",
    "-starts-with-dash.json.gz",
    "[glob]*?.json.gz",
    "a!b.json.gz",
    "no-extension",
    "double.json.gz.gz",
    "UPPER.JSON.GZ",
    "x" * 240 + ".json.gz",
    "'quote\"; DROP TABLE logs.json.gz",
    "9_CloudTrail_us-east-1_20231332T9999Z_x.json.gz",
    "111122223333_CloudTrail_nowhere-9_20231017T0450Z_KREKSWgLUgTraBu8.json.gz",
    "%2e%2e%2f.json.gz",
    "\x1b[31mred.json.gz",
]


@needs_data
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["json", "table"])
def test_bad_file_names(tmp_path: Path, name: str, form: str) -> None:
    """A file counts whatever its name; and a broken one of that name is told without harm."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.mkdir()
    bad.mkdir()
    shutil.copy(LOGS / "coralogix" / "cloudtrail.log.gz", good / name)
    (bad / name).write_bytes(b"{")
    if form == "table":
        done = run(tmp_path, ".", "--format", form)
        assert done.code == 0, done.text
        assert "\x1b" not in done.text, "a name must not command the terminal"
        return
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 13
    assert len(answer["skipped"]) == 1
    assert answer["skipped"][0]["path"].endswith(name)


@needs_data
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A file name that is not UTF-8 is read, and named without harm when it cannot be."""
    raw = (LOGS / "coralogix" / "cloudtrail.log.gz").read_bytes()
    for name, content in ((b"good\xff.json.gz", raw), (b"bad\xfe.json.gz", raw[:900])):
        try:
            Path(str(tmp_path), name.decode("utf-8", "surrogateescape")).write_bytes(content)
        except OSError:
            pytest.skip("this file system wants UTF-8")
    answer = measure(tmp_path)
    assert answer["totals"]["requests"] == 13
    assert len(answer["skipped"]) == 1
