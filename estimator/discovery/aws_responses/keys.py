"""What AWS says of keys: describe-key, list-key-rotations, list-aliases and others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import day_of, items_of, text_of
from estimator.discovery.estate import Estate, Resource
from pricing.arns import format_arn, is_account, parse_arn


def take_key(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The metadata of a key."""
    data = response.get("KeyMetadata")
    arn = parse_arn(data.get("Arn"), "kms") if isinstance(data, Mapping) else None
    if arn is None or not isinstance(data, Mapping):
        estate.note(f"{source}: a key without an ARN was left out")
        return
    estate.found["keys"] += arn.text not in estate.keys
    resource = estate.add_key(arn.text, source)
    resource.record("arn", arn.text, source, note="Arn")
    owner = data.get("AWSAccountId")
    resource.record("account", owner if is_account(owner) else arn.account, source, note="Arn")
    resource.record("region", arn.region, source, note="Arn")
    created = day_of(data.get("CreationDate"))
    if created is not None:
        resource.record("created", created, source, note="CreationDate")
    for name, fields in (
        ("spec", ("KeySpec", "CustomerMasterKeySpec")),
        ("state", ("KeyState",)),
        ("manager", ("KeyManager",)),
        ("key_store", ("CustomKeyStoreId",)),
    ):
        word = next((text for field in fields if (text := text_of(data, field))), None)
        if word:
            resource.record(name, word, source, note=fields[0])
    deletion = day_of(data.get("DeletionDate"))
    if deletion is not None:
        resource.record("deletion", deletion, source, note="DeletionDate")
    both = data.get("MultiRegionConfiguration")
    if isinstance(both, Mapping):
        primary = both.get("PrimaryKey")
        listed = [primary] if isinstance(primary, Mapping) else []
        others = sorted(
            region
            for key in [*listed, *items_of(both, "ReplicaKeys")]
            if (region := text_of(key, "Region")) and region != arn.region
        )
        if others:
            resource.record("replicas", others, source, note="MultiRegionConfiguration")
    estate.name_key(arn.name, arn.text)


def take_rotations(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The past rotations of a key: each adds a key price, from 2024-05-01 at most two (F16)."""
    days = [day_of(rotation.get("RotationDate")) for rotation in items_of(response, "Rotations")]
    known = sorted({day for day in days if day is not None})
    more = response.get("NextMarker") or response.get("NextToken")
    question = "the answer is one page of several" if more else str(response.get("Question", ""))
    resource.record("rotations", tuple(known), source, question, "Rotations")


def ask_for_past_rotations(resource: Resource) -> None:
    """Ask for the rotations of a key that does not rotate now: it may have, or on demand (F16)."""
    status = resource.fact("rotates")
    if status is not None and status.value is False and resource.fact("rotations") is None:
        question = (
            "rotation is off, but earlier ones, also on demand, add up to two key prices: `aws kms "
            "list-key-rotations` tells them"
        )
        resource.record("rotations", (), status.source, question, status.note)


def take_rotation_status(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Take whether a key rotates, and the day on which it does next."""
    if not isinstance(response.get("KeyRotationEnabled"), bool):
        return
    resource.record("rotates", response["KeyRotationEnabled"], source, note="KeyRotationEnabled")
    days = response.get("RotationPeriodInDays")
    if isinstance(days, int) and not isinstance(days, bool) and days > 0:
        resource.record("rotation_days", days, source, note="RotationPeriodInDays")
    coming = day_of(response.get("NextRotationDate"))
    if response["KeyRotationEnabled"] and coming is not None:
        resource.record("next_rotation", coming, source, note="NextRotationDate")


def take_last_usage(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The last cryptographic operation of a key, and since when AWS records it (F26)."""
    since, usage = day_of(response.get("TrackingStartDate")), response.get("KeyLastUsage")
    if since is None or not isinstance(usage, Mapping):
        return
    resource.record("tracked_since", since, source, note="TrackingStartDate")
    created = day_of(response.get("KeyCreationDate"))
    if created is not None:
        resource.record("created", created, source, note="KeyCreationDate")
    # an empty object says that there was none; one without a time says nothing
    day = day_of(usage.get("Timestamp"))
    if day is not None or not usage:
        resource.record("last_use", day, source, note="KeyLastUsage")
    for name, field in (("last_operation", "Operation"), ("last_event", "CloudTrailEventId")):
        text = text_of(usage, field)
        if text:
            resource.record(name, text, source, note=field)


def take_aliases(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """Names of keys; those of AWS's own keys are only noted as such."""
    for alias in items_of(response, "Aliases"):
        arn, target = parse_arn(alias.get("AliasArn"), "kms"), text_of(alias, "TargetKeyId")
        name = text_of(alias, "AliasName")
        if arn is None or target is None or name is None:
            continue
        key = format_arn("kms", f"key/{target}", arn.account, arn.region, arn.partition)
        if name.startswith("alias/aws/"):
            estate.aws_managed[key] = name
            continue
        estate.name_key(arn.text, key)
        estate.name_key(target, key)
        resource = estate.add_key(key, source)
        resource.record("arn", key, source, note="AliasArn and TargetKeyId")
        resource.record("account", arn.account, source, note="AliasArn")
        resource.record("region", arn.region, source, note="AliasArn")
        record_alias(resource, name.removeprefix("alias/"), source, "AliasName")


def record_alias(resource: Resource, name: str, source: str, note: str) -> None:
    """Note a name; of several the first in the alphabet counts, whoever comes first."""
    old = resource.value("alias")
    if old is None or name < old:
        resource.facts.pop("alias", None)
        resource.record("alias", name, source, note=note)
