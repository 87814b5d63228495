"""Events in Parquet: a column of text each, structs, one column of JSON, OCSF of Security Lake.

OCSF: Amazon Security Lake User Guide, Open Cybersecurity Schema Framework, and the project's event
dossiers of CloudTrail: `api.operation` is eventName, `api.service.name` eventSource,
`api.request.uid` requestID, `metadata.uid` eventID, `cloud.region` awsRegion,
`actor.user.uid` the identity's ARN, `actor.session.issuer` its role, `actor.invoked_by`; the rest
is in the map `unmapped`, under its names with dots. From source version 2 (OCSF 1.1.0) on
`api.request.data` is the parameters as JSON.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests.acceptance.forms import known_log
from tests.acceptance.forms.answers import columns_as_json, columns_as_maps
from tests.acceptance.forms.form import Form, text
from tests.acceptance.forms.lakes import dotted, table
from tests.extras import needed


def _parquet(rows: list[dict[str, Any]], schema: Any = None) -> bytes:
    arrow = needed("pyarrow")
    parquet = needed("pyarrow.parquet")
    target = io.BytesIO()
    parquet.write_table(arrow.Table.from_pylist(rows, schema=schema), target)
    return target.getvalue()


def _ocsf(event: dict[str, Any], version: str) -> dict[str, Any]:
    identity = event["userIdentity"]
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    parameters = event["requestParameters"] or {}
    unmapped = {"recipientAccountId": known_log.ACCOUNT, "eventType": event["eventType"]}
    if version != "1.1.0":
        unmapped |= {f"requestParameters.{k}": str(v) for k, v in dotted(parameters).items()}
    failed = "errorCode" in event
    return {
        "metadata": {
            "product": {"version": event["eventVersion"], "name": "CloudTrail",
                        "vendor_name": "AWS", "feature": {"name": event["eventCategory"]}},
            "uid": event["eventID"],
            "event_code": event["eventType"],
            "version": version,
            "profiles": ["cloud"],
        },
        "time": 1790848810000,
        "time_dt": event["eventTime"],
        "cloud": {"region": event["awsRegion"], "provider": "AWS"},
        "api": {
            "response": {"error": event.get("errorCode"), "message": event.get("errorMessage")},
            "operation": event["eventName"],
            "version": None,
            "service": {"name": event["eventSource"]},
            "request": {"uid": event["requestID"],
                        "data": text(parameters) if version == "1.1.0" else None},
        },
        "actor": {
            "user": {"type": identity.get("type"), "uid": identity.get("arn"),
                     "uid_alt": identity.get("principalId"),
                     "account": {"uid": identity.get("accountId")}},
            "session": {"issuer": issuer.get("arn")},
            "invoked_by": identity.get("invokedBy"),
        },
        "resources": [
            {"uid": r["ARN"], "type": r["type"], "owner": {"account": {"uid": r["accountId"]}}}
            for r in event.get("resources", [])
        ],
        "class_name": "API Activity",
        "class_uid": 6003,
        "category_uid": 6,
        "status": "Failure" if failed else "Success",
        "status_id": 2 if failed else 1,
        "accountid": known_log.ACCOUNT,
        "region": "us-east-1",
        "unmapped": list(unmapped.items()),
    }  # fmt: skip


def _lake(version: str) -> bytes:
    arrow = needed("pyarrow")
    rows = [_ocsf(event, version) for event in known_log.events()]
    plain = arrow.Table.from_pylist([{k: v for k, v in r.items() if k != "unmapped"} for r in rows])
    kind = arrow.map_(arrow.string(), arrow.string())
    unmapped = arrow.array([row["unmapped"] for row in rows], type=kind)
    target = io.BytesIO()
    needed("pyarrow.parquet").write_table(plain.append_column("unmapped", unmapped), target)
    return target.getvalue()


FORMS: dict[str, Callable[[], Form]] = {
    "text, nested ones as JSON": lambda: Form(
        "part-0.parquet", _parquet([columns_as_json(e) for e in known_log.events()])
    ),
    "text, named as CloudTrail names them": lambda: Form(
        "part-0.snappy.parquet",
        _parquet(
            table(
                [
                    {k: text(v) if isinstance(v, dict | list) else v for k, v in e.items()}
                    for e in known_log.events()
                ]
            )
        ),
    ),
    "text as Trino prints it": lambda: Form(
        "part-0.parquet", _parquet([columns_as_maps(e) for e in known_log.events()]), exact=False
    ),
    "structs": lambda: Form("part-0.parquet", _parquet(table(known_log.events()))),
    "names with dots": lambda: Form(
        "part-0.parquet", _parquet(table([dotted(e) for e in known_log.events()]))
    ),
    "one column of JSON": lambda: Form(
        "part-0.parquet", _parquet([{"value": line} for line in known_log.texts()])
    ),
    "without the parameters": lambda: Form(
        "part-0.parquet",
        _parquet(
            table(
                [
                    {k: v for k, v in e.items() if k != "requestParameters"}
                    for e in known_log.events()
                ]
            )
        ),
        lost=True,
    ),
    "of something else": lambda: Form(
        "part-0.parquet", _parquet([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]), lost=True
    ),
    "OCSF of Security Lake, version 1": lambda: Form("lake.gz.parquet", _lake("1.0.0-rc.2")),
    "OCSF of Security Lake, version 2": lambda: Form("lake.gz.parquet", _lake("1.1.0")),
}


def json_ocsf() -> bytes:
    """Return the same OCSF events as lines of JSON."""
    rows = [_ocsf(event, "1.1.0") for event in known_log.events()]
    return "\n".join(text(row | {"unmapped": dict(row["unmapped"])}) for row in rows).encode()
