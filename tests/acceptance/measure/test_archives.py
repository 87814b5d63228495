"""Archives of logs: every member counts or is named, and so is what lies outside of members."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from estimator.measurement.cloudtrail_logs.counting import Counted, count_bytes
from tests.acceptance.measure import packing
from tests.acceptance.measure.answers import measure, run, skipped_reasons
from tests.acceptance.measure.samples import GOOD, get, put, save_good
from tests.real_data import CASES, needs_cases

TWO = packing.log_file([put(1), get(1)])
ONE = packing.log_file([put(2)])
LOCAL, LISTED = b"PK\x03\x04", b"PK\x01\x02"  # a member's own head, and its entry in the list


def counted(data: bytes) -> tuple[int, dict[str, str]]:
    """Requests, and the reasons of what was skipped."""
    counts = Counted()
    count_bytes("x", data, counts)
    return len(counts.seen), {file.path: file.reason for file in counts.skipped}


def changed(at_local: int, at_listed: int, value: bytes) -> bytes:
    """A zip of two logs, of which the first has other bytes in both of its heads."""
    data = bytearray(packing.as_zip({"two.json": TWO, "one.json": ONE}))
    for head, at in ((LOCAL, at_local), (LISTED, at_listed)):
        place = data.find(head) + at
        data[place : place + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(6, 8, b"\x01\0"), "packed in a way that cannot be unpacked"),
        (changed(8, 10, b"\x61\0"), "packed in a way that cannot be unpacked"),
        (changed(14, 16, b"\1\2\3\4"), "a damaged zip archive"),
        (changed(22, 24, b"\xff\xff\xff\x7f"), "unpacks to more than 200 times its size"),
        (changed(22, 24, b"\xff\xff\xff\xff"), "unpacks to more than 2 GB"),
    ],
    ids=["a password", "an unknown method", "a wrong CRC", "a size of 2 GB", "of 4 GB"],
)
def test_a_member_that_cannot_be_unpacked(data: bytes, reason: str) -> None:
    """It is named with its reason, the other log's put counts."""
    requests, skipped = counted(data)
    assert requests == 1
    assert list(skipped) == ["x!two.json"]
    assert skipped["x!two.json"].startswith(reason)


def test_archives_joined_to_one_file() -> None:
    """`cat a.zip b.zip`: zipfile sees the last of them alone, which is said."""
    first, last = packing.as_zip({"two.json": TWO}), packing.as_zip({"one.json": ONE})
    assert counted(first + last) == (
        1,
        {"x": "zip archive with more before its first member; unpack it first"},
    )
    assert counted(last + b"and more") == (
        1,
        {"x": "zip archive with more after its end; unpack it first"},
    )


def nested(depth: int) -> bytes:
    """A log in so many zip archives."""
    data = TWO
    for _ in range(depth):
        data = packing.as_zip({"inner": data})
    return data


def test_archives_in_archives() -> None:
    """Three deep they are read, a fourth is refused; packed twice counts as one more."""
    assert counted(nested(3)) == (2, {})
    requests, skipped = counted(nested(4))
    assert requests == 0
    assert skipped == {
        "x!inner!inner!inner": "archives nested more than 3 deep; unpack the outer ones first"
    }
    backup = packing.as_zip({"a.json.gz": packing.gz(TWO), "b.json.bz2": bz2.compress(ONE)})
    assert counted(lzma.compress(packing.as_tar({"logs.zip": backup}))) == (3, {})
    assert counted(packing.gz(packing.gz(TWO))) == (2, {})


def test_the_hole_of_a_sparse_file_is_no_log() -> None:
    """Its head claims 1 GB of zeros in a tar of 10 kB; the log beside it counts."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        hole = tarfile.TarInfo("hole.json")
        size = str(1 << 30)
        hole.pax_headers = {"GNU.sparse.size": size, "GNU.sparse.map": f"{size},0"}
        archive.addfile(hole)
        log = tarfile.TarInfo("two.json")
        log.size = len(TWO)
        archive.addfile(log, io.BytesIO(TWO))
    requests, skipped = counted(out.getvalue())
    assert (requests, list(skipped)) == (2, ["x!hole.json"])


def test_an_empty_archive_is_said() -> None:
    """No member is no quiet hour."""
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    assert counted(out.getvalue()) == (0, {"x": "an empty zip archive"})


@needs_cases
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("faults/damaged_ct_deflate.zip", "damaged_ct_deflate.zip!a.json"),
        ("faults/damaged_ct_lzma.zip", "damaged_ct_lzma.zip!a.json"),
        ("measure/appended_bytes.json.gz", "appended_bytes.json.gz"),
    ],
)
def test_cases_of_damage(tmp_path: Path, name: str, path: str) -> None:
    """Skipped beside a good file; exit 1 alone, and with --strict."""
    save_good(tmp_path)
    answer = measure(tmp_path, paths=(".", str(CASES / name)))
    assert answer["totals"]["requests"] == GOOD
    assert list(skipped_reasons(answer)) == [path]
    assert run(tmp_path, str(CASES / name)).code == 1
    assert run(tmp_path, ".", str(CASES / name), "--strict").code == 1
