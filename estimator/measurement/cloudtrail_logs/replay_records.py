"""Replays of Bucket Keys as a part of a measurement: written with it, read back, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimator.measurement.cloudtrail_logs.bucket_key_replay import BucketReplay
    from estimator.measurement.cloudtrail_logs.object_requests import ObjectRequests

REPLAY = "bucket_key_replay"  # its key in a measurement's JSON

# the keys of a record, and the fields that they are of
NAMES = {
    "bucket": "bucket",
    "key": "key",
    "caller": "requester",
    "operation": "operation",
    "cause": "cause",
    "billed_account": "account",
    "billed_region": "region",
}
COUNTS = {
    "requests": "requests",
    "left_low": "low",
    "left_high": "high",
    "left_at_most": "at_most",
    "gets_of_older_objects": "unseen_each",
    "untimed": "untimed_each",
    "under_a_bucket_key": "of_bucket_each",
}


def record_replays(objects: ObjectRequests) -> dict[str, Any]:
    """Replay a Bucket Key for each bucket, as JSON: a record for each requester.

    ``resolution`` is to what moments were exact [s].
    """
    from estimator.measurement.cloudtrail_logs.bucket_key_replay import replay_bucket_keys

    records = [
        {key: getattr(requester, name) for key, name in NAMES.items()}
        | {key: int(getattr(replay, name)[place]) for key, name in COUNTS.items()}
        for replay in replay_bucket_keys(objects)
        for place, requester in enumerate(replay.requesters)
    ]
    return {"resolution": objects.resolution, "requesters": records}


def read_replays(records: Iterable[Mapping[str, Any]]) -> tuple[BucketReplay, ...]:
    """The replay of each bucket out of the records of `record_replays`.

    Records of one requester, as several measurements have them, are added up: each measurement
    was replayed alone, so that a key that served on from one to the next counts in both.
    """
    import numpy as np

    from estimator.measurement.cloudtrail_logs.bucket_key_replay import BucketReplay, in_order
    from estimator.measurement.cloudtrail_logs.object_events import Requester

    buckets: dict[str, dict[Requester, Any]] = {}
    for record in records:
        requester = Requester(**{name: record[key] for key, name in NAMES.items()})
        counts = np.array([record[key] for key in COUNTS], dtype=np.int64)
        of_bucket = buckets.setdefault(requester.bucket, {})
        of_bucket[requester] = of_bucket.get(requester, 0) + counts
    replays = []
    for bucket, found in buckets.items():
        requesters = sorted(found)
        counts = np.stack([found[each] for each in requesters], axis=1)
        fields = dict(zip(COUNTS.values(), counts, strict=True))
        replays.append(BucketReplay(bucket, tuple(requesters), **fields))
    return in_order(replays)


def add_replays(replays: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
    """The replays of several measurements as one; None where a measurement has none.

    What is left of one would be scaled by the hours of all.
    """
    known = [replay for replay in replays if replay is not None]
    if not known or len(known) < len(replays):
        return None
    return {
        "resolution": max(replay["resolution"] for replay in known),
        "requesters": [record for replay in known for record in replay["requesters"]],
    }


def odd_record(records: Sequence[Mapping[str, Any]]) -> tuple[int, str, str] | None:
    """The first record whose counts cannot be: its place, what was found, what was expected."""
    for place, record in enumerate(records):
        for name in ("left_low", "left_high", "left_at_most", "gets_of_older_objects", "untimed"):
            if record[name] > record["requests"]:
                found = f"{name} {record[name]:,} of {record['requests']:,} requests"
                return place, found, "no more than its requests"
    # each lifetime leaves a bucket no more than the worst, and this no more than without older keys
    bounds: dict[str, tuple[int, int, int]] = {}
    for place, record in enumerate(records):
        first, high, at_most = bounds.get(record["bucket"], (place, 0, 0))
        high, at_most = high + record["left_high"], at_most + record["left_at_most"]
        bounds[record["bucket"]] = first, high, at_most
    for place, high, at_most in bounds.values():
        if high > at_most:
            return (
                place,
                f"left_high {high:,} of its bucket",
                f"no more than left_at_most {at_most:,}",
            )
    return None
