"""Readers that read more than they need: scans, repeated gets, repeated validation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from estimator.advise.ending import life_in
from estimator.advise.proposal import Proposal, Setting, place
from estimator.advise.situation import Situation
from estimator.figures import factor
from estimator.inventory import Range
from estimator.inventory.assumptions import plain_range
from estimator.inventory.sections import EveryFile, Query, Reader, Validate
from estimator.scenarios.editing import scaled

_DECRYPTS = "AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS: each get is a Decrypt"
_PROJECTION = (
    "Amazon Athena User Guide, Create the table for CloudTrail logs in Athena using partition "
    f"projection; {_DECRYPTS}"
)
_VALIDATION = (
    "AWS CloudTrail User Guide, Validating CloudTrail log file integrity with the AWS CLI; source "
    "of aws cloudtrail validate-logs"
)
LONGEST_MONTH = 31.0  # [day]


def queries(now: Situation) -> Iterator[Proposal]:
    """Query readers: half of what they scan, and each file read once."""
    for reader in _living(now, Query):
        if isinstance(reader, Query):
            yield _halved(now, reader)
            yield _read_once(now, reader)


def _halved(now: Situation, reader: Query) -> Proposal:
    by_day = reader.days_scanned.mid > 1
    name = "days_scanned" if by_day else "share_of_files"
    said: Range = getattr(reader, name)
    before, value = factor(said.mid), scaled(_numbers(said), 0.5)
    after = value["mid"] if isinstance(value, dict) else value
    unit = "days" if by_day else "of the files"
    return _proposal(
        now,
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


def _read_once(now: Situation, reader: Query) -> Proposal:
    value: dict[str, Any] = {"kind": "every-file", "account": reader.account}
    for name in ("trails", "accounts", "regions"):
        listed = getattr(reader, name)
        value |= {} if listed is None else {name: list(listed)}
    lives = {"from": reader.start, "until": reader.until}
    value |= {name: day for name, day in lives.items() if day is not None}
    value["gets_per_file"] = plain_range(reader.gets_per_file)
    for name in ("bucket_key_saving", "burst_seconds"):
        said = getattr(reader, name)
        value |= {} if said is None else {name: plain_range(said)}
    return _proposal(
        now,
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


def repeated(now: Situation) -> Iterator[Proposal]:
    """Readers of every file that get it more than once."""
    for reader in _living(now, EveryFile):
        if not isinstance(reader, EveryFile) or reader.gets_per_file.mid <= 1:
            continue
        yield _proposal(
            now,
            reader,
            kind="re-reads",
            words="let {} get each file once",
            settings=((place("readers", reader.name, "gets_per_file"), 1.0),),
            loses=(
                f"nothing, if the reader can: a what-if, 1 get per file instead of "
                f"{factor(reader.gets_per_file.mid)}. Ranged gets and retries are gets too"
            ),
            how=(
                "get whole objects (GetObject without Range), keep what was got until it is done "
                "with, and let the queue's visibility timeout be longer than a file takes, so that "
                "no message comes twice"
            ),
            source=_DECRYPTS,
            what_if=True,
        )


def validations(now: Situation) -> Iterator[Proposal]:
    """Validate runs whose windows overlap: as many days as lie between two runs."""
    for reader in _living(now, Validate):
        if not isinstance(reader, Validate) or reader.runs_per_month.mid <= 0:
            continue
        between = float(math.ceil(LONGEST_MONTH / reader.runs_per_month.mid - 1e-9))
        if reader.days.mid <= between:
            continue
        yield _proposal(
            now,
            reader,
            kind="validate-once",
            words="let {} validate each file once",
            settings=((place("readers", reader.name, "days"), between),),
            loses=(
                f"a file changed after its one validation is not seen by the next run. A what-if: "
                f"{factor(between)} days, as many as lie between two runs, instead of "
                f"{factor(reader.days.mid)}"
            ),
            how=(
                "aws cloudtrail validate-logs --trail-arn ARN --start-time T, where T is the time "
                "of the run before; S3 Object Lock keeps older files from being changed"
            ),
            source=_VALIDATION,
            what_if=True,
        )


def _living(now: Situation, kind: type[Reader]) -> Iterator[Reader]:
    for reader in now.inventory.readers:
        if isinstance(reader, kind) and life_in(now.months, reader) is not None:
            yield reader


def _numbers(said: Range) -> Any:
    """A range without its source, which says nothing of another value."""
    if said.is_number:
        return said.mid
    return {"low": said.low, "high": said.high, "mid": said.mid}


def _proposal(
    now: Situation,
    reader: Reader,
    *,
    kind: str,
    words: str,
    settings: tuple[Setting, ...],
    loses: str,
    how: str,
    source: str,
    what_if: bool,
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
        what_if=what_if,
        weight=now.cost("reader", reader.name),
    )
