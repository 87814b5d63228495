"""What cannot be read: one error for every reader, and all that damaged input raises.

A reader of foreign files opens, unpacks and decodes within `readable()`. Whatever the standard
library, isal, msgspec, pyarrow or zstandard raise there for damaged input becomes one
`UnreadableError`, whose reason names the fault; the caller skips the file and goes on.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import gzip
import lzma
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from isal import igzip_lib, isal_zlib

from estimator.measurement.skipped import SkippedFiles, readable_name
from pricing.reading.problems import KmscostError, Problem

_MOST_PROBLEMS = 20  # each said where nothing at all could be read; of more how many and why
_SHOWN = 80
CANNOT = "cannot be read"  # how the fault of a disk begins, or of permissions
_AGAIN = "download it again"
WHOLE = "a whole file"
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))

# errors of libraries that may be missing or are slow to load: known once somebody loaded them
_LATE = (
    ("pyarrow.lib", "ArrowException"),
    ("zstandard", "ZstdError"),
    ("xml.etree.ElementTree", "ParseError"),
    ("openpyxl.utils.exceptions", "InvalidFileException"),
)

# in this order: a BadGzipFile is an OSError, half of the rest are ValueErrors
_FAULTS: tuple[tuple[Any, str], ...] = (  # isal types its errors as modules
    ((EOFError,), "a compressed file that ends too early"),
    (
        # isal has types of its own for what zlib.error is
        (gzip.BadGzipFile, zlib.error, igzip_lib.IsalError, isal_zlib.IsalError),
        "damaged compressed data",
    ),
    ((lzma.LZMAError,), "damaged LZMA data"),
    ((zipfile.BadZipFile, zipfile.LargeZipFile, struct.error), "a damaged zip archive"),
    ((tarfile.TarError,), "a damaged tar archive"),
    ((UnicodeError,), "text that is damaged"),
    ((RecursionError,), "nested too deep"),
    ((msgspec.MsgspecError,), "damaged JSON"),  # no ValueError in msgspec 0.19
    ((csv.Error,), "damaged CSV"),  # a field of 131,072 characters among others
    # zipfile: a method it does not know, a member with a password
    ((NotImplementedError, RuntimeError), "packed in a way that cannot be unpacked"),
    ((OverflowError, ValueError), "damaged content"),
)


class UnreadableError(Exception):
    """A file that cannot be counted: what was found, what was expected, and how to mend it."""

    def __init__(
        self, found: str, expected: str = "", fix: str = "", line: int | None = None
    ) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.fix = fix
        self.line = line

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[str, str, str, int | None]]:
        """Travel between processes with all that it says."""
        return type(self), (self.found, self.expected, self.fix, self.line)

    @property
    def reason(self) -> str:
        """In words, for the list of skipped files."""
        place = "" if self.line is None else f" in line {self.line}"
        expected = f"; expected {self.expected}" if self.expected else ""
        fix = f"; {self.fix}" if self.fix not in ("", _AGAIN) else ""
        return f"{self.found}{place}{expected}{fix}"

    def problem(self, path: str) -> Problem:
        """As the error it is when there is nothing else to count."""
        return Problem(path, self.line, "", self.found, self.expected, self.fix)


@contextlib.contextmanager
def readable(expected: str = WHOLE, fix: str = _AGAIN) -> Iterator[None]:
    """Within it, whatever is wrong with the bytes of a file is an `UnreadableError` that says so.

    Raises
    ------
    UnreadableError
        The input is damaged, or cannot be read.
    KmscostError
        There is no room on the disk: no file after this one could be unpacked either.
    """
    try:
        yield
    except (UnreadableError, KmscostError):
        raise
    except Exception as error:
        found = fault(error)
        if found is None:  # nothing that input can cause: a defect of ours must be seen
            raise
        raise UnreadableError(found, expected, fix) from None


def fault(error: Exception) -> str | None:
    """The fault of a file in words; None for an error that no damaged input raises.

    >>> fault(EOFError())
    'a compressed file that ends too early'
    >>> fault(KeyError("Records")) is None
    True
    """
    for kinds, words in _FAULTS:
        if isinstance(error, kinds):
            return _with_detail(words, error)
    if isinstance(error, OSError):
        if error.errno is None:  # no error of the system: bz2's word for damaged data
            return _with_detail("damaged compressed data", error)
        if error.errno in _NO_ROOM:
            raise _no_room(error) from None
        # pyarrow raises OSError for damaged bytes, without a number
        return _with_detail("damaged content", error) if error.errno is None else cannot_read(error)
    for module, name in _LATE:
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(error, getattr(loaded, name)):
            return _with_detail("damaged content", error)
    return None


def cannot_read(error: OSError) -> str:
    """The reason of a file that the system does not give."""
    return f"{CANNOT} ({error.strerror or error})"


def _with_detail(words: str, error: Exception) -> str:
    # int() of 5,000 digits refuses in words about an environment variable of Python's
    if "integer string conversion" in str(error):
        return "a number of thousands of digits"
    # the message may hold the damaged bytes themselves
    lines = str(error).encode("utf-8", "replace").decode().strip().splitlines()
    detail = lines[0][:_SHOWN] if lines else ""
    return f"{words} ({detail})" if detail else words


def _no_room(error: OSError) -> KmscostError:
    import tempfile

    found = f"no room to unpack a file ({error.strerror})"
    fix = "make room, or set TMPDIR to a folder with more"
    place = tempfile.tempdir or "TMPDIR"
    return KmscostError(Problem(place, None, "", found, "a folder with room", fix))


@dataclass(frozen=True)
class Refused:
    """The files that were not counted, and the first of them as the errors they may become."""

    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, error: UnreadableError) -> None:
        """Add a file."""
        self.skipped.add(path, error.reason)
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(error.problem(readable_name(path)))

    def nothing(self, paths: Sequence[str], expected: str, fix: str) -> KmscostError:
        """The error where nothing at all could be read."""
        if not self.problems or len(self.skipped) > _MOST_PROBLEMS:
            return self.skipped.nothing(paths, expected, fix)
        known = {problem.path for problem in self.problems}
        others = (file for file in self.skipped if file.path not in known)
        return KmscostError(
            [
                *self.problems,
                *(Problem(file.path, None, "", file.reason, expected, fix) for file in others),
            ]
        )
