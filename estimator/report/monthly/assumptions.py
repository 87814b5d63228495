"""The assumptions with their sources, and which of them to find out first."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.figures import count, share
from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay, Range
from estimator.inventory.units import SHARE, UNITS
from estimator.report.answers.simulation import first_lines
from estimator.report.blocks import Sheet, write_paragraphs
from estimator.report.charts.bars import drivers_chart
from estimator.report.monthly.document import Block, Section
from estimator.report.monthly.inputs import ReportInputs

_MOST = 25
_CERTAIN = (
    "No assumption is a range, so nothing says how sure the numbers are: write low and high for "
    "what is not known, or put measured ranges there by kmscost calibrate."
)
_RULE = "rule of thumb: AWS KMS Developer Guide, 2017-11-15 to 2021-09-11"


def assumptions_section(inputs: ReportInputs) -> Section:
    """Return every assumption that a number rests on, the most important for the spread first."""
    drivers = inputs.simulation.drivers
    column = f"share_{inputs.simulation.cost}"
    shares = dict(zip(drivers["assumption"], drivers[column], strict=True))
    found = list(_assumptions(inputs))
    found.sort(key=lambda assumption: -shares.get(assumption[0], -1.0))
    given = _given(inputs)
    rows: list[tuple[str, ...]] = [
        (
            path,
            value.source or given.get(path, "-"),
            _unit(path),
            count(value.mid),
            "-" if value.is_number else f"{count(value.low)} to {count(value.high)}",
            share(round(float(shares[path]), 4)) if path in shares else "-",
        )
        for path, value in found[:_MOST]
    ]
    more = len(found) - _MOST
    if more > 0:
        rows.append((f"{more:,} more", *[""] * 5))
    header = ("assumption", "source", "unit", "value", "5 % to 95 %", "of the spread")
    sheet = Sheet("Assumptions", header, tuple(rows), numbers=3, sums=int(more > 0))
    blocks: list[Block] = []
    if not inputs.has_ranges:
        blocks.append(write_paragraphs(_CERTAIN))
    else:
        blocks.append(write_paragraphs(*first_lines(inputs.simulation)))
        # a single bar of a chart says what the line above it says
        if (drivers[column] > 0).sum() > 1:
            blocks.append(drivers_chart(inputs.simulation))
    return Section("assumptions", "Assumptions, and what to find out first", (*blocks, sheet))


def _unit(path: str) -> str:
    """The unit of an assumption by its name; a Region may stand behind it.

    >>> _unit("trails[org].files_per_day.eu-west-1")
    'file/day'
    """
    names = reversed(path.split("."))
    unit = next((UNITS[name] for name in names if name in UNITS), "")
    return "0-1" if unit == SHARE else unit


def _given(inputs: ReportInputs) -> dict[str, str]:
    """Sources of what the program itself assumes."""
    plain = [trail for trail in inputs.inventory.trails if trail.files_per_day is None]
    return {f"trails[{trail.name}].files_per_day": _RULE for trail in plain}


def _assumptions(inputs: ReportInputs) -> Iterator[tuple[str, Range]]:
    inventory = inputs.inventory
    for trail in inventory.trails:
        path = f"trails[{trail.name}]"
        if trail.files_per_day is None:
            yield f"{path}.files_per_day", Range.exactly(FILES_PER_DAY)
        else:
            yield from _files(path, trail.files_per_day)
        yield f"{path}.config_updates_per_month", trail.config_updates_per_month
        if trail.bucket.bucket_key:
            yield f"{path}.bucket.bucket_key_saving", trail.bucket.bucket_key_saving
        if trail.bucket.retention_days is not None:
            yield f"{path}.bucket.retention_days", trail.bucket.retention_days
    for reader in inventory.readers:
        for name, value in reader:
            if isinstance(value, Range) and name != "burst_seconds":
                yield f"readers[{reader.name}].{name}", value
    yield from inventory.other_kms_requests_per_month.ranges()
    yield "growth.accounts_per_year", inventory.growth.accounts_per_year
    yield "growth.files_per_year", inventory.growth.files_per_year
    for account in inventory.accounts:
        if account.files_per_day is not None:
            yield from _files(f"accounts[{account.id}]", account.files_per_day)


def _files(owner: str, files: FilesPerDay) -> Iterator[tuple[str, Range]]:
    for region, value in files.by_region.items():
        yield files.path(owner, region), value
    if files.other is not None:
        yield files.path(owner, "other"), files.other
