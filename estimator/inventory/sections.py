"""The sections of an inventory file: what each key means, its unit and its default.

`Inventory` in `estimator.inventory.model` is what the rest of the program works with.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Discriminator, Field, Tag, model_validator

from estimator.inventory.account_groups import OuPath, Tags
from estimator.inventory.assumptions import Files, GrowthRate, Quantity, Range, Seconds, Share
from estimator.inventory.budgets import Budget
from estimator.inventory.kinds import (
    AccountId,
    ActiveItem,
    BucketName,
    KeyArn,
    KeySpec,
    RegionCode,
    Regions,
    TrailRegions,
    bucket_meant,
)
from estimator.inventory.others import OtherRequests, Others
from estimator.inventory.reader_sections import Reader
from pricing.reading.json_schemas import both_given
from pricing.reading.validation import Day, Flag, FormatVersion, Section, Text, refusal
from pricing.regions import default_regions

__all__ = [
    "AccountEntry",
    "AccountsFile",
    "ActiveItem",
    "Bucket",
    "Budget",
    "Growth",
    "InventoryFile",
    "Key",
    "Reader",
    "Trail",
]


class AccountEntry(ActiveItem):
    """An AWS account."""

    id: AccountId = Field(description="the account's id, in quotes", examples=["222222222222"])
    name: Text | None = Field(None, description="for people", examples=["prod"])
    payer: AccountId | None = Field(
        None,
        description="consolidated billing account; default: the inventory's payer",
        examples=["111122223333"],
    )
    regions: Regions | None = Field(
        None,
        description="Regions that it has; default: the inventory's regions",
        examples=[["us-east-1", "eu-west-1"]],
    )
    files_per_day: Files | None = Field(
        None,
        description="log files in each Region, whatever the trail says; default: the trail's "
        "[file/day]",
        examples=[{"us-east-1": 700, "other": 20}],
    )
    ou: OuPath | None = Field(
        None,
        description="path of its organizational unit, from the root on: for --by and budgets; "
        "default: none",
        examples=["Root/Workloads/Prod"],
    )
    tags: Tags = Field(
        default_factory=dict,
        description="its tags by name, values in quotes where they are numbers: for --by and "
        "budgets; default: none",
        examples=[{"team": "payments", "cost-center": "4711"}],
    )


class AccountsFile(Section):
    """Accounts kept in a CSV file or in the JSON of `aws organizations list-accounts`."""

    file: Text = Field(
        description="a CSV file with the keys of an account as columns, or that JSON, beside the "
        "inventory",
        examples=["accounts.csv"],
    )
    payer: AccountId | None = Field(
        None,
        description="of accounts that the file gives none; default: the inventory's payer",
        examples=["111122223333"],
    )
    regions: Regions | None = Field(
        None,
        description="of accounts that the file gives none; default: the inventory's regions",
        examples=["default"],
    )


class Key(ActiveItem):
    """A customer managed KMS key. It costs until it is pending deletion, disabled or not."""

    model_config = ConfigDict(json_schema_extra={"not": both_given("created", "from")})

    id: Text = Field(description="a name that trails and readers refer to", examples=["logs"])
    account: AccountId = Field(
        default_factory=str,
        description="who owns it and pays for it by the month; default: the payer",
        examples=["111122223333"],
    )
    region: RegionCode = Field(
        description="where all its requests are metered", examples=["us-east-1"]
    )
    spec: KeySpec = Field(
        "SYMMETRIC_DEFAULT",
        description="CloudTrail takes symmetric keys only",
        examples=["SYMMETRIC_DEFAULT"],
    )
    arn: KeyArn | None = Field(
        None,
        description="how measured requests find the key; default: by account and Region",
        examples=["arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )
    created: Day | None = Field(
        None,
        description="first day, in place of from; default: existing all along",
        examples=["2025-01-15"],
    )
    until: Day | None = Field(
        None,
        description="the day from which it is pending deletion and costs nothing; a disabled key "
        "costs the same as an enabled one and has none; default: without end",
        examples=["2027-01-01"],
    )
    rotations: tuple[Day, ...] = Field(
        (),
        description="days of its rotations, yearly or on demand; the first two cost",
        examples=[["2026-01-15"]],
        json_schema_extra={"uniqueItems": True},
    )

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
                raise refusal(rotation, "a day on which the key is active", fix, at)
        return self

    @property
    def first_day(self) -> datetime.date | None:
        """The first day of the key, None where it exists all along."""
        return self.created or self.start


class Bucket(Section):
    """The S3 bucket that a trail writes to."""

    name: BucketName | None = Field(
        None,
        description="how measured requests find the trail; default: by account",
        examples=["example-logs"],
    )
    region: RegionCode | None = Field(
        None, description="the same as the key's; default: the key's", examples=["us-east-1"]
    )
    bucket_key: Flag = Field(
        False, description="whether the S3 Bucket Key is on, which saves requests", examples=[True]
    )
    bucket_key_saving: Share = Field(
        Range.exactly(0.99),
        description="share of the requests that a Bucket Key saves, as 0.99 or 99% [share]",
        examples=["99%"],
    )
    retention_days: Quantity | None = Field(
        None,
        description="after which files expire and no look back meets them; default: kept for ever "
        "[day]",
        examples=[365],
    )

    @model_validator(mode="before")
    @classmethod
    def _named_alone(cls, value: Any) -> Any:
        if isinstance(value, str) and bucket_meant(value) != value:  # arn:aws:s3:::example-logs
            name = bucket_meant(value)
            raise refusal(value, "a mapping", f"write {{name: {name}}}" if name else "name it")
        return value


class Trail(ActiveItem):
    """A CloudTrail trail."""

    name: Text = Field(description="a name that readers and budgets refer to", examples=["org"])
    account: AccountId = Field(
        default_factory=str,
        description="who owns it: its writes are billed there; default: the payer",
        examples=["111122223333"],
    )
    scope: Literal["organization", "account"] = Field(
        "organization",
        description="every account of its payer and partition, or its own alone",
        examples=["account"],
    )
    regions: TrailRegions = Field(
        None,
        description="Regions that it covers, in those of its accounts that have them; default: all",
        examples=[["us-east-1", "eu-west-1"]],
    )
    key: Text | None = Field(
        description="id of the key; null for SSE-S3, which makes no requests", examples=["logs"]
    )
    bucket: Bucket = Field(
        Bucket(),
        description="the bucket that it writes to; default: in the key's Region, no Bucket Key",
        examples=[{"name": "example-logs", "bucket_key": True, "retention_days": 365}],
    )
    home_region: RegionCode | None = Field(
        None,
        description="the Region that it was made in, where its settings are checked; default: the "
        "key's",
        examples=["us-east-1"],
    )
    files_per_day: Files | None = Field(
        None,
        description="log files per account and Region; default: 288, one every five minutes "
        "[file/day]",
        examples=[{"low": 150, "high": 290}],
    )
    config_updates_per_month: Quantity = Field(
        Range.exactly(0),
        description="how often its key setting is made or changed, one request each [update/month]",
        examples=[1],
    )
    burst_seconds: Seconds | None = Field(
        None,
        description="in which the files of five minutes are put; default: 60, from 10 to 300 [s]",
        examples=[60],
    )
    log_file_validation: Flag = Field(
        False,
        description="24 digest files a day per account and Region",
        examples=[True],
    )
    digest_files: Literal["sse-kms", "sse-s3"] | None = Field(
        None,
        description="how digest files are encrypted; default: sse-kms from 2025-05-22 on",
        examples=["sse-kms"],
    )
    exclude_kms_events: Flag = Field(
        False,
        description="KMS events are not recorded, so that no copy of them is paid",
        examples=[True],
    )


class Growth(Section):
    """Yearly growth, compounding monthly from `as_of`."""

    accounts_per_year: GrowthRate = Field(
        Range.exactly(0),
        description="accounts, and so streams, as 10% or 0.1; above 100 percent with its sign "
        "[1/year]",
        examples=["10%"],
    )
    files_per_year: GrowthRate = Field(
        Range.exactly(0), description="log files of each stream, likewise [1/year]", examples=["5%"]
    )
    as_of: Day | None = Field(
        None,
        description="the day on which the numbers were true; default: the forecast's first month",
        examples=["2026-11-01"],
    )


def _which_entry(value: Any) -> str:
    # named as the models are, for a tag must not read like a key of the entry
    is_file = isinstance(value, dict) and "file" in value
    return AccountsFile.__name__ if is_file else AccountEntry.__name__


class InventoryFile(Section):
    """A kmscost inventory, version 1."""

    version: FormatVersion = Field(description="of the format", examples=[1])
    payer: AccountId | None = Field(
        None,
        description="account that the consolidated bill goes to; default: the first account",
        examples=["111122223333"],
    )
    other_kms_requests_per_month: Others = Field(
        OtherRequests(),
        description="what everything else requests, of each payer or by id of payers or accounts; "
        "uses the free tier first [request/month]",
        examples=[12000],
    )
    cloudtrail_writes: Literal["charged", "exempt"] = Field(
        "charged",
        description="whether AWS charges the requests of CloudTrail's own writes: its texts "
        "disagree, and each result shows both",
        examples=["exempt"],
    )
    regions: Regions = Field(
        default_regions(),
        description="Regions of accounts that name none; default: the 17 enabled by default",
        examples=[["us-east-1", "eu-west-1"]],
    )
    accounts: tuple[
        Annotated[
            Annotated[AccountEntry, Tag(AccountEntry.__name__)]
            | Annotated[AccountsFile, Tag(AccountsFile.__name__)],
            Discriminator(_which_entry),
        ],
        ...,
    ] = Field(
        min_length=1,
        description="all accounts that trails cover or that pay for anything here",
        examples=[[{"id": "111122223333", "name": "management"}]],
    )
    keys: tuple[Key, ...] = Field(
        description="customer managed keys", examples=[[{"id": "logs", "region": "us-east-1"}]]
    )
    trails: tuple[Trail, ...] = Field(
        description="trails that write log files", examples=[[{"name": "org", "key": "logs"}]]
    )
    readers: tuple[Annotated[Reader, Discriminator("kind")], ...] = Field(
        (),
        description="who gets the log files; each get is a Decrypt",
        examples=[[{"name": "siem", "kind": "every-file"}]],
    )
    growth: Growth = Field(
        Growth(),
        description="yearly growth; default: nothing grows",
        examples=[{"accounts_per_year": "10%"}],
    )
    budgets: tuple[Budget, ...] = Field(
        (), description="what a month may cost", examples=[[{"name": "kms", "usd_per_month": 25}]]
    )
