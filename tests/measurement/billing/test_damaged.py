from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile

import pytest

from estimator.measurement.billing import chunks, measure_bill, tables
from pricing.reading.problems import KmscostError, UsageError
from tests.measurement.billing.bills import (
    A_MONTH,
    OTHER,
    Line,
    as_csv,
    as_parquet,
    as_zip,
    cur2,
    focus,
    legacy,
    legacy_bill,
    write_file,
)

PLAIN = as_csv(legacy(A_MONTH))
PACKED = gzip.compress(PLAIN)
ARCHIVE = as_zip(one=PLAIN)


def as_encrypted_zip():
    data = bytearray(ARCHIVE)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def as_tar(**members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(f"{name}.csv")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


DAMAGED = {
    "an empty file": (b"", "an empty file"),
    "blank lines": (b"\n \n", "an empty file"),
    "nothing packed": (gzip.compress(b""), "an empty file"),
    "half a gzip file": (PACKED[: len(PACKED) // 2], "ends too early"),
    "a gzip header alone": (PACKED[:4], "ends too early"),
    "a gzip file with a wrong checksum": (PACKED[:-8] + b"\0" * 8, "damaged compressed data"),
    "gzip bytes overwritten": (PACKED[:60] + b"\xff" * 40 + PACKED[100:], "damaged"),
    "a line cut off": (PLAIN[: PLAIN.rindex(b",EU-Req")], "cut off|no CSV|values"),
    "a line too long": (PLAIN + b"," * 99 + b"\r\n", "no CSV|values"),
    "a header alone": (PLAIN.split(b"\r\n")[0] + b"\r\n", "a header without lines"),
    "a header without its end": (PLAIN.split(b"\r\n")[0], "a header without lines"),
    "half a zip file": (ARCHIVE[: len(ARCHIVE) // 2], "zip file"),
    "a zip file of nothing": (as_zip(), "empty zip"),
    "a zip file with a password": (as_encrypted_zip(), "cannot be unpacked"),
    "an archive in an archive": (as_zip(one=ARCHIVE), "archive inside an archive"),
    "a tar archive": (as_tar(bill=PLAIN), "a tar archive of files"),
    "a packed tar archive": (gzip.compress(as_tar(bill=PLAIN)), "a tar archive of files"),
    "an image": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture|no text"),
    "another table": (b"name,age\nAlice,30\n", "the columns name, age"),
    "JSON of something else": (b'{"Records": []}', "no manifest"),
    "a broken manifest": (b'{"reportKeys": ["x', "no manifest"),
    "an odd manifest": (b'{"reportKeys": {"a": 1}}', "no manifest"),
    "a list": (b"[]", "no manifest"),
    "a bill without amounts": (PLAIN.replace(b"lineItem/UsageAmount", b"Amount"), "usage_amount"),
    "an amount that is none": (PLAIN.replace(b",30000,", b",many,"), "'many' in lineItem/Usage"),
    "an amount left out": (PLAIN.replace(b",30000,", b",,"), "without lineItem/UsageAmount"),
    "an amount beyond all": (PLAIN.replace(b",30000,", b",inf,"), "'inf' in lineItem/Usage"),
    "a cost left out": (PLAIN.replace(b",0.09,", b",,"), "without lineItem/UnblendedCost"),
    "a date that is none": (PLAIN.replace(b"2026-11-03T00:00:00Z", b"11/3/2026"), "'11/3/2026'"),
    "a date of no line of ours": (PLAIN.replace(b"2026-11-30T", b"2026-11-31T"), "2026-11-31"),
}


@pytest.mark.usefixtures("engine")
def test_what_cannot_be_counted_is_skipped_with_its_reason(tmp_path):
    """Beside a good bill: the good one counts, all others are listed; never a silent zero."""
    legacy_bill(tmp_path / "good.csv", A_MONTH)
    for what, (data, _) in DAMAGED.items():
        write_file(tmp_path / f"{what}.csv", data)
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 60_000
    assert (actuals.files, actuals.records) == (1, 10)
    reasons = {file.path.split("!")[0]: file.reason for file in actuals.skipped}
    assert len(reasons) == len(actuals.skipped) == len(DAMAGED)
    for what, (_, reason) in DAMAGED.items():
        assert re.search(reason, reasons[str(tmp_path / f"{what}.csv")]), what


@pytest.mark.parametrize("what", DAMAGED)
def test_a_file_alone_that_cannot_be_counted_is_an_error(tmp_path, what):
    """Nothing readable: one problem that says path, what was found and what was expected."""
    data, reason = DAMAGED[what]
    path = write_file(tmp_path / "odd.csv", data)
    with pytest.raises(KmscostError, match=reason) as error:
        measure_bill(path)
    (problem,) = error.value.problems
    assert problem.path.startswith(str(path))
    assert "expected" in str(error.value)


@pytest.fixture
def columnar():
    """A bill in Parquet."""
    return as_parquet(cur2(A_MONTH))


@pytest.mark.parametrize("share", [4, 100, 0.5, 1.0])
def test_a_parquet_file_cut_off_is_skipped(tmp_path, columnar, share):
    """Wherever the download ended."""
    size = share if isinstance(share, int) else int((len(columnar) - 1) * share)
    legacy_bill(tmp_path / "good.csv", A_MONTH)
    write_file(tmp_path / "odd.parquet", columnar[:size])
    (skipped,) = measure_bill(tmp_path).skipped
    assert "Parquet file that cannot be read" in skipped.reason


def test_parquet_with_pages_overwritten_is_skipped(tmp_path, columnar):
    """Its end is whole, its pages are not."""
    data = columnar[:40] + b"\xff" * 400 + columnar[440:]
    legacy_bill(tmp_path / "good.csv", A_MONTH)
    write_file(tmp_path / "odd.parquet", data)
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 60_000
    assert len(actuals.skipped) == 1


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    """It is an optional extra: the error is the command that installs it."""
    monkeypatch.setattr(tables, "arrow", lambda _module="": None)
    path = write_file(tmp_path / "b.parquet", b"PAR1" + bytes(100) + b"PAR1")
    with pytest.raises(KmscostError) as error:
        measure_bill(path)
    assert "pip install 'kms-cost-estimator[parquet]'" in str(error.value)


@pytest.mark.usefixtures("engine")
def test_csv_is_read_alike_without_pyarrow(tmp_path):
    """Quoted commas, quotes and line ends, a blank line: the same ten lines."""
    data = PLAIN.replace(b"\r\n11", b"\r\n\r\n11") + b"\r\n"
    actuals = measure_bill(write_file(tmp_path / "b.csv", data))
    assert (actuals.records, actuals.totals["requests"]) == (10, 60_000)
    assert actuals.coverage.months() == {"2026-11": 1.0}


@pytest.mark.usefixtures("engine")
def test_chunks_change_nothing(tmp_path, monkeypatch):
    """The bill in pieces of 25 lines: the same totals."""
    monkeypatch.setattr(chunks, "CHUNK", 25)
    monkeypatch.setattr(tables, "_BLOCK", 2048)
    lines = A_MONTH * 12
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", lines))
    assert (actuals.records, actuals.totals["requests"]) == (120, 720_000)
    assert actuals.details["lines"]["awskms"] == 72


@pytest.mark.usefixtures("engine")
def test_a_bill_without_kms_is_a_zero_that_says_so(tmp_path):
    """Two lines of S3: no requests, one notice."""
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [OTHER, OTHER]))
    assert (actuals.records, actuals.totals["requests"], actuals.totals["cost_usd"]) == (2, 0, 0)
    assert any("no line of AWS KMS among 2 lines" in notice for notice in actuals.notices)


@pytest.mark.usefixtures("engine")
def test_a_zero_is_named_by_the_bills_currency(tmp_path):
    """A bill in yuan without KMS costs 0 yuan."""
    data = PLAIN.replace(b"awskms", b"AmazonS3").replace(b"AWSCloudTrail", b"AmazonS3")
    actuals = measure_bill(write_file(tmp_path / "b.csv", data.replace(b",USD,", b",CNY,")))
    assert actuals.totals["cost_cny"] == 0


def test_several_currencies_are_refused(tmp_path):
    """Dollars and yuan do not add up."""
    rows = legacy(A_MONTH)
    rows[2]["lineItem/CurrencyCode"] = "CNY"
    with pytest.raises(KmscostError, match="amounts in CNY and USD"):
        measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))


def test_strict_makes_a_skipped_file_an_error(tmp_path):
    """--strict: a good bill beside an empty file is refused."""
    legacy_bill(tmp_path / "good.csv", A_MONTH)
    write_file(tmp_path / "empty.csv", b"")
    with pytest.raises(KmscostError, match="an empty file"):
        measure_bill(tmp_path, strict=True)
    assert measure_bill(tmp_path / "good.csv", strict=True).totals["requests"] == 60_000


def test_a_bad_member_leaves_the_others(tmp_path):
    """Two tables in a zip file, one of them broken: the good one counts."""
    path = write_file(tmp_path / "b.zip", as_zip(good=PLAIN, bad=PLAIN[:-30]))
    actuals = measure_bill(path)
    assert actuals.totals["requests"] == 60_000
    assert [file.path for file in actuals.skipped] == [f"{path}!bad.csv"]


def test_folders_in_a_zip_file_are_no_tables(tmp_path):
    """An archive of a folder: the folder's own entry is not a file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.mkdir("bills")
        archive.writestr("bills/b.csv", PLAIN)
    actuals = measure_bill(write_file(tmp_path / "b.zip", stream.getvalue()))
    assert (actuals.files, len(actuals.skipped)) == (1, 0)


def test_an_empty_folder_is_an_error(tmp_path):
    """No file, no answer."""
    with pytest.raises(KmscostError, match="no file in it"):
        measure_bill(tmp_path)


def test_a_path_that_is_not_there_is_an_error(tmp_path):
    """Said before anything is read."""
    with pytest.raises(KmscostError, match="no such file"):
        measure_bill(tmp_path / "nothing.csv")


def test_a_column_that_is_none_is_refused(tmp_path):
    """--by takes columns of the frame."""
    with pytest.raises(UsageError, match="'colour'"):
        measure_bill(legacy_bill(tmp_path / "b.csv", A_MONTH), by="colour")


def test_what_a_bill_lacks_is_named_as_its_kind_names_it(tmp_path):
    """A FOCUS table without the billed cost is a FOCUS table without BilledCost."""
    rows = focus(A_MONTH)
    for row in rows:
        del row["BilledCost"]
    with pytest.raises(KmscostError, match="a FOCUS without BilledCost"):
        measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))


def _days(first: int) -> bytes:
    """Seven days of 1,000 requests and the number of the day."""
    lines = [
        Line(
            amount=f"{1000 + day}",
            start=f"2026-11-{day:02}T00:00:00Z",
            end=f"2026-11-{day + 1:02}T00:00:00Z",
        )
        for day in range(first, first + 7)
    ]
    return as_csv(legacy(lines))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("with_header", [False, True], ids=["lines alone", "header and lines"])
def test_a_file_joined_to_itself_is_named(tmp_path, with_header):
    """Nothing is left out on a guess: the figures are twice the file's, and a notice says so.

    A header in the middle is no line of the bill.
    """
    data = _days(1)
    again = data if with_header else data.split(b"\n", 1)[1]
    twice = measure_bill(write_file(tmp_path / "bill.csv", data + again))
    assert twice.records == 2 * 7
    # 2 x (7 x 1,000 + 1 + 2 + ... + 7)
    assert twice.totals["requests"] == 2 * (7_000 + 28)
    assert any("stands in the file twice" in notice for notice in twice.notices)


@pytest.mark.usefixtures("engine")
def test_days_behind_others_in_one_file_are_no_repeat(tmp_path):
    """`cat` of two halves of a month: both count, and there is nothing to say."""
    both = measure_bill(write_file(tmp_path / "bill.csv", _days(1) + _days(8)))
    assert both.records == 14
    assert both.totals["requests"] == 14_000 + sum(range(1, 15))
    assert not any("twice" in notice for notice in both.notices)
