"""Which request an event is: the rules of counting, one record at a time.

Sources: AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS (encryption context, F2 to F4);
S3 guide (Bucket Keys, F11); AWS KMS pricing (who is charged, F12).
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from estimator.measurement.cloudtrail_logs.callers import Caller, read_caller, read_part
from estimator.measurement.cloudtrail_logs.record import Parameters, Record
from estimator.measurement.envelopes.event_kinds import (
    CLOUDTRAIL,
    NO_CALLS,
    NO_CATEGORIES,
    SERVICE_EVENT,
    WITH_PARAMETERS,
)
from estimator.measurement.object_name import DIGEST, parse_folder
from estimator.measurement.services import (
    DIRECT,
    OBJECT_KEY,
    TRAIL_KEY,
    UNKNOWN,
    Origin,
    context_of,
    identify,
    shown_keys,
    via_of,
)
from pricing.arns import account_in, is_key, split_arn
from pricing.request_meters import request_meter

# CloudTrail's own account in events of 2014 to 2020 or so; later AWSService stands there
_CLOUDTRAIL_ITSELF = "086441151436"

_WRITES = frozenset({"GenerateDataKey", "GenerateDataKeyWithoutPlaintext"})
COPIES = frozenset({"Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo"})


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
    # behind all else: they may be folded, and copies are put in order by what stands before first
    service: str
    meter: str
    unsized: bool  # the meter's rate depends on the size of the key, which no event tells
    inferred: bool  # the meter is the likely one: no source names the price
    caller: str
    resource: str
    keys: str  # of an unknown service the keys of the context, for an example

    @property
    def worth(self) -> int:
        """A score of what it tells: of the copies of a request, the one that tells most counts.

        Of a call between accounts the key's owner learns no role, and may not learn the service.
        """
        return (
            64 * bool(self.trail)
            + 32 * self.reader.startswith("arn:")
            + 16 * (self.service not in (DIRECT, UNKNOWN))
            + 8 * self.caller.startswith("arn:")
            + 4 * bool(self.resource)
            + 2 * (self.service != UNKNOWN)
            + bool(self.key)
        )


def sortable(request: Request) -> tuple[object, ...]:
    """A request's place among others, whichever was seen first."""
    return (request.day or datetime.date.min, *request[1:])


class _Resource(msgspec.Struct, gc=False):
    upper: str | None = msgspec.field(name="ARN", default=None)
    lower: str | None = msgspec.field(name="arn", default=None)


_decode_resources = msgspec.json.Decoder(list[_Resource]).decode


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
    caller: Caller
    has_context: bool = False
    origin: Origin = Origin()
    algorithm: str = ""
    pair_spec: str = ""


def signature(record: Record, when: str) -> tuple[Any, ...]:
    """All of an event of KMS but its second, ids and the name of the file that it is about.

    Events by the million have few signatures: what an event says is worked out once for each.

    Parameters
    ----------
    record : Record
    when : str
        What tells its day.

    Returns
    -------
    tuple
        `when` first, the caller last.
    """
    # every event of KMS comes by here: a call more for each is a tenth of the time
    parameters = record.parameters
    caller = read_caller(record.caller)
    place: Any = -1
    named: Any = ""
    if parameters is None:
        detail: Any = _via(record, caller)
        rest: tuple[Any, ...] = ()
    else:
        context = parameters.context or parameters.whose
        algorithm = parameters.algorithm or parameters.signing or parameters.source_algorithm
        spec = parameters.pair_spec
        rest = (
            parameters.key,
            parameters.context is not None,
            algorithm if algorithm.__class__ is str else "",
            spec if spec.__class__ is str else "",
        )
        if TRAIL_KEY in context:
            folder, slash, name = context.get(OBJECT_KEY, "").rpartition("/")
            # "bucket/" is the check of a bucket, "bucket" a Bucket Key
            place = folder if name and slash else context.get(OBJECT_KEY, "")
            named, detail = slash, context[TRAIL_KEY]
        else:
            place, named = context_of(context)
            if place < 0:  # else the context tells the service
                detail = _via(record, caller)
                named = shown_keys(context) if detail == UNKNOWN else ""
            else:
                # a Bucket Key's context is the bucket itself
                detail = named == context.get(OBJECT_KEY)
    return (
        when,
        place,
        named,
        detail,
        rest,
        record.operation,
        record.recipient,
        record.region,
        record.error,
        record.kind,
        record.category,
        bytes(record.resources),
        caller,
    )


def _via(record: Record, caller: Caller) -> str:
    return via_of(caller.between, record.address or "", record.agent or "")


def traits_of(record: Record, caller: Caller) -> Traits:
    """The traits of an event whose source is KMS, with its caller, who was read already."""
    parameters = record.parameters or Parameters()
    context = parameters.context or parameters.source or {}
    place, resource = context_of(parameters.whose)
    return Traits(
        record.kind,
        record.category,
        record.operation,
        record.recipient,
        record.region,
        record.error,
        context.get(TRAIL_KEY, ""),
        context.get(OBJECT_KEY, ""),
        parameters.key or "",
        _key_of(bytes(record.resources)),
        caller,
        parameters.context is not None,
        Origin(place, resource, _via(record, caller), shown_keys(parameters.whose)),
        _text(parameters.algorithm or parameters.signing or parameters.source_algorithm),
        _text(parameters.pair_spec),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


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
    caller_account, caller, replicates = traits.caller[:3]
    meter, unsized, inferred = request_meter(operation, traits.algorithm, traits.pair_spec)
    origin = traits.origin
    keys = origin.keys if origin.service == UNKNOWN else ""
    # who calls, a service for itself where nobody is named: the account that its resources are in
    resource = identify(origin.place, origin.resource, caller_account or recorder, region)
    whose = (origin.service, meter, unsized, inferred, caller, resource, keys)
    billed_region = arn.region if (arn := split_arn(key)) else region
    error = traits.error or ""

    if not trail:
        billed = caller_account or recorder
        # S3 names the bucket alone under a Bucket Key (F11)
        whole = origin.resource == traits.target and bool(traits.target)
        return Request(
            day, recorder, region, billed, region, billed, billed_region, key, "", "", "", whole,
            "other", operation, error, *whose,
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
        caller if reads else "", folder, bucket_key, cause, operation, error, *whose,
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
    for resource in read_part(_decode_resources, raw, list[_Resource], "resources") or ():
        for arn in (resource.upper or "", resource.lower or ""):
            if is_key(arn):
                return arn
    return ""
