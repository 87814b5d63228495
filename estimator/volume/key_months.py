"""Key-months: how long each key is paid, and with which rotations."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np

from estimator.months import FloatArray, Period
from estimator.volume import formulas
from estimator.volume.blocks import Block
from estimator.volume.model import Model

# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)


def paid_periods(active: Period, rotations: list[float]) -> list[Period]:
    """The period in which a key is paid, and that of each rotation, in order of their days."""
    cap = Period(end=float(CAPPED_FROM.toordinal()))
    periods = [active]
    # by their days: the first two cost for ever, in whatever order the file has them
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
