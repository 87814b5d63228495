"""What AWS says of buckets: get-bucket-encryption and get-bucket-location."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, record_flag, text_of
from estimator.discovery.estate import Resource

# locations that are no Region's code: S3 User Guide and API reference of GetBucketLocation
_OLD_NAMES = {None: "us-east-1", "": "us-east-1", "US": "us-east-1", "EU": "eu-west-1"}
NO_ENCRYPTION = "ServerSideEncryptionConfigurationNotFoundError"
NO_BUCKET = "NoSuchBucket"


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
