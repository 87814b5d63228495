"""The sections of readers: a class for each kind, what it needs and what it may say.

A known reader has a preset: how often it gets a log file, who says so, what is only assumed.
"""

from __future__ import annotations

import dataclasses
import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from estimator.inventory.assumptions import Quantity, Range, Seconds, Share
from estimator.inventory.kinds import AccountId, ActiveItem, Regions
from pricing.reading.validation import (
    Day,
    Flag,
    FormatVersion,
    Section,
    Text,
    load_as,
    read_text,
    refusal,
)
from pricing.reading.words import nearest

PRESETS = Path(__file__).with_name("presets.yaml")


class _Reader(ActiveItem):
    name: Text = Field(description="a name that no trail has", examples=["siem"])
    account: AccountId = Field(
        default_factory=str,
        description="who reads and pays; default: the payer",
        examples=["222222222222"],
    )
    trails: tuple[Text, ...] | None = Field(
        None,
        description="names of the trails whose files it reads; default: all of its partition",
        examples=[["org"]],
    )
    accounts: tuple[AccountId, ...] | None = Field(
        None, description="only logs of these accounts; default: all", examples=[["222222222222"]]
    )
    regions: Regions | None = Field(
        None, description="only logs of these Regions; default: all", examples=[["us-east-1"]]
    )
    bucket_key_saving: Share | None = Field(
        None,
        description="share of its Decrypt that a Bucket Key saves, as 0.99 or 99%; default: the "
        "bucket's [share]",
        examples=["95%"],
    )
    burst_seconds: Seconds | None = Field(
        None,
        description="in which it reads what comes at once: five minutes' files, a query, a run, "
        "a day's gets; default: by kind, see docs/method.md [s]",
        examples=[60],
    )

    @property
    def writes_under(self) -> dict[str, str]:
        """Ids of the keys that it puts objects under, by their field: none, for who only reads."""
        return {}

    @property
    def needs_beginning(self) -> bool:
        """True where it reads all that lies there: since when files come must be known."""
        return False

    @property
    def only_day(self) -> datetime.date | None:
        """The day on which alone it reads; None, for who reads again and again."""
        return None


class PresetSource(Section):
    """The text that says how often a reader gets a file, and the day on which it was read."""

    title: Text
    url: Text | None = None
    checked: Day


class Preset(Section):
    """A known reader."""

    name: Text
    gets_per_file: Quantity
    assumed: Flag = False
    source: PresetSource

    @property
    def gets(self) -> Range:
        """Its gets per file with the source in words. [get/file]

        >>> presets()["splunk"].gets.source
        'preset splunk: assumption, no source was found, checked 2026-11-28'
        """
        parts = [self.source.title, self.source.url or "", f"checked {self.source.checked}"]
        source = ", ".join(part for part in ("assumption" * self.assumed, *parts) if part)
        return dataclasses.replace(self.gets_per_file, source=f"preset {self.name}: {source}")


class _Presets(Section):
    version: FormatVersion
    presets: tuple[Preset, ...] = Field(min_length=1)


@cache
def presets() -> dict[str, Preset]:
    """Every preset by its name.

    >>> presets()["panther"].gets.high
    2.0
    """
    return {preset.name: preset for preset in load_as(_Presets, PRESETS).presets}


def read_preset(value: Any) -> str:
    """The name of a preset, or a refusal with the nearest one and all of them."""
    name = read_text(value)
    if name not in presets():
        word = name.lower().replace("_", "-").replace(" ", "-")
        longer = [preset for preset in presets() if preset.startswith(word)]  # datadog, elastic
        close = longer[0] if longer else nearest(word, presets())
        fix = f"did you mean {close}?" if close else "leave it out and write gets_per_file"
        raise refusal(value, f"one of {', '.join(presets())}", fix)
    return name


PresetName = Annotated[str, PlainValidator(read_preset), WithJsonSchema({"enum": list(presets())})]


class _FileReader(_Reader):
    preset: PresetName | None = Field(
        None,
        description="a known reader, which gives gets_per_file with range and source; default: "
        "none",
        examples=["datadog-forwarder"],
    )
    gets_per_file: Quantity = Field(
        Range.exactly(1),
        description="how often it gets each file; default: the preset's, else 1 [get/file]",
        examples=[{"low": 1, "high": 1.3}],
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

    kind: Literal["every-file"] = Field(description="the kind of reader", examples=["every-file"])


class Query(_FileReader):
    """Scans the files of the last days again and again, as Athena does."""

    kind: Literal["query"] = Field(description="the kind of reader", examples=["query"])
    queries_per_month: Quantity = Field(
        description="how often it scans, evenly over the month [query/month]", examples=[60]
    )
    days_scanned: Quantity = Field(
        description="how far back, never more than the bucket keeps [day]", examples=[7]
    )
    share_of_files: Share = Field(
        Range.exactly(1),
        description="share of these days' files that it opens, as 0.5 or 50% [share]",
        examples=["50%"],
    )


class Fixed(_Reader):
    """Makes a fixed number of gets a day."""

    kind: Literal["fixed"] = Field(description="the kind of reader", examples=["fixed"])
    gets_per_day: Quantity = Field(
        description="gets on each day on which a file is there [get/day]", examples=[500]
    )


class Validate(_Reader):
    """`aws cloudtrail validate-logs`: one get per digest and log file of the days checked."""

    kind: Literal["validate"] = Field(description="the kind of reader", examples=["validate"])
    runs_per_month: Quantity = Field(
        description="how often it runs, evenly over the month [run/month]", examples=[1]
    )
    days: Quantity = Field(description="days that a run checks [day]", examples=[30])


class Once(_FileReader):
    """Reads once what lies in the bucket on a day, as a backfill or a move does."""

    kind: Literal["once"] = Field(description="the kind of reader", examples=["once"])
    day: Day = Field(
        description="on which it reads all files that were put before it", examples=["2026-12-01"]
    )
    days: Quantity | None = Field(
        None,
        description="only files of as many days before; default: all that lies there [day]",
        examples=[90],
    )

    @property
    def needs_beginning(self) -> bool:
        """True unless it says how many days it looks back."""
        return self.days is None

    @property
    def only_day(self) -> datetime.date:
        """The day that it names."""
        return self.day


class Replication(_Reader):
    """S3 replication: Decrypt at the source, Encrypt under the destination key, once per put."""

    kind: Literal["replication"] = Field(description="the kind of reader", examples=["replication"])
    destination_key: Text = Field(
        description="id of the key that the copies are put under", examples=["dr"]
    )

    @property
    def writes_under(self) -> dict[str, str]:
        """The id of the key of the copies."""
        return {"destination_key": self.destination_key}


Reader = EveryFile | Query | Fixed | Validate | Once | Replication
