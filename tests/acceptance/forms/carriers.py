"""What carries events between services of AWS: Firehose, EventBridge, queues, streams, Lambda.

Shapes: AWS Lambda Developer Guide, Using Lambda with SQS, SNS, Kinesis; the API references of SNS,
SQS and Kinesis; Amazon EventBridge User Guide, AWS service events delivered via CloudTrail; Amazon
Data Firehose Developer Guide, Data transformation.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.cloudwatch import batches
from tests.acceptance.forms.form import Form, coded, saved, text

ARN = "arn:aws:{}:us-east-1:111122223333:{}"


def bridged() -> list[dict[str, Any]]:
    """Return each event as EventBridge delivers it."""
    return [
        {
            "version": "0",
            "id": event["requestID"],
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws." + event["eventSource"].partition(".")[0],
            "account": known_log.ACCOUNT,
            "time": event["eventTime"],
            "region": "us-east-1",
            "resources": [],
            "detail": event,
        }
        for event in known_log.events()
    ]


def notified(messages: Iterable[str]) -> list[dict[str, Any]]:
    """Return each message as SNS sends it."""
    return [
        {
            "Type": "Notification",
            "MessageId": f"a72991b9-e8c1-4743-7abe-{number:012d}",
            "TopicArn": ARN.format("sns", "logs"),
            "Subject": "example",
            "Message": message,
            "Timestamp": "2026-10-01T11:00:00.000Z",
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertURL": "https://sns.us-east-1.amazonaws.com/example.pem",
            "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
        }
        for number, message in enumerate(messages)
    ]


def queued(bodies: Iterable[str]) -> dict[str, Any]:
    """Return the bodies as SQS hands them to Lambda."""
    return {
        "Records": [
            {
                "messageId": f"059f36b4-87a3-44ab-83d2-{number:012d}",
                "receiptHandle": "EXAMPLE",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1790848810000"},
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": ARN.format("sqs", "logs"),
                "awsRegion": "us-east-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def received(bodies: Iterable[str]) -> dict[str, Any]:
    """Return the bodies as `aws sqs receive-message` prints them."""
    return {
        "Messages": [
            {"MessageId": f"m{n}", "ReceiptHandle": "EXAMPLE", "MD5OfBody": "x", "Body": body}
            for n, body in enumerate(bodies)
        ]
    }


def streamed(data: Iterable[str]) -> dict[str, Any]:
    """Return the data as Kinesis hands it to Lambda."""
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": "1",
                    "sequenceNumber": f"{number}",
                    "data": item,
                    "approximateArrivalTimestamp": 1790848810.1,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"shardId-000000000006:{number}",
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::111122223333:role/example",
                "awsRegion": "us-east-1",
                "eventSourceARN": ARN.format("kinesis", "stream/logs"),
            }
            for number, item in enumerate(data)
        ]
    }


def _firehose(data: Iterable[str]) -> dict[str, Any]:
    return {
        "invocationId": "2b4d1ad9-2f48-94bd-a088-767c317e994a",
        "deliveryStreamArn": ARN.format("firehose", "deliverystream/logs"),
        "region": "us-east-1",
        "records": [
            {"recordId": f"{n}", "approximateArrivalTimestamp": 1790848810000, "data": item}
            for n, item in enumerate(data)
        ],
    }


def _shards(data: Iterable[str]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "SequenceNumber": f"{n}",
                "ApproximateArrivalTimestamp": "2026-10-01T11:00:00+00:00",
                "Data": item,
                "PartitionKey": "1",
            }
            for n, item in enumerate(data)
        ],
        "NextShardIterator": "EXAMPLE",
        "MillisBehindLatest": 0,
    }


def _topics() -> dict[str, Any]:
    return {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": ARN.format("sns", "logs:EXAMPLE"),
                "EventSource": "aws:sns",
                "Sns": notification,
            }
            for notification in notified(map(text, bridged()))
        ]
    }


FORMS: dict[str, Callable[[], Form]] = {
    "EventBridge, a list": lambda: saved(bridged()),
    "EventBridge, lines": lambda: Form("events.json", "\n".join(map(text, bridged())).encode()),
    "EventBridge by Firehose, without newlines": lambda: Form(
        "events-1-2026-10-01-10-00-00", "".join(map(text, bridged())).encode()
    ),
    "events by Firehose, without newlines, packed": lambda: Form(
        "events-1.gz", gzip.compress("".join(known_log.texts()).encode())
    ),
    "SNS of EventBridge, lines": lambda: Form(
        "sns.json", "\n".join(map(text, notified(map(text, bridged())))).encode()
    ),
    "SNS of whole documents": lambda: saved(notified([known_log.document().decode()])[0]),
    "Lambda's SNS": lambda: saved(_topics()),
    "Lambda's SQS": lambda: saved(queued(map(text, bridged()))),
    "Lambda's SQS of events": lambda: saved(queued(known_log.texts())),
    "Lambda's SQS of SNS": lambda: saved(queued(map(text, notified(map(text, bridged()))))),
    "receive-message": lambda: saved(received(map(text, bridged()))),
    "receive-message of SNS": lambda: saved(received(map(text, notified(map(text, bridged()))))),
    "Lambda's Kinesis of gzip": lambda: saved(streamed(map(coded, batches()))),
    "Lambda's Kinesis of events": lambda: saved(streamed(map(coded, known_log.texts()))),
    "get-records of Kinesis": lambda: saved(_shards(map(coded, batches()))),
    "Lambda's Firehose": lambda: saved(_firehose(map(coded, batches()))),
    "Lambda's Firehose of lines": lambda: saved(
        _firehose(coded(line + "\n") for line in known_log.texts())
    ),
}
