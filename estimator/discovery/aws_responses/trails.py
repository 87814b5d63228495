"""What AWS says of trails: describe-trails, get-trail, get-event-selectors, get-trail-status."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import day_of, record_flag, text_of
from estimator.discovery.estate import Estate, Resource
from estimator.discovery.selectors import records_kms, records_management
from pricing.arns import parse_arn
from pricing.reading.words import shown

_CUSTOM = "HasCustomEventSelectors"
_SELECTORS = "it has event selectors of its own: `aws cloudtrail get-event-selectors` tells them"
_UNCLEAR = "its event selectors do not say clearly whether they take in KMS events"


def take_trail(estate: Estate, trail: Mapping[str, Any], source: str) -> Resource | None:
    """One trail of a response."""
    name, arn = text_of(trail, "Name"), parse_arn(trail.get("TrailARN"), "cloudtrail")
    if name is None and arn is None:
        estate.note(f"{source}: a trail without Name and TrailARN was left out")
        return None
    estate.found["trails described"] += 1
    resource = estate.add_trail(arn.text if arn else f"{source}: {name}", source)
    resource.record("name", name or (arn.name if arn else ""), source, note="Name")
    if arn is not None and arn.account:
        resource.record("account", arn.account, source, note="TrailARN")
    home = text_of(trail, "HomeRegion") or (arn.region if arn else None)
    if home:
        resource.record(
            "home", home, source, note="HomeRegion" if "HomeRegion" in trail else "TrailARN"
        )
    _take_key(estate, resource, trail, source)
    bucket = text_of(trail, "S3BucketName")
    if bucket:
        resource.record("bucket", bucket, source, note="S3BucketName")
        estate.add_bucket(bucket, source).record("name", bucket, source, note="S3BucketName")
    record_flag(resource, "every_region", trail, "IsMultiRegionTrail", source, True)
    record_flag(resource, "organization", trail, "IsOrganizationTrail", source)
    record_flag(resource, "validation", trail, "LogFileValidationEnabled", source)
    _take_custom(resource, trail, source)
    if trail.get("HasInsightSelectors") is True:
        resource.record("insights", True, source, note="HasInsightSelectors")
    return resource


def _take_key(estate: Estate, resource: Resource, trail: Mapping[str, Any], source: str) -> None:
    value = trail.get("KmsKeyId")
    if value is None and text_of(trail, "Question"):
        # not asked is not the same as no key
        resource.record("key", "", source, str(trail["Question"]), "KmsKeyId")
    elif value is None or value == "":
        resource.record("key", None, source, note="no KmsKeyId")
    elif isinstance(value, str):
        estate.found["with a key"] += 1
        resource.record("key", value, source, note="KmsKeyId")
    else:
        resource.record("key", "", source, f"KmsKeyId is {shown(value)}, not text", "KmsKeyId")


def _take_custom(resource: Resource, trail: Mapping[str, Any], source: str) -> None:
    if trail.get(_CUSTOM) is False:
        resource.record("kms_events", True, source, note=_CUSTOM)
        resource.record("management_events", True, source, note=_CUSTOM)
    else:
        question = _SELECTORS if trail.get(_CUSTOM) is True else f"the answer has no {_CUSTOM}"
        resource.record("kms_events", True, source, question, _CUSTOM)


def take_event_selectors(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The event selectors of the trail that the response names."""
    arn = parse_arn(response.get("TrailARN"), "cloudtrail")
    if arn is None:
        estate.note(f"{source}: event selectors without a TrailARN were left out")
        return
    resource = estate.add_trail(arn.text, source) if arn.text in estate.trails else None
    if resource is None:
        estate.note(f"{source}: event selectors of {arn.name}, a trail that is not described here")
        return
    for name in ("kms_events", "management_events"):
        fact = resource.fact(name)
        if fact is not None and fact.note == _CUSTOM:  # the selectors themselves say more
            del resource.facts[name]
    record_selectors(
        resource,
        response.get("EventSelectors") or [],
        response.get("AdvancedEventSelectors") or [],
        source,
    )


def record_selectors(
    resource: Resource, basic: Any, advanced: Any, source: str, note: str = ""
) -> None:
    """Note what event selectors mean for management events and for those of KMS."""
    basic = basic if isinstance(basic, list) else [basic]
    advanced = advanced if isinstance(advanced, list) else [advanced]
    note = note or ("AdvancedEventSelectors" if advanced else "EventSelectors")
    management, kms = records_management(basic, advanced), records_kms(basic, advanced)
    if management is not None:
        resource.record("management_events", management, source, note=note)
    resource.record("kms_events", kms is not False, source, _UNCLEAR if kms is None else "", note)


def take_status(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Take whether a trail is logging; if not, it writes no files since the day it stopped."""
    failure = text_of(response, "LatestDeliveryError")
    if failure is not None:
        resource.record("failing", failure, source, note="LatestDeliveryError")
    if not isinstance(response.get("IsLogging"), bool):
        return
    resource.record("logging", response["IsLogging"], source, note="IsLogging")
    day = day_of(response.get("StopLoggingTime")) or day_of(response.get("TimeLoggingStopped"))
    if day is not None and day < datetime.date.max:
        until = day + datetime.timedelta(days=1)  # exclusive: it may have written on that day
        resource.record("stopped", until, source, note="StopLoggingTime")
