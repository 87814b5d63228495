"""ARNs: who owns a thing, in which partition and Region."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pricing.regions import is_region as is_code
from pricing.regions import partition_of, regions

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*)"
    r":(?P<account>[0-9]{12})?:(?P<rest>[^\s]+)\Z"
)
_ACCOUNT = re.compile(r"[0-9]{12}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN."""

    text: str
    partition: str
    service: str
    region: str
    account: str
    rest: str

    @property
    def name(self) -> str:
        """What comes after the kind: the trail's name, the key's id, the alias without `alias/`."""
        return self.rest.partition("/")[2] or self.rest


def parse_arn(text: Any, service: str = "") -> Arn | None:
    """The parts of an ARN of a service; None for anything else.

    >>> parse_arn("arn:aws-us-gov:kms:us-gov-west-1:111122223333:alias/logs", "kms").name
    'logs'
    >>> parse_arn("alias/logs") is None
    True
    """
    found = _ARN.match(text) if isinstance(text, str) else None
    if found is None or (service and found["service"] != service):
        return None
    return Arn(
        found[0],
        found["partition"],
        found["service"],
        found["region"],
        found["account"] or "",
        found["rest"],
    )


def is_account(value: Any) -> bool:
    """Whether this is an account id: 12 digits."""
    return isinstance(value, str) and _ACCOUNT.match(value) is not None


def is_region(value: Any) -> bool:
    """Whether this is a Region of a partition that kmscost knows Regions of."""
    if not isinstance(value, str) or not is_code(value):
        return False
    return partition_of(value) in {one.partition for one in regions().values()}
