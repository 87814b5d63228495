"""One hand-made event and what a test changes in it."""

from __future__ import annotations

import copy
import datetime as dt
import random
from pathlib import Path
from typing import Any

from tests.acceptance.measure import packing
from tests.acceptance.measure.events import Key, Record, Trail, plain, unique
from tests.acceptance.measure.logs import save

ACCOUNT = "111122223333"
OTHER = "444455556666"
TRAIL = Trail("Mytrail", ACCOUNT, "eu-central-1", Key(ACCOUNT, "eu-central-1"))
OBJECT = (
    f"AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2023/10/17/"
    f"{ACCOUNT}_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz"
)
ABSENT: Any = object()
GOOD = 3  # requests in the file that lies beside every odd one


def put(number: int = 0, **changes: Any) -> Record:
    """A put of 2023-10-17 04:53:24, field by field as Coralogix's first, with `changes` to it.

    Two underlines lead inside: `userIdentity__type` is the identity's type. ABSENT removes.
    """
    rng = random.Random(f"put {number}")  # noqa: S311  no secrets here
    at = dt.datetime(2023, 10, 17, 4, 53, 24, tzinfo=dt.UTC)
    record = plain(rng, at, "kms.amazonaws.com", "GenerateDataKey", TRAIL.key.region, ACCOUNT)
    key = {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": TRAIL.key.arn}
    record |= {
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
        "requestParameters": {
            "keySpec": "AES_256",
            "encryptionContext": TRAIL.context(OBJECT),
            "keyId": TRAIL.key.arn,
        },
        "resources": [key],
        "sharedEventID": unique(rng),
    }
    return change_fields(record, changes)


def get(number: int = 0, **changes: Any) -> Record:
    """A read of the same object by a role of the same account."""
    record = put(number + 1_000_000)
    record["eventName"] = "Decrypt"
    del record["requestParameters"]["keyId"], record["sharedEventID"]
    role = f"arn:aws:iam::{ACCOUNT}:role/service-role/Reader"
    record["userIdentity"] = {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:session",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/session",
        "accountId": ACCOUNT,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role}},
        "invokedBy": "AWS Internal",
    }
    return change_fields(record, changes)


def change_fields(record: Record, changes: dict[str, Any]) -> Record:
    """The record with fields set, replaced or removed; `a__b` is field b of a."""
    record = copy.deepcopy(record)
    for path, value in changes.items():
        *above, last = path.split("__")
        part = record
        for name in above:
            part = part[name]
        if value is ABSENT:
            part.pop(last, None)
        else:
            part[last] = value
    return record


def context(s3: Any, trail: Any = TRAIL.arn) -> Record:
    """An encryption context of these two."""
    return {"aws:cloudtrail:arn": trail, "aws:s3:arn": s3}


def save_records(folder: Path, *records: Any, name: str = "log.json.gz") -> None:
    """A log file of these records."""
    save(folder / name, packing.gz(packing.log_file(records)))


def save_good(folder: Path) -> None:
    """A sound file of three puts, beside which an odd one must not disturb."""
    save_records(folder, *(put(900 + at) for at in range(GOOD)), name="good.json.gz")
