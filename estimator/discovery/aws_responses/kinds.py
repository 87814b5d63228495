"""Which command of the AWS CLI prints a response: told by its content, whoever saved it.

`--query` takes the members out of a response; those of most still tell which it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pricing.arns import is_account, parse_arn

# answers about the tree of an organization, and the member that each has
TREE = (
    ("list-roots", "Roots"),
    ("list-organizational-units-for-parent", "OrganizationalUnits"),
    ("describe-organizational-unit", "OrganizationalUnit"),
    ("list-children", "Children"),
)
# in place of a response: a filter may have left out of it what it did not ask for
PROJECTED = "taken out by a query"
# tags alone: many things have tags
_ONLY_TAGS = {"Tags", "NextToken", "ResponseMetadata", PROJECTED}
# what a response to each command has, and no other response
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("describe-trails", ("trailList",)),
    ("get-trail", ("Trail",)),
    ("get-event-selectors", ("TrailARN", "EventSelectors")),
    ("get-event-selectors", ("TrailARN", "AdvancedEventSelectors")),
    ("get-trail-status", ("IsLogging",)),
    ("list-accounts", ("Accounts",)),
    ("describe-organization", ("Organization",)),
    ("get-caller-identity", ("UserId", "Account", "Arn")),
    ("describe-key", ("KeyMetadata",)),
    ("list-key-rotations", ("Rotations",)),
    ("get-key-rotation-status", ("KeyRotationEnabled",)),
    ("get-key-last-usage", ("KeyLastUsage", "TrackingStartDate")),
    # ACLs of buckets have grants too, and policies of buckets no name
    ("list-grants", ("Grants", "Truncated")),
    ("get-key-policy", ("Policy", "PolicyName")),
    ("list-resource-tags", ("Tags", "Truncated")),
    ("list-aliases", ("Aliases",)),
    ("get-bucket-encryption", ("ServerSideEncryptionConfiguration",)),
    ("get-bucket-location", ("LocationConstraint",)),
    ("describe-regions", ("Regions",)),
    *((command, (field,)) for command, field in TREE),
    ("list-parents", ("Parents",)),
    ("list-tags-for-resource", ("Tags",)),
    ("get-free-tier-usage", ("freeTierUsages",)),
)
# answers of one field, which stand alone
SINGLE_FIELDS = frozenset(
    field for _, names in _KINDS if len(names) == 1 for field in names if field != "IsLogging"
)
# what `--query` takes out of a response: the members of each item, or of the one object
_LISTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("trailList", ("TrailARN",)),
    ("trailList", ("Name", "S3BucketName")),
    ("Aliases", ("AliasArn", "AliasName")),
    ("Regions", ("RegionName",)),
    ("Rotations", ("KeyId", "RotationDate")),
    ("Tags", ("Key", "Value")),
)
_OBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Trail", ("Name", "TrailARN")),
    ("Trail", ("Name", "S3BucketName")),
    ("Organization", ("MasterAccountId",)),
    ("KeyMetadata", ("Arn", "KeyId", "KeyState")),
)
# members of which a part of a response has some
_OF_KEYS = {"KeyState", "KeyManager", "CreationDate", "Enabled", "KeySpec"}
_OF_ENCRYPTION = {"ApplyServerSideEncryptionByDefault", "BucketKeyEnabled"}
COMMANDS = tuple(dict.fromkeys(name for name, _ in _KINDS))


def kind_of(response: Mapping[str, Any]) -> str | None:
    """The command that prints such a response; None for one that discover does not read.

    >>> kind_of({"trailList": []}), kind_of({"Trails": []})
    ('describe-trails', None)
    """
    for kind, names in _KINDS:
        if all(name in response for name in names):
            is_more = kind == "list-tags-for-resource" and not set(response) <= _ONLY_TAGS
            return None if is_more else kind
    return None


def _is_encryption(rule: Any) -> bool:
    return isinstance(rule, Mapping) and bool(set(rule) & _OF_ENCRYPTION)


def whole_response(answer: Any) -> Mapping[str, Any] | None:
    """A response as AWS gives it, also of what `--query` took out of it; None for anything else.

    >>> whole_response([{"Id": "111122223333", "Name": "prod"}])
    {'Accounts': [{'Id': '111122223333', 'Name': 'prod'}]}
    """
    if isinstance(answer, Mapping):
        if kind_of(answer) is None:
            for field, names in _OBJECTS:
                if all(name in answer for name in names):
                    return {field: answer}
            if parse_arn(answer.get("Arn"), "kms") and set(answer) & _OF_KEYS:
                return {"KeyMetadata": answer}
            rules = answer.get("Rules")
            if isinstance(rules, list) and any(_is_encryption(rule) for rule in rules):
                return {"ServerSideEncryptionConfiguration": answer}
        return answer
    items = answer if isinstance(answer, list) else []
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    if all(is_account(item.get("Id")) for item in items):
        return {"Accounts": items}
    for field, names in _LISTS:
        if all(name in item for item in items for name in names):
            return {field: items, PROJECTED: True}
    return None
