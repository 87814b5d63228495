"""What AWS says of keys: what they are, how they rotate, and who may use them.

Who may use a key stands in its grants, its policy and its tags: KMS API Reference, ListGrants,
GetKeyPolicy, ListResourceTags; KMS Developer Guide, Key policies (checked 2026-11-28).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from estimator.discovery.aws_responses.organization import read_tags
from estimator.discovery.aws_responses.values import day_of, items_of, text_of
from estimator.discovery.estate import Estate, Resource
from pricing.arns import format_arn, is_account, parse_arn, parse_key_arn, split_arn

# what somebody needs a key for: who may only look at it or manage it loses nothing with it
_USES = (
    *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateMac", "Sign"),
    *("Verify", "VerifyMac", "ReEncryptFrom", "ReEncryptTo", "DeriveSharedSecret"),
)
_PAGE = "the answer is one page of several"


def take_key(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The metadata of a key."""
    data = response.get("KeyMetadata")
    arn = parse_key_arn(data.get("Arn")) if isinstance(data, Mapping) else None
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
    for name, field in (("deletion", "DeletionDate"), ("expires", "ValidTo")):
        day = day_of(data.get(field))
        if day is not None:
            resource.record(name, day, source, note=field)
    both = data.get("MultiRegionConfiguration")
    if isinstance(both, Mapping):
        primary = both.get("PrimaryKey")
        listed = [primary] if isinstance(primary, Mapping) else []
        family = [*listed, *items_of(both, "ReplicaKeys")]
        others = sorted(
            region for key in family if (region := text_of(key, "Region")) and region != arn.region
        )
        names = {text_of(key, "Arn") for key in family} - {None, arn.text}
        if names:
            resource.record("relatives", sorted(map(str, names)), source)
        if others:
            resource.record("replicas", others, source, note="MultiRegionConfiguration")
    estate.name_key(arn.name, arn.text)


def take_rotations(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The past rotations of a key: each adds a key price, from 2024-05-01 at most two (F16)."""
    days = [day_of(rotation.get("RotationDate")) for rotation in items_of(response, "Rotations")]
    old = resource.facts.pop("rotations", None)
    # pages in any order, and answers of another day: rotations are only ever added
    known = {day for day in days if day is not None} | set(old.value if old is not None else ())
    more = response.get("Truncated") is True or response.get("NextMarker")
    question = _PAGE if more or response.get("NextToken") else str(response.get("Question", ""))
    if old is not None and old.is_known:
        question = ""
    resource.record("rotations", tuple(sorted(known)), source, question, "Rotations")


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
        # AWS Config has what a stack named: an id, or the whole ARN
        named = parse_key_arn(target)
        key = format_arn("kms", f"key/{target}", arn.account, arn.region, arn.partition)
        key, target = (named.text, named.name) if named is not None else (key, target)
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
    others = resource.value("aliases") or ()
    resource.facts.pop("aliases", None)
    resource.record("aliases", tuple(sorted({*others, name})), source, note=note)
    old = resource.value("alias")
    if old is None or name < old:
        resource.facts.pop("alias", None)
        resource.record("alias", name, source, note=note)


def take_tags(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """The tags of a key."""
    listed = [
        {"Key": tag.get("TagKey"), "Value": tag.get("TagValue")}
        for tag in items_of(response, "Tags")
    ]
    tags = read_tags(listed) | (resource.value("tags") or {})
    resource.facts.pop("tags", None)
    resource.record("tags", tags, source, note="Tags")


def take_grants(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Those to whom grants give the use of a key."""
    found = set()
    for grant in items_of(response, "Grants"):
        operations = [name for name in _as_list(grant.get("Operations")) if _is_use(name)]
        grantee = text_of(grant, "GranteePrincipal")
        if grantee is not None and operations:
            found.add(f"grant to {_short_principal(grantee)} ({', '.join(sorted(operations))})")
    _record_more(resource, "grantees", found, source, "Grants")
    if response.get("Truncated") is True:
        _record_more(resource, "access_open", {f"list-grants: {_PAGE}"}, source, "Truncated")


def take_policy(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Those whom a key policy allows the use of a key; what it denies is not taken off."""
    document = _parse_policy(response.get("Policy"))
    if document is None:
        _record_more(resource, "access_open", {"get-key-policy: no JSON"}, source, "Policy")
        return
    listed = document.get("Statement")
    statements = [listed] if isinstance(listed, Mapping) else listed
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else ():
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
            found |= {*_list_allowed(statement)}
    _record_more(resource, "policy_principals", found, source, "Policy")


def _list_allowed(statement: Mapping[str, Any]) -> Iterator[str]:
    actions = _as_list(statement.get("Action"))
    # all actions but a few are uses too, as far as anybody can tell
    if not any(_is_use(action.removeprefix("kms:")) for action in actions) and actions:
        return
    limited = " under a condition" if statement.get("Condition") else ""
    if "NotPrincipal" in statement:
        yield f"key policy: all but some{limited}"
    principal = statement.get("Principal")
    named = principal if isinstance(principal, Mapping) else {"AWS": principal}
    for texts in named.values():
        yield from (f"key policy: {_principal(text)}{limited}" for text in _as_list(texts))


def _principal(text: str) -> str:
    arn = split_arn(text)
    account = text if text.isdigit() else arn.account if arn and arn.resource == "root" else ""
    if account:
        return f"account {account}, whom its IAM policies allow"
    return "anybody" if text == "*" else _short_principal(text)


def _short_principal(principal: str) -> str:
    """A principal as tables have callers: an ARN without what all of them begin with."""
    arn = split_arn(principal)
    return principal if arn is None else f"{arn.account}:{arn.resource}"


def _is_use(action: str) -> bool:
    """Tell whether an action, also a pattern of several, lets somebody use a key.

    >>> _is_use("GenerateDataKeyWithoutPlaintext"), _is_use("*"), _is_use("DescribeKey")
    (True, True, False)
    """
    pattern = action.casefold()
    return any(
        fnmatchcase(use.casefold(), pattern) or pattern.startswith(use.casefold()) for use in _USES
    )


def _parse_policy(policy: Any) -> Mapping[str, Any] | None:
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return None
    return policy if isinstance(policy, Mapping) else None


def _as_list(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [text for text in values if isinstance(text, str)]


def _record_more(
    resource: Resource, name: str, found: Iterable[str], source: str, note: str
) -> None:
    """Add to what other answers say: grants come in pages."""
    known = {*found, *(resource.value(name) or ())}
    resource.facts.pop(name, None)
    resource.record(name, tuple(sorted(known)), source, note=note)
