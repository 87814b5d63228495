"""Dated rate tables: which rate is in force when, where, and who said so."""

from __future__ import annotations

import datetime
import hashlib
import json
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, PrivateAttr, WithJsonSchema, model_validator

from pricing.free import FreeQuantity, FreeVersion
from pricing.reading.files import is_price_list, read_bytes
from pricing.reading.problems import DocumentError, Problem, RateError
from pricing.reading.validation import Day, Flag, Number, Section, Source, Text, load_as, refusal
from pricing.reading.words import nearest
from pricing.regions import TABLES, partition_of, read_region

RegionCode = Annotated[str, PlainValidator(read_region), WithJsonSchema({"type": "string"})]

SYMMETRIC = "SYMMETRIC_DEFAULT"


def _read_currency(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isupper()):
        raise refusal(value, "a currency code of three capitals", "write USD, CNY or EUR")
    return value


def _read_per(value: Any) -> float:
    number = float(value) if isinstance(value, int | float) and value else 0.0
    if not 0 < number < 1e15:
        raise refusal(value, "the number of units that the rate is for", "write 1 or 10_000")
    return number


Currency = Annotated[
    str, PlainValidator(_read_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]
Per = Annotated[
    float, PlainValidator(_read_per), WithJsonSchema({"type": "number", "exclusiveMinimum": 0})
]


class Tier(Section):
    """A graduated tier: `rate` holds for the units up to `up_to`, without it for all the rest."""

    up_to: Number | None = None
    rate: Number


class Rate(Section):
    """The rate of one group of Regions: one `rate`, or graduated `tiers` [currency per `per`]."""

    regions: tuple[RegionCode, ...]
    rate: Number | None = None
    tiers: tuple[Tier, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
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

    quantity: Number
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
        content = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Meter(Section):
    """Something that a bill counts: its unit, the operations it covers, its dated versions."""

    name: Text
    title: Text
    unit: Literal["request", "key-month", "event"]
    per: Per
    operations: tuple[Text, ...]
    key_specs: tuple[Text, ...] = (SYMMETRIC,)
    versions: tuple[Version, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        starts = [version.start for version in self.versions]
        if any(later <= earlier for earlier, later in pairwise(starts)):
            fix = "order them by `from`, each day once"
            raise refusal(None, "versions that rise in time", fix, ("versions",), "another order")
        return self


class RateTable(Section):
    """The meters of one service in one currency, as its file gives them."""

    version: Literal[1]
    service: Text
    currency: Currency = "USD"
    free_quantities: tuple[FreeQuantity, ...] = ()
    meters: tuple[Meter, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names: set[str] = set()
        covered: dict[tuple[str, str], str] = {}
        pools: dict[str, float] = {}
        for index, meter in enumerate(self.meters):
            at = ("meters", index)
            if meter.name in names:
                raise refusal(meter.name, "each name once", "rename it", (*at, "name"))
            names.add(meter.name)
            for operation, spec in product(meter.operations, meter.key_specs):
                other = covered.setdefault((operation, spec), meter.name)
                if other != meter.name:
                    fix = f"remove it here or in {other}"
                    raise refusal(operation, "one meter for it", fix, (*at, "operations"))
            for place, version in enumerate(meter.versions):
                if version.free:
                    pool = f"{version.free.pool} {version.start}"
                    # a pool is counted once: two meters that give it two sizes would make two bills
                    size = pools.setdefault(pool, version.free.quantity)
                    if size != version.free.quantity:
                        where = (*at, "versions", place, "free")
                        expected = f"{size:g}, as the pool's other meter says"
                        raise refusal(version.free.quantity, expected, "make them equal", where)
        return self

    @model_validator(mode="after")
    def _free_agrees(self) -> Self:
        """Refuse a free quantity that pools and meters give differently."""
        seen: set[tuple[str, str]] = set()
        pools = {v.free.pool for meter in self.meters for v in meter.versions if v.free}
        for index, free in enumerate(self.free_quantities):
            at = ("free_quantities", index)
            if free.pool not in pools:
                close = nearest(free.pool, pools)
                fix = f"did you mean {close}?" if close else "remove it, or name it in `free:`"
                raise refusal(free.pool, "a pool that a meter names", fix, (*at, "pool"))
            for partition in free.partitions:
                if (free.pool, partition) in seen:
                    fix = "keep one of them"
                    expected = f"{partition} once for {free.pool}"
                    raise refusal(partition, expected, fix, (*at, "partitions"))
                seen.add((free.pool, partition))
            for place, version in enumerate(free.versions):
                sizes = _sizes(self.meters, free, place)
                if sizes - {version.quantity}:
                    expected = f"{min(sizes - {version.quantity}):g}, as the pool's meter says then"
                    where = (*at, "versions", place, "quantity")
                    raise refusal(version.quantity, expected, "make them equal", where)
        return self

    _path: str = PrivateAttr(default="<rates>")

    @property
    def path(self) -> str:
        """The file that the table was read from."""
        return self._path

    def read_from(self, path: str) -> Self:
        """The same table, with the file that errors name."""
        table = self.model_copy()
        table._path = path  # noqa: SLF001 (its own class)
        return table

    def __repr__(self) -> str:
        return f"<RateTable {self.service} of {self.path}: {len(self.meters)} meters>"

    __str__ = __repr__

    def meter(self, operation: str, key_spec: str = SYMMETRIC) -> Meter:
        """The meter that counts an operation on a key of this spec.

        Raises
        ------
        RateError
            No meter covers it.
        """
        for meter in self.meters:
            if operation in meter.operations and key_spec in meter.key_specs:
                return meter
        fix = (
            "take its price from a bill or price list, and add a meter with "
            f"`operations: [{operation}]` and `key_specs: [{key_spec}]` to the table of --rates "
            "(`kmscost rates show --format yaml` prints the shipped one to start from)"
        )
        found = f"no meter for {operation} on a {key_spec} key: no source names its price"
        expected = "a meter that covers it: a price is never guessed"
        raise RateError(Problem(self.path, None, "meters", found, expected, fix))

    def in_force(self, meter: Meter, day: datetime.date) -> Version:
        """The version of a meter in force on a day.

        Raises
        ------
        RateError
            The day is before the first version.
        """
        chosen = next(
            (version for version in reversed(meter.versions) if version.start <= day), None
        )
        if chosen is None:
            first = meter.versions[0].start
            found = f"no rate for {day:%Y-%m-%d}"
            fix = "begin later, or give a table with an older version by --rates FILE"
            expected = f"a day from {first} on, when the first version begins"
            raise RateError(Problem(self.path, None, meter.name, found, expected, fix))
        return chosen

    def free_in_force(self, pool: str, partition: str, day: datetime.date) -> FreeVersion | None:
        """The free quantity of a pool in a partition on a day, with its source.

        A table that does not say it apart says it with the rate. None where nothing is free.
        """
        for free in self.free_quantities:
            found = free.in_force(day) if free.pool == pool else None
            if found is not None and partition in free.partitions:
                return found
        for meter in self.meters:
            begun = [version for version in meter.versions if version.start <= day]
            version = begun[-1] if begun else None
            if version is not None and version.free is not None and version.free.pool == pool:
                return FreeVersion(
                    start=version.start,
                    quantity=version.free.quantity,
                    confirmed=version.confirmed,
                    source=version.source,
                )
        return None

    def rate(self, meter: Meter, region: str, day: datetime.date) -> tuple[Version, Rate]:
        """The version and rate of a meter in a Region on a day.

        Raises
        ------
        RateError
            The day is before the first version, or the version has no rate for the Region.
        """
        version = self.in_force(meter, day)
        rate = version.rate(region)
        if rate is None:
            found = f"no rate for {region} (partition {partition_of(region)}) on {day:%Y-%m-%d}"
            expected = "a rate for every Region that is used: never a silent zero"
            fix = (
                "write a table of your own with its rate and give it by --rates FILE "
                "(`kmscost rates show --format yaml` prints the shipped one to start from)"
            )
            raise RateError(Problem(self.path, None, meter.name, found, expected, fix))
        return version, rate


def _sizes(meters: tuple[Meter, ...], free: FreeQuantity, place: int) -> set[float]:
    """The sizes that meters give a pool while one of its versions is in force. [unit/month]"""
    begin = free.versions[place].start
    end = free.versions[place + 1].start if place + 1 < len(free.versions) else datetime.date.max
    found: set[float] = set()
    for meter in meters:
        ends = [*(version.start for version in meter.versions[1:]), datetime.date.max]
        for version, last in zip(meter.versions, ends, strict=True):
            priced = {partition_of(region) for rate in version.rates for region in rate.regions}
            at_once = version.start < end and begin < last and priced & set(free.partitions)
            if version.free is not None and version.free.pool == free.pool and at_once:
                found.add(version.free.quantity)
    return found


def load_rates(path: str | Path | None = None) -> RateTable:
    """Read a rate table; without a path the shipped AWS KMS table.

    Raises
    ------
    DocumentError
        With every problem of the file: path, line, found, expected, fix.
    """
    return _load_shipped("awskms") if path is None else _read(Path(path))


def load_cloudtrail_rates() -> RateTable:
    """The shipped table of what CloudTrail charges for copies of KMS events."""
    return _load_shipped("cloudtrail")


@cache
def _load_shipped(name: str) -> RateTable:
    return _read(TABLES / f"{name}.yaml")


def _read(path: Path) -> RateTable:
    try:
        return load_as(RateTable, path).read_from(str(path))
    except DocumentError:
        # people give AWS's own file to --rates; its errors as a rate table would help nobody
        if not is_price_list(read_bytes(path)[:4096]):
            raise
    found, expected = "one of AWS's own price files", "a rate table"
    fix = f"run `kmscost rates import {path} --output my-rates.yaml` and give that file"
    raise DocumentError(Problem(str(path), None, "", found, expected, fix))
