"""Events as CloudWatch Logs gives them: to subscribers, to its readers, to exports, to Insights.

Shapes: Amazon CloudWatch Logs User Guide, Real-time processing of log data with subscriptions, and
Export log data to Amazon S3; CloudWatch Logs API Reference, FilterLogEvents and GetQueryResults.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.form import Form, coded, saved, text

STREAM = "111122223333_CloudTrail_us-east-1"
CONTROL = {
    "messageType": "CONTROL_MESSAGE",
    "owner": "CloudwatchLogs",
    "logGroup": "",
    "logStream": "",
    "subscriptionFilters": [],
    "logEvents": [
        {
            "id": "",
            "timestamp": 1790848800000,
            "message": "CWL CONTROL MESSAGE: Checking health of destination Firehose.",
        }
    ],
}


def subscriptions() -> list[dict[str, Any]]:
    """Return the events as three batches of a subscription of CloudWatch Logs."""
    messages = known_log.texts()
    return [
        {
            "messageType": "DATA_MESSAGE",
            "owner": known_log.ACCOUNT,
            "logGroup": "CloudTrail/logs",
            "logStream": STREAM,
            "subscriptionFilters": ["all"],
            "logEvents": [
                {"id": f"{36000 + n:056d}", "timestamp": 1790848810000 + n, "message": message}
                for n, message in enumerate(messages[start : start + 10], start)
            ],
        }
        for start in range(0, len(messages), 10)
    ]


def _filtered() -> dict[str, Any]:
    return {
        "events": [
            {
                "logStreamName": STREAM,
                "timestamp": 1790848810000 + n,
                "message": message,
                "ingestionTime": 1790848990000,
                "eventId": f"{36000 + n:056d}",
            }
            for n, message in enumerate(known_log.texts())
        ],
        "searchedLogStreams": [],
    }


def _exported() -> str:
    """Return what an export task writes: the time, a blank, the message."""
    return "".join(
        f"{event['eventTime'][:-1]}.000Z {text(event)}\n" for event in known_log.events()
    )


def _insights(fields: Callable[[dict[str, Any]], dict[str, str]], status: str) -> dict[str, Any]:
    results = [
        [{"field": field, "value": value} for field, value in fields(event).items()]
        + [{"field": "@ptr", "value": f"CmEKJgoiNTE{n}"}]
        for n, event in enumerate(known_log.events())
    ]
    statistics = {"recordsMatched": 30.0, "recordsScanned": 30.0, "bytesScanned": 40000.0}
    return {"results": results, "statistics": statistics, "status": status}


def _whole(event: dict[str, Any]) -> dict[str, str]:
    return {"@timestamp": event["eventTime"][:19].replace("T", " "), "@message": text(event)}


def _parts(event: dict[str, Any]) -> dict[str, str]:
    return {"eventTime": event["eventTime"], "eventSource": event["eventSource"],
            "eventName": event["eventName"], "awsRegion": event["awsRegion"]}  # fmt: skip


def batches(pack: bool = True) -> list[bytes]:
    """Return the batches of a subscription as bytes, each packed by gzip or plain."""
    batches = [text(batch).encode() for batch in subscriptions()]
    return [gzip.compress(batch) for batch in batches] if pack else batches


FORMS: dict[str, Callable[[], Form]] = {
    "subscription": lambda: saved(
        subscriptions()[0] | {"logEvents": [e for s in subscriptions() for e in s["logEvents"]]}
    ),
    "subscriptions in lines": lambda: Form("cwl.json", b"\n".join(batches(pack=False))),
    "subscriptions, a gzip member each, as Firehose joins them": lambda: Form(
        "logs-1-2026-10-01-10-00-00-example", b"".join(batches())
    ),
    "the same, packed once more by Firehose": lambda: Form(
        "logs-1-2026-10-01-10-00-00-example.gz", gzip.compress(b"".join(batches()))
    ),
    "subscriptions after a control message": lambda: Form(
        "cwl.json", b"\n".join([text(CONTROL).encode(), *batches(pack=False)])
    ),
    "control message in a row with subscriptions": lambda: Form(
        "cwl.json", b"".join([text(CONTROL).encode(), *batches(pack=False)])
    ),
    "Lambda's awslogs": lambda: saved(
        {
            "awslogs": {
                "data": coded(
                    gzip.compress(
                        text(
                            subscriptions()[0]
                            | {"logEvents": [e for s in subscriptions() for e in s["logEvents"]]}
                        ).encode()
                    )
                )
            }
        }
    ),
    "filter-log-events": lambda: saved(_filtered()),
    "get-log-events": lambda: saved(
        {"events": _filtered()["events"], "nextForwardToken": "f/1", "nextBackwardToken": "b/1"}
    ),
    "filter-log-events, its events alone": lambda: saved(_filtered()["events"]),
    "filter-log-events, its messages alone": lambda: saved(known_log.texts()),
    "filter-log-events as text": lambda: Form(
        "saved.txt",
        "".join(
            f"EVENTS\t{e['eventId']}\t{e['ingestionTime']}\t{STREAM}\t{e['message']}\t"
            f"{e['timestamp']}\n"
            for e in _filtered()["events"]
        ).encode(),
    ),
    "logs tail": lambda: Form(
        "tail.txt",
        "".join(
            f"{e['eventTime'][:-1]}.000000+00:00 {STREAM} {text(e)}\n" for e in known_log.events()
        ).encode(),
    ),
    "export task": lambda: Form("000000.gz", gzip.compress(_exported().encode())),
    "export task, unpacked": lambda: Form("000000", _exported().encode()),
    "Insights": lambda: saved(_insights(_whole, "Complete")),
    "Insights without @message": lambda: Form(
        "saved.json",
        json.dumps(_insights(_parts, "Complete")).encode(),
        lost=True,
        words=("insights", "@message", "requestParameters"),
    ),
    "Insights as the console copies it": lambda: saved(
        [{"@timestamp": _whole(e)["@timestamp"], "@message": e} for e in known_log.events()]
    ),
    "Insights as the console's CSV": lambda: Form(
        "logs-insights-results.csv",
        (
            "@timestamp,@message\n"
            + "".join(
                f'{_whole(e)["@timestamp"]},"{text(e).replace(chr(34), chr(34) * 2)}"\n'
                for e in known_log.events()
            )
        ).encode(),
    ),
}
