"""Lines of S3 server access logs, one file at a time: which of them asked KMS, and for whom."""

from __future__ import annotations

import datetime
import functools
import io
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from estimator.measurement.cloudtrail_logs.callers import REPLICATION_SESSION
from estimator.measurement.envelopes.event_kinds import CLOUDTRAIL
from estimator.measurement.object_name import DIGEST, place_of
from estimator.measurement.paths import Done
from estimator.measurement.plain_files import BadLines, as_text, is_json, is_utf16, open_plain
from estimator.measurement.unreadable import UnreadableError
from pricing.arns import parse_arn, role_of

# S3 User Guide, "Amazon S3 server access log format" (checked 2026-11-23). Quotes inside of a
# Request-URI, Referer or User-Agent are not escaped: what follows the Request-URI is known by its
# numbers, and nothing after them is needed, whatever fields AWS adds.
_LINE = re.compile(
    rb"\S+ +\S+ +\[(?P<time>[^\]]+)\] +\S+ +(?P<requester>\S+) +\S+ +(?P<operation>[A-Z]\S*) +"
    rb'(?P<key>\S+) +(?:"(?:[^"]*+|.*?)"|-) +(?P<status>\d{3}|-) +\S+(?: +(?:\d+|-)){4}(?: |$)'
)
_TIME = re.compile(rb"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]")
_HOUR = re.compile(rb"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d)")
_MONTHS = {
    name: number
    for number, name in enumerate(
        b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
    )
}

# Operations seen in real access logs, by what they ask of KMS (LogFormat, "Additional logging for
# copy operations"; public programs that sort them; checked 2026-11-28). 206 is a part of an object,
# decrypted by a request of its own; a copy reads its source, whole or part by part.
_READS = frozenset(
    {
        b"REST.GET.OBJECT",
        b"REST.COPY.OBJECT_GET",
        b"REST.COPY.PART_GET",
        b"WEBSITE.GET.OBJECT",
        b"REST.POST.SELECT",  # S3 Select
    }
)
# stands for reads of objects in CloudTrail's folders that have no name of its files
ODD = b"odd name"
_DELIVERY = b"REST.PUT.OBJECT"
_READ = (b"200", b"206")

# they encrypt, and CloudTrail delivers by none of them: copies and uploads of others
OTHER_WRITES = frozenset(
    {
        b"REST.COPY.OBJECT",
        b"REST.COPY.PART",
        b"REST.POST.OBJECT",
        b"REST.POST.UPLOAD",
        b"REST.POST.UPLOADS",
        b"REST.PUT.PART",
    }
)
# neither reads nor writes the bytes of an object: what S3 does by itself, headers, deletions, and
# properties of an object, whose names are its own
_NO_BYTES = re.compile(
    rb"S3\..*|BATCH\.DELETE\..*|(?:REST|WEBSITE)\.(?:HEAD|DELETE|OPTIONS)\..*|"
    rb"REST\.POST\.(?:MULTI_OBJECT_DELETE|RESTORE|OBJECT_ATTRIBUTES)|"
    rb"REST\.(?:GET|PUT|POST)\.(?:ACL|(?:OBJECT_)?(?:TAGGING|ATTRIBUTES|LOCK\w*|RETENTION|TORRENT)|"
    rb"LEGAL_HOLD|RETENTION|TORRENT|UPLOADS?|BUCKET\w*|LOCATION|NOTIFICATION|WEBSITE)"
)

_HEAD = 1 << 12
_LONGEST = 1 << 20  # a file without line ends must not fill the memory

EXPECTED = "S3 server access logs"
FIX = "name them, or the folder that they are in"
NO_LINE = "line that is no S3 server access log's"
CUT_LINE = "line that is cut off: the log is not whole"
JOINED = "line with another one behind it, which is not counted"


class Request(NamedTuple):
    """A request about an object of CloudTrail's, as far as a line tells."""

    day: datetime.date
    account: str
    region: str
    billed_account: str
    trail: str
    reader: str
    folder: str
    cause: str
    operation: str


@dataclass
class Log:
    """The lines of one file, counted."""

    lines: int = 0
    hours: set[datetime.datetime] = field(default_factory=set)
    requests: Counter[Request] = field(default_factory=Counter)
    uncounted: Counter[bytes] = field(default_factory=Counter)
    bad: BadLines = field(default_factory=BadLines)
    identities: array[int] = field(default_factory=lambda: array("q"))  # of the lines of `requests`


def read_lines(path: str, done: Done) -> Log:
    """The lines of one file, counted."""
    log = Log()
    number = 0
    text, hour, covered, before = b"", None, None, b""
    is_known = False
    with open_plain(path, done) as stream:
        if is_json(stream):
            raise _as_json(stream.peek(_HEAD))
        for line in _lines(stream):
            number += 1
            begin = line.find(b"[") + 1
            if line[begin : begin + 14] != text:  # lines of one hour follow one another
                text = line[begin : begin + 14]
                hour = _hour(text)
            if hour is None:
                if line.strip():
                    log.bad.add(number, NO_LINE)
                continue
            # most lines are about other objects: their time is all that is read; the last one may
            # be cut off before it names its object
            whole = line.endswith(b"\n")
            # other servers have the time in brackets too: until one line is S3's none is
            if (b"CloudTrail" in line or not (whole and is_known)) and not _count(
                line, hour.date(), log, number
            ):
                log.bad.add(number, NO_LINE)
                continue
            is_known = True
            # it may be counted all the same: what follows it in the log is not there
            if not whole and _fields_left(line) < _fields_left(before):
                log.bad.add(number, CUT_LINE)
            before = line
            log.lines += 1
            # by identity: `_hour` gives one object for an hour, and lines come by the million
            if hour is not covered:
                covered = hour
                log.hours.add(hour)
    if not log.lines:
        raise UnreadableError("no S3 server access log", EXPECTED, FIX)
    return log


def _count(line: bytes, day: datetime.date, log: Log, number: int) -> bool:
    """Count the request of a line; False where it is no line of an access log."""
    found = _LINE.match(line)
    if found is None:
        return False
    if b"CloudTrail" not in line:  # it was only asked whether it is S3's
        return True
    request = _request(found, day)
    if _TIME.search(line, found.end()):  # a file without a last line end, joined with the next
        log.bad.add(number, JOINED)
    if isinstance(request, Request):
        log.requests[request] += 1
        log.identities.append(hash(line))
    elif request is not None:
        log.uncounted[request] += 1
    return True


def _fields_left(line: bytes) -> int:
    """How many fields follow the last quote: fewer than in the line before where it is cut off."""
    return len(line.rpartition(b'"')[2].split())


def _lines(stream: io.BufferedReader) -> Iterator[bytes]:
    if is_utf16(stream.peek(2)):  # copied by PowerShell's >
        with as_text(stream) as text:
            yield from (line.encode() for line in iter(lambda: text.readline(_LONGEST), ""))
    else:
        yield from iter(functools.partial(stream.readline, _LONGEST), b"")


def _as_json(begin: bytes) -> UnreadableError:
    """The error of JSON by the name of what it is."""
    # S3 User Guide, "Log format in CloudWatch Logs": each record is JSON there, with these fields
    if b'"request_time' in begin and b'"operation' in begin:
        found = "S3 access log records as CloudWatch Logs holds them (JSON)"
        return UnreadableError(found, EXPECTED, "deliver the access logs to a bucket as well")
    return UnreadableError("JSON, no S3 server access log", EXPECTED, FIX)


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


def _request(found: re.Match[bytes], day: datetime.date) -> Request | bytes | None:
    """The request of a line, or an operation that no row counts; None where KMS was not asked."""
    operation, status = found["operation"], found["status"]
    is_get = operation in _READS
    # a read that S3 answers with an error, or with "not modified", decrypts nothing
    if is_get and status not in _READ:
        return None
    if not is_get and (status[:1] != b"2" or _NO_BYTES.fullmatch(operation)):
        return None
    # encoded twice: once by who asked, once by the log
    key = found["key"].decode(errors="replace")
    place = place_of(unquote(unquote(key)) if "%" in key else key)
    if place is None:
        # a folder, or an object that somebody else put there
        return ODD if is_get and not key.endswith("/") else None
    if not is_get and (operation != _DELIVERY or status != b"200"):
        return operation
    replicates = found["requester"].endswith(REPLICATION_SESSION.encode())
    reader, account = _who(found["requester"]) if is_get or replicates else ("", "")
    cause = "digest" if place.folder == DIGEST else "put"
    if is_get:  # what CloudTrail reads for itself has no reader
        cause = "other" if reader == CLOUDTRAIL else "get"
    operation_of_kms = "Decrypt" if is_get else "GenerateDataKey"
    if replicates:  # its source is read, and a replica is no delivery of CloudTrail's (F19)
        cause = "replication"
        operation_of_kms = "Decrypt" if is_get else "Encrypt"
    return Request(
        day,
        place.account,
        place.region,
        account,
        place.trail,
        reader,
        place.folder,
        cause,
        operation_of_kms,
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
