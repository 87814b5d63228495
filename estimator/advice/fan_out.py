"""Several readers that get the same files: one gets them and hands them on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from estimator.advice.baseline import Situation
from estimator.advice.ending import ended, is_inside
from estimator.advice.proposal import Proposal
from estimator.inventory.sections import Reader
from estimator.months import Period
from estimator.volume.readers import kind_of

_SOURCE = (
    "AWS CloudTrail User Guide, Sending events to CloudWatch Logs; AWS KMS Developer Guide, How "
    "AWS CloudTrail uses AWS KMS: each get is a Decrypt"
)


@dataclass(frozen=True)
class _Getting:
    """What a reader gets that gets each file as it comes."""

    reader: Reader
    trails: frozenset[str]
    active: Period
    per_file: float
    rank: tuple[float, int]

    def covers(self, other: _Getting) -> bool:
        """Whether it gets every file that another one gets."""
        return (
            other.trails <= self.trails
            and is_inside(other.active, self.active)
            # who gets a share of the files does not have all of them
            and min(self.per_file, 1.0) >= min(other.per_file, 1.0)
            and _is_within(other.reader.accounts, self.reader.accounts)
            and _is_within(other.reader.regions, self.reader.regions)
        )


def fan_outs(now: Situation) -> Iterator[Proposal]:
    """A proposal for each reader of every file that could be handed what another one gets."""
    all_getting, active = list(_getting(now)), now.inventory.active.reader
    of_trail: defaultdict[str, list[_Getting]] = defaultdict(list)
    for one in all_getting:
        for trail in one.trails:
            of_trail[trail].append(one)

    better = {
        one.reader.name: [
            other
            for other in of_trail[min(one.trails)]
            if other is not one
            and other.covers(one)
            and (other.rank < one.rank or not one.covers(other))
        ]
        for one in all_getting
    }
    for one in all_getting:
        staying = [other for other in better[one.reader.name] if not better[other.reader.name]]
        if not staying:
            continue
        first = min(staying, key=lambda other: other.rank).reader
        reader = one.reader
        yield Proposal(
            kind="fan-out",
            words="hand {} what another reader of the same files has got",
            noun="reader",
            about=(reader.name,),
            settings=ended("readers", reader.name, reader, active[reader.name], now.months),
            loses=(
                f"{reader.name} depends on {first.name}, which gets every file that it gets. The "
                "stream or store between them has its own cost and guard, which are not counted. "
                "Copies in a bucket under a KMS key would be paid again when read"
            ),
            how=(
                f"let {first.name} put the records of each file into a stream (Amazon Kinesis Data "
                f"Streams, Amazon Data Firehose) that {reader.name} reads; or let CloudTrail send "
                "them itself, without a get: aws cloudtrail update-trail --name "
                f"{min(one.trails)} --cloud-watch-logs-log-group-arn ARN "
                "--cloud-watch-logs-role-arn ARN"
            ),
            source=_SOURCE,
            ends=frozenset({("readers", reader.name)}),
            uses=frozenset({("readers", first.name)}),
            weight=now.cost("reader", reader.name),
        )


def _getting(now: Situation) -> Iterator[_Getting]:
    for number, reader in enumerate(now.active_readers):
        kind = kind_of(reader)
        if not kind.each_put or kind.destination:
            continue
        names = frozenset(one.name for one in now.inventory.read_by(reader) if one.key is not None)
        if names:
            active = now.in_months(now.inventory.active.reader[reader.name])
            per_file = 1.0 if kind.per_file is None else getattr(reader, kind.per_file).mid
            # of two that get the same the one goes that gets it more often
            yield _Getting(reader, names, active, per_file, (per_file, number))


def _is_within(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    """Whether a filter lets through no more than another; None lets everything through."""
    return others is None or (some is not None and set(some) <= set(others))
