"""Plain bytes of a log file to its records, whichever shape they come in.

Only the fields that counting needs are decoded; msgspec checks and skips the rest. What is nested
stays raw until a record turns out to be a request to KMS.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from estimator.measurement.unreadable import UnreadableError

# beyond it records are decoded one by one: all at once would take several times the file
_WHOLE = 64 * 1024**2
_PART = 10_000
_BLOCK = 1 << 20  # bytes
_RAW = msgspec.Raw(b"")
_Part = TypeVar("_Part")
_SHOWN = 80
_NO_SPACE = re.compile(r"\S")
_IDS = ("event_id", "shared_id", "request_id", "error")

# half of a surrogate pair is valid JSON and no character: users and agents have such names
# it begins with literal bytes, which are found at once: two alternatives are tried at each byte
_HALF_CHARACTER = re.compile(
    rb"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD])[c-fC-F][0-9a-fA-F]{2})"
)


class Context(msgspec.Struct, gc=False):
    """The encryption context of a request about an object of CloudTrail's."""

    trail: str = msgspec.field(name="aws:cloudtrail:arn", default="")
    target: str = msgspec.field(name="aws:s3:arn", default="")


class Parameters(msgspec.Struct, gc=False):
    """The parameters of a request to KMS, as far as counting needs them."""

    context: Context | None = msgspec.field(name="encryptionContext", default=None)
    source: Context | None = msgspec.field(name="sourceEncryptionContext", default=None)
    key: str | None = msgspec.field(name="keyId", default=None)


class Record(msgspec.Struct, gc=False):
    """The fields of one event that counting needs; each of them may be missing."""

    source: str | None = msgspec.field(name="eventSource", default=None)
    time: str | None = msgspec.field(name="eventTime", default=None)
    region: str | None = msgspec.field(name="awsRegion", default=None)
    recipient: str | None = msgspec.field(name="recipientAccountId", default=None)
    operation: str | None = msgspec.field(name="eventName", default=None)
    event_id: str | None = msgspec.field(name="eventID", default=None)
    shared_id: str | None = msgspec.field(name="sharedEventID", default=None)
    request_id: str | None = msgspec.field(name="requestID", default=None)
    error: str | None = msgspec.field(name="errorCode", default=None)
    kind: str | None = msgspec.field(name="eventType", default=None)
    category: str | None = msgspec.field(name="eventCategory", default=None)
    parameters: Parameters | None = msgspec.field(name="requestParameters", default=None)
    resources: msgspec.Raw = msgspec.field(name="resources", default=_RAW)
    caller: msgspec.Raw = msgspec.field(name="userIdentity", default=_RAW)


class _Usual(Record, gc=False, kw_only=True):
    """A record as nearly all are: with an id of its own."""

    event_id: str = msgspec.field(name="eventID")


class _Log(msgspec.Struct):
    """A log file as nearly all are."""

    records: list[_Usual] | None = msgspec.field(name="Records", default=None)


class _Top(msgspec.Struct):
    """The shapes that a file may have at its top; a digest file has none of CloudTrail's events."""

    records: msgspec.Raw = msgspec.field(name="Records", default=_RAW)
    looked_up: msgspec.Raw = msgspec.field(
        name="Events", default=_RAW
    )  # aws cloudtrail lookup-events
    source: msgspec.Raw = msgspec.field(name="eventSource", default=_RAW)
    operation: msgspec.Raw = msgspec.field(name="eventName", default=_RAW)
    detail: msgspec.Raw = msgspec.field(name="detail", default=_RAW)  # EventBridge
    digest_end: Any = msgspec.field(name="digestEndTime", default=None)
    digest_start: Any = msgspec.field(name="digestStartTime", default=None)
    digest_object: Any = msgspec.field(name="digestS3Object", default=None)
    log_files: Any = msgspec.field(name="logFiles", default=None)


class _LookedUp(msgspec.Struct):
    text: str = msgspec.field(name="CloudTrailEvent")


@dataclass
class Log:
    """The records of one file.

    Attributes
    ----------
    parts : iterator of lists of Record
        In the order of the file; walked once.
    digest : Digest, optional
        Set where the file is a digest file, which has no records.
    bad : int
        Entries that are no records, known after the walk.
    """

    parts: Iterator[Sequence[Record]] = field(default_factory=lambda: iter(()))
    digest: Digest | None = None
    bad: int = 0


@dataclass(frozen=True)
class Digest:
    """An hourly digest file: whether there were log files between two moments."""

    name: str
    start: str
    end: str
    quiet: bool


_decode_log = msgspec.json.Decoder(_Log).decode
_decode_top = msgspec.json.Decoder(_Top).decode
_decode_record = msgspec.json.Decoder(Record).decode
_decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_looked_up = msgspec.json.Decoder(list[_LookedUp]).decode


def read_log(data: bytes) -> Log:
    """The records in the plain bytes of a log file.

    Raises
    ------
    UnreadableError
        There is no CloudTrail record in it, and why.
    """
    if not data.isascii():
        _check_text(data)  # msgspec does not look into what it skips
    if len(data) <= _WHOLE:
        try:
            records = _decode_log(data).records
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            records = None  # another shape, or entries that are no records: looked at below
        if records is not None:
            return Log(iter([records]))
    log = Log()
    text = _HALF_CHARACTER.sub(rb"\\ufffd", data.removeprefix(b"\xef\xbb\xbf").strip())
    entries = _entries(text, log)
    log.parts = _each(entries, log)
    return log


def _check_text(data: bytes) -> None:
    """Refuse what is not UTF-8, a block at a time: as text all may take four times as much."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _BLOCK):
        before = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _BLOCK], final=start + _BLOCK >= len(data))
        except UnicodeDecodeError as error:
            place = start - before + error.start
            raise UnreadableError(f"not UTF-8 (byte {place})") from None


def _each(entries: list[Any], log: Log) -> Iterator[Sequence[Record]]:
    for start in range(0, len(entries), _PART):
        part = []
        for entry in entries[start : start + _PART]:
            try:
                part.append(_record(entry))
            except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
                log.bad += 1
        yield part


def _record(entry: Any) -> Record:
    """One record; a field of another type than CloudTrail's counts as text or as missing."""
    try:
        record = _decode_record(entry)
        if not (record.event_id or record.request_id):
            # events before version 1.01 have no id: all of one tells it from others
            record.request_id = json.dumps(json.loads(bytes(entry)), sort_keys=True)
    except msgspec.ValidationError:
        document = json.loads(bytes(entry))
    else:
        return record
    if not isinstance(document, dict):
        raise TypeError("no record")
    fields: dict[str, Any] = {}
    for wanted in msgspec.structs.fields(Record):
        value = document.get(wanted.encode_name)
        if wanted.name == "parameters":
            fields[wanted.name] = lenient(value, Parameters)
        elif wanted.default is _RAW:
            fields[wanted.name] = msgspec.Raw(json.dumps(value).encode())
        elif wanted.name in _IDS and value is not None and not isinstance(value, str):
            fields[wanted.name] = json.dumps(value)  # odd, but it tells one from another
        else:
            fields[wanted.name] = value if isinstance(value, str) else None
    fields["request_id"] = fields["request_id"] or json.dumps(document, sort_keys=True)
    return Record(**fields)


def lenient(value: Any, kind: type[_Part]) -> _Part | None:
    """A nested part of a record; what is not of its type in it is left out, never guessed."""
    try:
        return msgspec.convert(_only_strings(value), kind)
    except (msgspec.ValidationError, RecursionError):
        return None


def _only_strings(value: Any) -> Any:
    """`value` without the numbers and lists where a name should stand."""
    if isinstance(value, list):
        return [_only_strings(inner) for inner in value if isinstance(inner, dict)]
    if isinstance(value, dict):
        strings = {key: _only_strings(inner) for key, inner in value.items()}
        return {key: inner for key, inner in strings.items() if isinstance(inner, str | dict)}
    return value


def _entries(data: bytes, log: Log) -> list[Any]:
    """The records, still as raw bytes, of one document, of lines of them, or of any in a row.

    A file counts whole or not at all.
    """
    if not data:
        raise UnreadableError("empty file")
    try:
        return _of_document(data, log)
    except RecursionError:
        raise UnreadableError("JSON nested too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        for split in (bytes.splitlines, _in_a_row):
            try:
                parts = [part for part in split(data) if part.strip()]
                return [entry for part in parts for entry in _of_document(part, log)]
            # msgspec's errors are no ValueError in its release 0.19
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
        raise UnreadableError(_why(data, error)) from None


def _in_a_row(data: bytes) -> list[bytes]:
    """Documents one after the other with nothing between them, as joined files are."""
    text = data.decode()
    decoder = json.JSONDecoder()
    parts, at = [], 0
    while at < len(text):
        _, end = decoder.raw_decode(text, at)
        parts.append(text[at:end].encode())
        following = _NO_SPACE.search(text, end)
        at = following.start() if following else len(text)
    if len(parts) < 2:
        raise ValueError("one document")
    return parts


def _of_document(data: bytes, log: Log) -> list[Any]:
    if data.startswith(b"["):
        return _decode_list(data)
    top = _decode_top(data)
    # bytes() would copy all of it
    if memoryview(top.records).nbytes > len(b"null") or bytes(top.records) not in (b"", b"null"):
        return _decode_list(top.records)
    if bytes(top.looked_up):
        return [event.text.encode() for event in _decode_looked_up(top.looked_up)]
    if bytes(top.detail):
        return [top.detail]
    if bytes(top.source) and bytes(top.operation):
        return [data]
    if top.digest_end is not None and top.log_files is not None:
        log.digest = Digest(
            str(top.digest_object), str(top.digest_start), str(top.digest_end), not top.log_files
        )
        return []
    raise UnreadableError("JSON without CloudTrail records")


def _why(data: bytes, error: Exception) -> str:
    if not data:
        return "empty file"
    if not data.startswith((b"{", b"[")):
        return "not JSON"
    if isinstance(error, msgspec.ValidationError):
        return f"JSON without CloudTrail records ({str(error)[:_SHOWN]})"
    return f"damaged JSON ({str(error)[:_SHOWN]})"
