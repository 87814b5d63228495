"""Answers that only hint: findings, a landing zone's manifest, and what the free tier has left.

None of them becomes an account, a key or a trail of a draft. A finding (of Security Hub, ASFF; of
Prowler and others, OCSF) says that a trail is encrypted or not; which trails there are it does not
say. The organization trail that Control Tower's landing zone makes stands in no manifest. The free
tier's usage counts all KMS requests of a month that is not over, CloudTrail's among them.

Ids of checks: AWS Security Hub User Guide, "CloudTrail controls"; Prowler's checks of the service
cloudtrail. Fields of manifests: AWS Control Tower User Guide, "View the details of your landing
zone manifest file". Members of `aws freetier get-free-tier-usage`: botocore's service model
freetier of 2023-09-07. All checked 2026-11-28.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate
from estimator.figures import count, listed
from estimator.inventory.others import FIELD
from pricing.arns import is_account, parse_arn

_ENCRYPTION = (
    "cloudtrail.2",
    "cloudtrail_kms_encryption_enabled",
    "cloud_trail_encryption_enabled",
)
_VALIDATION = ("cloudtrail.4", "cloudtrail_log_file_validation_enabled")
_ONLY_HINTS = (
    "findings say how trails are set, never which trails there are: save the answer of "
    "`aws cloudtrail describe-trails` as well"
)
_MOST_NAMED = 5
# the organization trail that every landing zone with centralized logging has
_TRAIL = "aws-controltower-BaselineCloudTrail"
_MANIFEST = {"governedRegions", "organizationStructure", "accessManagement"}
_NO_LANDING_TRAIL = (
    "the organization trail of Control Tower's landing zone is not in its manifest: "
    "`aws cloudtrail describe-trails` in the management account"
)
# the product of the free requests of all Regions (F13)
_FREE_REQUESTS = "global-kms-requests"


@dataclass(frozen=True)
class Finding:
    """One check of one resource."""

    check: str
    failed: bool | None
    resource: str


@dataclass
class Findings:
    """What findings say of trails, until it is known which trails there are."""

    _of: dict[str, list[Finding]] = field(default_factory=dict)

    def take(self, answer: Any, source: str) -> bool:
        """Read findings; False where an answer has none."""
        findings = _list_findings(answer)
        if findings is None:
            return False
        self._of.setdefault(source, []).extend(
            finding for each in findings if (finding := _read_finding(each)) is not None
        )
        return True

    def note(self, estate: Estate) -> None:
        """Note what the findings say of the trails of an estate, and of others."""
        for source, findings in self._of.items():
            trails: dict[str, None] = {}
            for finding in findings:
                arn = parse_arn(finding.resource, "cloudtrail")
                if arn is None:
                    continue
                trails[arn.text] = None
                for line in _compare_finding(estate, arn.text, arn.name, finding):
                    estate.note(f"{source}: {line}")
            strangers = [arn for arn in trails if arn not in estate.trails]
            if strangers:
                named = listed(strangers, _MOST_NAMED)
                reason = f"findings name trails that nothing here describes: {named}"
                estate.completeness.missed("trails", source, reason)
            elif not estate.trails:
                estate.completeness.missed("trails", source, _ONLY_HINTS)
            failed = sum(finding.failed is True for finding in findings)
            estate.note(
                f"{source}: findings ({len(findings):,}, {failed:,} failed) are hints: no trail, "
                "key or account is drafted from them"
            )


def _compare_finding(estate: Estate, arn: str, name: str, finding: Finding) -> Iterator[str]:
    """What a finding says of a trail, and whether what was read agrees."""
    trail, check = estate.trails.get(arn), finding.check.lower()
    for checks, fact, words in (
        (_ENCRYPTION, "key", ("encrypted with a KMS key", "not encrypted with a KMS key")),
        (_VALIDATION, "validation", ("with log file validation", "without log file validation")),
    ):
        if check not in checks or finding.failed is None:
            continue
        line = f"{finding.check} says that trail {name} is {words[finding.failed]}"
        known = trail.fact(fact) if trail is not None else None
        if known is not None and known.is_known and bool(known.value) is finding.failed:
            line += f", but {known.source} says otherwise: look at the trail"
        yield line


def _list_findings(answer: Any) -> list[Mapping[str, Any]] | None:
    """The findings of an answer, of a file of OCSF, or of the rows of Prowler's CSV."""
    if isinstance(answer, Mapping):
        if isinstance(answer.get("Findings"), list):
            findings = list(items_of(answer, "Findings"))
            return findings if findings or not answer["Findings"] else None
        findings = [answer]
    elif isinstance(answer, list) and answer and all(isinstance(each, Mapping) for each in answer):
        findings = answer
    else:
        return None
    return findings if all(_form(each) for each in findings) else None


def _form(finding: Mapping[str, Any]) -> str:
    names = set(finding)
    if {"ProductArn", "Resources"} <= names or {"SchemaVersion", "AwsAccountId"} <= names:
        return "asff"
    if "finding_info" in names or ("metadata" in names and "class_uid" in names):
        return "ocsf"
    if {"CHECK_ID", "STATUS"} <= names:
        return "csv"
    return "json" if {"CheckID", "Status"} <= names else ""


def _read_finding(finding: Mapping[str, Any]) -> Finding | None:
    form = _form(finding)
    if finding.get("RecordState") == "ARCHIVED":
        return None  # what it says is over
    if form == "asff":
        compliance = _part(finding, "Compliance")
        check = text_of(compliance, "SecurityControlId") or text_of(finding, "GeneratorId") or ""
        resource = next(items_of(finding, "Resources"), {})
        status, name = text_of(compliance, "Status"), text_of(resource, "Id")
        # prowler-cloudtrail_kms_encryption_enabled; security-control/CloudTrail.2
        check = check.removeprefix("prowler-").rpartition("/")[2]
    elif form == "ocsf":
        check = text_of(_part(finding, "metadata"), "event_code") or ""
        compliance = _part(finding, "compliance")
        check = check or text_of(compliance, "control") or ""
        status = text_of(finding, "status_code") or text_of(compliance, "status")
        name = text_of(next(items_of(finding, "resources"), {}), "uid")
    elif form == "csv":
        check = text_of(finding, "CHECK_ID") or ""
        status, name = text_of(finding, "STATUS"), text_of(finding, "RESOURCE_UID")
    else:
        check = text_of(finding, "CheckID") or ""
        status, name = text_of(finding, "Status"), text_of(finding, "ResourceArn")
    word = (status or "").upper()
    failed = True if word.startswith("FAIL") else False if word.startswith("PASS") else None
    return Finding(check, failed, name or "")


def _part(finding: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = finding.get(name)
    return value if isinstance(value, Mapping) else {}


def read_landing_zone(answer: Any) -> str | None:
    """What a manifest, or the answer of get-landing-zone, says; None for anything else.

    Empty for a landing zone without centralized logging, which makes no trail.
    """
    manifest = answer
    if isinstance(answer, Mapping) and isinstance(answer.get("landingZone"), Mapping):
        manifest = answer["landingZone"].get("manifest")
    logging = manifest.get("centralizedLogging") if isinstance(manifest, Mapping) else None
    if not isinstance(logging, Mapping) or not (
        answer is not manifest or _MANIFEST & set(manifest)
    ):
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


def note_landing_zone(estate: Estate, source: str, details: str) -> None:
    """Note what a landing zone says, and that its trail is missing where nobody describes it."""
    if not details:
        estate.note(f"{source}: Control Tower's landing zone without centralized logging")
        return
    estate.note(f"{source}: Control Tower's landing zone: {details}")
    if not any(trail.value("name") == _TRAIL for trail in estate.trails.values()):
        estate.completeness.missed("trails", source, f"{_NO_LANDING_TRAIL}; {details}")


def is_stack_manifest(answer: Any) -> bool:
    """True for the manifest of Customizations for Control Tower: which stacks go where."""
    return (
        isinstance(answer, Mapping)
        and {"region", "version", "resources"} <= set(answer)
        and any(text_of(item, "deploy_method") for item in items_of(answer, "resources"))
    )


def take_free_tier(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """Note what is used and forecast of the free requests; without their line, that it is missing.

    A draft has no number of it: it counts CloudTrail's requests too, of a month that is not over.
    """
    usages = [
        usage
        for usage in items_of(response, "freeTierUsages")
        if (text_of(usage, "usageType") or "").casefold() == _FREE_REQUESTS
    ]
    if not usages:
        estate.note(f"{source}: no line of Global-KMS-Requests, the free requests of KMS")
    for usage in usages:
        used, limit = (_number(usage, name) for name in ("actualUsageAmount", "limit"))
        ahead = _number(usage, "forecastedUsageAmount")
        if used is None or limit is None:
            estate.note(f"{source}: the line of Global-KMS-Requests has no number of what is used")
            continue
        forecast = "" if ahead is None else f", {count(ahead)} are forecast for the month"
        end = "used up" if used >= limit else f"{count(limit - used)} left"
        estate.note(
            f"{source}: {count(used)} of {count(limit)} free KMS requests of this month are used, "
            f"{end}{forecast}: CloudTrail's and all others' together; what is not CloudTrail's "
            f"belongs into {FIELD}, which `kmscost calibrate` measures out of logs"
        )


def _number(usage: Mapping[str, Any], name: str) -> float | None:
    value = usage.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None
