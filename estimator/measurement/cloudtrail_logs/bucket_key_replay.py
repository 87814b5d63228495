"""S3 Bucket Keys replayed over the requests of a log: how many would be left.

A bucket key lives for a time that AWS does not publish, so that the answer is a range over
lifetimes of 1 to 60 minutes. Rules and their sources: docs/method.md, Bucket Keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from estimator.measurement.cloudtrail_logs.object_events import Requester
from estimator.measurement.cloudtrail_logs.object_requests import (
    GETS,
    PUTS,
    IntArray,
    ObjectRequests,
    moments_of,
    owners_of,
    seconds_of,
)

MINUTES = range(1, 61)  # the lifetimes of a bucket key [min]
# beyond so many distinct moments each lifetime takes more than a second: writes leave the most at
# the first and the fewest at the last, and for reads these show the way between them
_MANY = 500_000
_FEW_MINUTES = (1, 2, 5, 10, 15, 30, 45, 60)


def begin_keys(moments: IntArray, lifetime: int) -> IntArray:
    """The places of the moments at which a new bucket key is fetched.

    Parameters
    ----------
    moments : array of int
        Sorted `moments_of` requests; each owner has keys of its own.
    lifetime : int
        How long a key serves from its fetch on, its end not included. [s]

    >>> begin_keys(np.array([0, 30, 59, 60, 200]), 60).tolist()
    [0, 3, 4]
    """
    following = np.searchsorted(moments, moments + lifetime).tolist()
    begins, place = [], 0
    while place < len(following):
        begins.append(place)
        place = following[place]
    return np.array(begins, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class BucketReplay:
    """What a Bucket Key would leave of the requests about a bucket's objects, over the log's time.

    Attributes
    ----------
    bucket : str
    requesters : tuple of Requester
        Who asks, and for what.
    requests : array of int
        For each requester. [request]
    low, high : array of int
        For each requester what would be left, at the lifetime that leaves the fewest of all, and at
        the one that leaves the most, where objects whose write is not in the logs are under one
        bucket key that lives as long. [request]
    at_most : array of int
        The same as `high` where these objects have no bucket key at all. [request]
    unseen_each, untimed_each : array of int
        For each requester, of `requests`: reads of objects whose write is not in the logs, which
        may be older than any bucket key; such without a time, which stay. [request]
    of_bucket_each : array of int
        For each requester requests beside these whose context names the bucket alone: its Bucket
        Key is on already. What it saves cannot be replayed, for objects are not named. [request]
    """

    bucket: str
    requesters: tuple[Requester, ...]
    requests: IntArray
    low: IntArray
    high: IntArray
    at_most: IntArray
    unseen_each: IntArray
    untimed_each: IntArray
    of_bucket_each: IntArray

    @cached_property
    def puts(self) -> int:
        """Writes. [request]"""
        return self._sum(PUTS, self.requests - self.untimed_each)

    @cached_property
    def gets(self) -> int:
        """Reads of objects whose write is in the logs. [request]"""
        return self._sum(GETS, self.requests - self.untimed_each - self.unseen_each)

    @cached_property
    def unseen(self) -> int:
        """Reads of all other objects. [request]"""
        return self._sum(GETS, self.unseen_each)

    @property
    def others(self) -> int:
        """Other calls, and such without a time: these stay. [request]"""
        return self.total - self.puts - self.gets - self.unseen

    @property
    def of_bucket(self) -> int:
        """Requests beside these under a Bucket Key that is on already. [request]"""
        return int(self.of_bucket_each.sum())

    def _sum(self, operations: frozenset[str], requests: IntArray) -> int:
        chosen = np.array([each.operation in operations for each in self.requesters], dtype=bool)
        return int(requests[chosen].sum())

    @property
    def total(self) -> int:
        """All requests that name an object. [request]"""
        return int(self.requests.sum())

    @property
    def left(self) -> tuple[int, int]:
        """What a Bucket Key would leave of `total`, by how long a bucket key lives. [request]"""
        return int(self.low.sum()), int(self.high.sum())

    @property
    def left_at_most(self) -> int:
        """The most that it would leave, whatever older objects are under. [request]"""
        return int(self.at_most.sum())

    @property
    def keys(self) -> tuple[str, ...]:
        """The KMS keys that its objects are under."""
        return tuple(sorted({each.key for each in self.requesters if each.key}))

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON, over the time of the logs. [request]"""
        low, high = self.left
        return {
            "has_bucket_key": self.of_bucket > 0 and not self.total,
            "requests": self.total,
            "left_low": low,
            "left_high": high,
            "left_at_most": self.left_at_most,
            "puts": self.puts,
            "gets": self.gets,
            "gets_of_older_objects": self.unseen,
            "not_replayed": self.others,
            "under_a_bucket_key": self.of_bucket,
            "requesters": len({(each.account, each.requester) for each in self.requesters}),
        }


def replay_bucket_keys(
    objects: ObjectRequests, minutes: Sequence[int] | None = None
) -> tuple[BucketReplay, ...]:
    """Replay a Bucket Key for each bucket, the one with the most requests first.

    Parameters
    ----------
    objects : ObjectRequests
        Who asked when.
    minutes : sequence of int, optional
        Lifetimes of a bucket key. Default: each from 1 to 60; eight of them where there is much to
        replay. [min]
    """
    if minutes is None:
        moments = sum(map(len, (objects.puts, objects.gets, objects.unseen_gets)))
        minutes = MINUTES if moments <= _MANY else _FEW_MINUTES
    left = _left(objects, minutes)
    buckets: dict[str, list[int]] = {}
    # a requester may be known from copies alone, which another copy of the event tells better
    for code in np.flatnonzero(objects.requests).tolist():
        buckets.setdefault(objects.requesters[code].bucket, []).append(code)
    replays = [
        _replay_of(objects, bucket, np.array(codes), left) for bucket, codes in buckets.items()
    ]
    return in_order(replays)


def in_order(replays: Iterable[BucketReplay]) -> tuple[BucketReplay, ...]:
    """The replays of buckets, the one with the most requests first."""
    return tuple(sorted(replays, key=lambda each: (-each.total, -each.of_bucket, each.bucket)))


class _Left(NamedTuple):
    """What each lifetime leaves to each requester: lifetimes x requesters. [request]"""

    least: IntArray
    most: IntArray
    at_most: IntArray


def _left(objects: ObjectRequests, minutes: Sequence[int]) -> _Left:
    size = len(objects.requesters)
    # folded moments may be nearly a step apart from the true ones, at either end of a lifetime
    step = objects.resolution if objects.resolution > 1 else 0
    left = _Left(*np.empty((3, len(minutes), size), dtype=np.int64))
    stays = _count_staying(objects)
    for row, lifetime in enumerate(minutes):
        longer, shorter = 60 * lifetime + step, max(60 * lifetime - step, 1)
        for found, seconds in ((left.least, longer), (left.most, shorter)):
            known = stays + _fetches(objects, seconds)
            found[row] = known + _count_keys(objects.unseen_gets, seconds, size)
        left.at_most[row] = known + objects.unseen
    return left


def _count_staying(objects: ObjectRequests) -> IntArray:
    """Requests that no bucket key saves: without a time, or of another operation."""
    saved = np.array([each.operation in PUTS | GETS for each in objects.requesters], dtype=bool)
    named = objects.requests - objects.of_bucket
    return np.where(saved, objects.untimed, named)


def _fetches(objects: ObjectRequests, lifetime: int) -> IntArray:
    """Requests left of puts, and of gets of objects whose put is known. [request]"""
    size = len(objects.requesters)
    begins = begin_keys(objects.puts, lifetime)
    fetched = objects.puts[begins]
    left = np.bincount(owners_of(fetched), minlength=size)
    if not len(objects.gets):
        return left
    # a reader needs each key under which a writer wrote what it reads
    key = np.searchsorted(fetched, objects.writes, side="right") - 1
    reader, second = owners_of(objects.gets), seconds_of(objects.gets)
    order = np.lexsort((second, key, reader))
    reader, key, second = reader[order], key[order], second[order]
    new = np.ones(len(order), dtype=np.int64)
    new[1:] = (reader[1:] != reader[:-1]) | (key[1:] != key[:-1])
    moments = moments_of(np.cumsum(new), second)
    return left + np.bincount(reader[begin_keys(moments, lifetime)], minlength=size)


def _count_keys(moments: IntArray, lifetime: int, size: int) -> IntArray:
    return np.bincount(owners_of(moments[begin_keys(moments, lifetime)]), minlength=size)


def _replay_of(
    objects: ObjectRequests,
    bucket: str,
    codes: npt.NDArray[np.intp],
    left: _Left,
) -> BucketReplay:
    requesters = tuple(objects.requesters[code] for code in codes)
    of_bucket = objects.of_bucket[codes]
    best = int(left.least[:, codes].sum(axis=1).argmin())
    worst = int(left.most[:, codes].sum(axis=1).argmax())
    bare = int(left.at_most[:, codes].sum(axis=1).argmax())
    return BucketReplay(
        bucket,
        requesters,
        requests=objects.requests[codes] - of_bucket,
        low=left.least[best, codes],
        high=left.most[worst, codes],
        at_most=left.at_most[bare, codes],
        unseen_each=objects.unseen[codes],
        untimed_each=objects.untimed[codes],
        of_bucket_each=of_bucket,
    )
