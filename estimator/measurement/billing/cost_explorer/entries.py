"""What an export of Cost Explorer tells: the cost and the usage of a group in a period.

Entries of several files are put together, and become lines of a bill.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from estimator.measurement.billing.cells import product_of, product_of_usage_type
from estimator.measurement.billing.layouts import FIELDS, Columns, Layout
from estimator.measurement.unreadable import Refused, UnreadableError

COMMAND = (
    "aws ce get-cost-and-usage --granularity DAILY --metrics UnblendedCost UsageQuantity "
    "--group-by Type=DIMENSION,Key=USAGE_TYPE Type=DIMENSION,Key=OPERATION --time-period "
    "Start=2026-10-01,End=2026-11-01"
)

_WITHOUT_USAGE = (
    "an export of Cost Explorer with costs and no usage, so that no requests can be told"
)
_WITHOUT_COST = "an export of Cost Explorer with usage and no costs"
_BOTH = "costs and usage of each usage type, in one file or in two"

LAYOUT = Layout(
    title="export of Cost Explorer",
    columns={},
    needed=(),
    usage=frozenset({"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}),
)
COLUMNS = Columns(LAYOUT, {}, LAYOUT.title)


@dataclass(frozen=True)
class Entry:
    """The cost and the usage of one group in one period; None where a file does not tell them.

    Attributes
    ----------
    start, end : Timestamp
        Of the period. [UTC]
    is_open : bool
        The period may go on: it covers no hour.
    group : tuple of pairs
        Fields of a bill's line and their values.
    cost, quantity : str or None
    unit, currency : str
    """

    start: pd.Timestamp
    end: pd.Timestamp
    is_open: bool
    group: tuple[tuple[str, str], ...]
    cost: str | None
    quantity: str | None
    unit: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Combined:
    """The entries of several files, the files that they are of, and those that told nothing new."""

    entries: list[Entry]
    counted: list[str]
    again: list[str]


def combine(files: Sequence[tuple[str, Sequence[Entry]]], refused: Refused) -> Combined:
    """The entries of all files together, each period and group once.

    A file counts whole or not at all: one that tells a period in another way than a file before it
    goes to `refused`.
    """
    known: dict[tuple[Any, ...], Entry] = {}
    groupings: dict[tuple[pd.Timestamp, pd.Timestamp], tuple[str, ...]] = {}
    counted: list[str] = []
    again: list[str] = []
    for shown, entries in files:
        try:
            found = _merge(known, groupings, entries)
        except UnreadableError as error:
            refused.add(shown, error)
            continue
        (counted if found else again).append(shown)
    return Combined(list(known.values()), counted, again)


def _merge(
    known: dict[tuple[Any, ...], Entry],
    groupings: dict[tuple[pd.Timestamp, pd.Timestamp], tuple[str, ...]],
    entries: Sequence[Entry],
) -> bool:
    """Add the entries of a file to those that are known; tell whether any of them is new."""
    more: dict[tuple[Any, ...], Entry] = {}
    periods: dict[tuple[pd.Timestamp, pd.Timestamp], tuple[str, ...]] = {}
    for entry in entries:
        period = (entry.start, entry.end)
        names = tuple(name for name, _ in entry.group)
        other = periods.get(period, groupings.get(period))
        if names and other and other != names:
            raise UnreadableError(
                f"{entry.start:%Y-%m-%d} twice: by {' and '.join(other)}, and by "
                f"{' and '.join(names)}",
                "each period in one grouping",
                "name one of the files",
            )
        if names or period not in {**groupings, **periods}:
            periods[period] = names or other or ()
        key = (*period, entry.group)
        before = more.get(key, known.get(key))
        more[key] = entry if before is None else _put_together(before, entry)
    _refuse_overlaps({*groupings, *periods})
    changed = {key: entry for key, entry in more.items() if known.get(key) != entry}
    known.update(changed)
    groupings.update(periods)
    return bool(changed)


def _put_together(before: Entry, entry: Entry) -> Entry:
    """One entry out of two of the same period and group: costs and usage, or one of them twice."""
    for name in ("cost", "quantity"):
        ours, theirs = getattr(before, name), getattr(entry, name)
        if ours is not None and theirs is not None and float(ours) != float(theirs):
            raise UnreadableError(
                f"{entry.start:%Y-%m-%d} twice, once with {ours} and once with {theirs}",
                "each period and group once",
                "name the newer of the files",
            )
    return replace(
        before,
        is_open=before.is_open and entry.is_open,
        cost=before.cost if before.cost is not None else entry.cost,
        quantity=before.quantity if before.quantity is not None else entry.quantity,
        unit=before.unit or entry.unit,
        currency=before.currency or entry.currency,
    )


def _refuse_overlaps(periods: set[tuple[pd.Timestamp, pd.Timestamp]]) -> None:
    """Refuse a month that is told by the day and as a whole: its usage would count twice."""
    last: tuple[pd.Timestamp, pd.Timestamp] | None = None
    for start, end in sorted(periods):
        if last is not None and start < last[1]:
            raise UnreadableError(
                f"{start:%Y-%m-%d} twice: in periods to {last[1]:%Y-%m-%d} and to {end:%Y-%m-%d}",
                "each day in one period",
                "name one of the files",
            )
        last = (start, end)


def lines_of(entries: Sequence[Entry]) -> pd.DataFrame:
    """Entries of KMS and CloudTrail as lines of a bill.

    Raises
    ------
    UnreadableError
        A cost stands without its usage, or the other way about.
    """
    rows = []
    for entry in entries:
        group = dict(entry.group)
        service = group.pop("service_name", "")
        product = (
            product_of(service, True)
            if service
            else product_of_usage_type(group.get("usage_type", ""))
        )
        if not product:
            continue
        if entry.quantity is None or entry.cost is None:
            found = _WITHOUT_USAGE if entry.quantity is None else _WITHOUT_COST
            raise UnreadableError(f"{found} ({group.get('usage_type', '')})", _BOTH, COMMAND)
        rows.append(
            {
                "product": product,
                "kind": "Usage",
                "start": _write(entry.start),
                "end": _write(entry.end),
                **{name: value for name, value in group.items() if name in FIELDS},
                "operation": _operation(group.get("operation", "")),
                "amount": entry.quantity,
                "unit": "" if entry.unit in ("", "N/A") else entry.unit,
                "cost": entry.cost,
                "currency": entry.currency,
            }
        )
    return pd.DataFrame(rows, columns=list(FIELDS), dtype=object).fillna("")


def _operation(name: str) -> str:
    """The operation; Cost Explorer writes NoOperation where a line has none."""
    return "" if name.casefold() == "nooperation" else name


def _write(moment: pd.Timestamp) -> str:
    return moment.isoformat() + "Z"


def close_periods(entries: Sequence[Entry]) -> list[Entry]:
    """Entries with days that are over, though their month is open: each but the last in use."""
    used = [entry.start for entry in entries if any(_amounts(entry))]
    last = max(used, default=None)
    day = pd.Timedelta(days=1)
    return [
        replace(entry, is_open=False)
        if entry.is_open
        and entry.end - entry.start <= day
        and last is not None
        and entry.start < last
        else entry
        for entry in entries
    ]


def _amounts(entry: Entry) -> tuple[bool, bool]:
    """Tell of cost and usage whether there is any."""
    nothing = {None, "0", "0.0", "0.0000000000"}
    return entry.cost not in nothing, entry.quantity not in nothing


def notices(entries: Sequence[Entry]) -> list[str]:
    """What an export of Cost Explorer cannot tell."""
    fields = {name for entry in entries for name, _ in entry.group}
    missing = ["keys", "which requests were free"]
    missing += [
        words
        for name, words in (("operation", "operations"), ("account", "accounts"))
        if name not in fields
    ]
    if any(entry.end - entry.start > pd.Timedelta(days=1) for entry in entries):
        missing.append("days")
    listed = ", ".join(missing[:-1]) + f" and {missing[-1]}"
    untold = f"an export of Cost Explorer does not tell {listed}"
    found = [f"{untold}; credits and refunds are in its costs, tax is not"]
    if months := sorted({f"{entry.start:%Y-%m}" for entry in entries if entry.is_open}):
        found.append(
            f"{', '.join(months)} may not be over (an estimate, or the last period of a download): "
            "its open periods are counted and cover no hour"
        )
    return found
