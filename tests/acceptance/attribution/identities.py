"""Who calls KMS, as `userIdentity` of an event says it, and the names that a caller may be given.

Sources: CloudTrail User Guide, userIdentity element; KMS Developer Guide, "Examples of AWS KMS log
entries" and "Amazon EC2 example two" (awsdocs/aws-kms-developer-guide, doc_source/ct-ec2two.md);
IAM User Guide, "Forward access sessions"; the real logs of boogy and coralogix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """One caller: its record, its account, and every text that names it and nobody else."""

    record: Record
    account: str
    names: frozenset[str]


def role(
    account: str,
    name: str,
    session: str,
    *,
    path: str = "",
    by: str = "",
    issuer: bool = True,
) -> Identity:
    """Return a session of a role; with its issuer the role's path is in the event.

    The session is an instance's id, a task's or a person's name: no part of the caller.
    """
    arn = f"arn:aws:iam::{account}:role/{path}{name}"
    record: Record = {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE{name.upper()[:8]}:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
    }
    if issuer:
        record["sessionContext"] = {
            "sessionIssuer": {
                "type": "Role",
                "principalId": f"AROAEXAMPLE{name.upper()[:8]}",
                "arn": arn,
                "accountId": account,
                "userName": name,
            },
            "webIdFederationData": {},
            "attributes": {"creationDate": "2026-10-01T00:00:00Z", "mfaAuthenticated": "false"},
        }
    if by:
        record["invokedBy"] = by
    plain = f"arn:aws:iam::{account}:role/{name}"
    return Identity(record, account, frozenset({arn if issuer else plain, *_short(arn, name)}))


def _short(arn: str, name: str) -> set[str]:
    """A name without its account: good enough where, as here, no two accounts share one."""
    return {arn.rpartition(":")[2], f"role/{name}", name}


def user(account: str, name: str, *, by: str = "") -> Identity:
    arn = f"arn:aws:iam::{account}:user/{name}"
    record: Record = {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": arn,
        "accountId": account,
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "userName": name,
    }
    if by:
        record["sessionContext"] = {
            "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-10-01T00:00:00Z"}
        }
        record["invokedBy"] = by
    return Identity(record, account, frozenset({arn, f"user/{name}", name}))


def service(principal: str, account: str) -> Identity:
    """Return an AWS service that calls for itself; `account` is where the event is recorded.

    Regional principals (logs.us-east-1.amazonaws.com) are the same service as one without a Region.
    """
    first = principal.partition(".")[0]
    names = frozenset({principal, first, f"{first}.amazonaws.com"})
    return Identity({"type": "AWSService", "invokedBy": principal}, account, names)


def stranger(account: str) -> Identity:
    """Return a caller of another account as the key's owner sees it: no ARN."""
    record = {"type": "AWSAccount", "principalId": "AROAEXAMPLE:x", "accountId": account}
    return Identity(record, account, frozenset({account, f"arn:aws:iam::{account}:root"}))
