"""The files of this machine, counted on all its cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import chain, islice

from estimator.measurement.cloudtrail_logs.counting import Counted, count_files
from estimator.measurement.cloudtrail_logs.unpack import content
from estimator.measurement.paths import Done, Found, Progress, find_files
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.workers import Pending, WorkerDiedError, Workers
from pricing.reading.problems import KmscostError, Problem

# a batch is large enough to make sending it cheap, small enough to show progress [byte, file]
_BATCH_BYTES = 1024**2
_BATCH_FILES = 256
_AHEAD = 12  # batches waiting for each process: enough until pandas is loaded


def count_paths(
    paths: tuple[str, ...],
    skipped: SkippedFiles,
    jobs: int | None,
    progress: Progress | None,
    with_objects: bool = False,
) -> Generator[Counted, None, None]:
    """Count all files below `paths`, batch by batch; what cannot be listed goes to `skipped`.

    Parameters
    ----------
    jobs : int, optional
        Processes. Default: one for each core that this process may use.
    progress : callable, optional
        Called with files and bytes done so far after each batch.
    with_objects : bool
        As for `count_files`.
    """
    batches = _batches(find_files(paths, skipped), skipped)
    done = Done(progress)
    first = list(islice(batches, 2))
    jobs = jobs or _cores()
    # a single batch is counted sooner here than a process starts
    count = partial(_count, with_objects=with_objects)
    pool = None if jobs == 1 or len(first) < 2 else _workers(jobs, count)
    if pool is None:
        for batch in chain(first, batches):
            yield count(batch)
            done.add(len(batch), sum(file.size for file in batch))
        return
    waiting: deque[tuple[list[Found], Pending[Counted]]] = deque()
    try:
        for batch in chain(first, batches):
            waiting.append((batch, pool.submit(batch)))
            if len(waiting) >= jobs * _AHEAD:
                yield _take_first(waiting, done)
        while waiting:
            yield _take_first(waiting, done)
        pool.close()
    except BaseException:
        pool.kill()  # Ctrl-C: nothing waits for files that nobody wants any more
        raise


def _workers(
    jobs: int, count: Callable[[list[Found]], Counted]
) -> Workers[list[Found], Counted] | None:
    """Processes that count; None where the system gives none: then it is done here."""
    try:
        return Workers(jobs, count)
    except OSError:
        return None


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _take_first(waiting: deque[tuple[list[Found], Pending[Counted]]], done: Done) -> Counted:
    batch, pending = waiting.popleft()
    try:
        counted = pending.result()
    except (WorkerDiedError, MemoryError):
        raise _no_room(batch) from None
    done.add(len(batch), sum(file.size for file in batch))
    return counted


def _no_room(batch: list[Found]) -> KmscostError:
    largest = max(batch, key=lambda file: file.size)
    files = f"{len(batch):,} files, this the largest of them" if len(batch) > 1 else "this file"
    found = f"a process that was killed while it counted {files}: most likely for want of memory"
    fix = "run again with --jobs 1, or on fewer or smaller files"
    return KmscostError(Problem(largest.path, None, "", found, "room to unpack each file", fix))


def _count(batch: list[Found], with_objects: bool) -> Counted:
    return count_files((file.path for file in batch), content, with_objects)


def _batches(files: Iterator[Found], skipped: SkippedFiles) -> Iterator[list[Found]]:
    batch: list[Found] = []
    size = 0
    for file in files:
        if not file.size:
            skipped.add(file.path, "empty file")
            continue
        batch.append(file)
        size += file.size
        if size >= _BATCH_BYTES or len(batch) >= _BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
