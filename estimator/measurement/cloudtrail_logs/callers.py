"""Who calls: the identity of an event, read and folded to what stays when sessions come and go."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from estimator.measurement.envelopes.text import without_half_characters
from estimator.measurement.envelopes.types_of_fields import unreadable
from estimator.measurement.services import UNKNOWN, named_between
from pricing.arns import account_in, role_of

_NOTHING = (b"", b"null")
REPLICATION_SESSION = "/s3-replication"  # the session's name whenever S3 replicates
SERVICE = "AWSService"
_SESSION, _FEDERATED = ":assumed-role/", ":federated-user/"


class Caller(NamedTuple):
    """The caller of a request.

    Attributes
    ----------
    account : str
        The account that calls, empty where a service does for itself.
    name : str
        The ARN of its role or user; a service's host name; its account where nothing else is told.
    replicates : bool
        S3 replicates in that name.
    between : str
        The service that calls KMS in its name (`estimator.measurement.services.named_between`).
    """

    account: str = ""
    name: str = ""
    replicates: bool = False
    between: str = ""


class _Issuer(msgspec.Struct, gc=False):
    arn: str | None = None


class _Session(msgspec.Struct, gc=False):
    issuer: _Issuer | None = msgspec.field(name="sessionIssuer", default=None)


class _Identity(msgspec.Struct, gc=False):
    kind: str | None = msgspec.field(name="type", default=None)
    arn: str | None = None
    account: str | None = msgspec.field(name="accountId", default=None)
    invoked_by: str | None = msgspec.field(name="invokedBy", default=None)
    session: _Session | None = msgspec.field(name="sessionContext", default=None)


_Part = TypeVar("_Part")
_decode_identity = msgspec.json.Decoder(_Identity).decode


def read_part(decode: Callable[[bytes], _Part], raw: bytes, kind: Any, field: str) -> _Part | None:
    """A nested part of a record; one of another type is refused, never taken for nothing."""
    if raw in _NOTHING:
        return None
    try:
        return decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        pass
    try:
        value = msgspec.json.decode(without_half_characters(raw))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if isinstance(value, str):
        from estimator.measurement.envelopes.rows import object_of  # hardly a log needs it

        value = object_of(value, field)
    try:
        return cast("_Part", msgspec.convert(value, kind))
    except (msgspec.ValidationError, RecursionError):
        raise unreadable(field, value) from None


@lru_cache(maxsize=1 << 14)  # sessions are many, each makes many requests: 1 KB each
def read_caller(raw: bytes) -> Caller:
    """The caller in the bytes of a `userIdentity`."""
    identity = read_part(_decode_identity, raw, _Identity, "userIdentity")
    if identity is None:
        return Caller(between=UNKNOWN)
    issuer = identity.session.issuer if identity.session else None
    role = issuer.arn if issuer else None
    return caller_of(identity.kind, identity.arn, identity.account, identity.invoked_by, role)


def caller_of(
    kind: str | None, arn: str | None, account: str | None, service: str | None, role: str | None
) -> Caller:
    """The caller, from the parts of a `userIdentity`.

    Parameters
    ----------
    kind, arn, account, service : str, optional
        Its ``type``, ``arn``, ``accountId`` and ``invokedBy``.
    role : str, optional
        The ARN of the ``sessionIssuer``: the role or the user behind a session.
    """
    arn = arn or ""
    account = account or account_in(arn)
    name = arn
    if _SESSION in arn:
        name = role or role_of(arn)
    elif _FEDERATED in arn:  # a name that its maker chose: the user who asked for it stays
        name = role or arn
    elif not arn and kind == SERVICE:
        name = service or ""
    replicates = arn.endswith(REPLICATION_SESSION)
    # an event without an identity says nothing of who stands between
    nobody = not (kind or arn or account or service)
    between = UNKNOWN if nobody else named_between(service or "", kind == SERVICE)
    return Caller(account, name or account or service or "", replicates, between)
