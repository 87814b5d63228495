"""The types of an event's fields: what is there and is no text is refused, never taken for nothing.

A request whose `errorCode` is an object would count as one that succeeded, and one whose
`eventType` is a number as a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.measurement.envelopes.cells import is_nothing
from estimator.measurement.unreadable import UnreadableError

# no table has numbers or times for these
_TEXTS = {"eventSource", "eventName", "awsRegion", "errorCode", "eventType", "eventCategory"}
_SHOWN = 12


def check_type(field: str, value: Any, in_log: bool) -> None:
    """Refuse a value of another type than the field has, or can have in a table.

    Raises
    ------
    UnreadableError
        It stands where a text should.
    """
    if is_nothing(value):
        # an event older than the field has none of it; with null it is no such event
        if in_log and field == "eventType":
            raise unreadable(field, value)
    elif not _is_of_type(field, value, in_log):
        raise unreadable(field, value)


def _is_of_type(field: str, value: Any, in_log: bool) -> bool:
    # Splunk and Elasticsearch have fields of several values
    if isinstance(value, list) and not in_log:
        return bool(value) and all(_is_of_type(field, each, in_log=True) for each in value)
    if field in _TEXTS:
        return isinstance(value, str)
    return not isinstance(value, bool | Mapping | list | tuple)


def unreadable(field: str, value: Any) -> UnreadableError:
    """The error of a field of a request to KMS that is there and cannot be read."""
    found = f"{field} of a request to KMS that cannot be read ({str(value)[:_SHOWN]!r})"
    fix = "export the whole event, or its nested fields as JSON"
    return UnreadableError(found, "an object, or JSON of it", fix)
