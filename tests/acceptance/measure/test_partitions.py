"""China, GovCloud, other people's keys, aliases, replicas and Lake: counted by the same rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.measure.answers import measure, rows_of
from tests.acceptance.measure.events import Record, Row
from tests.acceptance.measure.samples import ABSENT, ACCOUNT, OBJECT, OTHER, get, put, save_records

CONTEXT = "requestParameters__encryptionContext"
NAME = "1234abcd-12ab-34cd-56ef-1234567890ab"


def row(folder: Path, record: Record) -> Row:
    """The row that the command counts one event in."""
    save_records(folder, record)
    ((only, number),) = rows_of(measure(folder)).items()
    assert number == 1
    return only


def context_in(partition: str, region: str, name: str) -> dict[str, Any]:
    """A trail of this partition and an object of its bucket."""
    return {
        "aws:cloudtrail:arn": f"arn:{partition}:cloudtrail:{region}:{ACCOUNT}:trail/org",
        "aws:s3:arn": f"arn:{partition}:s3:::logs/{name}",
    }


@pytest.mark.parametrize(
    ("partition", "region"),
    [
        ("aws-cn", "cn-north-1"),
        ("aws-us-gov", "us-gov-east-1"),
        ("aws-iso", "us-iso-east-1"),
        ("aws-eusc", "eusc-de-east-1"),
    ],
)
@pytest.mark.parametrize("make", [put, get])
def test_other_partitions(tmp_path: Path, partition: str, region: str, make: Any) -> None:
    """Every ARN names another partition: cause, account, Region, key and trail are told as ever."""
    key = f"arn:{partition}:kms:{region}:{ACCOUNT}:key/{NAME}"
    name = OBJECT.replace("eu-west-1", region)
    context = context_in(partition, region, name)
    resources = [{"type": "AWS::KMS::Key", "ARN": key}]
    got = row(tmp_path, make(**{CONTEXT: context}, resources=resources, awsRegion=region))
    assert got.cause == ("put" if make is put else "get")
    assert (got.account, got.region, got.folder) == (ACCOUNT, region, "CloudTrail")
    assert (got.billed_account, got.billed_region) == (ACCOUNT, region)
    assert (got.key, got.trail) == (key, context["aws:cloudtrail:arn"])


def test_a_key_of_another_account(tmp_path: Path) -> None:
    """The key's owner pays for the key, the trail's account for the writes (F12)."""
    key = f"arn:aws:kms:eu-central-1:{OTHER}:key/{NAME}"
    got = row(tmp_path, put(resources=[{"ARN": key, "accountId": OTHER}], recipientAccountId=OTHER))
    assert (got.key, got.billed_account) == (key, ACCOUNT)


@pytest.mark.parametrize("first", [True, False])
def test_an_alias_beside_the_key(tmp_path: Path, first: bool) -> None:
    """Requests by alias list both: the key is the one that is a key."""
    key = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/{NAME}"
    both = [{"ARN": f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/logs"}, {"ARN": key}]
    got = row(tmp_path, get(resources=both if first else both[::-1]))
    assert got.key == key


def test_a_replica_of_a_multi_region_key(tmp_path: Path) -> None:
    """One id in two Regions is two keys, each metered where it is."""
    arns = [
        f"arn:aws:kms:{region}:{ACCOUNT}:key/mrk-1234abcd12ab34cd56ef1234567890ab"
        for region in ("eu-west-1", "us-east-1")
    ]
    save_records(tmp_path, *(put(at, resources=[{"ARN": arn}]) for at, arn in enumerate(arns)))
    rows = rows_of(measure(tmp_path))
    assert {(row.key, row.billed_region) for row in rows} == {
        (arns[0], "eu-west-1"),
        (arns[1], "us-east-1"),
    }


def test_an_event_data_store_is_no_trail_file(tmp_path: Path) -> None:
    """CloudTrail Lake names itself and no object: a request, but no put and no get."""
    lake = {"aws:cloudtrail:arn": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:eventdatastore/{NAME}"}
    for record in (put(**{CONTEXT: lake}), get(**{CONTEXT: lake})):
        assert row(tmp_path, record).cause == "other"


@pytest.mark.parametrize(
    "prefix",
    [
        "AWSLogs/",
        "a//b/",
        "AWSLogs/999999999999/CloudTrail/us-east-1/2020/01/01/",
        "o-abcd/AWSLogs/o-abcd012345/",
        "CloudTrail-Digest/",
        "пример/",
        "a b+c%2F/",
    ],
)
def test_odd_prefixes(tmp_path: Path, prefix: str) -> None:
    """Whatever stands before AWSLogs, even the like of it: the last one counts, and is a put."""
    context = context_in("aws", "eu-central-1", f"{prefix}{OBJECT}")
    got = row(tmp_path, put(**{CONTEXT: context}))
    assert (got.cause, got.account, got.region) == ("put", ACCOUNT, "eu-west-1")
    assert got.folder == "CloudTrail"


def test_a_data_key_without_plaintext_is_a_write(tmp_path: Path) -> None:
    """GenerateDataKeyWithoutPlaintext keeps its own operation, and is a put, a check, a digest."""
    digest = OBJECT.replace("CloudTrail", "CloudTrail-Digest")
    for name, cause in ((OBJECT, "put"), (digest, "digest"), (f"AWSLogs/{ACCOUNT}/", "check")):
        context = context_in("aws", "eu-central-1", name)
        record = put(eventName="GenerateDataKeyWithoutPlaintext", **{CONTEXT: context})
        got = row(tmp_path, record)
        assert (got.cause, got.operation) == (cause, "GenerateDataKeyWithoutPlaintext")


def test_digests_of_old_years_made_no_request(tmp_path: Path) -> None:
    """Until AWS encrypted them with the key, digests were SSE-S3: S3's own events count nothing."""
    stored = put(1, eventSource="s3.amazonaws.com", eventName="PutObject", sharedEventID=ABSENT)
    save_records(tmp_path, stored, put(2))
    answer = measure(tmp_path)
    assert answer["totals"]["by_cause"]["digest"] == 0
    assert answer["totals"]["requests"] == 1
