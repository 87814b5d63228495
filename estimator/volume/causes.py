"""What the trails themselves cause: puts, digests and checks, and the keys they need."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np

from estimator.months import ALWAYS, NEVER, FloatArray, ordinal
from estimator.volume import formulas
from estimator.volume.model import Model
from estimator.volume.rows import Block
from estimator.volume.streams import Streams

# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)


def trail_blocks(model: Model, streams: Streams) -> Iterator[Block]:
    """GenerateDataKey for every put, digest and check."""
    days = model.days(streams)
    saving = model.saving[streams.trail][:, None]
    written = formulas.puts(streams.files[:, None], days, model.growth)
    yield model.block(
        streams, formulas.requests_left(written, saving), None, "put", "GenerateDataKey"
    )
    under_key = model.digests_under_key[streams.trail][:, None]
    digests = formulas.digests(streams.count[:, None], days, model.account_growth) * under_key
    yield model.block(
        streams, formulas.requests_left(digests, saving), None, "digest", "GenerateDataKey"
    )
    yield from _checks(model)


def _checks(model: Model) -> Iterator[Block]:
    code = model.vocabulary.code
    keys = {key.id: key for key in model.inventory.keys}
    for trail in model.inventory.trails:
        if trail.key is None or not trail.config_updates_per_month.mid:
            continue
        key = keys[trail.key]
        start = max(ordinal(trail.start, ALWAYS), ordinal(key.born, ALWAYS))
        end = min(ordinal(trail.until, NEVER), ordinal(key.until, NEVER))
        days = model.life(start, end)
        rate = trail.config_updates_per_month.mid
        account = code["account"][trail.account]
        yield Block(
            quantity=formulas.per_month(rate, days, model.months.days)[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][trail.home_region or key.region],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][trail.name],
            cause="check",
            operation="GenerateDataKey",
        )


def key_months(
    born: float, dead: float, rotations: list[float], begin: FloatArray, end: FloatArray
) -> FloatArray:
    """Key-months of one key: share of the month's hours x (1 + rotations that count). [key-month]

    Parameters
    ----------
    born, dead : float
        First day, and the day from which it is pending deletion. [day ordinal]
    rotations : list
        Day of each rotation, in order. [day ordinal]
    begin, end : array
        The months. [day ordinal]
    """
    one = np.array
    lived = formulas.days_alive(one(born), one(dead), begin, end)
    for count, rotation in enumerate(sorted(rotations), start=1):
        last = dead if count <= ROTATIONS_CHARGED else min(dead, float(CAPPED_FROM.toordinal()))
        lived = lived + formulas.days_alive(one(max(rotation, born)), one(last), begin, end)
    months: FloatArray = lived / (end - begin)
    return months


def key_blocks(model: Model) -> Iterator[Block]:
    """Key-months of every customer managed key."""
    code = model.vocabulary.code
    for key in model.inventory.keys:
        account = code["account"][key.account]
        quantity = key_months(
            ordinal(key.born, ALWAYS),
            ordinal(key.until, NEVER),
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
