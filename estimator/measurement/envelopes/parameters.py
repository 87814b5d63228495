"""The parameters of a request to KMS in a row: its key, its encryption context, its algorithm."""

from __future__ import annotations

from typing import Any

from estimator.measurement.envelopes.cells import is_nothing, plain_name, unreadable
from estimator.measurement.services import CONTEXT_RULES, OF_GRANTS

Fields = dict[str, Any]

CONTEXTS = {
    "encryptionContext": "encryptioncontext",
    "sourceEncryptionContext": "sourceencryptioncontext",
}
_ALGORITHMS = (
    "encryptionAlgorithm", "sourceEncryptionAlgorithm", "signingAlgorithm", "keyPairSpec",
)  # fmt: skip
_NAMES = {"aws:cloudtrail:arn": "awscloudtrailarn", "aws:s3:arn": "awss3arn"}
IN_CONTEXTS = {context + name for context in CONTEXTS.values() for name in _NAMES.values()}
TRAIL = "encryptioncontextawscloudtrailarn"

# AWS's own spelling of the keys that services write into an encryption context
_SPELLING = {
    plain_name(key): key for rule in CONTEXT_RULES for key in (rule.key, rule.within) if key
}


def parameters_of(flat: dict[str, list[Any]]) -> Fields | None:
    """The parameters of a request by CloudTrail's own names, from the plain names of places."""
    if not flat:
        return None
    parameters: Fields = {"keyId": _name(flat, "keyid", "requestParameters")}
    parameters |= {field: _text(flat, field.lower()) for field in _ALGORITHMS}
    for field, begin in CONTEXTS.items():
        if any(name.startswith(begin) and _any(values) for name, values in flat.items()):
            parameters[field] = _context(flat, begin) | {
                key: _name(flat, begin + name, "encryptionContext") for key, name in _NAMES.items()
            }
    limits = {limit: _context(flat, f"constraints{limit.lower()}") for limit in OF_GRANTS}
    parameters["constraints"] = {limit: context for limit, context in limits.items() if context}
    return parameters


def _context(flat: dict[str, list[Any]], begin: str) -> dict[str, str | None]:
    """The texts below a place, by their keys: in AWS's own spelling where that is known."""
    names = [name.removeprefix(begin) for name in flat if name.startswith(begin)]
    return {_SPELLING.get(name, name): _text(flat, begin + name) for name in names if name}


def _text(flat: dict[str, list[Any]], name: str) -> str | None:
    """A text, nothing where it is another thing: it only says whose the request is."""
    return next((value for value in flat.get(name, ()) if isinstance(value, str) and value), None)


def _any(values: list[Any]) -> bool:
    return not all(map(is_nothing, values))


def _name(flat: dict[str, list[Any]], name: str, field: str) -> str | None:
    for value in flat.get(name, ()):
        if is_nothing(value):
            continue
        if not isinstance(value, str):
            raise unreadable(field, value)
        return value
    return None
