"""Bytes of a file to the plain bytes of each log file in it; its first bytes tell what it is."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from isal import isal_zlib
from isal.isal_zlib import IsalError

from estimator.measurement.unreadable import UnreadableError

# AWS closes a log file at 50 MB compressed (F6), which unpacks to about 1 GB
MAX_UNPACKED = 2 * 1024**3
_TOO_MUCH = f"unpacks to more than {MAX_UNPACKED // 1024**3} GB"

_ZIP = b"PK\x03\x04"
_TAR = b"ustar"
_GZIP = b"\x1f\x8b\x08"
_ONE_CALL = 1024**2  # DEFLATE packs at most 1,032 : 1, so this never unpacks to more than 1 GB
_CHUNK = _LARGE = 64 * 1024**2
_OTHERS = {
    b"BZh": "packed with bzip2; unpack it first",
    b"\xfd7zXZ": "packed with xz; unpack it first",
    b"(\xb5/\xfd": "packed with zstd; unpack it first",
}


def content(path: str) -> bytes | BinaryIO:
    """The bytes of a local file for `unpack`; of a large archive the open file.

    Raises
    ------
    UnreadableError
        It is too large.
    """
    stream = Path(path).open("rb")  # noqa: SIM115  # unpack closes an archive
    size = os.fstat(stream.fileno()).st_size
    if size > _LARGE:
        head = stream.read(512)
        stream.seek(0)
        if head.startswith(_ZIP) or head[257:262] == _TAR:
            return stream
    with stream:
        if size > MAX_UNPACKED:
            raise UnreadableError(f"larger than {MAX_UNPACKED // 1024**3} GB; split it first")
        return stream.read()


def unpack(path: str, data: bytes | BinaryIO) -> Iterator[tuple[str, bytes | UnreadableError]]:
    """The log files in a file: itself, or the members of a zip or tar archive.

    Yields
    ------
    (path, bytes or UnreadableError)
        A member's path is ``archive!member``; what cannot be unpacked comes as its error.
    """
    try:
        if not isinstance(data, bytes):
            with data:
                is_zip = data.read(len(_ZIP)) == _ZIP
                data.seek(0)
                yield from (_zip if is_zip else _tar)(path, data)
            return
        if data.startswith(_ZIP):
            yield from _zip(path, io.BytesIO(data))
            return
        plain = plain_bytes(data)
        if plain[257:262] == _TAR:
            yield from _tar(path, io.BytesIO(plain))
            return
    except UnreadableError as error:
        # a new one: what was unpacked so far hangs on to the traceback of the other
        yield path, UnreadableError(str(error))
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
    first_bytes = min(max(size, _CHUNK), MAX_UNPACKED)
    while data.startswith(_GZIP):
        stream = isal_zlib.decompressobj(wbits=31)
        part = stream.decompress(data, min(first_bytes, room + 1))
        while True:
            room -= len(part)
            if room < 0:
                raise UnreadableError(_TOO_MUCH)
            parts.append(part)
            if stream.eof:
                break
            if not stream.unconsumed_tail:
                raise UnreadableError("corrupt or truncated gzip (it ends too early)")
            part = stream.decompress(stream.unconsumed_tail, min(_CHUNK, room + 1))
        data = stream.unused_data  # the next member, padding, or nothing
    return b"".join(parts)


def _zip(path: str, data: BinaryIO) -> Iterator[tuple[str, bytes | UnreadableError]]:
    try:
        with zipfile.ZipFile(data) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = f"{path}!{member.filename}"
                if member.file_size > MAX_UNPACKED:
                    yield name, UnreadableError(_TOO_MUCH)
                    continue
                yield name, _member(partial(archive.read, member))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise UnreadableError(f"corrupt zip archive ({error})") from None


def _tar(path: str, data: BinaryIO) -> Iterator[tuple[str, bytes | UnreadableError]]:
    try:
        with tarfile.open(fileobj=data, mode="r:") as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                name = f"{path}!{member.name}"
                if stream is None:
                    continue
                if member.size > MAX_UNPACKED:
                    yield name, UnreadableError(_TOO_MUCH)
                    continue
                yield name, _member(stream.read)
            # tarfile takes what it does not understand for the end
            data.seek(archive.offset)
            if data.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
                yield path, UnreadableError("tar archive that breaks off: not all of it is counted")
            elif any(block.strip(b"\0") for block in iter(partial(data.read, _ONE_CALL), b"")):
                yield path, UnreadableError("tar archive with more after its end; unpack it first")
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise UnreadableError(f"corrupt tar archive ({error})") from None


def _member(read: Callable[[], bytes]) -> bytes | UnreadableError:
    try:
        return plain_bytes(read())
    except UnreadableError as error:
        return UnreadableError(str(error))
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        zipfile.BadZipFile,
    ) as error:
        return UnreadableError(f"cannot be unpacked ({error})")
