"""Events about objects of S3, one by one: what a replay of a Bucket Key needs of the logs.

Counting forgets when a request was made and which object it was about; these lists keep both. They
are made only where they are asked for. No numpy here: the processes that count start sooner.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from estimator.measurement.cloudtrail_logs.callers import read_caller
from estimator.measurement.cloudtrail_logs.record import Record, identity
from estimator.measurement.cloudtrail_logs.requests import Request
from estimator.measurement.services import OBJECT_KEY
from pricing.arns import split_arn

NO_OBJECT = bytes(16)  # the bucket alone: its Bucket Key is on
UNTIMED = -1
_OF_OWN_BUCKETS = ("s3", "cloudtrail")


class Requester(NamedTuple):
    """Who makes which requests to which bucket under which key: what a bucket key is shared by.

    Names that the events do not tell are empty.
    """

    bucket: str
    key: str
    requester: str  # role or user without its session, or the service
    operation: str
    cause: str
    account: str  # billed
    region: str  # billed

    @property
    def worth(self) -> int:
        """A score of what it tells: of the copies of a request, the one that tells most counts."""
        return 2 * self.requester.startswith("arn:") + bool(self.key)


@dataclass
class ObjectEvents:
    """The events about objects, copies included: a place in each column for each.

    Attributes
    ----------
    event, target : bytearray
        Which event, the same in all accounts that recorded it; which object, `NO_OBJECT` where the
        encryption context names the bucket alone. Sixteen bytes each.
    second : array of int
        When it was, since 1970; `UNTIMED` where nobody knows. [s]
    requester : array of int
        A place among `requesters`.
    requesters : list of Requester
        The distinct requesters.
    """

    event: bytearray = field(default_factory=bytearray)
    target: bytearray = field(default_factory=bytearray)
    second: array[int] = field(default_factory=lambda: array("q"))
    requester: array[int] = field(default_factory=lambda: array("i"))
    requesters: list[Requester] = field(default_factory=list)
    _codes: dict[Requester, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.second)

    def __getstate__(self) -> dict[str, Any]:
        """Without what only serves while counting."""
        return self.__dict__ | {"_codes": {}}

    def cut(self, size: int) -> None:
        """Forget all but the first events."""
        del self.event[16 * size :]
        del self.target[16 * size :]
        del self.second[size:]
        del self.requester[size:]

    def take(self, records: Iterable[tuple[Record, Request]]) -> None:
        """Take in events with the request that each is."""
        for record, request in records:
            self.add(record, request)

    def add(self, record: Record, request: Request) -> None:
        """Take in an event that is a request, if it succeeded and is about an object or a bucket.

        A check of CloudTrail's is about a folder, no object: it is made whatever the bucket has.
        The buckets of other services (ECR's layers) are AWS's own.
        """
        if request.error or request.cause == "check" or request.service not in _OF_OWN_BUCKETS:
            return
        parameters = record.parameters
        context = (parameters.context or parameters.source or {}) if parameters else {}
        target = context.get(OBJECT_KEY, "")
        if not isinstance(target, str):
            return
        arn = split_arn(target)
        # a directory bucket has a Bucket Key always, and an access point is no bucket: both name an
        # account, where the ARN of a bucket names none
        if arn is None or arn.service != "s3" or arn.account:
            return
        bucket, slash, name = arn.resource.partition("/")
        if not bucket or bool(slash) != bool(name):
            return
        requester = Requester(
            bucket,
            request.key,
            read_caller(record.caller).name,
            request.operation,
            request.cause,
            request.billed_account,
            request.billed_region,
        )
        code = self._codes.setdefault(requester, len(self.requesters))
        if code == len(self.requesters):
            self.requesters.append(requester)
        # a call between accounts is two events of one shared id
        self.event += identity(record.shared_id or record.event_id or record.request_id)
        self.target += identity(target) if name else NO_OBJECT
        self.second.append(second_of(record.time))
        self.requester.append(code)


def second_of(text: str | None) -> int:
    """The second of ``2023-10-17T04:05:06Z`` since 1970; `UNTIMED` where no calendar has it. [s]

    >>> second_of("1970-01-02T00:00:07Z"), second_of(None)
    (86407, -1)
    """
    minute = _minute(text[:16]) if text else None
    seconds = text[17:19] if text else ""
    if minute is None or not (seconds.isascii() and seconds.isdigit()):
        return UNTIMED
    return minute + int(seconds)


@lru_cache(maxsize=65536)
def _minute(text: str) -> int | None:
    """The seconds before ``2023-10-17T04:05``; None where no calendar has it."""
    try:
        moment = datetime.datetime.strptime(f"{text.replace(' ', 'T')}+0000", "%Y-%m-%dT%H:%M%z")
    except ValueError:
        return None
    return int(moment.timestamp()) if 1970 <= moment.year < 2100 else None
