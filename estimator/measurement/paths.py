"""The files that paths name, each met once, and how far the reading of them is."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from stat import S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK
from typing import TYPE_CHECKING

from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Progress = Callable[[int, int], None]

_OTHERS = {
    S_IFDIR: "a link to a folder; name the folder itself",
    S_IFIFO: "a pipe, not a file; write what comes out of it to a file first",
    S_IFSOCK: "a socket, not a file",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file and its size. [byte]"""

    path: str
    size: int


def as_names(paths: str | Path | Sequence[str | Path]) -> tuple[str, ...]:
    """One path or several, as text."""
    given = (paths,) if isinstance(paths, str | Path) else tuple(paths)
    names = tuple(os.fspath(path) for path in given)
    if not names:
        raise KmscostError(
            Problem("paths", None, "", "no path", "a file or a folder", "name at least one")
        )
    return names


def as_paths(paths: str | Path | Sequence[str | Path]) -> tuple[str, ...]:
    """One path or several, as text; each must exist."""
    names = as_names(paths)
    # lexists: a dangling link is there, and the search says what is wrong with it
    missing = [name for name in names if not os.path.lexists(name)]
    if missing:
        raise KmscostError(
            Problem(name, None, "", "no such file or folder", "a path that exists", "check it")
            for name in missing
        )
    return names


def find_files(paths: Sequence[str], skipped: SkippedFiles) -> Iterator[Found]:
    """Every file below `paths`, each once however often it is named; links of folders not followed.

    What cannot be listed goes to `skipped`, and so do pipes and devices, which might never end.
    """
    # by real path: a folder named beside its parent, or by a link, is searched once
    pending = list(reversed(list(dict.fromkeys(os.path.realpath(path) for path in paths))))
    shown = {os.path.realpath(path): path for path in paths}
    roots = set(pending)
    while pending:
        path = pending.pop()
        name = shown.pop(path, path)
        if not os.path.isdir(path):
            # by its own name: what a shell's <(command) gives has no real path
            found = _regular_file(name, partial(os.stat, name), skipped)
            if found is not None:
                yield found
            continue
        for entry in _entries(path, name, skipped):
            below = os.path.join(name, entry.name)
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
            except OSError as error:
                skipped.add(below, _reason(error))
                continue
            real = os.path.join(path, entry.name)
            # named by itself too: it is searched under its own name
            if real in roots:
                continue
            if is_folder:
                shown[real] = below
                pending.append(real)
                continue
            found = _regular_file(below, entry.stat, skipped)
            if found is not None:
                yield found


def _entries(path: str, name: str, skipped: SkippedFiles) -> Iterator[os.DirEntry[str]]:
    """What is in a folder; where it cannot be listed to its end, the folder goes to `skipped`."""
    try:
        # not Path.iterdir: folders hold files by the million
        entries = os.scandir(path)
    except OSError as error:
        skipped.add(name, f"folder that cannot be listed ({error.strerror})")
        return
    with entries:
        while True:
            # a network share may go away while it is listed: what was found so far is there
            try:
                entry = next(entries, None)
            except OSError as error:
                skipped.add(name, f"folder that cannot be listed to its end ({error.strerror})")
                return
            if entry is None:
                return
            yield entry


def _regular_file(
    name: str, stat: Callable[[], os.stat_result], skipped: SkippedFiles
) -> Found | None:
    """A regular file; what is none goes to `skipped`."""
    try:
        status = stat()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        skipped.add(name, _reason(error))
        return None
    kind = S_IFMT(status.st_mode)
    if kind == S_IFREG:
        return Found(name, status.st_size)
    skipped.add(name, _OTHERS.get(kind, "a device, not a file"))
    return None


def _reason(error: OSError | ValueError) -> str:
    return f"cannot be read ({getattr(error, 'strerror', None) or error})"


class Done:
    """Files and bytes done so far; `progress` is called as they grow. [file], [byte]"""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._files = 0
        self._bytes = 0

    def add(self, files: int, size: int) -> None:
        """Add files, and bytes read."""
        self._files += files
        self._bytes += size
        if self._progress is not None:
            self._progress(self._files, self._bytes)


class CountingFile(io.FileIO):
    """A file that counts what is read of it: a single one may take minutes."""

    def __init__(self, path: str, done: Done) -> None:
        super().__init__(path)
        self._done = done

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """As every raw file does."""
        size = super().readinto(buffer)
        self._done.add(0, size or 0)
        return size
