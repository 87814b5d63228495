"""Events as rows: nested fields as JSON text or flattened into columns, names in any letter case.

Athena and Glue write names in lower case and nested fields as text, json_normalize and
Elasticsearch join them with dots, crawlers with underscores, Splunk with braces, Sentinel has
names of its own. Told apart are only letters and digits of a name:
``requestParameters.encryptionContext.aws:cloudtrail:arn`` is the same in all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from estimator.measurement.envelopes.cells import (
    account_of,
    check_type,
    is_nothing,
    plain_name,
    scalar_of,
    unreadable,
    utc,
)
from estimator.measurement.envelopes.event_kinds import (
    CLOUDTRAIL,
    KMS,
    NO_CATEGORIES,
    must_have_parameters,
)
from estimator.measurement.envelopes.parameters import (
    CONTEXTS,
    IN_CONTEXTS,
    TRAIL,
    parameters_of,
)
from estimator.measurement.unreadable import UnreadableError
from pricing.arns import is_key

Fields = dict[str, Any]

# the field of an event and the names that tables have for it, by letters and digits alone; the
# second ones are Sentinel's (Azure Monitor Logs reference, table AWSCloudTrail)
_SCALARS = {
    "eventSource": ("eventsource",),
    "eventName": ("eventname",),
    "eventTime": ("eventtime", "timegenerated", "timegeneratedutc"),
    "awsRegion": ("awsregion",),
    "recipientAccountId": ("recipientaccountid",),
    "eventID": ("eventid", "awseventid"),
    "sharedEventID": ("sharedeventid",),
    "requestID": ("requestid", "awsrequestid"),
    "errorCode": ("errorcode",),
    "eventType": ("eventtype", "eventtypename"),
    "eventCategory": ("eventcategory", "category"),
    "sourceIPAddress": ("sourceipaddress",),
    "userAgent": ("useragent",),
}
# what only says by whom: a request counts all the same where it is no text
_BY_WHOM = ("sourceIPAddress", "userAgent")
_NESTED = {
    "requestParameters": "requestparameters",
    "resources": "resources",
    "userIdentity": "useridentity",
}
_ISSUER = "sessioncontextsessionissuerarn"
_OTHER_NAMES = {"sessionissuerarn": ("userIdentity", _ISSUER)}

# where another object stands, which may be text as well
_OBJECTS = {"", "encryptioncontext", "sourceencryptioncontext", "sessioncontext"}
_ARN_OF_RESOURCE = re.compile(r"\d*arn")
_TEXTS_IN_TEXTS = 4


# a column that may be missing, and what then looks like a request
NO_ERROR_CODE = "table without the column errorCode: failed calls there count as requests"
NO_EVENT_TYPE = "event without eventType: KMS's own deeds, such as a rotation, count as requests"
_BEFORE_EVENT_TYPE = ("1.0", "1.00", "1.01")


class Plan(NamedTuple):
    """The columns of a table that hold an event's fields."""

    scalars: dict[str, tuple[str, ...]]
    nested: dict[str, tuple[tuple[str, str], ...]]  # the rest of the name, and the column


@lru_cache(maxsize=4096)
def plan_of(columns: tuple[str, ...]) -> Plan | None:
    """The plan of a table's columns; None where its rows are no events."""
    names = {column: plain_name(column) for column in columns}
    prefix = min(
        (
            name.removesuffix("eventsource")
            for name in names.values()
            if name.endswith("eventsource") and "insightdetails" not in name
        ),
        key=len,
        default=None,
    )
    if prefix is None:
        return None
    inner = {
        column: name.removeprefix(prefix)
        for column, name in names.items()
        if name.startswith(prefix)
    }
    # a mere mention of a source is no event; CloudTrail's own spelling is
    if "eventname" not in inner.values() and "eventSource" not in columns:
        return None
    scalars = {
        field: tuple(column for name in known for column in inner if inner[column] == name)
        for field, known in _SCALARS.items()
    }
    nested: dict[str, list[tuple[str, str]]] = {field: [] for field in _NESTED}
    for column, name in inner.items():
        for field, begin in _NESTED.items():
            if name.startswith(begin):
                nested[field].append((name.removeprefix(begin), column))
        if name in _OTHER_NAMES:
            field, rest = _OTHER_NAMES[name]
            nested[field].append((rest, column))
    return Plan(scalars, {field: tuple(found) for field, found in nested.items()})


def event_of(row: Mapping[str, Any], plan: Plan, in_log: bool) -> Fields:
    """The event that a row is, by CloudTrail's own names, as far as counting needs it.

    Parameters
    ----------
    row : mapping
        A value for each column.
    plan : Plan
        What the columns hold.
    in_log : bool
        It stands in a log file, where nothing is left out.

    Raises
    ------
    UnreadableError
        A field of a request to KMS is there and cannot be read: it is never counted as another.
    """
    event: Fields = {field: scalar_of(row, columns) for field, columns in plan.scalars.items()}
    whole = _is_whole(row, in_log)
    event["recipientAccountId"] = account_of(event["recipientAccountId"])
    event["eventTime"] = utc(event["eventTime"], strict=not in_log)
    if event["eventSource"] != KMS:
        return event
    _check_scalars(row, plan, in_log)
    if not event["eventName"] and event["eventCategory"] not in NO_CATEGORIES:
        raise UnreadableError("events of KMS without eventName", "", "export it too")
    flat = {field: _flat(row, columns, field, in_log) for field, columns in plan.nested.items()}
    parameters = flat["requestParameters"]
    event["requestParameters"] = parameters_of(parameters)
    event["userIdentity"] = _caller(flat["userIdentity"])
    event["resources"] = [
        {"ARN": value}
        for name, values in flat["resources"].items()
        if _ARN_OF_RESOURCE.fullmatch(name)
        for value in values
        if isinstance(value, str) and is_key(value)
    ]
    if not whole:
        _check_parameters(event, bool(parameters), plan)
        if not (event["eventID"] or event["requestID"]):
            fix = "export it too: copies of an event are told by it"
            raise UnreadableError("events without eventID", "the column eventID", fix)
    return event


def _check_scalars(row: Mapping[str, Any], plan: Plan, in_log: bool) -> None:
    """Refuse what stands where a text should: without it the event would count as another."""
    for field, columns in plan.scalars.items():
        for column in () if field in _BY_WHOM else columns:
            # the other names of a field may be of columns that hold something else
            if not plain_name(column).endswith(field.lower()):
                continue
            check_type(field, row[column], in_log)


def lacks_event_type(row: Mapping[str, Any], event: Fields, in_log: bool) -> bool:
    """Whether an event of KMS does not tell that it is a call, though its version would."""
    old = str(row.get("eventVersion")) in _BEFORE_EVENT_TYPE
    return event["eventSource"] == KMS and not (event["eventType"] or in_log or old)


def _is_whole(row: Mapping[str, Any], in_log: bool) -> bool:
    """Whether a row is an event as CloudTrail writes it: what it lacks the log lacks too."""
    if "eventSource" not in row or not (in_log or "requestParameters" in row):
        return False
    identity = row.get("userIdentity")
    flattened = any("." in name and name.partition(".")[0] in _NESTED for name in row)
    return not flattened and not (isinstance(identity, str) and identity)


def _check_parameters(event: Fields, present: bool, plan: Plan) -> None:
    names = ("eventName", "errorCode", "eventType", "eventCategory")
    if not must_have_parameters(*(event[name] for name in names)):
        return
    columns = plan.nested["requestParameters"]
    # a column for the trail that is empty says that it is no request of CloudTrail's
    known = present or any(rest == TRAIL for rest, _ in columns)
    contexts = event["requestParameters"] or {}
    trail = any((contexts.get(name) or {}).get("aws:cloudtrail:arn") for name in CONTEXTS)
    by_cloudtrail = (event["userIdentity"] or {}).get("invokedBy") == CLOUDTRAIL
    if known and (trail or not by_cloudtrail):
        return
    raise UnreadableError(
        "requests to KMS without their requestParameters and encryption context",
        "whole events",
        "export requestParameters too: without it nobody can tell CloudTrail's requests",
    )


def _caller(flat: dict[str, list[Any]]) -> Fields | None:
    if not flat:
        return None
    names = {"type": "type", "arn": "arn", "accountId": "accountid", "invokedBy": "invokedby"}
    caller: Fields = {field: _first(flat, name) for field, name in names.items()}
    caller["accountId"] = account_of(caller["accountId"])
    caller["sessionContext"] = {"sessionIssuer": {"arn": _first(flat, _ISSUER)}}
    return caller


def _flat(
    row: Mapping[str, Any], columns: tuple[tuple[str, str], ...], field: str, in_log: bool
) -> dict[str, list[Any]]:
    """All that the columns of a nested field hold, by the plain name of its place."""
    flat: dict[str, list[Any]] = {}
    for rest, column in columns:
        for name, value in _leaves(rest, row[column], field, in_log):
            flat.setdefault(name, []).append(value)
    return flat


def _leaves(name: str, value: Any, field: str, in_log: bool) -> Iterator[tuple[str, Any]]:
    if is_nothing(value):
        # tables have columns for what an event lacks; a log names nothing that it lacks
        if value is None and in_log and name in IN_CONTEXTS:
            raise unreadable("encryptionContext", value)
        return
    if name in _OBJECTS and isinstance(value, str | bytes):
        value = object_of(value, field)
        if value is None:
            return
    if isinstance(value, dict):
        yield name, value  # an empty object says that there is no more
        for key, inner in value.items():
            yield from _leaves(name + plain_name(str(key)), inner, field, in_log)
    elif isinstance(value, list):
        yield from _leaves_of_list(name, value, field, in_log)
    elif name in _OBJECTS:
        raise unreadable(field, value)
    else:
        yield name, value


def _leaves_of_list(
    name: str, value: list[Any], field: str, in_log: bool
) -> Iterator[tuple[str, Any]]:
    if field == "resources":
        for inner in value:
            yield from _leaves(name, inner, field, in_log)
    elif pairs := _pairs(value):
        yield from _leaves(name, pairs, field, in_log)
    elif name in _OBJECTS:
        raise unreadable(field, value)
    elif in_log or not value:
        yield name, value  # no text: where a name is wanted it is refused
    else:
        for inner in value:
            yield from _leaves(name, inner, field, in_log)


def _pairs(value: list[Any]) -> Fields:
    """A map that is a list of its keys and values, as Parquet and converters have it."""
    pairs = [list(each.values()) if isinstance(each, Mapping) else each for each in value]
    if all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        return {str(key): inner for key, inner in pairs}
    return {}


def object_of(text: str | bytes, field: str) -> Any:
    r"""The object in a text, also where the text was made a text again.

    >>> object_of('"{\\"keyId\\": 1}"', "requestParameters")
    {'keyId': 1}
    """
    value: Any = text
    for _ in range(_TEXTS_IN_TEXTS):
        if is_nothing(value):
            return None
        if not isinstance(value, str | bytes):
            return value
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise unreadable(field, text) from None
    raise unreadable(field, text)


def _first(flat: dict[str, list[Any]], name: str) -> str | None:
    for value in flat.get(name, ()):
        if is_nothing(value):
            continue
        # spreadsheets and Parquet have accounts as numbers
        is_account = name == "accountid" and type(value) in (int, float)
        if not (isinstance(value, str) or is_account):
            raise unreadable("userIdentity", value)
        return str(value)
    return None
