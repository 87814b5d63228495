"""Dated rate tables: which rate is in force when, where, and who said so."""

from __future__ import annotations

import datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

from pydantic import Field, PlainValidator, PrivateAttr, WithJsonSchema, model_validator

from pricing.meters import SYMMETRIC, FreeQuantity, FreeVersion, Meter, Rate, Version
from pricing.notebook import NotebookResult
from pricing.reading.files import is_price_list, read_bytes
from pricing.reading.problems import DocumentError, Problem, RateError
from pricing.reading.units import currency_code
from pricing.reading.validation import FormatVersion, Section, Text, load_as, refusal
from pricing.reading.words import did_you_mean
from pricing.regions import TABLES, partition_of
from pricing.request_meters import OF_ANY_KEY, REQUEST_METERS
from pricing.usage_types import SERVICES

if TYPE_CHECKING:  # slow to load, and a table is read without it
    import pandas as pd


def _read_currency(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 3 or not (value.isascii() and value.isupper()):
        meant = currency_code(value) if isinstance(value, str) else None
        fix = f"write {meant}" if meant else "write a code such as USD, CNY or EUR"
        raise refusal(value, "a currency code of three capitals", fix)
    return value


Currency = Annotated[
    str, PlainValidator(_read_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})
]


class RateInForce(NamedTuple):
    """The meter, its version and its prices for an operation in a Region and month."""

    month: pd.Period
    region: str
    meter: Meter
    version: Version
    steps: tuple[tuple[float, float], ...]  # upper bound and price of each tier [currency/unit]


class RateTable(Section, NotebookResult):
    """The meters of one service in one currency, as its file gives them."""

    version: FormatVersion
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
                fix = did_you_mean(free.pool, pools, "remove it, or name it in `free:`")
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
        # a table from the cache is shared, so that its path is set on a copy
        table = self.model_copy()
        table._path = path  # noqa: SLF001 (its own class)
        return table

    def __repr__(self) -> str:
        return f"<RateTable {self.service} of {self.path}: {len(self.meters)} meters>"

    __str__ = __repr__

    def meter(self, operation: str, key_spec: str = SYMMETRIC) -> Meter:
        """The meter that counts an operation on a key of this spec.

        What manages keys is a request of symmetric keys, unless a meter names it.

        Raises
        ------
        RateError
            No meter covers it.
        """
        meter = self._find_covering(operation, key_spec)
        if meter is None and operation in OF_ANY_KEY:
            meter = self._find_covering("Decrypt", SYMMETRIC)
        if meter is not None:
            return meter
        fix = (
            "take its price from a bill or price list, and add a meter with "
            f"`operations: [{operation}]` and `key_specs: [{key_spec}]` to the table of --rates "
            "(`kmscost rates show --format yaml` prints the shipped one to start from)"
        )
        found = f"no meter for {operation} on a {key_spec} key: no source names its price"
        expected = "a meter that covers it: a price is never guessed"
        raise RateError(Problem(self.path, None, "meters", found, expected, fix))

    def _find_covering(self, operation: str, key_spec: str) -> Meter | None:
        for meter in self.meters:
            if operation in meter.operations and key_spec in meter.key_specs:
                return meter
        return None

    def in_force(self, meter: Meter, day: datetime.date) -> Version:
        """The version of a meter in force on a day.

        Raises
        ------
        RateError
            The day is before the first version.
        """
        chosen = meter.in_force(day)
        if chosen is None:
            first = meter.versions[0].start
            found = f"no rate for {day:%Y-%m-%d}"
            fix = "begin later, or give a table with an older version by --rates FILE"
            expected = f"a day from {first} on, when the first version begins"
            raise RateError(Problem(self.path, None, meter.name, found, expected, fix))
        return chosen

    def free_in_force(self, pool: str, partition: str, day: datetime.date) -> FreeVersion | None:
        """The free quantity of a pool in a partition on a day, with its source.

        A table that does not say it apart says it with the rate, for the partitions of its Regions.
        None where nothing is free.
        """
        for free in self.free_quantities:
            # several entries may have the pool, each for partitions of its own
            found = free.in_force(day) if free.pool == pool else None
            if found is not None and partition in free.partitions:
                return found
        for meter in self.meters:
            version = meter.in_force(day)
            if version is None or version.free is None or version.free.pool != pool:
                continue
            if partition in _priced_partitions(version):
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

    def rate_in_force(
        self, month: pd.Period, operation: str, region: str, key_spec: str = SYMMETRIC
    ) -> RateInForce:
        """The rate of an operation in a Region, as it is on the first day of a month.

        Raises
        ------
        RateError
            An operation without a meter, a Region or a day without a rate.
        """
        meter = self.meter(operation, key_spec)
        version, rate = self.rate(meter, region, month.start_time.date())
        steps = tuple((bound, price / meter.per) for bound, price in rate.steps)
        return RateInForce(month, region, meter, version, steps)


def _sizes(meters: tuple[Meter, ...], free: FreeQuantity, place: int) -> set[float]:
    """The sizes that meters give a pool while one of its versions is in force. [unit/month]"""
    begin = free.versions[place].start
    end = free.versions[place + 1].start if place + 1 < len(free.versions) else datetime.date.max
    found: set[float] = set()
    for meter in meters:
        ends = [*(version.start for version in meter.versions[1:]), datetime.date.max]
        for version, last in zip(meter.versions, ends, strict=True):
            priced = _priced_partitions(version)
            # only what is in force on the same days in the same partition can contradict
            at_once = version.start < end and begin < last and priced & set(free.partitions)
            if version.free is not None and version.free.pool == free.pool and at_once:
                found.add(version.free.quantity)
    return found


def _priced_partitions(version: Version) -> set[str]:
    return {partition_of(region) for rate in version.rates for region in rate.regions}


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


def free_usage_types() -> frozenset[str]:
    """The usage types of requests whose meter has a free quantity in its latest version.

    A bill or a log names them: by it such a request is known to use the free quantity.

    >>> sorted(free_usage_types())
    ['KMS-Requests']
    """
    table = load_rates()
    meters = {meter.name: meter for meter in table.meters}
    named = SERVICES[table.service]
    return frozenset(
        usage_type
        for usage_type in REQUEST_METERS
        if (meter := meters.get(named[usage_type.lower()])) and meter.versions[-1].free
    )
