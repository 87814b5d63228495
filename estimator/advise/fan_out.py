"""Several readers that get the same files: one gets them and hands them on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from estimator.advise.ending import Span, ended, is_inside, life_in
from estimator.advise.proposal import Proposal
from estimator.advise.situation import Situation
from estimator.inventory.sections import EveryFile

_SOURCE = (
    "AWS CloudTrail User Guide, Sending events to CloudWatch Logs; AWS KMS Developer Guide, How "
    "AWS CloudTrail uses AWS KMS: each get is a Decrypt"
)


@dataclass(frozen=True)
class _Reading:
    """What a reader of every file gets."""

    reader: EveryFile
    trails: frozenset[str]
    life: Span
    rank: tuple[float, int]

    def covers(self, other: _Reading) -> bool:
        """Whether it gets every file that another one gets."""
        mine, others = self.reader, other.reader
        return (
            other.trails <= self.trails
            and is_inside(other.life, self.life)
            # who gets a share of the files does not have all of them
            and min(mine.gets_per_file.mid, 1.0) >= min(others.gets_per_file.mid, 1.0)
            and _is_within(others.accounts, mine.accounts)
            and _is_within(others.regions, mine.regions)
        )


def fan_outs(now: Situation) -> Iterator[Proposal]:
    """A proposal for each reader of every file that could be handed what another one gets."""
    readings = list(_readings(now))
    of_trail: defaultdict[str, list[_Reading]] = defaultdict(list)
    for one in readings:
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
        for one in readings
    }
    for one in readings:
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
            settings=ended("readers", reader.name, reader, now.months),
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


def _readings(now: Situation) -> Iterator[_Reading]:
    for number, reader in enumerate(now.inventory.readers):
        life = life_in(now.months, reader)
        if not isinstance(reader, EveryFile) or life is None:
            continue
        names = frozenset(one.name for one in now.inventory.read_by(reader) if one.key is not None)
        if names:
            # of two that get the same the one goes that gets it more often
            yield _Reading(reader, names, life, (reader.gets_per_file.mid, number))


def _is_within(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    """Whether a filter lets through no more than another; None lets everything through."""
    return others is None or (some is not None and set(some) <= set(others))
