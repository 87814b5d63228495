"""Every call that live discovery makes, the permission each needs, and the policy with them all.

All of them only read. Permissions: AWS Service Authorization Reference, checked 2026-11-24;
GetCallerIdentity needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One operation of a service."""

    service: str
    method: str
    action: str
    needs_permission: bool = True
    # documented members of which an answer has one: a proxy's page may come with status 200
    members: tuple[str, ...] = ()


IDENTITY = Call("sts", "get_caller_identity", "sts:GetCallerIdentity", False, ("Account",))
ASSUME = Call("sts", "assume_role", "sts:AssumeRole", members=("Credentials",))
ORGANIZATION = Call(
    "organizations",
    "describe_organization",
    "organizations:DescribeOrganization",
    members=("Organization",),
)
ACCOUNTS = Call(
    "organizations", "list_accounts", "organizations:ListAccounts", members=("Accounts",)
)
ROOTS = Call("organizations", "list_roots", "organizations:ListRoots", members=("Roots",))
UNITS = Call(
    "organizations",
    "list_organizational_units_for_parent",
    "organizations:ListOrganizationalUnitsForParent",
    members=("OrganizationalUnits",),
)
CHILDREN = Call(
    "organizations",
    "list_accounts_for_parent",
    "organizations:ListAccountsForParent",
    members=("Accounts",),
)
TAGS = Call(
    "organizations",
    "list_tags_for_resource",
    "organizations:ListTagsForResource",
    members=("Tags",),
)
REGIONS = Call("ec2", "describe_regions", "ec2:DescribeRegions", members=("Regions",))
TRAILS = Call("cloudtrail", "describe_trails", "cloudtrail:DescribeTrails", members=("trailList",))
SELECTORS = Call(
    "cloudtrail",
    "get_event_selectors",
    "cloudtrail:GetEventSelectors",
    members=("EventSelectors", "AdvancedEventSelectors"),
)
STATUS = Call("cloudtrail", "get_trail_status", "cloudtrail:GetTrailStatus", members=("IsLogging",))
KEY = Call("kms", "describe_key", "kms:DescribeKey", members=("KeyMetadata",))
ALIASES = Call("kms", "list_aliases", "kms:ListAliases", members=("Aliases",))
ROTATIONS = Call("kms", "list_key_rotations", "kms:ListKeyRotations", members=("Rotations",))
ROTATES = Call(
    "kms", "get_key_rotation_status", "kms:GetKeyRotationStatus", members=("KeyRotationEnabled",)
)
ENCRYPTION = Call(
    "s3",
    "get_bucket_encryption",
    "s3:GetEncryptionConfiguration",
    members=("ServerSideEncryptionConfiguration",),
)
LOCATION = Call(
    "s3", "get_bucket_location", "s3:GetBucketLocation", members=("LocationConstraint",)
)

CALLS = (
    IDENTITY,
    ASSUME,
    ORGANIZATION,
    ACCOUNTS,
    ROOTS,
    UNITS,
    CHILDREN,
    REGIONS,
    TRAILS,
    SELECTORS,
    STATUS,
    KEY,
    ALIASES,
    ROTATIONS,
    ROTATES,
    ENCRYPTION,
    LOCATION,
)


def aws_policy(roles: Sequence[str] = (), tags: bool = False) -> dict[str, Any]:
    """The least IAM policy for `discover_aws`: the calls it makes, and nothing else.

    Parameters
    ----------
    roles
        Names or ARNs of the roles to be assumed in other accounts; each of them needs this policy
        without its last statement.
    tags
        The tags of accounts are asked for.
    """
    calls = (*CALLS, TAGS) if tags else CALLS
    actions = sorted(call.action for call in calls if call.needs_permission and call is not ASSUME)
    statements: list[dict[str, Any]] = [
        {"Sid": "KmscostReads", "Effect": "Allow", "Action": actions, "Resource": "*"}
    ]
    if roles:
        names = [call if call.startswith("arn:") else f"arn:*:iam::*:role/{call}" for call in roles]
        statements.append(
            {
                "Sid": "KmscostAssumesRoles",
                "Effect": "Allow",
                "Action": ASSUME.action,
                "Resource": list(dict.fromkeys(names)),
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}
