"""The manifest of Control Tower's landing zone: a part of the truth, named as one.

Fields: AWS Control Tower User Guide, "View the details of your landing zone manifest file", checked
2026-11-28. The organization trail that a landing zone makes stands in no manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate
from pricing.arns import is_account, parse_arn

# the organization trail that every landing zone with centralized logging has
TRAIL = "aws-controltower-BaselineCloudTrail"
_MEMBERS = {"governedRegions", "organizationStructure", "accessManagement"}
_MISSING = (
    "the organization trail of Control Tower's landing zone is not in its manifest: "
    "`aws cloudtrail describe-trails` in the management account"
)


def read_landing_zone(answer: Any) -> str | None:
    """What a manifest, or the answer of get-landing-zone, says; None for anything else.

    Empty for a landing zone without centralized logging, which makes no trail.
    """
    manifest = answer
    if isinstance(answer, Mapping) and isinstance(answer.get("landingZone"), Mapping):
        manifest = answer["landingZone"].get("manifest")
    logging = manifest.get("centralizedLogging") if isinstance(manifest, Mapping) else None
    if not isinstance(logging, Mapping) or not (answer is not manifest or _MEMBERS & set(manifest)):
        return None
    if logging.get("enabled") is False:
        return ""
    configurations = logging.get("configurations")
    configurations = configurations if isinstance(configurations, Mapping) else {}
    details = []
    regions = manifest.get("governedRegions")
    if isinstance(regions, list):
        details.append(f"it governs {', '.join(str(region) for region in regions)[:300]}")
    account = logging.get("accountId")
    if is_account(account):
        details.append(f"its log archive is account {account}")
    arn = parse_arn(configurations.get("kmsKeyArn"), "kms")
    details.append(f"its key is {arn.text}" if arn is not None else "it names no KMS key")
    bucket = configurations.get("loggingBucket")
    if isinstance(bucket, Mapping) and isinstance(bucket.get("retentionDays"), int):
        details.append(f"its bucket keeps files {bucket['retentionDays']:,} days")
    return "; ".join(details)


def note_trail(estate: Estate, source: str, details: str) -> None:
    """Note what a landing zone says, and that its trail is missing where nobody describes it."""
    if not details:
        estate.note(f"{source}: Control Tower's landing zone without centralized logging")
        return
    estate.note(f"{source}: Control Tower's landing zone: {details}")
    if not any(trail.value("name") == TRAIL for trail in estate.trails.values()):
        estate.completeness.missed("trails", source, f"{_MISSING}; {details}")


def is_stack_manifest(answer: Any) -> bool:
    """True for the manifest of Customizations for Control Tower: which stacks go where."""
    return (
        isinstance(answer, Mapping)
        and {"region", "version", "resources"} <= set(answer)
        and any(text_of(item, "deploy_method") for item in items_of(answer, "resources"))
    )
