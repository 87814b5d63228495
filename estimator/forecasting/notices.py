"""Notices: all that a forecast's reader should know before believing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pandas as pd

from estimator.figures import count, factor, listed
from estimator.forecasting.idle import idle_notices, periods_in_use
from estimator.inventory import Inventory
from estimator.inventory.assumptions import FilesPerDay, Range
from estimator.inventory.coverage import Group, covered_group, covered_regions, groups_of
from estimator.inventory.reader_sections import presets
from estimator.months import Months, Period
from estimator.volume.model import Model
from pricing.meters import FreeVersion, Meter, Version


def notices(
    model: Model,
    versions: Iterable[tuple[Meter, Version]],
    charges: pd.DataFrame,
    free: Iterable[tuple[str, str, FreeVersion]] = (),
) -> tuple[str, ...]:
    """Unconfirmed rates, assumptions without a source, and what the model leaves out."""
    in_use = periods_in_use(model)
    return (
        *model.inventory.notices,
        *idle_notices(model, charges, in_use),
        *rate_notices(versions),
        *_free(free),
        *_assumptions(model.inventory, model.months, in_use),
    )


def rate_notices(versions: Iterable[tuple[Meter, Version]]) -> Iterator[str]:
    """Notices of rates that AWS's own text does not confirm."""
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


def _assumptions(inventory: Inventory, months: Months, in_use: dict[str, Period]) -> Iterator[str]:
    """Notices of assumptions without a source that matter in the months."""
    plain = _by_rule_of_thumb(inventory, in_use)
    if plain:
        yield (
            f"files_per_day of trail {listed(plain)}: the rule of thumb 288 (one file every five "
            "minutes); busy Regions write more, quiet ones next to nothing. Measure it."
        )
    for trail in inventory.trails:
        saving = trail.bucket.bucket_key_saving
        matters = trail.key is not None and not in_use[trail.name].is_empty
        if matters and trail.bucket.bucket_key and saving.source is None:
            yield (
                f"trail {trail.name}: bucket_key_saving {factor(saving.mid)} has no source; AWS "
                "says up to 0.99"
            )
    active = inventory.active.reader
    readers = [reader for reader in inventory.readers if active[reader.name].meets(months)]
    unsourced = [
        f"{reader.name}.{name}"
        for reader in readers
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
    for reader in readers:
        preset = getattr(reader, "preset", None)  # kinds without gets_per_file have none
        known = presets()[preset] if preset else None
        # a number of the reader's own is no assumption of the preset any more
        if known and known.assumed and getattr(reader, "gets_per_file", None) == known.gets:
            gets = known.gets
            ends = f"{factor(gets.low)} to {factor(gets.high)}"
            yield (
                f"reader {reader.name}: {ends} gets per file are the assumption of preset "
                f"{known.name}; no source tells them: measure it"
            )


def _by_rule_of_thumb(inventory: Inventory, in_use: dict[str, Period]) -> list[str]:
    """The trails with a stream in use of which neither its account nor the trail says its files."""
    active = inventory.active.account
    # accounts are many, but most of a group are alike
    silent: defaultdict[Group, set[tuple[tuple[str, ...], Period]]] = defaultdict(set)
    own = inventory.accounts_by_id
    for account in inventory.accounts:
        regions = tuple(_without_files(account.files_per_day, account.regions))
        if regions:
            for group in groups_of(account):
                silent[group].add((regions, active[account.id]))
    return [
        trail.name
        for trail in inventory.trails
        if trail.key is not None
        and any(
            _without_files(trail.files_per_day, covered_regions(trail, regions))
            and not (period & in_use[trail.name]).is_empty
            for regions, period in silent[covered_group(trail, own[trail.account])]
        )
    ]


def _without_files(files: FilesPerDay | None, regions: Iterable[str]) -> list[str]:
    """The Regions of which nothing is said."""
    return [region for region in regions if files is None or files.of(region) is None]
