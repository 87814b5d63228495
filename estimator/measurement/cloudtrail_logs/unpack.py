"""Bytes of a file to the plain bytes of each log file in it; its first bytes tell what it is."""

from __future__ import annotations

import copy
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from estimator.measurement import compressed
from estimator.measurement.compressed import Room, compression, plain_bytes
from estimator.measurement.unreadable import UnreadableError, readable
from pricing.reading.magic_numbers import ZIP, ZIP_END

_ZIP = (ZIP, ZIP_END)
_TAR = b"ustar"
_LARGE = 64 * 1024**2
_BLOCK = 1024**2
_SMALL_BLOCK = 4096  # zipfile unpacks all of it at once, and a byte of LZMA may stand for 7,000
_MOST_NESTED = 3  # backup.tar.gz of logs.zip of file.json.gz

_Contents = Iterator[tuple[str, bytes | UnreadableError]]


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
        if size > compressed.MOST_PLAIN:
            most = compressed.MOST_PLAIN // 1024**3
            raise UnreadableError(f"larger than {most} GB; split it first")
        return stream.read()


def unpack(path: str, data: bytes | BinaryIO) -> _Contents:
    """The log files in a file: itself, or the members of a zip or tar archive.

    Yields
    ------
    (path, bytes or UnreadableError)
        A member's path is ``archive!member``; what cannot be unpacked comes as its error.
    """
    if isinstance(data, bytes):
        yield from _contents(path, data, Room(len(data)), 0)
        return
    with data:
        room = Room(data.seek(0, os.SEEK_END))
        data.seek(0)
        is_zip = data.read(len(_ZIP[0])) in _ZIP
        data.seek(0)
        yield from _named(path, (_zip if is_zip else _tar)(path, data, room, 0))


def _contents(path: str, data: bytes, room: Room, depth: int) -> _Contents:
    """The log files in these bytes, which are inside of so many archives."""
    try:
        plain = plain_bytes(_not_empty(data), room)
        archive = _archive(path, data, plain, room, depth)
    except UnreadableError as error:
        yield path, _bare(error)
        return
    if archive is None:
        yield path, plain
        return
    del data, plain
    yield from _named(path, archive)


def _not_empty(data: bytes) -> bytes:
    if not data:
        raise UnreadableError("empty file")
    return data


def _archive(path: str, data: bytes, plain: bytes, room: Room, depth: int) -> _Contents | None:
    """The members of an archive; None where it is none."""
    if plain.startswith(_ZIP):
        archive = _zip(path, io.BytesIO(plain), room, depth)
    elif plain[257:262] == _TAR:
        archive = _tar(path, io.BytesIO(plain), room, depth)
    elif plain is not data and compression(plain):
        archive = _contents(path, plain, room, depth + 1)  # packed twice
    else:
        return None
    if depth >= _MOST_NESTED:
        deep = f"archives nested more than {_MOST_NESTED} deep"
        raise UnreadableError(f"{deep}; unpack the outer ones first")
    return archive


def _named(path: str, archive: _Contents) -> _Contents:
    """The members of an archive; what is wrong with the archive itself after those before it."""
    try:
        yield from archive
    except UnreadableError as error:
        yield path, _bare(error)


def _bare(error: UnreadableError) -> UnreadableError:
    """The same error anew: what was unpacked so far hangs on to the traceback of the other."""
    return UnreadableError(error.found, error.expected, error.fix, error.line)


def _zip(path: str, data: BinaryIO, room: Room, depth: int) -> _Contents:
    with readable("a whole zip archive"), zipfile.ZipFile(data) as archive:
        members = archive.infolist()
        for member in members:
            room.enter()
            # a folder has no bytes; a damaged name may look like one
            if member.is_dir() and not member.file_size:
                continue
            name = f"{path}!{member.filename}"
            own = Room(member.compress_size, room)
            yield from _member(name, partial(_read, archive, member, own), own, depth)
        if not members:
            raise UnreadableError("an empty zip archive")
        _check_ends(archive, data)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: Room) -> bytes:
    """The bytes of a member, checked by their CRC; never more than the archive's list says."""
    if member.compress_type == zipfile.ZIP_BZIP2:
        return _read_bzip2(archive, member, room)
    room.take(member.file_size)
    size = _SMALL_BLOCK if member.compress_type == zipfile.ZIP_LZMA else _BLOCK
    with archive.open(member) as stream:
        whole = io.BytesIO()
        while block := stream.read(size):
            whole.write(block)
        return whole.getvalue()


def _read_bzip2(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: Room) -> bytes:
    """As `_read`; zipfile unpacks all of a block at once, and 1 kB of bzip2 may stand for 1 GB."""
    packed = copy.copy(member)
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, member.compress_size
    del packed.CRC  # of the plain bytes
    with archive.open(packed) as stream:
        plain = plain_bytes(stream.read(), room)
    if len(plain) != member.file_size or zlib.crc32(plain) != member.CRC:
        raise UnreadableError(f"a damaged zip archive (wrong CRC of {member.filename!r})")
    return plain


def _check_ends(archive: zipfile.ZipFile, data: BinaryIO) -> None:
    """Refuse what zipfile passes over: bytes before the first member and after the list of them."""
    size = data.seek(0, os.SEEK_END)
    begin = max(0, size - (1 << 16) - 22)  # a comment of 64 kB may follow the 22 bytes of the end
    data.seek(begin)
    tail = data.read()
    at = tail.rfind(ZIP_END)
    members = archive.infolist()
    if int.from_bytes(tail[at + 10 : at + 12], "little") not in {0xFFFF, len(members) & 0xFFFF}:
        raise UnreadableError("zip archive whose list of members breaks off")
    if begin + at + 22 + len(archive.comment) != size:
        raise UnreadableError("zip archive with more after its end; unpack it first")
    if min(member.header_offset for member in members) > 0:
        raise UnreadableError("zip archive with more before its first member; unpack it first")


def _tar(path: str, data: BinaryIO, room: Room, depth: int) -> _Contents:
    with readable("a whole tar archive"), tarfile.open(fileobj=data, mode="r:") as archive:
        while (member := archive.next()) is not None:
            # else the heads of all members stay in memory
            archive.members.clear()  # type: ignore[attr-defined]  # unknown to typeshed
            room.enter()
            # as tarfile does, types that nobody knows are files
            if not member.isfile() and member.type in tarfile.SUPPORTED_TYPES:
                continue
            own = Room(member.size, room)
            yield from _member(f"{path}!{member.name}", partial(_cut, archive, member), own, depth)
        # tarfile takes what it does not understand for the end
        data.seek(archive.offset)
        if data.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise UnreadableError("tar archive that breaks off: not all of it is counted")
        if any(block.strip(b"\0") for block in iter(partial(data.read, _BLOCK), b"")):
            raise UnreadableError("tar archive with more after its end; unpack it first")


def _cut(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a member of a tar archive."""
    # holes of a sparse file are packed to nothing: of these there is a little room and no more
    Room(0 if member.issparse() else member.size).take(member.size)
    stream = archive.extractfile(member)
    return b"" if stream is None else stream.read()


def _member(name: str, read: Callable[[], bytes], room: Room, depth: int) -> _Contents:
    """The log files in a member of an archive, or why it cannot be read."""
    try:
        with readable():
            data = read()
    except UnreadableError as error:
        yield name, _bare(error)
        return
    yield from _contents(name, data, room, depth + 1)
