"""The product's frames as plain mappings, in the shape of the calculator's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

GRAIN = [
    "month", "payer", "account", "region", "billed_account", "billed_region", "key", "driver",
    "cause", "operation",
]  # fmt: skip

Values = dict[str, Any]


def run_product(
    path: Path, start: str, months: int, discount: float = 0.0, fail_over: str | None = None
) -> Any:
    """The product's forecast of an inventory at full grain."""
    from estimator import forecast, load_inventory

    return forecast(
        load_inventory(path),
        start=start,
        months=months,
        by="all",
        discount=discount,
        fail_over=fail_over,
    )


def read_records(frame: Any) -> list[Values]:
    """The rows of a frame, with months and categories as text."""
    return [
        {
            name: str(value) if name in GRAIN or name in ("trail", "budget", "of") else value
            for name, value in record.items()
        }
        for record in frame.to_dict("records")
    ]


def index_records(records: Iterable[Values], names: list[str]) -> dict[tuple[str, ...], Values]:
    """Rows by what tells them apart; two of the same are a fault."""
    index: dict[tuple[str, ...], Values] = {}
    for record in records:
        place = tuple(record[name] for name in names)
        assert place not in index, f"two rows of {place}"
        index[place] = record
    return index
