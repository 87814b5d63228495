"""Bytes of a file to the plain bytes of each log file in it; its first bytes tell what it is."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from isal import isal_zlib
from isal.isal_zlib import IsalError

# AWS closes a log file at 50 MB compressed (F6), which unpacks to about 1 GB
MAX_UNPACKED = 2 * 1024**3

_GZIP = b"\x1f\x8b\x08"
_ONE_CALL = 1024**2  # DEFLATE packs at most 1,032 : 1, so this never unpacks to more than 1 GB
_CHUNK = 64 * 1024**2
_OTHERS = {
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"(\xb5/\xfd": "packed with zstd; unpack it first",
    b"PAR1": "a Parquet file, not a CloudTrail log file",
}


class UnreadableError(Exception):
    """A file that cannot be counted; the message is the reason."""


def unpack(path: str, data: bytes) -> Iterator[tuple[str, bytes | UnreadableError]]:
    """The log files in a file: itself, or the members of a zip or tar archive.

    Yields
    ------
    (path, bytes or UnreadableError)
        A member's path is ``archive!member``; what cannot be unpacked comes as its error.
    """
    try:
        if data.startswith(b"PK\x03\x04"):
            yield from _zip(path, data)
            return
        plain = plain_bytes(data)
        if plain[257:262] == b"ustar":
            yield from _tar(path, plain)
            return
    except UnreadableError as error:
        yield path, error
        return
    yield path, plain


def plain_bytes(data: bytes) -> bytes:
    """The content, unpacked where it is gzip, all members of it."""
    if not data:
        raise UnreadableError("empty file")
    if data.startswith(_GZIP):
        return _gunzip(data)
    for magic, reason in _OTHERS.items():
        if data.startswith(magic):
            raise UnreadableError(reason)
    return data


def _gunzip(data: bytes) -> bytes:
    try:
        if len(data) <= _ONE_CALL and data.find(_GZIP, 10) < 0:
            # one member, as CloudTrail writes it: the trailer tells how much room it takes
            size = int.from_bytes(data[-4:], "little") + 1
            plain: bytes = isal_zlib.decompress(data, 31, bufsize=min(size, _CHUNK))
            return plain
        return _members(data)
    except (IsalError, EOFError, ValueError) as error:  # type: ignore[misc]  # typed as a module's
        raise UnreadableError(f"corrupt or truncated gzip ({error})") from None


def _members(data: bytes) -> bytes:
    parts = []
    room = MAX_UNPACKED
    # the last member's size, which is the file's where it has one: unpacked in one piece, it is
    # never in memory twice
    size = int.from_bytes(data[-4:], "little") + 1
    piece = min(max(size, _CHUNK), MAX_UNPACKED)
    while data.startswith(_GZIP):
        stream = isal_zlib.decompressobj(wbits=31)
        part = stream.decompress(data, piece)
        while True:
            room -= len(part)
            if room < 0:
                raise UnreadableError(f"unpacks to more than {MAX_UNPACKED // 1024**3} GB")
            parts.append(part)
            if stream.eof:
                break
            if not stream.unconsumed_tail:
                raise UnreadableError("corrupt or truncated gzip (it ends too early)")
            part = stream.decompress(stream.unconsumed_tail, _CHUNK)
        data = stream.unused_data  # the next member, padding, or nothing
    return b"".join(parts)


def _zip(path: str, data: bytes) -> Iterator[tuple[str, bytes | UnreadableError]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = f"{path}!{member.filename}"
                if member.file_size > MAX_UNPACKED:
                    yield name, UnreadableError("unpacks to too much")
                    continue
                yield name, _member(partial(archive.read, member))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise UnreadableError(f"corrupt zip archive ({error})") from None


def _tar(path: str, data: bytes) -> Iterator[tuple[str, bytes | UnreadableError]]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield f"{path}!{member.name}", _member(stream.read)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UnreadableError(f"corrupt tar archive ({error})") from None


def _member(read: Callable[[], bytes]) -> bytes | UnreadableError:
    try:
        return plain_bytes(read())
    except UnreadableError as error:
        return error
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zipfile.BadZipFile,
    ) as error:
        return UnreadableError(f"cannot be unpacked ({error})")
