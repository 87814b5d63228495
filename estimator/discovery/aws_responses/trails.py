"""What AWS says of trails and of their buckets.

Trails by describe-trails, get-trail, get-event-selectors and get-trail-status, buckets by
get-bucket-encryption and get-bucket-location.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.discovery.aws_responses.kinds import PROJECTED
from estimator.discovery.aws_responses.values import day_of, items_of, record_flag, text_of
from estimator.discovery.estate import Estate, Resource
from estimator.discovery.selectors import record_selectors
from pricing.arns import Arn, format_arn, is_account, parse_arn
from pricing.reading.words import shown
from pricing.regions import is_region

_CUSTOM = "HasCustomEventSelectors"
_REGION = re.compile(r"(?<![a-z0-9])[a-z]{2}(?:-[a-z]+)+-[0-9](?![a-z0-9])")
_SELECTORS = "it has event selectors of its own: `aws cloudtrail get-event-selectors` tells them"
_NAMELESS = "a trail without Name and TrailARN was left out"
_NOT_ASKED = "whoever asked left out fields of the answer, and KmsKeyId may be among them"
# fields that AWS gives of every trail, with a key or without one: in all of 55 recorded answers of
# 2016 to 2024, older ones without IsOrganizationTrail. A projection hardly asks for all of them
_ALWAYS = {
    "Name",
    "TrailARN",
    "HomeRegion",
    "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail",
    "LogFileValidationEnabled",
}
_SAME_NAME = (
    "several answers have a trail of this name, and neither its ARN nor its account: one of them "
    "is drafted; name its ARN, or account and home Region"
)
_OWNER = "without an ARN an organization trail may be another account's: the management account's"
_SHADOW = "without HomeRegion it may be another Region's: a multi-Region trail shows in each"
# what the readers of rows and items add to the fields of AWS: where a row was met
ACCOUNT, REGION = "AccountId", "Region"
_ERRORS = (("failing", "LatestDeliveryError"), ("digests_failing", "LatestDigestDeliveryError"))
LOGGING = "whether it is logging is not known: {reason}"
_STATUS = "`aws cloudtrail get-trail-status` tells it"
# locations that are no Region's code: S3 User Guide and API reference of GetBucketLocation
_OLD_NAMES = {None: "us-east-1", "": "us-east-1", "US": "us-east-1", "EU": "eu-west-1"}
NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"
NO_BUCKET = "NoSuchBucket"


def is_whole(trail: Mapping[str, Any]) -> bool:
    """True for a trail with all that AWS says of it: what such a one lacks is not there.

    >>> is_whole({"Name": "org", "S3BucketName": "logs"})
    False
    """
    return set(trail) >= _ALWAYS


def take_trail(estate: Estate, trail: Mapping[str, Any], source: str) -> Resource | None:
    """One trail of a response, or of a row with `ACCOUNT` and `REGION` in place of its ARN."""
    name, arn = text_of(trail, "Name"), parse_arn(trail.get("TrailARN"), "cloudtrail")
    if name is None and arn is None:
        estate.note(f"{source}: {_NAMELESS}")
        estate.completeness.missed("trails", source, _NAMELESS)
        return None
    estate.found["trails described"] += 1
    if arn is None and is_account(trail.get(ACCOUNT)):
        resource = _trail_at(estate, trail, str(name), source)
    else:
        identity = arn.text if arn else f"{source}: {name}"
        if arn is None and identity in estate.trails:
            estate.trails[identity].remarks = [_SAME_NAME]
        resource = estate.add_trail(identity, source)
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


def note_searched(
    estate: Estate,
    response: Mapping[str, Any],
    account: str | None,
    source: str,
    caller: str | None = None,
) -> None:
    """Note of which account, and of which Regions, a response has every trail.

    Its caller is its path's account, else the owner of the trails that are no organization's, else
    the `caller` that an answer names, else the only owner of all trails in it. Every account of an
    organization sees all trails of the organization; a single-Region trail shows in its home Region
    alone.
    """
    found = list(items_of(response, "trailList"))
    if PROJECTED in response or not all(is_whole(trail) for trail in found):
        return
    own = [trail for trail in found if trail.get("IsOrganizationTrail") is not True]
    shared = _owners([trail for trail in found if trail.get("IsOrganizationTrail") is True])
    estate.searched_organizations |= shared
    account = account or _single(_owners(own)) or caller or _single(_owners(own) | shared)
    if account is None:
        return
    homes = {str(t["HomeRegion"]) for t in own if t.get("IsMultiRegionTrail") is False}
    named = {word for word in _REGION.findall(source) if is_region(word)}
    estate.searched |= {(account, region) for region in {"", *homes, *named}}


def _owners(listed: Sequence[Mapping[str, Any]]) -> set[str]:
    arns = (parse_arn(trail["TrailARN"], "cloudtrail") for trail in listed)
    return {arn.account for arn in arns if arn is not None and arn.account}


def _single(accounts: set[str]) -> str | None:
    return next(iter(accounts)) if len(accounts) == 1 else None


def _trail_at(estate: Estate, trail: Mapping[str, Any], name: str, source: str) -> Resource:
    """The trail of an account, a Region and a name: what its ARN is made of."""
    account, home = str(trail[ACCOUNT]), text_of(trail, "HomeRegion")
    region = home or text_of(trail, REGION)
    is_shared = trail.get("IsOrganizationTrail") is True
    # one trail shows in every member account, and in every Region: not once more each time
    like = [
        resource
        for resource in estate.trails.values()
        if resource.value("name") == name
        and (
            resource.value("organization") is True
            and resource.value("bucket") == text_of(trail, "S3BucketName")
            if is_shared
            else resource.value("account") == account
        )
        and (home is None or resource.value("home") in (None, home))
    ]
    is_single = trail.get("IsMultiRegionTrail") is False
    arn = _format(account, region, name)
    identity = arn.text if arn else f"{account}: {name}"
    if like and identity not in estate.trails and (is_shared or home or not is_single):
        resource = like[0]
    else:
        resource = estate.add_trail(identity, source)
    if not is_shared or resource.value("account") is None:
        resource.record("account", account, source, _OWNER if is_shared else "", ACCOUNT)
    if home is None and region is not None:
        resource.record("home", region, source, "" if is_single else _SHADOW, REGION)
    return resource


def _format(account: str, region: str | None, name: str) -> Arn | None:
    if region is None or not is_region(region):
        return None
    return parse_arn(format_arn("cloudtrail", f"trail/{name}", account, region), "cloudtrail")


def _take_key(estate: Estate, resource: Resource, trail: Mapping[str, Any], source: str) -> None:
    value, question = trail.get("KmsKeyId"), text_of(trail, "Question")
    # whoever takes fields out of an answer gets null for one that he asked for and AWS left out:
    # not asked is not the same as no key
    if "KmsKeyId" not in trail and (question or not is_whole(trail)):
        resource.record("key", "", source, question or _NOT_ASKED, "KmsKeyId")
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
    take_selectors_of(resource, response, source)


def take_selectors_of(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The event selectors of a trail that is known."""
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


def take_status(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Take whether a trail is logging; if not, it writes no files since the day it stopped."""
    for fact, field in _ERRORS:
        failure = text_of(response, field)
        if failure is not None:
            resource.record(fact, failure, source, note=field)
    if not isinstance(response.get("IsLogging"), bool):
        return
    resource.record("logging", response["IsLogging"], source, note="IsLogging")
    day = day_of(response.get("StopLoggingTime")) or day_of(response.get("TimeLoggingStopped"))
    if day is not None and day < datetime.date.max:
        until = day + datetime.timedelta(days=1)  # exclusive: it may have written on that day
        resource.record("stopped", until, source, note="StopLoggingTime")


def ask_for_status(estate: Estate) -> None:
    """Ask whether each trail is logging of which nobody says so: one that is not writes nothing."""
    for trail in estate.trails.values():
        if trail.fact("logging") is None and trail.fact("failing") is None:
            trail.record("logging", True, "", LOGGING.format(reason=_STATUS))


def named(estate: Estate, names: Sequence[str], account: str | None) -> list[Resource]:
    """The trails that words of a path may mean, those of the path's account before others'."""
    words = {_word(name) for name in names}
    exact = [trail for trail in estate.trails.values() if _word(trail.identity) in words]
    if exact:
        return exact
    found = [
        trail
        for trail in estate.trails.values()
        if (name := trail.value("name"))
        and ({_word(name), _word(f"{trail.value('account')}-{name}")} & words or name in names)
    ]
    own = [trail for trail in found if account is not None and trail.value("account") == account]
    # a member's folder has the status of its organization's trail, never that of another member's
    return own or [
        trail
        for trail in found
        if account is None
        or trail.value("account") is None
        or trail.value("organization") is not False
    ]


def _word(name: Any) -> str:
    """A name as names of files have it: an ARN has colons and slashes, which they may not have."""
    return re.sub(r"[^a-z0-9]+", "_", str(name).lower())


def take_encryption(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The bucket's default encryption, and with it the Bucket Key."""
    if response.get("Error") == NO_BUCKET:
        resource.record("gone", True, source, note=NO_BUCKET)
        return
    # a bucket of before 2023 without any has no Bucket Key
    if response.get("Error") == NO_ENCRYPTION:
        resource.record("bucket_key", False, source, note=NO_ENCRYPTION)
        return
    configuration = response.get("ServerSideEncryptionConfiguration")
    rules = list(items_of(configuration, "Rules")) if isinstance(configuration, Mapping) else []
    if not rules:
        resource.record("bucket_key", False, source, "the answer has no Rules", "Rules")
        return
    record_flag(resource, "bucket_key", rules[0], "BucketKeyEnabled", source)
    default = rules[0].get("ApplyServerSideEncryptionByDefault")
    algorithm = text_of(default, "SSEAlgorithm") if isinstance(default, Mapping) else None
    if algorithm:
        resource.record("algorithm", algorithm, source, note="SSEAlgorithm")


def take_location(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The bucket's Region."""
    if response.get("Error") == NO_BUCKET:
        resource.record("gone", True, source, note=NO_BUCKET)
        return
    value = response.get("LocationConstraint")
    region = _OLD_NAMES.get(value, value) if value is None or isinstance(value, str) else None
    if region:
        resource.record("region", region, source, note="LocationConstraint")
