"""Files that are known and tell of no calls, and entries that are no events: what they are."""

from __future__ import annotations

from collections import Counter

from estimator.measurement.cloudtrail_logs.record import Record
from estimator.measurement.cloudtrail_logs.records import Log
from estimator.measurement.envelopes.event_kinds import CATEGORIES_APART, OTHERS

_OTHER_EVENTS = {
    "Aggregated": "aggregated events",
    "Data": "data events",
    "NetworkActivity": "network activity events",
}


def tells_of_calls(record: Record) -> bool:
    """Whether an event proves that the calls of its hour were recorded.

    An Insight is of no service, and data, network activity and aggregated events may be all that a
    trail records: they say nothing of the hour's requests.
    """
    return record.source is not None and category_of(record) not in CATEGORIES_APART


def category_of(record: Record) -> str:
    """The category of an event; Data of one that is no management event and has none.

    `managementEvent` is there from version 1.06 on, `eventCategory` from 1.07 (CloudTrail User
    Guide, record contents; checked 2026-11-30). Data events before 1.06 say nothing of it.
    """
    return record.category or ("Data" if record.management is False else "")


def silent_kind(log: Log, seen: int, categories: set[str]) -> str:
    """What a known file is that tells nothing of requests; empty where it is no known one."""
    if log.digest is not None:
        return "digests of log files"
    if seen:
        others = sorted(_OTHER_EVENTS[name] for name in categories if name in _OTHER_EVENTS)
        return " and ".join(others) or "CloudTrail Insights"
    return next(iter(log.announcements), "")


def entries_left_out(others: Counter[str], records: int) -> str:
    """What was no record in a file, the most frequent first, and how often beside others."""
    by_count = sorted((+others).items(), key=lambda item: (-item[1], item[0]))
    if not records:
        # its own name says more than that some entries are none
        named = [name for name, _ in by_count if name != OTHERS]
        return ", ".join(named) or "no CloudTrail events in it"
    of = f"of {others.total() + records:,}"
    return "; ".join(f"{name}: {count:,} {of}" for name, count in by_count)
