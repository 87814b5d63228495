"""OCSF's names for an event of CloudTrail's, as Amazon Security Lake stores it.

Sources: OCSF examples, mappings of CloudTrail to 1.0.0-rc.2 and 1.1.0 (checked 2026-11-28).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = dict[str, Any]

# the field of an event and where OCSF has it, the newest first
_PLACES = {
    "eventSource": ("api.service.name",),
    "eventName": ("api.operation",),
    "eventID": ("metadata.uid",),
    "eventTime": ("time_dt", "time"),
    "awsRegion": ("cloud.region",),
    "requestID": ("api.request.uid",),
    "errorCode": ("api.response.error",),
    "requestParameters": ("api.request.data",),
    "eventType": ("metadata.event_code",),
    "sourceIPAddress": ("src_endpoint.domain", "src_endpoint.ip"),
    "userAgent": ("http_request.user_agent",),
}
_CALLER = {
    "type": ("user.type",),
    "arn": ("user.uid", "user.uuid"),
    "accountId": ("user.account.uid", "user.account_uid"),
    "invokedBy": ("invoked_by",),
    "sessionContext.sessionIssuer.arn": ("session.issuer",),
}


def is_cloudtrail(fields: Mapping[str, Any]) -> bool:
    """Whether an event of OCSF was made of one of CloudTrail's."""
    product = str(_find_field(fields, "metadata.product.name") or "")
    return product.lower() == "cloudtrail" and bool(_find_field(fields, "api.service.name"))


def row_of(fields: Mapping[str, Any]) -> Fields:
    """An event of OCSF as a row under CloudTrail's names; nested fields are flattened."""
    row: Fields = {field: _first(fields, places) for field, places in _PLACES.items()}
    actor = fields.get("actor") or fields.get("identity") or {}
    for field, places in _CALLER.items():
        values = (_find_field(actor, place) for place in places)
        wanted = (value for value in values if value and (field != "arn" or ":" in str(value)))
        row[f"userIdentity.{field}"] = next(wanted, None)
    resources = [each for each in fields.get("resources") or () if isinstance(each, Mapping)]
    row["resources.ARN"] = [each.get("uid") for each in resources]
    unmapped = fields.get("unmapped")
    if isinstance(unmapped, list):  # a map of Parquet comes as pairs
        unmapped = dict(unmapped)
    if isinstance(unmapped, Mapping):
        row |= {name: value for name, value in unmapped.items() if value is not None}
    row.setdefault("recipientAccountId", _first(fields, ("cloud.account.uid", "cloud.account_uid")))
    # an empty request would stand for parameters that are there
    return {name: value for name, value in row.items() if value not in (None, "", [])}


def _first(fields: Mapping[str, Any], places: tuple[str, ...]) -> Any:
    return next(
        (value for place in places if (value := _find_field(fields, place)) is not None), None
    )


def _find_field(fields: Any, place: str) -> Any:
    for name in place.split("."):
        if not isinstance(fields, Mapping):
            return None
        fields = fields.get(name)
    return fields
