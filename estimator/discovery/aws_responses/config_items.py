"""Trails, keys and buckets as AWS Config records them: snapshots, histories, advanced queries.

Values of some answers are JSON inside of text, and the keys of the console's CSV have
dots: `configuration.kmsKeyId`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from estimator.discovery.aws_responses.config_resources import (
    ASKED,
    account_of,
    arn_of,
    part_of,
    take_alias,
    take_bucket,
    take_key,
    take_trail,
)
from estimator.discovery.aws_responses.pages import Pages
from estimator.discovery.aws_responses.values import moment_of, parse_cell, text_of
from estimator.discovery.estate import Estate
from pricing.arns import parse_arn

_LISTS = ("configurationItems", "baseConfigurationItems", "BaseConfigurationItems")
_SINGLE = ("ConfigurationItem", "configurationItem")
_GONE = ("ResourceDeleted", "ResourceDeletedNotRecorded")
_NOT_RECORDED = "ResourceNotRecorded"  # it is there: what it is like is not known
_TRAIL, _KEY, _BUCKET = "AWS::CloudTrail::Trail", "AWS::KMS::Key", "AWS::S3::Bucket"
_ALIAS = "AWS::KMS::Alias"
_PART = (
    "AWS Config has what its recorders and aggregators take in: accounts, Regions and types that "
    "they leave out are missing"
)
_OTHERS = "resources of other types were passed over"
_DELETED = "resources that AWS Config calls deleted were left out"
_UNRECORDED = "resources that AWS Config found and did not record were left out"
_TRAILS_UNRECORDED = "trails that AWS Config found and did not record are missing"
_TRAILS_AS_BEFORE = "trails that AWS Config no longer records stand here as it last recorded them"
_UNREAD = "items without a resourceType and an ARN, which may be trails, were left out"


class ConfigItems:
    """Items of AWS Config out of any number of files: the last state of each resource counts."""

    def __init__(self) -> None:
        self._items: list[tuple[dict[str, Any], str]] = []
        self._pages = Pages()

    def take(self, answer: Any, source: str) -> bool:
        """Keep the items of an answer or a file of AWS Config; False for anything else."""
        items = _items_of(answer)
        if items is None:
            return False
        self._items += [(item, source) for item in items]
        if isinstance(answer, Mapping):
            # all queries are taken for one, each history for that of its resource
            first = _place_of(items[0]) if items and "Results" not in answer else ()
            self._pages.take(first, answer, source)
        return True

    def finish(self, estate: Estate) -> None:
        """Read the last state of each resource, once all files are known."""
        self._pages.finish(estate, "trails", "AWS Config has more")
        read = {_KEY: take_key, _ALIAS: take_alias, _BUCKET: take_bucket}
        others, deleted, unread = Counter[str](), Counter[str](), Counter[str]()
        for item, source in _latest(self._drop_unrecorded(estate)):
            kind = _kind_of(item)
            if item.get("configurationItemStatus") in _GONE:
                deleted[source] += 1
            elif kind == _TRAIL or (not kind and _looks_like_trail(item)):
                if take_trail(estate, item, source):
                    estate.completeness.saw("trails", source)
                    estate.completeness.missed("trails", source, _PART)
            elif kind in read:
                read[kind](estate, item, source)
            elif kind:
                others[source] += 1
            else:
                unread[source] += 1
        self._items.clear()
        for counts, text in ((others, _OTHERS), (deleted, _DELETED), (unread, _UNREAD)):
            _note_counts(estate, counts, text)
        for source in unread:
            estate.completeness.missed("trails", source, _UNREAD)

    def _drop_unrecorded(self, estate: Estate) -> list[tuple[dict[str, Any], str]]:
        """The items that say what a resource is like; the others are counted."""
        recorded, unrecorded = (
            [
                (item, source)
                for item, source in self._items
                if (item.get("configurationItemStatus") == _NOT_RECORDED) is dropped
            ]
            for dropped in (False, True)
        )
        _note_counts(estate, Counter(source for _, source in unrecorded), _UNRECORDED)
        seen = {
            place
            for item, _ in _latest(recorded)
            if (place := _place_of(item)) and item.get("configurationItemStatus") not in _GONE
        }
        for item, source in unrecorded:
            if _kind_of(item) == _TRAIL:
                # a recorder that was narrowed leaves the states that it had recorded before
                why = _TRAILS_AS_BEFORE if _place_of(item) in seen else _TRAILS_UNRECORDED
                estate.completeness.missed("trails", source, why)
        return recorded


def _note_counts(estate: Estate, counts: Mapping[str, int], text: str) -> None:
    for source, count in counts.items():
        estate.note(f"{source}: {text}: {count:,}")


def _latest(items: list[tuple[dict[str, Any], str]]) -> Iterator[tuple[dict[str, Any], str]]:
    """The last state of each resource, over all files; items without a time are all taken.

    A history has every state of a resource, its deletion too.
    """
    latest: dict[tuple[str, ...], tuple[dict[str, Any], str]] = {}
    for number, (item, source) in enumerate(items):
        place = _place_of(item) or (_kind_of(item), str(number))
        if not item.get("configurationItemCaptureTime"):
            place = (*place, str(number))
        if place not in latest or _capture_time(item) >= _capture_time(latest[place][0]):
            latest[place] = item, source
    yield from latest.values()


def _place_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a resource from all others; empty where nothing names it."""
    name = arn_of(item) or text_of(item, "resourceId") or text_of(item, "resourceName")
    # a name alone is one of many: every account and Region may have a trail of it
    seat = ("", "") if arn_of(item) else (account_of(item), str(item.get("awsRegion") or ""))
    return (_kind_of(item), *seat, name) if name else ()


def _looks_like_trail(item: Mapping[str, Any]) -> bool:
    """True for an item without its type that has what only trails have."""
    return bool({"kmsKeyId", "isMultiRegionTrail"} & set(part_of(item, "configuration")))


def _items_of(answer: Any) -> list[dict[str, Any]] | None:
    """The items in an answer; None where it is none of AWS Config."""
    listed: Any = None
    if isinstance(answer, Mapping):
        listed = next((answer[name] for name in _LISTS if name in answer), None)
        single = next((answer[name] for name in _SINGLE if name in answer), None)
        if listed is None and isinstance(single, Mapping):
            listed = [single]
        results = answer.get("Results")
        if listed is None and isinstance(results, list) and ("QueryInfo" in answer or results):
            listed = results if all(isinstance(text, str) for text in results) else None
            listed = listed if "QueryInfo" in answer or _texts(listed) else None
        if listed is None and "resourceType" in answer and "configuration" in answer:
            listed = [answer]
    elif isinstance(answer, list) and answer and (_texts(answer) or _looks_like_items(answer)):
        listed = answer
    if not isinstance(listed, list):
        return None
    items = [
        dict(_nest_keys(item)) for item in map(parse_cell, listed) if isinstance(item, Mapping)
    ]
    asked = _has_asked(answer)
    return items if asked is None else [item | {ASKED: asked} for item in items]


def _has_asked(answer: Any) -> bool | None:
    """True where a query asked for the keys of trails; None where no query says so."""
    query = answer.get("QueryInfo") if isinstance(answer, Mapping) else None
    fields = query.get("SelectFields") if isinstance(query, Mapping) else None
    if not isinstance(fields, list) or not fields:
        return None
    names = {str(field.get("Name")).lower() for field in fields if isinstance(field, Mapping)}
    return bool(names & {"configuration", "configuration.kmskeyid", "*"})


def _texts(listed: Any) -> bool:
    """True for results of a query that were taken out of their answer: JSON in texts."""
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        return False
    first = parse_cell(listed[0]) if listed else None
    return isinstance(first, Mapping) and _looks_like_items([first])


def _looks_like_items(listed: list[Any]) -> bool:
    """True for rows with the columns of AWS Config."""
    return all(
        isinstance(item, Mapping)
        and ("configuration" in item or any(str(key).startswith("configuration.") for key in item))
        and not any(str(key).startswith("_cq") for key in item)
        for item in listed
    )


def _nest_keys(item: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """An item with the keys that have dots as mappings, and texts of JSON as values."""
    inside: dict[str, dict[str, Any]] = {}
    for key, value in item.items():
        first, dot, rest = str(key).partition(".")
        if dot and first in ("configuration", "supplementaryConfiguration"):
            inside.setdefault(first, {})[rest] = parse_cell(value)
        elif key in ("configuration", "supplementaryConfiguration"):
            parsed = parse_cell(value)
            if isinstance(parsed, Mapping):
                inside.setdefault(str(key), {}).update(
                    {str(name): parse_cell(part) for name, part in parsed.items()}
                )
        else:
            yield str(key), value
    yield from inside.items()


def _capture_time(item: Mapping[str, Any]) -> tuple[float, str]:
    """When an item was recorded: ISO text of any zone, or seconds as older versions of the CLI."""
    value = item.get("configurationItemCaptureTime")
    moment = moment_of(value)
    return (moment.timestamp() if moment is not None else -math.inf), str(value or "")


def _kind_of(item: Mapping[str, Any]) -> str:
    kind = item.get("resourceType")
    if isinstance(kind, str) and kind:
        return kind
    # a query may leave the type out: the ARN says as much
    configuration = part_of(item, "configuration")
    for text in (arn_of(item), configuration.get("arn")):
        if parse_arn(text, "cloudtrail") is not None:
            return _TRAIL
        if (arn := parse_arn(text, "kms")) is not None:
            return _KEY if arn.is_key else _ALIAS
        if parse_arn(text, "s3") is not None:
            return _BUCKET
    return ""
