"""The files that paths name: folders are searched, each file is met once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from estimator.actuals.skipped import SkippedFiles
from pricing.errors import KmscostError, Problem


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
            Problem("PATH", None, "", "no path", "a file or a folder", "name at least one")
        )
    return names


def as_paths(paths: str | Path | Sequence[str | Path]) -> tuple[str, ...]:
    """One path or several, as text; each must exist."""
    names = as_names(paths)
    missing = [name for name in names if not os.path.lexists(name)]
    if missing:
        raise KmscostError(
            Problem(name, None, "", "no such file or folder", "a path that exists", "check it")
            for name in missing
        )
    return names


def find_files(paths: Sequence[str], skipped: SkippedFiles) -> Iterator[Found]:
    """Every file below `paths`, each once however often it is named; links of folders not followed.

    What cannot be listed goes to `skipped`.
    """
    pending = list(reversed(list(dict.fromkeys(os.path.realpath(path) for path in paths))))
    shown = {os.path.realpath(path): path for path in paths}
    roots = set(pending)
    while pending:
        path = pending.pop()
        name = shown.pop(path, path)
        if not os.path.isdir(path):
            try:
                yield Found(name, os.stat(path).st_size)
            except OSError as error:
                skipped.add(name, _reason(error))
            continue
        try:
            entries = os.scandir(path)  # not Path.iterdir: folders hold files by the million
        except OSError as error:
            skipped.add(name, f"folder that cannot be listed ({error.strerror})")
            continue
        for entry in entries:
            below = os.path.join(name, entry.name)
            try:
                if entry.is_dir(follow_symlinks=False):
                    real = os.path.join(path, entry.name)
                    if real not in roots:
                        shown[real] = below
                        pending.append(real)
                elif os.path.join(path, entry.name) not in roots:
                    yield Found(below, entry.stat().st_size)
            except OSError as error:
                skipped.add(below, _reason(error))


def _reason(error: OSError) -> str:
    return f"cannot be read ({error.strerror})"
