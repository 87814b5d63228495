"""Events as search engines export them: Elastic, Splunk, Datadog, Sentinel, the console itself.

Shapes: Microsoft Learn, Azure Monitor Logs reference, AWSCloudTrail (columns); Splunk REST API
Reference, search/jobs/export, and Splunk documentation, Format events for HTTP Event Collector;
Elasticsearch Guide, Search API, and Filebeat Reference, AWS fields
(`aws.cloudtrail.request_parameters` is text such as `{keyId=…, encryptionContext={…}}`,
`event.original` the event); Datadog API Reference, Search logs, and documentation, Log archives.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.answers import columns_as_maps, sheet
from tests.acceptance.forms.form import Form, lines, saved, text
from tests.acceptance.forms.lakes import csv_of, dotted


def _sentinel() -> list[dict[str, Any]]:
    rows = []
    for event in known_log.events():
        identity = event["userIdentity"]
        issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
        rows.append(
            {
                "TenantId": "00000000-0000-0000-0000-000000000000",
                "TimeGenerated [UTC]": event["eventTime"],
                "AwsEventId": event["eventID"],
                "AwsRequestId_": event["requestID"],
                "EventVersion": event["eventVersion"],
                "EventSource": event["eventSource"],
                "EventTypeName": event["eventType"],
                "EventName": event["eventName"],
                "UserIdentityType": identity.get("type"),
                "UserIdentityPrincipalid": identity.get("principalId"),
                "UserIdentityArn": identity.get("arn"),
                "UserIdentityAccountId": identity.get("accountId"),
                "UserIdentityInvokedBy": identity.get("invokedBy"),
                "SessionIssuerType": issuer.get("type"),
                "SessionIssuerArn": issuer.get("arn"),
                "SessionIssuerAccountId": issuer.get("accountId"),
                "SessionIssuerUserName": issuer.get("userName"),
                "AWSRegion": event["awsRegion"],
                "SourceIpAddress": event["sourceIPAddress"],
                "UserAgent": event["userAgent"],
                "ErrorCode": event.get("errorCode"),
                "ErrorMessage": event.get("errorMessage"),
                "RequestParameters": text(event["requestParameters"] or {}),
                "ResponseElements": "",
                "Resources": text(event.get("resources", [])),
                "ReadOnly": event["readOnly"],
                "ManagementEvent": event["managementEvent"],
                "Category": event["eventCategory"],
                "RecipientAccountId": event["recipientAccountId"],
                "Type": "AWSCloudTrail",
            }
        )
    return rows


def _ecs(event: dict[str, Any], original: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "@timestamp": event["eventTime"].replace("Z", ".000Z"),
        "cloud": {"provider": "aws", "region": "us-east-1", "account": {"id": known_log.ACCOUNT}},
        "event": {
            "action": event["eventName"],
            "provider": event["eventSource"],
            "id": event["eventID"],
            "dataset": "aws.cloudtrail",
            "outcome": "failure" if "errorCode" in event else "success",
        },
        "aws": {
            "cloudtrail": {
                "event_type": event["eventType"],
                "request_id": event["requestID"],
                "recipient_account_id": known_log.ACCOUNT,
                "request_parameters": columns_as_maps(event)["requestparameters"],
                "user_identity": {"type": event["userIdentity"].get("type")},
            }
        },
    }
    if original:
        document["event"]["original"] = text(event)
    return document


def _hits(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"_index": "cloudtrail-2026.10.01", "_id": f"x{n}", "_score": 1.0, "_source": source}
        for n, source in enumerate(sources)
    ]


def _found(sources: list[dict[str, Any]]) -> dict[str, Any]:
    total = {"value": len(sources), "relation": "eq"}
    hits = {"total": total, "max_score": 1.0, "hits": _hits(sources)}
    shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
    return {"took": 3, "timed_out": False, "_shards": shards, "hits": hits}


def _splunk(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "_bkt": "aws~12~EXAMPLE",
        "_raw": text(event),
        "_time": event["eventTime"].replace("Z", ".000+00:00"),
        "host": "example",
        "index": "aws",
        "source": "s3://example-org-logs/AWSLogs/x.json.gz",
        "sourcetype": "aws:cloudtrail",
    }


def _extracted(event: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in dotted(event).items() if value is not None}


def _datadog(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"AwAAA{event['eventID']}",
        "type": "log",
        "attributes": {
            "timestamp": event["eventTime"],
            "status": "info",
            "service": "cloudtrail",
            "host": "",
            "tags": ["source:cloudtrail", "region:us-east-1"],
            "attributes": event | {"evt": {"name": event["eventName"]}},
        },
    }


def _archived(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "_id": f"AwAAA{event['eventID']}",
        "date": event["eventTime"],
        "service": "cloudtrail",
        "source": "cloudtrail",
        "status": "info",
        "tags": ["region:us-east-1"],
        "attributes": event,
    }


def _renamed() -> list[dict[str, Any]]:
    """Return columns as the console names them in event history: nothing of the parameters."""
    return [
        {
            "Event name": e["eventName"], "Event time": e["eventTime"], "User name": "session",
            "Event source": e["eventSource"], "Resource type": "AWS::KMS::Key",
            "Resource name": known_log.KEY, "AWS region": e["awsRegion"], "Event ID": e["eventID"],
            "Request ID": e["requestID"], "Source IP address": "192.0.2.10",
            "Error code": e.get("errorCode", ""), "Read-only": "true",
            "AWS access key": "AKIAIOSFODNN7EXAMPLE", "Event type": e["eventType"],
        }
        for e in known_log.events()
    ]  # fmt: skip


FORMS: dict[str, Callable[[], Form]] = {
    "event history, as the console names it": lambda: csv_of(
        _renamed(), "event_history.csv", lost=True, words=("event history", "CSV", "column")
    ),
    "Elasticsearch hits": lambda: saved(_found(known_log.events())),
    "Elasticsearch hits, lines": lambda: Form("dump.json", lines(_hits(known_log.events()))),
    "Filebeat with event.original": lambda: saved(
        _found([_ecs(e, original=True) for e in known_log.events()])
    ),
    "Filebeat without event.original": lambda: Form(
        "dump.json", lines(_hits([_ecs(e, original=False) for e in known_log.events()])), lost=True
    ),
    "Splunk's export": lambda: Form(
        "export.json",
        lines(
            [
                {"preview": False, "offset": n, "result": _splunk(e)}
                for n, e in enumerate(known_log.events())
            ]
        ),
    ),
    "Splunk's results": lambda: saved(
        {"preview": False, "results": list(map(_splunk, known_log.events()))}
    ),
    "Splunk's CSV": lambda: csv_of(list(map(_splunk, known_log.events()))),
    "Splunk's raw events": lambda: Form("export.raw", "\n".join(known_log.texts()).encode()),
    "Splunk's collector": lambda: Form(
        "hec.json",
        lines(
            [
                {"time": 1790848810, "sourcetype": "aws:cloudtrail", "event": e}
                for e in known_log.events()
            ]
        ),
    ),
    "Splunk's extracted fields": lambda: Form(
        "export.json",
        lines([{"preview": False, "result": _extracted(e)} for e in known_log.events()]),
        exact=False,
    ),
    "Splunk's table of two fields": lambda: Form(
        "export.json",
        lines(
            [
                {
                    "preview": False,
                    "result": {"eventName": e["eventName"], "eventSource": e["eventSource"]},
                }
                for e in known_log.events()
            ]
        ),
        lost=True,
    ),
    "Datadog's API": lambda: saved(
        {"data": list(map(_datadog, known_log.events())), "meta": {"page": {}}}
    ),
    "Datadog's archive": lambda: Form(
        "archive_0.json.gz", gzip.compress(lines(list(map(_archived, known_log.events()))))
    ),
    "Datadog's CSV": lambda: csv_of(
        [
            {"Date": e["eventTime"], "Host": "", "Service": "cloudtrail", "Message": text(e)}
            for e in known_log.events()
        ]
    ),
    "Sentinel's CSV": lambda: csv_of(_sentinel(), "query_data.csv"),
    "Sentinel's CSV with its mark": lambda: Form(
        "query_data.csv", b"\xef\xbb\xbf" + sheet(_sentinel()).encode()
    ),
    "Sentinel's JSON": lambda: saved(_sentinel()),
    "Sentinel's API": lambda: saved(
        {
            "tables": [
                {
                    "name": "PrimaryResult",
                    "columns": [{"name": name, "type": "string"} for name in _sentinel()[0]],
                    "rows": [list(row.values()) for row in _sentinel()],
                }
            ]
        }
    ),
    "Splunk's export, a preview first": lambda: Form(
        "export.json",
        lines([{"preview": True, "offset": 0, "result": _splunk(e)} for e in known_log.events()[:9]]
              + [{"preview": False, "result": _splunk(e)} for e in known_log.events()]),
    ),
    "Elasticsearch fields": lambda: saved(
        {"hits": {"hits": [
            {"_index": "cloudtrail", "_id": f"x{n}",
             "fields": {name: [value] for name, value in dotted(e).items()}}
            for n, e in enumerate(known_log.events())]}},
        exact=False,
    ),
    "Logstash": lambda: Form(
        "events.json",
        lines([{"@timestamp": e["eventTime"], "@version": "1", "message": text(e)}
               for e in known_log.events()]),
    ),
    "Wazuh": lambda: Form(
        "alerts.json",
        lines([{"timestamp": e["eventTime"], "rule": {"level": 3, "id": "80202"},
                "decoder": {"name": "json"}, "data": {"integration": "aws", "aws": e}}
               for e in known_log.events()]),
        exact=False,
    ),
    "Panther": lambda: Form(
        "events.json",
        lines([e | {"p_log_type": "AWS.CloudTrail", "p_event_time": e["eventTime"]}
               for e in known_log.events()]),
    ),
    "Fluentd of a container": lambda: Form(
        "container.log",
        lines([{"log": text(e) + "\n", "stream": "stdout"} for e in known_log.events()]),
        exact=False,
    ),
    "S3 Select": lambda: Form(
        "select.json", lines([{"_1": e} for e in known_log.events()]), exact=False
    ),
    "Loki": lambda: Form(
        "logcli.json",
        lines([{"labels": {"job": "cloudtrail"}, "line": text(e), "timestamp": e["eventTime"]}
               for e in known_log.events()]),
        exact=False,
    ),
    "Steampipe": lambda: saved(
        {"columns": [], "rows": [
            {"event_name": e["eventName"], "event_source": e["eventSource"],
             "event_id": e["eventID"], "cloud_trail_event": e} for e in known_log.events()]},
        exact=False,
    ),
    "syslog": lambda: Form(
        "messages",
        "\n".join(f"Oct  1 10:00:10 host cloudtrail: {t}" for t in known_log.texts()).encode(),
        exact=False,
    ),
    "CEF": lambda: Form(
        "messages",
        "".join(
            f"CEF:0|AWS|CloudTrail|1.11|{e['eventName']}|{e['eventName']}|3|"
            f"dvchost={e['eventSource']}\n" for e in known_log.events()
        ).encode(),
        lost=True,
    ),
    "a sheet separated by semicolons": lambda: Form(
        "export.csv",
        sheet([{"time": e["eventTime"], "message": text(e)} for e in known_log.events()],
              delimiter=";").encode(),
        exact=False,
    ),
    "a sheet in UTF-16": lambda: Form(
        "export.csv",
        sheet([{"time": e["eventTime"], "message": text(e)} for e in known_log.events()],
              delimiter="\t").encode("utf-16"),
        exact=False,
    ),
    "a sheet whose cells were cut": lambda: csv_of(
        [{"time": e["eventTime"], "message": text(e)[:300]} for e in known_log.events()],
        lost=True,
    ),
}  # fmt: skip
