"""CloudTrail log files in the shape of real ones, as many as asked for, with known counts.

python benchmarks/logs.py FOLDER --files 2000 --events 200
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import random
from pathlib import Path

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"
BUCKET = "arn:aws:s3:::example-logs"
REGIONS = ("eu-west-1", "us-east-1", "eu-central-1", "ap-southeast-2")
SESSIONS = 200
START = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)


def uuid(rng: random.Random) -> str:
    """A random event id."""
    bits = f"{rng.getrandbits(128):032x}"
    return f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}"


def shell(rng: random.Random, moment: datetime.datetime, account: str) -> dict[str, object]:
    """Return the fields that every record has."""
    return {
        "eventVersion": "1.08",
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"203.0.113.{rng.randrange(256)}",
        "userAgent": "aws-sdk-java/1.12.667 Linux/4.14.336 OpenJDK_64-Bit_Server_VM/17.0.10+9-LTS",
        "responseElements": None,
        "requestID": uuid(rng),
        "eventID": uuid(rng),
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_256_GCM_SHA384",
            "clientProvidedHostHeader": "kms.eu-west-1.amazonaws.com",
        },
    }


def role(rng: random.Random, account: str, name: str) -> dict[str, object]:
    """One of the sessions of a role: each makes many requests."""
    session = f"i-{rng.randrange(SESSIONS):08x}"
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": f"arn:aws:iam::{account}:role/{name}",
                "accountId": account,
                "userName": name,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": "2026-10-01T07:04:01Z", "mfaAuthenticated": "false"},
        },
        "invokedBy": "AWS Internal",
    }


def log_name(rng: random.Random, account: str, region: str, moment: datetime.datetime) -> str:
    """The name of a log file below AWSLogs/."""
    tail = "".join(rng.choices("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", k=16))
    return (
        f"o-exampleorg/{account}/CloudTrail/{region}/{moment:%Y/%m/%d}/"
        f"{account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{tail}.json.gz"
    )


def trail_event(rng: random.Random, moment: datetime.datetime, get: bool) -> dict[str, object]:
    """A request that CloudTrail's files cause: a put or a get."""
    account = f"{rng.randrange(1, 40):012d}"
    context = {
        "aws:cloudtrail:arn": TRAIL,
        "aws:s3:arn": f"{BUCKET}/AWSLogs/{log_name(rng, account, rng.choice(REGIONS), moment)}",
    }
    own = {"ARN": KEY, "accountId": "111122223333", "type": "AWS::KMS::Key"}
    event = shell(rng, moment, "111122223333") | {
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt" if get else "GenerateDataKey",
        "resources": [own],
    }
    if get:
        event["userIdentity"] = role(rng, "111122223333", "siem")
        event["requestParameters"] = {
            "encryptionContext": context,
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }
    else:
        event["userIdentity"] = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
        event["requestParameters"] = {
            "keySpec": "AES_256",
            "keyId": KEY,
            "encryptionContext": context,
        }
        event["sharedEventID"] = uuid(rng)
    return event


def other_event(rng: random.Random, moment: datetime.datetime, kms: bool) -> dict[str, object]:
    """Anything else that happens in an account."""
    event = shell(rng, moment, "111122223333")
    event["userIdentity"] = role(rng, "111122223333", f"app-{rng.randrange(20)}")
    if kms:
        arn = "arn:aws:lambda:eu-west-1:111122223333:function:log-ingestion"
        event["eventSource"] = "kms.amazonaws.com"
        event["eventName"] = "Decrypt"
        event["requestParameters"] = {
            "encryptionContext": {"aws:lambda:FunctionArn": arn},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }
        event["resources"] = [
            {"ARN": KEY, "accountId": "111122223333", "type": "AWS::KMS::Key"},
        ]
    else:
        event["eventSource"] = "ec2.amazonaws.com"
        event["eventName"] = "DescribeInstances"
        event["requestParameters"] = {
            "instancesSet": {"items": [{"instanceId": f"i-{rng.randrange(16**8):08x}"}]},
            "filterSet": {"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": "x"}]}}]},
        }
    return event


def write_logs(
    folder: Path,
    files: int,
    events: int,
    quiet: float = 0.5,
    kms: float = 0.3,
    days: int = 366,
    seed: int = 1,
) -> dict[str, int]:
    """Write a tree of log files and return what is in it: puts, gets, others, records.

    Parameters
    ----------
    folder : Path
        Where `AWSLogs/` goes.
    files, events : int
        How many files, and events in each.
    quiet : float
        Share of the files without any KMS event: those of other Regions than the key's. [0-1]
    kms : float
        Share of KMS events in the other files, a tenth of them not CloudTrail's. [0-1]
    days : int
        Days to spread them over, a file every five minutes; beyond that several at a time. [day]
    """
    rng = random.Random(seed)
    counts = {"put": 0, "get": 0, "other": 0, "records": 0}
    for number in range(files):
        moment = START + datetime.timedelta(minutes=5 * (number % (288 * days)))
        records = []
        still = rng.random() < quiet
        for _ in range(events):
            at = moment - datetime.timedelta(seconds=rng.randrange(300))
            if still or rng.random() >= kms:
                records.append(other_event(rng, at, kms=False))
                continue
            kind = rng.choices(("put", "get", "other"), (45, 45, 10))[0]
            counts[kind] += 1
            known = kind != "other"
            records.append(
                trail_event(rng, at, kind == "get") if known else other_event(rng, at, kms=True)
            )
        counts["records"] += len(records)
        region = "us-east-1" if still else "eu-west-1"
        path = folder / "AWSLogs" / log_name(rng, "111122223333", region, moment)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"Records": records}, separators=(",", ":"))
        path.write_bytes(gzip.compress(text.encode(), 6, mtime=0))
    return counts


def main() -> None:
    """Write the logs and print what is in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--events", type=int, default=200)
    given = parser.parse_args()
    print(write_logs(given.folder, given.files, given.events))


if __name__ == "__main__":
    main()
