"""The sections of an inventory file: what each key means, its unit and its default.

`Inventory` in `estimator.inventory.model` is what the rest of the program works with.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from estimator.inventory.assumptions import Files, GrowthRate, Quantity, Range, Seconds, Share
from estimator.inventory.budgets import Budget
from estimator.inventory.kinds import AccountId, KeySpec, RegionCode, Regions, TrailRegions
from estimator.inventory.others import OtherRequests, Others
from estimator.inventory.presets import PresetName, presets
from pricing.reading.validation import Day, Flag, Section, Text, refusal
from pricing.regions import default_regions


class ActiveItem(Section):
    """Whatever begins and ends: `from` is inclusive, `until` exclusive, both may be left out."""

    start: Day | None = Field(None, alias="from", description="first day")
    until: Day | None = Field(None, description="the day after the last one")

    @model_validator(mode="after")
    def _until_after_from(self) -> Self:
        if self.start and self.until and self.until <= self.start:
            fix = "until is the day after the last one"
            raise refusal(self.until, f"a day after from, {self.start}", fix, ("until",))
        return self


class AccountEntry(ActiveItem):
    """An AWS account."""

    id: AccountId
    name: Text | None = None
    payer: AccountId | None = Field(None, description="consolidated billing account")
    regions: Regions | None = None
    files_per_day: Files | None = Field(None, description="per Region [file/day]")


class AccountsFile(Section):
    """Accounts kept in a CSV file or in the JSON of `aws organizations list-accounts`."""

    file: Text
    payer: AccountId | None = None
    regions: Regions | None = None


class Key(ActiveItem):
    """A customer managed KMS key. It costs until it is pending deletion, disabled or not."""

    id: Text
    account: AccountId = Field(default_factory=str, description="default: the payer")
    region: RegionCode
    spec: KeySpec = "SYMMETRIC_DEFAULT"
    arn: Text | None = None
    created: Day | None = Field(None, description="default: existing all along")
    until: Day | None = Field(
        None,
        description="the day from which it is pending deletion and costs nothing; a disabled key "
        "costs the same as an enabled one and has none",
    )
    rotations: tuple[Day, ...] = ()

    @model_validator(mode="after")
    def _one_beginning(self) -> Self:
        if self.created and self.start:
            raise refusal(self.start, "either created or from", "remove from", ("from",))
        if self.created and self.until and self.until <= self.created:
            raise refusal(self.until, f"a day after created, {self.created}", "", ("until",))
        for index, rotation in enumerate(self.rotations):
            at = ("rotations", index)
            if rotation in self.rotations[:index]:
                raise refusal(rotation, "each rotation once", "remove one of them", at)
            if self.until and rotation >= self.until:
                raise refusal(rotation, f"a day before until, {self.until}", "remove it", at)
            if self.first_day and rotation < self.first_day:
                fix = f"the key begins on {self.first_day}"
                raise refusal(rotation, "a day in the key's life", fix, at)
        return self

    @property
    def first_day(self) -> datetime.date | None:
        """The first day of the key, None where it exists all along."""
        return self.created or self.start


class Bucket(Section):
    """The S3 bucket that a trail writes to."""

    name: Text | None = None
    region: RegionCode | None = Field(None, description="default: the key's")
    bucket_key: Flag = Field(False, description="S3 Bucket Key on")
    bucket_key_saving: Share = Field(
        Range.exactly(0.99),
        description="share of the requests saved with a Bucket Key: 0.99 or 99%",
    )
    retention_days: Quantity | None = Field(None, description="default: kept for ever [day]")


class Trail(ActiveItem):
    """A CloudTrail trail."""

    name: Text
    account: AccountId = Field(default_factory=str, description="default: the payer")
    scope: Literal["organization", "account"] = "organization"
    regions: TrailRegions = None
    key: Text | None = Field(description="id of the key; null for SSE-S3, which makes no requests")
    bucket: Bucket = Bucket()
    home_region: RegionCode | None = None
    files_per_day: Files | None = Field(None, description="per account and Region [file/day]")
    config_updates_per_month: Quantity = Range.exactly(0)
    burst_seconds: Seconds | None = Field(
        None, description="in which the files of five minutes are put; default: 60 [s]"
    )
    log_file_validation: Flag = False
    digest_files: Literal["sse-kms", "sse-s3"] | None = Field(
        None, description="how digest files are encrypted; default: sse-kms from 2025-05-22 on"
    )
    exclude_kms_events: Flag = False


class _Reader(ActiveItem):
    name: Text
    account: AccountId = Field(
        default_factory=str, description="who reads and pays; default: the payer"
    )
    trails: tuple[Text, ...] | None = Field(None, description="default: all of them")
    accounts: tuple[AccountId, ...] | None = Field(None, description="only logs of these accounts")
    regions: Regions | None = Field(None, description="only logs of these Regions")
    bucket_key_saving: Share | None = Field(
        None,
        description="share of Decrypt saved by a Bucket Key: 0.99 or 99%; default: the bucket's",
    )
    burst_seconds: Seconds | None = Field(
        None,
        description="in which it reads what comes at once: five minutes' files, a query, a run, "
        "a day's gets; defaults: docs/method.md [s]",
    )


class _FileReader(_Reader):
    preset: PresetName | None = Field(
        None, description="a known reader: its gets_per_file with range and source, if not given"
    )
    gets_per_file: Quantity = Field(
        Range.exactly(1), description="default: the preset's, else 1 [get/file]"
    )

    @model_validator(mode="before")
    @classmethod
    def _gets_of_preset(cls, value: Any) -> Any:
        if not isinstance(value, dict) or "gets_per_file" in value:
            return value  # what the reader itself says wins
        name = value.get("preset")
        known = presets().get(name) if isinstance(name, str) else None
        return value if known is None else {**value, "gets_per_file": known.gets}


class EveryFile(_FileReader):
    """Reads each log file, as a SIEM does."""

    kind: Literal["every-file"]


class Query(_FileReader):
    """Scans the files of the last days again and again, as Athena does."""

    kind: Literal["query"]
    queries_per_month: Quantity
    days_scanned: Quantity
    share_of_files: Share = Field(Range.exactly(1), description="0.5 or 50%")


class Fixed(_Reader):
    """Makes a fixed number of gets a day."""

    kind: Literal["fixed"]
    gets_per_day: Quantity


class Validate(_Reader):
    """`aws cloudtrail validate-logs`: one get per digest and log file of the days checked."""

    kind: Literal["validate"]
    runs_per_month: Quantity
    days: Quantity


class Once(_FileReader):
    """Reads once what lies in the bucket on a day, as a backfill or a move does."""

    kind: Literal["once"]
    day: Day = Field(description="on which it reads all files that were put before it")
    days: Quantity | None = Field(
        None, description="only those of as many days before; default: all that lies there [day]"
    )


class Replication(_Reader):
    """S3 replication: Decrypt at the source, Encrypt under the destination key, once per put."""

    kind: Literal["replication"]
    destination_key: Text


Reader = EveryFile | Query | Fixed | Validate | Once | Replication


class Growth(Section):
    """Yearly growth, compounding monthly from `as_of`."""

    accounts_per_year: GrowthRate = Field(
        Range.exactly(0), description="10% or 0.1; above 100 percent with its sign [1/year]"
    )
    files_per_year: GrowthRate = Field(Range.exactly(0), description="the same, of files [1/year]")
    as_of: Day | None = Field(None, description="default: the forecast's first month")


def _which_entry(value: Any) -> str:
    return "file" if isinstance(value, dict) and "file" in value else "account"


class InventoryFile(Section):
    """A kmscost inventory, version 1."""

    version: Literal[1]
    payer: AccountId | None = Field(None, description="default: the first account")
    other_kms_requests_per_month: Others = Field(
        OtherRequests(),
        description="what everything else requests, of each payer or by id of payers or accounts; "
        "uses the free tier first [request/month]",
    )
    cloudtrail_writes: Literal["charged", "exempt"] = "charged"
    regions: Regions = Field(default_regions(), description="default for accounts")
    accounts: tuple[
        Annotated[
            Annotated[AccountEntry, Tag("account")] | Annotated[AccountsFile, Tag("file")],
            Discriminator(_which_entry),
        ],
        ...,
    ] = Field(min_length=1)
    keys: tuple[Key, ...]
    trails: tuple[Trail, ...]
    readers: tuple[Annotated[Reader, Discriminator("kind")], ...] = ()
    growth: Growth = Growth()
    budgets: tuple[Budget, ...] = ()
