"""A log of known counts, damaged in every way that bytes are: known counts, or a word about it."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator

import pytest

from estimator.measurement.cloudtrail_logs.counting import Counted, count_bytes
from tests.acceptance.measure import packing
from tests.acceptance.measure.samples import get, put
from tests.extras import needed

NAME = "logs.bin"
LOGS = {
    "a.json": packing.log_file([put(1), get(1), put(2)]),
    "b.json": packing.log_file([put(3), get(3)]),
}


def facts(name: str, data: bytes) -> tuple[list[tuple[bytes, str]], list[str]]:
    """Each request with its event, and what was skipped."""
    counted = Counted()
    count_bytes(name, data, counted)
    seen = counted.seen
    events = [bytes(seen.event[16 * at : 16 * at + 16]) for at in range(len(seen))]
    requests = [repr(counted.requests[code]) for code in seen.request]
    assert len(seen.worth) == len(seen) == len(seen.shared) // 16
    return sorted(zip(events, requests, strict=True)), [file.path for file in counted.skipped]


def as_zip(method: int) -> bytes:
    """Both logs in a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, raw in LOGS.items():
            archive.writestr(zipfile.ZipInfo(name), raw, method)
    return out.getvalue()


def as_zst(raw: bytes) -> bytes:
    """Zstd with a checksum, as its own command writes it."""
    return bytes(needed("zstandard").ZstdCompressor(write_checksum=True).compress(raw))


def as_gz_members(raw: bytes) -> bytes:
    """One document in two members."""
    half = len(raw) // 2
    return gzip.compress(raw[:half], mtime=0) + gzip.compress(raw[half:], mtime=0)


ALL = packing.ndjson([put(1), get(1), put(2), put(3), get(3)])
PACKED_LOGS = {name: gzip.compress(raw, mtime=0) for name, raw in LOGS.items()}
PACKED = {
    "gzip": lambda: gzip.compress(ALL, mtime=0),
    "gzip in two members": lambda: as_gz_members(ALL),
    "stored gzip": lambda: gzip.compress(ALL, 0, mtime=0),
    "bzip2": lambda: bz2.compress(ALL),
    "xz": lambda: lzma.compress(ALL),
    "zstd": lambda: as_zst(ALL),
    "zip": lambda: as_zip(zipfile.ZIP_DEFLATED),
    "stored zip": lambda: as_zip(zipfile.ZIP_STORED),
    "bzip2 in zip": lambda: as_zip(zipfile.ZIP_BZIP2),
    "LZMA in zip": lambda: as_zip(zipfile.ZIP_LZMA),
    "tar of gzip": lambda: packing.as_tar(PACKED_LOGS),
    "tar in gzip": lambda: packing.as_tar(LOGS, "w:gz"),
    "tar in xz": lambda: lzma.compress(packing.as_tar(LOGS)),
    "zip of gzip in tar": lambda: packing.as_tar({"x.zip": packing.as_zip(PACKED_LOGS)}),
}
FIVE = facts(NAME, ALL)[0]


def flipped(data: bytes, places: int) -> Iterator[tuple[str, bytes]]:
    """A bit turned over, at so many places."""
    step = max(1, len(data) // places)
    for at in range(0, len(data), step):
        bit = 1 << 7 * at % 8
        yield f"bit {bit} of byte {at}", data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


def other_damage(data: bytes, places: int) -> Iterator[tuple[str, bytes]]:
    """Cut off, written into, something after it or before it."""
    for size in range(1, len(data), max(1, len(data) // places)):
        yield f"{size} bytes of {len(data)}", data[:size]
    for at in range(0, len(data), max(1, 4 * len(data) // places)):
        yield f"zeros at {at}", data[:at] + bytes(min(64, len(data) - at)) + data[at + 64 :]
        yield f"a hole at {at}", data[:at] + data[at + 16 :]
        yield f"twice from {at}", data[: at + 16] + data[at:]
    yield "text behind it", data + b"these bytes were appended"
    yield "text before it", b"\r\n" + data
    yield "half of another behind it", data + data[: len(data) // 2]


@pytest.mark.parametrize("packing_name", PACKED)
def test_damage_is_never_another_count(packing_name: str) -> None:
    """3 puts and 2 gets each time, or some of them and the name of what misses."""
    data = PACKED[packing_name]()
    assert len(FIVE) == 5
    assert facts(NAME, data) == (FIVE, []), "whole, all of it counts"
    # every byte of the short ones; an archive is opened anew each time, which takes a while
    is_quick = packing_name in {"gzip", "gzip in two members", "stored gzip", "xz", "zstd"}
    changed = [
        *flipped(data, 2000 if is_quick else 150),
        *other_damage(data, 150 if is_quick else 30),
    ]
    for damage, damaged in changed:
        counted, skipped = facts(NAME, damaged)
        if counted == FIVE:
            continue
        assert skipped, f"{damage}: {len(counted)} requests, no word"
        assert all(path.startswith(NAME) for path in skipped)
        left = list(FIVE)
        for request in counted:
            assert request in left, f"{damage}: {request} is of no log"
            left.remove(request)
        assert len(counted) in {0, 2, 3}, f"{damage}: a log counts whole or not at all"
