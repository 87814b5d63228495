"""Whose request it is: the rules, on events that AWS's own guides print, and their bounds."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from estimator import Actuals, load_actuals, measure_cloudtrail
from estimator.measurement.cloudtrail_logs import folding
from estimator.measurement.services import CONTEXT_RULES, UNKNOWN
from pricing.reading.problems import KmscostError

Record = dict[str, Any]
ACCOUNT, OWNER = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE = {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/Alice", "accountId": ACCOUNT}
SYMMETRIC = {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}


def event(number: int, operation: str, parameters: Any, identity: Any, **changes: Any) -> Record:
    """An event that lacks nothing that attribution asks for."""
    return {
        "userIdentity": identity,
        "eventTime": "2026-10-01T10:00:00Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.0",
        "userAgent": "aws-cli/2.13.5",
        "requestParameters": parameters,
        "eventID": f"00000000-0000-0000-0000-{number:012}",
        "resources": [{"ARN": KEY, "accountId": ACCOUNT, "type": "AWS::KMS::Key"}],
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        **changes,
    }


def measure(folder: Path, events: list[Record], by: str | None = None, **more: Any) -> Actuals:
    """The measurement of these events."""
    (folder / "log.json").write_text(json.dumps({"Records": events}), encoding="utf-8")
    return measure_cloudtrail(folder, by, **more)


def only(actuals: Actuals, *names: str) -> tuple[str, ...]:
    """Columns of the only row."""
    (row,) = actuals.to_dict()["rows"]
    return tuple(row[name] for name in names)


INTERNAL = "AWS Internal"
# KMS Developer Guide, "Examples of AWS KMS log entries" and "Amazon EC2 example two"; Secrets
# Manager, Lambda and VPC Lattice guides: identity, address, agent, parameters
GUIDES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str, str]] = {
    "a user with a context of her own": (
        "Decrypt",
        {"userAgent": INTERNAL},
        SYMMETRIC | {"encryptionContext": {"Department": "Engineering"}},
        "direct",
        "",
    ),
    "a volume is made": (
        "GenerateDataKeyWithoutPlaintext",
        {
            "sourceIPAddress": INTERNAL,
            "userAgent": INTERNAL,
            "userIdentity": ALICE | {"invokedBy": INTERNAL},
        },
        {"encryptionContext": {"aws:ebs:id": "vol-f67bafb2"}, "numberOfBytes": 64},
        "ec2",
        "vol-f67bafb2",
    ),
    "a volume's grant": (
        "CreateGrant",
        {
            "sourceIPAddress": INTERNAL,
            "userAgent": INTERNAL,
            "userIdentity": ALICE | {"invokedBy": INTERNAL},
        },
        {"constraints": {"encryptionContextSubset": {"aws:ebs:id": "vol-f67bafb2"}}},
        "ec2",
        "vol-f67bafb2",
    ),
    "a database on a volume": (
        "Decrypt",
        {},
        SYMMETRIC | {"encryptionContext": {"aws:ebs:id": "vol-1", "aws:rds:db-id": "db-BRG7"}},
        "rds",
        "db-BRG7",
    ),
    "a table": (
        "Decrypt",
        {
            "sourceIPAddress": "dynamodb.amazonaws.com",
            "userAgent": "dynamodb.amazonaws.com",
            "userIdentity": ALICE | {"invokedBy": "dynamodb.amazonaws.com"},
        },
        SYMMETRIC
        | {
            "encryptionContext": {
                "aws:dynamodb:tableName": "Books",
                "aws:dynamodb:subscriberId": ACCOUNT,
            }
        },
        "dynamodb",
        f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/Books",
    ),
    "a service without a rule of its own": (
        "Decrypt",
        {"sourceIPAddress": "kendra.amazonaws.com"},
        SYMMETRIC | {"encryptionContext": {"index": "arn:aws:kendra:x"}},
        "kendra",
        "",
    ),
    "a layer of ECR, in a bucket of AWS's own": (
        "Decrypt",
        {},
        SYMMETRIC
        | {
            "encryptionContext": {
                "aws:s3:arn": "arn:aws:s3:::us-west-2-starport-manifest-bucket/x/sha256:a7766145",
                "aws:ecr:arn": f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/app",
            }
        },
        "ecr",
        f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/app",
    ),
    "a table of Keyspaces": (
        "CreateGrant",
        {},
        {
            "constraints": {
                "encryptionContextSubset": {
                    "aws:cassandra:keyspaceName": "my_keyspace",
                    "aws:cassandra:tableName": "my_table",
                    "aws:cassandra:subscriberId": ACCOUNT,
                }
            }
        },
        "cassandra",
        f"arn:aws:cassandra:us-east-1:{ACCOUNT}:/keyspace/my_keyspace/table/my_table",
    ),
    "a certificate of a load balancer": (
        "Decrypt",
        {"sourceIPAddress": "AWS Internal", "userAgent": "aws-internal/3"},
        {
            "encryptionContext": {
                "aws:elasticloadbalancing:arn": f"arn:aws:elasticloadbalancing:x:{ACCOUNT}:l/t",
                "aws:acm:arn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/87654321",
            }
        },
        "acm",
        f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/87654321",
    ),
    "the Data Catalog": (
        "Decrypt",
        {"sourceIPAddress": "AWS Internal"},
        SYMMETRIC | {"encryptionContext": {"glue_catalog_id": ACCOUNT}},
        "glue",
        f"arn:aws:glue:us-east-1:{ACCOUNT}:catalog",
    ),
    # AWS's policies for S3 Tables: aws:s3:arn is arn:aws:s3tables:*:*:bucket/*/table/*
    "a table bucket": (
        "Decrypt",
        {"sourceIPAddress": INTERNAL},
        SYMMETRIC
        | {
            "encryptionContext": {
                "aws:s3:arn": f"arn:aws:s3tables:us-east-1:{ACCOUNT}:bucket/orders/table/9e1f"
            }
        },
        "s3",
        f"arn:aws:s3tables:us-east-1:{ACCOUNT}:bucket/orders",
    ),
    "a directory bucket": (
        "Decrypt",
        {"sourceIPAddress": INTERNAL},
        SYMMETRIC
        | {
            "encryptionContext": {
                "aws:s3express:arn": f"arn:aws:s3express:us-east-1:{ACCOUNT}:bucket/b--use1--x-s3/k"
            }
        },
        "s3express",
        f"arn:aws:s3express:us-east-1:{ACCOUNT}:bucket/b--use1--x-s3",
    ),
    "a service whose name ends as a Region's does": (
        "Decrypt",
        {"sourceIPAddress": "resource-explorer-2.amazonaws.com"},
        SYMMETRIC,
        "resource-explorer-2",
        "",
    ),
    "a service in capitals": (
        "Decrypt",
        {"sourceIPAddress": "SecretsManager.amazonaws.com"},
        SYMMETRIC,
        "secretsmanager",
        "",
    ),
    "the console's user": (
        "ListAliases",
        {"userAgent": "console.amazonaws.com"},
        {},
        "direct",
        "",
    ),
    "a version of a function": (
        "Decrypt",
        {},
        {
            "encryptionContext": {
                "aws:lambda:FunctionArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f:7"
            }
        },
        "lambda",
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f",
    ),
}


@pytest.mark.parametrize("name", GUIDES)
def test_events_of_the_guides(tmp_path, name):
    """Events as AWS's guides print them have the service and the resource that the text says."""
    operation, changes, parameters, service, resource = GUIDES[name]
    actuals = measure(tmp_path, [event(1, operation, parameters, ALICE, **changes)])
    assert only(actuals, "service", "resource", "caller") == (service, resource, ALICE["arn"])


def test_one_name_in_several_places_is_several_resources(tmp_path):
    """A vault Default and a receipt rule r, in two accounts and two Regions each: three of each."""
    other = "222222222222"
    vault = {"constraints": {"encryptionContextSubset": {"aws:backup:backup-vault": "Default"}}}
    rule = {"encryptionContext": {"aws:ses:rule-name": "r"}}
    places = [(ACCOUNT, "us-east-1"), (ACCOUNT, "eu-west-1"), (other, "us-east-1")]
    events = [
        event(
            2 * at + rules,
            "Decrypt" if rules else "CreateGrant",
            rule if rules else vault,
            ALICE | {"accountId": account},
            awsRegion=region,
            recipientAccountId=account,
        )
        for at, (account, region) in enumerate(places)
        for rules in (0, 1)
    ]
    rows = measure(tmp_path, events, "service,resource").to_dict()["rows"]
    named = {"backup": "backup-vault:Default", "ses": "receipt-rule-set/*:receipt-rule/r"}
    assert {(row["resource"], row["quantity"]) for row in rows} == {
        (f"arn:aws:{service}:{region}:{account}:{name}", 1)
        for account, region in places
        for service, name in named.items()
    }


def test_an_offset_from_utc_moves_an_event_to_its_day(tmp_path):
    """01:30 at +02:00 on 1 November is 23:30 UTC on 31 October, 23:30 at -0500 the 1st."""
    times = ["2026-11-01T01:30:00+02:00", "2026-10-31T23:30:00.000-0500", "2026-11-01T00:00:00Z"]
    events = [event(at, "Decrypt", SYMMETRIC, ALICE, eventTime=t) for at, t in enumerate(times)]
    rows = measure(tmp_path, events, "day").to_dict()["rows"]
    assert {row["day"]: row["quantity"] for row in rows} == {"2026-10-31": 1, "2026-11-01": 2}


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-01 00:30:00.000 Europe/Berlin",  # 31 October in UTC, as Trino writes it
        "2026-11-01 00:30:00 CET",
        "2026-11-01T00:30:00 GMT+0100",
        "2026-11-01T00:30:00+01:00[Europe/Berlin]",
        "2026-11-01 11:30:00 PM",
    ],
)
def test_a_zone_that_nobody_can_count_with_is_no_utc(tmp_path, time):
    """Whoever wrote the log again wrote times of a place: its day and hour are not UTC's."""
    with pytest.raises(KmscostError, match="a time that cannot be read"):
        measure(tmp_path, [event(1, "Decrypt", SYMMETRIC, ALICE, eventTime=time)], "day")


@pytest.mark.parametrize(
    "zone", [" UTC", " utc", " GMT", "Z[UTC]", "[Etc/UTC]", " Etc/UTC", " Z", "z"]
)
def test_utc_by_any_of_its_names_is_no_other_zone(tmp_path, zone):
    """As Trino, Java and others write it; 00:30 of 1 November stays there."""
    named = [event(1, "Decrypt", SYMMETRIC, ALICE, eventTime=f"2026-11-01T00:30:00.000{zone}")]
    (row,) = measure(tmp_path, named, "day").to_dict()["rows"]
    assert (row["day"], row["quantity"]) == ("2026-11-01", 1)


def test_a_table_of_events_is_taken_wherever_measurements_are(tmp_path):
    """Two events as CSV, JSON in its cells, for attribute and calibrate as for measure."""
    events = [event(at, "Decrypt", SYMMETRIC, ALICE) for at in range(2)]
    names = [name for name in events[0] if name != "resources"]
    with (tmp_path / "events.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(names)
        for each in events:
            cells = [each[name] for name in names]
            table.writerow([cell if isinstance(cell, str) else json.dumps(cell) for cell in cells])
    assert load_actuals(tmp_path / "events.csv").totals["requests"] == 2


def test_every_rule_has_a_source_and_a_key_of_its_own():
    """No rule is made up, and none hides another."""
    assert len({rule.key for rule in CONTEXT_RULES}) == len(CONTEXT_RULES)
    assert all(rule.source and rule.resource and rule.service for rule in CONTEXT_RULES)


METERS = [
    ("Sign", {"signingAlgorithm": "ECDSA_SHA_256"}, "KMS-Requests-Asymmetric", False),
    ("Sign", {"signingAlgorithm": "RSASSA_PSS_SHA_256"}, "KMS-Requests-Asymmetric", True),
    ("GetPublicKey", {}, "KMS-Requests-Asymmetric", True),
    (
        "Decrypt",
        {"encryptionAlgorithm": "RSAES_OAEP_SHA_256"},
        "KMS-Requests-Asymmetric",
        True,
    ),
    ("Decrypt", SYMMETRIC, "KMS-Requests", False),
    ("GenerateMac", {"macAlgorithm": "HMAC_SHA_512"}, "KMS-Requests", False),
    (
        "GenerateDataKeyPair",
        {"keyPairSpec": "ECC_NIST_P256"},
        "KMS-Requests-GenerateDatakeyPair-ECC",
        False,
    ),
    (
        "GenerateDataKeyPairWithoutPlaintext",
        {"keyPairSpec": "RSA_4096"},
        "KMS-Requests-GenerateDatakeyPair-RSA",
        False,
    ),
]


@pytest.mark.parametrize(("operation", "parameters", "meter", "unsized"), METERS)
def test_meters(tmp_path, operation, parameters, meter, unsized):
    """The meter is the bill's usage type; a notice tells where the size of a key decides."""
    actuals = measure(tmp_path, [event(1, operation, parameters, ALICE)])
    assert only(actuals, "meter") == (meter,)
    about_size = [notice for notice in actuals.notices if "RSA_2048" in notice]
    assert bool(about_size) is unsized
    assert all(notice.startswith("1 request on") for notice in about_size)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GenerateMac", {"macAlgorithm": "HMAC_SHA_512"}),
        ("VerifyMac", {}),
        ("Sign", {"signingAlgorithm": "ML_DSA_SHAKE_256"}),
        ("Verify", {"signingAlgorithm": "ED25519_PH_SHA_512"}),
        ("Decapsulate", {}),
        ("Foresee", {}),
        ("Decrypt", {"encryptionAlgorithm": "SM2PKE"}),
        ("GenerateDataKeyPair", {"keyPairSpec": "ECC_NIST_EDWARDS25519"}),
        ("Decrypt", SYMMETRIC),
        ("Sign", {"signingAlgorithm": "ECDSA_SHA_256"}),
    ],
)
def test_a_likely_meter_is_counted(tmp_path, operation, parameters):
    """No source prices them, or nobody knows the operation: a notice counts them, and no other."""
    events = [event(n, operation, parameters, ALICE) for n in (1, 2, 3)]
    actuals = measure(tmp_path, [*events, event(4, "Decrypt", SYMMETRIC, ALICE)])
    likely = [notice for notice in actuals.notices if "likely meter" in notice]
    sure = parameters == SYMMETRIC or "ECDSA_SHA_256" in parameters.values()
    assert [notice.split()[0] for notice in likely] == ([] if sure else ["3"])


def test_a_kind_of_pair_without_a_price(tmp_path):
    """SM2 pairs of the China Regions have no usage type that was found: no meter, and a notice."""
    actuals = measure(tmp_path, [event(1, "GenerateDataKeyPair", {"keyPairSpec": "SM2"}, ALICE)])
    assert only(actuals, "meter") == ("",)
    assert any("1 request for key pairs without a meter" in notice for notice in actuals.notices)


def test_unknown_is_counted_with_an_example(tmp_path):
    """A service without a name and a context without a rule: unknown, counted, keys shown."""
    parameters = SYMMETRIC | {"encryptionContext": {"tenant": "secret-7", "app": "x"}}
    actuals = measure(
        tmp_path,
        [
            event(1, "Decrypt", parameters, ALICE | {"invokedBy": INTERNAL}),
            event(2, "Decrypt", SYMMETRIC, {"type": "AWSService", "invokedBy": INTERNAL}),
        ],
        "service",
    )
    assert only(actuals, "service", "quantity") == (UNKNOWN, 2.0)
    (notice,) = (notice for notice in actuals.notices if UNKNOWN in notice)
    assert notice.startswith("2 requests")
    assert "the keys app, tenant" in notice
    assert "secret-7" not in notice  # a caller may have put anything into the values


def shared(number: int, **changes: Any) -> Record:
    return event(number, "Decrypt", SYMMETRIC, ALICE, sharedEventID="s-1", **changes)


def test_both_accounts_records_of_a_call_give_one_answer(tmp_path):
    """The caller's copy names role and service, the owner's neither: whichever file comes first."""
    own = shared(
        1,
        userIdentity=ALICE | {"invokedBy": "glue.amazonaws.com"},
        recipientAccountId=ACCOUNT,
    )
    theirs = shared(
        2,
        userIdentity={"type": "AWSAccount", "accountId": ACCOUNT},
        recipientAccountId=OWNER,
    )
    answers = []
    for at, events in enumerate(([own, theirs], [theirs, own])):
        folder = tmp_path / str(at)
        folder.mkdir()
        answers.append(only(measure(folder, events), "service", "caller", "quantity"))
    assert answers == [("glue", ALICE["arn"], 1.0)] * 2


def parameters_of(number: int) -> Record:
    arn = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/p{number}"
    return SYMMETRIC | {"encryptionContext": {"PARAMETER_ARN": arn}}


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("more", [0, 1])
def test_resources_without_end_are_folded(tmp_path, more, jobs):
    """10,000 parameters are told apart; one more, and all of them count under one name."""
    most = folding.MOST_RESOURCES
    events = [event(n, "Decrypt", parameters_of(n), ALICE) for n in range(most + more)]
    events.append(event(most + more, "Decrypt", SYMMETRIC, ALICE))
    for at in range(3):  # several files: no one of them has too many
        part = tmp_path / f"{at}.json"
        part.write_text(json.dumps({"Records": events[at::3]}), encoding="utf-8")
    rows = measure_cloudtrail(tmp_path, "service,resource", jobs=jobs)
    found = Counter(row["service"] for row in rows.to_dict()["rows"])
    assert found == {"direct": 1, "ssm": 1 if more else most}
    assert rows.totals["requests"] == most + more + 1
    folded = [notice for notice in rows.notices if "too many resources" in notice]
    assert [notice.split(" ")[0] for notice in folded] == (["10,001"] if more else [])


def test_random_contexts_of_callers_are_no_rows(tmp_path):
    """Whatever a caller writes into a context of its own, its requests are one row."""
    events = [
        event(n, "Decrypt", SYMMETRIC | {"encryptionContext": {f"k{n}": str(n)}}, ALICE)
        for n in range(500)
    ]
    assert only(measure(tmp_path, events), "service", "resource", "quantity") == (
        "direct",
        "",
        500.0,
    )


def test_a_grant_in_a_table_of_columns(tmp_path):
    """Names with dots, as tables have them: the volume of the grant is the event's."""
    row = event(1, "CreateGrant", None, None) | {
        "eventVersion": "1.08",
        "requestParameters.keyId": KEY,
        "requestParameters.constraints.encryptionContextSubset.aws:ebs:id": "vol-1",
        "userIdentity.type": "IAMUser",
        "userIdentity.arn": ALICE["arn"],
        "userIdentity.accountId": ACCOUNT,
        "userIdentity.invokedBy": INTERNAL,
    }
    del row["requestParameters"], row["userIdentity"], row["resources"]
    (tmp_path / "rows.json").write_text(json.dumps(row), encoding="utf-8")
    actuals = measure_cloudtrail(tmp_path)
    assert only(actuals, "service", "resource", "meter") == ("ec2", "vol-1", "KMS-Requests")
