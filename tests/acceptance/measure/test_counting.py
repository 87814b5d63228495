"""What one event is counted as: cause, key, who pays and who reads, each by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.measure.answers import measure, rows_of
from tests.acceptance.measure.events import Record, Row, Trail
from tests.acceptance.measure.samples import (
    ABSENT,
    ACCOUNT,
    OBJECT,
    OTHER,
    TRAIL,
    context,
    get,
    put,
    save_records,
)

CONTEXT = "requestParameters__encryptionContext"
REPLICATION = f"arn:aws:sts::{ACCOUNT}:assumed-role/R/s3-replication"
BUCKET = "arn:aws:s3:::example-logs"
DIGEST = (
    f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/eu-west-1/2023/10/17/"
    f"{ACCOUNT}_CloudTrail-Digest_eu-west-1_Mytrail_eu-central-1_20231017T050531Z.json.gz"
)


def row(folder: Path, record: Record) -> Row:
    """The row that the command counts one event in."""
    save_records(folder, record)
    ((only, number),) = rows_of(measure(folder)).items()
    assert number == 1
    return only


def of(name: str, **changes: Any) -> dict[str, Any]:
    """Changes that make an event about the object of this name."""
    return {CONTEXT: context(f"{BUCKET}/{name}"), **changes}


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (put(), "put"),
        (put(eventName="GenerateDataKeyWithoutPlaintext"), "put"),
        (get(), "get"),
        (put(**of(DIGEST)), "digest"),
        (get(**of(DIGEST)), "get"),
        (put(**of(f"AWSLogs/{ACCOUNT}/")), "check"),
        (put(**of(f"prefix/AWSLogs/o-abcd012345/{ACCOUNT}/")), "check"),
        (put(**{CONTEXT: context(BUCKET)}), "put"),
        (get(**{CONTEXT: context(BUCKET)}), "get"),
        (get(eventName="Encrypt"), "replication"),
        (
            get(userIdentity__arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/R/s3-replication"),
            "replication",
        ),
        (put(**{CONTEXT: ABSENT}), "other"),
        (put(**{CONTEXT: {"aws:s3:arn": f"{BUCKET}/{OBJECT}"}}), "other"),
        (put(requestParameters=None), "other"),
        (get(requestParameters=ABSENT), "other"),
        (put(eventName="DescribeKey", requestParameters={"keyId": "alias/x"}), "other"),
    ],
)  # fmt: skip
def test_cause(tmp_path: Path, record: Record, cause: str) -> None:
    """Put, digest, check, get, replication and other are told apart by operation and context."""
    assert row(tmp_path, record).cause == cause


@pytest.mark.parametrize(
    ("name", "account", "region", "folder"),
    [
        (OBJECT, ACCOUNT, "eu-west-1", "CloudTrail"),
        (f"a/b/{OBJECT}", ACCOUNT, "eu-west-1", "CloudTrail"),
        (f"AWSLogs/{OTHER}/CloudTrail/x/{OBJECT}", ACCOUNT, "eu-west-1", "CloudTrail"),
        (OBJECT.replace("AWSLogs/", "AWSLogs/o-abcd012345/"), ACCOUNT, "eu-west-1", "CloudTrail"),
        (OBJECT.replace(ACCOUNT, OTHER), OTHER, "eu-west-1", "CloudTrail"),
        (OBJECT.replace("eu-west-1", "us-gov-west-1"), ACCOUNT, "us-gov-west-1", "CloudTrail"),
        (OBJECT.replace("eu-west-1", "mx-central-1"), ACCOUNT, "mx-central-1", "CloudTrail"),
        (DIGEST, ACCOUNT, "eu-west-1", "CloudTrail-Digest"),
        *(
            (
                OBJECT.replace("CloudTrail", f"CloudTrail-{kind}"),
                ACCOUNT,
                "eu-west-1",
                f"CloudTrail-{kind}",
            )
            for kind in ("Insight", "NetworkActivity", "Aggregated")
        ),
        ("some/where/else.json", "", "", ""),
    ],
)  # fmt: skip
def test_the_log_files_own_account_and_region(
    tmp_path: Path, name: str, account: str, region: str, folder: str
) -> None:
    """Account, Region and folder stand in the object's name, whatever comes before it."""
    got = row(tmp_path, put(**of(name)))
    assert (got.account, got.region, got.folder) == (account, region, folder)
    assert (got.billed_account, got.billed_region) == (ACCOUNT, "eu-central-1")


def test_a_check_belongs_to_the_account_in_its_folder(tmp_path: Path) -> None:
    """The folder of a check names an account, and no Region."""
    got = row(tmp_path, put(**of(f"AWSLogs/o-abcd012345/{OTHER}/")))
    assert (got.cause, got.account, got.region, got.folder) == ("check", OTHER, "", "")


def test_a_bucket_key(tmp_path: Path) -> None:
    """With a Bucket Key the context is the bucket: which log it was is not known."""
    got = row(tmp_path, put(**{CONTEXT: context(BUCKET)}))
    assert got.bucket_key is True
    assert (got.account, got.region, got.folder) == ("", "", "")
    assert (got.trail, got.key) == (TRAIL.arn, TRAIL.key.arn)
    assert row(tmp_path, put()).bucket_key is False


KEY = TRAIL.key.arn
ALIAS = f"arn:aws:kms:eu-central-1:{ACCOUNT}:alias/logs"
BUCKET_RESOURCE = {"type": "AWS::S3::Bucket", "ARN": BUCKET}


@pytest.mark.parametrize(
    ("resources", "named", "key"),
    [
        ([{"type": "AWS::KMS::Key", "ARN": KEY}], ABSENT, KEY),
        ([{"type": "AWS::KMS::Key", "arn": KEY}], ABSENT, KEY),
        ([{"ARN": KEY}], ABSENT, KEY),
        ([BUCKET_RESOURCE, {"type": "AWS::KMS::Key", "ARN": KEY}], ABSENT, KEY),
        ([{"type": "AWS::KMS::Key", "ARN": KEY}], f"{KEY[:-1]}0", KEY),
        ([], KEY, KEY),
        (ABSENT, KEY, KEY),
        ([BUCKET_RESOURCE], KEY, KEY),
        ([], ALIAS, ""),
        ([], "alias/logs", ""),
        ([], "a339d1af-e88e-4801-8d64-5c7861a4405f", ""),
        ([], ABSENT, ""),
    ],
)
def test_key(tmp_path: Path, resources: Any, named: Any, key: str) -> None:
    """The key is that of the resources, in either spelling; only without one that of `keyId`."""
    record = put(resources=resources, requestParameters__keyId=named)
    assert row(tmp_path, record).key == key


def test_a_replica_is_billed_in_its_own_region(tmp_path: Path) -> None:
    """The billed Region is the key's; without a key the event's own."""
    arn = f"arn:aws:kms:eu-west-3:{ACCOUNT}:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    some = put(resources=[{"type": "AWS::KMS::Key", "ARN": arn}])
    assert row(tmp_path, some).billed_region == "eu-west-3"
    none = put(resources=[], requestParameters__keyId=ABSENT, awsRegion="eu-south-2")
    assert row(tmp_path, none).billed_region == "eu-south-2"


def test_writes_are_billed_to_the_trails_account(tmp_path: Path) -> None:
    """A trail of another account than the key and the recipient: its own account pays."""
    trail = Trail("far", OTHER, "eu-central-1", TRAIL.key)
    for name in (OBJECT, DIGEST, f"AWSLogs/{OTHER}/"):
        got = row(tmp_path, put(**{CONTEXT: trail.context(name)}))
        assert (got.billed_account, got.trail) == (OTHER, trail.arn)


CLOUDTRAILS = {"type": "AWSAccount", "accountId": "086441151436", "principalId": "AIDA"}
USER = f"arn:aws:iam::{OTHER}:user/alice"


@pytest.mark.parametrize(
    ("record", "billed"),
    [
        (get(), ACCOUNT),
        (get(userIdentity__accountId=OTHER), OTHER),
        (get(userIdentity={"type": "IAMUser", "arn": USER}), OTHER),
        (get(userIdentity={"type": "AWSService", "invokedBy": "x"}), ACCOUNT),
        (get(userIdentity=ABSENT, recipientAccountId=OTHER), OTHER),
        (get(userIdentity=ABSENT, recipientAccountId=ABSENT), ""),
        (get(userIdentity=CLOUDTRAILS, recipientAccountId=OTHER), ACCOUNT),
        (put(userIdentity=CLOUDTRAILS, recipientAccountId=OTHER), ACCOUNT),
        (put(requestParameters=None, recipientAccountId=OTHER), OTHER),
        (get(requestParameters=None, recipientAccountId=OTHER), ACCOUNT),
    ],
)
def test_reads_are_billed_to_the_caller(tmp_path: Path, record: Record, billed: str) -> None:
    """F12: the account that makes a request pays for it; never CloudTrail's own."""
    assert row(tmp_path, record).billed_account == billed


SESSION = f"arn:aws:sts::{OTHER}:assumed-role/Reader/i-0abc"
GOV = f"arn:aws-us-gov:sts::{OTHER}:assumed-role/Reader/i-0abc"
ISSUER = f"arn:aws:iam::{OTHER}:role/a/path/Reader"


def assumed_role(arn: str, issuer: Any = ABSENT) -> Record:
    """The identity of an assumed role."""
    identity: Record = {"type": "AssumedRole", "arn": arn, "accountId": OTHER}
    return identity if issuer is ABSENT else identity | {"sessionContext": issuer}


@pytest.mark.parametrize(
    ("identity", "reader"),
    [
        (assumed_role(SESSION, {"sessionIssuer": {"type": "Role", "arn": ISSUER}}), ISSUER),
        (assumed_role(SESSION), f"arn:aws:iam::{OTHER}:role/Reader"),
        (assumed_role(SESSION, {}), f"arn:aws:iam::{OTHER}:role/Reader"),
        (assumed_role(SESSION, {"sessionIssuer": {}}), f"arn:aws:iam::{OTHER}:role/Reader"),
        (assumed_role(GOV), f"arn:aws-us-gov:iam::{OTHER}:role/Reader"),
        ({"type": "IAMUser", "arn": USER, "accountId": OTHER}, USER),
        (
            {"type": "IAMUser", "arn": USER, "sessionContext": {"sessionIssuer": {}}},
            USER,
        ),
        ({"type": "Root", "arn": f"arn:aws:iam::{OTHER}:root"}, f"arn:aws:iam::{OTHER}:root"),
        ({"type": "AWSService", "invokedBy": "config.amazonaws.com"}, "config.amazonaws.com"),
        ({"type": "AWSAccount", "accountId": OTHER, "principalId": "AROA:x"}, OTHER),
        ({"type": "AWSAccount", "accountId": OTHER, "invokedBy": "AWS Internal"}, OTHER),
        (ABSENT, ""),
        (None, ""),
    ],
)
def test_reader(tmp_path: Path, identity: Any, reader: str) -> None:
    """Who reads: the role behind a session, a user, the root, a service, or at least an account."""
    got = row(tmp_path, get(userIdentity=identity))
    assert (got.cause, got.reader) == ("get", reader)


def test_two_sessions_of_a_role_are_one_reader(tmp_path: Path) -> None:
    """A fleet of instances with one role is one row, not one for each session."""
    some = [
        get(at, userIdentity__arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/i-{at}")
        for at in range(5)
    ]
    save_records(tmp_path, *some)
    assert list(rows_of(measure(tmp_path)).values()) == [5]


def test_the_contexts_of_reencrypt_have_other_names(tmp_path: Path) -> None:
    """ReEncrypt has a source's and a destination's context, and none without such a word."""
    some = context(f"{BUCKET}/{OBJECT}")
    parameters = {"sourceEncryptionContext": some, "destinationEncryptionContext": some}
    got = row(tmp_path, get(eventName="ReEncrypt", requestParameters=parameters))
    assert (got.cause, got.trail, got.region) == ("replication", TRAIL.arn, "eu-west-1")


NO_REQUESTS = [
    {"eventType": "AwsServiceEvent", "eventName": "RotateKey"},
    {"eventType": "AwsCloudTrailInsight", "eventCategory": "Insight"},
    {"eventCategory": "Insight"},
    {"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity"},
    {"eventCategory": "Aggregated"},
    {"eventSource": "s3.amazonaws.com"},
    {"eventSource": "kms.amazonaws.com.example.com"},
]


@pytest.mark.parametrize("changes", NO_REQUESTS)
def test_events_that_are_no_requests(tmp_path: Path, changes: Record) -> None:
    """Service events, insights, network activity and other services' events are no KMS requests."""
    save_records(tmp_path, put(1), put(2, **changes))
    answer = measure(tmp_path)
    assert (answer["totals"]["requests"], answer["records"], answer["duplicates"]) == (1, 2, 0)
    assert answer["failed"] == {"calls": 0, "by_error": {}}


def test_failed_calls_are_told_apart(tmp_path: Path) -> None:
    """Failed calls are no requests; they are counted by error and mentioned in a notice."""
    codes = ["AccessDenied", "AccessDenied", "ThrottlingException"]
    save_records(tmp_path, put(), *(put(9 + at, errorCode=code) for at, code in enumerate(codes)))
    answer = measure(tmp_path)
    by_error = {"AccessDenied": 2, "ThrottlingException": 1}
    assert answer["failed"] == {"calls": 3, "by_error": by_error}
    assert answer["totals"]["requests"] == 1
    assert any("3" in notice and "fail" in notice.lower() for notice in answer["notices"])
