"""Which product of a price list is which meter of the shipped tables, and in which unit."""

from __future__ import annotations

from pricing.usage_types import region_and_meter

# usage types without their Region, in small letters: AWS Price List files awskms and AWSCloudTrail
# as public code reads and quotes them (spelt GenerateDatakeyPair there), and AWS's bills; checked
# 2026-11-24
SERVICES: dict[str, dict[str, str]] = {
    "awskms": {
        "kms-requests": "kms-requests",
        "kms-keys": "kms-keys",
        "kms-requests-asymmetric": "kms-requests-asymmetric",
        "kms-requests-asymmetric-rsa_2048": "kms-requests-rsa-2048",
        "kms-requests-generatedatakeypair-ecc": "kms-data-key-pairs-ecc",
        "kms-requests-generatedatakeypair-rsa": "kms-data-key-pairs-rsa",
    },
    "AWSCloudTrail": {"paideventsrecorded": "cloudtrail-management-events"},
}

# AWS Pricing Calculator feed: its services and its names of the same products, checked 2026-11-24
FEED_SERVICES = {"kms": "awskms", "cloudtrail": "AWSCloudTrail"}
FEED_NAMES: dict[str, dict[str, str]] = {
    "awskms": {
        "API request - Non Free Tier": "kms-requests",
        "Encryption Key": "kms-keys",
        "Asymmetric Requests except RSA_2048API": "kms-requests-asymmetric",
        "Asymmetric Requests RSA_2048": "kms-requests-rsa-2048",
        "API Requests GenerateDatakeyPair ECC": "kms-data-key-pairs-ecc",
        "API Requests GenerateDatakeyPair RSA": "kms-data-key-pairs-rsa",
    },
    "AWSCloudTrail": {"Management Paid Events Recorded": "cloudtrail-management-events"},
}

# the product whose tier at 0 is the free quantity of all Regions, and the meter that it is for
GLOBAL = "Global-KMS-Requests"
FREE = "the free quantity"
FREE_METER = "kms-requests"

# the words of price lists for the units of meters, in small letters without spaces and hyphens
UNITS = {
    "request": ("requests", "request"),
    "key-month": ("keys", "key", "keymonths", "keymonth", "keysmo", "keymo"),
    "event": ("events", "event"),
}


def meter_of(service: str, usage_type: str) -> tuple[str, str]:
    """The meter that a usage type is of, nothing where it is of none, and what it is.

    >>> meter_of("awskms", "us-west-2-KMS-Requests")
    ('kms-requests', 'KMS-Requests')
    >>> meter_of("awskms", "Global-KMS-Requests")
    ('the free quantity', 'Global-KMS-Requests')
    >>> meter_of("AWSCloudTrail", "USE1-DataEventsRecorded")
    ('', 'DataEventsRecorded')
    """
    if usage_type.lower() == GLOBAL.lower() and service == "awskms":
        return FREE, usage_type
    region, kind = region_and_meter(usage_type)
    if region == "" and usage_type.lower().startswith("global-"):
        return "", usage_type
    return SERVICES.get(service, {}).get(kind.lower(), ""), kind
