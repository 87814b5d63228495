"""An S3 Bucket Key event by event, by hand: how many KMS requests it would leave.

S3 User Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys": S3 keeps a bucket-level
key for a time-limited period; it is fetched at least once per requester; "Amazon S3 treats callers
as different requesters when they use different roles or accounts, or the same role with different
scoping policies". AWS publishes no period, so L runs from 1 to 60 minutes (the issue). So here:

- a requester is a role, a user or a service; its sessions and instances are one requester;
- a key serves its bucket, its requester and its operation (a GenerateDataKey makes the key of a
  put; a Decrypt opens the key of an object that is read: one does not spare the other);
- fetched at t it serves [t, t + L); the first request after that fetches again.

A read may meet objects of many older keys, each to be opened once. Where an object's put is in the
logs its key is known (`left_of_known_objects`); objects that nobody put are taken to be under one
key, which is a floor (`left`).
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.attribution.identities import Identity, Record, role
from tests.acceptance.attribution.specimens import DATA, INTERNAL, US, key
from tests.acceptance.measure.events import plain, unique

START = dt.datetime(2026, 10, 5, tzinfo=dt.UTC)
LAKE = key(DATA, 2)


class Ask(NamedTuple):
    """One request of S3 on behalf of somebody."""

    second: int
    bucket: str = "lake"
    who: str = "Reader"
    operation: str = "Decrypt"
    session: str = "s"
    with_key: bool = False  # the bucket has a Bucket Key already
    thing: str = ""  # the object; without one, each request has an object that nobody put


def left(asks: Iterable[Ask], minutes: int) -> int:
    """Simulate bucket keys that live so many minutes; return the requests that remain."""
    until: dict[tuple[str, str, str], int] = {}
    fetched = 0
    for ask in sorted(asks):
        whose = ask.bucket, ask.who, ask.operation
        if ask.second >= until.get(whose, -1):
            fetched += 1
            until[whose] = ask.second + 60 * minutes
    return fetched


def left_of_known_objects(asks: Iterable[Ask], minutes: int) -> int:
    """Simulate keys of which each object keeps the one it was put with.

    A put takes the writer's key, or fetches one (GenerateDataKey). A get opens the key of its
    object, for the reader and for so many minutes (Decrypt), unless the reader has it open.
    """
    seconds = 60 * minutes
    writer_key: dict[tuple[str, str], tuple[int, int]] = {}  # key's number, and until when
    key_of: dict[tuple[str, str], int] = {}
    is_open: dict[tuple[str, str, int], int] = {}
    fetched = keys = 0
    for ask in sorted(asks):
        thing = ask.bucket, ask.thing
        if ask.operation == "GenerateDataKey":
            number, until = writer_key.get((ask.bucket, ask.who), (0, -1))
            if ask.second >= until:
                keys += 1
                fetched += 1
                number, until = keys, ask.second + seconds
                writer_key[ask.bucket, ask.who] = number, until
            key_of[thing] = number
            continue
        whose = ask.bucket, ask.who, key_of[thing]
        if ask.second >= is_open.get(whose, -1):
            fetched += 1
            is_open[whose] = ask.second + seconds
    return fetched


def caller(ask: Ask) -> Identity:
    return role(DATA, ask.who, ask.session, by=INTERNAL)


def record(ask: Ask, number: int, rng: random.Random) -> Record:
    at = START + dt.timedelta(seconds=ask.second)
    out = plain(rng, at, "kms.amazonaws.com", ask.operation, US, DATA)
    arn = f"arn:aws:s3:::{ask.bucket}"
    context = {"aws:s3:arn": arn if ask.with_key else f"{arn}/{ask.thing or f'part-{number}'}"}
    parameters: Record = {"encryptionContext": context}
    if ask.operation == "Decrypt":
        parameters["encryptionAlgorithm"] = "SYMMETRIC_DEFAULT"
    else:
        parameters |= {"keyId": LAKE, "keySpec": "AES_256"}
    out |= {
        "userIdentity": caller(ask).record,
        "requestParameters": parameters,
        "resources": [{"accountId": DATA, "type": "AWS::KMS::Key", "ARN": LAKE}],
        "requestID": unique(rng),
    }
    return out


def write(
    folder: Path,
    asks: list[Ask],
    *,
    shuffled: bool = False,
    trails: int = 1,
    files: int = 4,
    seed: int = 3,
) -> None:
    """Write the events as log files; shuffled, times run wild within and over the files."""
    rng = random.Random(seed)  # noqa: S311  no secrets here
    records = [record(ask, number, rng) for number, ask in enumerate(asks)]
    if shuffled:
        rng.shuffle(records)
    else:
        records.sort(key=lambda record: record["eventTime"])
    size = -(-len(records) // files)
    for trail in range(trails):
        for at in range(files):
            part = records[at * size : (at + 1) * size]
            place = folder / f"trail-{trail}" / f"AWSLogs/{DATA}/CloudTrail/{US}/2026/10/05"
            place.mkdir(parents=True, exist_ok=True)
            name = f"{DATA}_CloudTrail_{US}_20261005T{at:02d}00Z_ABCDEFGHIJKLMNO{at % 10}.json.gz"
            raw = json.dumps({"Records": part}, separators=(",", ":")).encode()
            (place / name).write_bytes(gzip.compress(raw, mtime=0))
