"""Events at the edges of the rules, each with its own key, so that each is told apart."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.attribution.answers import SERVICES, Answer, measure, meter_of
from tests.acceptance.attribution.identities import Identity, Record, role, service, user
from tests.acceptance.attribution.organization import FIRST
from tests.acceptance.attribution.specimens import INTERNAL, US, bucket, key, named
from tests.acceptance.measure.events import plain, unique

PROD = "222222222222"
SSO = "AWSReservedSSO_Admin_0123456789abcdef"
SSO_PATH = "aws-reserved/sso.amazonaws.com/eu-west-1/"
SECRET = f"arn:aws:secretsmanager:{US}:{PROD}:secret:prod/db/main:x-AbCdEf"
GOV_SECRET = f"arn:aws-us-gov:secretsmanager:us-gov-west-1:{PROD}:secret:db-AbCdEf"
VERSIONED = f"arn:aws:lambda:{US}:{PROD}:function:ingest"
DEEP = f"arn:aws:ssm:{US}:{PROD}:parameter/a/b/c/url"


@dataclass(frozen=True)
class Edge:
    """One event, and what is right about it; None is not held."""

    name: str
    caller: Identity
    service: str
    context: Record | None = None
    resource: frozenset[str] | None = None
    operation: str = "Decrypt"
    meter: str = "symmetric"
    parameters: Record = field(default_factory=dict)


def root() -> Identity:
    """IAM User Guide and CloudTrail guide, userIdentity of a root user."""
    arn = f"arn:aws:iam::{PROD}:root"
    record = {"type": "Root", "principalId": PROD, "arn": arn, "accountId": PROD}
    return Identity(record, PROD, frozenset({arn, "root", f"{PROD}:root", PROD}))


def federated() -> Identity:
    """CloudTrail guide: a federated user is a session of the IAM user who asked for it."""
    arn = f"arn:aws:sts::{PROD}:federated-user/Bob"
    issuer = {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": f"arn:aws:iam::{PROD}:user/broker",
        "accountId": PROD,
        "userName": "broker",
    }
    record = {
        "type": "FederatedUser",
        "principalId": f"{PROD}:Bob",
        "arn": arn,
        "accountId": PROD,
        "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
    }
    return Identity(record, PROD, frozenset({arn, issuer["arn"], "user/broker", "broker"}))


APP, S3 = role(PROD, "App", "i-0123456789abcdef0"), role(PROD, "App", "t", by=INTERNAL)
EDGES = [
    # S3 User Guide, encryption context: S3 adds aws:s3:arn to the caller's own pairs
    Edge(
        "own pairs beside S3's",
        S3,
        "s3",
        {"aws:s3:arn": "arn:aws:s3:::lake/a b/ü.parquet", "team": "x"},
        bucket("lake"),
    ),
    Edge("an object whose name looks like an ARN", S3, "s3",
         {"aws:s3:arn": "arn:aws:s3:::lake/arn:aws:s3:::other/x"}, bucket("lake")),
    Edge("a bucket with dots", S3, "s3", {"aws:s3:arn": "arn:aws:s3:::my.lake.eu/x"},
         bucket("my.lake.eu")),
    Edge("GovCloud", S3, "s3", {"aws:s3:arn": "arn:aws-us-gov:s3:::lake/x"},
         bucket("lake", "aws-us-gov")),
    Edge("a folder of CloudTrail's name in another bucket", S3, "s3",
         {"aws:s3:arn": f"arn:aws:s3:::copy/AWSLogs/{PROD}/CloudTrail/{US}/2026/10/01/x.json.gz"},
         bucket("copy")),
    # CloudTrail guide, how CloudTrail uses KMS: the check names the folder of the account
    Edge(
        "the check of a trail's key",
        service("cloudtrail.amazonaws.com", PROD),
        "cloudtrail",
        {
            "aws:cloudtrail:arn": f"arn:aws:cloudtrail:{US}:{PROD}:trail/org",
            "aws:s3:arn": f"arn:aws:s3:::org-logs/AWSLogs/{PROD}/",
        },
        operation="GenerateDataKey",
    ),
    Edge("a secret with slashes and a colon",
         role(PROD, "App", "t", by="secretsmanager.amazonaws.com"), "secretsmanager",
         {"SecretARN": SECRET, "SecretVersionId": "x"},
         named(SECRET) | {"prod/db/main:x-AbCdEf", "secret:prod/db/main:x-AbCdEf"}),
    Edge("a secret of GovCloud", role(PROD, "App", "t", by="secretsmanager.amazonaws.com"),
         "secretsmanager", {"SecretARN": GOV_SECRET, "SecretVersionId": "x"},
         named(GOV_SECRET) | {"db-AbCdEf"}),
    Edge("a parameter in a tree", role(PROD, "App", "t", by="ssm.amazonaws.com"), "ssm",
         {"PARAMETER_ARN": DEEP}, named(DEEP)),
    # KMS condition key kms:ViaService writes services with their Region
    Edge("a regional principal", role(PROD, "App", "t", by=f"dynamodb.{US}.amazonaws.com"),
         "dynamodb", {"aws:dynamodb:tableName": "Orders", "aws:dynamodb:subscriberId": PROD}),
    Edge("a forward access session", role(PROD, "App", "t", by="fas.s3.amazonaws.com"), "s3",
         {"aws:s3:arn": "arn:aws:s3:::lake"}, bucket("lake")),
    # the service stands between even where there is no context to name a thing
    Edge("a grant retired for a service", role(PROD, "App", "t", by="dynamodb.amazonaws.com"),
         "dynamodb", operation="RetireGrant", parameters={"grantId": "x"}),
    Edge("a grant by context that must be equal", role(PROD, "App", "t", by=INTERNAL), "ebs",
         None, frozenset({"vol-0aa", "volume/vol-0aa"}), "CreateGrant",
         parameters={"constraints": {"encryptionContextEquals": {"aws:ebs:id": "vol-0aa"}}}),
    Edge("a service that no table knows by name",
         role(PROD, "App", "t", by="kendra.amazonaws.com"), "kendra"),
    # callers
    Edge("root", root(), "direct"),
    Edge("a federated user", federated(), "direct"),
    Edge("a role of Identity Center", role(PROD, SSO, "alice@x.org", path=SSO_PATH), "direct"),
    Edge("an instance's role", APP, "direct", {"purpose": "x"}),
    Edge("a user with a path", user(PROD, "ops/Carol"), "direct"),
    # meters: KMS Developer Guide, key spec reference
    Edge("a post-quantum signature", APP, "direct", operation="Sign", meter="asymmetric",
         parameters={"signingAlgorithm": "ML_DSA_SHAKE_256", "messageType": "RAW"}),
    Edge("an RSA decryption", APP, "direct", meter="asymmetric",
         parameters={"encryptionAlgorithm": "RSAES_OAEP_SHA_1"}),
    Edge("a pair", APP, "direct", operation="GenerateDataKeyPair", meter="pairs",
         parameters={"keyPairSpec": "RSA_4096"}),
    Edge("a re-encryption", APP, "direct", operation="ReEncrypt", parameters={
        "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "sourceEncryptionContext": {"a": "b"}, "destinationEncryptionContext": {"a": "c"}}),
    Edge("a random number of the enclave", APP, "direct", operation="GenerateRandom",
         parameters={"numberOfBytes": 8}),
]  # fmt: skip


def record(edge: Edge, number: int, rng: random.Random) -> Record:
    out = plain(rng, FIRST, "kms.amazonaws.com", edge.operation, US, PROD)
    parameters: Record = dict(edge.parameters)
    if edge.context is not None:
        parameters["encryptionContext"] = edge.context
    if edge.operation == "Decrypt":
        parameters.setdefault("encryptionAlgorithm", "SYMMETRIC_DEFAULT")
    arn = key(PROD, number)
    by = edge.caller.record.get("invokedBy", "192.0.2.10")  # who asks KMS itself has an address
    out |= {
        "userIdentity": edge.caller.record,
        "sourceIPAddress": by,
        "userAgent": by if by != "192.0.2.10" else "aws-sdk-java/2.20.74",
        "requestParameters": parameters or None,
        "resources": [{"accountId": PROD, "type": "AWS::KMS::Key", "ARN": arn}],
        "requestID": unique(rng),
    }
    return out


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("edges")
    rng = random.Random(1)  # noqa: S311  no secrets here
    records = [record(edge, 100 + at, rng) for at, edge in enumerate(EDGES)]
    (folder / "log.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    return measure(folder)


def row_of(answer: Answer, edge: Edge) -> dict[str, Any]:
    arn = key(PROD, 100 + EDGES.index(edge))
    (row,) = (row for row in answer["rows"] if row["key"] == arn)
    return dict(row)


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.name)
def test_edge(answer: Answer, edge: Edge) -> None:
    """Service, caller, resource, meter and operation are the event's."""
    row = row_of(answer, edge)
    assert SERVICES.get(row["service"], row["service"]) == edge.service
    assert row["caller"] in edge.caller.names
    assert row["operation"] == edge.operation
    assert meter_of(row["meter"]) == edge.meter
    assert row["quantity"] == 1
    if edge.resource is not None:
        assert row["resource"] in edge.resource


def test_same_table_in_two_accounts(tmp_path: Path) -> None:
    """Two accounts' tables of one name stay two where the account is asked for."""
    rng = random.Random(2)  # noqa: S311
    records = []
    for number, account in enumerate((PROD, "333333333333")):
        caller = role(account, "App", "t", by="dynamodb.amazonaws.com")
        context = {"aws:dynamodb:tableName": "Orders", "aws:dynamodb:subscriberId": account}
        edge = Edge("", caller, "dynamodb", context)
        records += [record(edge, number, rng) | {"recipientAccountId": account}] * 1
    (tmp_path / "log.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    rows = measure(tmp_path, "billed_account,service,resource")["rows"]
    assert sorted((row["billed_account"], row["quantity"]) for row in rows) == [
        (PROD, 1),
        ("333333333333", 1),
    ]


def test_fifty_sessions_are_one_caller(tmp_path: Path) -> None:
    """Sessions named by instance, task, person and date: one row."""
    rng = random.Random(3)  # noqa: S311
    sessions = [f"i-{at:017x}" for at in range(20)]
    sessions += [f"task-{at}" for at in range(20)] + [f"2026-10-{at + 1:02d}" for at in range(10)]
    records = [
        record(Edge("", role(PROD, "App", session, issuer=bool(at % 2)), "direct"), 1, rng)
        for at, session in enumerate(sessions)
    ]
    (tmp_path / "log.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    rows = measure(tmp_path, "caller")["rows"]
    assert [row["quantity"] for row in rows] == [50]
