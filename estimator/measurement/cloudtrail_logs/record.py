"""One event, as far as counting needs it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from estimator.measurement.services import OF_GRANTS

NOTHING = msgspec.Raw(b"")
_Part = TypeVar("_Part")


_NO_CONTEXT: dict[str, str] = {}


class Parameters(msgspec.Struct, gc=False):
    """The parameters of a request to KMS, as far as counting needs them."""

    # a caller chooses the keys, a service documents its own
    context: dict[str, str] | None = msgspec.field(name="encryptionContext", default=None)
    source: dict[str, str] | None = msgspec.field(name="sourceEncryptionContext", default=None)
    key: str | None = msgspec.field(name="keyId", default=None)
    # of any type: events of other services may have these names too
    algorithm: Any = msgspec.field(name="encryptionAlgorithm", default=None)
    source_algorithm: Any = msgspec.field(name="sourceEncryptionAlgorithm", default=None)
    signing: Any = msgspec.field(name="signingAlgorithm", default=None)
    pair_spec: Any = msgspec.field(name="keyPairSpec", default=None)
    constraints: Any = None

    @property
    def whose(self) -> dict[str, str]:
        """The context that tells whose request it is: of a grant the one that it is limited to.

        ReEncrypt has a context of each key.
        """
        found = self.context or self.source
        if found or not isinstance(self.constraints, dict):
            return found or _NO_CONTEXT
        for name in OF_GRANTS:
            limit = self.constraints.get(name)
            if isinstance(limit, dict) and limit:
                return {key: value for key, value in limit.items() if isinstance(value, str)}
        return _NO_CONTEXT

    # where tables put the context, which would else be missed without a word
    lower: msgspec.Raw = msgspec.field(name="encryptioncontext", default=NOTHING)
    dotted: msgspec.Raw = msgspec.field(
        name="encryptionContext.aws:cloudtrail:arn", default=NOTHING
    )


class Record(msgspec.Struct, gc=False):
    """The fields of one event that counting needs; each of them may be missing."""

    source: str | None = msgspec.field(name="eventSource", default=None)
    time: str | None = msgspec.field(name="eventTime", default=None)
    region: str | None = msgspec.field(name="awsRegion", default=None)
    recipient: str | None = msgspec.field(name="recipientAccountId", default=None)
    operation: str | None = msgspec.field(name="eventName", default=None)
    event_id: str | None = msgspec.field(name="eventID", default=None)
    shared_id: str | None = msgspec.field(name="sharedEventID", default=None)
    request_id: str | None = msgspec.field(name="requestID", default=None)
    error: str | None = msgspec.field(name="errorCode", default=None)
    kind: str | None = msgspec.field(name="eventType", default=None)
    category: str | None = msgspec.field(name="eventCategory", default=None)
    address: str | None = msgspec.field(name="sourceIPAddress", default=None)
    agent: str | None = msgspec.field(name="userAgent", default=None)
    parameters: Parameters | None = msgspec.field(name="requestParameters", default=None)
    resources: msgspec.Raw = msgspec.field(name="resources", default=NOTHING)
    caller: msgspec.Raw = msgspec.field(name="userIdentity", default=NOTHING)


def lenient(value: Any, kind: type[_Part]) -> _Part | None:
    """A nested part of a record; what is not of its type in it is left out, never guessed."""
    try:
        return msgspec.convert(_only_strings(value), kind)
    except (msgspec.ValidationError, RecursionError):
        return None


def _only_strings(value: Any) -> Any:
    """`value` without the numbers and lists where a name should stand."""
    if isinstance(value, list):
        return [_only_strings(inner) for inner in value if isinstance(inner, dict)]
    if isinstance(value, dict):
        strings = {key: _only_strings(inner) for key, inner in value.items()}
        return {key: inner for key, inner in strings.items() if isinstance(inner, str | dict)}
    return value
