"""S3 server access logs to actuals: who got CloudTrail's objects, and their delivery."""

from __future__ import annotations

import datetime
import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import AT_MOST, place_of
from estimator.measurement.object_name import DIGEST
from estimator.measurement.paths import as_paths, find_files
from estimator.measurement.plain_files import DAMAGED, BadLines, open_plain, why_unreadable
from estimator.measurement.progress import Done, Progress
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_frame, actuals_grain
from estimator.measurement.skipped import SkippedFiles
from pricing.arns import parse_arn, role_of

SOURCE = "access-logs"

# S3 User Guide, "Amazon S3 server access log format" (checked 2026-11-23). Quotes inside of a
# Request-URI, Referer or User-Agent are not escaped: what follows the Request-URI is known by its
# numbers, and nothing after them is needed, whatever fields AWS adds.
_LINE = re.compile(
    rb"\S+ +\S+ +\[(?P<time>[^\]]+)\] +\S+ +(?P<requester>\S+) +\S+ +(?P<operation>[A-Z]\S*) +"
    rb'(?P<key>\S+) +(?:"(?:[^"]*+|.*?)"|-) +(?P<status>\d{3}|-) +\S+(?: +(?:\d+|-)){4}(?: |$)'
)
_HOUR = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}

# a copy reads its source; 206 is a part of an object, decrypted by a request of its own
_GETS = {b"REST.GET.OBJECT": (b"200", b"206"), b"REST.COPY.OBJECT_GET": (b"200", b"206")}
_PUTS = {b"REST.PUT.OBJECT": (b"200",)}

_LONGEST = 1 << 20  # a file without line ends must not fill the memory

NO_LINE = "line that is no S3 server access log's"


def measure_access_logs(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Actuals:
    """The most KMS requests that getting and putting CloudTrail's objects can have made.

    A GET that returned bytes, or the reading side of a copy, is one Decrypt of its requester, each
    part of an object too (F3); a PUT is one GenerateDataKey (F2). Answers 304, 403 and 404, and
    HEAD, are none.

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
    skipped = SkippedFiles()
    counted = _Counted()
    names = as_paths(paths)
    done = Done(progress)
    for found in find_files(names, skipped):
        if not found.size:
            skipped.add(found.path, "empty file")
            continue
        try:
            log = _read(found.path, done)
        except (OSError, *DAMAGED) as error:
            skipped.add(found.path, why_unreadable(error))
            continue
        finally:
            done.add(1, 0)
        if not log.lines:
            skipped.add(found.path, "no S3 server access log")
            continue
        log.bad.skip(found.path, skipped)
        counted.add(log)
    if strict and skipped:
        raise skipped.refuse()
    if not counted.files:
        fix = "name them, or the folder that they are in"
        raise skipped.nothing(names, "S3 server access logs", fix)
    coverage = counted.coverage()
    return Actuals(
        SOURCE,
        _frame(counted.requests, coverage),
        counted.files,
        counted.lines,
        skipped=skipped,
        coverage=coverage,
        notices=(*_notices(counted, skipped), *coverage.notices()),
        by=grain,
    )


class _Request(NamedTuple):
    """A request about an object of CloudTrail's, as far as a line tells."""

    day: datetime.date
    account: str
    region: str
    billed_account: str
    trail: str
    reader: str
    folder: str
    cause: str


@dataclass
class _Log:
    """The lines of one file, counted."""

    lines: int = 0
    hours: set[datetime.datetime] = field(default_factory=set)
    requests: Counter[_Request] = field(default_factory=Counter)
    bad: BadLines = field(default_factory=BadLines)


@dataclass
class _Counted:
    """The lines of all files, counted."""

    files: int = 0
    lines: int = 0
    hours: set[datetime.datetime] = field(default_factory=set)
    requests: Counter[_Request] = field(default_factory=Counter)

    def add(self, log: _Log) -> None:
        """Add one file."""
        self.files += 1
        self.lines += log.lines
        self.hours |= log.hours
        self.requests.update(log.requests)

    def coverage(self) -> Coverage:
        """Every hour in which a line was written, whichever bucket it is about."""
        days: dict[datetime.date, int] = {}
        for hour in self.hours:
            days[hour.date()] = days.get(hour.date(), 0) | 1 << hour.hour
        return Coverage({("", ""): days}) if days else Coverage()


def _read(path: str, done: Done) -> _Log:
    log = _Log()
    number = 0
    text, hour, covered = b"", None, None
    with open_plain(path, done) as stream:
        for line in iter(functools.partial(stream.readline, _LONGEST), b""):
            number += 1
            begin = line.find(b"[") + 1
            if line[begin : begin + 14] != text:  # lines of one hour follow one another
                text = line[begin : begin + 14]
                hour = _hour(text)
            if hour is None:
                if line.strip():
                    log.bad.add(number, NO_LINE)
                continue
            # most lines are about other objects: their time is all that is read
            if b"CloudTrail" in line:
                found = _LINE.match(line)
                if found is None:
                    log.bad.add(number, NO_LINE)
                    continue
                request = _request(found, hour.date())
                if request is not None:
                    log.requests[request] += 1
            log.lines += 1
            # by identity: `_hour` gives one object for an hour, and lines come by the million
            if hour is not covered:
                covered = hour
                log.hours.add(hour)
    return log


@functools.lru_cache(maxsize=4096)
def _hour(text: bytes) -> datetime.datetime | None:
    """The hour of ``17/Oct/2023:04``. [UTC]"""
    found = _HOUR.fullmatch(text)
    if found is None:
        return None
    day, month, year, hour = found.groups()
    try:
        return datetime.datetime(int(year), _MONTHS[month], int(day), int(hour))  # noqa: DTZ001
    except (KeyError, ValueError):
        return None


def _request(found: re.Match[bytes], day: datetime.date) -> _Request | None:
    """The request of a line; None where it returned or stored no bytes of CloudTrail's."""
    operation, status = found["operation"], found["status"]
    is_get = status in _GETS.get(operation, ())
    if not is_get and status not in _PUTS.get(operation, ()):
        return None
    # encoded twice: once by who asked, once by the log
    key = found["key"].decode(errors="replace")
    place = place_of(unquote(unquote(key)) if "%" in key else key)
    if place is None:
        return None
    reader, account = _who(found["requester"]) if is_get else ("", "")
    cause = "get" if is_get else "digest" if place.folder == DIGEST else "put"
    return _Request(
        day, place.account, place.region, account, place.trail, reader, place.folder, cause
    )


@functools.lru_cache(maxsize=4096)
def _who(requester: bytes) -> tuple[str, str]:
    """A reader and its account, as far as they are known.

    >>> _who(b"arn:aws:sts::111122223333:assumed-role/siem/i-0abc")
    ('arn:aws:iam::111122223333:role/siem', '111122223333')
    >>> _who(b"svc:guardduty.amazonaws.com"), _who(b"-")
    (('guardduty.amazonaws.com', ''), ('', ''))
    """
    name = requester.decode(errors="replace")
    arn = parse_arn(name)
    reader = "" if name == "-" else role_of(name.removeprefix("svc:"))
    return reader, arn.account if arn is not None else ""


def _frame(requests: Counter[_Request], coverage: Coverage) -> Any:
    columns: dict[str, Any] = {
        name: [getattr(request, name) for request in requests] for name in _Request._fields
    }
    counts = [float(count) for count in requests.values()]
    gets = [request.cause == "get" for request in requests]
    return actuals_frame(
        columns
        | {
            "driver": [
                request.reader if request.cause == "get" else request.trail for request in requests
            ],
            "operation": ["Decrypt" if is_get else "GenerateDataKey" for is_get in gets],
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
    if not counted.requests:
        notices.append("no line is about a GET or PUT of an object as CloudTrail names it")
    if skipped:
        notices.append(f"{len(skipped):,} files or lines were not counted: figures may be too low")
    return notices
