"""The keys ledger: every key that the inventory, logs and AWS's responses know.

State, what it costs now, after its next rotation and at the most, its last use and by whom, and
whether it can go: only as far as the evidence reaches. Sources: AWS KMS pricing (F16); KMS API
Reference, GetKeyLastUsage (F26).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from estimator.advice.key_ledger.last_use import Evidence, KeyUse, LastUses, LoggedKey
from estimator.advice.key_ledger.records import (
    AWS,
    CUSTOMER,
    NO_COST,
    UNKNOWN,
    UNUSED,
    UNUSED_DAYS,
    USED,
    VERDICTS,
    KeyLedger,
    KeyRecord,
)
from estimator.advice.keys import KeyUses
from estimator.discovery.estate import Estate, Resource
from estimator.discovery.key_states import PENDING_DELETION
from estimator.figures import SEVERAL, listed
from estimator.inventory import Inventory
from estimator.inventory.sections import Key
from estimator.measurement.result import Actuals
from estimator.months import Months, Period
from estimator.reconciliation.sides import key_names
from estimator.volume import ROTATIONS_CHARGED, paid_periods
from pricing.arns import is_key, place_of
from pricing.meters import SYMMETRIC
from pricing.rates import RateTable
from pricing.reading.problems import RateError

__all__ = ["UNKNOWN", "UNUSED", "UNUSED_DAYS", "USED", "KeyLedger", "KeyRecord", "keep_ledger"]

_ENDED, _NOT_YET = "ended in the inventory", "not yet created"
_FREE = (*PENDING_DELETION, _ENDED, _NOT_YET)
# what tells who may use a key, and the command whose answer it is
_ACCESS = (("grantees", "list-grants"), ("policy_principals", "get-key-policy"))


def keep_ledger(
    inventory: Inventory,
    months: Months,
    table: RateTable,
    discount: float,
    actuals: Actuals | None = None,
    estate: Estate | None = None,
    unused_days: int = UNUSED_DAYS,
) -> KeyLedger:
    """Put together what the inventory, logs and AWS's responses say of each key.

    Parameters
    ----------
    inventory, months, table, discount
        As for `estimator.forecast`; costs are those of the first month's first day.
    actuals : Actuals, optional
        The requests of logs.
    estate : Estate, optional
        What AWS's responses say.
    unused_days : int
        So long without use makes a key one that can go. [day]
    """
    book = _Book(inventory, months, table, discount, actuals, estate, unused_days)
    records = sorted(book.records(), key=_order)
    return KeyLedger(tuple(records), unused_days, tuple(book.notices))


def _order(record: KeyRecord) -> tuple[int, float, str]:
    return VERDICTS.index(record.verdict), -(record.cost or 0.0), record.name


class _Costs(NamedTuple):
    """A month's cost; None where it is not known. [currency]"""

    now: float | None
    after_rotation: float | None
    at_most: float | None


class _Book:
    """What is known of keys on the first day of the months."""

    def __init__(
        self,
        inventory: Inventory,
        months: Months,
        table: RateTable,
        discount: float,
        actuals: Actuals | None,
        estate: Estate | None,
        unused_days: int,
    ) -> None:
        self._inventory, self._table, self._discount = inventory, table, discount
        self._day = months.firsts[0]
        self._estate = estate or Estate()
        self._unused_days = unused_days
        self._of_inventory = KeyUses(inventory)
        self.notices: list[str] = list(self._estate.notices)
        self._uses = LastUses(actuals, self._estate)
        names = key_names(inventory, actuals)
        self._arns = {identity: arn for arn, identity in names.items()}

    def records(self) -> Iterator[KeyRecord]:
        """Yield a record for each key: the inventory's, the responses', the logs'."""
        own = {key.id: key for key in self._inventory.keys}
        known = {self._arns.get(identity, ""): key for identity, key in own.items()}
        nameless = [identity for identity in own if identity not in self._arns]
        if nameless and self._estate.keys:
            keys = listed(nameless, SEVERAL)
            self.notices.append(
                f"nothing tells which key of AWS's responses these of the inventory are: {keys}; "
                "write their `arn`, else they stand here twice"
            )
        for key in own.values():
            yield self._record(key, self._arns.get(key.id, ""))
        arns = {*self._estate.keys, *self._estate.aws_managed, *self._uses.keys}
        # keys of Terraform and the like have addresses, which are no keys of AWS yet
        for arn in sorted(arn for arn in arns if is_key(arn) and arn not in known):
            yield self._record(None, arn)

    def _record(self, key: Key | None, arn: str) -> KeyRecord:
        resource = self._estate.keys.get(arn) or Resource(arn, "")
        logged = self._uses.keys.get(arn, LoggedKey())
        account, region = (key.account, key.region) if key is not None else place_of(arn)
        state, manager = self._state(key, resource), self._manager(key, resource, arn)
        costs = self._costs(key, resource, region, state, manager)
        last, evidence = self._uses.of_key(resource, logged, (account, region))
        days = max((each.days_without(last) for each in evidence), default=0)
        used_by = [*(self._of_inventory.names(key) if key is not None else ()), *logged.resources]
        return KeyRecord(
            id=key.id if key is not None else "",
            arn=arn,
            account=account,
            region=region,
            alias=resource.value("alias") or self._estate.aws_managed.get(arn, ""),
            state=state,
            manager=manager,
            cost=costs.now,
            cost_after_rotation=costs.after_rotation,
            cost_at_most=costs.at_most,
            next_rotation=_next_rotation(key, resource, self._day),
            deletion=resource.value("deletion"),
            replicas=tuple(resource.value("replicas") or ()),
            requests=logged.requests,
            last_use=last,
            evidence=evidence,
            used_by=tuple(used_by),
            tags=resource.value("tags") or {},
            could_use=_could_use(resource),
            access_open=_access_open(resource),
            verdict=self._verdict(costs.now, last, evidence, days),
            days_without_use=days,
        )

    def _state(self, key: Key | None, resource: Resource) -> str:
        state = resource.value("state")
        if state:
            return str(state)
        if key is None:
            return "unknown"
        active, day = self._inventory.active.key[key.id], self._day.toordinal()
        if day >= active.end:
            return _ENDED
        return _NOT_YET if day < active.start else "active in the inventory"

    def _manager(self, key: Key | None, resource: Resource, arn: str) -> str:
        if resource.value("manager") == "AWS" or arn in self._estate.aws_managed:
            return AWS
        # an inventory has customer managed keys alone
        return CUSTOMER if key is not None or resource.value("manager") == "CUSTOMER" else ""

    def _costs(
        self, key: Key | None, resource: Resource, region: str, state: str, manager: str
    ) -> _Costs:
        """A month's cost by the first day's rates: now, after the next rotation, at the most."""
        if manager == AWS or state in _FREE:
            return _Costs(0.0, 0.0, 0.0)
        try:
            rate = self._table.rate_in_force(pd.Period(self._day, "M"), "KeyMonth", region)
        except RateError:
            return _Costs(None, None, None)
        price = rate.steps[0][1] * (1 - self._discount)
        behind = resource.value("rotations")
        spec = resource.value("spec") or (key.spec if key is not None else "")
        rotates = _can_rotate(spec, resource)
        if manager and behind is None and not rotates:
            behind = ()
        rotations = [*(behind if behind is not None else key.rotations if key is not None else ())]
        # it may be AWS's own, which costs nothing to keep, or have been rotated
        if not manager or (behind is None and key is None):
            return _Costs(None, None, price * (1 + (ROTATIONS_CHARGED if rotates else 0)))
        now = _prices(rotations, self._day)
        coming = _next_rotation(key, resource, self._day)
        after = now
        if coming is not None and coming > self._day:
            after = _prices([*rotations, coming], coming)
        most = 1 + ROTATIONS_CHARGED if rotates else now
        return _Costs(price * now, price * after, price * max(most, now))

    def _verdict(
        self,
        cost: float | None,
        last: KeyUse | None,
        evidence: tuple[Evidence, ...],
        days: int,
    ) -> str:
        if cost == 0.0:
            return NO_COST
        if days >= self._unused_days:
            return UNUSED
        if last is None:
            return UNKNOWN
        # whatever is newest anywhere: a use that was long ago by then is no proof of one since
        is_recent = self._uses.days_since(last, evidence) < self._unused_days
        return USED if is_recent else UNKNOWN


def _next_rotation(key: Key | None, resource: Resource, day: datetime.date) -> datetime.date | None:
    """The next rotation after a day: AWS's responses say it, else the inventory."""
    coming = resource.value("next_rotation")
    if isinstance(coming, datetime.date):
        return coming
    return min((coming for coming in key.rotations if coming > day), default=None) if key else None


def _can_rotate(spec: str, resource: Resource) -> bool:
    """Whether a key can: no asymmetric or HMAC key, and none in a custom key store.

    Source: AWS KMS API Reference, EnableKeyRotation and RotateKeyOnDemand, checked 2026-11-28.
    """
    return spec in ("", SYMMETRIC) and resource.value("key_store") is None


def _prices(rotations: list[datetime.date], day: datetime.date) -> int:
    """The key prices of a month that a key with these rotations costs on a day."""
    ordinals = [float(each.toordinal()) for each in rotations]
    now = float(day.toordinal())
    return sum(period.start <= now < period.end for period in paid_periods(Period(), ordinals))


def _could_use(resource: Resource) -> tuple[str, ...] | None:
    """Who may use a key by its grants and its policy; None where neither is known."""
    known = [found for name, _ in _ACCESS if (found := resource.value(name)) is not None]
    return tuple(who for found in known for who in found) if known else None


def _access_open(resource: Resource) -> tuple[str, ...]:
    """The answers that are missing, and what of those that are there."""
    missing = [command for name, command in _ACCESS if resource.value(name) is None]
    return (*missing, *(resource.value("access_open") or ()))
