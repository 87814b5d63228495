"""From a file's bytes to the tables in it: gzip by its content, zip by its members."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from estimator.measurement.compressed import ALWAYS, MOST_RATIO, compression, plain_stream
from estimator.measurement.plain_files import is_utf16, refuse_archive
from estimator.measurement.unreadable import UnreadableError, readable
from pricing.reading.magic_numbers import OLD_WORKBOOK, ORC, PARQUET, PDF, ZIP, ZIP_END

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Kind = Literal["csv", "parquet", "json", "zip", "packed", "xlsx", "empty"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (ZIP, "zip"),
    (ZIP_END, "zip"),
    (PARQUET, "parquet"),
)
# what people have and what cannot be read: its name, and what to export instead
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (OLD_WORKBOOK, "an old workbook (.xls): save it as .xlsx or CSV"),
    (PDF, "a PDF, as of an invoice: download the CSV of the Bills page, or export the bill"),
    (ORC, "an ORC file: export the bill as CSV or Parquet"),
    (b"<!DOCTYPE", "a web page: download the bill itself"),
    (b"<html", "a web page: download the bill itself"),
)
_AGAIN = "download it again"
_BLANK = b"\xef\xbb\xbf \t\r\n"
_WORKBOOK = "xl/workbook.xml"

_AT_ONCE = 1 << 18  # bytes
_LONGEST = 8  # bytes that tell how a file is compressed


@dataclass(frozen=True)
class Table:
    """A table in a file: the file itself, a member of a zip file, or a sheet of a workbook."""

    path: str
    member: str | None = None
    sheet: str | None = None

    @property
    def shown(self) -> str:
        """Its name in messages."""
        place = self.member if self.sheet is None else self.sheet
        return self.path if place is None else f"{self.path}!{place}"


def kind_of(head: bytes) -> Kind:
    """The kind of a file, by its first bytes.

    Raises
    ------
    UnreadableError
        It is known, and no table.
    """
    if compression(head) is not None:
        return "packed"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    for magic, what in _OTHERS:
        if head.startswith(magic):
            found, _, fix = what.partition(": ")
            raise UnreadableError(found, "the table of a bill", fix)
    refuse_archive(head)
    text = head.lstrip(_BLANK)
    if not text:
        return "empty"
    if is_utf16(text):
        text = text[2:].replace(b"\0", b"").lstrip(_BLANK)
    return "json" if text[:1] in (b"{", b"[") else "csv"


def sniff(path: str) -> Kind:
    """The kind of the file at `path`."""
    with Path(path).open("rb") as stream:
        kind = kind_of(stream.read(512))
    if kind == "zip" and _WORKBOOK in _names(path):
        return "xlsx"
    return kind


def members(path: str) -> Iterator[str]:
    """The names of the files in a zip file, without its folders.

    Raises
    ------
    UnreadableError
        It is no whole zip file.
    """
    names = _names(path)
    if not names:
        raise UnreadableError("an empty zip file", "the table of a bill", _AGAIN)
    yield from names


def _names(path: str) -> list[str]:
    with readable(), zipfile.ZipFile(path) as archive:
        return [member.filename for member in archive.infolist() if not member.is_dir()]


@contextlib.contextmanager
def open_table(table: Table) -> Iterator[tuple[IO[bytes], Kind]]:
    """The bytes of a table, unpacked, and what they are.

    The stream can be rewound.

    Raises
    ------
    UnreadableError
        It cannot be unpacked.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(readable())
        packed = Path(table.path).stat().st_size
        open_packed = partial(_open_file, table.path)
        if table.member is not None:
            archive = stack.enter_context(zipfile.ZipFile(table.path))
            packed = archive.getinfo(table.member).compress_size or 1
            open_packed = partial(_open_member, archive, table.member, packed)
        stream: IO[bytes] = stack.enter_context(
            io.BufferedReader(_Rewindable(open_packed), _AT_ONCE)
        )
        if table.sheet is not None:
            yield stream, "xlsx"
            return
        # by content: browsers unpack .gz on the way and leave the name as it was
        is_packed = compression(stream.read(_LONGEST)) is not None
        stream.seek(0)
        if is_packed:
            unpack = partial(_unpack, open_packed, packed)
            stream = stack.enter_context(io.BufferedReader(_Rewindable(unpack), _AT_ONCE))
        kind = kind_of(stream.read(512))
        stream.seek(0)
        if kind in {"zip", "packed"}:
            raise UnreadableError("an archive inside an archive", "a table inside it", "unpack it")
        if kind == "parquet" and (is_packed or table.member is not None):
            # Parquet is read from its end: never through a stream that must be unpacked to seek
            plain = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, plain, 1 << 20)
            plain.seek(0)
            stream = plain
        yield stream, kind


def _open_file(path: str) -> io.BufferedReader:
    return Path(path).open("rb")


def _open_member(archive: zipfile.ZipFile, member: str, packed: int) -> io.BufferedReader:
    return io.BufferedReader(_Bounded(archive.open(member), packed), _AT_ONCE)


def _unpack(open_packed: Callable[[], io.BufferedReader], packed: int) -> io.BufferedReader:
    return plain_stream(open_packed(), packed)


class _Rewindable(io.RawIOBase):
    """A stream that can be read again from its beginning, by opening it again."""

    def __init__(self, open_again: Callable[[], io.BufferedReader]) -> None:
        super().__init__()
        self._open = open_again
        self._stream = open_again()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if self._stream.seekable():
            return self._stream.seek(offset, whence)
        if offset or whence != io.SEEK_SET:
            raise io.UnsupportedOperation
        self._stream.close()
        self._stream = self._open()
        return 0

    def tell(self) -> int:
        return self._stream.tell()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        return self._stream.readinto(buffer)

    def close(self) -> None:
        super().close()
        self._stream.close()


class WatchedStream(io.RawIOBase):
    """A stream whose bytes are looked at as they are read; whoever opened it closes it."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream

    def look(self, data: bytes) -> None:
        """Look at the next bytes."""
        raise NotImplementedError

    def readable(self) -> bool:
        """As every stream that is read."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """As every raw stream does."""
        target = memoryview(buffer).cast("B")
        data = self._stream.read(len(target))
        self.look(data)
        target[: len(data)] = data
        return len(data)


class _Bounded(WatchedStream):
    """A member of a zip file, as far as it may be larger than what it was packed to."""

    def __init__(self, stream: IO[bytes], packed: int) -> None:
        super().__init__(stream)
        self._most = max(ALWAYS, MOST_RATIO * packed)
        self._read = 0

    def look(self, data: bytes) -> None:
        """Refuse what is too much."""
        self._read += len(data)
        if self._read > self._most:
            raise UnreadableError(f"unpacks to more than {MOST_RATIO} times its size")

    def close(self) -> None:
        super().close()
        self._stream.close()
