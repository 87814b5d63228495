"""What a document is that carries no event of CloudTrail's: in words, for whoever gave it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from estimator.measurement.recognition import HEAD, FileKind, kind_of_keys, kind_of_text

# a partition may add its ending: amazonaws.com.cn is China's, amazonaws.eu the European Cloud's
_SERVICE = re.compile(r"[A-Za-z0-9.-]+\.amazonaws\.(?:com|eu)(?:\.[A-Za-z0-9.-]+)?", re.ASCII)

NOT_JSON = "not JSON"

Text = Callable[[str], str]

NOTIFICATION = "notifications about log files (S3 event notifications), no log files"

# `eventSource` of what a Lambda function is given; SNS writes EventSource
_SENDERS = {
    "aws:s3": NOTIFICATION,
    "aws:sqs": "SQS messages that carry no CloudTrail events",
    "aws:sns": "SNS notifications that carry no CloudTrail events",
    "aws:kinesis": "Kinesis records that carry no CloudTrail events",
    "aws:dynamodb": "DynamoDB stream records, no CloudTrail events",
    "aws:ses": "notifications of SES, no CloudTrail events",
    "aws:kafka": "Kafka records that carry no CloudTrail events",
}

# the keys that tell a form, and what it is; the first whose keys are all there
_FORMS: tuple[tuple[Collection[str], str], ...] = (
    (("s3", "eventSource"), NOTIFICATION),
    (("s3Bucket", "s3ObjectKey"), "CloudTrail's notifications about log files, no log files"),
    (("ReceiptHandle", "Body"), "SQS messages that carry no CloudTrail events"),
    (("receiptHandle", "body"), "SQS messages that carry no CloudTrail events"),
    (("Messages",), "SQS messages that carry no CloudTrail events"),
    (("TopicArn", "Message"), "SNS notifications that carry no CloudTrail events"),
    (("Sns",), "SNS notifications that carry no CloudTrail events"),
    (("SequenceNumber", "Data"), "Kinesis records that carry no CloudTrail events"),
    (("recordId", "data"), "Firehose records that carry no CloudTrail events"),
    (("detail-type", "detail"), "EventBridge events of another kind, no CloudTrail events"),
    (("messageType", "logEvents"), "CloudWatch Logs messages without CloudTrail events"),
    (("awslogs",), "CloudWatch Logs messages without CloudTrail events"),
    (("EventId", "EventName", "Username"), "answers of lookup-events without CloudTrailEvent"),
    (("configurationItems",), "a configuration history of AWS Config, no CloudTrail log"),
    (("schemaVersion", "accountId", "service"), "findings of GuardDuty, no CloudTrail events"),
    (("AwsAccountId", "ProductArn"), "findings of Security Hub, no CloudTrail events"),
    (("class_uid", "metadata"), "OCSF events of another source than CloudTrail"),
    (("TrailARN", "Name"), "a trail's settings, no CloudTrail log"),
    (
        ("ecs", "event"),
        "events in Elastic's own fields (ECS), which do not keep all; export event.original",
    ),
    (("totals", "rows"), "a result of kmscost, no CloudTrail log"),
)


@lru_cache(maxsize=4096)
def is_service(source: str | None) -> bool:
    """Whether an `eventSource` is an AWS service's, as it is in every event of CloudTrail's.

    >>> is_service("kms.amazonaws.com"), is_service("aws:s3")
    (True, False)
    """
    return source is not None and _SERVICE.fullmatch(source) is not None


def name_of(fields: Mapping[str, Any], text: Text) -> str:
    """What an object without events is; empty where nobody knows.

    Parameters
    ----------
    fields : mapping
        The object.
    text : callable
        The text under a key of it, or nothing.
    """
    for key in ("eventSource", "EventSource"):
        if key in fields and text(key) in _SENDERS:
            return _SENDERS[text(key)]
    if text("source") == "aws.s3" and "detail" in fields:
        return NOTIFICATION
    form = next((name for keys, name in _FORMS if all(key in fields for key in keys)), "")
    return form or _other_source(kind_of_keys(fields))


def _other_source(kind: FileKind | None) -> str:
    """What a file is that another command reads; empty where nobody knows."""
    return kind.sentence if kind and kind.command != "measure cloudtrail" else ""


def announcement_of(text: Text) -> str:
    """What a service's own message is that stands for no event and hides none; else empty."""
    if text("messageType") == "CONTROL_MESSAGE":
        return "control messages of CloudWatch Logs"
    if text("Event") == "s3:TestEvent":
        return "test notifications of S3"
    if text("Type") in ("SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return "confirmations of SNS"
    return ""


# what CloudWatch Logs writes before it exports to a bucket
_EXPORT_TEST = b"Permission Check Successful"


def announcement_of_text(data: bytes) -> str:
    """The same of a file that is a text."""
    return "test files of CloudWatch Logs" if data.startswith(_EXPORT_TEST) else ""


# how a text begins that is no JSON, and what it is
_TEXTS = (
    (re.compile(rb"(?:---\s|Events:\s|- \w+:|\w+:\s*\n)"), "YAML; export as JSON (--output json)"),
    (re.compile(rb"[-+]{10,}|\|  "), "a table for people; export as JSON (--output json)"),
    (re.compile(rb"version account-id "), "VPC flow logs, no CloudTrail log"),
    (re.compile(rb"\s*\w+\s+: "), "a list for people; pipe it through ConvertTo-Json"),
    (re.compile(rb"ORC"), "an ORC file; export as JSON or Parquet"),
)


def name_of_text(text: bytes) -> str:
    """What a text that is no JSON is, and what to export instead."""
    other = _other_source(kind_of_text(text[:HEAD]))
    return other or next((name for begin, name in _TEXTS if begin.match(text)), NOT_JSON)
