"""Compressed bytes to plain ones, within bounds: gzip, bzip2, xz and zstd, by their first bytes.

All members of a file count as one, as `cat` and parallel compressors leave them. What comes after
them and is neither a member nor zero padding makes the file unreadable, in every source the same.
"""

from __future__ import annotations

import bz2
import io
import lzma
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from isal import igzip_lib

from estimator.measurement.unreadable import UnreadableError, readable
from pricing.reading.magic_numbers import BZIP2, GZIP, XZ, ZSTD

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# AWS closes a log file at 50 MB compressed (F6), which unpacks to about 1 GB
MOST_PLAIN = 2 * 1024**3
# an event of 1 to 2 kB has two random ids of 16 bytes, so logs pack 50 : 1 at the very best; what
# packs better, once it is too large to be read in no time, is no log
MOST_RATIO = 200
ALWAYS = 64 * 1024**2  # bytes that any file may unpack to
# each takes room in the list of what was not counted; the logs of 1,000 accounts and days fit
MOST_MEMBERS = 1_000_000

_MAGIC = {GZIP: "gzip", BZIP2: "bzip2", XZ: "xz", ZSTD: "zstd"}
_LONGEST = max(map(len, _MAGIC))
_AT_ONCE = 1 << 16  # packed bytes
_PART = 1 << 22  # plain bytes
_MOST_WINDOW = 1 << 28  # xz can ask for gigabytes before it has unpacked a byte; `xz -9` for 65 MB
_ENDS_EARLY = "a compressed file that ends too early"


class Room:
    """How much may come out of a file; a member of an archive also takes from the archive's.

    Parameters
    ----------
    packed : int
        Size of the file as it is. [byte]
    around : Room, optional
        Of the archive that the file is in.
    """

    def __init__(self, packed: int, around: Room | None = None) -> None:
        self._packed = packed
        self._around = around
        self._plain = 0
        self._members = 0

    def take(self, size: int) -> None:
        """Take room for so many plain bytes.

        Raises
        ------
        UnreadableError
            There is no more of it.
        """
        if self._plain + size > MOST_PLAIN:
            raise UnreadableError(f"unpacks to more than {MOST_PLAIN // 1024**3} GB")
        self._add(size)

    def enter(self) -> None:
        """Go on to the next member of an archive.

        Raises
        ------
        UnreadableError
            All members together were too many or too large: none is counted from here on.
        """
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise UnreadableError(f"archive of more than {MOST_MEMBERS:,} members; unpack it first")
        self._add(0)
        if self._around is not None:
            self._around.enter()

    def may_be(self, size: int) -> bool:
        """Tell whether all of a file may unpack to this size."""
        return size <= max(ALWAYS, MOST_RATIO * self._packed)

    def _add(self, size: int) -> None:
        self._plain += size
        if not self.may_be(self._plain):
            raise UnreadableError(f"unpacks to more than {MOST_RATIO} times its size")
        if self._around is not None:
            self._around._add(size)  # noqa: SLF001  # of its own class


class _Unpacker(Protocol):
    """As the standard library's: one member, a part at a time."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes: ...


class _Zstd:
    """zstandard's, which has no bound on what comes out, in the form of the others."""

    # a block of 4 bytes may stand for 128 kB: so much input never stands for more than 32 MB
    _PIECE = 1 << 10

    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError:
            needs = "packed with zstd, which needs zstandard"
            raise UnreadableError(f"{needs}: pip install 'kms-cost-estimator[zstd]'") from None
        self._object: Any = zstandard.ZstdDecompressor().decompressobj()
        self._waiting = memoryview(b"")

    @property
    def eof(self) -> bool:
        return bool(self._object.eof)

    @property
    def needs_input(self) -> bool:
        return not self._waiting and not self.eof

    @property
    def unused_data(self) -> bytes:
        return bytes(self._object.unused_data) + bytes(self._waiting)

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        if data:
            self._waiting = memoryview(bytes(self._waiting) + data)
        parts, size = [], 0
        while self._waiting and not self.eof and (max_length < 0 or size < max_length):
            part = self._object.decompress(self._waiting[: self._PIECE])
            self._waiting = self._waiting[self._PIECE :]
            parts.append(part)
            size += len(part)
        return b"".join(parts)


def _unpacker(kind: str) -> _Unpacker:
    unpacker: Any
    if kind == "gzip":
        unpacker = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    elif kind == "bzip2":
        unpacker = bz2.BZ2Decompressor()
    elif kind == "xz":
        unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_WINDOW)
    else:
        unpacker = _Zstd()
    return unpacker  # type: ignore[no-any-return]  # typed as what they share


def compression(head: bytes) -> str | None:
    """How a file is compressed, by its first bytes; None where it is not.

    >>> compression(b"BZh91AY&SY"), compression(b"{}")
    ('bzip2', None)
    """
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    return None


def plain_bytes(data: bytes, room: Room) -> bytes:
    """All that compressed `data` unpacks to, in memory once; `data` itself where it is none.

    Raises
    ------
    UnreadableError
        It is damaged, or unpacks to more than `room`.
    """
    kind = compression(data)
    if kind is None:
        return data
    with readable():
        first = _PART
        if kind == "gzip":
            # the trailer has the last member's size, the file's where it is the only one: nearly
            # all log files are unpacked by a single call, and none is in memory twice
            size = int.from_bytes(data[-4:], "little") + 1
            first = size if room.may_be(size) else _PART
        unpacker = _unpacker(kind)
        plain = unpacker.decompress(data, min(first, MOST_PLAIN + 1))
        room.take(len(plain))
        if unpacker.eof and not unpacker.unused_data:
            return plain
        # written into one growing buffer: a list of parts would be in memory twice when joined
        whole = io.BytesIO()
        whole.write(plain)
        del plain
        for part in _to_its_end(unpacker, io.BytesIO().read, room):
            whole.write(part)
        # from here on by small blocks: each member copies what is left of the block behind it
        for part in _members(kind, io.BytesIO(unpacker.unused_data).read, room):
            whole.write(part)
        return whole.getvalue()


def plain_stream(stream: io.BufferedReader, packed: int) -> io.BufferedReader:
    """The plain bytes of a stream, part by part; the stream itself where it is not compressed.

    Reading raises `UnreadableError` where the file is damaged or unpacks to too much for its size.

    Parameters
    ----------
    packed : int
        Size of the file. [byte]
    """
    kind = compression(stream.peek(_LONGEST)[:_LONGEST])
    if kind is None:
        return stream
    return io.BufferedReader(_Plain(stream, kind, _Endless(packed)), _AT_ONCE)


class _Endless(Room):
    """The room of what is never in memory whole: any size that fits what it is packed to."""

    def take(self, size: int) -> None:
        self._add(size)


class _Plain(io.RawIOBase):
    """The plain bytes of a compressed stream, which is closed with it."""

    def __init__(self, below: BinaryIO, kind: str, room: Room) -> None:
        self._below = below
        self._parts = _members(kind, below.read, room)
        self._part = memoryview(b"")
        self._fault: UnreadableError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self._fault is not None:  # whoever reads on after it must not take it for the end
            raise self._fault
        target = memoryview(buffer).cast("B")
        try:
            with readable():
                while not self._part:
                    self._part = memoryview(next(self._parts))
        except StopIteration:
            return 0
        except UnreadableError as error:
            self._fault = error
            raise
        size = min(len(target), len(self._part))
        target[:size] = self._part[:size]
        self._part = self._part[size:]
        return size

    def close(self) -> None:
        super().close()
        self._below.close()


def _members(kind: str, read: Callable[[int], bytes], room: Room) -> Iterator[bytes]:
    """The plain bytes of all members, with zeros between and after them, as tapes leave them."""
    data = b""
    while True:
        data = data.lstrip(b"\0")
        while len(data) < _LONGEST and (more := read(_AT_ONCE)):
            data = data + more if data else more.lstrip(b"\0")
        if not data:
            return
        if compression(data) != kind:
            raise UnreadableError(f"more after the end of its {kind} data than zeros")
        unpacker = _unpacker(kind)
        part = unpacker.decompress(data, _PART)
        room.take(len(part))
        yield part
        yield from _to_its_end(unpacker, read, room)
        data = unpacker.unused_data


def _to_its_end(unpacker: _Unpacker, read: Callable[[int], bytes], room: Room) -> Iterator[bytes]:
    """The other parts of a member that is begun."""
    while not unpacker.eof:
        data = b""
        if unpacker.needs_input:
            data = read(_AT_ONCE)
            if not data:
                raise UnreadableError(_ENDS_EARLY)
        part = unpacker.decompress(data, _PART)
        room.take(len(part))
        yield part
