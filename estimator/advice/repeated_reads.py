"""Files that are read more often than needed: by scans, by repeated gets, by several readers."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from estimator.advice.baseline import Baseline
from estimator.advice.proposal import Proposal, Setting, end_item, is_inside, place
from estimator.figures import factor
from estimator.inventory import Range
from estimator.inventory.assumptions import plain_range
from estimator.inventory.changes.values import scale
from estimator.inventory.sections import Reader
from estimator.months import Period
from estimator.volume.readers import kind_of, trails_read

_DECRYPTS = "AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS: each get is a Decrypt"
_PROJECTION = (
    "Amazon Athena User Guide, Create the table for CloudTrail logs in Athena using partition "
    f"projection; {_DECRYPTS}"
)
_VALIDATION = (
    "AWS CloudTrail User Guide, Validating CloudTrail log file integrity with the AWS CLI; source "
    "of aws cloudtrail validate-logs"
)
_SENDING = f"AWS CloudTrail User Guide, Sending events to CloudWatch Logs; {_DECRYPTS}"
_SEND = (
    "aws cloudtrail update-trail --name {trail} --cloud-watch-logs-log-group-arn ARN "
    "--cloud-watch-logs-role-arn ARN"
)


def queries(baseline: Baseline) -> Iterator[Proposal]:
    """Readers that scan: half of it, and each file read once."""
    for reader in baseline.active_readers:
        kind = kind_of(reader)
        longest = _longest_retention(baseline, reader)
        name = kind.scans(reader, longest)
        if name is not None:
            assumption: Range = getattr(reader, name)
            is_window = name == kind.window
            if is_window and assumption.mid > longest:
                assumption = Range.exactly(longest)  # it scans no more than the buckets keep
            unit = "days" if is_window else "of the files"
            yield _halve(baseline, reader, name, assumption, unit)
        if kind.once_is_enough:
            yield _read_once(baseline, reader)


def _longest_retention(baseline: Baseline, reader: Reader) -> float:
    """The days that the buckets keep what a reader reads, at most. [day]"""
    retention = [trail.bucket.retention_days for trail in trails_read(baseline.inventory, reader)]
    return max((math.inf if days is None else days.mid for days in retention), default=math.inf)


def _halve(baseline: Baseline, reader: Reader, name: str, assumption: Range, unit: str) -> Proposal:
    before, value = factor(assumption.mid), scale(_numbers(assumption), 0.5)
    after = value["mid"] if isinstance(value, dict) else value
    return _proposal(
        baseline,
        reader,
        kind="query-scan",
        words="halve what each query of {} scans",
        settings=((place("readers", reader.name, name), value),),
        loses=(
            f"nothing, if the queries need no more: a what-if, {factor(after)} {unit} instead of "
            f"{before}. Queries that look further back must say so"
        ),
        how=(
            f"set {name} to what the queries need: partition the table by account, Region and day "
            "('projection.enabled'='true' in TBLPROPERTIES) and filter on these columns in each "
            "WHERE; LIMIT alone does not scan less"
        ),
        source=_PROJECTION,
        what_if=True,
    )


def _read_once(baseline: Baseline, reader: Any) -> Proposal:
    value: dict[str, Any] = {"kind": "every-file", "account": reader.account}
    for name in ("trails", "accounts", "regions"):
        listed = getattr(reader, name)
        value |= {} if listed is None else {name: list(listed)}
    period = {"from": reader.start, "until": reader.until}
    value |= {name: day for name, day in period.items() if day is not None}
    for name in ("gets_per_file", "bucket_key_saving", "burst_seconds"):
        assumption = getattr(reader, name, None)  # a kind may get each file once, and not say so
        value |= {} if assumption is None else {name: plain_range(assumption)}
    return _proposal(
        baseline,
        reader,
        kind="query-once",
        words="let {} read each file once, into a table of its own, and query that",
        settings=(((place("readers", reader.name)), value),),
        loses=(
            "a what-if: a job that reads each new file once, and a second copy of the log that "
            "needs its own guard and storage, which are not counted. Queries see what the job has "
            "read so far"
        ),
        how=(
            "INSERT INTO a table of Parquet files by account, Region and day (Athena, or an AWS "
            "Glue job with a bookmark) in a bucket with SSE-S3 or an S3 Bucket Key, and point the "
            "queries at it"
        ),
        source=f"Amazon Athena User Guide, INSERT INTO; {_DECRYPTS}",
        what_if=True,
    )


def repeated_gets(baseline: Baseline) -> Iterator[Proposal]:
    """Readers that get each file more than once."""
    for reader in baseline.active_readers:
        name = kind_of(reader).per_file
        if name is None or getattr(reader, name).mid <= 1:
            continue
        yield _proposal(
            baseline,
            reader,
            kind="re-reads",
            words="let {} get each file once",
            settings=((place("readers", reader.name, name), 1.0),),
            loses=(
                f"nothing, if the reader can: a what-if, 1 get per file instead of "
                f"{factor(getattr(reader, name).mid)}. Ranged gets and retries are gets too"
            ),
            how=(
                "get whole objects (GetObject without Range), keep what was got until it is done "
                "with, and let the queue's visibility timeout be longer than a file takes, so that "
                "no message comes twice"
            ),
            source=_DECRYPTS,
            what_if=True,
        )


def validations(baseline: Baseline) -> Iterator[Proposal]:
    """Runs whose look-back overlaps: as many days as lie between two of them."""
    for reader in baseline.active_readers:
        kind = kind_of(reader)
        name, between = kind.window, kind.days_between(reader)
        if name is None or between is None or getattr(reader, name).mid <= between:
            continue
        yield _proposal(
            baseline,
            reader,
            kind="validate-once",
            words="let {} validate each file once",
            settings=((place("readers", reader.name, name), between),),
            loses=(
                f"a file changed after its one validation is not seen by the next run. A what-if: "
                f"{factor(between)} days, as many as lie between two runs, instead of "
                f"{factor(getattr(reader, name).mid)}"
            ),
            how=(
                "validate from T on, the time of the run before; S3 Object Lock keeps older files "
                "from being changed"
            ),
            source=_VALIDATION,
            commands=("aws cloudtrail validate-logs --trail-arn ARN --start-time T",),
            what_if=True,
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
            source=_SENDING,
            commands=(_SEND.format(trail=shlex.quote(min(getting.trails))),),
            ends=frozenset({("readers", reader.name)}),
            uses=frozenset({("readers", first.name)}),
            weight=baseline.cost("reader", reader.name),
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


def _find_getting(baseline: Baseline) -> Iterator[_Getting]:
    for number, reader in enumerate(baseline.active_readers):
        kind = kind_of(reader)
        if not kind.each_put or kind.destination:
            continue
        names = frozenset(trail.name for trail in trails_read(baseline.inventory, reader))
        if names:
            active = baseline.in_months(baseline.inventory.active.reader[reader.name])
            per_file = 1.0 if kind.per_file is None else getattr(reader, kind.per_file).mid
            # of two that get the same the one goes that gets it more often
            yield _Getting(reader, names, active, per_file, (per_file, number))


def _is_within(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    """Tell whether a filter lets through no more than another; None lets everything through."""
    return others is None or (some is not None and set(some) <= set(others))


def _numbers(assumption: Range) -> Any:
    """A range without its source, which says nothing of another value."""
    if assumption.is_number:
        return assumption.mid
    return {"low": assumption.low, "high": assumption.high, "mid": assumption.mid}


def _proposal(
    baseline: Baseline,
    reader: Reader,
    *,
    kind: str,
    words: str,
    settings: tuple[Setting, ...],
    loses: str,
    how: str,
    source: str,
    what_if: bool,
    commands: tuple[str, ...] = (),
) -> Proposal:
    return Proposal(
        kind=kind,
        words=words,
        noun="reader",
        about=(reader.name,),
        settings=settings,
        loses=loses,
        how=how,
        source=source,
        commands=commands,
        what_if=what_if,
        weight=baseline.cost("reader", reader.name),
    )
