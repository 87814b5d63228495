"""ARNs: their parts, what is an account, which ARN names a key, which role is behind a session.

Form: AWS Identity and Access Management User Guide, "IAM JSON policy elements", checked 2026-11-28:
`arn:partition:service:region:account:resource`, where Region and account may be empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pricing.region_codes import partition_of

_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:[0-9]{12})?:[^\s]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_KEY = "key/"
KEY_ARN_PATTERN = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[^\s:]+$"  # for JSON Schemas
BUCKET_ARN_START = r"arn:aws[a-z-]*:s3:::"  # a bucket's name follows it
_SESSION = ":assumed-role/"


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN."""

    text: str
    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def name(self) -> str:
        """The resource without its kind: a trail's name, a key's id, an alias without `alias/`."""
        return self.resource.partition("/")[2] or self.resource

    @property
    def is_key(self) -> bool:
        """True for a KMS key: no alias, and no other resource."""
        # a key's id holds no colon: what has one is an ARN inside of a longer text
        return self.service == "kms" and self.resource.startswith(_KEY) and ":" not in self.resource


def split_arn(text: str) -> Arn | None:
    """The parts of an ARN as they stand, unchecked; None for what is no ARN.

    Logs and bills are counted by it: who passes them on may have masked account ids, and such a
    request counts all the same.

    >>> split_arn("arn:aws:kms:eu-west-1:ACCOUNT:key/1234").region
    'eu-west-1'
    >>> split_arn("alias/logs") is None
    True
    """
    # no further: a resource may hold colons of its own
    parts = text.split(":", 5)
    return Arn(text, *parts[1:]) if len(parts) == 6 and parts[0] == "arn" else None


def parse_arn(text: Any, service: str = "") -> Arn | None:
    """The parts of an ARN of a service, each of AWS's form; None for anything else.

    What is written into an inventory goes through it: foreign files may hold anything.

    >>> parse_arn("arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/logs", "kms").name
    'logs'
    >>> parse_arn("arn:aws:kms:eu-west-1:ACCOUNT:key/1234") is None
    True
    """
    if not isinstance(text, str) or not _ARN.fullmatch(text):
        return None
    arn = split_arn(text)
    return arn if arn is not None and service in ("", arn.service) else None


def parse_key_arn(text: Any) -> Arn | None:
    """The parts of the whole ARN of a KMS key; None for anything else.

    >>> parse_key_arn("arn:aws-cn:kms:cn-north-1:111122223333:key/1234").account
    '111122223333'
    >>> parse_key_arn("arn:aws:kms:eu-west-1:111122223333:alias/logs") is None
    True
    """
    arn = parse_arn(text, "kms")
    whole = arn is not None and arn.region and arn.account and arn.resource != _KEY
    return arn if arn is not None and whole and arn.is_key else None


def format_arn(
    service: str, resource: str, account: str, region: str = "", partition: str = ""
) -> str:
    """The ARN of a resource; its partition is the Region's where none is given.

    >>> format_arn("kms", "alias/logs", "111122223333", "cn-north-1")
    'arn:aws-cn:kms:cn-north-1:111122223333:alias/logs'
    """
    if not partition:
        partition = partition_of(region)
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def is_account(value: Any) -> bool:
    """True for an account id: 12 digits."""
    return isinstance(value, str) and _ACCOUNT.fullmatch(value) is not None


def account_in(text: str) -> str:
    """The account in an ARN, nothing where the text is none.

    >>> account_in("arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"), account_in("org")
    ('111122223333', '')
    """
    arn = split_arn(text)
    return arn.account if arn is not None else ""


def place_of(arn: str) -> tuple[str, str]:
    """The account and the Region of a resource, nothing where the text is no ARN.

    >>> place_of("arn:aws:kms:eu-west-1:111122223333:key/1234")
    ('111122223333', 'eu-west-1')
    """
    key = split_arn(arn)
    return (key.account, key.region) if key is not None else ("", "")


def is_key(text: str) -> bool:
    """True for the ARN of a KMS key, its parts unchecked."""
    arn = split_arn(text)
    return arn is not None and arn.is_key


def role_of(text: str) -> str:
    """The role behind an assumed role's session: sessions come and go, the reader stays.

    >>> role_of("arn:aws:sts::111122223333:assumed-role/siem/i-0abc")
    'arn:aws:iam::111122223333:role/siem'
    >>> role_of("arn:aws:iam::111122223333:user/Alice")
    'arn:aws:iam::111122223333:user/Alice'
    """
    head, session, name = text.partition(_SESSION)
    if not session:
        return text
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{name.split('/', 1)[0]}"
