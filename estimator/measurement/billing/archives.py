"""From a file's bytes to the tables in it: gzip by its content, zip by its members."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from isal import igzip

from estimator.measurement.unreadable import UnreadableError, readable

Kind = Literal["csv", "parquet", "json", "zip", "gzip", "xlsx", "empty"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
)
# what people have and what cannot be read: its name, and what to export instead
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old workbook (.xls): save it as .xlsx or CSV"),
    (b"%PDF", "a PDF, as of an invoice: download the CSV of the Bills page, or export the bill"),
    (b"ORC", "an ORC file: export the bill as CSV or Parquet"),
    (b"<!DOCTYPE", "a web page: download the bill itself"),
    (b"<html", "a web page: download the bill itself"),
    (b"BZh", "bzip2: unpack it first"),
    (b"\xfd7zXZ\x00", "xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd: unpack it first"),
)
_AGAIN = "download it again"
_BLANK = b"\xef\xbb\xbf \t\r\n"
_WORKBOOK = "xl/workbook.xml"

# bills shrink to a twentieth of their size, to a fiftieth where tags repeat; past this size what is
# packed more densely is made to fill a disk
_MOST_RATIO, _FEW_BYTES = 250, 64 << 20
_AT_ONCE = 1 << 18  # bytes


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
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    for magic, what in _OTHERS:
        if head.startswith(magic):
            found, _, fix = what.partition(": ")
            raise UnreadableError(found, "the table of a bill", fix)
    text = head.lstrip(_BLANK)
    if not text:
        return "empty"
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
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
        packed = 0
        if table.member is None:
            stream: IO[bytes] = stack.enter_context(Path(table.path).open("rb"))
        else:
            archive = stack.enter_context(zipfile.ZipFile(table.path))
            packed = archive.getinfo(table.member).compress_size or 1
            stream = _bounded(stack.enter_context(archive.open(table.member)), packed)
        if table.sheet is not None:
            yield stream, "xlsx"
            return
        # by content: browsers unpack .gz on the way and leave the name as it was
        kind = _kind(stream)
        if kind == "gzip":
            packed = packed or Path(table.path).stat().st_size
            unpack: Any = igzip.GzipFile
            stream = _bounded(stack.enter_context(unpack(fileobj=stream)), packed)
            kind = _kind(stream)
        if kind in {"zip", "gzip"}:
            raise UnreadableError("an archive inside an archive", "a table inside it", "unpack it")
        if kind == "parquet" and packed:
            # Parquet is read from its end: never through a stream that must be unpacked to seek
            plain = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, plain, 1 << 20)
            plain.seek(0)
            stream = plain
        yield stream, kind


def _kind(stream: IO[bytes]) -> Kind:
    kind = kind_of(stream.read(512))
    stream.seek(0)
    return kind


def _bounded(stream: Any, packed: int) -> IO[bytes]:
    return io.BufferedReader(_Bounded(stream, packed), _AT_ONCE)


class _Bounded(io.RawIOBase):
    """What is unpacked, as far as a bill may be larger than what it was packed to."""

    def __init__(self, stream: Any, packed: int) -> None:
        super().__init__()
        self._stream = stream
        self._most = max(_FEW_BYTES, _MOST_RATIO * packed)
        self._read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._read = 0
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        if self._read > self._most:
            raise UnreadableError(
                f"more than {_MOST_RATIO} times as many bytes as the file has, packed into it",
                "the table of a bill",
                "unpack it and see what it is",
            )
        return len(data)
