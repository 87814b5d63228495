"""Findings of Security Hub (ASFF), of Prowler and of others (OCSF): hints, never an inventory.

A finding says that a trail is encrypted or not; which trails there are it does not say. Ids of
checks: AWS Security Hub User Guide, "CloudTrail controls"; Prowler's checks of the service
cloudtrail; both checked 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate
from pricing.arns import parse_arn

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
        listed = _list_findings(answer)
        if listed is None:
            return False
        self._of.setdefault(source, []).extend(
            finding for each in listed if (finding := _read(each)) is not None
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
                for line in _hints(estate, arn.text, arn.name, finding):
                    estate.note(f"{source}: {line}")
            strangers = [arn for arn in trails if arn not in estate.trails]
            if strangers:
                named = ", ".join(strangers[:_MOST_NAMED])
                more = len(strangers) - _MOST_NAMED
                named += f" and {more:,} more" if more > 0 else ""
                reason = f"findings name trails that nothing here describes: {named}"
                estate.completeness.missed("trails", source, reason)
            elif not estate.trails:
                estate.completeness.missed("trails", source, _ONLY_HINTS)
            failed = sum(finding.failed is True for finding in findings)
            estate.note(
                f"{source}: findings ({len(findings):,}, {failed:,} failed) are hints: no trail, "
                "key or account is drafted from them"
            )


def _hints(estate: Estate, arn: str, name: str, finding: Finding) -> Iterator[str]:
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
            listed = list(items_of(answer, "Findings"))
            return listed if listed or not answer["Findings"] else None
        listed = [answer]
    elif isinstance(answer, list) and answer and all(isinstance(each, Mapping) for each in answer):
        listed = answer
    else:
        return None
    return listed if all(_form(each) for each in listed) else None


def _form(finding: Mapping[str, Any]) -> str:
    names = set(finding)
    if {"ProductArn", "Resources"} <= names or {"SchemaVersion", "AwsAccountId"} <= names:
        return "asff"
    if "finding_info" in names or ("metadata" in names and "class_uid" in names):
        return "ocsf"
    if {"CHECK_ID", "STATUS"} <= names:
        return "csv"
    return "json" if {"CheckID", "Status"} <= names else ""


def _read(finding: Mapping[str, Any]) -> Finding | None:
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
