"""A slow counter of CloudTrail's KMS requests: what the specification says, one event at a time.

It shares nothing with the tool. Where the specification leaves a choice, the choice is named:

- Of the copies of one event the one that names its caller by an ARN is told: the key's owner sees a
  caller of another account by its account id only, and the order of files must not matter.
- A role's ARN made from a session keeps the session's partition.
- `duplicates` are copies of KMS requests, successful or failed; not of events that are no requests.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.measure.events import CLOUDTRAIL_ACCOUNT, KMS, Row

NAME = re.compile(r"AWSLogs/(?:o-[^/]+/)?(\d{12})/(?:(CloudTrail[^/]*)/([a-z0-9-]+)/)?")
NO_REQUEST = {"AwsServiceEvent", "AwsCloudTrailInsight", "AwsVpceEvent"}
NO_REQUEST_CATEGORY = {"Insight", "NetworkActivity", "Aggregated"}


@dataclass
class Count:
    """The counts of a folder; the failed calls by their error code."""

    requests: Counter[Row] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    files: int = 0
    records: int = 0
    duplicates: int = 0
    skipped: list[str] = field(default_factory=list)

    def by(self, *names: str) -> Counter[Any]:
        """The requests by some of their columns; by one column, without a tuple around it."""
        out: Counter[Any] = Counter()
        for row, number in self.requests.items():
            values = tuple(getattr(row, name) for name in names)
            out[values[0] if len(names) == 1 else values] += number
        return out


def count(*paths: Path) -> Count:
    """Count what files and folders hold."""
    counts = Count()
    seen: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                for name, raw in contents(file.name, file.read_bytes()):
                    read(counts, seen, name, raw)
    groups = {id(group): group for group in seen.values()}
    for group in groups.values():
        counts.duplicates += len(group) - 1
        if group[0].get("errorCode"):
            counts.failed[str(group[0]["errorCode"])] += 1
        else:
            rows = sorted(map(row_of, group), key=lambda row: not row.reader.startswith("arn:"))
            counts.requests[rows[0]] += 1
    return counts


def contents(name: str, raw: bytes) -> Iterator[tuple[str, bytes | None]]:
    """The files inside a file: itself, or the members of an archive; None for broken gzip."""
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except Exception:  # noqa: BLE001  whatever it says, it cannot be read
            yield name, None
            return
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for entry in archive.infolist():
                if not entry.is_dir():
                    yield from contents(f"{name}!{entry.filename}", archive.read(entry))
    elif raw[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            for member in archive:
                if (stream := archive.extractfile(member)) is not None:
                    yield from contents(f"{name}!{member.name}", stream.read())
    else:
        yield name, raw


def read(
    counts: Count, seen: dict[str, list[dict[str, Any]]], name: str, raw: bytes | None
) -> None:
    """Count the events of one file."""
    try:
        events = list(events_in(raw))
    except (ValueError, RecursionError):
        counts.skipped.append(name)
        return
    counts.files += 1
    counts.records += len(events)
    for event in events:
        if is_request(event):
            remember(seen, event)


def events_in(raw: bytes | None) -> Iterator[Any]:
    """The events of a file's text, whatever is around them; ValueError if it is no log file."""
    if raw is None:
        raise ValueError("broken gzip")
    text = raw.decode("utf-8-sig").strip()
    if not text:
        raise ValueError("empty")
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        if isinstance(document, list):
            if any("Records" in mapping(entry) for entry in document):
                raise ValueError("log files in a list")
            yield from document
        elif isinstance(document, dict) and isinstance(document.get("Records"), list):
            yield from document["Records"]
        elif isinstance(document, dict) and "eventSource" in document:
            yield document
        elif not (isinstance(document, dict) and "digestS3Object" in document):
            raise ValueError("no records")


def is_request(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and event.get("eventSource") == KMS
        and text_of(event.get("eventType")) not in NO_REQUEST
        and text_of(event.get("eventCategory")) not in NO_REQUEST_CATEGORY
    )


def remember(seen: dict[str, list[dict[str, Any]]], event: dict[str, Any]) -> None:
    """Put an event to its copies: the same id, the same shared id, or the same in all."""
    names = [f"{name} {event[name]}" for name in ("eventID", "sharedEventID") if event.get(name)]
    if not names and event.get("requestID"):
        names = [f"requestID {event['requestID']}"]
    names = names or [json.dumps(event, sort_keys=True)]
    group: list[dict[str, Any]] = [event]
    for name in names:
        older = seen.get(name, [])
        group += [copy for copy in older if not any(copy is known for known in group)]
    for copy in group:
        for name in ("eventID", "sharedEventID"):
            if copy.get(name):
                seen[f"{name} {copy[name]}"] = group
    for name in names:
        seen[name] = group


def row_of(event: dict[str, Any]) -> Row:
    """The row that one successful request is counted in."""
    parameters = mapping(event.get("requestParameters"))
    # ReEncrypt has two contexts, and names neither of them encryptionContext
    names = ("encryptionContext", "sourceEncryptionContext", "destinationEncryptionContext")
    context = next((found for name in names if (found := mapping(parameters.get(name)))), {})
    operation, region = text_of(event.get("eventName")), text_of(event.get("awsRegion"))
    identity = mapping(event.get("userIdentity"))
    trail, target = text_of(context.get("aws:cloudtrail:arn")), text_of(context.get("aws:s3:arn"))
    name = target.split(":::", 1)[-1]
    bare = bool(name) and "/" not in name  # under a Bucket Key, whoever's bucket it is
    found = list(NAME.finditer(name))
    account, folder, log_region = found[-1].groups("") if trail and found else ("", "", "")
    cause = cause_of(operation, identity, target, folder) if trail else "other"
    key = key_of(event, parameters)
    billed = text_of(identity.get("accountId")) or part_of(text_of(identity.get("arn")), 4)
    billed = billed or text_of(event.get("recipientAccountId"))
    if trail and (cause in {"put", "check", "digest"} or billed == CLOUDTRAIL_ACCOUNT):
        billed = part_of(trail, 4)
    return Row(
        day=text_of(event.get("eventTime"))[:10],
        account=account if trail else billed,
        region=log_region if trail else region,
        billed_account=billed,
        billed_region=part_of(key, 3) if key else region,
        key=key,
        trail=trail,
        reader=reader_of(identity) if cause in {"get", "replication"} else "",
        folder=folder,
        bucket_key=bare,
        cause=cause,
        operation=operation,
    )


def cause_of(operation: str, identity: dict[str, Any], target: str, folder: str) -> str:
    """Why CloudTrail's request was made."""
    session = text_of(identity.get("arn")).rpartition("/")[2]
    replicates = identity.get("type") == "AssumedRole" and session == "s3-replication"
    if operation == "Encrypt" or operation.startswith("ReEncrypt"):
        return "replication"
    if operation == "Decrypt" and replicates:
        return "replication"
    if target.endswith("/"):
        return "check"
    if operation.startswith("GenerateDataKey"):
        return "digest" if folder == "CloudTrail-Digest" else "put"
    return "get" if operation == "Decrypt" else "other"


def key_of(event: dict[str, Any], parameters: dict[str, Any]) -> str:
    """The key's ARN: from the resources, else from the parameters."""
    resources = event.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        entry = mapping(resource)
        arn = text_of(entry.get("ARN") or entry.get("arn"))
        if entry.get("type") == "AWS::KMS::Key" or (":kms:" in arn and "key/" in arn):
            return arn
    named = text_of(parameters.get("keyId"))
    return named if ":kms:" in named and ":key/" in named else ""


def reader_of(identity: dict[str, Any]) -> str:
    """Whoever reads: the role behind a session, the caller's ARN, a service, or an account."""
    arn = text_of(identity.get("arn"))
    if identity.get("type") == "AssumedRole":
        issuer = mapping(mapping(identity.get("sessionContext")).get("sessionIssuer"))
        if issuer.get("arn"):
            return text_of(issuer["arn"])
        parts = arn.split(":")
        if len(parts) == 6 and "/" in parts[5]:
            return f"arn:{parts[1]}:iam::{parts[4]}:role/{parts[5].split('/')[1]}"
    invoked = identity.get("invokedBy") if identity.get("type") == "AWSService" else ""
    return arn or text_of(invoked) or text_of(identity.get("accountId"))


def part_of(arn: str, at: int) -> str:
    """The Region (3) or account (4) of an ARN."""
    parts = arn.split(":")
    return parts[at] if len(parts) > 5 else ""


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
