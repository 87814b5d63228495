"""Who calls: the identity of an event, read and folded to what stays when sessions come and go."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from estimator.measurement.envelopes.cells import unreadable
from estimator.measurement.envelopes.documents import without_half_characters
from estimator.measurement.services import UNKNOWN, named_between
from pricing.arns import account_in, role_of

_NOTHING = (b"", b"null")
REPLICATION_SESSION = "/s3-replication"  # the session's name whenever S3 replicates
SERVICE = "AWSService"
_SESSION, _FEDERATED = ":assumed-role/", ":federated-user/"
_REPLICATION = _SESSION + REPLICATION_SESSION


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
_decode_identity = msgspec.json.Decoder(_Identity | None).decode


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


def read_caller(raw: msgspec.Raw) -> Caller:
    """The caller in a `userIdentity`."""
    # no cache of its bytes: each session has its own, and reading them again is quicker than to
    # copy, hash and compare them
    try:
        identity = _decode_identity(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        identity = read_part(_decode_identity, bytes(raw), _Identity, "userIdentity")
    if identity is None:
        return Caller(between=UNKNOWN)
    session, arn, account = identity.session, identity.arn, identity.account
    role = session.issuer.arn if session and session.issuer else None
    if role and account and arn and _SESSION in arn:
        # sessions are many, their roles few: nothing else of the ARN matters then
        arn = _REPLICATION if arn.endswith(REPLICATION_SESSION) else _SESSION
    return caller_of(identity.kind, arn, account, identity.invoked_by, role)


@lru_cache(maxsize=1 << 14)
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
