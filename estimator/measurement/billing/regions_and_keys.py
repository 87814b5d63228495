"""What a line of a bill says of Regions and keys."""

from __future__ import annotations

import re

from pricing.arns import parse_key_arn
from pricing.region_codes import CODE_PATTERN
from pricing.usage_types import NO_PREFIX, region_and_meter

_REGION = re.compile(CODE_PATTERN)


def region_code(name: str) -> str:
    """A Region's code as a column of the bill has it, or nothing where it has something else.

    >>> region_code("eu-west-1"), region_code("global")
    ('eu-west-1', '')
    """
    return name if _REGION.fullmatch(name) else ""


def key_arn(resource: str) -> str:
    """The resource, where it is a KMS key.

    >>> key_arn("arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    'arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
    >>> key_arn("arn:aws:s3:::example-logs")
    ''
    """
    return resource if parse_key_arn(resource) else ""


def named_region(product_region: str, usage_type: str) -> str:
    """The Region that a line names: its product's, else its usage type's, else nothing.

    >>> named_region("ca-central-1", "KMS-Requests"), named_region("", "CAN1-KMS-Requests")
    ('ca-central-1', 'ca-central-1')
    """
    return region_code(product_region) or region_and_meter(usage_type)[0] or ""


def unnamed_region(usage_type: str, key: str) -> str:
    """The Region of a line that names none: its key's, else that of usage types without prefix.

    >>> unnamed_region("KMS-Requests", "arn:aws:kms:eu-west-1:111122223333:key/1234")
    'eu-west-1'
    >>> unnamed_region("KMS-Requests", ""), unnamed_region("Global-KMS-Requests", "")
    ('us-east-1', '')
    """
    if arn := parse_key_arn(key):
        return arn.region
    return NO_PREFIX if usage_type and region_and_meter(usage_type)[0] is None else ""
