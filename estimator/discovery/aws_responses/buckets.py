"""What AWS says of buckets: get-bucket-encryption and get-bucket-location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, say_flag, text_of
from estimator.discovery.estate import Thing

# locations that are no Region's code: S3 User Guide and API reference of GetBucketLocation
_OLD_NAMES = {None: "us-east-1", "": "us-east-1", "US": "us-east-1", "EU": "eu-west-1"}
NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"


def take_encryption(thing: Thing, answer: Mapping[str, Any], source: str) -> None:
    """The bucket's default encryption, and with it the Bucket Key."""
    if (
        answer.get("Error") == NO_ENCRYPTION
    ):  # a bucket of before 2023 without any has no Bucket Key
        thing.say("bucket_key", False, source, note=NO_ENCRYPTION)
        return
    said = answer.get("ServerSideEncryptionConfiguration")
    rules = list(items_of(said, "Rules")) if isinstance(said, Mapping) else []
    if not rules:
        thing.say("bucket_key", False, source, "the answer has no Rules", "Rules")
        return
    say_flag(thing, "bucket_key", rules[0], "BucketKeyEnabled", source)
    default = rules[0].get("ApplyServerSideEncryptionByDefault")
    algorithm = text_of(default, "SSEAlgorithm") if isinstance(default, Mapping) else None
    if algorithm:
        thing.say("algorithm", algorithm, source, note="SSEAlgorithm")


def take_location(thing: Thing, answer: Mapping[str, Any], source: str) -> None:
    """The bucket's Region."""
    value = answer.get("LocationConstraint")
    region = _OLD_NAMES.get(value, value) if value is None or isinstance(value, str) else None
    if region:
        thing.say("region", region, source, note="LocationConstraint")
