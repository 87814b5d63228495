"""One event, as far as counting needs it, and its id as sixteen bytes: they come by the million."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from estimator.measurement.services import OF_GRANTS

NOTHING = msgspec.Raw(b"")
# what an event that names no shared action has instead of one; sixteen zero bytes
NO_ID = "00000000-0000-0000-0000-000000000000"
_LENGTH = len(NO_ID)
_DASHES = [at for at, character in enumerate(NO_ID) if character == "-"]
_NO_CONTEXT: dict[str, str] = {}
_Part = TypeVar("_Part")


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
    # in events of version 1.06, when there was no category yet, false of data events; of any type
    management: Any = msgspec.field(name="managementEvent", default=None)
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


def identity(name: Any) -> bytes:
    """Sixteen bytes for an id: a UUID's own, any other's digest.

    >>> identity("a2999d91-c0d3-4037-9171-93e6a1a08e53").hex()
    'a2999d91c0d34037917193e6a1a08e53'
    """
    text = str(name)
    if len(text) == _LENGTH:
        try:
            number = bytes.fromhex(text.replace("-", ""))
        except ValueError:
            number = b""
        if len(number) == 16:
            return number
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def identities(names: Sequence[Any]) -> bytes:
    """The `identity` of each, one after the other.

    >>> identities([NO_ID, "7"]) == bytes(16) + identity("7")
    True
    """
    try:
        text = "".join(names)
        # all at once where all are UUIDs, by their length and by where their dashes stand
        if {len(name) for name in names} == {_LENGTH} and text.count("-") == 4 * len(names):
            dashes = "-" * len(names)
            if all(text[at::_LENGTH] == dashes for at in _DASHES):
                numbers = bytes.fromhex(text.replace("-", ""))
                if len(numbers) == 16 * len(names):
                    return numbers
    except (TypeError, ValueError):
        pass
    return b"".join(map(identity, names))
