"""Which request an event is: the rules of counting, one record at a time.

Sources: AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS (encryption context, F2 to F4);
S3 guide (Bucket Keys, F11); AWS KMS pricing (who is charged, F12).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from estimator.measurement.cloudtrail_logs.record import Record
from estimator.measurement.envelopes.event_kinds import (
    CLOUDTRAIL,
    NO_CALLS,
    NO_CATEGORIES,
    SERVICE_EVENT,
    WITH_PARAMETERS,
)
from estimator.measurement.envelopes.text import without_half_characters
from estimator.measurement.envelopes.types_of_fields import unreadable
from estimator.measurement.object_name import DIGEST, parse_folder
from pricing.arns import account_in, is_key, role_of, split_arn

# CloudTrail's own account in events of 2014 to 2020 or so; later AWSService stands there
_CLOUDTRAIL_ITSELF = "086441151436"

_WRITES = frozenset({"GenerateDataKey", "GenerateDataKeyWithoutPlaintext"})
COPIES = frozenset({"Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo"})
_NOTHING = (b"", b"null")
REPLICATION_SESSION = "/s3-replication"  # the session's name whenever S3 replicates


class Request(NamedTuple):
    """The properties that distinguish requests. Names that the event does not tell are empty."""

    day: datetime.date | None
    recorder: str  # account whose trail recorded the event
    recorder_region: str
    account: str
    region: str
    billed_account: str
    billed_region: str
    key: str
    trail: str
    reader: str
    folder: str
    bucket_key: bool
    cause: str
    operation: str
    error: str

    @property
    def worth(self) -> int:
        """A score of what it tells: of the copies of a request, the one that tells most counts."""
        return 4 * bool(self.trail) + 2 * self.reader.startswith("arn:") + bool(self.key)


def sortable(request: Request) -> tuple[object, ...]:
    """A request's place among others, whichever was seen first."""
    return (request.day or datetime.date.min, *request[1:])


class _Resource(msgspec.Struct, gc=False):
    upper: str | None = msgspec.field(name="ARN", default=None)
    lower: str | None = msgspec.field(name="arn", default=None)


class _Issuer(msgspec.Struct, gc=False):
    arn: str | None = None


class _Session(msgspec.Struct, gc=False):
    issuer: _Issuer | None = msgspec.field(name="sessionIssuer", default=None)


class _Caller(msgspec.Struct, gc=False):
    kind: str | None = msgspec.field(name="type", default=None)
    arn: str | None = None
    account: str | None = msgspec.field(name="accountId", default=None)
    invoked_by: str | None = msgspec.field(name="invokedBy", default=None)
    session: _Session | None = msgspec.field(name="sessionContext", default=None)


_Part = TypeVar("_Part", _Caller, list[_Resource])

_decode_resources = msgspec.json.Decoder(list[_Resource]).decode
_decode_caller = msgspec.json.Decoder(_Caller).decode


def _read(decode: Callable[[bytes], _Part], raw: bytes, kind: Any, field: str) -> _Part | None:
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


class Traits(NamedTuple):
    """All that an event of KMS says of its request; the same traits make the same request."""

    kind: str | None
    category: str | None
    operation: str | None
    recorder: str | None
    region: str | None
    error: str | None
    trail: str
    target: str  # `aws:s3:arn`
    named_key: str
    key: str
    caller: tuple[str, str, bool]
    has_context: bool = False


def signature(record: Record) -> tuple[Any, ...]:
    """All of an event of KMS but time, ids and the name of the file that it is about.

    Events by the million have few signatures: what an event says is worked out once for each.
    """
    named_key, trail, target = names_in(record)
    parameters = record.parameters
    folder, slash, name = target.rpartition("/")
    return (
        folder if name and slash else target,
        slash,  # "bucket/" is the check of a bucket, "bucket" a Bucket Key
        trail,
        named_key,
        record.operation,
        record.recipient,
        record.region,
        record.error,
        record.kind,
        record.category,
        bytes(record.resources),
        _caller_of(bytes(record.caller)),
        parameters is not None and parameters.context is not None,
    )


def names_in(record: Record) -> tuple[str | None, str, str]:
    """The key that the parameters name, the trail and the object of the encryption context."""
    parameters = record.parameters
    if parameters is None:
        return None, "", ""
    context = parameters.context or parameters.source  # ReEncrypt has one of each key
    return (parameters.key, context.trail, context.target) if context else (parameters.key, "", "")


def requester_of(record: Record) -> str:
    """Who asks, as S3 tells requesters apart: a role or user without its session, or a service."""
    return _caller_of(bytes(record.caller))[1]


def traits_of(record: Record) -> Traits:
    """The traits of an event whose source is KMS."""
    named_key, trail, target = names_in(record)
    return Traits(
        record.kind,
        record.category,
        record.operation,
        record.recipient,
        record.region,
        record.error,
        trail,
        target,
        named_key or "",
        _key_of(bytes(record.resources)),
        _caller_of(bytes(record.caller)),
        record.parameters is not None and record.parameters.context is not None,
    )


def request_of(traits: Traits, day: datetime.date | None) -> Request | None:
    """The request that an event of KMS is about, or None where it is about none.

    Parameters
    ----------
    traits : Traits
        What the event says.
    day : date
        When it was, UTC; None where nobody knows.
    """
    is_call = traits.kind not in NO_CALLS or (
        traits.kind == SERVICE_EVENT
        and traits.has_context
        and traits.operation in WITH_PARAMETERS  # no RotateKey, which is no API
    )
    if not is_call or traits.category in NO_CATEGORIES:
        return None
    operation, trail = traits.operation or "", traits.trail
    recorder, region = traits.recorder or "", traits.region or ""
    key = traits.key or (traits.named_key if is_key(traits.named_key) else "")
    caller_account, caller, replicates = traits.caller
    billed_region = arn.region if (arn := split_arn(key)) else region
    error = traits.error or ""

    if not trail:
        billed = caller_account or recorder
        return Request(
            day, recorder, region, billed, region, billed, billed_region, key, "", "", "", False,
            "other", operation, error,
        )  # fmt: skip
    is_check, account, file_region, folder, bucket_key = _target_of(traits.target)
    trail_account = account_in(trail)
    if is_check and operation in _WRITES:
        cause = "check"
    else:
        # no object: an event data store of CloudTrail Lake, which is no trail
        cause = _cause(operation, folder, replicates) if traits.target else "other"
        # CloudTrail reads its files for itself, for instance to chain digests: that is no reader,
        # and files per day are not known by it
        if cause == "get" and caller == CLOUDTRAIL:
            cause = "other"
    reads = cause in ("get", "replication")
    billed = caller_account or (recorder if reads else trail_account)
    if caller_account == _CLOUDTRAIL_ITSELF or cause in ("put", "digest", "check"):
        # CloudTrail calls in the name of the trail's account, which is charged (F12)
        billed = trail_account or billed
    if cause == "check":
        account = account or trail_account
    return Request(
        day, recorder, region, account, file_region, billed, billed_region, key, trail,
        caller if reads else "", folder, bucket_key, cause, operation, error,
    )  # fmt: skip


def _cause(operation: str, folder: str, replicates: bool) -> str:
    """Why a request about an object of CloudTrail's was made."""
    if operation in COPIES or replicates:
        return "replication"
    if operation in _WRITES:
        return "digest" if folder == DIGEST else "put"
    return "get" if operation == "Decrypt" else "other"


@lru_cache(maxsize=65536)
def _target_of(arn: str) -> tuple[bool, str, str, str, bool]:
    """Read `aws:s3:arn`: is it a check, account, Region and kind of the file, Bucket Key."""
    _, _, path = arn.partition(":::")
    bucket, slash, name = path.partition("/")
    # under a Bucket Key S3 names the bucket alone (F11)
    if bucket and not slash:
        return False, "", "", "", True
    if path.endswith("/"):
        last = name.rstrip("/").rpartition("/")[2]
        return True, last if last.isdigit() and len(last) == 12 else "", "", "", False
    found = parse_folder(name.rpartition("/")[0] + "/")
    if found is None:
        return False, "", "", "", False
    return False, found.account, found.region, found.folder, False


@lru_cache(maxsize=4096)
def _key_of(raw: bytes) -> str:
    """The key among the resources: `ARN` or `arn`, both are seen."""
    for resource in _read(_decode_resources, raw, list[_Resource], "resources") or ():
        for arn in (resource.upper or "", resource.lower or ""):
            if is_key(arn):
                return arn
    return ""


@lru_cache(maxsize=4096)
def _caller_of(raw: bytes) -> tuple[str, str, bool]:
    """The account that called, the reader's name, and whether S3 replicates in that name."""
    identity = _read(_decode_caller, raw, _Caller, "userIdentity")
    if identity is None:
        return "", "", False
    issuer = identity.session.issuer if identity.session else None
    role = issuer.arn if issuer else None
    return caller_of(identity.kind, identity.arn, identity.account, identity.invoked_by, role)


def caller_of(
    kind: str | None, arn: str | None, account: str | None, service: str | None, role: str | None
) -> tuple[str, str, bool]:
    """The caller of `Traits`, from the parts of a `userIdentity`.

    Parameters
    ----------
    kind, arn, account, service : str, optional
        Its ``type``, ``arn``, ``accountId`` and ``invokedBy``.
    role : str, optional
        The ARN of the ``sessionIssuer``: the role behind an assumed role.
    """
    arn = arn or ""
    account = account or account_in(arn)
    reader = arn
    if ":assumed-role/" in arn:
        reader = role or role_of(arn)
    elif not arn and kind == "AWSService":
        reader = service or ""
    replicates = arn.endswith(REPLICATION_SESSION)
    return account, reader or account or service or "", replicates
