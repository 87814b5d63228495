"""From a file's bytes to the tables in it: gzip by its content, zip by its members."""

from __future__ import annotations

import contextlib
import errno
import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

from isal import igzip, igzip_lib

from estimator.measurement.billing.unreadable import Unreadable
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["csv", "parquet", "json", "zip", "gzip", "empty"]

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
)
# isal has types of its own for what zlib.error is
_DAMAGED_GZIP: Any = (gzip.BadGzipFile, zlib.error, igzip_lib.IsalError)
_AGAIN = "download it again"
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
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


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """Within it, whatever is wrong with the bytes of a file is an `Unreadable` that says so."""
    try:
        yield
    except EOFError:
        raise Unreadable("a compressed file that ends too early", "a whole file", _AGAIN) from None
    except _DAMAGED_GZIP as error:
        raise Unreadable(f"damaged gzip ({error})", "a whole file", _AGAIN) from None
    except zipfile.BadZipFile as error:
        raise Unreadable(f"a damaged zip file ({error})", "a whole file", _AGAIN) from None
    except OSError as error:
        if error.errno in _NO_ROOM:  # nothing is written but what is unpacked
            raise _no_room(error) from None
        reason = error.strerror or str(error)
        raise Unreadable(f"a file that cannot be read ({reason})", "a readable file") from None


def _no_room(error: OSError) -> KmscostError:
    found = f"no room to unpack a Parquet file ({error.strerror})"
    fix = "make room, or set TMPDIR to a folder with more"
    place = tempfile.tempdir or "TMPDIR"
    return KmscostError(Problem(place, None, "", found, "a folder with room", fix))


def members(path: str) -> Iterator[str]:
    """The names of the files in a zip file, without its folders.

    Raises
    ------
    Unreadable
        It is no whole zip file.
    """
    with readable(), zipfile.ZipFile(path) as archive:
        names = [member.filename for member in archive.infolist() if not member.is_dir()]
    if not names:
        raise Unreadable("an empty zip file", "the table of a bill", _AGAIN)
    yield from names


@contextlib.contextmanager
def open_table(path: str, member: str | None = None) -> Iterator[tuple[IO[bytes], Kind]]:
    """The bytes of a file or of a zip file's member, unpacked, and what they are.

    The stream can be rewound.

    Raises
    ------
    Unreadable
        It cannot be unpacked.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(readable())
        if member is None:
            stream: IO[bytes] = stack.enter_context(Path(path).open("rb"))
        else:
            archive = stack.enter_context(zipfile.ZipFile(path))
            stream = stack.enter_context(_member(archive, member))
        # by content: browsers unpack .gz on the way and leave the name as it was
        kind, packed = _kind(stream), member is not None
        if kind == "gzip":
            unpack: Any = igzip.GzipFile
            stream = stack.enter_context(unpack(fileobj=stream))
            packed = True
            kind = _kind(stream)
        if kind in {"zip", "gzip"}:
            raise Unreadable("an archive inside an archive", "a table inside it", "unpack it")
        if kind == "parquet" and packed:
            # Parquet is read from its end: never through a stream that must be unpacked to seek
            plain = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(stream, plain, 1 << 20)
            plain.seek(0)
            stream = plain
        yield stream, kind


def _member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except (RuntimeError, NotImplementedError) as error:  # encrypted; a method that is not known
        raise Unreadable(f"a zip file that cannot be unpacked ({error})", "a plain one") from None


def _kind(stream: IO[bytes]) -> Kind:
    kind = kind_of(stream.read(512))
    stream.seek(0)
    return kind
