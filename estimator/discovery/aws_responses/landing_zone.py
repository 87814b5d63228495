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

_TRAIL = (
    "the organization trail of Control Tower's landing zone is not in its manifest: "
    "`aws cloudtrail describe-trails` in the management account"
)


def take_landing_zone(estate: Estate, answer: Any, source: str) -> bool:
    """Read a manifest, or the answer of get-landing-zone; False for anything else."""
    manifest = answer
    if isinstance(answer, Mapping) and isinstance(answer.get("landingZone"), Mapping):
        manifest = answer["landingZone"].get("manifest")
    if not isinstance(manifest, Mapping):
        return False
    logging = manifest.get("centralizedLogging")
    if not isinstance(logging, Mapping) or (
        not {"governedRegions", "organizationStructure"} & set(manifest)
        and answer is manifest
        and "accessManagement" not in manifest
    ):
        return False
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
    if arn is not None:
        details.append(f"its key is {arn.text}")
    else:
        details.append("it names no KMS key, so its trail writes with SSE-S3")
    days = configurations.get("loggingBucket")
    if isinstance(days, Mapping) and isinstance(days.get("retentionDays"), int):
        details.append(f"its bucket keeps files {days['retentionDays']:,} days")
    if logging.get("enabled") is False:
        estate.note(f"{source}: Control Tower's landing zone without centralized logging")
        return True
    estate.completeness.missed("trails", source, f"{_TRAIL}; {'; '.join(details)}")
    estate.note(f"{source}: Control Tower's landing zone: {'; '.join(details)}")
    return True


def is_stack_manifest(answer: Any) -> bool:
    """True for the manifest of Customizations for Control Tower: which stacks go where."""
    return (
        isinstance(answer, Mapping)
        and {"region", "version", "resources"} <= set(answer)
        and any(text_of(item, "deploy_method") for item in items_of(answer, "resources"))
    )
