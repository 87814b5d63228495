"""Values in AWS's responses: checked for their kind, because saved files may hold anything."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from typing import Any

from estimator.discovery.estate import Resource
from pricing.reading.words import shown


def text_of(response: Mapping[str, Any], name: str) -> str | None:
    """A text; None for nothing, for an empty one and for anything else."""
    value = response.get(name)
    return value if isinstance(value, str) and value.strip() else None


def items_of(response: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """The mappings in a list; nothing where it is no list."""
    listed = response.get(name)
    for item in listed if isinstance(listed, list | tuple) else ():
        if isinstance(item, Mapping):
            yield item


def moment_of(value: Any) -> datetime.datetime | None:
    """A moment in UTC: a datetime, ISO text, or seconds since 1970; without a zone it is UTC.

    >>> moment_of("2024-12-31T23:30:00-02:00") == moment_of(1735695000)
    True
    """
    try:
        if isinstance(value, datetime.datetime):
            moment = value
        elif isinstance(value, str):
            moment = datetime.datetime.fromisoformat(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.datetime.fromtimestamp(value, datetime.UTC)
        else:
            return None
        utc = moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC) if moment.tzinfo else utc
    except (ValueError, OverflowError, OSError):
        return None


def day_of(value: Any) -> datetime.date | None:
    """The UTC day of a moment: a datetime, ISO text, seconds since 1970, or as recordings write it.

    >>> day_of("2024-12-31T23:30:00-02:00"), day_of(1735689600.5)
    (datetime.date(2025, 1, 1), datetime.date(2025, 1, 1))
    """
    # recordings write a moment as its parts
    if isinstance(value, Mapping):
        try:
            return datetime.date(value["year"], value["month"], value["day"])
        except (ValueError, KeyError, TypeError, OverflowError):
            return None
    moment = moment_of(value)
    return moment.date() if moment is not None else None


def record_flag(
    resource: Resource,
    name: str,
    response: Mapping[str, Any],
    field: str,
    source: str,
    spare: bool = False,
) -> None:
    """Note a true or false that a response gives; one without it leaves a question."""
    value = response.get(field)
    if isinstance(value, bool):
        resource.record(name, value, source, note=field)
    elif value is None:
        resource.record(name, spare, source, f"the answer has no {field}", field)
    else:
        resource.record(name, spare, source, f"{field} is {shown(value)}, not true or false", field)


def as_flag(value: Any) -> Any:
    """True or false of a text, as CSV files and psql have it; any other value as it is.

    >>> as_flag("TRUE"), as_flag("f"), as_flag(False), as_flag("?")
    (True, False, False, '?')
    """
    words = {"true": True, "t": True, "false": False, "f": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def parse_cell(value: Any) -> Any:
    """JSON inside of a text as its value; any other value as it is."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
