"""A result of the query: each of its rows checked, then judged by the rules."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from estimator.measurement.athena.query import ANY_DAY, HOURS, REQUEST
from estimator.measurement.athena.rows import AGAIN, Row, rows_of
from estimator.measurement.cloudtrail_logs.callers import caller_of
from estimator.measurement.cloudtrail_logs.folding import Folding
from estimator.measurement.cloudtrail_logs.requests import Request, Traits, request_of
from estimator.measurement.services import RULE_PLACES, Origin, via_of
from estimator.measurement.unreadable import UnreadableError, readable
from pricing.arns import is_key
from pricing.reading.problems import KmscostError, Problem

# the rules want a day in an object's name, and no matter which
_SOME_DAY = "/1970/01/01/"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOURS = re.compile(r"(?:[01]\d|2[0-3])(?: (?:[01]\d|2[0-3]))*", re.ASCII)
_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_SHORTENED = re.compile(r"\d{1,11}|\d+(?:\.\d+)?[eE]\+?\d+", re.ASCII)  # by a spreadsheet

_MOST_PROBLEMS = 100  # a file of another query has one in each of its lines

_WHOLE = "take the whole result of the query, not a page or a part of it"

Days = dict[datetime.date, int]


@dataclass
class Answer:
    """The counts in one result of the query.

    Attributes
    ----------
    records : int
        Events in the table, of whatever service.
    requests : Counter of Request
        How often each request was made, copies left out.
    copies : int
        Copies left out.
    hours : dict
        (recording account, Region) to day to hours, a bit each.
    folding : Folding
        The services whose resources are too many to be told apart: memory does not grow with them.
    """

    records: int = 0
    requests: Counter[Request] = field(default_factory=Counter)
    copies: int = 0
    hours: dict[tuple[str, str], Days] = field(default_factory=dict)
    folding: Folding = field(default_factory=Folding)

    def add(self, request: Request, quantity: int) -> None:
        """Count a request; a service with too many resources counts without them from then on."""
        request = self.folding.fold(request)
        if request not in self.requests and self.folding.meet(request):
            counts, self.requests = self.requests, Counter()
            for each, many in counts.items():
                self.requests[self.folding.fold(each)] += many
            request = self.folding.fold(request)
        self.requests[request] += quantity


class _BadRowError(Exception):
    """A row that is wrong: the column, what was found and what was expected."""


def read_answer(path: str) -> Answer:
    """The result of the query in a CSV or JSON file, whole or not at all.

    Raises
    ------
    KmscostError
        Every mistake in it, with its line; of more than a hundred the first.
    """
    answer = Answer()
    problems: list[Problem] = []
    number, line, row_counts = 0, 1, set[str]()
    try:
        with readable("a result of Athena", _WHOLE):
            for line, row in rows_of(path):
                number += 1
                try:
                    _take(row, answer)
                    row_counts.add(row["rows_in_all"])
                except _BadRowError as error:
                    at, found, expected = error.args
                    problems.append(Problem(path, line, at, found, expected, AGAIN))
                    if len(problems) == _MOST_PROBLEMS:
                        break
    except UnreadableError as error:
        where = error.line if error.line is not None else line + 1 if number else None
        problems.append(Problem(path, where, "", error.found, error.expected, error.fix))
    if not problems and not number:
        found = "a header and no row: no event of any kind is in the table for these days"
        fix = "check the table, its partitions, and the days of the query"
        problems = [Problem(path, 1, "", found, "events", fix)]
    # each row says how many there are: a page copied out of the console must not count as the whole
    if not problems and row_counts != {str(number)}:
        found = f"{number:,} rows where the query gave {' or '.join(sorted(row_counts))}"
        problems = [Problem(path, line, "rows_in_all", found, "every row, once", _WHOLE)]
    if problems:
        raise KmscostError(problems)
    return answer


def _take(row: Row, answer: Answer) -> None:
    """Add one row of the result."""
    if row["what"] not in (REQUEST, HOURS):
        raise _BadRowError("what", repr(row["what"]), f"{REQUEST} or {HOURS}")
    day = _day(row["day"])
    requests, events = _count(row, "requests"), _count(row, "events")
    # a spreadsheet that saved the file again drops zeros, or writes 1.11E+11
    for name in ("recorder", "caller_account"):
        if _SHORTENED.fullmatch(row[name]):
            raise _BadRowError(name, f"{row[name]!r}", "an account id with all its twelve digits")
    if row["what"] == HOURS:
        _cover(row, day, answer)
        answer.records += events
        return
    if not 1 <= requests <= events:
        found = f"{requests:,} requests in {events:,} events"
        raise _BadRowError("requests", found, "one or more, and no fewer events than requests")
    if row["key"] and not is_key(row["key"]):
        raise _BadRowError("key", repr(row["key"]), "the ARN of a key, or nothing")
    request = request_of(_traits(row), day)
    if request is not None:
        answer.add(request, requests)
        answer.copies += events - requests


def _traits(row: Row) -> Traits:
    """The traits of a group of events; the query has left out events of no request."""
    caller = caller_of(
        row["caller_type"],
        row["caller_arn"],
        row["caller_account"],
        row["caller_service"],
        row["caller_role"],
    )
    if row["context"] and row["context"] not in RULE_PLACES:
        raise _BadRowError("context", repr(row["context"]), "a key of a rule, or nothing")
    return Traits(
        kind=None,
        category=None,
        operation=row["operation"],
        recorder=row["recorder"],
        region=row["recorder_region"],
        error=row["error"],
        trail=row["trail"],
        target=row["target"].replace(ANY_DAY, _SOME_DAY),
        named_key="",
        key=row["key"],
        caller=caller,
        origin=Origin(
            RULE_PLACES.get(row["context"], -1),
            row["resource"],
            via_of(caller.between, row["address"], row["agent"]),
            row["context_keys"],
        ),
        algorithm=row["algorithm"],
        pair_spec=row["pair_spec"],
    )


def _cover(row: Row, day: datetime.date | None, answer: Answer) -> None:
    text = row["hours"].strip()
    if text and not _HOURS.fullmatch(text):
        raise _BadRowError("hours", repr(text), "hours such as 00 01 23")
    if day is None or not text:
        return
    mask = 0
    for hour in text.split(" "):
        mask |= 1 << int(hour)
    days = answer.hours.setdefault((row["recorder"], row["recorder_region"]), {})
    # the query groups by account, Region and day: an hour met again is a file pasted together
    if days.get(day, 0) & mask:
        raise _BadRowError("hours", f"hours of {day} that stand above", "each hour once")
    days[day] = days.get(day, 0) | mask


@lru_cache(maxsize=4096)
def _day(text: str) -> datetime.date | None:
    """A day; None for nothing, and where no calendar has it."""
    if text and not _DAY.fullmatch(text):
        raise _BadRowError("day", repr(text), "a day such as 2026-10-01")
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year < 2400 else None


def _count(row: Row, name: str) -> int:
    if not _COUNT.fullmatch(row[name]):
        raise _BadRowError(name, repr(row[name]), "a whole number")
    return int(row[name])
