"""Whatever carries events, the events in it count as those of a log file."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.measurement.envelopes.events import EVENTS, assert_all_found, flat, lines, measure, texts

TEXTS = [json.dumps(event) for event in EVENTS]


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SUBSCRIPTION = {
    "messageType": "DATA_MESSAGE",
    "owner": "111122223333",
    "logGroup": "CloudTrail/logs",
    "logStream": "111122223333_CloudTrail_us-east-1",
    "subscriptionFilters": ["all"],
    "logEvents": [
        {"id": str(at), "timestamp": 1, "message": text} for at, text in enumerate(TEXTS)
    ],
}
CONTROL = {
    "messageType": "CONTROL_MESSAGE",
    "logEvents": [{"id": "", "timestamp": 1, "message": "CWL CONTROL MESSAGE: Checking health"}],
}
CLOUDWATCH = {
    "subscription": json.dumps(SUBSCRIPTION),
    "subscription, after a control message": json.dumps(CONTROL) + json.dumps(SUBSCRIPTION),
    "subscription, as Lambda gets it": json.dumps(
        {"awslogs": {"data": packed(json.dumps(SUBSCRIPTION))}}
    ),
    "export task": "".join(f"2026-10-01T10:00:10.000Z {text}\n" for text in TEXTS),
    "logs tail": "".join(f"2026-10-01T10:00:10+00:00 stream {text}\n" for text in TEXTS),
    "filter-log-events": json.dumps(
        {"events": [{"logStreamName": "s", "timestamp": 1, "message": text} for text in TEXTS]}
    ),
    "filter-log-events, text": "".join(f"EVENTS\t3\t179\tstream\t{text}\t1\n" for text in TEXTS),
    "Insights": json.dumps(
        {
            "results": [[{"field": "@message", "value": text}] for text in TEXTS],
            "status": "Complete",
        }
    ),
    "Insights of fields": json.dumps(
        {
            "results": [
                [{"field": name, "value": str(value)} for name, value in flat(event).items()]
                for event in EVENTS
            ]
        }
    ),
    "Insights, from the console": json.dumps([{"@timestamp": "t", "@message": e} for e in EVENTS]),
}

BUS = [
    {
        "version": "0",
        "id": "1",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.kms",
        "account": "111122223333",
        "resources": [],
        "detail": event,
    }
    for event in EVENTS
]
BUS_TEXTS = [json.dumps(event) for event in BUS]


def without_recipient(event: dict[str, Any]) -> dict[str, Any]:
    detail = {
        name: value for name, value in event["detail"].items() if name != "recipientAccountId"
    }
    return {**event, "detail": detail}


def sns(text: str) -> dict[str, str]:
    return {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": text}


def kinesis(text: str) -> dict[str, Any]:
    record = {"eventSource": "aws:kinesis", "eventName": "aws:kinesis:record", "eventID": "shard:1"}
    return {**record, "kinesis": {"partitionKey": "1", "data": in_base64(text)}}


QUEUES = {
    "EventBridge, list": json.dumps(BUS),
    "EventBridge, lines": lines(BUS),
    "EventBridge, joined": "".join(BUS_TEXTS),
    "EventBridge, flattened": lines(map(flat, BUS)),
    "EventBridge, without recipientAccountId": lines(map(without_recipient, BUS)),
    "SNS": lines(map(sns, BUS_TEXTS)),
    "SNS, as Lambda gets it": json.dumps(
        {"Records": [{"EventSource": "aws:sns", "Sns": sns(text)} for text in BUS_TEXTS]}
    ),
    "SQS, as Lambda gets it": json.dumps(
        {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": t} for t in BUS_TEXTS]}
    ),
    "SQS of SNS": json.dumps(
        {
            "Records": [
                {"eventSource": "aws:sqs", "messageId": "1", "body": json.dumps(sns(text))}
                for text in BUS_TEXTS
            ]
        }
    ),
    "SQS, receive-message": json.dumps(
        {"Messages": [{"ReceiptHandle": "1", "Body": text} for text in BUS_TEXTS]}
    ),
    "Kinesis, as Lambda gets it": json.dumps({"Records": list(map(kinesis, TEXTS))}),
    "Kinesis, get-records": json.dumps(
        {"Records": [{"SequenceNumber": "1", "Data": in_base64(text)} for text in TEXTS]}
    ),
    "Kinesis, packed": json.dumps(
        {"Records": [{"SequenceNumber": "1", "Data": packed(json.dumps(SUBSCRIPTION))}]}
    ),
    "Kinesis, data alone": "\n".join(map(in_base64, TEXTS)),
    "Firehose": json.dumps({"records": [{"recordId": "1", "data": in_base64(t)} for t in TEXTS]}),
    "Firehose, several in one": json.dumps({"records": [{"data": in_base64("\n".join(TEXTS))}]}),
}

FOUND = [
    {"EventId": "1", "EventName": "Decrypt", "Username": "u", "Resources": [], "CloudTrailEvent": t}
    for t in TEXTS
]
LOOKUPS = {
    "lookup-events": json.dumps({"Events": FOUND, "NextToken": "x"}),
    "pages": json.dumps({"Events": FOUND[:3]}) + json.dumps({"Events": FOUND[3:]}),
    "pages, slurped": json.dumps([{"Events": FOUND[:3]}, {"Events": FOUND[3:]}]),
    "--query Events": json.dumps(FOUND),
    "--query Events[].CloudTrailEvent": json.dumps(TEXTS),
    "--query Events[].[EventTime,CloudTrailEvent]": json.dumps([["t", text] for text in TEXTS]),
    "--query Events[].{t:EventTime,e:CloudTrailEvent}": json.dumps(
        [{"t": 1, "e": t} for t in TEXTS]
    ),
    "--output text": "\t".join(TEXTS),
    "--output text, all of it": "".join(
        f"EVENTS\tAKIA\t{text}\t1\tDecrypt\nRESOURCES\tKey\tk\n" for text in TEXTS
    ),
    "jq": lines(TEXTS),
    "jq -r": "\n".join(TEXTS),
    "jq fromjson": "\n".join(json.dumps(event, indent=2) for event in EVENTS),
    "PowerShell": json.dumps({"value": FOUND, "Count": 7}),
    "Lake": json.dumps({"QueryResultRows": [[{"eventJson": text}] for text in TEXTS]}),
    "Lake, by column": json.dumps(
        {"QueryResultRows": [[{k: v} for k, v in texts(e).items()] for e in EVENTS]}
    ),
}

SEARCHES = {
    "Splunk": lines({"preview": False, "result": {"_raw": text, "host": "h"}} for text in TEXTS),
    "Splunk, results": json.dumps({"results": [{"_raw": text} for text in TEXTS]}),
    "Splunk, rows": json.dumps({"fields": ["_time", "_raw"], "rows": [["t", x] for x in TEXTS]}),
    "Splunk, columns": json.dumps({"fields": [{"name": "_raw"}], "columns": [TEXTS]}),
    "Splunk, fields": json.dumps(
        {"results": [{k.replace(".0.", "{}."): v for k, v in flat(e).items()} for e in EVENTS]}
    ),
    "Elasticsearch": json.dumps({"hits": {"total": 7, "hits": [{"_source": e} for e in EVENTS]}}),
    "Elasticsearch, dump": lines({"_index": "i", "_source": flat(event)} for event in EVENTS),
    "Elastic Agent": lines(
        {"_source": {"ecs": {"version": "8"}, "event": {"original": text}}} for text in TEXTS
    ),
    "Datadog": json.dumps(
        {"data": [{"type": "log", "attributes": {"message": "", "attributes": e}} for e in EVENTS]}
    ),
    "Datadog, by message": json.dumps(
        {"data": [{"type": "log", "attributes": {"message": text}} for text in TEXTS]}
    ),
}


@pytest.mark.parametrize("form", [*CLOUDWATCH.items(), *QUEUES.items()], ids=lambda f: f[0])
def test_streams_of_events(tmp_path: Path, form: tuple[str, str]) -> None:
    """CloudWatch Logs, EventBridge, SNS, SQS, Kinesis and Firehose keep each event whole."""
    assert_all_found(tmp_path, form[1])


@pytest.mark.parametrize("form", [*LOOKUPS.items(), *SEARCHES.items()], ids=lambda f: f[0])
def test_answers_and_searches(tmp_path: Path, form: tuple[str, str]) -> None:
    """So do lookup-events in all its forms, CloudTrail Lake and the exports of search engines."""
    assert_all_found(tmp_path, form[1])


def test_a_log_file_and_its_copy_in_cloudwatch(tmp_path: Path) -> None:
    """Of an event in two wrappings one counts: 6 of the 12 events of KMS are copies."""
    found = measure(tmp_path, json.dumps({"Records": EVENTS}) + json.dumps(SUBSCRIPTION))
    assert (found.totals["requests"], found.records, found.duplicates) == (6, 14, 6)


def test_a_carrier_with_something_else_in_it(tmp_path: Path) -> None:
    """Events count, what is none is named with its count, and strict refuses."""
    events = [{"message": text} for text in [*TEXTS, "START RequestId: 1", "{}"]]
    found = measure(tmp_path, json.dumps({"logEvents": events}), strict=False)
    assert found.totals["requests"] == 6
    (skipped,) = found.skipped
    assert skipped.reason == "entries that are no CloudTrail events: 2 of 9"


def test_one_odd_line(tmp_path: Path) -> None:
    """A line that is JSON and no event is named; the others count, as they would in a list."""
    for content in (lines([*EVENTS, 5, {}]), json.dumps([*EVENTS, 5, {}])):
        found = measure(tmp_path, content, strict=False)
        assert found.totals["requests"] == 6
        assert [file.reason for file in found.skipped] == [
            "entries that are no CloudTrail events: 2 of 9"
        ]
