"""A document to the events in it: through what carries them, down to what is an event itself."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from estimator.measurement.compressed import Room, plain_bytes
from estimator.measurement.envelopes.cells import is_nothing
from estimator.measurement.envelopes.documents import DAMAGED, documents, without_half_characters
from estimator.measurement.envelopes.event_kinds import OTHERS
from estimator.measurement.envelopes.ocsf import is_cloudtrail, row_of
from estimator.measurement.envelopes.partial_answers import MEMBERS, Pages, shortfall
from estimator.measurement.envelopes.recognition import announcement_of, is_service, name_of
from estimator.measurement.envelopes.rows import Plan, plan_of
from estimator.measurement.envelopes.tables import rows_in
from estimator.measurement.unreadable import UnreadableError

Event = TypeVar("Event")
Walk = Generator[Event, None, bool]

_DEEPEST = 16
BASE64 = ("H4sI", "eyJ", "ewo", "ewk", "eyA", "W3s", "Wyo")  # of gzip, of { and of [
_CUT = (b'"eventVersion"', b'"eventSource"', b'"eventName"')

# where services and exports put the event, the surest first: a text of the whole event is exact,
# the fields beside it may be fewer
_CARRIERS = (
    *("Records", "CloudTrailEvent", "cloudTrailEvent", "cloudtrailevent"),  # lookup-events
    *("_raw", "event.original", "eventJson", "eventjson", "event_json", "raw_event"),
    *("@message", "message", "Message", "logEvents", "awslogs", "events", "Events"),
    *("body", "Body", "Sns", "kinesis", "detail", "_source", "result", "hits", "results"),
    *("data", "Data"),  # Kinesis and Firehose
)
# in a list of these each entry is an event, or is named
_LISTS = {"Records", "records", "Events", "events", "logEvents", "hits", "results", "Messages"}
_QUIET = "Records"  # a log file without events
_NO_ANSWER = "answers of lookup-events without events"

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
_text = msgspec.json.Decoder(str).decode
_any = msgspec.json.Decoder().decode
_SHALLOW: dict[bytes, Callable[[bytes], Any]] = {b"{": _fields, b"[": _list, b'"': _text}


class Walker(Generic[Event]):
    """Finds the events of documents; counts by name what is none.

    Parameters
    ----------
    read : callable
        An object's bytes to an event, or None where it is none as CloudTrail writes it.
    read_row : callable
        A row and the plan of its columns to an event, and whether it stands in a log file.
    in_log : bool
        The documents are entries of a log file.

    Attributes
    ----------
    others : Counter
        What carries no event, in words, and how often.
    announcements : Counter
        Services' own messages that stand for no event, in words, and how often.
    pages : Pages
        What answers lack that another file may have.
    quiet : bool
        A list of events was there, and empty.
    digest : mapping, optional
        The fields of a digest file.
    """

    def __init__(
        self,
        read: Callable[[bytes], Event | None],
        read_row: Callable[[Mapping[str, Any], Plan, bool], Event],
        in_log: bool = False,
    ) -> None:
        self._read = read
        self._read_row = read_row
        # how deep the entries of the log file are that it is at
        self._log_depth: int | None = 0 if in_log else None
        self.others: Counter[str] = Counter()
        self.announcements: Counter[str] = Counter()
        self.pages = Pages()
        self.quiet = False
        self.digest: Mapping[str, Any] | None = None

    def events(self, nodes: Iterable[Any]) -> Iterator[Event]:
        """The events of documents or rows, in order."""
        before = self._log_depth
        for node in nodes:
            self._log_depth = before
            if not (yield from self._walk(node, 0)):
                self.others[OTHERS] += 1

    def _walk(self, node: Any, depth: int, strict: bool = True) -> Walk[Event]:
        """The events below a node; whether it had any, or was named."""
        if depth > _DEEPEST:
            return False
        if isinstance(node, bytes | msgspec.Raw):
            raw = bytes(node)
            head = raw[:1]
            if head == b"{":
                event = self._read(raw)
                if event is not None:
                    yield event
                    return True
            try:
                node = _SHALLOW[head](raw) if head in _SHALLOW else None
            except DAMAGED:  # half a character in a name, a number without end
                return False
        if isinstance(node, str):
            return (yield from self._content(node, depth))
        if isinstance(node, Mapping):
            try:
                return (yield from self._object(node, depth))
            except DAMAGED:  # below a node that was only looked at from above
                return False
        if isinstance(node, list):
            return (yield from self._entries(node, depth, strict))
        return False

    def _entries(self, entries: list[Any], depth: int, strict: bool) -> Walk[Event]:
        """A list: of events each of which is named if it is none, or of anything."""
        row = rows_in(entries, _plain)
        if row is not None:
            return (yield from self._rows(row, depth))
        found = False
        unnamed = 0
        for entry in entries:
            # rows of values, as --query '[].[EventTime,CloudTrailEvent]' gives, hold one event each
            if (yield from self._walk(entry, depth + 1, strict=False)):
                found = True
            elif strict or _head(entry) in (b"{", b"["):
                unnamed += 1
        if strict or found:
            self.others[OTHERS] += unnamed
            return bool(entries)
        return False

    def _rows(self, rows: Iterable[Any], depth: int) -> Walk[Event]:
        found = False
        for row in rows:
            found = True
            if not (yield from self._walk(row, depth + 1)):
                self.others[OTHERS] += 1
        return found

    def _object(self, fields: Mapping[str, Any], depth: int) -> Walk[Event]:
        def text(key: str) -> str:
            value = _plain(fields.get(key))
            return value if isinstance(value, str) else ""

        if depth == 0 and _is_digest(fields):
            self.digest = {key: _plain(value) for key, value in fields.items()}
            return True
        announcement = announcement_of(text)
        if announcement:
            self.announcements[announcement] += 1
            return True
        if not MEMBERS.isdisjoint(fields):
            lacking = shortfall(fields, _plain)
            if lacking:
                self.others[lacking] += 1
            self.pages.turn(fields, _plain)
        if (yield from self._find_carried(fields, depth)):
            return True
        rows = rows_in(fields, _plain)
        if rows is not None:
            return (yield from self._rows(rows, depth))
        if (yield from self._row(fields, depth)):
            return True
        if (yield from self._below(fields, depth)):
            return True
        name = name_of(fields, text)
        if name:
            self.others[name] += 1
        return bool(name)

    def _find_carried(self, fields: Mapping[str, Any], depth: int) -> Walk[Event]:
        """What stands where services and exports put an event."""
        for key in _CARRIERS:
            if key not in fields:
                continue
            value = fields[key]
            if key == "detail":
                value = _with_account(value, fields)
            if key in _LISTS and isinstance(value, msgspec.Raw | list):
                found = yield from self._list_of(key, value, depth)
            else:
                found = yield from self._walk(value, depth + 1, strict=False)
            if found:
                return True
        return False

    def _below(self, fields: Mapping[str, Any], depth: int) -> Walk[Event]:
        """Whatever else there is: names of one's own in --query, another product's search."""
        found = False
        for value in fields.values():
            if _may_carry(value):
                found = (yield from self._walk(value, depth + 1, strict=False)) or found
        return found

    def _list_of(self, key: str, value: Any, depth: int) -> Walk[Event]:
        entries = _entries_of(value)
        if entries is None:
            return (yield from self._walk(value, depth + 1, strict=False))
        if not entries:
            if depth == 0 and key == _QUIET:
                self.quiet = True
            elif depth == 0 and key == "Events":
                self.announcements[_NO_ANSWER] += 1
            return depth == 0 and key in (_QUIET, "Events")
        rows = rows_in(entries, _plain)
        if rows is not None:
            return (yield from self._rows(rows, depth))
        found = False
        unnamed = 0
        if depth == 0 and key == _QUIET:
            self._log_depth = 1
        for entry in entries:
            # a list among events is no event: nobody knows what it stands for
            nested = key == "Records" and _head(entry) == b"["
            if not nested and (yield from self._walk(entry, depth + 1)):
                found = True
            else:
                unnamed += 1
        if found or key in (_QUIET, "Events"):
            self.others[OTHERS] += unnamed
            return True
        return False  # the carrier has a name of its own

    def _row(self, fields: Mapping[str, Any], depth: int) -> Walk[Event]:
        """An event whose fields are flattened, or texts."""
        plan = plan_of(tuple(fields))
        if plan is None:
            # OCSF has names of its own, below others
            if "api" not in fields or "metadata" not in fields:
                return False
            fields = {key: _plain(value) for key, value in fields.items()}
            if not is_cloudtrail(fields):
                return False
            fields = row_of(fields)
            plan = plan_of(tuple(fields))
            if plan is None:
                return False
        else:
            fields = {key: _plain(value) for key, value in fields.items()}
        source = next((fields[column] for column in plan.scalars["eventSource"]), None)
        if isinstance(source, list) and source and plan.scalars["eventTime"]:
            source = source[0]  # fields of several values; a pattern of EventBridge has no time
        if not isinstance(source, str) or not is_service(source):
            return False
        yield self._read_row(fields, plan, depth == self._log_depth)
        return True

    def _content(self, text: str, depth: int) -> Walk[Event]:
        """An event, or what carries it, as text or in base64."""
        text = text.strip().removeprefix("\ufeff")
        if text[:1] in ("{", "[", '"'):
            data = text.encode("utf-8", "replace")
        elif text.startswith(BASE64):
            data = _from_base64(text)
        else:
            # "2026-10-01T10:00:10Z {…}", as log agents put a time before the message
            _, brace, rest = text.partition("{")
            data = (brace + rest).encode("utf-8", "replace") if '"eventSource"' in rest else b""
        if data[:1] not in (b"{", b"[", b'"'):
            return False
        try:
            nodes = documents(without_half_characters(data))
        except UnreadableError:
            if any(key in data for key in _CUT):
                reason = "an event as text that breaks off or is damaged"
                raise UnreadableError(reason, "", "export the whole event") from None
            return False
        found = False
        for node in nodes:
            found = (yield from self._walk(node, depth + 1, strict=False)) or found
        return found


def _with_account(value: Any, fields: Mapping[str, Any]) -> Any:
    """The detail of an EventBridge event, which may leave the account to what is around it."""
    if isinstance(value, msgspec.Raw) and "account" in fields and _head(value) == b"{":
        detail = bytes(value)
        account = bytes(fields["account"])
        if b'"recipientAccountId"' not in detail and b'"eventSource"' in detail:
            return detail[:-1] + b',"recipientAccountId":' + account + b"}"
    return value


def _plain(value: Any) -> Any:
    """A value that is still raw JSON, decoded."""
    return _any(value) if isinstance(value, msgspec.Raw) else value


def _head(value: Any) -> bytes:
    if isinstance(value, msgspec.Raw):
        return bytes(memoryview(value)[:1])
    if isinstance(value, Mapping):
        return b"{"
    return b"[" if isinstance(value, list) else b""


def _entries_of(value: Any) -> list[Any] | None:
    if isinstance(value, msgspec.Raw):
        return _list(value) if _head(value) == b"[" else None
    return value if isinstance(value, list) else None


def _may_carry(value: Any) -> bool:
    """Whether a value may have an event below it: names, numbers and the like cannot."""
    if isinstance(value, msgspec.Raw):
        head = _head(value)
        if head == b'"':
            return memoryview(value).nbytes > 100
        return head in (b"{", b"[")
    return isinstance(value, Mapping | list) or (isinstance(value, str) and len(value) > 100)


def _is_digest(fields: Mapping[str, Any]) -> bool:
    # a digest's file lists may be null or empty, its end never
    return "logFiles" in fields and not is_nothing(_plain(fields.get("digestEndTime")))


def _from_base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return plain_bytes(data, Room(len(data)))
