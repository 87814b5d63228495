"""Usage types, as bills and price lists have them: the Region and the meter that they name."""

from __future__ import annotations

import re

from pricing.region_codes import CODE_PATTERN

# AWS Global Infrastructure, "AWS Region billing codes", checked 2026-11-24:
# https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-region-billing-codes.html
# EUW1 is not there, some services write it all the same. The European Sovereign Cloud's: not found.
BILLING_CODES = {
    "USE1": "us-east-1",
    "USE2": "us-east-2",
    "USW1": "us-west-1",
    "USW2": "us-west-2",
    "CAN1": "ca-central-1",
    "CAN2": "ca-west-1",
    "MXC1": "mx-central-1",
    "SAE1": "sa-east-1",
    "AFS1": "af-south-1",
    "APE1": "ap-east-1",
    "APE2": "ap-east-2",
    "APN1": "ap-northeast-1",
    "APN2": "ap-northeast-2",
    "APN3": "ap-northeast-3",
    "APS1": "ap-southeast-1",
    "APS2": "ap-southeast-2",
    "APS3": "ap-south-1",
    "APS4": "ap-southeast-3",
    "APS5": "ap-south-2",
    "APS6": "ap-southeast-4",
    "APS7": "ap-southeast-5",
    "APS8": "ap-southeast-6",
    "APS9": "ap-southeast-7",
    "EU": "eu-west-1",
    "EUW1": "eu-west-1",
    "EUW2": "eu-west-2",
    "EUW3": "eu-west-3",
    "EUC1": "eu-central-1",
    "EUC2": "eu-central-2",
    "EUN1": "eu-north-1",
    "EUS1": "eu-south-1",
    "EUS2": "eu-south-2",
    "ILC1": "il-central-1",
    "MEC1": "me-central-1",
    "MES1": "me-south-1",
    "UGE1": "us-gov-east-1",
    "UGW1": "us-gov-west-1",
    "CNN1": "cn-north-1",
    "CNW1": "cn-northwest-1",
}

# where a usage type has no Region at all, it is the first one's (S3 usage report guide: "USE1 or
# no prefix")
NO_PREFIX = "us-east-1"

# of each service the usage types without their Region, in small letters, and the shipped tables'
# meters: AWS Price List files awskms and AWSCloudTrail as public code reads and quotes them (spelt
# GenerateDatakeyPair there), and AWS's bills; checked 2026-11-24
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

_FULL = re.compile(rf"(?P<region>{CODE_PATTERN})-(?P<meter>.+)")
_SHORT = re.compile(r"(?P<code>EU|[A-Z]{2,6}\d)-(?P<meter>.+)")
_GLOBAL = re.compile(r"(?:Global|Any)-(?P<meter>.+)")


def region_and_meter(usage_type: str) -> tuple[str | None, str]:
    """The Region in a usage type, and what it meters.

    The Region is empty where it is none that is known, and None where the usage type has no place
    for it.

    >>> region_and_meter("us-west-2-KMS-Requests"), region_and_meter("EU-FreeEventsRecorded")
    (('us-west-2', 'KMS-Requests'), ('eu-west-1', 'FreeEventsRecorded'))
    >>> region_and_meter("KMS-Requests"), region_and_meter("Global-KMS-Requests")
    ((None, 'KMS-Requests'), ('', 'KMS-Requests'))
    """
    if found := _FULL.fullmatch(usage_type):
        return found["region"], found["meter"]
    if found := _SHORT.fullmatch(usage_type):
        return BILLING_CODES.get(found["code"], ""), found["meter"]
    if found := _GLOBAL.fullmatch(usage_type):
        return "", found["meter"]
    return None, usage_type


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
