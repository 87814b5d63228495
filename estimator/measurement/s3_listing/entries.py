"""What a listing is made of, however it is written."""

from __future__ import annotations

from typing import NamedTuple

# what every source of names alone must say
AT_MOST = (
    "{} cannot tell objects under SSE-KMS from others, nor those under an S3 Bucket Key: each {} "
    "counts as one request, which is the most it can have made"
)


class Entry(NamedTuple):
    """A name and when it was written, as the listing spells it; a delete marker is no object."""

    name: str
    modified: str
    deleted: bool = False


class BadLine(NamedTuple):
    """A line that is no entry and why; without a reason it only says that this is a listing."""

    number: int
    reason: str
