"""Files of lines or JSON, compressed or not: recognized by content, never by name."""

from __future__ import annotations

import hashlib
import io
import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TextIO, TypeVar

from estimator.measurement.compressed import plain_stream
from estimator.measurement.paths import CountingFile, Done, find_files
from estimator.measurement.skipped import MOST_LISTED, SkippedFiles, readable_name
from estimator.measurement.unreadable import Refused, UnreadableError
from pricing.reading.magic_numbers import ZIP, ZIP_END

_Read = TypeVar("_Read")

_AT_ONCE = 1 << 18  # bytes

_HEAD = 512
_ARCHIVES = (
    (ZIP, 0, "a zip archive"),
    (ZIP_END, 0, "a zip archive"),
    (b"ustar", 257, "a tar archive"),
)


def open_plain(path: str, done: Done) -> io.BufferedReader:
    """The bytes of a file, decompressed where they are packed; `done` hears how much is read.

    Reading raises `UnreadableError` where the packed data are damaged, also at their very end.
    """
    file = CountingFile(path, done)
    try:
        packed = os.fstat(file.fileno()).st_size
        stream = plain_stream(io.BufferedReader(file, _AT_ONCE), packed)
        refuse_archive(stream.peek(_HEAD))
    except BaseException:
        file.close()
        raise
    return stream


def refuse_archive(begin: bytes) -> None:
    """Refuse an archive, by a file's first bytes."""
    # members that are not packed would be read as lines, the first of them behind a header
    for mark, at, words in _ARCHIVES:
        if begin[at : at + len(mark)] == mark:
            fix = "unpack it, and name the folder"
            raise UnreadableError(f"{words} of files", "a file by itself", fix)


def is_json(stream: io.BufferedReader) -> bool:
    """Tell whether a file is JSON, by its first character that is no space."""
    return stream.peek(1 << 12).lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")


def is_utf16(begin: bytes) -> bool:
    """Tell whether a file is UTF-16, by its mark: Windows' shells write it."""
    return begin.startswith((b"\xff\xfe", b"\xfe\xff"))


def encoding_of(begin: bytes) -> str:
    """The encoding of a text, by its mark."""
    return "utf-16" if is_utf16(begin) else "utf-8-sig"


def as_text(stream: io.BufferedReader) -> TextIO:
    """The text of a file, with what is damaged replaced."""
    return io.TextIOWrapper(stream, encoding=encoding_of(stream.peek(2)), errors="replace")


def read_files(
    paths: Sequence[str], read: Callable[[str, Done], _Read], refused: Refused, done: Done
) -> Iterator[tuple[str, _Read]]:
    """Read each file by itself; one that cannot be read is among `refused` with its reason."""
    for found in find_files(paths, refused.skipped):
        if not found.size:
            refused.skipped.add(found.path, "empty file")
            continue
        try:
            content = read(found.path, done)
        except UnreadableError as error:
            refused.add(found.path, error)
            continue
        finally:
            done.add(1, 0)
        yield found.path, content


class Copies:
    """Knows a file again that was counted already under another name, packed or not.

    A line of an access log and a listing of a bucket are never written twice: the same bytes are
    the same file.
    """

    def __init__(self) -> None:
        self._counted: dict[Hashable, list[str]] = {}
        self.notices: list[str] = []

    def is_copy(self, path: str, counts: Hashable) -> bool:
        """Tell whether a file is a copy, and remember it if not.

        Parameters
        ----------
        path : str
        counts : hashable
            Counts of the file: only files whose counts are equal are compared byte by byte.
        """
        others = self._counted.setdefault(counts, [])
        if others:
            content = _digest(path)
            for other in others:
                if _digest(other) == content:
                    self.notices.append(
                        f"{readable_name(path)} holds the same lines as {readable_name(other)}: "
                        "counted once"
                    )
                    return True
        others.append(path)
        return False


def _digest(path: str) -> bytes:
    with open_plain(path, Done(None)) as stream:
        return hashlib.file_digest(stream, "sha256").digest()


class BadLines:
    """Lines of one file that were not counted: how many by reason, the first of them by number."""

    def __init__(self) -> None:
        self._first: list[tuple[int, str]] = []
        self._more: Counter[str] = Counter()

    def add(self, number: int, reason: str) -> None:
        """Add a line."""
        if len(self._first) < MOST_LISTED:
            self._first.append((number, reason))
        else:
            self._more[reason] += 1

    def __len__(self) -> int:
        return len(self._first) + self._more.total()

    def skip(self, path: str, skipped: SkippedFiles) -> None:
        """Add them to `skipped`, each as ``path:line``."""
        for number, reason in self._first:
            skipped.add(f"{path}:{number}", reason)
        skipped.by_reason.update(self._more)
