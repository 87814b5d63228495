"""Entries of Cost Explorer as lines of a bill, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from estimator.measurement.billing.cost_explorer.entries import (
    COMMAND,
    Entry,
    product_of_usage_type,
)
from estimator.measurement.billing.layouts import FIELDS, Columns, Layout
from estimator.measurement.billing.services import product_of
from estimator.measurement.unreadable import UnreadableError

WITHOUT_USAGE = (
    "an export of Cost Explorer with costs and no usage, so that no requests can be told"
)
WITHOUT_COST = "an export of Cost Explorer with usage and no costs"
_BOTH = "costs and usage of each usage type, in one file or in two"

LAYOUT = Layout(
    title="export of Cost Explorer",
    columns={},
    needed=(),
    usage=frozenset({"Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"}),
)
COLUMNS = Columns(LAYOUT, {}, LAYOUT.title)


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
            found = WITHOUT_USAGE if entry.quantity is None else WITHOUT_COST
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
