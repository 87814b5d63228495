"""Events as rows of tables: read by the names of their columns, or refused; never `other`."""

from __future__ import annotations

import csv
import datetime
import io
import json
from pathlib import Path
from typing import Any

import pytest

from estimator import measure_cloudtrail
from pricing.reading.problems import KmscostError
from tests.extras import needed
from tests.measurement.envelopes.events import (
    ACCOUNT,
    EVENTS,
    Record,
    assert_all_found,
    events,
    flat,
    lines,
    lower,
    measure,
    put,
    texts,
)


def as_csv(rows: list[Record], **options: Any) -> str:
    stream = io.StringIO()
    columns = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(stream, columns, **options)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def twice(record: Record) -> Record:
    """Nested fields as texts of texts."""
    return {
        name: json.dumps(json.dumps(value)) if isinstance(value, dict | list) else value
        for name, value in record.items()
    }


def sentinel(record: Record) -> Record:
    """Sentinel's columns of an event (table AWSCloudTrail)."""
    identity = record["userIdentity"]
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    return {
        "TimeGenerated": record["eventTime"],
        "EventSource": record["eventSource"],
        "EventName": record["eventName"],
        "EventTypeName": record["eventType"],
        "AWSRegion": record["awsRegion"],
        "AwsEventId": record["eventID"],
        "AwsRequestId_": record["requestID"],
        "RecipientAccountId": record["recipientAccountId"],
        "RequestParameters": json.dumps(record["requestParameters"]),
        "Resources": json.dumps(record["resources"]),
        "UserIdentityType": identity["type"],
        "UserIdentityArn": identity.get("arn", ""),
        "UserIdentityAccountId": identity.get("accountId", ""),
        "UserIdentityInvokedBy": identity.get("invokedBy", ""),
        "SessionIssuerArn": issuer.get("arn", ""),
        "SourceIpAddress": record["sourceIPAddress"],
        "UserAgent": record["userAgent"],
        "ErrorCode": "",
        "Type": "AWSCloudTrail",
    }


LOWER = [lower(texts(event)) for event in EVENTS]  # Athena's columns, nested fields as text
NAMES = list(LOWER[0])
SENTINEL = list(map(sentinel, EVENTS))
UNDERSCORES = [
    {name.lower().replace(":", "_"): value for name, value in flat(event, "_").items()}
    for event in EVENTS
]
TABLES = {
    "texts": lines(map(texts, EVENTS)),
    "texts of texts": lines(map(twice, EVENTS)),
    "texts in a log file": json.dumps({"Records": list(map(texts, EVENTS))}),
    "callers and resources as texts": json.dumps(
        {"Records": [{**texts(e), "requestParameters": e["requestParameters"]} for e in EVENTS]}
    ),
    "dots": lines(map(flat, EVENTS)),
    "dots, with a column of nothing": lines({**flat(e), "requestParameters": None} for e in EVENTS),
    "dots below parameters": lines(
        {**event, "requestParameters": flat(event["requestParameters"])} for event in EVENTS
    ),
    "lower case": lines(map(lower, EVENTS)),
    "lower case below parameters": lines(
        {**event, "requestParameters": lower(event["requestParameters"])} for event in EVENTS
    ),
    "underscores": as_csv(UNDERSCORES),
    "Athena, CSV": as_csv(LOWER, quoting=csv.QUOTE_ALL),
    "Athena, get-query-results": json.dumps(
        {
            "ResultSet": {
                "Rows": [
                    {"Data": [{"VarCharValue": name} for name in NAMES]},
                    *(
                        {
                            "Data": [
                                {} if v is None else {"VarCharValue": str(v)} for v in e.values()
                            ]
                        }
                        for e in LOWER
                    ),
                ]
            }
        }
    ),
    "semicolons, UTF-16": as_csv(LOWER, delimiter=";").encode("utf-16"),
    "tabs": as_csv(LOWER, delimiter="\t"),
    "bars": as_csv(LOWER, delimiter="|"),
    "for Excel": "sep=;\r\n" + as_csv(LOWER, delimiter=";"),
    # Spark's df.write.csv: a backslash before each quote and each backslash in a cell
    "Spark, CSV": as_csv(LOWER, doublequote=False, escapechar="\\"),
    "Spark, whole events": as_csv(
        [{"CloudTrailEvent": json.dumps(event)} for event in EVENTS],
        doublequote=False,
        escapechar="\\",
    ),
    "pandas, columns": json.dumps(
        {name: {str(at): event[name] for at, event in enumerate(EVENTS)} for name in EVENTS[0]}
    ),
    "pandas, lists": json.dumps({name: [event[name] for event in EVENTS] for name in EVENTS[0]}),
    "pandas, split": json.dumps(
        {"columns": list(EVENTS[0]), "data": [list(event.values()) for event in EVENTS]}
    ),
    "Sentinel": json.dumps(SENTINEL),
    "Sentinel, CSV": as_csv(SENTINEL),
    "Sentinel, API": json.dumps(
        {
            "tables": [
                {
                    "columns": [{"name": name} for name in SENTINEL[0]],
                    "rows": [list(row.values()) for row in SENTINEL],
                }
            ]
        }
    ),
    "times with a space": lines(
        {**e, "eventTime": e["eventTime"].replace("T", " ")} for e in EVENTS
    ),
    "times of another zone": lines(
        {**e, "eventTime": e["eventTime"].replace("T10", "T12").replace("Z", "+02:00")}
        for e in EVENTS
    ),
    "accounts as numbers": lines({**texts(e), "recipientAccountId": int(ACCOUNT)} for e in EVENTS),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_events(tmp_path: Path, name: str) -> None:
    """Texts, dots, underscores, letter cases and layouts: every column as of the log file."""
    assert_all_found(tmp_path, TABLES[name])


def changed(**changes: Any) -> list[Record]:
    """The events as rows with texts, one field of all requests to KMS changed."""
    kms = "kms.amazonaws.com"
    return [{**texts(e), **(changes if e["eventSource"] == kms else {})} for e in EVENTS]


HISTORY = {
    "User name": "example",
    "AWS access key": "",
    "Event time": "2026-10-01T10:00:03Z",
    "Event source": "kms.amazonaws.com",
    "Event name": "Decrypt",
    "AWS region": "us-east-1",
    "Source IP address": "192.0.2.10",
    "Error code": "",
    "Resources": "[]",
    "Request ID": "1",
    "Event ID": "1",
    "Read-only": "true",
}
SELECTED = ("eventTime", "eventSource", "eventName", "eventID", "awsRegion")
REFUSED = {
    "parameters that break off": (lines(changed(requestParameters='{"keyId": "arn')), "cannot be"),
    "parameters as a map": (
        lines(changed(requestParameters="{keyId=arn, keySpec=x}")),
        "cannot be",
    ),
    "parameters as Python": (
        as_csv(changed(requestParameters="{'keyId': None}")),
        "cannot be read",
    ),
    "a context that breaks off": (
        lines(changed(requestParameters={"encryptionContext": '{"aws:'})),
        "cannot be read",
    ),
    "a trail that is a number": (
        lines(changed(requestParameters={"encryptionContext": {"aws:cloudtrail:arn": 5}})),
        "cannot be read",
    ),
    "callers as a map": (lines(changed(userIdentity="{type=AWSService}")), "cannot be read"),
    "no parameters": (
        lines({name: event[name] for name in SELECTED} for event in EVENTS),
        "without their requestParameters",
    ),
    "no parameters but the key": (
        lines(
            {
                **{name: event[name] for name in SELECTED},
                "requestParameters.keyId": event["requestParameters"].get("keyId"),
                "userIdentity.invokedBy": event["userIdentity"].get("invokedBy"),
            }
            for event in EVENTS
        ),
        "without their requestParameters",
    ),
    "no ids": (
        lines({k: v for k, v in flat(e).items() if "ID" not in k} for e in EVENTS),
        "without eventID",
    ),
    "no names": (
        lines({k: v for k, v in e.items() if k != "eventName"} for e in EVENTS),
        "without eventName",
    ),
    "accounts that Excel shortened": (
        as_csv(changed(recipientAccountId="1.11122E+11")),
        "a spreadsheet has shortened",
    ),
    "days whose month nobody knows": (
        as_csv([{**event, "eventtime": "10/1/2026 10:00"} for event in LOWER]),
        "a time that cannot be read",
    ),
    "a row that is too short": (as_csv(LOWER) + "1,2\n", "with 2 cells"),
    "the event history": (
        as_csv([HISTORY]),
        "event history as CSV",
    ),
    "a header alone": (",".join(NAMES), "no CloudTrail events"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_table_cannot_tell_is_refused(tmp_path: Path, name: str) -> None:
    """Parameters that are there and cannot be read, or are missing, are named; never `other`."""
    content, words = REFUSED[name]
    with pytest.raises(KmscostError, match=words):
        measure(tmp_path, content, strict=False)


@pytest.mark.parametrize(("column", "count"), [("errorCode", 1), ("eventType", 6)])
def test_what_a_table_leaves_out_is_named(tmp_path: Path, column: str, count: int) -> None:
    """A table without errorCode, or 6 events of KMS without eventType: the count, and a notice.

    No event of a log file wants errorCode; a table that holds it has a column for it.
    """
    rows = [{name: v for name, v in texts(e).items() if name != column} for e in EVENTS]
    found = measure(tmp_path, as_csv(rows))
    assert found.totals["requests"] == 6
    assert any(n.startswith(f"{count} ") and column in n for n in found.notices)
    rows = [{"errorCode": "", **row} for row in map(texts, EVENTS)]
    assert not any(column in notice for notice in measure(tmp_path, as_csv(rows)).notices)


def test_requests_of_no_day(tmp_path: Path) -> None:
    """A log file's event whose time is none counts, and a notice says that it has no day."""
    found = measure(tmp_path, json.dumps({"Records": [put(1, eventTime="yesterday")]}))
    assert found.totals["requests"] == 1
    assert any("1 request is of no day" in notice for notice in found.notices)


def test_a_file_counts_whole_or_not_at_all(tmp_path: Path) -> None:
    """Events before the one that cannot be read are not counted either."""
    (tmp_path / "good.json").write_text(json.dumps({"Records": [put(50)]}))
    rows = lines([*map(texts, EVENTS), {**texts(put(9)), "requestParameters": "{cut"}])
    (tmp_path / "bad.jsonl").write_text(rows)
    found = measure_cloudtrail(tmp_path)
    assert (found.totals["requests"], found.files, found.records) == (1, 1, 1)
    (skipped,) = found.skipped
    assert skipped.path.endswith("bad.jsonl")


def test_parameters_that_are_null_in_a_log(tmp_path: Path) -> None:
    """A whole event whose parameters are null is a request of nobody knows whom, as ever."""
    found = measure(tmp_path, json.dumps({"Records": [put(1, requestParameters=None)]}))
    assert found.totals["by_cause"]["other"] == 1


def ocsf(record: Record, request: bool) -> Record:
    """An event as Security Lake stores it: parameters unmapped (version 1), or as a text (2)."""
    identity = record["userIdentity"]
    parameters = flat(record["requestParameters"])
    unmapped = [("eventType", "AwsApiCall"), ("recipientAccountId", ACCOUNT)]
    if not request:
        unmapped += [
            (f"requestParameters.{name}", str(value)) for name, value in parameters.items()
        ]
    moment = datetime.datetime.fromisoformat(record["eventTime"])
    return {
        "metadata": {"product": {"name": "CloudTrail"}, "uid": record["eventID"]},
        "time": int(moment.timestamp()) * 1000,
        "cloud": {"region": record["awsRegion"]},
        "api": {
            "operation": record["eventName"],
            "service": {"name": record["eventSource"]},
            "request": {
                "uid": record["requestID"],
                "data": json.dumps(record["requestParameters"]) if request else None,
            },
        },
        "actor": {
            "user": {
                "type": identity["type"],
                "uid": identity.get("arn"),
                "account": {"uid": identity.get("accountId")},
            },
            "invoked_by": identity.get("invokedBy"),
            "session": {
                "issuer": identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn")
            },
        },
        "src_endpoint": {"domain": record["sourceIPAddress"], "ip": None},
        "http_request": {"user_agent": record["userAgent"]},
        "resources": [{"uid": each["ARN"]} for each in record["resources"] or ()],
        "unmapped": unmapped,
    }


@pytest.mark.parametrize("request_text", [False, True])
def test_security_lake_as_json(tmp_path: Path, request_text: bool) -> None:
    """OCSF of CloudTrail's events, as lines."""
    rows = [ocsf(event, request_text) for event in EVENTS]
    assert_all_found(tmp_path, lines({**row, "unmapped": dict(row["unmapped"])} for row in rows))


def parquet_of(rows: list[Record], **types: Any) -> bytes:
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {
        name: arrow.array([row.get(name) for row in rows], types.get(name)) for name in names
    }
    stream = arrow.BufferOutputStream()
    parquet.write_table(arrow.table(columns), stream)
    return bytes(stream.getvalue())


@pytest.mark.parametrize("form", ["texts", "nested", "dots", "messages", "times"])
def test_parquet_of_events(tmp_path: Path, form: str) -> None:
    """Whoever has logs in a data lake has them in Parquet: texts, structs, dots, whole messages."""
    rows: dict[str, list[Record]] = {
        "texts": LOWER,
        "nested": [{**e, "requestParameters": e["requestParameters"] or None} for e in events()],
        # Parquet has no empty struct
        "dots": [{k: v for k, v in flat(event).items() if v != {}} for event in EVENTS],
        "messages": [{"message": json.dumps(event)} for event in EVENTS],
        "times": [
            {**event, "eventtime": datetime.datetime.fromisoformat(event["eventtime"])}
            for event in LOWER
        ],
    }
    assert_all_found(tmp_path, parquet_of(rows[form]))


@pytest.mark.parametrize("request_text", [False, True])
def test_security_lake_as_parquet(tmp_path: Path, request_text: bool) -> None:
    """OCSF of CloudTrail's events, as Security Lake writes it: `unmapped` is a map."""
    arrow = needed("pyarrow")
    rows = [ocsf(event, request_text) for event in EVENTS]
    map_type = arrow.map_(arrow.string(), arrow.string())
    assert_all_found(tmp_path, parquet_of(rows, unmapped=map_type))


def test_parquet_of_something_else(tmp_path: Path) -> None:
    """It is no zero."""
    with pytest.raises(KmscostError, match="no CloudTrail events"):
        measure(tmp_path, parquet_of([{"a": 1}]), strict=False)
