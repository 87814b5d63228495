"""A CloudTrail log whose counts are known by hand, because every event is written here.

| events | how many | what they are |
|---|---|---|
| GenerateDataKey by CloudTrail, context: a log file | 7 | put |
| GenerateDataKey by CloudTrail, context: a digest file | 2 | digest |
| GenerateDataKey by CloudTrail, context: the folder | 1 | check |
| Decrypt by a role of another account, context: a log file | 5 | get |
| Decrypt through Secrets Manager | 3 | other |
| GenerateDataKey without a context | 2 | other |
| DescribeKey | 1 | other |
| Decrypt that was denied | 1 | failed, no request |
| RotateKey, KMS's own deed | 1 | no request |
| GetBucketAcl, DescribeInstances | 4 + 3 | not of KMS |

So 21 requests: GenerateDataKey 7 + 2 + 1 + 2 = 12, Decrypt 5 + 3 = 8, DescribeKey 1; 30 events.
The context's names are those of AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS, the
fields those of AWS CloudTrail User Guide, CloudTrail record contents.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

Event = dict[str, Any]

ACCOUNT = "111122223333"
READER = "222222222222"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/org"
ROLE = f"arn:aws:iam::{READER}:role/siem"
BUCKET = "arn:aws:s3:::example-org-logs"

BY_CAUSE = {"put": 7, "digest": 2, "check": 1, "get": 5, "other": 6, "replication": 0}
BY_OPERATION = {"GenerateDataKey": 12, "Decrypt": 8, "DescribeKey": 1}
FAILED = 1
HOURS = [(ACCOUNT, "us-east-1", "2026-10-01T10:00Z", "2026-10-01T11:00Z")]

# What each cause's rows say beside the count: (cause, operation, who pays, key, trail, reader).
ROWS = {
    ("put", "GenerateDataKey", ACCOUNT, KEY, TRAIL, ""): 7,
    ("digest", "GenerateDataKey", ACCOUNT, KEY, TRAIL, ""): 2,
    ("check", "GenerateDataKey", ACCOUNT, KEY, TRAIL, ""): 1,
    ("get", "Decrypt", READER, KEY, TRAIL, ROLE): 5,
    ("other", "Decrypt", ACCOUNT, KEY, "", ""): 3,
    ("other", "GenerateDataKey", ACCOUNT, KEY, "", ""): 2,
    ("other", "DescribeKey", ACCOUNT, KEY, "", ""): 1,
}


def events(seed: str = "a") -> list[Event]:
    """Return the 30 events; another seed gives others of the same counts."""
    written = [
        *(_write(f"{BUCKET}/{_name('CloudTrail', seed, i)}") for i in range(7)),
        *(_write(f"{BUCKET}/{_name('CloudTrail-Digest', seed, i)}") for i in range(2)),
        _write(f"{BUCKET}/AWSLogs/{ACCOUNT}/"),
        *(_read(f"{BUCKET}/{_name('CloudTrail', seed, i)}") for i in range(5)),
        *(_secret() for _ in range(3)),
        *(_own("GenerateDataKey", {"keyId": KEY, "keySpec": "AES_256"}) for _ in range(2)),
        _own("DescribeKey", {"keyId": KEY}),
        _denied(),
        _rotation(),
        *(_foreign("s3.amazonaws.com", "GetBucketAcl") for _ in range(4)),
        *(_foreign("ec2.amazonaws.com", "DescribeInstances") for _ in range(3)),
    ]
    written.sort(key=lambda event: event["eventName"])  # causes stand mixed
    for number, event in enumerate(written):
        event["eventTime"] = f"2026-10-01T10:{number:02d}:10Z"
        event["eventID"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed} event {number}"))
        event["requestID"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{seed} request {number}"))
    return written


def document(seed: str = "a") -> bytes:
    """Return the log file as CloudTrail writes it, before gzip."""
    return json.dumps({"Records": events(seed)}, separators=(",", ":")).encode()


def texts(seed: str = "a") -> list[str]:
    """Return each event as JSON text on one line."""
    return [json.dumps(event, separators=(",", ":")) for event in events(seed)]


def _name(folder: str, seed: str, number: int) -> str:
    ending = f"{number}{seed}xfogoEmvnEN0000"[:16]
    return (
        f"AWSLogs/{ACCOUNT}/{folder}/us-east-1/2026/10/01/"
        f"{ACCOUNT}_{folder}_us-east-1_20261001T1000Z_{ending}.json.gz"
    )


def _event(source: str, name: str, identity: Event, parameters: Event | None) -> Event:
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": "",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": identity.get("invokedBy", "192.0.2.10"),
        "userAgent": identity.get("invokedBy", "aws-cli/2.31.0 md/prompt#off"),
        "requestParameters": parameters,
        "responseElements": None,
        "requestID": "",
        "eventID": "",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def _kms(name: str, identity: Event, parameters: Event | None) -> Event:
    event = _event("kms.amazonaws.com", name, identity, parameters)
    event["resources"] = [{"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": KEY}]
    return event


def _context(resource: str) -> Event:
    return {"aws:cloudtrail:arn": TRAIL, "aws:s3:arn": resource}


def _write(resource: str) -> Event:
    identity = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    parameters = {"keyId": KEY, "keySpec": "AES_256", "encryptionContext": _context(resource)}
    return _kms("GenerateDataKey", identity, parameters)


def _role(account: str, name: str, invoked_by: str | None) -> Event:
    identity: Event = {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEID:session",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/session",
        "accountId": account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEID",
                "arn": f"arn:aws:iam::{account}:role/{name}",
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": "2026-10-01T09:00:00Z", "mfaAuthenticated": "false"},
        },
    }
    if invoked_by is not None:
        identity["invokedBy"] = invoked_by
    return identity


def _read(resource: str) -> Event:
    parameters = {
        "encryptionContext": _context(resource),
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    return _kms("Decrypt", _role(READER, "siem", "AWS Internal"), parameters)


def _secret() -> Event:
    arn = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:example-a1b2c3"
    parameters = {
        "encryptionContext": {"SecretARN": arn, "SecretVersionId": "EXAMPLE1-90ab-cdef"},
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    return _kms("Decrypt", _role(ACCOUNT, "app", "secretsmanager.amazonaws.com"), parameters)


def _own(name: str, parameters: Event) -> Event:
    return _kms(name, _role(ACCOUNT, "app", None), parameters)


def _denied() -> Event:
    event = _own("Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})
    return event | {"errorCode": "AccessDenied", "errorMessage": "not authorized"}


def _rotation() -> Event:
    event = _kms("RotateKey", {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, None)
    return event | {"eventType": "AwsServiceEvent", "serviceEventDetails": {"keyId": KEY}}


def _foreign(source: str, name: str) -> Event:
    parameters = {"bucketName": "example-org-logs", "acl": ""}
    return _event(source, name, _role(ACCOUNT, "app", None), parameters)
