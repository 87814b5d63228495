"""What a file is that holds no events, in words; and the files that are known to hold none."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from estimator import measure_cloudtrail
from pricing.reading.problems import KmscostError
from tests.measurement.envelopes.events import ACCOUNT, EVENTS, event, get, lines, measure, put
from tests.real_data import CASES, needs_cases

S3_EVENT = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "awsRegion": "us-east-1",
    "eventTime": "2026-10-01T10:06:00.000Z",
    "eventName": "ObjectCreated:Put",
    "s3": {"bucket": {"name": "example-logs"}, "object": {"key": "AWSLogs/x.json.gz"}},
}
NOTIFICATION = json.dumps({"Records": [S3_EVENT]})
SNS = {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": NOTIFICATION}


def sqs(body: str) -> dict[str, Any]:
    return {"messageId": "1", "receiptHandle": "1", "body": body, "eventSource": "aws:sqs"}


NO_EVENTS: dict[str, tuple[str, str]] = {
    "S3": (NOTIFICATION, "S3 event notifications"),
    "S3 by SQS": (json.dumps({"Records": [sqs(NOTIFICATION)]}), "S3 event notifications"),
    "S3 by SNS": (json.dumps(SNS), "S3 event notifications"),
    "S3 by SNS and SQS": (json.dumps({"Records": [sqs(json.dumps(SNS))]}), "S3 event notific"),
    "S3 by EventBridge": (
        json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {}}}),
        "S3 event notifications",
    ),
    "S3 by receive-message": (
        json.dumps({"Messages": [{"ReceiptHandle": "1", "Body": NOTIFICATION}]}),
        "S3 event notifications",
    ),
    "CloudTrail by SNS": (
        json.dumps({**SNS, "Message": '{"s3Bucket": "b", "s3ObjectKey": ["AWSLogs/x"]}'}),
        "CloudTrail's notifications",
    ),
    "SQS of something else": (json.dumps({"Records": [sqs("no JSON at all")]}), "SQS messages"),
    "SQS of nothing": (json.dumps({"Records": [sqs('{"Records": []}')]}), "SQS messages"),
    "DynamoDB": (
        json.dumps({"Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT"}]}),
        "DynamoDB stream",
    ),
    "Kinesis of something else": (
        json.dumps({"Records": [{"SequenceNumber": "1", "Data": "aGVsbG8="}]}),
        "Kinesis records",
    ),
    "EventBridge of something else": (
        json.dumps({"source": "aws.ec2", "detail-type": "EC2 Instance State", "detail": {}}),
        "EventBridge events of another kind",
    ),
    "lookup-events without the events": (
        json.dumps([{"EventId": "1", "EventName": "Decrypt", "Username": "u"}]),
        "without CloudTrailEvent",
    ),
    "an empty answer": ('{"Events": []}', "answers of lookup-events without events"),
    "no messages": ('{"messageType": "DATA_MESSAGE", "logEvents": []}', "CloudWatch Logs messages"),
    "Elastic's fields": (
        lines([{"ecs": {"version": "8"}, "event": {"provider": "kms.amazonaws.com"}}]),
        "event.original",
    ),
    "GuardDuty": ('{"schemaVersion": "2.0", "accountId": "1", "service": {}}', "GuardDuty"),
    "a listing": ('{"Contents": [{"Key": "x"}]}', "s3-listing"),
    "a pattern of events": (
        json.dumps({"eventSource": ["kms.amazonaws.com"], "eventName": ["DisableKey"]}),
        "no CloudTrail events",
    ),
    "YAML": ("Events:\n- EventName: Decrypt\n", "export as JSON"),
    "a table for people": ("-----------------\n|  LookupEvents |\n", "export as JSON"),
    "access logs": (
        '79a5 example-logs [06/Feb/2026:00:00:38 +0000] 192.0.2.3 79a5 X REST.GET.OBJECT k "GET"',
        "measure access-logs",
    ),
    "Avro": ("Obj\x01avro.schema", "Avro"),
    "an event that breaks off": (
        json.dumps({"logEvents": [{"message": json.dumps(put(1))[:90]}]}),
        "breaks off",
    ),
    "a test notification alone": (
        '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}',
        "which tell of no requests",
    ),
}


@pytest.mark.parametrize("name", NO_EVENTS)
def test_what_holds_no_events_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    """An error in words, and never a count of zero."""
    content, words = NO_EVENTS[name]
    with pytest.raises(KmscostError, match=words):
        measure(tmp_path, content, strict=False)


@pytest.mark.parametrize("name", NO_EVENTS)
def test_what_holds_no_events_covers_no_hour(tmp_path: Path, name: str) -> None:
    """Beside a log file it adds nothing; only a service's own test file is not even skipped."""
    (tmp_path / "log.json").write_text(json.dumps({"Records": EVENTS}))
    alone = measure_cloudtrail(tmp_path / "log.json")
    (tmp_path / "other").write_text(NO_EVENTS[name][0])
    found = measure_cloudtrail(tmp_path)
    assert found.totals == alone.totals
    assert found.records == alone.records
    assert found.coverage.hours == alone.coverage.hours
    known = name in ("a test notification alone", "an empty answer")
    assert len(found.skipped) == (not known)


def insight(number: int) -> dict[str, Any]:
    """An Insight, which is no event of a service's."""
    return {
        "eventVersion": "1.11",
        "eventTime": f"2026-10-01T1{number}:00:00Z",
        "awsRegion": "us-east-1",
        "eventID": f"insight-{number}",
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": ACCOUNT,
        "insightDetails": {"state": "Start", "eventSource": "kms.amazonaws.com"},
        "eventCategory": "Insight",
    }


def save(folder: Path, kind: str, content: str) -> None:
    place = folder / f"AWSLogs/{ACCOUNT}/{kind}/us-east-1/2026/10/01"
    place.mkdir(parents=True, exist_ok=True)
    name = f"{ACCOUNT}_{kind}_us-east-1_20261001T1205Z_Z7Uw9xfogoEmvnEN.json.gz"
    (place / name).write_bytes(gzip.compress(content.encode(), mtime=0))


def test_a_bucket_copied_whole(tmp_path: Path) -> None:
    """Logs, Insights, digests, aggregated and network events, test files: strict accepts all.

    The two puts of the log count; only the log covers hours: 10:00 by its events and 12:00 by its
    name, not 13:00 of the Insight nor 11:00 of the digest, whose log files tell of it themselves.
    """
    save(tmp_path, "CloudTrail", json.dumps({"Records": [put(1), put(2)]}))
    save(tmp_path, "CloudTrail-Insight", json.dumps({"Records": [insight(3)]}))
    digest = {
        "digestStartTime": "2026-10-01T11:00:00Z",
        "digestEndTime": "2026-10-01T12:00:00Z",
        "digestS3Object": "x",
        "logFiles": [{"s3Object": "x"}],
    }
    save(tmp_path, "CloudTrail-Digest", json.dumps(digest))
    for kind, changes in {
        "CloudTrail-Aggregated": {"eventCategory": "Aggregated"},
        "CloudTrail-NetworkActivity": {
            "eventCategory": "NetworkActivity",
            "eventType": "AwsVpceEvent",
        },
    }.items():
        save(tmp_path, kind, json.dumps({"Records": [put(3, **changes)]}))
    (tmp_path / "aws-logs-write-test").write_text("Permission Check Successful")
    (tmp_path / "test.json").write_text('{"Service": "Amazon S3", "Event": "s3:TestEvent"}')
    found = measure_cloudtrail(tmp_path, strict=True)
    assert {cause: n for cause, n in found.totals["by_cause"].items() if n} == {"put": 2}
    assert (found.files, found.records, len(found.skipped)) == (7, 5, 0)
    ((_, days),) = found.coverage.hours.items()
    assert list(days.values()) == [1 << 10 | 1 << 12]


def test_insights_alone(tmp_path: Path) -> None:
    """They tell of no requests: that is no zero."""
    with pytest.raises(KmscostError, match="CloudTrail Insights alone"):
        measure(tmp_path, json.dumps({"Records": [insight(1)]}))


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"}, "network activity"),
        (
            {
                "eventCategory": "Data",
                "eventSource": "s3.amazonaws.com",
                "eventName": "GetObject",
            },
            "data",
        ),
        # version 1.06 has no category
        (
            {
                "eventVersion": "1.06",
                "managementEvent": False,
                "eventCategory": None,
                "eventSource": "s3.amazonaws.com",
                "eventName": "GetObject",
            },
            "data",
        ),
    ],
)
def test_events_apart_cover_no_hour(tmp_path: Path, others: dict[str, Any], words: str) -> None:
    """Two puts at 10:00, another event at 13:00: of 13:00 nobody knows what KMS was asked.

    A trail may record nothing else; alone they are no log of a time without requests, and are
    refused by their name.
    """
    later = put(3) | others | {"eventTime": "2026-10-01T13:00:00Z"}
    found = measure(tmp_path, json.dumps({"Records": [put(1), put(2), later]}))
    ((_, days),) = found.coverage.hours.items()
    assert (found.totals["requests"], list(days.values())) == (2, [1 << 10])
    with pytest.raises(KmscostError, match=f"{words} events alone"):
        measure(tmp_path, json.dumps({"Records": [later]}))


def test_the_category_of_an_event_goes_before_its_flag(tmp_path: Path) -> None:
    """A real CreateKey of version 1.07 has the category Management, and `managementEvent` false.

    Two puts at 10:00 and another at 13:00: both hours are recorded.
    """
    flags = {"eventVersion": "1.07", "eventCategory": "Management", "managementEvent": False}
    later = put(3) | flags | {"eventTime": "2026-10-01T13:00:00Z"}
    found = measure(tmp_path, json.dumps({"Records": [put(1), put(2), later]}))
    ((_, days),) = found.coverage.hours.items()
    assert (found.totals["requests"], list(days.values())) == (3, [1 << 10 | 1 << 13])


def test_service_events_of_2015(tmp_path: Path) -> None:
    """A service's event with an encryption context is a request; RotateKey is none."""
    service = {"eventType": "AwsServiceEvent"}
    rotation = event(3, "RotateKey", None, {"invokedBy": "AWS Internal"}, **service)
    found = measure(tmp_path, json.dumps({"Records": [put(1, **service), get(2), rotation]}))
    assert {cause: n for cause, n in found.totals["by_cause"].items() if n} == {"put": 1, "get": 1}
    assert found.records == 3


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """PowerShell and Notepad write UTF-16 and marks, with CRLF: 6 requests of KMS."""
    for content in (json.dumps({"Records": EVENTS}), lines(EVENTS).replace("\n", "\r\n")):
        assert measure(tmp_path, content.encode(encoding)).totals["requests"] == 6


def test_halves_of_characters(tmp_path: Path) -> None:
    """A name or an agent may hold half of a surrogate pair: each event counts, with its caller."""
    odd = [{**e, "userAgent": "\ud800"} for e in EVENTS]
    for one_event in odd:
        one_event["userIdentity"] = {**one_event["userIdentity"], "userName": "\udfff"}
    for content in (
        json.dumps({"Records": odd}),
        lines(odd),
        json.dumps({"logEvents": [{"message": json.dumps(e)} for e in odd]}),
    ):
        found = measure(tmp_path, content)
        assert found.totals["requests"] == 6
        assert "arn:aws:iam::222222222222:role/siem" in set(found.measured["reader"])


SIX_AND_SEVEN = {"put": 6, "get": 7}
RIGHT: dict[str, dict[str, int]] = {
    "base.json": SIX_AND_SEVEN,
    "params_as_string.jsonl": SIX_AND_SEVEN,
    "insight": SIX_AND_SEVEN,
    "events_2015.json": {"check": 1, "put": 1, "get": 1},
    "cloudwatch_subscription.json": SIX_AND_SEVEN,
    "cloudwatch_subscription.gz": SIX_AND_SEVEN,
    "cloudwatch_filter_log_events.json": SIX_AND_SEVEN,
    "lookup_utf16.json": SIX_AND_SEVEN,
    "lookup_events.json": SIX_AND_SEVEN,
    "lookup_pages.json": SIX_AND_SEVEN,
    "lookup_text.txt": SIX_AND_SEVEN,
    "notgz.json.gz": SIX_AND_SEVEN,
    "edge.json": {"put": 1},
}


@needs_cases
@pytest.mark.parametrize("name", RIGHT)
def test_cases_that_count(name: str) -> None:
    """The counts of the cases' own table, in strict."""
    found = measure_cloudtrail(CASES / "measure" / name, strict=True)
    assert {cause: n for cause, n in found.totals["by_cause"].items() if n} == RIGHT[name]


@needs_cases
@pytest.mark.parametrize(
    "name", ["sqs_s3_event.json", "sqs_sns_event.json", "sqs_batch_garbage.json"]
)
@pytest.mark.parametrize("strict", [False, True])
def test_cases_that_are_no_logs(name: str, strict: bool) -> None:
    """Notifications of files are refused by that name."""
    with pytest.raises(KmscostError, match="notifications about log files"):
        measure_cloudtrail(CASES / "measure" / name, strict=strict)


@pytest.mark.parametrize("second", ["[]", json.dumps(EVENTS)])
def test_two_members_of_one_name(tmp_path: Path, second: str) -> None:
    """Of two `Records` a decoder takes the last: the events of the first went without a word."""
    path = tmp_path / "log.json"
    path.write_text(f'{{"Records": {json.dumps(EVENTS)}, "Records": {second}}}')
    with pytest.raises(KmscostError, match="an object with two members Records"):
        measure_cloudtrail(path)
    # an event may speak of Records as often as it likes
    nested = [record | {"responseElements": {"Records": "Records"}} for record in EVENTS]
    path.write_text(json.dumps({"Records": nested}))
    assert measure_cloudtrail(path).to_dict()["totals"]["by_cause"]["put"] == 3
