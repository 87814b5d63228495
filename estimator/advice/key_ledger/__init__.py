"""The keys ledger: every key that the inventory, logs and AWS's responses know.

State, what it costs now, after its next rotation and at the most, its last use and by whom, and
whether it can go: only as far as the evidence reaches. Sources: AWS KMS pricing (F16); KMS API
Reference, GetKeyLastUsage (F26).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from estimator.advice.key_ledger.key_costs import ENDED, NOT_YET, key_costs, next_rotation
from estimator.advice.key_ledger.logged_keys import LoggedKey, LoggedKeys
from estimator.advice.key_ledger.records import (
    AWS,
    CUSTOMER,
    NO_COST,
    UNKNOWN,
    UNUSED,
    UNUSED_DAYS,
    USED,
    VERDICTS,
    Evidence,
    KeyLedger,
    KeyRecord,
    KeyUse,
)
from estimator.advice.keys import KeyUses
from estimator.discovery.estate import Estate, Resource
from estimator.figures import SEVERAL, listed
from estimator.inventory import Inventory
from estimator.inventory.sections import Key
from estimator.measurement.result import Actuals
from estimator.months import Months
from estimator.reconciliation.sides import key_names, place_of
from pricing.arns import is_key
from pricing.rates import RateTable

__all__ = ["UNKNOWN", "UNUSED", "UNUSED_DAYS", "USED", "KeyLedger", "KeyRecord", "keep_ledger"]


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


class _Book:
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
        self._uses = KeyUses(inventory)
        self.notices: list[str] = list(self._estate.notices)
        self._logs = LoggedKeys(actuals)
        names = {key.arn: key.id for key in inventory.keys if key.arn}
        if actuals is not None:
            names = key_names(inventory, actuals.measured)
        self._arns = {identity: arn for arn, identity in names.items()}
        self._answered = _newest_day(self._estate)

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
        arns = {*self._estate.keys, *self._estate.aws_managed, *self._logs.keys}
        # keys of Terraform and the like have addresses, which are no keys of AWS yet
        for arn in sorted(arn for arn in arns if is_key(arn) and arn not in known):
            yield self._record(None, arn)

    def _record(self, key: Key | None, arn: str) -> KeyRecord:
        resource = self._estate.keys.get(arn) or Resource(arn, "")
        logged = self._logs.keys.get(arn, LoggedKey())
        account, region = (key.account, key.region) if key is not None else place_of(arn)
        state, manager = self._state(key, resource), self._manager(key, resource, arn)
        place = (region, state)
        costs = key_costs(key, resource, place, manager, self._day, self._table, self._discount)
        last, evidence = self._evidence(resource, logged, account, region)
        days = max((each.days_without(last) for each in evidence), default=0)
        used_by = [*(self._uses.names(key) if key is not None else ()), *logged.resources]
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
            next_rotation=next_rotation(key, resource, self._day),
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
            return ENDED
        return NOT_YET if day < active.start else "active in the inventory"

    def _manager(self, key: Key | None, resource: Resource, arn: str) -> str:
        if resource.value("manager") == "AWS" or arn in self._estate.aws_managed:
            return AWS
        # an inventory has customer managed keys alone
        return CUSTOMER if key is not None or resource.value("manager") == "CUSTOMER" else ""

    def _evidence(
        self, resource: Resource, logged: LoggedKey, account: str, region: str
    ) -> tuple[KeyUse | None, tuple[Evidence, ...]]:
        """The last use that anybody knows, and the days of which all uses are known."""
        uses, evidence = [], []
        if logged.last_use is not None:
            uses.append(logged.last_use)
        found = self._logs.evidence(account, region)
        if found is not None:
            evidence.append(found)
        since, usage = resource.value("tracked_since"), resource.fact("last_use")
        if since is not None and usage is not None and self._answered is not None:
            if usage.value is not None:
                operation = resource.value("last_operation") or ""
                event = resource.value("last_event")
                source = "get-key-last-usage" + (f", event {event}" if event else "")
                uses.append(KeyUse(usage.value, operation, "", source))
            # nobody knows when the answer was saved: not before the newest day in any of them
            evidence.append(Evidence(since, max(self._answered, since), "get-key-last-usage"))
        return max(uses, key=lambda use: use.day, default=None), tuple(evidence)

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
        days_known = (last.day, self._answered, self._logs.newest, *(each.end for each in evidence))
        newest = max(day for day in days_known if day is not None)
        return USED if (newest - last.day).days < self._unused_days else UNKNOWN


_ACCESS = (("grantees", "list-grants"), ("policy_principals", "get-key-policy"))


def _could_use(resource: Resource) -> tuple[str, ...] | None:
    """Who may use a key by its grants and its policy; None where neither is known."""
    known = [found for name, _ in _ACCESS if (found := resource.value(name)) is not None]
    return tuple(who for found in known for who in found) if known else None


def _access_open(resource: Resource) -> tuple[str, ...]:
    """The answers that are missing, and what of those that are there."""
    missing = [command for name, command in _ACCESS if resource.value(name) is None]
    return (*missing, *(resource.value("access_open") or ()))


def _newest_day(estate: Estate) -> datetime.date | None:
    """The newest day that any of AWS's responses about keys mentions: they are no older."""
    names = ("created", "tracked_since", "last_use")
    days = [resource.value(name) for resource in estate.keys.values() for name in names]
    return max((day for day in days if isinstance(day, datetime.date)), default=None)
