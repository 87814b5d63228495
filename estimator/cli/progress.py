"""A progress bar on a terminal: files, MB a second, time left."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

Step = Callable[[int, int], None]


@contextlib.contextmanager
def progress_bar(paths: Sequence[str | Path]) -> Iterator[Step | None]:
    """A function to call with files and bytes done so far; None where nobody watches."""
    if not paths or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from estimator.actuals.paths import as_paths, find_files
    from estimator.actuals.skipped import SkippedFiles

    console = Console(stderr=True)
    with console.status("looking for files"):
        found = [one.size for one in find_files(as_paths(paths), SkippedFiles())]
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

        def step(files: int, size: int) -> None:
            bar.update(task, completed=size, files=files, refresh=True)

        yield step


@contextlib.contextmanager
def counting_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A function to call with what is looked at, done so far and all; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("accounts", total=None)

        def step(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of)

        yield step


@contextlib.contextmanager
def ends_cleanly() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C: processes stop, what lies in temporary folders goes."""

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
