"""Compressed bytes: all members or a reason, within bounds, the same at once and part by part."""

import bz2
import gzip
import io
import lzma
import sys
import tracemalloc

import pytest

from estimator.measurement import compressed
from estimator.measurement.compressed import Room, plain_bytes, plain_stream
from estimator.measurement.unreadable import UnreadableError
from tests.extras import needed

TEXT = b"".join(b'{"eventID": "%x"}\n' % (at * 2654435761 % 2**64) for at in range(4000))


def as_zst(data):
    """Zstd as its command writes it, with a checksum."""
    return needed("zstandard").ZstdCompressor(write_checksum=True).compress(data)


def as_xz(data):
    """Xz with a small window, which is quicker."""
    return lzma.compress(data, preset=0)


PACK = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": as_xz, "zstd": as_zst}
kinds = pytest.mark.parametrize("kind", PACK)


def both_ways(data, packed=None):
    """What data unpacks to, in memory and as a stream; of an error its words."""
    size = packed or len(data)
    stream = io.BufferedReader(io.BytesIO(data))
    results = []
    for unpack in (
        lambda: plain_bytes(data, Room(size)),
        lambda: plain_stream(stream, size).read(),
    ):
        try:
            results.append(unpack())
        except UnreadableError as error:
            results.append(error.found)
    return results


@kinds
def test_members_are_one_file(kind):
    """One or several, with zeros between and behind them, as `cat` and tapes leave them."""
    member = PACK[kind](TEXT)
    assert both_ways(member) == [TEXT] * 2
    assert both_ways(member + bytes(700)) == [TEXT] * 2
    assert both_ways(member + PACK[kind](b"") + bytes(70_000) + member) == [TEXT * 2] * 2
    small = b"".join(PACK[kind](TEXT[at : at + 9]) for at in range(0, 900, 9))
    assert both_ways(small) == [TEXT[:900]] * 2


@kinds
@pytest.mark.parametrize("more", [b"x", b"these bytes were appended", b"\0\0\n"])
def test_more_behind_the_end_is_refused(kind, more):
    """Neither a member nor zeros: whatever it is, it was not counted."""
    data = PACK[kind](TEXT) + more
    assert both_ways(data) == [f"more after the end of its {kind} data than zeros"] * 2


@kinds
def test_what_ends_too_early_is_refused(kind):
    """Cut off anywhere, in the first member or in the second."""
    member = PACK[kind](TEXT)
    for size in (8, len(member) // 2, len(member) - 1):
        assert both_ways(member[:size]) == ["a compressed file that ends too early"] * 2
        assert both_ways(member + member[:size]) == ["a compressed file that ends too early"] * 2


@kinds
def test_a_wrong_checksum_is_refused(kind):
    """Every bit before the last bytes is covered by a CRC or by the form itself."""
    data = bytearray(PACK[kind](TEXT))
    data[len(data) // 2] ^= 4
    assert all(isinstance(result, str) for result in both_ways(bytes(data)))


def test_plain_bytes_stay_as_they_are():
    """No copy of what is not compressed."""
    assert plain_bytes(TEXT, Room(1)) is TEXT
    stream = io.BufferedReader(io.BytesIO(TEXT))
    assert plain_stream(stream, len(TEXT)) is stream


def test_a_stream_fails_again():
    """Whoever reads on after the error must not take it for the end of the file."""
    stream = plain_stream(io.BufferedReader(io.BytesIO(gzip.compress(TEXT)[:-1])), 100)
    for _ in range(3):
        with pytest.raises(UnreadableError, match="ends too early"):
            stream.read()


@kinds
def test_a_bomb_is_given_up_soon(kind, monkeypatch):
    """16 MB of zeros where 1 MB is allowed: given up at 1 MB, with a little more in memory.

    xz has a window of its own; zstd unpacks 1 kB at a time, which may stand for 32 MB.
    """
    monkeypatch.setattr(compressed, "ALWAYS", 1 << 20)
    monkeypatch.setattr(compressed, "_PART", 1 << 16)
    data = PACK[kind](bytes(16 << 20))
    tracemalloc.start()
    try:
        assert both_ways(data) == ["unpacks to more than 200 times its size"] * 2
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (40 << 20 if kind == "zstd" else 14 << 20)


def test_a_trailer_that_lies(monkeypatch):
    """The last four bytes claim a size: it is a hint for the first call, whatever it says."""
    data = gzip.compress(TEXT)
    for size in (0, 5, len(TEXT) - 1, len(TEXT) + 1, 2**32 - 1):
        lie = data[:-4] + size.to_bytes(4, "little")
        assert all(isinstance(result, str) for result in both_ways(lie)), size
    monkeypatch.setattr(compressed, "MOST_PLAIN", 1 << 15)
    monkeypatch.setattr(compressed, "_PART", 1 << 12)
    # a stream is never in memory whole: only the ratio binds it
    assert both_ways(data) == ["unpacks to more than 0 GB", TEXT]
    assert both_ways(data[:-4] + bytes(4))[0] == "unpacks to more than 0 GB"


def test_all_members_of_an_archive_share_its_room():
    """Beyond 64 MB 200 times the archive's own size, whatever its list says of each member."""
    archive = Room(1 << 10)
    member = Room(1 << 30, archive)
    member.take(60 << 20)
    with pytest.raises(UnreadableError, match="more than 200 times its size"):
        Room(1 << 30, archive).take(5 << 20)
    with pytest.raises(UnreadableError, match="more than 200 times its size"):
        archive.enter()


def test_members_are_counted(monkeypatch):
    """Those of archives inside of it too."""
    monkeypatch.setattr(compressed, "MOST_MEMBERS", 3)
    archive = Room(1 << 10)
    inner = Room(1 << 9, archive)
    archive.enter()
    inner.enter()
    inner.enter()
    with pytest.raises(UnreadableError, match="archive of more than 3 members"):
        inner.enter()


def test_zstd_without_its_library(monkeypatch):
    """One line that says what to install, as for other extras."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    hint = "packed with zstd, which needs zstandard: pip install 'kms-cost-estimator[zstd]'"
    assert both_ways(b"(\xb5/\xfd" + bytes(20)) == [hint] * 2
