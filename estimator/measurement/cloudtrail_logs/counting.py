"""The counting function: the bytes of a file in, counts out. Every engine runs this one."""

from __future__ import annotations

import datetime
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, BinaryIO

from estimator.measurement.cloudtrail_logs.folding import Folding
from estimator.measurement.cloudtrail_logs.object_events import ObjectEvents
from estimator.measurement.cloudtrail_logs.record import NO_ID, Record, identities
from estimator.measurement.cloudtrail_logs.records import Digest, Log, read_log
from estimator.measurement.cloudtrail_logs.requests import (
    Request,
    request_of,
    signature,
    traits_of,
)
from estimator.measurement.cloudtrail_logs.silent_files import (
    category_of,
    entries_left_out,
    silent_kind,
    tells_of_calls,
)
from estimator.measurement.cloudtrail_logs.unpack import unpack
from estimator.measurement.envelopes.event_kinds import CATEGORIES_APART
from estimator.measurement.object_name import parse_name, written_at
from estimator.measurement.skipped import Skipped
from estimator.measurement.unreadable import WHOLE, UnreadableError, readable

_WINDOW = datetime.timedelta(minutes=5)  # a log file holds about the five minutes before (F1)
_LOGS = "CloudTrail"
_SHARED = 128  # a copy that names the shared action tells more than one that does not

Hours = dict[tuple[str, str], dict[datetime.date, int]]


@dataclass
class Events:
    """The events of KMS that are requests, copies included: a place in each column for each.

    No numpy here: the processes that count start sooner without it.

    Attributes
    ----------
    event, shared : bytearray
        Which event, and which action shared between accounts (`identities`).
    request : array of int
        What it is: a place among the requests.
    worth : bytearray
        How much it tells.
    """

    event: bytearray = field(default_factory=bytearray)
    shared: bytearray = field(default_factory=bytearray)
    request: array[int] = field(default_factory=lambda: array("i"))
    worth: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.request)

    def cut(self, size: int) -> None:
        """Forget all but the first events."""
        del self.event[16 * size :]
        del self.shared[16 * size :]
        del self.request[size:]
        del self.worth[size:]


@dataclass
class Counted:
    """The counts of some files; parts add up in any order.

    Attributes
    ----------
    files, records : int
        Files read and records in them.
    requests : list of Request
        The distinct requests seen; `seen` points into it.
    seen : Events
        Every event of KMS that is a request, copies included.
    hours : dict
        (recording account, Region) to day to hours, a bit each.
    skipped : list of Skipped
        What could not be read.
    silent : Counter
        Files read that tell nothing of requests, by what they are.
    notes : Counter
        What events could not tell, in words.
    objects : ObjectEvents, optional
        The events about objects of S3, where they are asked for.
    folding : Folding
        The services whose resources are too many to be told apart.
    """

    files: int = 0
    records: int = 0
    requests: list[Request] = field(default_factory=list)
    seen: Events = field(default_factory=Events)
    hours: Hours = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    silent: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    objects: ObjectEvents | None = None
    folding: Folding = field(default_factory=Folding)
    _codes: dict[Request, int] = field(default_factory=dict)
    _known: dict[tuple[Any, ...], tuple[int, int] | None] = field(default_factory=dict)

    def code_of(self, record: Record, path: str) -> tuple[int, int] | None:
        """The number of a request among `requests`, and the worth of the event.

        None where the event is about no request. Events by the million have few distinct traits.
        """
        day = record.time[:10] if record.time else ""
        # where the event does not tell the day, the name of the file may
        known = signature(record, day if _calendar_day(day) else path)
        code_and_worth = self._known.get(known, _NEVER)
        if code_and_worth is not _NEVER:
            return code_and_worth
        request = _request(known, record, path)
        code_and_worth = None  # about no request
        if request is not None:
            request = self.folding.fold(request)
            code = self._codes.setdefault(request, len(self.requests))
            if code == len(self.requests):
                self.requests.append(request)
                if self.folding.meet(request):
                    self._fold()
            code_and_worth = code, request.worth
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[known] = code_and_worth
        return code_and_worth

    def _fold(self) -> None:
        """Fold what was met before: codes stay what they are, several for one request."""
        self.requests[:] = map(self.folding.fold, self.requests)
        self._codes = {}
        for code, request in enumerate(self.requests):
            self._codes.setdefault(request, code)

    def __getstate__(self) -> dict[str, Any]:
        """Without what only serves while counting."""
        return self.__dict__ | {"_codes": {}, "_known": {}}


# the request of each signature, from batch to batch: a process counts many of them
_KNOWN_REQUESTS: dict[tuple[Any, ...], Request | None] = {}
_MOST_KNOWN = 1 << 15
_NEVER = (-1, -1)  # in place of what was not met yet: None is about no request


def _request(known: tuple[Any, ...], record: Record, path: str) -> Request | None:
    """The request of a signature on a day."""
    request = _KNOWN_REQUESTS.get(known)
    if request is None and known not in _KNOWN_REQUESTS:
        if len(_KNOWN_REQUESTS) >= _MOST_KNOWN:
            _KNOWN_REQUESTS.clear()
        day = _calendar_day(known[0]) or _day_of(path)
        request = _KNOWN_REQUESTS[known] = request_of(traits_of(record, known[-1]), day)
    return request


def count_files(
    paths: Iterable[str],
    read: Callable[[str], bytes | BinaryIO],
    with_objects: bool = False,
) -> Counted:
    """Count the files of these paths; `read` fetches one.

    Parameters
    ----------
    with_objects : bool
        Whether requests about objects of S3 are also listed one by one (`Counted.objects`).
    """
    counted = Counted(objects=ObjectEvents() if with_objects else None)
    for path in paths:
        try:
            with readable():
                data = read(path)
        except UnreadableError as error:
            counted.skipped.append(Skipped(path, _reason(error)))
            continue
        count_bytes(path, data, counted)
    return counted


def count_bytes(path: str, data: bytes | BinaryIO, counted: Counted) -> None:
    """Count one file, or each member of an archive, into `counted`."""
    for name, plain in unpack(path, data):
        if isinstance(plain, UnreadableError):
            counted.skipped.append(Skipped(name, _reason(plain)))
            continue
        before = len(counted.seen)
        objects_before = len(counted.objects) if counted.objects is not None else 0
        try:
            with readable():
                _count_log(name, read_log(plain), counted)
        except UnreadableError as error:
            counted.seen.cut(before)  # a file counts whole or not at all
            if counted.objects is not None:
                counted.objects.cut(objects_before)
            counted.skipped.append(Skipped(name, _reason(error)))


def _reason(error: UnreadableError) -> str:
    """The reason in words; that a log file should be whole goes without saying."""
    return error.found if error.line is None and error.expected == WHOLE else error.reason


def _count_log(path: str, log: Log, counted: Counted) -> None:
    seen = 0
    tells = False
    spans: set[tuple[str, str, str]] = set()
    categories: set[str] = set()
    for records, kms in log.parts:
        seen += len(records)
        tells = tells or any(map(tells_of_calls, records))
        if not tells:
            categories |= {category_of(record) for record in records}
        spans |= _spans(records)
        if kms:
            _count_records(path, kms, counted)
            if counted.objects is not None:
                # a pass of its own, for counting is hot
                codes = ((record, counted.code_of(record, path)) for record in kms)
                counted.objects.take((record, counted.requests[c[0]]) for record, c in codes if c)
    others = log.others.total()
    tells = tells or log.quiet or (log.digest is not None and log.digest.quiet)
    silent = silent_kind(log, seen, categories)
    if not tells and (others or not silent):
        raise UnreadableError(entries_left_out(log.others, 0))
    counted.files += 1
    counted.records += seen
    counted.notes += log.notes
    if others:
        counted.skipped.append(Skipped(path, entries_left_out(log.others, seen)))
    if not tells:
        counted.silent[silent] += 1
        return
    for recorder, region, hour in spans:
        moment = _hour(hour)
        if moment is not None:
            _cover(counted, (recorder, region), moment)
    _cover_by_name(path, log.digest, counted)


def _spans(records: Sequence[Record]) -> set[tuple[str, str, str]]:
    """Recording account, Region and hour of each record."""
    few = {
        (record.recipient, record.region, record.time[:13])
        for record in records
        # as `tells_of_calls`, without a call for each record
        if record.time
        and record.source
        and record.category not in CATEGORIES_APART
        and (record.category or record.management is not False)
    }
    return {(recipient or "", region or "", hour) for recipient, region, hour in few}


def _count_records(path: str, records: Sequence[Record], counted: Counted) -> None:
    seen = counted.seen
    events, shared = [], []
    code_of = counted.code_of
    for record in records:
        known = code_of(record, path)
        if known is None:
            continue
        code, worth = known
        if record.shared_id:
            shared.append(record.shared_id)
            worth += _SHARED
        else:
            shared.append(NO_ID)
        # what has neither was given its whole text as request_id when it was read
        events.append(record.event_id or record.request_id)
        seen.request.append(code)
        seen.worth.append(worth)
    seen.event += identities(events)
    seen.shared += identities(shared)


@lru_cache(maxsize=65536)
def _hour(text: str) -> datetime.datetime | None:
    """The hour of ``2023-10-17T04``; None where no calendar has it."""
    try:
        moment = datetime.datetime.strptime(f"{text.replace(' ', 'T')}+0000", "%Y-%m-%dT%H%z")
    except ValueError:
        return None
    # a year that no log is of: coverage would be laid out from there, a bit for each hour
    return moment if 1970 <= moment.year < 2400 else None


@lru_cache(maxsize=4096)
def _calendar_day(text: str) -> datetime.date | None:
    """The day of ``2023-10-17``; None where no calendar has it."""
    moment = _hour(f"{text}T00")
    return moment.date() if moment else None


def _day_of(path: str) -> datetime.date | None:
    moment = written_at(path)
    return moment.date() if moment else None


def _cover(counted: Counted, stream: tuple[str, str], moment: datetime.datetime) -> None:
    days = counted.hours.setdefault(stream, {})
    day = moment.date()
    days[day] = days.get(day, 0) | 1 << moment.hour


def _cover_by_name(path: str, digest: Digest | None, counted: Counted) -> None:
    """The hours that the name of a log file stands for, or that a digest says nothing happened in.

    A digest with log files says nothing more than those files do, if they are there.
    """
    found = parse_name(digest.name if digest else path)
    if found is None:
        return
    stream = (found.account, found.region)
    if digest is None:
        moment = written_at(path)
        # a file of Insights proves nothing of the requests of its hour
        if moment is not None and found.folder == _LOGS:
            # also where it has no record of these minutes: the file proves that they were recorded
            _cover(counted, stream, moment - _WINDOW)
        return
    hour, end = _hour(digest.start[:13]), _hour(digest.end[:13])
    # a digest spans an hour; one that claims years must not fill them
    if digest.quiet and hour and end and end - hour <= datetime.timedelta(days=1):
        while hour < end:
            _cover(counted, stream, hour)
            hour += datetime.timedelta(hours=1)
