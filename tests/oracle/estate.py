"""An inventory's document as accounts, keys, trails, streams and readers, with their periods.

Days are numbers (`datetime.date.toordinal`); a period begins with `start` and ends before `end`.
"""

import csv
import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.oracle.assumptions import (
    is_range,
    read_growth,
    read_quantity,
    read_share,
)

# DESIGN, F22: the Regions enabled by default in a new commercial account
DEFAULT_REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
# DESIGN, F1: a file every five minutes
FILES_PER_DAY = Fraction(24 * 60, 5)

Document = dict[str, Any]


def partition_of(region: str) -> str:
    """The partition that a Region is in, of the two that have rates."""
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def number_day(value: datetime.date | str | None, missing: float) -> float:
    """The number of a day; `missing` where none is written."""
    if value is None or value == "":
        return missing
    if isinstance(value, str):
        value = datetime.date.fromisoformat(value)
    return value.toordinal()


@dataclass(frozen=True)
class Period:
    """From `start` on, before `end` [day]."""

    start: float
    end: float

    def __contains__(self, day: float) -> bool:
        return self.start <= day < self.end

    @property
    def is_empty(self) -> bool:
        """True for what never is: something that ends before it begins."""
        return self.start >= self.end


def read_period(entry: Document, limit: float = math.inf) -> Period:
    """`from` (of a key also `created`) and `until`, no later than `limit`: the account's end.

    What begins when its account has ended was not ended by it.
    """
    start = number_day(entry.get("from") or entry.get("created"), -math.inf)
    until = number_day(entry.get("until"), math.inf)
    return Period(start, until if start >= limit else min(until, limit))


@dataclass(frozen=True)
class Account:
    """An account with its own Regions."""

    id: str
    payer: str
    regions: tuple[str, ...]
    files_per_day: Any
    period: Period
    ou: str | None = None
    tags: Document = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """That of its Regions, which are all in one."""
        return partition_of(self.regions[0])


@dataclass(frozen=True)
class Key:
    """A key; `rotations` are days."""

    id: str
    account: str
    region: str
    period: Period
    rotations: tuple[float, ...]


@dataclass(frozen=True)
class Trail:
    """A trail; `key` is None under SSE-S3, `regions` None for all."""

    name: str
    position: int
    account: str
    scope: str
    regions: tuple[str, ...] | None
    key: str | None
    period: Period
    entry: Document = field(compare=False)

    @property
    def saving(self) -> Fraction:
        """The share of CloudTrail's requests that a Bucket Key saves: only with a Bucket Key."""
        bucket = self.entry.get("bucket") or {}
        if not bucket.get("bucket_key"):
            return Fraction(0)
        return read_share(bucket.get("bucket_key_saving", 0.99))

    @property
    def retention(self) -> Fraction | None:
        """The days that the bucket keeps a file [day]; None for ever."""
        retention = (self.entry.get("bucket") or {}).get("retention_days")
        return None if retention is None else read_quantity(retention)


@dataclass(frozen=True)
class Stream:
    """A stream makes files: a trail in an account and a Region, under a key."""

    trail: Trail
    account: str
    region: str
    key: Key
    files_per_day: Fraction
    period: Period


@dataclass(frozen=True)
class Reader:
    """A reader with the streams whose files it reads."""

    name: str
    kind: str
    account: str
    period: Period
    streams: tuple[Stream, ...]
    entry: Document = field(compare=False)

    def saving_on(self, stream: Stream) -> Fraction:
        """The share of its Decrypt requests that a Bucket Key saves: its own, else the bucket's."""
        own = self.entry.get("bucket_key_saving")
        if not (stream.trail.entry.get("bucket") or {}).get("bucket_key"):
            return Fraction(0)
        return stream.trail.saving if own is None else read_share(own)


def read_regions(value: Any) -> tuple[str, ...]:
    """A list of Regions, or `default`."""
    return tuple(DEFAULT_REGIONS if value == "default" else value)


def assumption_in_region(value: Any, region: str) -> Any:
    """The assumption of `files_per_day` for a Region; None where a mapping says nothing of it."""
    if isinstance(value, dict) and not is_range(value):
        return value.get(region, value.get("other"))
    return value


@dataclass
class Estate:
    """Everything that a document names, resolved."""

    document: Document
    folder: Path | None = None

    def __post_init__(self) -> None:
        document = self.document
        entries = list(self._read_account_entries())
        self.payer: str = document.get("payer") or entries[0]["id"]
        self.accounts = {entry["id"]: self._read_account(entry) for entry in entries}
        self.keys = {entry["id"]: self._read_key(entry) for entry in document["keys"]}
        self.trails = [
            self._read_trail(position, entry) for position, entry in enumerate(document["trails"])
        ]
        self.streams = [stream for trail in self.trails for stream in self._make_streams(trail)]
        self.readers = [self._read_reader(entry) for entry in document.get("readers") or []]

    def _read_account_entries(self) -> Iterator[Document]:
        for entry in self.document["accounts"]:
            if "file" not in entry:
                yield entry
                continue
            assert self.folder is not None, "a file of accounts needs its folder"
            with (self.folder / entry["file"]).open(newline="") as lines:
                for line in csv.DictReader(lines):
                    account: Document = {name: text for name, text in line.items() if text}
                    if "regions" in account:
                        account["regions"] = account["regions"].split()
                    account["tags"] = {
                        name.removeprefix("tag:"): text
                        for name, text in account.items()
                        if name.startswith("tag:")
                    }
                    # the file's entry says what its lines leave open
                    yield {"payer": entry.get("payer"), "regions": entry.get("regions")} | account

    def _read_account(self, entry: Document) -> Account:
        regions = entry.get("regions") or self.document.get("regions") or "default"
        return Account(
            id=entry["id"],
            payer=entry.get("payer") or self.payer,
            regions=read_regions(regions),
            files_per_day=entry.get("files_per_day"),
            period=read_period(entry),
            ou=entry.get("ou"),
            tags=entry.get("tags") or {},
        )

    def _read_key(self, entry: Document) -> Key:
        account = entry.get("account") or self.payer
        period = read_period(entry, self.accounts[account].period.end)
        rotations = tuple(sorted(number_day(day, 0) for day in entry.get("rotations") or []))
        return Key(entry["id"], account, entry["region"], period, rotations)

    def _read_trail(self, position: int, entry: Document) -> Trail:
        account = entry.get("account") or self.payer
        regions = entry.get("regions", "all")
        return Trail(
            name=entry["name"],
            position=position,
            account=account,
            scope=entry.get("scope", "organization"),
            regions=None if regions in ("all", None) else read_regions(regions),
            key=entry["key"],
            period=read_period(entry, self.accounts[account].period.end),
            entry=entry,
        )

    def covers(self, trail: Trail, account: Account) -> bool:
        """True where the trail is of the account, or of its organization."""
        owner = self.accounts[trail.account]
        if trail.scope == "account":
            return owner.id == account.id
        return (owner.payer, owner.partition) == (account.payer, account.partition)

    def _make_streams(self, trail: Trail) -> Iterator[Stream]:
        if trail.key is None:
            return
        key = self.keys[trail.key]
        for account in self.accounts.values():
            if not self.covers(trail, account):
                continue
            for region in account.regions:
                if trail.regions is not None and region not in trail.regions:
                    continue
                periods = (account.period, trail.period, key.period)
                yield Stream(
                    trail,
                    account.id,
                    region,
                    key,
                    self._find_files_per_day(account, trail, region),
                    Period(max(p.start for p in periods), min(p.end for p in periods)),
                )

    def _find_files_per_day(self, account: Account, trail: Trail, region: str) -> Fraction:
        """The account's, else the trail's, else 288: each Region on its own."""
        for value in (account.files_per_day, trail.entry.get("files_per_day")):
            in_region = assumption_in_region(value, region)
            if in_region is not None:
                return read_quantity(in_region)
        return FILES_PER_DAY

    def _read_reader(self, entry: Document) -> Reader:
        account = self.accounts[entry.get("account") or self.payer]
        trails, accounts = entry.get("trails"), entry.get("accounts")
        regions = entry.get("regions")
        streams = [
            stream
            for stream in self.streams
            if (
                stream.trail.name in trails
                if trails is not None
                else self.accounts[stream.trail.account].partition == account.partition
            )
            and (accounts is None or stream.account in accounts)
            and (regions is None or stream.region in read_regions(regions))
        ]
        period = read_period(entry, account.period.end)
        return Reader(entry["name"], entry["kind"], account.id, period, tuple(streams), entry)

    def growth_of(self, day: float, first_day: float, *, of_files: bool) -> Fraction:
        """
        Growth of the month of a day, compounding monthly; 1 in the month of `as_of` and before.

        Growth of accounts makes more log files and digests, growth of files only more log files.
        """
        growth = self.document.get("growth") or {}
        origin = datetime.date.fromordinal(int(number_day(growth.get("as_of"), first_day)))
        date = datetime.date.fromordinal(int(day))
        months = (date.year - origin.year) * 12 + date.month - origin.month
        if months <= 0:
            return Fraction(1)
        factor = 1 + read_growth(growth.get("accounts_per_year", 0))
        if of_files:
            factor *= 1 + read_growth(growth.get("files_per_year", 0))
        return Fraction(1) if factor == 1 else Fraction(float(factor) ** (months / 12))

    def others_per_day(self, day: int, days_of_month: int) -> dict["Others", Fraction]:
        """The requests of others on a day, by the places where they may do it [request]."""
        value = self.document.get("other_kms_requests_per_month", 0)
        pools = {(account.payer, account.partition) for account in self.accounts.values()}
        if not isinstance(value, dict) or is_range(value):
            number = read_quantity(value) / days_of_month
            return {Others(payer, partition, None): number for payer, partition in pools}
        if all(id_ in {payer for payer, _ in pools} for id_ in value):
            return {
                Others(payer, partition, None): read_quantity(value[payer]) / days_of_month
                for payer, partition in pools
                if payer in value
            }
        return {
            Others(account.payer, account.partition, account.id): (
                read_quantity(value[account.id]) / days_of_month
            )
            for account in self.accounts.values()
            if account.id in value and day in account.period
        }


@dataclass(frozen=True)
class Others:
    """Who requests besides the inventory: anybody of a pool, or an account of it."""

    payer: str
    partition: str
    account: str | None
