"""Every column of every frame: its dtype, its unit and what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a frame."""

    name: str
    dtype: str
    unit: str
    meaning: str


_KEYS = (
    Column("month", "period[M]", "month", "calendar month, UTC"),
    Column("payer", "category", "-", "account that the consolidated bill goes to"),
    Column("account", "category", "-", "where the events happened, or whose key it is"),
    Column("region", "category", "-", "where the events happened, or where the key is"),
    Column("billed_account", "category", "-", "account that the bill shows the charge in"),
    Column("billed_region", "category", "-", "Region that meters it: the key's"),
    Column("key", "category", "-", "id of the key in the inventory"),
    Column("driver", "category", "-", "the trail or reader that causes it; a key for itself"),
    Column("cause", "category", "-", "put, digest, check, get, replication or key"),
    Column("operation", "category", "-", "KMS operation, or KeyMonth"),
)

USAGE = (
    *_KEYS,
    Column("quantity", "float64", "unit", "requests, or key-months"),
    Column("unit", "category", "-", "request or key-month"),
)

CHARGES = (
    *USAGE,
    Column("meter", "category", "-", "meter of the rate table"),
    Column("free", "float64", "unit", "part of the quantity that costs nothing"),
    Column("billable", "float64", "unit", "part of the quantity that is charged"),
    Column("usd_per_unit", "float64", "USD/unit", "price of one unit, discount taken off"),
    Column("cost", "float64", "USD", "billable x price"),
    Column("rate_from", "category", "-", "day since which the rate is in force"),
    Column("cost_other_reading", "float64", "USD", "the same row under the other reading of F5"),
)

FRAMES = {"usage": USAGE, "charges": CHARGES}

# what a frame is told apart by
KEYS = tuple(column.name for column in _KEYS)

# the grain of a forecast unless other columns are asked for: no source account and Region
DEFAULT_GRAIN = tuple(name for name in KEYS if name not in ("account", "region"))
