"""Ids of events as sixteen bytes each: they are met by the million."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

# what an event that names no shared action has instead of one; sixteen zero bytes
NO_ID = "00000000-0000-0000-0000-000000000000"

_LENGTH = len(NO_ID)
_DASHES = [at for at, character in enumerate(NO_ID) if character == "-"]


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
