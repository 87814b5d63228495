"""The parts of a rate table: meters and free quantities, their dated versions, and who said so.

A rate and the quantity that is free of it are told by different sources, so each has its own
`confirmed`. A meter's version has the rate of each Region, by tiers, and names the pool that it
shares; a free quantity says how much the pool gives away a month in which partitions.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from pricing.reading.validation import (
    Day,
    Flag,
    Number,
    Section,
    Source,
    Text,
    advise_number,
    check_starts,
    refusal,
)
from pricing.reading.words import did_you_mean
from pricing.regions import partitions, read_region

SYMMETRIC = "SYMMETRIC_DEFAULT"

RegionCode = Annotated[str, PlainValidator(read_region), WithJsonSchema({"type": "string"})]


def _read_per(value: Any) -> float:
    # prices are divided by it
    # True is an int to Python
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    number = float(value) if is_number else 0.0
    if not 0 < number < 1e15:
        fix = "write 1 or 10000" if is_number else advise_number(value, _read_per)
        raise refusal(value, "the number of units that the rate is for", fix)
    return number


Per = Annotated[
    float, PlainValidator(_read_per), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]


def _read_partition(value: Any) -> str:
    if not isinstance(value, str) or value not in partitions():
        fix = did_you_mean(str(value), partitions())
        raise refusal(value, f"one of {', '.join(partitions())}", fix)
    return value


Partition = Annotated[str, PlainValidator(_read_partition), WithJsonSchema({"type": "string"})]


class Tier(Section):
    """A graduated tier: `rate` holds for the units up to `up_to`, without it for all the rest."""

    up_to: Number | None = Field(None, description="[request]")
    rate: Number = Field(description="for `per` units [currency]")


class Rate(Section):
    """The rate of one group of Regions: one `rate`, or graduated `tiers` [currency per `per`]."""

    regions: tuple[RegionCode, ...]
    rate: Number | None = Field(None, description="for `per` units [currency]")
    tiers: tuple[Tier, ...] = ()

    @model_validator(mode="after")
    def _check_one_of_both(self) -> Self:
        # neither would be a silent zero, both would leave it open which counts
        if (self.rate is None) == (not self.tiers):
            expected, fix = "either `rate` or `tiers`", "give one of them"
            raise refusal(None, expected, fix, found="both or none")
        bounds = [tier.up_to for tier in self.tiers]
        if bounds:
            inner = bounds[:-1]
            rising = all(
                low is not None and high is not None and low < high for low, high in pairwise(inner)
            )
            if bounds[-1] is not None or None in inner or not rising:
                fix = "order them by up_to and leave up_to out of the last one only"
                raise refusal(None, "rising tiers, the last open", fix, ("tiers",), "other bounds")
        return self

    @property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """(upper bound, rate) of each tier; the last bound is infinite."""
        if self.rate is not None:
            return ((float("inf"), self.rate),)
        return tuple(
            (float("inf") if tier.up_to is None else tier.up_to, tier.rate) for tier in self.tiers
        )


class Free(Section):
    """A free quantity a month; meters that name the same pool share it."""

    quantity: Number = Field(description="[request/month]")
    pool: Text


class Version(Section):
    """The rates of a meter from a day on, until the next version begins."""

    start: Day = Field(alias="from")
    confirmed: Flag = False
    source: Source
    free: Free | None = None
    rates: tuple[Rate, ...]

    @model_validator(mode="after")
    def _region_once(self) -> Self:
        seen: set[str] = set()
        for index, rate in enumerate(self.rates):
            for region in rate.regions:
                if region in seen:
                    at = ("rates", index, "regions")
                    raise refusal(region, "each Region in one rate", "keep one of them", at)
                seen.add(region)
        return self

    def rate(self, region: str) -> Rate | None:
        """The rate of a Region, None where the version has none."""
        return next((rate for rate in self.rates if region in rate.regions), None)

    def digest(self) -> str:
        """A fingerprint of all that the version says: past prices never change."""
        # sorted, so that the order of keys in the file is no change of a price
        content = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Meter(Section):
    """Something that a bill counts: its unit, the operations it covers, its dated versions."""

    name: Text
    title: Text
    unit: Literal["request", "key-month", "event"]
    per: Per = Field(description="the units that a rate is for [request]")
    operations: tuple[Text, ...]
    key_specs: tuple[Text, ...] = (SYMMETRIC,)
    versions: tuple[Version, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_rising(self) -> Self:
        check_starts([version.start for version in self.versions])
        return self

    def in_force(self, day: datetime.date) -> Version | None:
        """The version in force on a day, None before the first."""
        return _find_begun(self.versions, day)


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
        return _find_begun(self.versions, day)

    def digest(self, version: FreeVersion) -> str:
        """A fingerprint of what a version says, and of where: past quantities never change."""
        content = version.model_dump(mode="json", by_alias=True)
        # the same quantity moved to another pool or partition is a change too
        content |= {"pool": self.pool, "partitions": list(self.partitions)}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


_Dated = TypeVar("_Dated", Version, FreeVersion)


def _find_begun(versions: Sequence[_Dated], day: datetime.date) -> _Dated | None:
    # versions rise, so the last that has begun is in force
    return next((version for version in reversed(versions) if version.start <= day), None)
