"""Seven events whose requests are known, and what `measure cloudtrail` finds in a form of them.

By hand: 3 puts, 2 gets (of the role `siem`), 1 request that is none of CloudTrail's, and 1 event of
another service; all in the hour from 10:00 of 2026-10-01, in one account and Region.
"""

from __future__ import annotations

import copy
import json
import uuid
from pathlib import Path
from typing import Any

from estimator import Actuals, measure_cloudtrail

Record = dict[str, Any]

ACCOUNT, READER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/org"
ROLE = f"arn:aws:iam::{READER}:role/siem"
CAUSES = {"put": 3, "get": 2, "other": 1}


def event(number: int, operation: str, parameters: Any, identity: Record, **changes: Any) -> Record:
    """An event as CloudTrail writes it."""
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"2026-10-01T10:00:{number:02}Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "cloudtrail.amazonaws.com",
        "userAgent": 'aws-cli/2.0 text with, commas; and "quotes"',
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": str(uuid.UUID(int=100 + number)),
        "eventID": str(uuid.UUID(int=number)),
        "readOnly": True,
        "resources": [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **changes,
    }


def _context(number: int) -> Record:
    name = f"{ACCOUNT}_CloudTrail_us-east-1_20261001T1000Z_{number:016}.json.gz"
    folder = f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/2026/10/01"
    return {"aws:cloudtrail:arn": TRAIL, "aws:s3:arn": f"arn:aws:s3:::example-logs/{folder}/{name}"}


def put(number: int, **changes: Any) -> Record:
    """A put of CloudTrail's."""
    parameters = {"keyId": KEY, "keySpec": "AES_256", "encryptionContext": _context(number)}
    service = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    return event(number, "GenerateDataKey", parameters, service, **changes)


def get(number: int, **changes: Any) -> Record:
    """A get of a role of another account."""
    session = f"arn:aws:sts::{READER}:assumed-role/siem/session-{number}"
    issuer = {"type": "Role", "arn": ROLE, "accountId": READER}
    identity = {
        "type": "AssumedRole",
        "arn": session,
        "accountId": READER,
        "sessionContext": {"sessionIssuer": issuer},
        "invokedBy": "AWS Internal",
    }
    parameters = {
        "encryptionContext": _context(number),
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    return event(number, "Decrypt", parameters, identity, **changes)


_USER = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/example", "accountId": ACCOUNT}
EVENTS = [
    put(1),
    put(2),
    get(3),
    event(4, "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, _USER),
    event(5, "DescribeInstances", {}, _USER, eventSource="ec2.amazonaws.com", resources=None),
    get(6),
    put(7),
]


def events() -> list[Record]:
    """The events, to be changed at will."""
    return copy.deepcopy(EVENTS)


def lines(documents: Any) -> str:
    """A document on each line."""
    return "\n".join(map(json.dumps, documents)) + "\n"


def texts(record: Record) -> Record:
    """An event whose nested fields are JSON texts."""
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in record.items()
    }


def flat(value: Any, separator: str = ".", name: str = "") -> Record:
    """An event with one name for each value, lists by number."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value)
    result: Record = {}
    for key, inner in pairs:
        if inner and isinstance(inner, dict | list):
            result |= flat(inner, separator, f"{name}{key}{separator}")
        else:
            result[f"{name}{key}"] = inner
    return result


def lower(value: Any) -> Any:
    """An event whose names are all in lower case."""
    if isinstance(value, dict):
        return {key.lower(): lower(inner) for key, inner in value.items()}
    return [lower(inner) for inner in value] if isinstance(value, list) else value


def measure(folder: Path, content: str | bytes, strict: bool = True) -> Actuals:
    """What is measured in a file of this content."""
    path = folder / "file.dat"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return measure_cloudtrail(path, strict=strict)


def assert_all_found(folder: Path, content: str | bytes) -> None:
    """Every column of every row, the records and the covered hour are those of the log file."""
    found = measure(folder, content)
    causes = {cause: int(n) for cause, n in found.totals["by_cause"].items() if n}
    assert causes == CAUSES
    log_file = measure(folder, json.dumps({"Records": EVENTS}))
    assert found.measured.equals(log_file.measured)
    assert (found.records, found.duplicates, len(found.skipped)) == (7, 0, 0)
    assert found.coverage.hours == log_file.coverage.hours
