"""Whose request it is: the service that asked KMS, and what it asked for. One table of rules.

In this order: a trail in the encryption context; another key of it that a service documents; the
service that the event names as the one between (``invokedBy``, else ``sourceIPAddress``, else
``userAgent``); nobody between. What no rule covers is `UNKNOWN`, never another's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

DIRECT, UNKNOWN, CLOUDTRAIL_SERVICE = "direct", "unknown", "cloudtrail"
TRAIL_KEY, OBJECT_KEY = "aws:cloudtrail:arn", "aws:s3:arn"


class ContextRule(NamedTuple):
    """A key of the encryption context that one service writes.

    Attributes
    ----------
    key : str
        The key, as AWS spells it.
    service : str
        AWS's short name of the service, the first label of its endpoint and of `kms:ViaService`.
    resource : str
        What the value names, in a word.
    source : str
        Where AWS says so.
    """

    key: str
    service: str
    resource: str
    source: str


# the first of these that a context has decides: a database's volume names both of them
CONTEXT_RULES = (
    ContextRule(TRAIL_KEY, CLOUDTRAIL_SERVICE, "trail", "KMS guide, services-cloudtrail"),
    ContextRule(OBJECT_KEY, "s3", "bucket", "KMS guide, services-s3"),
    ContextRule("SecretARN", "secretsmanager", "secret", "KMS guide, services-secrets-manager"),
    ContextRule("PARAMETER_ARN", "ssm", "parameter", "KMS guide, services-parameter-store"),
    ContextRule("aws:lambda:FunctionArn", "lambda", "function", "real logs"),
    ContextRule("aws:sqs:arn", "sqs", "queue", "real logs"),
    ContextRule("aws:eks:context", "eks", "cluster", "real logs"),
)
_PLACES = {rule.key: place for place, rule in enumerate(CONTEXT_RULES)}

# the same service by another label of its host name
_OTHER_LABELS = {"ec2-frontend-api": "ec2"}
_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".aws.internal")
_INTERNAL = "AWS Internal"
_INTERNAL_AGENT = "aws-internal/"


class Origin(NamedTuple):
    """What an event says of its request's way to KMS.

    Attributes
    ----------
    place : int
        The rule of its encryption context; -1 where none is met.
    resource : str
        What the context names, of many alike one.
    via : str
        The service between, `DIRECT` or `UNKNOWN`.
    """

    place: int = -1
    resource: str = ""
    via: str = DIRECT

    @property
    def service(self) -> str:
        """The service that asked, or `DIRECT` or `UNKNOWN`."""
        return CONTEXT_RULES[self.place].service if self.place >= 0 else self.via


def context_of(context: Mapping[str, Any]) -> tuple[int, str]:
    """The rule that an encryption context meets, and the resource that it names.

    >>> context_of({"aws:s3:arn": "arn:aws:s3:::photos/2026/a.jpg"})
    (1, 'arn:aws:s3:::photos')
    >>> context_of({"purpose": "test"})
    (-1, '')
    """
    best, value = len(CONTEXT_RULES), ""
    for key, named in context.items():
        place = _PLACES.get(key, best)
        # KMS takes texts alone: what is none was written by nobody who knows it
        if place < best and type(named) is str:
            best, value = place, named
    if best == len(CONTEXT_RULES):
        return -1, ""
    return best, _fold(best, value)


def _fold(place: int, value: str) -> str:
    """The resource without what tells its parts apart: objects of a bucket are met by the million."""
    fold = _FOLDS.get(CONTEXT_RULES[place].key)
    return fold(value) if fold else value


def _bucket_of(value: str) -> str:
    return value.partition("/")[0]


_FOLDS: dict[str, Callable[[str], str]] = {OBJECT_KEY: _bucket_of}


@lru_cache(maxsize=4096)
def via_of(invoked_by: str, address: str, agent: str, is_service: bool) -> str:
    """The service between a caller and KMS, `DIRECT` or `UNKNOWN`.

    Parameters
    ----------
    invoked_by, address, agent : str
        ``invokedBy``, ``sourceIPAddress`` and ``userAgent``; empty where there is none.
    is_service : bool
        The identity is a service's own.

    >>> via_of("secretsmanager.amazonaws.com", "203.0.113.7", "", False)
    'secretsmanager'
    >>> via_of("", "fas.s3.eu-west-1.amazonaws.com", "", False), via_of("", "", "aws-cli/2", False)
    ('s3', 'direct')
    >>> via_of("AWS Internal", "AWS Internal", "AWS Internal", False)
    'unknown'
    """
    names = (invoked_by, address, agent)
    for name in names:
        if service := _service_of(name):
            return service
    is_internal = is_service or _INTERNAL in names or agent.startswith(_INTERNAL_AGENT)
    # a name that is no host is a name all the same: somebody stands between
    return UNKNOWN if is_internal or invoked_by else DIRECT


def _service_of(host: str) -> str:
    """AWS's short name of the service with this host name; empty for what is none.

    >>> _service_of("ec2-frontend-api.amazonaws.com"), _service_of("delivery.logs.amazonaws.com")
    ('ec2', 'logs')
    >>> _service_of("203.0.113.7")
    ''
    """
    name = host.strip()
    end = next((end for end in _HOSTS if name.endswith(end)), None)
    if end is None or " " in name or "/" in name:
        return ""
    labels = [label for label in name.removesuffix(end).split(".") if not _is_region(label)]
    return _OTHER_LABELS.get(labels[-1], labels[-1]) if labels else ""


def _is_region(label: str) -> bool:
    parts = label.split("-")
    return len(parts) >= 3 and parts[-1].isdigit()
