"""What the trails themselves cause: puts, digests and checks, and the keys they need."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np

from estimator.inventory import Range
from estimator.months import FloatArray, IntArray, Period
from estimator.volume import formulas
from estimator.volume.burst_profile import BurstProfile, every_five_minutes, every_hour
from estimator.volume.model import Model, Written
from estimator.volume.rows import Block
from estimator.volume.streams import Streams

# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)


def trail_blocks(model: Model, streams: Streams) -> Iterator[Block]:
    """GenerateDataKey for every put, digest and check."""
    trails = model.inventory.trails
    for written, cause in ((model.logs(streams), "put"), (model.digests(streams), "digest")):
        for rows, seconds in _by_seconds(written.streams, [t.burst_seconds for t in trails]):
            # a block has one burst profile, so trails with seconds of their own stand apart
            part = Written(written.streams.where(rows), written.growth)
            saving = model.saving[part.streams.trail][:, None]
            requests = formulas.requests_left(model.put(part), saving)
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
    code = model.vocabulary.code
    keys = {key.id: key for key in model.inventory.keys}
    for trail in model.inventory.trails:
        if trail.key is None or not trail.config_updates_per_month.mid:
            continue
        key = keys[trail.key]
        days = model.active_days(model.inventory.active.writing[trail.name])
        rate, month_days = trail.config_updates_per_month.mid, model.spans.month_days
        account = code["account"][trail.account]
        yield Block(
            quantity=formulas.per_month(rate, days, month_days)[None, :],
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


def paid_periods(active: Period, rotations: list[float]) -> list[Period]:
    """The period in which a key is paid, and that of each rotation, in order of their days."""
    cap = Period(end=float(CAPPED_FROM.toordinal()))
    periods = [active]
    for count, rotation in enumerate(sorted(rotations), start=1):
        paid = active & Period(start=rotation)
        periods.append(paid if count <= ROTATIONS_CHARGED else paid & cap)
    return periods


def key_months(
    active: Period, rotations: list[float], begin: FloatArray, end: FloatArray
) -> FloatArray:
    """Key-months of one key: share of the month's hours x (1 + rotations that count). [key-month]

    Parameters
    ----------
    active : Period
        Up to the day from which it is pending deletion.
    rotations : list
        Day of each rotation, in order. [day ordinal]
    begin, end : array
        The months. [day ordinal]
    """
    days = np.sum(
        [
            formulas.active_days(np.array(p.start), np.array(p.end), begin, end)
            for p in paid_periods(active, rotations)
        ],
        axis=0,
    )
    months: FloatArray = days / (end - begin)
    return months


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
