"""What a reader of a forecast should know of it before believing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from estimator.figures import count, listed
from estimator.forecast.idle import idle_notices
from estimator.inventory import Inventory
from estimator.inventory.assumptions import Range
from estimator.months import Months
from pricing.free import FreeVersion
from pricing.rates import Meter, Version


def notices(
    inventory: Inventory,
    months: Months,
    versions: Iterable[tuple[Meter, Version]],
    charges: pd.DataFrame,
    free: Iterable[tuple[str, str, FreeVersion]] = (),
) -> tuple[str, ...]:
    """Unconfirmed rates, assumptions without a source, and what the model leaves out."""
    return (
        *inventory.notices,
        *idle_notices(inventory, months, charges),
        *_rates(versions),
        *_free(free),
        *_assumptions(inventory),
    )


def _rates(versions: Iterable[tuple[Meter, Version]]) -> Iterator[str]:
    for meter, version in versions:
        if not version.confirmed:
            yield (
                f"rate of {meter.name} from {version.start} is not confirmed "
                f"(source: {version.source.title})"
            )


def _free(free: Iterable[tuple[str, str, FreeVersion]]) -> Iterator[str]:
    for pool, partition, version in free:
        if not version.confirmed:
            yield (
                f"free quantity of {pool} in partition {partition} from {version.start}, "
                f"{count(version.quantity)} a month, is not confirmed "
                f"(source: {version.source.title})"
            )


def _assumptions(inventory: Inventory) -> Iterator[str]:
    plain = [
        trail.name
        for trail in inventory.trails
        if trail.key is not None and trail.files_per_day is None
    ]
    if plain:
        yield (
            f"files_per_day of trail {listed(plain)}: the rule of thumb 288 (one file every five "
            "minutes); busy Regions write more, quiet ones next to nothing. Measure it."
        )
    for trail in inventory.trails:
        saving = trail.bucket.bucket_key_saving
        if trail.bucket.bucket_key and saving.source is None:
            yield (
                f"trail {trail.name}: bucket_key_saving {saving.mid:g} has no source; AWS says "
                "up to 0.99"
            )
    unsourced = [
        f"{reader.name}.{name}"
        for reader in inventory.readers
        for name, value in reader
        if isinstance(value, Range)
        and value.source is None
        and name in ("gets_per_file", "share_of_files", "gets_per_day")
    ]
    if unsourced:
        yield (
            f"assumed without a source: {listed(unsourced)}. AWS publishes no gets per file; "
            "note where yours come from as {mid: 1, source: ...}"
        )
