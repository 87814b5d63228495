"""A month of log files of the starter inventory, small: what docs and README call `logs`."""

from __future__ import annotations

import datetime
import gzip
import json
import random
from pathlib import Path

HOME, OTHER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:us-east-1:{HOME}:key/0a1b2c3d-1111-2222-3333-444455556666"
TRAIL = f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/org"

# files a day of each stream: nothing like 288
PACES = {
    (HOME, "us-east-1"): 60,
    (HOME, "eu-west-1"): 6,
    (OTHER, "us-east-1"): 90,
    (OTHER, "eu-west-1"): 12,
}


def write_october(folder: Path, days: int = 31, seed: int = 1) -> None:
    """Write a log file a day with the requests that the trail's files and a SIEM's gets cause."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    for number in range(days):
        day = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC) + datetime.timedelta(number)
        events = [event(day + datetime.timedelta(hours=hour), None, rng) for hour in range(24)]
        for (account, region), pace in PACES.items():
            for _ in range(max(0, round(rng.gauss(pace, 0.1 * pace + 1)))):
                put = day + datetime.timedelta(minutes=rng.randrange(1440))
                name = f"AWSLogs/o-exampleorg/{account}/CloudTrail/{region}/{put:%Y/%m/%d}/"
                name += f"{account}_CloudTrail_{region}_{put:%Y%m%dT%H%MZ}_{rng.random()}.json.gz"
                events += [event(put, name, rng), event(put, name, rng, read=True)]
        path = folder / f"{HOME}_CloudTrail_us-east-1_{day:%Y%m%dT2355Z}_example.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        # without a time of its own: the same bytes every time
        path.write_bytes(gzip.compress(json.dumps({"Records": events}).encode(), mtime=0))


def event(
    moment: datetime.datetime, name: str | None, rng: random.Random, *, read: bool = False
) -> dict[str, object]:
    """A put or a get of a log file; without a name, a request of somebody else."""
    context = {"aws:cloudtrail:arn": TRAIL, "aws:s3:arn": f"arn:aws:s3:::example-logs/{name}"}
    role = "siem" if read else "app"
    return {
        "eventVersion": "1.08",
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "kms.amazonaws.com",
        "eventName": "GenerateDataKey" if name and not read else "Decrypt",
        "awsRegion": "us-east-1",
        "recipientAccountId": HOME,
        "eventType": "AwsApiCall",
        "eventID": f"{rng.getrandbits(128):032x}",
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
        if name and not read
        else {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{HOME}:assumed-role/{role}/session",
            "accountId": HOME,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{HOME}:role/{role}"}
            },
        },
        "requestParameters": {"encryptionContext": context if name else {"app": "x"}},
        "resources": [{"ARN": KEY, "accountId": HOME, "type": "AWS::KMS::Key"}],
    }
