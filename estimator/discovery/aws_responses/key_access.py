"""Who may use a key: grants, key policies and tags, as list-grants, get-key-policy and others say.

Sources: KMS API Reference, ListGrants, GetKeyPolicy, ListResourceTags; KMS Developer Guide, Key
policies (checked 2026-11-28).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from estimator.discovery.aws_responses.organization import read_tags
from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Resource
from pricing.arns import split_arn

# what somebody needs a key for: who may only look at it or manage it loses nothing with it
_USES = (
    *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyPair", "GenerateMac", "Sign"),
    *("Verify", "VerifyMac", "ReEncryptFrom", "ReEncryptTo", "DeriveSharedSecret"),
)
_PAGE = "the answer is one page of several"


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
            found.add(f"grant to {_short(grantee)} ({', '.join(sorted(operations))})")
    _add(resource, "grantees", found, source, "Grants")
    if response.get("Truncated") is True:
        _add(resource, "access_open", {f"list-grants: {_PAGE}"}, source, "Truncated")


def take_policy(resource: Resource, response: Mapping[str, Any], source: str) -> None:
    """Those whom a key policy allows the use of a key; what it denies is not taken off."""
    document = _document(response.get("Policy"))
    if document is None:
        _add(resource, "access_open", {"get-key-policy: no JSON"}, source, "Policy")
        return
    listed = document.get("Statement")
    statements = [listed] if isinstance(listed, Mapping) else listed
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else ():
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow":
            found |= {*_list_allowed(statement)}
    _add(resource, "policy_principals", found, source, "Policy")


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
    return "anybody" if text == "*" else _short(text)


def _short(principal: str) -> str:
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


def _document(policy: Any) -> Mapping[str, Any] | None:
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return None
    return policy if isinstance(policy, Mapping) else None


def _as_list(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [text for text in values if isinstance(text, str)]


def _add(resource: Resource, name: str, found: Iterable[str], source: str, note: str) -> None:
    """Add to what other answers say: grants come in pages."""
    known = {*found, *(resource.value(name) or ())}
    resource.facts.pop(name, None)
    resource.record(name, tuple(sorted(known)), source, note=note)
