"""A model of an inventory -> usage: how many requests, where, for whom, because of what.

Trails and keys cause theirs here; those of readers are in `estimator.volume.readers`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Range
from estimator.inventory.sections import Trail
from estimator.months import IntArray
from estimator.volume.blocks import Block, BurstProfile, every_five_minutes, every_hour, usage_frame
from estimator.volume.columns import account_group
from estimator.volume.formulas import key_months, per_month, requests_left
from estimator.volume.model import Model, Written
from estimator.volume.readers import reader_blocks
from estimator.volume.streams import Streams

__all__ = ["key_blocks", "trail_blocks", "usage", "why_no_puts"]


def usage(model: Model, by: Sequence[str] = DEFAULT_GRAIN) -> pd.DataFrame:
    """Count the requests and key-months that CloudTrail causes, month by month.

    Parameters
    ----------
    model : Model
        Of an inventory and the months.
    by : sequence of str
        The key columns to tell apart (`estimator.frames.KEYS`), and groups of accounts as
        `estimator.volume.columns.account_group` reads them; all others are summed over while the
        frame is computed. Totals do not depend on it.

    Returns
    -------
    DataFrame
        A row per month and group: the columns of `by`, quantity [request or key-month] and unit.
    """
    groups = [account_group(column) for column in by]
    by_account = "account" in by or any(group and group.of == "account" for group in groups)
    by_region = "region" in by
    # before the months multiply them: a hundred thousand streams become a few rows
    summed = model.streams.add_up(by_account, by_region)
    blocks = [
        *trail_blocks(model, summed),
        *reader_blocks(model, summed, by_account, by_region),
        *key_blocks(model),
    ]
    return usage_frame(blocks, model.months, by, model.vocabulary)


def trail_blocks(model: Model, streams: Streams) -> Iterator[Block]:
    """GenerateDataKey for every put, digest and check."""
    trails = model.inventory.trails
    for written, cause in ((model.logs(streams), "put"), (model.digests(streams), "digest")):
        for rows, seconds in _by_seconds(written.streams, [t.burst_seconds for t in trails]):
            # a block has one burst profile, so trails with seconds of their own stand apart
            part = Written(written.streams.where(rows), written.growth)
            saving = model.saving[part.streams.trail][:, None]
            requests = requests_left(model.put(part), saving)
            burst_profile = every_five_minutes(seconds) if cause == "put" else every_hour(seconds)
            yield model.block(part.streams, requests, None, cause, "GenerateDataKey", burst_profile)
    yield from _checks(model)


def _by_seconds(
    streams: Streams, of_trail: list[Range | None]
) -> Iterator[tuple[IntArray, Range | None]]:
    """The rows of trails whose files come in the same seconds."""
    alike: dict[Range | None, list[int]] = {}
    for number, seconds in enumerate(of_trail):
        alike.setdefault(seconds, []).append(number)
    for seconds, numbers in alike.items():
        yield np.flatnonzero(np.isin(streams.trail, numbers)), seconds


def _checks(model: Model) -> Iterator[Block]:
    """One GenerateDataKey whenever the key setting of a trail is made or changed."""
    code = model.vocabulary.code
    keys = {key.id: key for key in model.inventory.keys}
    for trail in model.inventory.trails:
        if trail.key is None or not trail.config_updates_per_month.mid:
            continue
        key = keys[trail.key]
        days = model.active_days(model.inventory.active.writing[trail.name])
        # no saving: a Bucket Key stands for the keys of objects, and a check puts none
        rate, month_days = trail.config_updates_per_month.mid, model.spans.month_days
        account = code["account"][trail.account]
        yield Block(
            quantity=per_month(rate, days, month_days)[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][model.inventory.home_of(trail)],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][trail.name],
            cause="check",
            operation="GenerateDataKey",
            # a check is one request
            burst_profile=BurstProfile(rate / month_days, Range.exactly(1)),
        )


def key_blocks(model: Model) -> Iterator[Block]:
    """Key-months of every customer managed key."""
    code = model.vocabulary.code
    for key in model.inventory.keys:
        account = code["account"][key.account]
        quantity = key_months(
            model.inventory.active.key[key.id],
            [float(day.toordinal()) for day in key.rotations],
            model.months.begin,
            model.months.end,
        )
        yield Block(
            quantity=quantity[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][key.region],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][key.id],
            cause="key",
            operation="KeyMonth",
        )


def why_no_puts(model: Model, trail: Trail, streams: Streams) -> str:
    """Why a trail with these streams makes no requests of puts in the model's months."""
    active = model.inventory.active
    if active.writing[trail.name].meets(model.months):
        files = model.put(model.logs(streams))
        if files.any():
            return "its Bucket Key saves all of them"
        if model.days(streams).any():
            return "it writes 0 files a day"
        return f"no account that it covers is active {model.in_months}"
    own = {
        "its account": active.account[trail.account],
        f"key {trail.key}": active.key[trail.key or ""],
        "the trail": active.trail[trail.name],
    }
    for name, period in own.items():
        if period.end <= model.months.begin[0]:
            return f"{name} ended on {datetime.date.fromordinal(int(period.end))}"
    for name, period in own.items():
        if name != "its account" and period.start >= model.months.end[-1]:
            return f"{name} begins on {datetime.date.fromordinal(int(period.start))}"
    return f"trail and key are never active together {model.in_months}"
