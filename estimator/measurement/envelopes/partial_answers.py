"""Answers of services and searches that say themselves that they are not whole.

Sources: Amazon CloudWatch Logs API Reference, GetQueryResults (a query that runs has partial
results; `nextToken`; `recordsMatched`); CloudTrail's, GetQueryResults (`TotalResultsCount`);
Athena's, GetQueryResults (1,000 rows a page); Kinesis Data Streams', GetRecords
(`MillisBehindLatest`); Elasticsearch, The Definitive Guide, Empty search (`total`, `timed_out`,
`_shards`; 10 hits unless more are asked for), and its reference (`relation`, `terminated_early`,
`is_partial`); OpenSearch, SQL (`total`, `cursor`); Splunk, search/jobs (`preview`); Datadog, Logs
(`meta.status`, `links.next`); checked 2026-11-29. CloudTrail's, LookupEvents ("The events list is
sorted by time. The most recent event is listed first."; no token after the last page); checked
2026-11-30. The tokens of lookup-events, filter-log-events and Lake are those of the AWS CLI's own
pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any

import msgspec

from estimator.measurement.envelopes.cells import read_moment

# the rest may be in another file, or in none
_ELSEWHERE = "counts only where another file has it"
NEXT_PAGE = f"answer with a next page: it {_ELSEWHERE}"
MORE_HITS = f"answer with fewer events than the search found: the rest {_ELSEWHERE}"

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode

_TOKENS = ("NextToken", "nextToken", "cursor")
_LOOKUP = "Events"
_PAGES = (_LOOKUP, "events", "QueryResultRows", "ResultSet", "datarows")
# what answers have one of: most objects are around a single event, and have none
MEMBERS = frozenset(
    {*_PAGES, "results", "hits", "data", "tables", "MillisBehindLatest", "is_partial"}
)
_UNFINISHED = frozenset({"QUEUED", "RUNNING", "FAILED", "CANCELLED", "TIMED_OUT", "TIMEOUT"})
_UNFINISHED_INSIGHTS = _UNFINISHED | {"SCHEDULED", "UNKNOWN"}
_NOT_FINISHED = "answer of a query that was not finished"
_FAILED_IN_A_PART = "answer of a search that timed out or failed in a part"


class Pages:
    """The pages of answers in one file: whether the last page of each says that there is more.

    Pages say of a next one that there is one, not which: a page that comes after it and is of the
    same form is taken for it. Those of lookup-events tell more: events go back in time, so that one
    which begins later than the page before it ended is of another lookup.

    Attributes
    ----------
    notes : Counter
        What they lack that another file may have, in words, and how often.
    """

    def __init__(self) -> None:
        self.notes: Counter[str] = Counter()
        # of each form of answers, whether its last page names a next one
        self._names_next: dict[str, bool] = {}
        self._without_next = 0  # pages of lookups that another lookup came after
        self._last_time: float | None = None  # that of the last event of a lookup's last page
        # of each search, by what it found, the number of events of its pages
        self._searches: dict[tuple[int, bool], list[int]] = {}

    def turn(self, fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> None:
        """Read what an object says of further pages; most are no page, and say nothing."""
        form, names_next = _names_next(fields, plain)
        if form == _LOOKUP:
            self._look_up(fields, plain)
        if form:
            # of pages in a row only the last may not name a next one
            self._names_next[form] = names_next
            self.notes[NEXT_PAGE] = self._without_next + sum(self._names_next.values())
        events, found, is_least = _found(fields, plain)
        length = _length(events)
        if isinstance(found, int | float) and length is not None:
            self._searches.setdefault((int(found), is_least), []).append(length)
            self.notes[MORE_HITS] = sum(
                # of a search that found that many or more the last page is a short one
                sum(pages) < total or (or_more and pages[-1] == max(pages))
                for (total, or_more), pages in self._searches.items()
            )

    def _look_up(self, fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> None:
        """Read a page of lookup-events: whether it goes on with the one before it."""
        first, last = _ends(fields[_LOOKUP], plain)
        if first is not None and last is not None and first < last:
            # another order than AWS's, as of what was sorted since: times tell nothing of pages
            self._last_time = None
            return
        before = self._last_time
        if self._names_next.get(_LOOKUP) and before is not None and first is not None:
            self._without_next += first > before
        self._last_time = before if last is None else last


def _ends(events: Any, plain: Callable[[Any], Any]) -> tuple[float | None, float | None]:
    """The times of the first and the last event of a lookup; None where it does not tell. [s]"""
    if isinstance(events, msgspec.Raw):
        events = _list(events) if bytes(memoryview(events)[:1]) == b"[" else []
    if not isinstance(events, list) or not events:
        return None, None
    first, last = (_seconds(plain(_members(events[at]).get("EventTime"))) for at in (0, -1))
    return first, last


def _seconds(time: Any) -> float | None:
    """A time as the AWS CLI writes it, in seconds since 1970 or with its zone."""
    if isinstance(time, int | float) and not isinstance(time, bool):
        return float(time)
    moment = read_moment(time) if isinstance(time, str) else None
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _names_next(fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> tuple[str, bool]:
    """Return the form of a page, empty where it is none, and whether it says that one is next."""
    form = "results" if _is_insights(fields) else next((key for key in _PAGES if key in fields), "")
    if form:
        return form, any(plain(fields.get(token)) for token in _TOKENS)
    if "data" in fields and ("links" in fields or "meta" in fields):
        page = _members(_members(fields.get("meta")).get("page"))
        names_next = plain(_members(fields.get("links")).get("next")) or plain(page.get("after"))
        return "data", bool(names_next)
    if "Records" in fields and "MillisBehindLatest" in fields:
        return "Records", bool(plain(fields["MillisBehindLatest"]))
    return "", False


def _found(fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> tuple[Any, Any, bool]:
    """The events of a page, how many its search found, and whether these may be more."""
    if _is_insights(fields):
        matched = _members(fields.get("statistics")).get("recordsMatched")
        return fields["results"], plain(matched), False
    if "QueryResultRows" in fields:
        results = _members(fields.get("QueryStatistics")).get("TotalResultsCount")
        return fields["QueryResultRows"], plain(results), False
    if "datarows" in fields:
        return fields["datarows"], plain(fields.get("total")), False
    hits = _members(fields.get("hits"))
    total = plain(hits.get("total"))
    if isinstance(total, Mapping):
        return hits.get("hits"), total.get("value"), total.get("relation") == "gte"
    return hits.get("hits"), total, False


def shortfall(fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> str:
    """What an answer lacks for certain, in words; empty where it does not say so."""
    if "QueryResultRows" in fields and _upper(plain(fields.get("QueryStatus"))) in _UNFINISHED:
        return _NOT_FINISHED
    if _is_insights(fields) and _upper(plain(fields["status"])) in _UNFINISHED_INSIGHTS:
        return _NOT_FINISHED
    if "results" in fields and plain(fields.get("preview")) is True:
        return _NOT_FINISHED
    if "hits" in fields:
        failed = plain(_members(fields.get("_shards")).get("failed"))
        if plain(fields.get("timed_out")) is True or failed:
            return _FAILED_IN_A_PART
        if plain(fields.get("terminated_early")) is True:
            return _NOT_FINISHED
    # around the answer of an asynchronous search, or beside the values of ES|QL
    if plain(fields.get("is_partial")) is True:
        return _NOT_FINISHED
    if "data" in fields and _upper(plain(_members(fields.get("meta")).get("status"))) == "TIMEOUT":
        return _FAILED_IN_A_PART
    if "tables" in fields and plain(fields.get("error")):
        return "answer with an error beside a part of its rows"
    return ""


def _is_insights(fields: Mapping[str, Any]) -> bool:
    return "results" in fields and "status" in fields


def _members(value: Any) -> Mapping[str, Any]:
    """The members of an object, raw where it is: what they hold may be large."""
    if isinstance(value, msgspec.Raw):
        return _fields(value) if bytes(memoryview(value)[:1]) == b"{" else {}
    return value if isinstance(value, Mapping) else {}


def _length(value: Any) -> int | None:
    if isinstance(value, msgspec.Raw):
        return len(_list(value)) if bytes(memoryview(value)[:1]) == b"[" else None
    return len(value) if isinstance(value, list) else None


def _upper(value: Any) -> str:
    return value.upper() if isinstance(value, str) else ""
