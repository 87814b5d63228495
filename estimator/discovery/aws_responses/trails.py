"""What AWS says of trails: describe-trails, get-trail, get-event-selectors, get-trail-status."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import day_of, say_flag, text_of
from estimator.discovery.estate import Estate, Thing
from estimator.discovery.selectors import records_kms, records_management
from pricing.arns import parse_arn
from pricing.reading.words import shown

_CUSTOM = "HasCustomEventSelectors"
_SELECTORS = "it has event selectors of its own: `aws cloudtrail get-event-selectors` tells them"
_UNCLEAR = "its event selectors do not say clearly whether they take in KMS events"


def take_trail(estate: Estate, trail: Mapping[str, Any], source: str) -> Thing | None:
    """One trail of an answer."""
    name, arn = text_of(trail, "Name"), parse_arn(trail.get("TrailARN"), "cloudtrail")
    if name is None and arn is None:
        estate.note(f"{source}: a trail without Name and TrailARN was left out")
        return None
    estate.found["trails described"] += 1
    thing = estate.add_trail(arn.text if arn else f"{source}: {name}", source)
    thing.say("name", name or (arn.name if arn else ""), source, note="Name")
    if arn is not None and arn.account:
        thing.say("account", arn.account, source, note="TrailARN")
    home = text_of(trail, "HomeRegion") or (arn.region if arn else None)
    if home:
        thing.say("home", home, source, note="HomeRegion" if "HomeRegion" in trail else "TrailARN")
    _take_key(estate, thing, trail, source)
    bucket = text_of(trail, "S3BucketName")
    if bucket:
        thing.say("bucket", bucket, source, note="S3BucketName")
        estate.add_bucket(bucket, source).say("name", bucket, source, note="S3BucketName")
    say_flag(thing, "every_region", trail, "IsMultiRegionTrail", source, True)
    say_flag(thing, "organization", trail, "IsOrganizationTrail", source)
    say_flag(thing, "validation", trail, "LogFileValidationEnabled", source)
    _take_custom(thing, trail, source)
    if trail.get("HasInsightSelectors") is True:
        thing.say("insights", True, source, note="HasInsightSelectors")
    return thing


def _take_key(estate: Estate, thing: Thing, trail: Mapping[str, Any], source: str) -> None:
    value = trail.get("KmsKeyId")
    if value is None or value == "":
        thing.say("key", None, source, note="no KmsKeyId")
    elif isinstance(value, str):
        estate.found["with a key"] += 1
        thing.say("key", value, source, note="KmsKeyId")
    else:
        thing.say("key", "", source, f"KmsKeyId is {shown(value)}, not text", "KmsKeyId")


def _take_custom(thing: Thing, trail: Mapping[str, Any], source: str) -> None:
    if trail.get(_CUSTOM) is False:
        thing.say("kms_events", True, source, note=_CUSTOM)
        thing.say("management_events", True, source, note=_CUSTOM)
    else:
        question = _SELECTORS if trail.get(_CUSTOM) is True else f"the answer has no {_CUSTOM}"
        thing.say("kms_events", True, source, question, _CUSTOM)


def take_event_selectors(estate: Estate, answer: Mapping[str, Any], source: str) -> None:
    """The event selectors of the trail that the answer names."""
    arn = parse_arn(answer.get("TrailARN"), "cloudtrail")
    if arn is None:
        estate.note(f"{source}: event selectors without a TrailARN were left out")
        return
    thing = estate.add_trail(arn.text, source) if arn.text in estate.trails else None
    if thing is None:
        estate.note(f"{source}: event selectors of {arn.name}, a trail that is not described here")
        return
    for name in ("kms_events", "management_events"):
        fact = thing.fact(name)
        if fact is not None and fact.note == _CUSTOM:  # the selectors themselves say more
            del thing.facts[name]
    say_selectors(
        thing,
        answer.get("EventSelectors") or [],
        answer.get("AdvancedEventSelectors") or [],
        source,
    )


def say_selectors(thing: Thing, basic: Any, advanced: Any, source: str, note: str = "") -> None:
    """Note what event selectors mean for management events and for those of KMS."""
    basic = basic if isinstance(basic, list) else [basic]
    advanced = advanced if isinstance(advanced, list) else [advanced]
    note = note or ("AdvancedEventSelectors" if advanced else "EventSelectors")
    management, kms = records_management(basic, advanced), records_kms(basic, advanced)
    if management is not None:
        thing.say("management_events", management, source, note=note)
    thing.say("kms_events", kms is not False, source, _UNCLEAR if kms is None else "", note)


def take_status(thing: Thing, answer: Mapping[str, Any], source: str) -> None:
    """Whether a trail is logging; one that is not writes no files since the day it stopped."""
    if not isinstance(answer.get("IsLogging"), bool):
        return
    thing.say("logging", answer["IsLogging"], source, note="IsLogging")
    day = day_of(answer.get("StopLoggingTime")) or day_of(answer.get("TimeLoggingStopped"))
    if day is not None and day < datetime.date.max:
        until = day + datetime.timedelta(days=1)  # exclusive: it may have written on that day
        thing.say("stopped", until, source, note="StopLoggingTime")
