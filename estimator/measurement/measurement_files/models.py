"""The JSON of `kmscost measure` as models: its keys, their kinds and their bounds.

Rows are checked column by column (`columns`): they come by the million, and a model for each would
take minutes. Their schema is made from the same table of columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from estimator.frames import ACTUALS, Column
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY
from estimator.measurement.result import CAUSES
from estimator.measurement.sources import SOURCES, sources_that_count

if TYPE_CHECKING:
    Source = str
else:  # pydantic needs the names, type checkers none that are computed
    Source = Literal[tuple(SOURCES)]

COLUMNS = {column.name: column for column in ACTUALS}

# what rows are needed for: the rest is told by some sources only, or left out by --by
NEEDED = ("day", "cause", "quantity", "unit", "source", "coverage")
ACCOUNTS = ("payer", "account", "billed_account")
CHOICES = {
    "cause": (*CAUSES, "unknown", "key", ""),
    "unit": ("request", "key-month", "event", ""),
    "source": tuple(SOURCES),
}
# of a request both are known; a tax of a bill has none
NAMED = ("cause", "unit")
# the sources that always tell a number: object names may not tell requests, and logs tell no files
SOURCES_THAT_TELL = {
    "quantity": sources_that_count("requests", "accesses"),
    "files": sources_that_count("objects", "accesses"),
}
# what may be below zero where it is no bill's: bills take back what they charged
SIGNED = ("cost",)
LARGEST = 1e300


def _leave_bounds_out(schema: dict[str, Any]) -> None:
    """A schema without bounds that no file reaches: they only keep sums finite."""
    for name in ("maximum", *(("minimum",) if schema.get("minimum") else ())):
        schema.pop(name, None)


Number = Annotated[
    float,
    Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False, json_schema_extra=_leave_bounds_out),
]
Whole = Annotated[int, Field(ge=0, le=int(LARGEST), json_schema_extra=_leave_bounds_out)]
# the hour is checked where coverage is read, with the gaps that must lie in it
Hour = Annotated[
    str,
    Field(json_schema_extra={"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:00Z$"}),
]


class Part(BaseModel):
    """A part of the document: as measure writes it, no other keys, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Totals(Part):
    """Sums over all rows; a bill has more of them, such as cost_usd."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Number | None] = Field(init=False)

    requests: Number = Field(description="KMS API requests. [request]")
    by_cause: dict[str, Number] = Field(description="Requests of each cause. [request]")
    by_operation: dict[str, Number] = Field(description="Requests of each operation. [request]")


class SkippedFile(Part):
    """A file that was not counted, and why."""

    path: str
    reason: str


class DoubtfulNotice(Part):
    """A notice that makes a sum doubtful, and of which months."""

    kind: Literal["repeated", "left out", "elsewhere"]
    months: list[str] = Field(description="Such as 2026-11; empty where it may be any.")
    notice: str = Field(description="As it stands among the notices.")


class Gap(Part):
    """Hours between the first and the last that are not covered."""

    start: Hour = Field(alias="from", description="First hour of the gap, UTC.")
    until: Hour = Field(description="First hour after the gap, UTC.")


class Stream(Part):
    """The hours covered of one account and Region; of both empty where the source tells neither."""

    account: str
    region: str
    start: Hour = Field(alias="from", description="First hour covered, UTC.")
    until: Hour = Field(description="First hour after the last one covered, UTC.")
    hours: Whole = Field(description="Hours covered. [hour]")
    of_hours: Whole = Field(description="Hours from the first to the last. [hour]")
    share: Number = Field(description="hours by of_hours. [0-1]")
    gaps: list[Gap]


class CoveredMonth(Part):
    """The part of a month that is covered, over all accounts and Regions seen."""

    month: str = Field(description="Calendar month, UTC, such as 2026-11.")
    share: Number = Field(description="Share of its hours. [0-1]")


class Hours(Part):
    """The hours that the input covers."""

    months: list[CoveredMonth]
    streams: list[Stream]


class FailedCalls(Part):
    """Calls to KMS that failed: counted apart, in no row."""

    calls: Whole
    by_error: dict[str, Whole]


class Objects(Part):
    """Objects in a listing or an inventory. [object]"""

    cloudtrail: Whole = Field(description="Those that CloudTrail wrote.")
    other: Whole
    delete_markers: Whole
    by_encryption: dict[str, Whole] = Field(description="CloudTrail's, by how they are encrypted.")


class BillLines(Part):
    """Lines of a bill. [line]"""

    awskms: Whole
    cloudtrail: Whole = Field(alias="AWSCloudTrail")
    by_kind: dict[str, Whole] = Field(description="Lines of AWS KMS, by what they are for.")
    cloudtrail_by_kind: dict[str, Whole]


class UsageType(Part):
    """The usage of a bill's product and usage type, whichever the Region."""

    product: str
    usage_type: str
    unit: str
    quantity: Number
    free: Number | None = Field(description="null where the bill does not tell it.")
    cost: Number = Field(description="Unblended cost, in the currency of the bill.")
    lines: Whole


def _describe_cells(column: Column) -> dict[str, Any]:
    """The JSON Schema of a column's cells: what `columns` checks of them."""
    cells: dict[str, Any] = {"type": "string"}
    if column.dtype == "float64":
        cells = {"type": ["number", "null"]}  # null: what the source cannot tell
    elif column.dtype in ("int64", "bool"):
        cells = {"type": "integer" if column.dtype == "int64" else "boolean"}
    elif column.dtype.startswith("period"):
        day = "-[0-9]{2}" if column.dtype == "period[D]" else ""
        cells["pattern"] = f"^([0-9]{{4}}-[0-9]{{2}}{day})?$"
    if column.name == "coverage":
        cells = {"type": "number", "minimum": 0, "maximum": 1}
    if column.name in ACCOUNTS:
        # shorter digits are an id that lost its leading zeros
        cells["pattern"] = "^(?![0-9]{1,11}$)"
    if column.name in CHOICES:
        cells["enum"] = list(CHOICES[column.name])
    unit = "" if column.unit == "-" else f" [{column.unit}]"
    meaning = column.meaning.replace("NaT", "empty")  # JSON has no NaT
    return {**cells, "description": f"{meaning}{unit}"}


def _describe_rows() -> dict[str, Any]:
    """The JSON Schema of the rows; their columns are those of the first."""
    numbers = [name for name, column in COLUMNS.items() if column.dtype in ("float64", "int64")]
    unsigned = {name: {"minimum": 0} for name in numbers if name not in SIGNED}
    named = {name: {"not": {"const": ""}} for name in NAMED}
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: _describe_cells(column) for name, column in COLUMNS.items()},
            "required": list(NEEDED),
            "additionalProperties": False,
            "if": {"properties": {"source": {"const": "bill"}}},
            "else": {"properties": {**unsigned, **named}},
            "allOf": [
                {
                    "if": {"properties": {"source": {"enum": list(sources)}}},
                    "then": {"properties": {name: {"type": "number"}}},
                }
                for name, sources in SOURCES_THAT_TELL.items()
            ],
        },
    }


def _only_of(sources: str, default: Any) -> Any:
    """A key that the JSON of some sources has, and others not: its schema shows no default."""

    def leave_out(schema: dict[str, Any]) -> None:
        schema.pop("default")

    return Field(default, description=f"Only of {sources}.", json_schema_extra=leave_out)


class ReplayedRequester(Part):
    """What a Bucket Key would leave of the requests of one requester about a bucket's objects."""

    bucket: str
    key: str = Field(description="ARN of the KMS key; empty where the events do not tell it.")
    caller: str
    operation: str
    cause: str
    billed_account: str
    billed_region: str
    requests: Whole = Field(description="Requests that name an object. [request]")
    left_low: Whole = Field(description="Left at the lifetime that leaves fewest. [request]")
    left_high: Whole = Field(description="Left at the lifetime that leaves most. [request]")
    left_at_most: Whole = Field(
        description="Left where older objects have no bucket key. [request]"
    )
    gets_of_older_objects: Whole = Field(description="Reads of objects not written here. [request]")
    untimed: Whole = Field(description="Requests without a time, which stay. [request]")
    under_a_bucket_key: Whole = Field(description="Requests beside these: it is on. [request]")


class BucketKeyReplay(Part):
    """S3 Bucket Keys that live 1 to 60 minutes, replayed over the logs."""

    resolution: Whole = Field(description="To what the times of requests were exact. [second]")
    requesters: list[ReplayedRequester]


class MeasurementFile(Part):
    """A measurement, as `kmscost measure --format json` writes it."""

    source: Source = Field(description="The kind of input.")
    totals: Totals
    rows: Annotated[list[Any], WithJsonSchema(_describe_rows())] = Field(
        description="Counts by day, cause and whatever the source tells; all with the same keys."
    )
    files: Whole = Field(description="Files read. [file]")
    records: Whole = Field(description="Events, names or lines in them. [record]")
    duplicates: Whole = Field(description="Copies that were not counted again. [record]")
    skipped: list[SkippedFile] = Field(description="The first 10,000 files not counted.")
    skipped_by_reason: dict[str, Whole] = Field(description="All files not counted. [file]")
    coverage: Hours
    notices: list[str] = Field(description="What to know before believing the figures.")
    doubts: list[DoubtfulNotice] = Field(
        [], description="Those of the notices that make a sum doubtful."
    )
    failed: FailedCalls = _only_of(
        "CloudTrail's logs and Athena", FailedCalls(calls=0, by_error={})
    )
    objects: Objects = _only_of(
        "listings and S3 Inventory",
        Objects(cloudtrail=0, other=0, delete_markers=0, by_encryption={}),
    )
    lines: BillLines = _only_of(
        "bills", BillLines(awskms=0, AWSCloudTrail=0, by_kind={}, cloudtrail_by_kind={})
    )
    usage_types: list[UsageType] = _only_of("bills", [])
    bucket_key_replay: BucketKeyReplay = _only_of(
        "CloudTrail's logs, without --by", BucketKeyReplay(resolution=1, requesters=[])
    )


# the keys of one source only: they pass through as they are
DETAILS = ("failed", "objects", "lines", "usage_types", REPLAY)
