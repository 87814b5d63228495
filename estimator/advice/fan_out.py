"""Several readers that get the same files: one gets them and hands them on."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import Proposal, end_item, is_inside
from estimator.inventory.sections import Reader
from estimator.months import Period
from estimator.volume.readers import kind_of

_SEND = (
    "aws cloudtrail update-trail --name {trail} --cloud-watch-logs-log-group-arn ARN "
    "--cloud-watch-logs-role-arn ARN"
)
_SOURCE = (
    "AWS CloudTrail User Guide, Sending events to CloudWatch Logs; AWS KMS Developer Guide, How "
    "AWS CloudTrail uses AWS KMS: each get is a Decrypt"
)


@dataclass(frozen=True)
class _Getting:
    """The files that a reader gets which gets each file as it comes."""

    reader: Reader
    trails: frozenset[str]
    active: Period
    per_file: float
    rank: tuple[float, int]

    def covers(self, other: _Getting) -> bool:
        """Tell whether it gets every file that another one gets."""
        return (
            other.trails <= self.trails
            and is_inside(other.active, self.active)
            # who gets a share of the files does not have all of them
            and min(self.per_file, 1.0) >= min(other.per_file, 1.0)
            and _is_within(other.reader.accounts, self.reader.accounts)
            and _is_within(other.reader.regions, self.reader.regions)
        )


def fan_outs(baseline: Baseline) -> Iterator[Proposal]:
    """A proposal for each reader of every file that could be handed what another one gets."""
    all_getting, active = list(_find_getting(baseline)), baseline.inventory.active.reader
    of_trail: defaultdict[str, list[_Getting]] = defaultdict(list)
    for getting in all_getting:
        for trail in getting.trails:
            of_trail[trail].append(getting)

    # who covers a reader reads each of its trails: looking at one of them is enough
    better = {
        getting.reader.name: [
            other
            for other in of_trail[min(getting.trails)]
            if other is not getting
            and other.covers(getting)
            and (other.rank < getting.rank or not getting.covers(other))
        ]
        for getting in all_getting
    }
    for getting in all_getting:
        reader = getting.reader
        # nobody hands on what is itself handed to it
        staying = [other for other in better[reader.name] if not better[other.reader.name]]
        if not staying:
            continue
        first = min(staying, key=lambda other: other.rank).reader
        yield Proposal(
            kind="fan-out",
            words="hand {} what another reader of the same files has got",
            noun="reader",
            about=(reader.name,),
            settings=end_item("readers", reader.name, reader, active[reader.name], baseline.months),
            loses=(
                f"{reader.name} depends on {first.name}, which gets every file that it gets. The "
                "stream or store between them has its own cost and guard, which are not counted. "
                "Copies in a bucket under a KMS key would be paid again when read"
            ),
            how=(
                f"let {first.name} put the records of each file into a stream (Amazon Kinesis Data "
                f"Streams, Amazon Data Firehose) that {reader.name} reads; or let CloudTrail send "
                "them itself to CloudWatch Logs, without a get"
            ),
            source=_SOURCE,
            commands=(_SEND.format(trail=shlex.quote(min(getting.trails))),),
            ends=frozenset({("readers", reader.name)}),
            uses=frozenset({("readers", first.name)}),
            weight=baseline.cost("reader", reader.name),
        )


def _find_getting(baseline: Baseline) -> Iterator[_Getting]:
    for number, reader in enumerate(baseline.active_readers):
        kind = kind_of(reader)
        if not kind.each_put or kind.destination:
            continue
        trails = baseline.inventory.read_by(reader)
        names = frozenset(trail.name for trail in trails if trail.key is not None)
        if names:
            active = baseline.in_months(baseline.inventory.active.reader[reader.name])
            per_file = 1.0 if kind.per_file is None else getattr(reader, kind.per_file).mid
            # of two that get the same the one goes that gets it more often
            yield _Getting(reader, names, active, per_file, (per_file, number))


def _is_within(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    """Tell whether a filter lets through no more than another; None lets everything through."""
    return others is None or (some is not None and set(some) <= set(others))
