"""Event selectors: does a trail record management events, and among them what KMS does?

Rules: AWS CloudTrail User Guide, "Logging management events" and "Filtering CloudTrail events",
checked 2026-11-24. KMS's requests for data keys and Decrypt are read events there, so a trail of
write events has none of them. Selectors are joined by or, the fields of one by and; of one field
the operators that include by or, those that exclude by and ("How CloudTrail evaluates multiple
conditions for a field").
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from estimator.discovery.estate import Resource

_KMS = "kms.amazonaws.com"
# what log files cause, as an event: the fields that a selector may ask for
_EVENT = {
    "eventCategory": "Management",
    "eventSource": _KMS,
    "eventType": "AwsApiCall",
    "readOnly": "true",
}
_NAMES = ("GenerateDataKey", "Decrypt")
_READS = {"All": True, "ReadOnly": True, "WriteOnly": False}  # kinds of basic selectors
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, asked: value == asked,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_UNCLEAR = "its event selectors do not say clearly whether they take in KMS events"


def record_selectors(
    resource: Resource, basic: Any, advanced: Any, source: str, note: str = ""
) -> None:
    """Note what event selectors mean for management events and for those of KMS."""
    basic = basic if isinstance(basic, list) else [basic]
    advanced = advanced if isinstance(advanced, list) else [advanced]
    note = note or ("AdvancedEventSelectors" if advanced else "EventSelectors")
    management, kms = _records_management(basic, advanced), _records_kms(basic, advanced)
    if management is not None:
        resource.record("management_events", management, source, note=note)
    resource.record("kms_events", kms is not False, source, _UNCLEAR if kms is None else "", note)


def _records_management(basic: Sequence[Any], advanced: Sequence[Any]) -> bool | None:
    """True for a trail that records management events; None where its selectors make no sense.

    >>> _records_management([], [])
    True
    """
    if advanced:
        return _any(_takes(selector, {"eventCategory": "Management"}) for selector in advanced)
    if basic:
        return _any(_flag(selector, "IncludeManagementEvents", True) for selector in basic)
    return True


def _records_kms(basic: Sequence[Any], advanced: Sequence[Any]) -> bool | None:
    """True for a trail that records the KMS requests of log files; None where it is not clear.

    >>> _records_kms([{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}], [])
    False
    """
    if advanced:
        verdicts = {
            _any(_takes(selector, _EVENT | {"eventName": name}) for selector in advanced)
            for name in _NAMES
        }
        return verdicts.pop() if len(verdicts) == 1 else None
    if basic:
        return _any(_basic_records_kms(selector) for selector in basic)
    return True


def _basic_records_kms(selector: Any) -> bool | None:
    if not isinstance(selector, Mapping):
        return None
    # GenerateDataKey and Decrypt are read events
    kind = selector.get("ReadWriteType") or "All"
    reads = _READS.get(kind) if isinstance(kind, str) else None
    excluded = selector.get("ExcludeManagementEventSources") or []
    is_list = isinstance(excluded, Sequence) and not isinstance(excluded, str)
    excludes = _is_one_of(lambda source: source == _KMS, excluded) if is_list else None
    included = None if excludes is None else not excludes
    return _all((reads, included, _flag(selector, "IncludeManagementEvents", True)))


def _is_one_of(holds: Callable[[str], bool], values: Sequence[Any]) -> bool | None:
    """True where it holds for one of the values; None where one that is not known may be it."""
    return _any(None if (text := _text(value)) is None else holds(text) for value in values)


def _text(value: Any) -> str | None:
    """A value as AWS takes it: true without quotes is the word; None for what a template leaves."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _flag(selector: Any, name: str, default: bool) -> bool | None:
    value = selector.get(name, default) if isinstance(selector, Mapping) else None
    value = default if value is None and isinstance(selector, Mapping) else value
    return value if isinstance(value, bool) else None


def _takes(selector: Any, event: Mapping[str, str]) -> bool | None:
    """True where an advanced selector takes an event with these fields, others left open."""
    fields = selector.get("FieldSelectors") if isinstance(selector, Mapping) else None
    if not isinstance(fields, Sequence) or isinstance(fields, str) or not fields:
        return None
    only = set(event) if len(event) == 1 else None
    return _all(
        _matches(field, event)
        for field in fields
        if only is None or not isinstance(field, Mapping) or str(field.get("Field")) in only
    )


def _matches(field: Any, event: Mapping[str, str]) -> bool | None:
    if not isinstance(field, Mapping):
        return None
    value = event.get(str(field.get("Field")))
    if value is None:
        return None
    included: list[bool | None] = []
    excluded: list[bool | None] = []
    for operator, holds in _OPERATORS.items():
        for name, verdicts in ((operator, included), (f"Not{operator}", excluded)):
            asked = field.get(name)
            if not asked:
                continue
            is_list = isinstance(asked, Sequence) and not isinstance(asked, str)
            found = _is_one_of(functools.partial(holds, value), asked) if is_list else None
            verdicts.append(found)
    # those that take in are joined by or, and none of those that leave out may hold
    taken = [_any(included)] if included else []
    return _all((*taken, *(None if found is None else not found for found in excluded)))


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def _all(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found or not found else True
