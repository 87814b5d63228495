"""Free quantities: how much a pool gives away a month in which partitions, and who said so.

A rate and the quantity that is free of it are told by different sources, so each has its own
`confirmed`. The meters' versions name their pool; this part of a table says where its size is from.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from pricing.reading.validation import (
    Day,
    Flag,
    Number,
    Section,
    Source,
    Text,
    check_starts,
    refusal,
)
from pricing.reading.words import did_you_mean
from pricing.regions import partitions


def _read_partition(value: Any) -> str:
    if not isinstance(value, str) or value not in partitions():
        fix = did_you_mean(str(value), partitions())
        raise refusal(value, f"one of {', '.join(partitions())}", fix)
    return value


Partition = Annotated[str, PlainValidator(_read_partition), WithJsonSchema({"type": "string"})]


class FreeVersion(Section):
    """The quantity that is free from a day on, until the next version begins. [unit/month]"""

    start: Day = Field(alias="from")
    quantity: Number = Field(description="[request/month]")
    confirmed: Flag = False
    source: Source


class FreeQuantity(Section):
    """The free quantity of a pool in some partitions."""

    pool: Text
    partitions: tuple[Partition, ...] = Field(min_length=1)
    versions: tuple[FreeVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_rising(self) -> Self:
        check_starts([version.start for version in self.versions])
        return self

    def in_force(self, day: datetime.date) -> FreeVersion | None:
        """The version in force on a day, None before the first."""
        # versions rise, so the last that has begun is in force
        return next((version for version in reversed(self.versions) if version.start <= day), None)

    def digest(self, version: FreeVersion) -> str:
        """A fingerprint of what a version says, and of where: past quantities never change."""
        content = version.model_dump(mode="json", by_alias=True)
        # the same quantity moved to another pool or partition is a change too
        content |= {"pool": self.pool, "partitions": list(self.partitions)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
