"""What an item of AWS Config says of a trail, a key, an alias or a bucket.

Fields: the schema of AWS Config's resource types (awslabs/aws-config-resource-schema), checked
2026-11-28; that of AWS::KMS::Alias, 2026-11-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses import keys, trails
from estimator.discovery.aws_responses.values import as_flag, text_of
from estimator.discovery.estate import Estate
from pricing.arns import format_arn, parse_arn
from pricing.regions import is_region

_TRAIL_FIELDS = {
    "name": "Name",
    "trailARN": "TrailARN",
    "homeRegion": "HomeRegion",
    "s3BucketName": "S3BucketName",
    "kmsKeyId": "KmsKeyId",
}
_TRAIL_FLAGS = {
    "isMultiRegionTrail": "IsMultiRegionTrail",
    "isOrganizationTrail": "IsOrganizationTrail",
    "logFileValidationEnabled": "LogFileValidationEnabled",
    "hasCustomEventSelectors": "HasCustomEventSelectors",
    "hasInsightSelectors": "HasInsightSelectors",
}
_KEY_FIELDS = {
    "arn": "Arn",
    "awsaccountId": "AWSAccountId",
    "creationDate": "CreationDate",
    "deletionDate": "DeletionDate",
    "keyManager": "KeyManager",
    "keyState": "KeyState",
    "keySpec": "KeySpec",
    "customerMasterKeySpec": "CustomerMasterKeySpec",
}
# fields that every whole item of a trail has, with a key or without one
_ALWAYS = {
    "s3BucketName",
    "isMultiRegionTrail",
    "isOrganizationTrail",
    "logFileValidationEnabled",
    "hasCustomEventSelectors",
}
NO_KEY = "the query did not ask for its kmsKeyId"
ASKED = "kmsKeyId asked for"  # no field of AWS Config: what a query says of itself
_MOST_MILLISECONDS = 1e11  # more is no number of seconds of this age


def arn_of(item: Mapping[str, Any]) -> str:
    """The ARN of an item: `arn` in answers, `ARN` in files of a delivery channel."""
    configuration = part_of(item, "configuration")
    texts = (item.get("arn"), item.get("ARN"), configuration.get("trailARN"))
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def account_of(item: Mapping[str, Any]) -> str:
    """The account of an item: `accountId` in answers, `awsAccountId` in files; else empty."""
    return text_of(item, "accountId") or text_of(item, "awsAccountId") or ""


def part_of(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of an item that has fields of its own; empty where it is none."""
    value = item.get(name)
    return value if isinstance(value, Mapping) else {}


def take_trail(estate: Estate, item: Mapping[str, Any], source: str) -> bool:
    """Read the item of a trail; False where it does not say which."""
    configuration = part_of(item, "configuration")
    trail: dict[str, Any] = {
        field: configuration[name]
        for name, field in _TRAIL_FIELDS.items()
        if configuration.get(name) not in (None, "")
    }
    for name, field in _TRAIL_FLAGS.items():
        if name in configuration:
            trail[field] = as_flag(configuration[name])
    trail.setdefault("TrailARN", arn_of(item))
    trail |= {trails.ACCOUNT: account_of(item), trails.REGION: item.get("awsRegion")}
    if "Name" not in trail and isinstance(item.get("resourceName"), str):
        trail["Name"] = item["resourceName"]
    # what AWS Config leaves out of a whole item is nothing; a query leaves out what it did not ask
    is_whole = item.get(ASKED, set(configuration) >= _ALWAYS)
    if is_whole:
        trail.setdefault("KmsKeyId", None)
    elif "kmsKeyId" not in configuration:
        trail["Question"] = NO_KEY
    return trails.take_trail(estate, trail, source) is not None


def take_key(estate: Estate, item: Mapping[str, Any], source: str) -> None:
    """The item of a key, with whether it rotates."""
    configuration = part_of(item, "configuration")
    data = {field: configuration.get(name) for name, field in _KEY_FIELDS.items()}
    data["Arn"] = data["Arn"] or arn_of(item)
    for name in ("CreationDate", "DeletionDate"):
        moment = data[name]
        if isinstance(moment, int | float) and moment > _MOST_MILLISECONDS:
            data[name] = moment / 1000
    arn = parse_arn(data["Arn"], "kms")
    keys.take_key(estate, {"KeyMetadata": data}, source)
    status = as_flag(part_of(item, "supplementaryConfiguration").get("KeyRotationStatus"))
    if arn is not None and isinstance(status, bool):
        keys.take_rotation_status(estate.keys[arn.text], {"KeyRotationEnabled": status}, source)


def take_alias(estate: Estate, item: Mapping[str, Any], source: str) -> None:
    """The name of a key: an item of CloudFormation's schema, so its fields have AWS's own words."""
    configuration = part_of(item, "configuration")
    arn = arn_of(item)
    name = text_of(configuration, "AliasName") or text_of(item, "resourceName")
    account, region = account_of(item), text_of(item, "awsRegion")
    if not arn and name and account and region and is_region(region):
        arn = format_arn("kms", name, account, region)
    found = parse_arn(arn, "kms")
    alias = {
        "AliasArn": arn,
        "AliasName": name or (found.resource if found is not None else None),
        "TargetKeyId": configuration.get("TargetKeyId"),
    }
    keys.take_aliases(estate, {"Aliases": [alias]}, source)


def take_bucket(estate: Estate, item: Mapping[str, Any], source: str) -> None:
    """The item of a bucket, with its default encryption."""
    name = text_of(part_of(item, "configuration"), "name") or text_of(item, "resourceName")
    name = name or text_of(item, "resourceId")
    if name is None:
        return
    bucket = estate.add_bucket(name, source)
    bucket.record("name", name, source, note="name")
    region = text_of(item, "awsRegion")
    if region:
        trails.take_location(bucket, {"LocationConstraint": region}, source)
    encryption = part_of(item, "supplementaryConfiguration").get(
        "ServerSideEncryptionConfiguration"
    )
    rules = encryption.get("rules") if isinstance(encryption, Mapping) else None
    rule = rules[0] if isinstance(rules, list) and rules and isinstance(rules[0], Mapping) else None
    if rule is not None:
        default = part_of(rule, "applyServerSideEncryptionByDefault")
        answer = {
            "BucketKeyEnabled": as_flag(rule.get("bucketKeyEnabled")),
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": default.get("sseAlgorithm")},
        }
        trails.take_encryption(
            bucket, {"ServerSideEncryptionConfiguration": {"Rules": [answer]}}, source
        )
