"""Settings of trails and their buckets: S3 Bucket Key, excluded KMS events, SSE-S3."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from typing import Any

from estimator.advice.baseline import Baseline
from estimator.advice.overlaps import KMS_EVENTS, Overlaps
from estimator.advice.proposal import Proposal, Setting, place
from estimator.bucket_keys.result import LOSES, SOURCE, bucket_key_command
from estimator.figures import factor
from estimator.inventory.sections import Trail

_TRAIL_COSTS = "AWS CloudTrail User Guide, Managing CloudTrail trail costs; CloudTrail pricing"
_ENCRYPTION = (
    "AWS CloudTrail User Guide, Encrypting CloudTrail log files with AWS KMS keys; AWS KMS "
    "Developer Guide, How AWS CloudTrail uses AWS KMS"
)


def bucket_keys(baseline: Baseline) -> Iterator[Proposal]:
    """An S3 Bucket Key for each bucket that has none: trails into one bucket go together."""
    buckets: dict[tuple[str, str], list[Trail]] = {}
    for trail in baseline.inventory.trails:
        if trail.key is None or trail.bucket.bucket_key:
            continue
        if baseline.writing(trail).is_empty:
            continue
        name = trail.bucket.name
        bucket = ("trail", trail.name) if name is None else ("bucket", name)
        buckets.setdefault(bucket, []).append(trail)
    for trails in buckets.values():
        first = trails[0]
        key = baseline.keys[first.key or ""]
        measured = baseline.bucket_key_savings.get(first.bucket.name or "")
        settings: list[Setting] = []
        for trail in trails:
            settings.append((place("trails", trail.name, "bucket", "bucket_key"), True))
            if measured is not None:
                path = place("trails", trail.name, "bucket", "bucket_key_saving")
                settings.append((path, measured))
        yield Proposal(
            kind="bucket-key",
            words="turn on the S3 Bucket Key of {}",
            noun="trail",
            about=tuple(trail.name for trail in trails),
            settings=tuple(settings),
            loses=f"{LOSES.format(object='file', objects='files')}. {_assumption(first, measured)}",
            how=(
                "set it on the bucket, in the console by Bucket Key: Enable on its Properties; the "
                "key policy must let CloudTrail use kms:GenerateDataKey and kms:DescribeKey"
            ),
            source=SOURCE,
            commands=(bucket_key_command(first.bucket.name or "BUCKET", key.arn or key.id),),
            weight=sum(map(baseline.cost_with_readers, trails)),
        )


def _assumption(trail: Trail, measured: Any) -> str:
    """Say what share of the requests is taken to be saved, and who says so."""
    if measured is None:
        saving = factor(trail.bucket.bucket_key_saving.mid)
        return (
            f"Assumes that {saving} of the requests are saved: AWS says up to 0.99, and one sample "
            "of its own made 4 of 150"
        )
    ends = (measured["low"], measured["high"]) if isinstance(measured, dict) else (measured,)
    share = " to ".join(map(factor, ends))
    return (
        f"Replayed from the logs: {share} of the requests are saved, if a key lives 1 to 60 minutes"
    )


def excluded_events(baseline: Baseline) -> Iterator[Proposal]:
    """No KMS events in trails whose copies of them are paid."""
    selector = [
        {
            "ReadWriteType": "All",
            "IncludeManagementEvents": True,
            "ExcludeManagementEventSources": ["kms.amazonaws.com"],
        }
    ]
    selectors = json.dumps(selector, separators=(",", ":"))
    overlaps = Overlaps(baseline)
    for trail in baseline.inventory.trails:
        cost = baseline.event_costs[trail.name]
        if not cost or trail.exclude_kms_events:
            continue
        # whose copy is free, or the cheapest: the one that must go on recording
        recorders = overlaps.recorders(trail)
        other = min(recorders, key=lambda other: baseline.event_costs[other.name], default=None)
        elsewhere = (
            f"{other.name} still records them"
            if other
            else "no other trail records all of them: elsewhere nobody does any more"
        )
        select = f"aws cloudtrail put-event-selectors --trail-name {shlex.quote(trail.name)}"
        yield Proposal(
            kind="exclude-kms-events",
            words="exclude KMS events from {}, whose copies of them are paid",
            noun="trail",
            about=(trail.name,),
            settings=((place("trails", trail.name, "exclude_kms_events"), True),),
            loses=(
                "the log of this trail no longer holds KMS events of anybody, not only of these "
                f"requests; {elsewhere}. It saves on CloudTrail's bill, nothing of KMS"
            ),
            how=(
                "in the trail's home Region; the command replaces all selectors that the trail "
                "has. In the console: Management events, Exclude AWS KMS events"
            ),
            source=_TRAIL_COSTS,
            commands=(f"{select} --event-selectors {shlex.quote(selectors)}",),
            ends=frozenset({(KMS_EVENTS, trail.name)}),
            uses=frozenset({(KMS_EVENTS, other.name)} if other else ()),
            trade_off=other is None,
            weight=cost,
        )


def sse_s3(baseline: Baseline) -> Iterator[Proposal]:
    """SSE-S3 instead of SSE-KMS: no requests at all, and what is given up for it."""
    for trail in baseline.inventory.trails:
        if trail.key is None or baseline.writing(trail).is_empty:
            continue
        yield Proposal(
            kind="sse-s3",
            words="encrypt the files of {} with SSE-S3 instead of SSE-KMS",
            noun="trail",
            about=(trail.name,),
            settings=((place("trails", trail.name, "key"), None),),
            loses=(
                "the key policy as a second lock beside the bucket policy, the record of each "
                "Decrypt, and the power to revoke access by disabling the key; standards may ask "
                f"for a customer managed key. The key {trail.key} is needed and paid as long as "
                "files written under it are read, and reading those still costs: neither is taken "
                "off here"
            ),
            how="for new files only; in the console: Log file SSE-KMS encryption, off",
            source=_ENCRYPTION,
            commands=(
                f'aws cloudtrail update-trail --name {shlex.quote(trail.name)} --kms-key-id ""',
            ),
            trade_off=True,
            weight=baseline.cost_with_readers(trail),
        )
