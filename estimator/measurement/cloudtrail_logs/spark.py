"""The same counting function on Apache Spark: for logs that one machine is too small for.

Each task counts its files; the events seen then meet twice, by eventID and by sharedEventID, so
that copies fall away across tasks as they do on one machine.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.measurement.cloudtrail_logs.copies import SEEN, once, rows_of
from estimator.measurement.cloudtrail_logs.counting import Counted, count_bytes
from estimator.measurement.cloudtrail_logs.object_events import ObjectEvents
from estimator.measurement.cloudtrail_logs.object_requests import (
    MOST_MOMENTS,
    ObjectTable,
    split_events,
)
from estimator.measurement.cloudtrail_logs.requests import Request, sortable
from pricing.reading.problems import KmscostError, Problem

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from estimator.measurement.cloudtrail_logs.gathering import Gathering

_PARTS = 256  # ids are split so finely that one part of a billion events is 150 MB
_PUBLIC_NAMES = Path("estimator", "__init__.py")
_SUMMARY = -1
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]+:")  # s3a:, hdfs:; a single letter is a drive
_ROOM = 1 << 18  # events that a task holds before it hands them on

# a part of the events: codes of `SEEN` and what they mean
Part = tuple[bytes, list[Request]]


def gather_on_spark(paths: tuple[str, ...], gathering: Gathering, master: str | None) -> None:
    """Count all files below `paths`, which may be anything that Spark reads, into `gathering`.

    Raises
    ------
    KmscostError
        PySpark is not installed, or Spark cannot read the paths or do its work.
    """
    session = _session(master)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        with tempfile.TemporaryDirectory(prefix="kmscost-") as folder:
            session.sparkContext.addPyFile(_pack_packages(Path(folder)))
            reader = session.read.format("binaryFile").option("recursiveFileLookup", "true")
            listing = reader.load(_from_here(paths, session))
            files = listing.select("path", "content").rdd
            # twice the cores keeps all of them busy; more tasks would only cost their start
            tasks = max(2 * session.sparkContext.defaultParallelism, files.getNumPartitions())
            tasks = min(tasks, _PARTS)
            count = partial(_count, with_objects=gathering.with_objects)
            first = partial(_first, most_moments=MOST_MOMENTS // tasks)
            counted = files.mapPartitions(count).partitionBy(tasks, _place).mapPartitions(first)
            results = counted.partitionBy(tasks, _place).mapPartitions(_second)
            met = 0
            for kind, value in results.collect():
                if kind == "met":
                    met += value
                elif kind == "summary":
                    gathering.take(value)
                elif kind == "objects":
                    gathering.take_objects(value)
                else:
                    gathering.take_counts(*value)
            # Spark hands out no empty files, and no names of what it leaves out
            for _ in range(len(listing.inputFiles()) - met):
                gathering.skipped.add(paths[0], "empty file")
    except (PySparkException, Py4JError) as error:
        reason = f"an error of Spark: {str(error).strip().splitlines()[0][:200]}"
        fix = "check the paths, the master and Spark's own log"
        raise KmscostError(
            Problem(paths[0], None, "", reason, "files that Spark can read", fix)
        ) from None
    finally:
        session.stop()


def _from_here(paths: Iterable[str], session: SparkSession) -> list[str]:
    """Paths as Spark finds them: its process may run in another folder, and stays there.

    Where its own file system is none of this machine (HDFS), a relative path is of that one.
    """
    conf = session.sparkContext._jsc.hadoopConfiguration()  # noqa: SLF001
    is_local = str(conf.get("fs.defaultFS", "file:///")).startswith("file:")
    return [
        str(Path(path).absolute()) if is_local and not _SCHEME.match(path) else path
        for path in paths
    ]


def _session(master: str | None) -> SparkSession:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        fix = "pip install 'kms-cost-estimator[spark]'"
        raise KmscostError(
            Problem("engine", None, "", "spark, without PySpark", "PySpark", fix)
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("kmscost")
    chosen = master or os.environ.get("MASTER") or (None if _has_master() else "local[*]")
    watched = str(sys.stderr.isatty()).lower()
    builder = builder.config("spark.ui.showConsoleProgress", watched)
    if chosen:
        builder = builder.master(chosen)
    try:
        session: SparkSession = builder.getOrCreate()
    except PySparkException as error:
        found = f"Spark cannot start: {str(error).strip().splitlines()[0][:200]}"
        fix = "check --master, and that Java 17 or newer is installed"
        raise KmscostError(Problem("engine", None, "", found, "a Spark that runs", fix)) from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def _has_master() -> bool:
    """Tell whether Spark's own settings name a master, as under spark-submit."""
    from pyspark import SparkConf

    return bool(SparkConf().contains("spark.master"))


def _pack_packages(folder: Path) -> str:
    """Write our two packages as a file that Spark hands to its workers."""
    target = folder / "kmscost.zip"
    root = Path(__file__).parents[3]
    with zipfile.ZipFile(target, "w") as archive:
        for package in ("estimator", "pricing"):
            for path in sorted((root / package).rglob("*.py")):
                name = path.relative_to(root)
                if name == _PUBLIC_NAMES:
                    # workers count, and need no public names: those load through a stub beside
                    # this file, which nothing finds inside of an archive
                    archive.writestr(str(name), "")
                else:
                    archive.write(path, name)
    return str(target)


def _place(key: int) -> int:
    return key  # Spark takes it modulo the number of tasks


def _count(rows: Iterable[Any], with_objects: bool) -> Iterator[tuple[int, Any]]:
    """Files to events, by the first byte of their id; the rest of the counts as summaries."""
    counted = _nothing_counted(with_objects)
    met = 0
    for row in rows:
        met += 1
        count_bytes(row.path.removeprefix("file:"), bytes(row.content), counted)
        if len(counted.seen) > _ROOM:
            yield from _hand_on(counted)
            counted = _nothing_counted(with_objects)
    yield from _hand_on(counted)
    yield _SUMMARY, ("met", met)


def _nothing_counted(with_objects: bool) -> Counted:
    return Counted(objects=ObjectEvents() if with_objects else None)


def _hand_on(counted: Counted) -> Iterator[tuple[int, Any]]:
    rows = rows_of(counted.seen)
    yield from _split(rows, counted.requests, "event")
    if counted.objects is not None and len(counted.objects):
        yield from split_events(counted.objects, _PARTS)
    rest = Counted(
        counted.files,
        counted.records,
        hours=counted.hours,
        skipped=counted.skipped,
        silent=counted.silent,
        notes=counted.notes,
        folding=counted.folding,
    )
    yield _SUMMARY, ("summary", rest)


def _split(rows: Any, requests: list[Request], by: str) -> Iterator[tuple[int, Part]]:
    parts = rows[by][:, 0] & (_PARTS - 1)
    for part in np.unique(parts):
        yield int(part), _compact(rows[parts == part], requests)


def _compact(rows: Any, requests: list[Request]) -> Part:
    """Rows with only the requests that they need."""
    used, codes = np.unique(rows["request"], return_inverse=True)
    rows = rows.copy()
    rows["request"] = codes
    return rows.tobytes(), [requests[code] for code in used]


def _first(entries: Iterable[tuple[int, Any]], most_moments: int) -> Iterator[tuple[int, Any]]:
    """Each event once; those shared between accounts go on to meet by that id."""
    parts: list[Part] = []
    summaries: list[Any] = []
    # all events of an object are here: of them distinct moments go on, however many they are
    objects: ObjectTable | None = None
    for key, value in entries:
        if isinstance(value, ObjectEvents):
            objects = objects or ObjectTable(most_moments=most_moments)
            objects.take(value)
        else:
            (summaries if key == _SUMMARY else parts).append(value)
    if objects is not None:
        yield _SUMMARY, ("objects", objects.requests())
        objects.close()
    yield from ((_SUMMARY, summary) for summary in summaries)
    rows, requests = _concatenate(parts)
    rows_once = once(rows, "event", _order(requests))
    is_shared = rows_once["shared"].any(axis=1)
    counts = _counts(rows_once[~is_shared], requests)
    # copies are what the second meeting takes away as well: it starts from the events kept here
    yield _SUMMARY, ("counts", (counts, len(rows) - len(rows_once)))
    yield from _split(rows_once[is_shared], requests, "shared")


def _second(entries: Iterable[tuple[int, Any]]) -> Iterator[tuple[str, Any]]:
    """Each action that several accounts recorded once."""
    parts: list[Part] = []
    for key, value in entries:
        if key == _SUMMARY:
            yield value
        else:
            parts.append(value)
    rows, requests = _concatenate(parts)
    rows_once = once(rows, "shared", _order(requests))
    yield "counts", (_counts(rows_once, requests), len(rows) - len(rows_once))


def _concatenate(parts: list[Part]) -> tuple[Any, list[Request]]:
    codes: dict[Request, int] = {}
    arrays = []
    for data, requests in parts:
        rows = np.frombuffer(data, dtype=SEEN).copy()
        own = np.array(
            [codes.setdefault(request, len(codes)) for request in requests], dtype=np.int32
        )
        rows["request"] = own[rows["request"]]
        arrays.append(rows)
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=SEEN), list(codes)


def _order(requests: list[Request]) -> Any:
    order = np.empty(len(requests), dtype=np.int64)
    order[sorted(range(len(requests)), key=lambda code: sortable(requests[code]))] = np.arange(
        len(requests)
    )
    return order


def _counts(rows: Any, requests: list[Request]) -> Counter[Request]:
    used, counts = np.unique(rows["request"], return_counts=True)
    return Counter({requests[code]: int(n) for code, n in zip(used, counts, strict=True)})
