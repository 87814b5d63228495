"""What the command line of AWS, jq and PowerShell make of events, in the forms that people save.

Shapes: AWS CLI Command Reference, cloudtrail lookup-events and get-query-results; AWS CLI User
Guide, Filtering output, and Setting the output format; jq Manual; Microsoft's reference of
ConvertTo-Json (what lies deeper than `-Depth`, 2 by default, becomes text such as `@{keyId=…}`)
and Export-Csv; AWS Tools for PowerShell, Find-CTEvent.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.form import Form, saved, text


def looked_up() -> list[dict[str, Any]]:
    """Return the list under `Events` of `aws cloudtrail lookup-events`."""
    return [
        {
            "EventId": event["eventID"],
            "EventName": event["eventName"],
            "ReadOnly": "true",
            "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
            "EventTime": event["eventTime"].replace("Z", "+00:00"),
            "EventSource": event["eventSource"],
            "Username": "session",
            "Resources": [{"ResourceType": "AWS::KMS::Key", "ResourceName": known_log.KEY}],
            "CloudTrailEvent": text(event),
        }
        for event in known_log.events()
    ]


def _without(*keys: str) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in keys} for row in looked_up()]


def as_powershell(value: Any, depth: int = 2) -> Any:
    """Return what ConvertTo-Json makes of a value: text, below the depth."""
    if isinstance(value, dict):
        if depth < 0:
            return "@{" + "; ".join(f"{k}={_shown(v)}" for k, v in value.items()) + "}"
        return {k: as_powershell(v, depth - 1) for k, v in value.items()}
    if isinstance(value, list):
        if depth < 0:
            return " ".join(str(as_powershell(v, -1)) for v in value)
        return [as_powershell(v, depth - 1) for v in value]
    return value


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ""
    if isinstance(value, list):
        return "System.Object[]"
    return "" if value is None else str(value)


def sheet(rows: list[dict[str, Any]], **style: Any) -> str:
    """Return rows as CSV."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n", **style)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()


def _yaml() -> str:
    rows = ["Events:"]
    for row in looked_up():
        quoted = row["CloudTrailEvent"].replace("'", "''")
        rows += [f"- CloudTrailEvent: '{quoted}'", f"  EventName: {row['EventName']}"]
    return "\n".join(rows) + "\n"


def _text() -> str:
    rows = []
    for row in looked_up():
        rows.append(
            f"EVENTS\t{row['AccessKeyId']}\t{row['CloudTrailEvent']}\t{row['EventId']}\t"
            f"{row['EventName']}\t{row['EventSource']}\t{row['EventTime']}\ttrue\tsession"
        )
        rows.append(f"RESOURCES\t{known_log.KEY}\tAWS::KMS::Key")
    return "\n".join(rows) + "\n"


def _lake(columns: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    return {
        "QueryStatus": "FINISHED",
        "QueryStatistics": {"ResultsCount": 30, "TotalResultsCount": 30, "BytesScanned": 25077},
        "QueryResultRows": [
            [{name: value} for name, value in columns(event).items()]
            for event in known_log.events()
        ],
    }


def _as_map(value: Any) -> str:
    """Return what Trino prints of a map or a struct: names and values without quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={_as_map(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_map, value)) + "]"
    return "null" if value is None else str(value).lower() if value is True else str(value)


def columns_as_json(event: dict[str, Any]) -> dict[str, str]:
    """Return an event as columns of text, the nested ones as JSON, names in small letters."""
    return {
        name.lower(): value if isinstance(value, str) else "" if value is None else text(value)
        for name, value in (dict.fromkeys(_NAMES) | event).items()
    }


def columns_as_maps(event: dict[str, Any]) -> dict[str, str]:
    """Return an event as columns of text, the nested ones as Trino prints them."""
    return {
        name.lower(): "" if value is None else _as_map(value)
        for name, value in (dict.fromkeys(_NAMES) | event).items()
    }


_NAMES = (
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
    "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters",
    "responseElements", "additionalEventData", "requestID", "eventID", "resources", "eventType",
    "apiVersion", "readOnly", "recipientAccountId", "serviceEventDetails", "sharedEventID",
    "vpcEndpointId", "managementEvent", "eventCategory",
)  # fmt: skip


_LOST = ("requestParameters", "parameters", "CloudTrailEvent", "PowerShell", "column", "Depth")


FORMS: dict[str, Callable[[], Form]] = {
    "lookup-events": lambda: saved({"Events": looked_up()}),
    "lookup-events, a page of more": lambda: saved(
        {"Events": looked_up(), "NextToken": "EXAMPLE"}
    ),
    "lookup-events, pages in a row": lambda: Form(
        "saved.json",
        b"".join(
            json.dumps({"Events": page}).encode() for page in (looked_up()[:17], looked_up()[17:])
        ),
    ),
    "lookup-events as text": lambda: Form("saved.txt", _text().encode()),
    "lookup-events as YAML": lambda: Form("saved.yaml", _yaml().encode(), exact=False),
    "--query Events": lambda: saved(looked_up()),
    "--query Events[].CloudTrailEvent": lambda: saved([r["CloudTrailEvent"] for r in looked_up()]),
    "--query Events[].CloudTrailEvent as text": lambda: Form(
        "saved.txt", "\t".join(known_log.texts()).encode()
    ),
    "--query Events[].[CloudTrailEvent] as text": lambda: Form(
        "saved.txt", "\n".join(known_log.texts()).encode()
    ),
    "--query Events[].[CloudTrailEvent]": lambda: saved(
        [[r["CloudTrailEvent"]] for r in looked_up()]
    ),
    "--query Events[].{id: …, event: CloudTrailEvent}": lambda: saved(
        [{"id": r["EventId"], "event": r["CloudTrailEvent"]} for r in looked_up()]
    ),
    "--query Events[].{name: EventName, source: EventSource}": lambda: saved(
        [
            {"name": r["EventName"], "source": r["EventSource"], "time": r["EventTime"]}
            for r in looked_up()
        ],
        lost=True,
    ),
    "--query Events[].[EventName, EventSource]": lambda: saved(
        [[r["EventName"], r["EventSource"], r["EventTime"]] for r in looked_up()], lost=True
    ),
    "lookup-events without CloudTrailEvent": lambda: saved(
        {"Events": _without("CloudTrailEvent")}, lost=True, words=_LOST
    ),
    "jq .Events[].CloudTrailEvent": lambda: Form(
        "saved.json", "\n".join(map(json.dumps, known_log.texts())).encode()
    ),
    "jq -r .Events[].CloudTrailEvent": lambda: Form(
        "saved.json", "\n".join(known_log.texts()).encode()
    ),
    "jq .Events[].CloudTrailEvent|fromjson": lambda: Form(
        "saved.json", "\n".join(json.dumps(e, indent=2) for e in known_log.events()).encode()
    ),
    "jq .Events[]": lambda: Form(
        "saved.json", "\n".join(json.dumps(r, indent=2) for r in looked_up()).encode()
    ),
    "jq .Events[]|.CloudTrailEvent|=fromjson": lambda: Form(
        "saved.json",
        "\n".join(
            json.dumps(r | {"CloudTrailEvent": json.loads(r["CloudTrailEvent"])}, indent=2)
            for r in looked_up()
        ).encode(),
    ),
    "jq with four names of each": lambda: Form(
        "saved.json",
        "\n".join(
            text({k: e[k] for k in ("eventTime", "eventSource", "eventName", "awsRegion")})
            for e in known_log.events()
        ).encode(),
        lost=True,
        words=_LOST,
    ),
    "jq with all but the parameters": lambda: Form(
        "saved.json",
        "\n".join(
            text({k: v for k, v in e.items() if k != "requestParameters"})
            for e in known_log.events()
        ).encode(),
        lost=True,
        words=_LOST,
    ),
    "PowerShell in UTF-16": lambda: Form(
        "saved.json",
        json.dumps({"Events": looked_up()}, indent=4).replace("\n", "\r\n").encode("utf-16"),
    ),
    "Find-CTEvent | ConvertTo-Json": lambda: Form(
        "saved.json",
        json.dumps(
            [
                r | {"EventTime": "/Date(1790848810000)/", "Resources": [{"ResourceName": "x"}]}
                for r in looked_up()
            ],
            indent=4,
        ).encode("utf-16"),
    ),
    "Find-CTEvent | Export-Csv": lambda: Form(
        "saved.csv",
        (
            "#TYPE Amazon.CloudTrail.Model.Event\n"
            + sheet(
                [r | {"Resources": "System.Object[]"} for r in looked_up()],
                quoting=csv.QUOTE_ALL,
            )
        ).encode(),
    ),
    "a log through ConvertTo-Json of depth 2": lambda: Form(
        "saved.json",
        json.dumps(as_powershell({"Records": known_log.events()})).encode("utf-16"),
        lost=True,
    ),
    "a log through ConvertTo-Json of depth 3": lambda: Form(
        "saved.json",
        json.dumps(as_powershell({"Records": known_log.events()}, 3)).encode(),
        lost=True,
    ),
    "a log through ConvertTo-Json of depth 10": lambda: Form(
        "saved.json", json.dumps(as_powershell({"Records": known_log.events()}, 10)).encode()
    ),
    "a log through Export-Csv": lambda: Form(
        "saved.csv",
        sheet(
            [
                {k: as_powershell(v, -1) for k, v in (dict.fromkeys(_NAMES) | e).items()}
                for e in known_log.events()
            ],
            quoting=csv.QUOTE_ALL,
        ).encode(),
        lost=True,
    ),
    "Lake, its eventJson": lambda: saved(_lake(lambda e: {"eventJson": text(e)})),
    "Lake, columns of JSON": lambda: saved(_lake(columns_as_json)),
    "Lake, columns as it prints them": lambda: saved(_lake(columns_as_maps), exact=False),
    "Lake without parameters": lambda: saved(
        _lake(lambda e: {"eventName": e["eventName"], "eventSource": e["eventSource"],
                         "eventTime": e["eventTime"]}),
        lost=True,
    ),
    "Lake, a count": lambda: saved(
        _lake(lambda e: {"eventName": e["eventName"], "_col1": "1"}), lost=True
    ),
    "Lake, a query that failed": lambda: saved(
        {"QueryStatus": "FAILED", "QueryResultRows": [], "ErrorMessage": "example"}, lost=True
    ),
}  # fmt: skip
