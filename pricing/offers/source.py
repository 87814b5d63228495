"""The file itself: its bytes a chunk at a time, unpacked where gzipped, with their fingerprint."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pricing.reading.files import unreadable
from pricing.reading.magic_numbers import GZIP
from pricing.reading.problems import DocumentError, Problem

CHUNK = 1 << 20
MOST_BYTES = 1 << 30  # unpacked; awskms and AWSCloudTrail of all Regions are a few MB


class Source(io.RawIOBase):
    """The bytes of an opened file, unpacked, never more than `MOST_BYTES` of them."""

    def __init__(self, path: str, inner: Any, hashed: _Hashed) -> None:
        super().__init__()
        self.path = path
        self._inner, self._hashed = inner, hashed
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes."""
        count = int(self._inner.readinto(buffer))
        self._given += count
        # a gzip of a few KB may unpack to terabytes
        if self._given > MOST_BYTES:
            size = f"{MOST_BYTES >> 20:,} MB"
            fix = "take the file of one Region, or check that it is a price list at all"
            problem = Problem(self.path, None, "", f"more than {size}", f"at most {size}", fix)
            raise DocumentError(problem)
        return count

    def begins(self) -> bytes:
        """The first few thousand bytes, which are still to be read."""
        return bytes(self._inner.peek(4096)[:4096])

    def text(self) -> io.TextIOWrapper:
        """The file as text, a chunk at a time; lines end as they stand in it."""
        return io.TextIOWrapper(io.BufferedReader(self, CHUNK), encoding="utf-8-sig", newline="")

    def sha256(self) -> str:
        """The fingerprint of the whole file as it is on disk."""
        # what follows the document is part of the file too
        while self._hashed.read(CHUNK):
            pass
        return self._hashed.sha.hexdigest()


class _Hashed(io.RawIOBase):
    """Passes bytes on and fingerprints them: a pipe can be read only once."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__()
        self._raw = raw
        self.sha = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._raw.readinto(buffer) or 0
        self.sha.update(memoryview(buffer)[:count])
        return count


@contextmanager
def open_source(path: str | Path) -> Iterator[Source]:
    """A file to be read once from its beginning.

    Raises
    ------
    DocumentError
        It cannot be opened, read or unpacked; also while it is read.
    """
    packed = False
    try:
        with Path(path).open("rb", buffering=0) as raw:
            hashed = _Hashed(raw)
            inner: Any = io.BufferedReader(hashed, CHUNK)
            packed = inner.peek(len(GZIP)).startswith(GZIP)
            yield Source(str(path), gzip.GzipFile(fileobj=inner) if packed else inner, hashed)
    except (OSError, EOFError, zlib.error) as error:
        if not packed:
            raise unreadable(path, error if isinstance(error, OSError) else OSError()) from None
        found, fix = f"a damaged gzip file ({error})", "download it again"
        raise DocumentError(Problem(str(path), None, "", found, "a whole file", fix)) from None
