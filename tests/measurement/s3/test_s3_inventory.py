"""What an S3 Inventory tells of KMS requests, counted by hand."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.s3_inventory import measure_s3_inventory
from pricing.reading.problems import KmscostError, UsageError
from tests.measurement.s3.objects import (
    FORMATS,
    Item,
    change_manifest,
    digest_name,
    log_name,
    write_inventory,
)
from tests.sampling import cases

# by hand: requests 2 puts + 2 digests + 1 Insight put + 1 replica = 6; objects 2+1+1+2+1+1 = 8
ITEMS = [
    Item(log_name(number=0, prefix="my logs/")),
    Item(log_name(number=1, prefix="my logs/"), encryption="DSSE-KMS"),
    Item(log_name(number=2, prefix="my logs/"), encryption="SSE-S3", bucket_key=""),
    Item(log_name("2023/10/18"), bucket_key="ENABLED"),
    Item(digest_name(hour=0)),
    Item(digest_name(hour=1), replication="COMPLETED"),
    Item(log_name(folder="CloudTrail-Insight")),
    Item(log_name("2023/10/18", 5), replication="REPLICA"),
    Item(log_name(number=0), encryption="", bucket_key="", deleted=True),
    Item("photos/día 1.jpg"),
    Item("AWSLogs/111122223333/CloudTrail/eu-west-1/2023/10/17/notes.json.gz"),
    Item("AWSLogs/111122223333/CloudTrail/eu-west-1/2023/10/17/"),
]
ENGINES = (*FORMATS, "CSV by pandas")
CSV_ONLY = pytest.mark.parametrize("form", ["CSV", "CSV by pandas"], indirect=True)

# pandas itself loads pyarrow where it is there, so only what is asked for is taken away
WITHOUT_PYARROW = ("pyarrow.csv", "pyarrow.orc", "pyarrow.parquet")


@pytest.fixture(params=ENGINES)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "CSV by pandas":
        for name in WITHOUT_PYARROW:
            monkeypatch.setitem(sys.modules, name, None)
        return "CSV"
    return str(request.param)


def row(rows: pd.DataFrame, **values: object) -> pd.Series:
    mask = pd.Series(data=True, index=rows.index)
    for name, value in values.items():
        mask &= rows[name].astype(str) == str(value)
    found = rows[mask]
    assert len(found) == 1, found
    return found.iloc[0]


def test_every_format_gives_the_counts_made_by_hand(tmp_path, form):
    """CSV, ORC and Parquet of the same bucket: 6 requests, 8 objects, 3 others, 1 delete marker."""
    actuals = measure_s3_inventory(write_inventory(tmp_path, ITEMS, form))
    assert actuals.records == 12
    assert actuals.files == 1
    assert actuals.details["objects"] == {
        "cloudtrail": 8,
        "other": 3,
        "delete_markers": 1,
        "by_encryption": {"DSSE-KMS": 1, "SSE-KMS": 6, "SSE-S3": 1},
    }
    assert actuals.totals["requests"] == 6
    assert actuals.totals["by_cause"] == {
        "put": 3, "check": 0, "digest": 2, "get": 0, "replication": 1, "other": 0,
    }  # fmt: skip
    assert actuals.totals["by_operation"] == {"Encrypt": 1, "GenerateDataKey": 5}
    assert not actuals.skipped


def test_rows_say_what_names_and_statuses_tell(tmp_path, form):
    """A row for each day, folder and kind: requests where they are known, objects always."""
    rows = measure_s3_inventory(write_inventory(tmp_path, ITEMS, form)).rows
    logs = row(rows, day="2023-10-17", folder="CloudTrail")
    # 2 under KMS and 1 under SSE-S3 in one folder
    assert (logs.quantity, logs.files, logs.cause) == (2, 3, "put")
    assert (logs.account, logs.region, str(logs.month)) == ("111122223333", "eu-west-1", "2023-10")
    assert (logs.source, logs.unit, logs.trail) == ("s3-inventory", "request", "")
    digests = row(rows, cause="digest")
    assert (digests.quantity, digests.trail, digests.driver) == (2, "org", "org")
    with_key = row(rows, bucket_key=True)
    assert math.isnan(with_key.quantity)
    assert with_key.files == 1
    replica = row(rows, cause="replication")
    assert (replica.operation, replica.quantity, str(replica.day)) == ("Encrypt", 1, "2023-10-18")
    assert row(rows, folder="CloudTrail-Insight").quantity == 1
    assert len(rows) == 5


def test_a_bucket_key_is_null_in_json_and_said(tmp_path):
    """Under a Bucket Key the number of requests is not told: null, with the most it can be."""
    actuals = measure_s3_inventory(write_inventory(tmp_path, ITEMS, "Parquet"))
    document = json.loads(json.dumps(actuals.to_dict()))
    quantities = {row["bucket_key"]: row["quantity"] for row in document["rows"]}
    assert quantities[True] is None
    assert document["objects"]["cloudtrail"] == 8
    assert any("1 object was written under an S3 Bucket Key" in row for row in actuals.notices)


def test_only_sse_s3_objects_are_files_without_requests(tmp_path, form):
    """Objects that KMS did not encrypt: 0 requests, yet files per day can be learnt from them."""
    items = [Item(log_name(number=n), encryption="SSE-S3") for n in range(288)]
    actuals = measure_s3_inventory(write_inventory(tmp_path, items, form))
    (only,) = actuals.rows.to_dict("records")
    assert (only["quantity"], only["files"]) == (0, 288)
    assert actuals.totals["requests"] == 0


def test_coverage_is_whole_days_until_the_inventory_was_made(tmp_path):
    """From the 17th to noon of the 19th: 24 + 24 + 12 = 60 hours, of October's 744."""
    actuals = measure_s3_inventory(write_inventory(tmp_path, ITEMS, "CSV"))
    assert actuals.coverage.months() == {"2023-10": pytest.approx(60 / 744)}
    (stream,) = actuals.coverage.to_dict()["streams"]
    assert (stream["from"], stream["until"]) == ("2023-10-17T00:00Z", "2023-10-19T12:00Z")
    assert set(actuals.rows["coverage"]) == {1.0}


def test_without_encryption_status_each_object_counts_at_most_once(tmp_path, form):
    """No EncryptionStatus: all 8 objects count (7 without a Bucket Key), and a notice says so."""
    path = write_inventory(tmp_path, ITEMS, form, without=("EncryptionStatus",))
    actuals = measure_s3_inventory(path)
    assert actuals.totals["requests"] == 7
    assert actuals.details["objects"]["by_encryption"] == {"unknown": 8}
    assert any("no EncryptionStatus" in notice for notice in actuals.notices)


def test_without_bucket_key_status_there_is_no_such_column(tmp_path):
    """A status that the inventory lacks is no column, and the notice says what it means."""
    path = write_inventory(tmp_path, ITEMS, "ORC", without=("BucketKeyStatus", "IsDeleteMarker"))
    actuals = measure_s3_inventory(path)
    assert "bucket_key" not in actuals.rows
    assert any("no BucketKeyStatus" in notice for notice in actuals.notices)


def test_an_encryption_nobody_knows_is_said(tmp_path):
    """A new kind of encryption counts as at most one request each, never as nothing in silence."""
    items = [Item(log_name(number=0), encryption="XSSE"), Item(log_name(number=1))]
    actuals = measure_s3_inventory(write_inventory(tmp_path, items, "Parquet"))
    assert actuals.totals["requests"] == 2
    assert any(notice.startswith("1 object has no EncryptionStatus") for notice in actuals.notices)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=cases(8))
@given(st.permutations(ITEMS * 3), st.integers(1, 5))
def test_splitting_and_reordering_change_nothing(tmp_path_factory, form, items, files):
    """However the objects are dealt out to data files, and in whichever order, counts are equal."""
    whole = measure_s3_inventory(write_inventory(tmp_path_factory.mktemp("one"), ITEMS * 3, form))
    parts = measure_s3_inventory(
        write_inventory(tmp_path_factory.mktemp("many"), items, form, files)
    )
    assert parts.totals == whole.totals
    assert parts.details == whole.details
    pd.testing.assert_frame_equal(parts.rows, whole.rows)
    assert parts.files == files


def test_by_sums_rows_and_leaves_totals(tmp_path):
    """--by chooses the grain; totals stay."""
    path = write_inventory(tmp_path, ITEMS, "Parquet")
    actuals = measure_s3_inventory(path, by="month,cause")
    assert dict(zip(actuals.rows["cause"], actuals.rows["quantity"], strict=True)) == {
        "digest": 2, "put": 3, "replication": 1,
    }  # fmt: skip
    assert actuals.totals == measure_s3_inventory(path).totals
    with pytest.raises(UsageError):
        measure_s3_inventory(path, by="colour")


@pytest.mark.parametrize(
    "place", ["2023-10-19T12-00Z", "2023-10-19T12-00Z/data", "2023-10-19T12-00Z/files", "", "data"]
)
def test_data_files_are_found_near_the_manifest(tmp_path, place):
    """By the whole key under a folder above, in data or files beside it, or simply beside it."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV")
    here = tmp_path / "reports/example-logs/all"
    (here / place).mkdir(exist_ok=True)
    (here / "data/part-0.csv.gz").rename(here / place / "part-0.csv.gz")
    assert measure_s3_inventory(manifest).totals["requests"] == 6
    # the folder of the manifest will do too
    assert measure_s3_inventory(manifest.parent).totals["requests"] == 6


def test_the_newest_inventory_of_a_folder_is_measured(tmp_path):
    """As `aws s3 sync` leaves it, with checksums and symlinks for Hive: the newest, and said."""
    write_inventory(tmp_path / "old", ITEMS[:1], "CSV")
    newest = write_inventory(tmp_path, ITEMS, "CSV")
    here = newest.parent.parent
    assert measure_s3_inventory(tmp_path / "reports").totals["requests"] == 6
    older = here / "2023-10-18T12-00Z"
    (tmp_path / "old/reports/example-logs/all/2023-10-19T12-00Z").rename(older)
    (newest.with_name("manifest.checksum")).write_text("0" * 32)
    hive = here / "hive/dt=2023-10-19-12-00/symlink.txt"
    hive.parent.mkdir(parents=True)
    hive.write_text("s3://example-inventory/reports/example-logs/all/data/part-0.csv.gz\n")
    actuals = measure_s3_inventory(tmp_path / "reports", strict=True)
    assert actuals.totals["requests"] == 6
    line = f"of 2 inventories in the folder, the newest is measured: {newest}"
    assert actuals.notices[0] == line
    # what lies beside a manifest is named
    for file, words in (
        (hive, "a symlink.txt for Hive"),
        (newest.with_name("manifest.checksum"), "the checksum of a manifest"),
        (here / "data/part-0.csv.gz", "a data file of an inventory"),
        (here / "data", "no manifest.json in the folder"),
    ):
        with pytest.raises(KmscostError, match=words):
            measure_s3_inventory(file)


def test_a_folder_of_several_inventories_is_refused(tmp_path):
    """Two inventories of one bucket would count each object twice."""
    write_inventory(tmp_path / "one", ITEMS, "CSV")
    write_inventory(tmp_path / "two", ITEMS, "CSV")
    with pytest.raises(KmscostError, match=r"2 inventories: .*one/reports.*two/reports"):
        measure_s3_inventory(tmp_path)


def test_a_missing_data_file_is_said_and_strict_refuses(tmp_path):
    """One of two data files is not there: skipped with its key, and every figure is too low."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV", files=2)
    (tmp_path / "reports/example-logs/all/data/part-1.csv.gz").unlink()
    actuals = measure_s3_inventory(manifest)
    assert actuals.skipped.by_reason == {"data file that is not there": 1}
    assert actuals.to_dict()["skipped"][0]["path"].endswith("data/part-1.csv.gz")
    assert actuals.files == 1
    assert actuals.records == 6
    assert actuals.notices[0].startswith("1 of 2 data files were not counted")
    # objects of any day may have stood in it
    assert actuals.coverage.months() == {}
    with pytest.raises(KmscostError, match="part-1"):
        measure_s3_inventory(manifest, strict=True)


def test_all_missing_says_where_it_looked(tmp_path):
    """No data file at all: an error with the places that were tried."""
    manifest = write_inventory(tmp_path, ITEMS, "CSV")
    data = tmp_path / "reports/example-logs/all/data/part-0.csv.gz"
    data.unlink()
    with pytest.raises(KmscostError) as caught:
        measure_s3_inventory(manifest)
    assert str(data) in str(caught.value)
    assert str(manifest.parent / "files" / data.name) in str(caught.value)
    # the folder of the manifest's drive is no place where anybody keeps it
    assert f" {Path(tmp_path.anchor) / 'reports'}" not in str(caught.value)
    assert "more in folders above" in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[:-1], "data file whose size is not the one in the manifest"),
        (lambda data: data[:-1] + b"x", "data file whose MD5 is not the one in the manifest"),
    ],
)
def test_a_damaged_data_file_is_skipped(tmp_path, spoil, reason):
    """A file of another size or another MD5 is not what S3 wrote, so it does not count."""
    manifest = write_inventory(tmp_path, ITEMS, "Parquet", files=2)
    data = tmp_path / "reports/example-logs/all/data/part-0.parquet"
    data.write_bytes(spoil(data.read_bytes()))
    actuals = measure_s3_inventory(manifest)
    assert actuals.skipped.by_reason == {reason: 1}
    assert actuals.records == 6


def test_bytes_that_are_not_their_format_are_skipped(tmp_path, form):
    """The MD5 fits, but the bytes are no data file: skipped with the reason, other files count."""
    manifest = write_inventory(tmp_path, ITEMS, form, files=2)
    document = json.loads(manifest.read_text(encoding="utf-8"))
    junk = gzip.compress(b'"a","b"\n') if form == "CSV" else b"PAR1 no data"
    (tmp_path / document["files"][0]["key"]).write_bytes(junk)
    md5 = hashlib.md5(junk, usedforsecurity=False).hexdigest()
    document["files"][0] |= {"size": len(junk), "MD5checksum": md5}
    change_manifest(manifest, **document)
    actuals = measure_s3_inventory(manifest)
    (reason,) = actuals.skipped.by_reason
    assert reason.startswith("data file that is no whole")
    assert actuals.records == 6


@CSV_ONLY
def test_a_cut_off_csv_is_skipped(tmp_path, form):
    """A gzip that breaks off counts nothing, not half of its lines, even without an MD5."""
    manifest = write_inventory(tmp_path, ITEMS, form, files=2)
    document = json.loads(manifest.read_text(encoding="utf-8"))
    data = tmp_path / document["files"][0]["key"]
    data.write_bytes(data.read_bytes()[:-20])
    document["files"][0] = {"key": document["files"][0]["key"]}
    change_manifest(manifest, **document)
    actuals = measure_s3_inventory(manifest)
    assert len(actuals.skipped) == 1
    assert actuals.records == 6


@CSV_ONLY
def test_encoded_slashes_are_read(tmp_path, form):
    """Keys in CSV are URL-encoded: a name is the same name however much of it is encoded."""
    items = [Item(log_name(number=n).replace("/", "\0")) for n in range(3)]
    manifest = write_inventory(tmp_path, items, form)
    document = json.loads(manifest.read_text(encoding="utf-8"))
    data = tmp_path / document["files"][0]["key"]
    plain = gzip.decompress(data.read_bytes()).replace(b"%00", b"%2F")
    data.write_bytes(gzip.compress(plain))
    change_manifest(manifest, files=[{"key": document["files"][0]["key"]}])
    assert measure_s3_inventory(manifest).totals["requests"] == 3


def test_orc_and_parquet_want_the_extra(tmp_path, monkeypatch):
    """Without pyarrow, ORC and Parquet are refused with the line that installs it."""
    manifest = write_inventory(tmp_path, ITEMS, "ORC")
    for name in WITHOUT_PYARROW:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(KmscostError) as caught:
        measure_s3_inventory(manifest)
    assert "pip install 'kms-cost-estimator[parquet]'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bucket_without_cloudtrail_says_so(tmp_path):
    """Other objects only: no rows, no requests, and a notice rather than a silent zero."""
    actuals = measure_s3_inventory(write_inventory(tmp_path, [Item("a/b.txt")], "Parquet"))
    assert len(actuals.rows) == 0
    assert actuals.totals["requests"] == 0
    assert "no object has a name as CloudTrail writes it" in actuals.notices
    assert actuals.to_dict()["coverage"] == {"months": [], "streams": []}
