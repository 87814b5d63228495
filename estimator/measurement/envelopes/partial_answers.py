"""Answers of services and searches that say themselves that they are not whole.

Sources: Amazon CloudWatch Logs API Reference, GetQueryResults (a query that runs has partial
results; `nextToken`; `recordsMatched`); Elasticsearch, The Definitive Guide, Empty search (`total`,
`timed_out`, `_shards`; 10 hits unless more are asked for); both checked 2026-11-29. The tokens of
lookup-events, filter-log-events and Lake are those of the AWS CLI's own pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

# the rest may be in another file, or in none
ELSEWHERE = "counts only where another file has it"
NEXT_PAGE = f"answers that name a next page: it {ELSEWHERE}"
MORE_HITS = f"answers with fewer events than the search found: the rest {ELSEWHERE}"

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode

_TOKENS = ("NextToken", "nextToken")
_PAGES = ("Events", "events", "QueryResultRows")
_UNFINISHED = frozenset({"QUEUED", "RUNNING", "FAILED", "CANCELLED", "TIMED_OUT", "TIMEOUT"})
_UNFINISHED_INSIGHTS = _UNFINISHED | {"SCHEDULED", "UNKNOWN"}


class Pages:
    """The pages of answers in one file: whether the last of them says that there is more.

    Attributes
    ----------
    notes : Counter
        What they lack that another file may have, in words, and how often.
    """

    def __init__(self) -> None:
        self.notes: Counter[str] = Counter()
        self._hits = self._found = 0

    def turn(self, fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> None:
        """Read what an object says of further pages; most are no page, and say nothing."""
        if any(key in fields for key in _PAGES):
            # of pages in a row only the last may not name a next one
            self.notes[NEXT_PAGE] = int(any(plain(fields.get(token)) for token in _TOKENS))
        if _is_insights(fields):
            self.notes[NEXT_PAGE] = int(bool(plain(fields.get("nextToken"))))
            found = plain(_members(fields.get("statistics")).get("recordsMatched"))
            length = _length(fields["results"])
        else:
            hits = _members(fields.get("hits"))
            total = plain(hits.get("total"))
            found = total.get("value") if isinstance(total, Mapping) else total
            length = _length(hits.get("hits"))
        if isinstance(found, int | float) and length is not None:
            self._hits, self._found = self._hits + length, max(self._found, int(found))
            self.notes[MORE_HITS] = int(self._hits < self._found)


def shortfall(fields: Mapping[str, Any], plain: Callable[[Any], Any]) -> str:
    """What an answer lacks for certain, in words; empty where it does not say so."""
    if "QueryResultRows" in fields and _upper(plain(fields.get("QueryStatus"))) in _UNFINISHED:
        return "answer of a query that was not finished"
    if _is_insights(fields) and _upper(plain(fields["status"])) in _UNFINISHED_INSIGHTS:
        return "answer of a query that was not finished"
    if "hits" in fields:
        failed = plain(_members(fields.get("_shards")).get("failed"))
        if plain(fields.get("timed_out")) is True or failed:
            return "answer of a search that timed out or failed in a part"
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
