"""Progress on a terminal: files, MB a second and time left; or that the program still works."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

Step = Callable[[int, int], None]

_OFTEN = 0.1  # drawn at most so often [s]
_PATIENCE = 1.0  # nobody wonders before [s]
_CLEAR = b"\r\x1b[K"

_clocks: list[tuple[threading.Thread, threading.Event]] = []


@contextlib.contextmanager
def waiting() -> Iterator[None]:
    """Say on a terminal, after a second, that the program still works, and since when."""
    if sys.stderr.isatty():
        stop = threading.Event()
        clock = threading.Thread(target=_tick, args=(stop,), daemon=True)
        _clocks.append((clock, stop))
        clock.start()
    try:
        yield
    finally:
        stop_waiting()


def stop_waiting() -> None:
    """Leave the terminal to the answer, or to a bar that knows more."""
    while _clocks:
        clock, stop = _clocks.pop()
        stop.set()
        # else it might wipe out a line of the answer
        clock.join()


def _tick(stop: threading.Event) -> None:
    began = time.monotonic()
    drawn = False
    while not stop.wait(_PATIENCE):
        # os.write takes no lock of Python's: a worker that is forked meanwhile cannot inherit it
        os.write(2, _CLEAR + f"working, {time.monotonic() - began:.0f} s".encode())
        drawn = True
    if drawn:
        os.write(2, _CLEAR)


def sizes_of_files(paths: Sequence[str | Path]) -> list[int]:
    """The sizes of all files below these paths. [byte]"""
    from estimator.measurement.paths import as_paths, find_files
    from estimator.measurement.skipped import SkippedFiles

    return [file.size for file in find_files(as_paths(paths), SkippedFiles()) if file.size]


def sizes_of_inventory(manifest: Path) -> list[int]:
    """The sizes of all data files that an S3 Inventory lists. [byte]"""
    from estimator.measurement.s3_inventory.manifest import find_manifest, read_manifest

    return [file.size or 0 for file in read_manifest(find_manifest(manifest)[0]).files]


@contextlib.contextmanager
def progress_bar(sizes: Callable[[], list[int]] | None) -> Iterator[Step | None]:
    """A function to call with files and bytes done so far; None where nobody watches."""
    if sizes is None or not sys.stderr.isatty():
        yield None
        return
    stop_waiting()
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    console = Console(stderr=True)
    with console.status("looking for files"):
        found = sizes()
    bar = Progress(
        TextColumn("{task.fields[files]:,} of {task.fields[of]:,} files"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # a thread of its own would make forking unsafe: each step draws instead
        auto_refresh=False,
    )
    with bar:
        task = bar.add_task("", total=sum(found), files=0, of=len(found))

        drawn = 0.0

        def step(files: int, size: int) -> None:
            nonlocal drawn
            if (now := time.monotonic()) - drawn < _OFTEN:
                return
            drawn = now
            bar.update(task, completed=size, files=files, refresh=True)

        yield step


@contextlib.contextmanager
def counting_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to call with what is looked at, done so far and all; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    stop_waiting()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("accounts", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield step
