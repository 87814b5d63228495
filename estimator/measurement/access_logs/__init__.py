"""S3 server access logs to actuals: who got CloudTrail's objects, and their delivery."""

from __future__ import annotations

import datetime
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from estimator.figures import listed, plural
from estimator.measurement.access_logs.lines import (
    EXPECTED,
    FIX,
    ODD,
    OTHER_WRITES,
    Log,
    Request,
    read_lines,
)
from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import AT_MOST
from estimator.measurement.paths import Done, Progress, as_paths
from estimator.measurement.plain_files import Copies, read_files
from estimator.measurement.recognition import naming_files
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_frame, actuals_grain
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import Refused, readable
from pricing.reading.problems import printable

SOURCE = "access-logs"

_MOST_OPERATIONS = 6  # to name


@naming_files("measure access-logs")
def measure_access_logs(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Actuals:
    """The most KMS requests that getting and putting CloudTrail's objects can have made.

    A GET that returned bytes, the reading side of a copy or S3 Select is one Decrypt of its
    requester, each part of an object too (F3); a PUT is one GenerateDataKey (F2). Answers 304, 403
    and 404, and HEAD, are none; an operation that is not known is named with its lines.

    Parameters
    ----------
    paths : path or sequence of paths
        S3 server access logs, gzip or not; folders are searched.
    by : str or sequence of str, optional
        Columns of the rows. Default: all that a line tells.
    strict : bool
        A file or line that cannot be read is an error.
    progress : callable, optional
        Called with files and bytes done so far. [file], [byte]

    Returns
    -------
    Actuals
        Rows by the day of the request, `quantity` in requests, `files` in answered requests;
        `account`, `region` and `folder` are those of the object's name. ``records`` are lines.

    Raises
    ------
    KmscostError
        No line is an access log's.
    UsageError
        `by` names no column.
    """
    grain = actuals_grain(by)
    refused = Refused()
    skipped = refused.skipped
    counted = _Counted()
    names = as_paths(paths)
    copies = Copies()
    for path, log in read_files(names, _read, refused, Done(progress)):
        if copies.is_copy(path, (log.lines, log.requests.total(), frozenset(log.hours))):
            continue
        log.bad.skip(path, skipped)
        counted.add(log)
    if strict and skipped:
        raise skipped.refuse()
    if not counted.files:
        raise refused.nothing(names, EXPECTED, FIX)
    coverage = counted.coverage()
    return Actuals(
        SOURCE,
        _frame(counted.requests, coverage),
        counted.files,
        counted.lines,
        skipped=skipped,
        coverage=coverage,
        notices=(*_notices(counted, skipped), *copies.notices, *coverage.notices()),
        by=grain,
    )


def _read(path: str, done: Done) -> Log:
    with readable("S3 server access logs"):
        return read_lines(path, done)


@dataclass
class _Counted:
    """The lines of all files, counted."""

    files: int = 0
    lines: int = 0
    hours: set[datetime.datetime] = field(default_factory=set)
    requests: Counter[Request] = field(default_factory=Counter)
    uncounted: Counter[bytes] = field(default_factory=Counter)
    identities: array[int] = field(default_factory=lambda: array("q"))

    @property
    def repeated(self) -> int:
        """Counted lines that were there before, to the last byte."""
        return len(self.identities) - len(np.unique(np.frombuffer(self.identities, "q")))

    def add(self, log: Log) -> None:
        """Add one file."""
        self.files += 1
        self.lines += log.lines
        self.hours |= log.hours
        self.requests.update(log.requests)
        self.uncounted.update(log.uncounted)
        self.identities += log.identities

    def coverage(self) -> Coverage:
        """Every hour in which a line was written, whichever bucket it is about."""
        days: dict[datetime.date, int] = {}
        for hour in self.hours:
            days[hour.date()] = days.get(hour.date(), 0) | 1 << hour.hour
        return Coverage({("", ""): days}) if days else Coverage()


def _frame(requests: Counter[Request], coverage: Coverage) -> Any:
    columns: dict[str, Any] = {
        name: [getattr(request, name) for request in requests] for name in Request._fields
    }
    counts = [float(count) for count in requests.values()]
    return actuals_frame(
        columns
        | {
            "driver": [
                request.trail if request.cause in ("put", "digest") else request.reader
                for request in requests
            ],
            "quantity": counts,
            "unit": ["request"] * len(counts),
            "files": counts,
            "source": [SOURCE] * len(counts),
            "coverage": [coverage.of_day("", "", request.day) for request in requests],
        }
    )


def _notices(counted: _Counted, skipped: SkippedFiles) -> list[str]:
    notices = [
        AT_MOST.format("an access log", "GET and PUT"),
        "S3 delivers access logs on a best-effort basis: lines may be missing",
    ]
    writes = {name: n for name, n in counted.uncounted.items() if name in OTHER_WRITES}
    odd = counted.uncounted.get(ODD, 0)
    unknown = {
        name: n for name, n in counted.uncounted.items() if name not in OTHER_WRITES and name != ODD
    }
    if odd:
        notices.append(
            f"{plural(odd, 'read')} of objects with CloudTrail in their names, which are not as "
            f"CloudTrail writes them, {'is' if odd == 1 else 'are'} not counted"
        )
    if writes:
        notices.append(
            f"{_operations(writes)}: copies or uploads under CloudTrail's names by others than "
            "CloudTrail; each asks KMS at most once for whoever made it, and is not counted here"
        )
    if unknown:
        notices.append(
            f"{_operations(unknown)}: it is not known whether KMS was asked, and no request is "
            "counted for it: figures may be too low"
        )
    if not counted.requests:
        notices.append("no line is about a GET or PUT of an object as CloudTrail names it")
    if repeated := counted.repeated:
        notices.append(
            f"{plural(repeated, 'line', 'is', 'are')} there a second time (in two files, or "
            "delivered twice by S3): counted again"
        )
    if skipped:
        notices.append(f"not counted: {len(skipped):,} of files and lines; figures may be too low")
    return notices


def _operations(counts: Mapping[bytes, int]) -> str:
    """Count the lines of each operation in words."""
    lines = sum(counts.values())
    names = sorted(counts, key=lambda name: (-counts[name], name))
    shown = (printable(name.decode(errors="replace")[:60]) for name in names)
    return f"{lines:,} line{'s' * (lines != 1)} of {listed(shown, _MOST_OPERATIONS)}"
