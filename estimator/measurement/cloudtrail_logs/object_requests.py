"""Requests about objects of S3, each once: who made them, when, and when the object was written.

Copies of an event fall away by its id, and a get meets the put of its object, in bounded memory:
all events of an object are in the same part, on disk where they do not fit (`Seen`). What goes on
is the distinct seconds of each requester, however many requests a second has.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from estimator.measurement.cloudtrail_logs.copies import Seen, once
from estimator.measurement.cloudtrail_logs.object_events import UNTIMED, ObjectEvents, Requester

IntArray = npt.NDArray[np.int64]

PUTS = frozenset({"GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "Encrypt"})
GETS = frozenset({"Decrypt"})

# named as the rows of `copies.SEEN` are, whose rule of copies they share
_EVENT = np.dtype(
    [
        ("event", "<u8", 2),
        ("target", "<u8", 2),
        ("second", "<i8"),
        ("request", "<i4"),
        ("worth", "u1"),
    ]
)
MOST_MOMENTS = 1 << 21  # distinct moments held in memory, puts and gets each: 50 MB
_MINUTE = 60
_SECOND_BITS = 33  # of seconds since 1970 until 2100; a requester's code stands above them
_SECONDS = (1 << _SECOND_BITS) - 1


def moments_of(owner: IntArray, second: IntArray) -> IntArray:
    """Owner and second in one number, in the order of the owner, then of time."""
    return (owner.astype(np.int64) << _SECOND_BITS) | second


def owners_of(moments: IntArray) -> IntArray:
    """The owner of each of `moments_of`."""
    return moments >> _SECOND_BITS


def seconds_of(moments: IntArray) -> IntArray:
    """The second of each of `moments_of`. [s]"""
    return moments & _SECONDS


@dataclass(frozen=True, eq=False)
class ObjectRequests:
    """Requests about objects of S3, by requester. A requester's code is its place in `requesters`.

    Attributes
    ----------
    requesters : tuple of Requester
    requests, of_bucket, untimed, unseen : array of int
        For each requester: all requests; of these such whose context names the bucket alone, since
        its Bucket Key is on; such of which nobody knows when they were; gets of objects whose put
        is not in the logs before them. [request]
    puts : array of int
        The distinct moments (`moments_of`) of requests that write an object.
    gets : array of int
        Those of requests that read one whose put is in the logs.
    writes : array of int
        For each of `gets` the moment of that put, of the requester that made it.
    unseen_gets : array of int
        The distinct moments of gets of all other objects.
    resolution : int
        To what moments are exact. [s]
    """

    requesters: tuple[Requester, ...]
    requests: IntArray
    of_bucket: IntArray
    untimed: IntArray
    unseen: IntArray
    puts: IntArray
    gets: IntArray
    writes: IntArray
    unseen_gets: IntArray
    resolution: int = 1


class ObjectTable:
    """Takes in lists of events about objects, in any order, and makes requests of them."""

    def __init__(self, room: int | None = None, most_moments: int = MOST_MOMENTS) -> None:
        self._seen = Seen("target", room, _EVENT)
        self._codes: dict[Requester, int] = {}
        self._most = most_moments
        self._parts: list[ObjectRequests] = []

    def take_requests(self, part: ObjectRequests) -> None:
        """Add requests that an engine made of all events of some objects."""
        for requester in part.requesters:
            self._codes.setdefault(requester, len(self._codes))
        self._parts.append(part)

    def take(self, events: ObjectEvents) -> None:
        """Add the events of some files."""
        codes = np.array(
            [self._codes.setdefault(each, len(self._codes)) for each in events.requesters],
            dtype=np.int32,
        )
        worth = np.array([each.worth for each in events.requesters], dtype=np.uint8)
        rows = np.empty(len(events), dtype=_EVENT)
        for name in ("event", "target"):
            rows[name] = np.frombuffer(getattr(events, name), dtype="<u8").reshape(-1, 2)
        rows["second"] = np.frombuffer(events.second, dtype=np.int64)
        requester = np.frombuffer(events.requester, dtype=np.int32)
        if len(rows):
            rows["request"], rows["worth"] = codes[requester], worth[requester]
        self._seen.add(rows)

    def close(self) -> None:
        """Forget everything, on disk too."""
        self._seen.close()

    def requests(self) -> ObjectRequests:
        """Everything taken in, each request once."""
        requesters = sorted(self._codes)
        place = np.empty(len(requesters), dtype=np.int64)
        place[[self._codes[each] for each in requesters]] = np.arange(len(requesters))
        moments = _Moments(requesters, self._most)
        for rows in self._seen.parts():
            distinct = once(rows, "event", place)
            moments.add(distinct, place[distinct["request"]])
        for part in self._parts:
            moments.add_requests(part, [place[self._codes[each]] for each in part.requesters])
        return moments.requests()


def split_events(events: ObjectEvents, parts: int) -> Iterator[tuple[int, ObjectEvents]]:
    """Yield events with the number of their part: all of an object, and of an event, in one."""
    event, target = (
        np.frombuffer(ids, dtype="<u8").reshape(-1, 2) for ids in (events.event, events.target)
    )
    # of the bucket alone there are as many as of all objects of another
    part = np.where(target.any(axis=1), target[:, 0], event[:, 0]) & (parts - 1)
    second = np.frombuffer(events.second, dtype=np.int64)
    requester = np.frombuffer(events.requester, dtype=np.int32)
    for number in np.unique(part).tolist():
        chosen = part == number
        used, codes = np.unique(requester[chosen], return_inverse=True)
        yield (
            number,
            ObjectEvents(
                bytearray(event[chosen].tobytes()),
                bytearray(target[chosen].tobytes()),
                array("q", second[chosen].tobytes()),
                array("i", codes.astype(np.int32).tobytes()),
                [events.requesters[code] for code in used.tolist()],
            ),
        )


class _Moments:
    """The counts and distinct moments of each requester, folded where they are too many."""

    def __init__(self, requesters: list[Requester], most: int) -> None:
        self._requesters = tuple(requesters)
        operations = [each.operation for each in requesters]
        self._puts = np.array([operation in PUTS for operation in operations], dtype=bool)
        self._gets = np.array([operation in GETS for operation in operations], dtype=bool)
        size = len(requesters)
        self._counts = {
            name: np.zeros(size, dtype=np.int64)
            for name in ("requests", "of_bucket", "untimed", "unseen")
        }
        self._most = most
        self._resolution = 1
        # of each name columns that are distinct together: gets have the put of each beside them
        self._columns: dict[str, list[tuple[IntArray, ...]]] = {
            "puts": [],
            "unseen_gets": [],
            "gets": [],
        }
        self._sizes = dict.fromkeys(self._columns, 0)

    def add(self, rows: Any, owner: IntArray) -> None:
        """Take in the rows of some objects; all of an object at once."""
        self._count("requests", owner)
        of_bucket = ~rows["target"].any(axis=1)
        self._count("of_bucket", owner[of_bucket])
        untimed = (rows["second"] == UNTIMED) & ~of_bucket
        self._count("untimed", owner[untimed])
        timed = ~of_bucket & ~untimed & (self._puts | self._gets)[owner]
        rows, owner = rows[timed], owner[timed]
        is_put = self._puts[owner]
        moments = moments_of(owner, rows["second"])
        written = _last_puts(rows["target"], rows["second"], is_put)
        unseen = ~is_put & (written < 0)
        self._count("unseen", owner[unseen])
        seen = ~is_put & (written >= 0)
        self._add("puts", moments[is_put])
        self._add("unseen_gets", moments[unseen])
        self._add("gets", moments[seen], moments[written[seen]])

    def add_requests(self, part: ObjectRequests, codes: list[int]) -> None:
        """Take in what was made of all rows of other objects; `codes` are of its requesters."""
        code_of = np.array(codes, dtype=np.int64)
        for name, counts in self._counts.items():
            np.add.at(counts, code_of, getattr(part, name))

        def renumber(moments: IntArray) -> IntArray:
            return moments_of(code_of[owners_of(moments)], seconds_of(moments))

        self._resolution = max(self._resolution, part.resolution)
        self._add("puts", renumber(part.puts))
        self._add("unseen_gets", renumber(part.unseen_gets))
        self._add("gets", renumber(part.gets), renumber(part.writes))

    def requests(self) -> ObjectRequests:
        """Return what was taken in."""
        for name in self._columns:
            self._merge(name)
        (puts,), (unseen_gets,) = self._columns["puts"][0], self._columns["unseen_gets"][0]
        gets, writes = self._columns["gets"][0]
        return ObjectRequests(
            self._requesters,
            **self._counts,
            puts=puts,
            gets=gets,
            writes=writes,
            unseen_gets=unseen_gets,
            resolution=self._resolution,
        )

    def _count(self, name: str, owner: IntArray) -> None:
        self._counts[name] += np.bincount(owner, minlength=len(self._requesters))

    def _add(self, name: str, *columns: IntArray) -> None:
        self._columns[name].append(columns)
        self._sizes[name] += len(columns[0])
        if self._sizes[name] <= 2 * self._most:
            return
        self._merge(name)
        if self._sizes[name] > self._most and self._resolution == 1:
            # minutes instead of seconds: a month has 44,640 of them, and 2.7 million seconds
            self._resolution = _MINUTE
            for each in self._columns:
                self._merge(each)

    def _merge(self, name: str) -> None:
        """Leave each distinct moment, or pair of moments, once."""
        empty = (np.empty(0, dtype=np.int64),) * (2 if name == "gets" else 1)
        columns = tuple(map(np.concatenate, zip(empty, *self._columns[name], strict=True)))
        if self._resolution > 1:
            columns = tuple(map(_to_minutes, columns))
        order = np.lexsort(columns[::-1])
        columns = tuple(column[order] for column in columns)
        new = np.ones(len(order), dtype=bool)
        if len(order):
            new[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
        columns = tuple(column[new] for column in columns)
        self._columns[name], self._sizes[name] = [columns], len(columns[0])


def _to_minutes(moments: IntArray) -> IntArray:
    second = seconds_of(moments)
    return moments - second % _MINUTE


def _last_puts(target: Any, second: IntArray, is_put: npt.NDArray[np.bool_]) -> IntArray:
    """For each row the row of the last put of its object until then; -1 where there is none.

    A put and a get of the same second are in the order of an upload: first the data key.
    """
    order = np.lexsort((~is_put, second, target[:, 1], target[:, 0]))
    target, at_put = target[order], is_put[order]
    places = np.arange(len(order))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (target[1:] != target[:-1]).any(axis=1)
    last = np.maximum.accumulate(np.where(at_put, places, -1)) if len(order) else places
    first_of_object = np.maximum.accumulate(np.where(begins, places, 0)) if len(order) else places
    found = np.full(len(order), -1, dtype=np.int64)
    has = last >= first_of_object
    found[order[has]] = order[last[has]]
    return found
