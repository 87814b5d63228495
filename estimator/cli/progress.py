"""A progress bar on a terminal: files, MB a second, time left."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

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
