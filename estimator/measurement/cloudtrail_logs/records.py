"""Plain bytes of a file to its records: a log file as CloudTrail writes it, or what carries events.

Only the fields that counting needs are decoded; msgspec checks and skips the rest. What is nested
stays raw until a record turns out to be a request to KMS. Nearly every file is a log file: only
where it is none does `envelopes` look for events in it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from estimator.measurement.cloudtrail_logs.record import NOTHING, Parameters, Record, lenient
from estimator.measurement.envelopes.cells import ZONED, utc
from estimator.measurement.envelopes.documents import (
    as_utf8,
    refuse_second_member,
    without_half_characters,
)
from estimator.measurement.envelopes.event_kinds import KMS, must_have_parameters
from estimator.measurement.envelopes.recognition import (
    NOT_JSON,
    announcement_of_text,
    is_service,
    name_of_text,
)
from estimator.measurement.unreadable import UnreadableError
from pricing.reading.magic_numbers import AVRO, ORC, PARQUET

# what reads other forms takes as long to load as a hundred log files to count: loaded where needed
if TYPE_CHECKING:
    from estimator.measurement.envelopes.rows import Plan
    from estimator.measurement.envelopes.walk import Walker

# beyond it records are decoded one by one: all at once would take several times the file
_WHOLE = 64 * 1024**2
_PART = 1_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_INSIGHT = "AwsCloudTrailInsight"


class _Usual(Record, gc=False, kw_only=True):
    """A record as nearly all are: with an id of its own."""

    event_id: str = msgspec.field(name="eventID")


class _Log(msgspec.Struct):
    """A log file as nearly all are."""

    records: list[_Usual] | None = msgspec.field(name="Records", default=None)


class _LargeLog(msgspec.Struct):
    """A log file whose records stay raw."""

    records: list[msgspec.Raw] | None = msgspec.field(name="Records", default=None)


Part = tuple[Sequence[Record], Sequence[Record]]


def kms_of(records: Sequence[Record]) -> list[Record]:
    """The events of KMS among others."""
    return [record for record in records if record.source == KMS]


@dataclass
class Log:
    """The records of one file.

    Attributes
    ----------
    parts : iterator
        Records in the order of the file, and those of KMS among them; walked once.
    digest : Digest, optional
        A digest file, which has no records.
    others : Counter
        What is no record, in words, and how often; known after the walk, as the rest.
    announcements : Counter
        Services' own messages that stand for no event.
    notes : Counter
        What it cannot tell, in words, and how often.
    quiet : bool
        It is a log file that has no records.
    """

    parts: Iterator[Part] = field(default_factory=lambda: iter(()))
    digest: Digest | None = None
    others: Counter[str] = field(default_factory=Counter)
    announcements: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    quiet: bool = False


@dataclass(frozen=True)
class Digest:
    """An hourly digest file: whether there were log files between two moments."""

    name: str
    start: str
    end: str
    quiet: bool


# the fields of a record that are texts
_TEXTS = {
    wanted.name: wanted.encode_name
    for wanted in msgspec.structs.fields(Record)
    if wanted.name not in ("parameters", "resources", "caller")
}

_decode_log = msgspec.json.Decoder(_Log).decode
_check = msgspec.json.Decoder(msgspec.Raw).decode
_decode_entries = msgspec.json.Decoder(_LargeLog).decode
_decode_usual = msgspec.json.Decoder(list[_Usual]).decode
_decode_record = msgspec.json.Decoder(Record).decode
_source_of = attrgetter("source")
_time_of = attrgetter("time")
_TIME_LENGTHS = {len("2026-10-01T10:00:10Z")}


def read_log(data: bytes) -> Log:
    """The records in the plain bytes of a file.

    Raises
    ------
    UnreadableError
        It is no text that can hold events, and why; also in the middle of the walk.
    """
    if data.startswith(PARQUET):
        from estimator.measurement.envelopes import tables

        log = Log()
        return _walk(tables.parquet_rows(data, log.notes), log)
    if data.startswith((AVRO, ORC)):
        raise UnreadableError(name_of_text(data))
    data = as_utf8(data)
    if len(data) <= _WHOLE:
        try:
            records = _decode_log(data).records
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            records = None  # another shape, or entries that are no records: looked at below
        if records is not None:
            refuse_second_member(data, "Records")
            kms = _plain_kms(records)
            if kms is not None:
                return Log(iter([(records, kms)]), quiet=not records)
    else:
        large = _large_log(data)
        if large is not None:
            return large
    text = without_half_characters(data.strip())
    if not text:
        raise UnreadableError("empty file")
    announcement = announcement_of_text(text)
    if announcement:
        return Log(announcements=Counter([announcement]))
    log = Log()
    return _walk(_nodes(text, log.notes), log)


def _large_log(data: bytes) -> Log | None:
    """A log file whose records are decoded part by part; None where it is none."""
    try:
        _check(data)  # an object for each entry, if only to find that the last breaks off, is much
        entries = _decode_entries(data).records
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not entries:
        return None
    walker = _walker(Counter(), in_log=True)
    return Log(_large_parts(entries, walker), others=walker.others)


def _large_parts(entries: list[msgspec.Raw], walker: Walker[Record]) -> Iterator[Part]:
    for start in range(0, len(entries), _PART):
        part = entries[start : start + _PART]
        try:
            records: Sequence[Record] = _decode_usual(b"[" + b",".join(part) + b"]")
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            records = ()
        kms = _plain_kms(records) if records else None
        if kms is None:
            whole = (without_half_characters(bytes(entry)) for entry in part)
            records = list(walker.events(whole))
            kms = kms_of(records)
        yield records, kms


def _plain_kms(records: Sequence[Record]) -> list[Record] | None:
    """The events of KMS; None unless all records have their fields where CloudTrail has them."""
    # events by the million are of few services
    sources = set(map(_source_of, records))
    for source in sources:
        if not is_service(source) and not (
            source is None and all(map(_is_insight, (r for r in records if r.source is None)))
        ):
            return None
    # others than CloudTrail, which always writes UTC, may have written the file again: an offset
    # from UTC moves an event to another day
    if not _TIME_LENGTHS.issuperset(map(len, filter(None, map(_time_of, records)))):
        for record in records:
            if record.time and ZONED.fullmatch(record.time):
                record.time = utc(record.time, strict=False)
    kms = kms_of(records) if KMS in sources else []
    # nearly all have a context, a name and a type, which a call for each would take longer to find
    odd = [
        r
        for r in kms
        if r.parameters is None or r.parameters.context is None or not (r.operation and r.kind)
    ]
    return None if any(map(_may_have_more, odd)) else kms


def _is_insight(record: Record) -> bool:
    return record.kind == _INSIGHT or record.category == "Insight"


def _may_have_more(record: Record) -> bool:
    """Whether fields of an event may stand elsewhere than CloudTrail has them, or be no text."""
    # null and "" are told from what is not there by the raw event alone
    if not record.operation or not record.kind:
        return True
    # a table has a column for each part of an identity
    if not bytes(record.caller):
        return True
    parameters = record.parameters
    if parameters is None:
        return must_have_parameters(record.operation, record.error, record.kind, record.category)
    return parameters.context is None and bool(bytes(parameters.lower) or bytes(parameters.dotted))


def _nodes(text: bytes, notes: Counter[str]) -> Iterable[Any]:
    """The documents or rows of a text."""
    from estimator.measurement.envelopes import documents, tables
    from estimator.measurement.envelopes.walk import BASE64

    begins = documents.begins_like_json(text)
    try:
        if begins:
            return documents.documents(text)
    except UnreadableError:
        if not text.startswith(b'"'):  # a CSV may begin with a quote as well
            raise
    rows = tables.csv_rows(text, notes)
    if rows is not None:
        return rows
    if text.startswith(tuple(begin.encode() for begin in BASE64)):
        return text.decode().splitlines()
    if b"{" not in text:
        raise UnreadableError(name_of_text(text))
    return _read_prefixed(text)


def _read_prefixed(text: bytes) -> Iterator[Any]:
    """The documents of lines with a time before each."""
    from estimator.measurement.envelopes import documents

    name = name_of_text(text)
    if name != NOT_JSON:
        raise UnreadableError(name)
    found = list(documents.after_prefixes(text))
    if not any(found):
        raise UnreadableError(NOT_JSON)
    return iter(found)


def _walker(notes: Counter[str], in_log: bool = False) -> Walker[Record]:
    from estimator.measurement.envelopes.walk import Walker

    return Walker(_read, partial(_read_row, notes), in_log)


def _walk(nodes: Iterable[Any], log: Log) -> Log:
    walker = _walker(log.notes)
    log.others, log.announcements = walker.others, walker.announcements
    log.parts = _parts(walker, nodes, log)
    return log


def _parts(walker: Walker[Record], nodes: Iterable[Any], log: Log) -> Iterator[Part]:
    events = walker.events(nodes)
    while records := list(islice(events, _PART)):
        yield records, kms_of(records)
    log.quiet = walker.quiet
    log.notes.update(+walker.pages.notes)
    if walker.digest is not None:
        digest = walker.digest
        log.digest = Digest(
            str(digest.get("digestS3Object")),
            str(digest.get("digestStartTime")),
            str(digest.get("digestEndTime")),
            not digest.get("logFiles"),
        )


def _read(raw: bytes) -> Record | None:
    """An event as CloudTrail writes it; None for anything else."""
    try:
        record = _decode_record(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not is_service(record.source):
        return record if record.source is None and _is_insight(record) else None
    if record.source == KMS and _may_have_more(record):
        return None
    if record.time is not None and not _TIME.fullmatch(record.time):
        return None
    if not (record.event_id or record.request_id):
        # events before version 1.01 have no id: all of one tells it from others
        record.request_id = json.dumps(json.loads(raw), sort_keys=True)
    return record


def _read_row(notes: Counter[str], row: Mapping[str, Any], plan: Plan, in_log: bool) -> Record:
    """An event whose fields are flattened, texts, or of another type than CloudTrail's."""
    from estimator.measurement.envelopes.rows import NO_EVENT_TYPE, event_of, lacks_event_type

    event = event_of(row, plan, in_log)
    if lacks_event_type(row, event, in_log):
        notes[NO_EVENT_TYPE] += 1
    fields = {name: event.get(known) for name, known in _TEXTS.items()}
    if not (fields["event_id"] or fields["request_id"]):
        fields["request_id"] = json.dumps(row, sort_keys=True, default=str)
    return Record(
        **fields,
        parameters=lenient(event.get("requestParameters"), Parameters),
        resources=_as_raw(event.get("resources")),
        caller=_as_raw(event.get("userIdentity")),
    )


def _as_raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value)) if value is not None else NOTHING
