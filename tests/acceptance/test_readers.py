from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.commands import close, expect, forecast
from tests.acceptance.inventories import (
    TWO,
    A,
    B,
    account,
    inventory,
    key,
    reader,
    trail,
)


def one_reader(
    tmp_path: Path,
    reader: dict[str, Any],
    line: dict[str, Any] | None = None,
    month: str = "2026-11",
    **more: Any,
) -> dict[str, Any]:
    text = inventory(
        trails=[line or trail()], readers=[{"name": "r", "account": A, **reader}], **more
    )
    return forecast(tmp_path, text, month)


def test_every_file(tmp_path: Path) -> None:
    """A SIEM that gets each file twice: 8,640 + 17,280 Decrypt."""
    answer = one_reader(tmp_path, {"kind": "every-file", "gets_per_file": 2})
    expect(answer["totals"], requests=25_920)
    close(sum(r["quantity"] for r in answer["rows"] if r["operation"] == "Decrypt"), 17_280)


def test_every_file_range(tmp_path: Path) -> None:
    """gets_per_file as a range: the median sqrt(1 x 4) = 2."""
    expect(
        one_reader(tmp_path, {"kind": "every-file", "gets_per_file": {"low": 1, "high": 4}})[
            "totals"
        ],
        requests=25_920,
    )


def test_readers_from_until(tmp_path: Path) -> None:
    """A reader from the 16th until the 26th reads ten days' files."""
    # 8,640 + 10 x 288 = 11,520
    period = {"from": "~2026-11-16", "until": "~2026-11-26"}
    expect(
        one_reader(tmp_path, {"kind": "every-file", "gets_per_file": 1, **period})["totals"],
        requests=11_520,
    )
    # 8,640 + 10 x 500 = 13,640
    expect(
        one_reader(tmp_path, {"kind": "fixed", "trails": ["t"], "gets_per_day": 500, **period})[
            "totals"
        ],
        requests=13_640,
    )


@pytest.mark.parametrize(
    ("scanned", "retention", "gets"),
    [
        (7, 365, 120_960),  # 60 x 288 x 7
        (30, 365, 518_400),  # 60 x 288 x 30
        (90, 365, 1_555_200),  # 60 x 288 x 90: more than the month's days
        (30, 10, 172_800),  # never more than the bucket keeps: 60 x 288 x 10
    ],
)
def test_query(tmp_path: Path, scanned: int, retention: int, gets: int) -> None:
    """queries_per_month x files in the last days_scanned days, no more than the bucket keeps."""
    reader = {
        "kind": "query",
        "queries_per_month": 60,
        "days_scanned": scanned,
        "share_of_files": 1,
        "gets_per_file": 1,
    }
    answer = one_reader(tmp_path, reader, trail(bucket={"retention_days": retention}))
    expect(answer["totals"], requests=8640 + gets)


def test_query_shares_and_gets(tmp_path: Path) -> None:
    """60 x (288 x 7 x 2 Regions) x 0.25 x 3 = 181,440 Decrypt."""
    # 288 x 7 x 2 = 4,032; x 60 = 241,920; x 0.25 = 60,480; x 3 = 181,440; puts 17,280
    reader = {
        "kind": "query",
        "queries_per_month": 60,
        "days_scanned": 7,
        "share_of_files": 0.25,
        "gets_per_file": 3,
    }
    expect(one_reader(tmp_path, reader, regions=TWO)["totals"], requests=198_720)


QUERIES = {"queries_per_month": 60, "share_of_files": 1, "gets_per_file": 1}


@pytest.mark.parametrize(
    ("scanned", "month", "gets"),
    [
        # the trail starts on 1 November; on average a query meets the mean of min(age, window)
        (30, "2026-11", 259_200),  # age 0 to 30: 15 days; 60 x 288 x 15
        (31, "2026-11", 259_200),
        (365, "2026-11", 259_200),
        # min(age, 7): 7 days of 3.5 and 23 of 7 = 185.5 in 30; 60 x 288 x 185.5 / 30
        (7, "2026-11", 106_848),
        (30, "2026-12", 518_400),  # older than the window all month: 60 x 288 x 30
        (365, "2026-12", 786_240),  # age 30 to 61: 45.5 days; 60 x 288 x 45.5
        # age 30 to 61, window 45: 15 days of 37.5 and 16 of 45 = 1,282.5 in 31
        (45, "2026-12", "714890.32258064516129"),  # 60 x 288 x 1,282.5 / 31
    ],
)
def test_query_never_more_days_than_the_trail_is_old(
    tmp_path: Path, scanned: int, month: str, gets: int | str
) -> None:
    """A query of a young trail meets only the files since its start, on average over the month."""
    young = trail(**{"from": "~2026-11-01"})
    answer = one_reader(
        tmp_path, {"kind": "query", "days_scanned": scanned, **QUERIES}, young, month
    )
    reads = [row["quantity"] for row in answer["rows"] if row["operation"] == "Decrypt"]
    close(sum(reads), gets)


def test_fixed(tmp_path: Path) -> None:
    """500 a day for the reader, in 30 days 15,000, however many streams the trail has."""
    reader = {"kind": "fixed", "trails": ["t"], "gets_per_day": 500}
    expect(one_reader(tmp_path, reader)["totals"], requests=23_640)
    expect(one_reader(tmp_path, reader, regions=TWO)["totals"], requests=32_280)  # 17,280 + 15,000


def test_validate(tmp_path: Path) -> None:
    """2 runs x 30 days x (288 log files + 24 digests) = 18,720 Decrypt, besides 9,360 writes."""
    line = trail(log_file_validation=True, digest_files="sse-kms")
    answer = one_reader(
        tmp_path, {"kind": "validate", "trails": ["t"], "runs_per_month": 2, "days": 30}, line
    )
    expect(answer["totals"], requests=28_080)


def test_replication(tmp_path: Path) -> None:
    """Decrypt at the source, Encrypt under the destination key, once per put, where each key is."""
    # 8,640 GenerateDataKey + 8,640 Decrypt + 8,640 Encrypt
    answer = one_reader(
        tmp_path,
        {"kind": "replication", "trails": ["t"], "destination_key": "dr"},
        keys=[key(), key("dr", A, "eu-west-1")],
    )
    expect(answer["totals"], requests=25_920, cost_usd_keys=2)
    found = {
        (r["operation"], r["billed_region"]): r["quantity"]
        for r in answer["rows"]
        if r["operation"] != "KeyMonth"
    }
    assert found == {
        ("GenerateDataKey", "us-east-1"): 8640,
        ("Decrypt", "us-east-1"): 8640,
        ("Encrypt", "eu-west-1"): 8640,
    }


def test_reader_without_trails_reads_all(tmp_path: Path) -> None:
    """No `trails`: both trails; one named: one."""
    trails = [trail("a"), trail("b")]
    reader = {"name": "r", "kind": "every-file", "account": A, "gets_per_file": 1}
    expect(
        forecast(tmp_path, inventory(trails=trails, readers=[reader]), "2026-11")["totals"],
        requests=34_560,
    )
    expect(
        forecast(
            tmp_path, inventory(trails=trails, readers=[{**reader, "trails": ["b"]}]), "2026-11"
        )["totals"],
        requests=25_920,
    )


@pytest.mark.parametrize(("name", "value"), [("accounts", [B]), ("regions", ["eu-west-1"])])
def test_reader_filters(tmp_path: Path, name: str, value: list[str]) -> None:
    """Filter by account or by Region: half the streams are read."""
    # 4 streams written, 2 read: 6 x 8,640 = 51,840
    line = reader("every-file", gets_per_file=1, **{name: value})
    text = inventory(
        accounts=[account(A), account(B)],
        trails=[trail(scope="organization")],
        readers=[line],
        regions=TWO,
    )
    expect(forecast(tmp_path, text)["totals"], requests=51_840)


@pytest.mark.parametrize(
    ("bucket", "own", "requests"),
    [
        # 30,000 puts and 30,000 gets
        ({"bucket_key": True, "bucket_key_saving": 0.99}, None, 600),  # 300 + 300
        ({"bucket_key": True, "bucket_key_saving": 0.99}, 0.5, 15_300),  # 300 + 15,000
        ({"bucket_key": True, "bucket_key_saving": 0.99}, 0, 30_300),  # 300 + 30,000
        ({"bucket_key": True, "bucket_key_saving": 0.5}, 1, 15_000),  # 15,000 + 0
        ({"bucket_key": False}, 0.5, 60_000),  # there is no Bucket Key to save anything
    ],
)
@pytest.mark.parametrize("kind", ["every-file", "fixed"])
def test_a_readers_own_bucket_key_saving(
    tmp_path: Path, kind: str, bucket: dict[str, Any], own: float | None, requests: int
) -> None:
    """A reader's own bucket_key_saving goes before the bucket's, where there is a Bucket Key."""
    more: dict[str, Any] = {"gets_per_day": 1000} if kind == "fixed" else {"gets_per_file": 1}
    if own is not None:
        more["bucket_key_saving"] = own
    line = trail(files_per_day=1000, bucket=bucket)
    answer = one_reader(tmp_path, {"kind": kind, **more}, line)
    expect(answer["totals"], requests=requests)


def test_fixed_over_two_trails_is_one_number_shared_by_their_files(tmp_path: Path) -> None:
    """gets_per_day is the reader's total; each trail's key gets its share by files."""
    # 300 and 100 files a day: 9,000 + 3,000 puts; 400 x 30 = 12,000 gets, 3/4 and 1/4 of them
    text = inventory(
        keys=[key("k"), key("l")],
        trails=[trail("a", files_per_day=300), trail("b", key="l", files_per_day=100)],
        readers=[reader("fixed", gets_per_day=400)],
    )
    answer = forecast(tmp_path, text)
    expect(answer["totals"], requests=24_000)
    reads = {row["key"]: row["quantity"] for row in answer["rows"] if row["cause"] == "get"}
    assert set(reads) == {"k", "l"}
    close(reads["k"], 9_000)
    close(reads["l"], 3_000)
