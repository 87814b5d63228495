from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace

import pytest

from estimator.measurement.billing import measure_bill
from estimator.measurement.doubts import REPEATED, find_doubts
from pricing.reading.problems import KmscostError
from tests.measurement.billing.bills import (
    A_MONTH,
    PROD,
    Line,
    as_csv,
    as_parquet,
    cur2,
    focus,
    legacy,
    legacy_bill,
    write_file,
)

FIRST, SECOND = A_MONTH[:4], A_MONTH[4:]
PERIOD = "cur/daily/20261101-20261201"


def requests(*amounts):
    return [Line(amount=amount, cost="0") for amount in amounts]


def legacy_manifest(path, assembly, names, period="20261101T000000.000Z"):
    document = {
        "assemblyId": assembly,
        "account": "111122223333",
        "bucket": "example-bills",
        "reportName": "daily",
        "billingPeriod": {"start": period, "end": "20261201T000000.000Z"},
        "reportKeys": names,
    }
    return write_file(path, json.dumps(document).encode())


def export_manifest(path, execution, names):
    document = {
        "executionId": execution,
        "exportArn": "arn:aws:bcm-data-exports:us-east-1:111122223333:export/daily-1",
        "columns": [],
        "dataFiles": [f"s3://example-bills/exports/daily/{name}" for name in names],
    }
    return write_file(path, json.dumps(document).encode())


def as_gzip(lines):
    return gzip.compress(as_csv(legacy(lines)))


def test_a_legacy_delivery_is_read_by_its_manifest(tmp_path):
    """The manifest above the assembly's folder names two parts: 60,000 requests in 10 lines."""
    keys = [f"{PERIOD}/a1/daily-{number}.csv.gz" for number in (1, 2)]
    for key, lines in zip(keys, (FIRST, SECOND), strict=True):
        write_file(tmp_path / key, as_gzip(lines))
    manifest = legacy_manifest(tmp_path / PERIOD / "daily-Manifest.json", "a1", keys)
    actuals = measure_bill(manifest)
    assert (actuals.totals["requests"], actuals.records, actuals.files) == (60_000, 10, 2)


def test_a_folder_with_manifests_and_their_files_reads_each_file_once(tmp_path):
    """AWS puts the same manifest above and into the assembly's folder."""
    key = f"{PERIOD}/a1/daily-1.csv.gz"
    write_file(tmp_path / key, as_gzip(A_MONTH))
    legacy_manifest(tmp_path / PERIOD / "daily-Manifest.json", "a1", [key])
    legacy_manifest(tmp_path / PERIOD / "a1" / "daily-Manifest.json", "a1", [key])
    actuals = measure_bill(tmp_path)
    assert (actuals.totals["requests"], actuals.files) == (60_000, 1)
    assert not [notice for notice in actuals.notices if "versions" in notice]


def test_an_export_is_read_by_its_manifest_in_the_folder_beside(tmp_path):
    """Data Exports keep manifests under metadata/ and files under data/."""
    part = "BILLING_PERIOD=2026-11"
    write_file(tmp_path / "x/data" / part / "daily-00001.snappy.parquet", as_parquet(cur2(A_MONTH)))
    path = tmp_path / "x/metadata" / part / "daily-Manifest.json"
    manifest = export_manifest(path, "e1", [f"data/{part}/daily-00001.snappy.parquet"])
    assert measure_bill(manifest).totals["requests"] == 60_000
    assert measure_bill(tmp_path).files == 1


def test_a_manifest_finds_files_downloaded_beside_it_and_unpacked(tmp_path):
    """Flat, and without .gz: what people make of a download."""
    legacy_bill(tmp_path / "daily-1.csv", A_MONTH)
    manifest = legacy_manifest(tmp_path / "M.json", "a1", [f"{PERIOD}/a1/daily-1.csv.gz"])
    assert measure_bill([manifest, tmp_path / "daily-1.csv"]).totals["requests"] == 60_000


def test_a_manifest_never_reaches_outside_its_folders(tmp_path):
    """A name with .. is not followed."""
    legacy_bill(tmp_path / "secret.csv", A_MONTH)
    manifest = legacy_manifest(tmp_path / "in" / "M.json", "a1", ["in/../secret.csv"])
    with pytest.raises(KmscostError, match="which the manifest names"):
        measure_bill(manifest)


def test_a_missing_part_is_named(tmp_path):
    """A bill with a part missing is no bill: the error names the file and the remedy."""
    keys = [f"{PERIOD}/a1/daily-{number}.csv.gz" for number in (1, 2)]
    write_file(tmp_path / keys[0], as_gzip(FIRST))
    manifest = legacy_manifest(tmp_path / PERIOD / "daily-Manifest.json", "a1", keys)
    with pytest.raises(KmscostError) as error:
        measure_bill(manifest)
    assert [problem.path for problem in error.value.problems] == [str(manifest)]
    assert f"no file {keys[1]}" in str(error.value)
    assert "download it too" in str(error.value)


def test_only_the_newest_legacy_version_counts(tmp_path):
    """Two assemblies of one month: the current manifest's 70 requests count, not its 50 before."""
    for assembly, amount in (("old", "50"), ("new", "70")):
        key = f"{PERIOD}/{assembly}/daily-1.csv.gz"
        write_file(tmp_path / key, as_gzip(requests(amount)))
        legacy_manifest(tmp_path / PERIOD / assembly / "M.json", assembly, [key])
    legacy_manifest(tmp_path / PERIOD / "M.json", "new", [f"{PERIOD}/new/daily-1.csv.gz"])
    # the old version was touched last: time on this disk says nothing
    os.utime(tmp_path / PERIOD / "old" / "M.json", (2e9, 2e9))
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 70
    assert any("newest of 2 versions" in notice for notice in actuals.notices)


def test_only_the_newest_export_counts(tmp_path):
    """Executions carry their time: 16 November 15:24 goes before 20:00 of the day before."""
    part = "BILLING_PERIOD=2026-11"
    for execution, amount in (("2026-11-16T15:24:15.653Z-e2", "70"), ("2026-11-15T20:00-e1", "50")):
        data = tmp_path / "data" / part / execution / "daily-00001.csv"
        write_file(data, as_csv(cur2(requests(amount))))
        manifest = tmp_path / "metadata" / part / execution / "daily-Manifest.json"
        execution_id = execution.rpartition("-")[2]
        export_manifest(manifest, execution_id, [f"data/{part}/{execution}/daily-00001.csv"])
    assert measure_bill(tmp_path).totals["requests"] == 70


def test_only_the_newest_version_counts_without_manifests_too(tmp_path):
    """Folders named by time tell which is newer, whatever the disk says."""
    folder = tmp_path / "data" / "BILLING_PERIOD=2026-11"
    for execution, amount in (
        ("2026-11-16T15:24:15.653Z-e2", "70"),
        ("2026-11-15T20:00:00Z", "50"),
    ):
        write_file(folder / execution / "daily-00001.csv", as_csv(cur2(requests(amount))))
        os.utime(folder / execution / "daily-00001.csv", (2e9 - int(amount), 2e9 - int(amount)))
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 70
    assert any("holds 2 versions of the bill" in notice for notice in actuals.notices)


def test_a_manifest_decides_over_versions_that_have_none(tmp_path):
    """Assembly ids have no time: the one that the manifest names is the current one."""
    for assembly, amount in (("aaaa", "70"), ("bbbb", "50")):
        write_file(tmp_path / PERIOD / assembly / "daily-1.csv.gz", as_gzip(requests(amount)))
    legacy_manifest(tmp_path / PERIOD / "M.json", "aaaa", [f"{PERIOD}/aaaa/daily-1.csv.gz"])
    assert measure_bill(tmp_path).totals["requests"] == 70


def test_months_of_one_report_are_all_counted(tmp_path):
    """October and November are two bills: 50 + 70."""
    october = replace(Line(amount="50"), start="2026-10-03T00:00:00Z", end="2026-10-04T00:00:00Z")
    for month, line in (("10", october), ("11", Line(amount="70"))):
        key = f"cur/daily/2026{month}01/a/daily-1.csv.gz"
        write_file(tmp_path / key, as_gzip([line]))
        legacy_manifest(tmp_path / f"M{month}.json", "a", [key], f"2026{month}01T000000.000Z")
    actuals = measure_bill(tmp_path, by="month")
    assert dict(zip(actuals.rows["month"].astype(str), actuals.rows["quantity"], strict=True)) == {
        "2026-10": 50,
        "2026-11": 70,
    }


def test_two_reports_of_a_month_are_pointed_out(tmp_path):
    """An hourly and a daily report may hold the same lines: the notice names both."""
    for name in ("daily", "hourly"):
        write_file(tmp_path / name / f"{name}-1.csv.gz", as_gzip(requests("5")))
        path = legacy_manifest(tmp_path / name / "M.json", "a", [f"{name}-1.csv.gz"])
        path.write_text(path.read_text().replace('"daily"', f'"{name}"'))
    notices = measure_bill(tmp_path).notices
    assert any("2 reports of 202611 are counted together" in notice for notice in notices)


def test_one_month_in_two_kinds_of_bill_is_refused(tmp_path):
    """The same charges stand in a legacy report and in FOCUS: counting both would be double."""
    legacy_bill(tmp_path / "legacy.csv", A_MONTH)
    write_file(tmp_path / "focus.csv", as_csv(focus(A_MONTH)))
    with pytest.raises(KmscostError, match="2026-11 of payer 111122223333 twice"):
        measure_bill(tmp_path)


def test_one_path_given_twice_counts_once(tmp_path):
    """A file, its folder and a link to it are one file."""
    path = legacy_bill(tmp_path / "in" / "b.csv", A_MONTH)
    (tmp_path / "in" / "link.csv").symlink_to(path)
    actuals = measure_bill([path, tmp_path / "in", path.parent / ".." / "in" / "b.csv"])
    assert (actuals.files, actuals.totals["requests"]) == (1, 60_000)


def test_two_deliveries_side_by_side_are_pointed_out(tmp_path):
    """The bill of the 10th and that of the 20th, saved under names of one's own: both are named."""
    days = [Line(amount=f"{at}", start=f"2026-11-{at:02d}T00:00:00Z") for at in range(1, 21)]
    early = write_file(tmp_path / "on-the-10th.csv", as_csv(legacy(days[:10])))
    late = write_file(tmp_path / "on-the-20th.csv", as_csv(legacy(days)))
    actuals = measure_bill(tmp_path)
    (notice_text,) = (notice for notice in actuals.notices if "stand in another" in notice)
    assert str(early) in notice_text
    assert str(late) in notice_text
    assert not any("stand in another" in notice for notice in measure_bill(late).notices)


def test_parts_of_one_delivery_are_no_repetition(tmp_path):
    """Two parts have the same kinds of lines, and lines that differ in their tags alone."""
    lines = [Line(amount=f"{at}") for at in range(40)]
    write_file(tmp_path / "bill-00001.csv", as_csv(legacy(lines[:21])))
    write_file(tmp_path / "bill-00002.csv", as_csv(legacy(lines[20:])))
    assert not any("stand in another" in notice for notice in measure_bill(tmp_path).notices)


def _of_days(first, last, **differs):
    """A line a day, whose requests are the day's number."""
    days = range(first, last + 1)
    return [Line(amount=f"{at}", start=_day(at), end=_day(at + 1), **differs) for at in days]


def _day(number):
    return f"2026-11-{number:02d}T00:00:00Z"


@pytest.mark.parametrize("amount", [None, "7"], ids=["the same", "corrected"])
def test_two_exports_that_share_some_days_are_pointed_out(tmp_path, amount):
    """To the 20th, and from the 15th on: six of 20 and of 15 lines, and 105 of 540 requests."""
    late = _of_days(15, 29)
    if amount:
        late = [replace(line, amount=amount) for line in late]
    for name, lines in (("early", _of_days(1, 20)), ("late", late)):
        write_file(tmp_path / f"{name}.csv", as_csv(legacy(lines)))
    actuals = measure_bill(tmp_path)
    (notice,) = (line for line in actuals.notices if "count each time" in line)
    assert notice.startswith("lines of the same times stand in ")
    assert f"{tmp_path / 'early.csv'}, {tmp_path / 'late.csv'} (2026-11)" in notice
    if not amount:
        # 1 + ... + 20 and 15 + ... + 29
        assert actuals.totals["requests"] == 210 + 330
    assert find_doubts(actuals.notices, REPEATED, "2026-11") == (notice,)
    assert not find_doubts(actuals.notices, REPEATED, "2026-10")


@pytest.mark.parametrize("meet", ["in a day", "after it"])
def test_two_exports_that_meet_are_no_repetition(tmp_path, meet):
    """The 15th is cut by account, or ends the first: 1 + ... + 29 of each account, once."""
    cut = [*_of_days(1, 15), *_of_days(1, 14, account=PROD)]
    rest = [*_of_days(16, 29), *_of_days(15, 29, account=PROD)]
    if meet == "after it":
        cut, rest = [*cut, rest[14]], [*rest[:14], *rest[15:]]
    write_file(tmp_path / "early.csv", as_csv(legacy(cut)))
    write_file(tmp_path / "late.csv", as_csv(legacy(rest)))
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 2 * 435
    assert not any("count each time" in line for line in actuals.notices)
