"""What a key costs a month: now, after its next rotation, with all rotations that count (F16)."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import pandas as pd

from estimator.advice.key_ledger.records import AWS
from estimator.discovery.estate import Resource
from estimator.discovery.key_states import PENDING_DELETION
from estimator.inventory.sections import Key
from estimator.months import Period
from estimator.volume.formulas import ROTATIONS_CHARGED, paid_periods
from pricing.meters import SYMMETRIC
from pricing.rates import RateTable
from pricing.reading.problems import RateError
from pricing.usage_kinds import find_rate

ENDED, NOT_YET = "ended in the inventory", "not yet created"
_FREE = (*PENDING_DELETION, ENDED, NOT_YET)


class KeyCosts(NamedTuple):
    """A month's cost; None where it is not known. [currency]"""

    now: float | None
    after_rotation: float | None
    at_most: float | None


def next_rotation(key: Key | None, resource: Resource, day: datetime.date) -> datetime.date | None:
    """The next rotation after a day: AWS's responses say it, else the inventory."""
    coming = resource.value("next_rotation")
    if isinstance(coming, datetime.date):
        return coming
    return min((coming for coming in key.rotations if coming > day), default=None) if key else None


def key_costs(
    key: Key | None,
    resource: Resource,
    place: tuple[str, str],
    manager: str,
    day: datetime.date,
    table: RateTable,
    discount: float,
) -> KeyCosts:
    """What a key costs on a day.

    Parameters
    ----------
    key, resource : Key or None, Resource
        What the inventory and AWS's responses say of it.
    place : (Region, state)
    manager : str
        Who manages it; empty where nobody says.
    day : date
        Of the rates, and of the rotations that lie behind.
    table, discount
        As for `estimator.forecast`.
    """
    region, state = place
    if manager == AWS or state in _FREE:
        return KeyCosts(0.0, 0.0, 0.0)
    try:
        rate = find_rate(table, pd.Period(day, "M"), "KeyMonth", region)
    except RateError:
        return KeyCosts(None, None, None)
    price = rate.steps[0][1] * (1 - discount)
    listed = resource.value("rotations")
    spec = resource.value("spec") or (key.spec if key is not None else "")
    rotates = can_rotate(spec, resource)
    if manager and listed is None and not rotates:
        listed = ()
    rotations = [*(listed if listed is not None else key.rotations if key is not None else ())]
    # it may be AWS's own, which costs nothing to keep, or have been rotated
    if not manager or (listed is None and key is None):
        return KeyCosts(None, None, price * (1 + (ROTATIONS_CHARGED if rotates else 0)))
    now = _prices(rotations, day)
    coming = next_rotation(key, resource, day)
    after = _prices([*rotations, coming], coming) if coming is not None and coming > day else now
    most = 1 + ROTATIONS_CHARGED if rotates else now
    return KeyCosts(price * now, price * after, price * max(most, now))


def can_rotate(spec: str, resource: Resource) -> bool:
    """Whether a key can: no asymmetric or HMAC key, and none in a custom key store.

    Source: AWS KMS API Reference, EnableKeyRotation and RotateKeyOnDemand, checked 2026-11-28.
    """
    return spec in ("", SYMMETRIC) and resource.value("key_store") is None


def _prices(rotations: list[datetime.date], day: datetime.date) -> int:
    """The key prices of a month that a key with these rotations costs on a day."""
    ordinals = [float(each.toordinal()) for each in rotations]
    now = float(day.toordinal())
    return sum(period.start <= now < period.end for period in paid_periods(Period(), ordinals))
