"""From a file's bytes to the tables in it: gzip by its content, zip by its members."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

from isal import igzip

from estimator.measurement.unreadable import UnreadableError, readable

Kind = Literal["csv", "parquet", "json", "zip", "gzip", "empty"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
)
_AGAIN = "download it again"
_BLANK = b"\xef\xbb\xbf \t\r\n"


def kind_of(head: bytes) -> Kind:
    """The kind of a file, by its first bytes."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    text = head.lstrip(_BLANK)
    if not text:
        return "empty"
    return "json" if text[:1] in b"{[" else "csv"


def sniff(path: str) -> Kind:
    """The kind of the file at `path`."""
    with Path(path).open("rb") as stream:
        return kind_of(stream.read(512))


def members(path: str) -> Iterator[str]:
    """The names of the files in a zip file, without its folders.

    Raises
    ------
    UnreadableError
        It is no whole zip file.
    """
    with readable(), zipfile.ZipFile(path) as archive:
        names = [member.filename for member in archive.infolist() if not member.is_dir()]
    if not names:
        raise UnreadableError("an empty zip file", "the table of a bill", _AGAIN)
    yield from names


@contextlib.contextmanager
def open_table(path: str, member: str | None = None) -> Iterator[tuple[IO[bytes], Kind]]:
    """The bytes of a file or of a zip file's member, unpacked, and what they are.

    The stream can be rewound.

    Raises
    ------
    UnreadableError
        It cannot be unpacked.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(readable())
        if member is None:
            stream: IO[bytes] = stack.enter_context(Path(path).open("rb"))
        else:
            archive = stack.enter_context(zipfile.ZipFile(path))
            stream = stack.enter_context(archive.open(member))
        # by content: browsers unpack .gz on the way and leave the name as it was
        kind, packed = _kind(stream), member is not None
        if kind == "gzip":
            unpack: Any = igzip.GzipFile
            stream = stack.enter_context(unpack(fileobj=stream))
            packed = True
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
