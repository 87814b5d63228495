"""The keys ledger: every key that the inventory, logs and AWS's responses know.

State, what it costs now, after its next rotation and at the most, its last use and by whom, and
whether it can go: only as far as the evidence reaches. Sources: AWS KMS pricing (F16); KMS API
Reference, GetKeyLastUsage (F26).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from estimator.advice.key_uses import KeyUses
from estimator.advice.keys import end_commands
from estimator.discovery.estate import PENDING_DELETION, Estate, Resource
from estimator.figures import SEVERAL, listed
from estimator.inventory import Inventory
from estimator.inventory.sections import Key
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.months import Months, Period
from estimator.reconciliation.matching import key_names, place_of
from estimator.volume.key_months import ROTATIONS_CHARGED, paid_periods
from pricing.arns import is_key
from pricing.meters import SYMMETRIC
from pricing.rates import RateTable
from pricing.reading.problems import RateError
from pricing.usage_kinds import find_rate

UNUSED_DAYS = 90
UNUSED, UNKNOWN, USED, NO_COST = _VERDICTS = ("unused", "unknown", "used", "no cost")
_ENOUGH = 0.9  # of the hours of the days without use
_CUSTOMER, _AWS = "customer", "AWS"


@dataclass(frozen=True)
class KeyUse:
    """A use of a key.

    Attributes
    ----------
    day : date
    operation, caller, source : str
        What was asked, by whom (empty where nobody says), and who tells it.
    """

    day: datetime.date
    operation: str
    caller: str
    source: str


@dataclass(frozen=True)
class Evidence:
    """Days of which a source knows all uses of a key: from `start` to `end`, both included."""

    start: datetime.date
    end: datetime.date
    source: str

    def days_without(self, use: KeyUse | None) -> int:
        """The days at the end of it in which the key was not used. [day]"""
        start = self.start if use is None else max(self.start, use.day + datetime.timedelta(1))
        return max((self.end - start).days + 1, 0)


@dataclass(frozen=True)
class KeyRecord:
    """What is known of a key.

    Attributes
    ----------
    id, arn, account, region, alias : str
        The inventory's name, and AWS's; empty where nobody says.
    state : str
        As describe-key has it; `active` and the like where only the inventory says; `unknown`.
    manager : str
        `customer`, `AWS`, or empty where nobody says.
    cost, cost_after_rotation, cost_at_most : float or None
        A month; after the next rotation; with all rotations that count. None: not known. [currency]
    next_rotation, deletion : date or None
    replicas : tuple of str
        Regions of its other keys, each paid for itself.
    requests : float
        In the logs. [request]
    last_use : KeyUse or None
    evidence : tuple of Evidence
    used_by : tuple of str
        What of the inventory, and which resources of the logs, are under it.
    verdict : str
        `used`, `unused`, `unknown`, or `no cost` where keeping it costs nothing.
    days_without_use : int
        At the end of what the evidence covers. [day]
    """

    id: str
    arn: str
    account: str
    region: str
    alias: str
    state: str
    manager: str
    cost: float | None
    cost_after_rotation: float | None
    cost_at_most: float | None
    next_rotation: datetime.date | None
    deletion: datetime.date | None
    replicas: tuple[str, ...]
    requests: float
    last_use: KeyUse | None
    evidence: tuple[Evidence, ...]
    used_by: tuple[str, ...]
    verdict: str
    days_without_use: int

    @property
    def name(self) -> str:
        """Its shortest name."""
        return self.id or self.alias or self.arn.rpartition("/")[2]

    @property
    def commands(self) -> tuple[str, ...]:
        """AWS's own commands that end it; none for a key that can stay."""
        return end_commands(self.arn or self.id) if self.verdict == UNUSED else ()

    def to_dict(self, currency: str) -> dict[str, Any]:
        """As documented JSON."""
        code, use = currency.lower(), self.last_use
        return {
            "key": self.name,
            **{name: getattr(self, name) for name in ("id", "arn", "account", "region", "alias")},
            "state": self.state,
            "manager": self.manager,
            f"cost_{code}": self.cost,
            f"cost_{code}_after_next_rotation": self.cost_after_rotation,
            f"cost_{code}_at_most": self.cost_at_most,
            "next_rotation": _text(self.next_rotation),
            "deletion": _text(self.deletion),
            "replicas": list(self.replicas),
            "requests_in_the_logs": self.requests,
            "last_use": None
            if use is None
            else {
                "day": _text(use.day),
                "operation": use.operation,
                "caller": use.caller,
                "source": use.source,
            },
            "evidence": [
                {"from": _text(each.start), "to": _text(each.end), "source": each.source}
                for each in self.evidence
            ],
            "used_by": list(self.used_by),
            "verdict": self.verdict,
            "days_without_use": self.days_without_use,
            "commands": list(self.commands),
        }


@dataclass(frozen=True)
class KeyLedger:
    """Every key that is known.

    Attributes
    ----------
    records : tuple of KeyRecord
        Those that can go first, then by what they cost.
    unused_days : int
        So long without use makes a key one that can go. [day]
    notices : tuple of str
    """

    records: tuple[KeyRecord, ...] = ()
    unused_days: int = UNUSED_DAYS
    notices: tuple[str, ...] = ()

    def of(self, verdict: str) -> tuple[KeyRecord, ...]:
        """The keys of a verdict."""
        return tuple(record for record in self.records if record.verdict == verdict)


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
    return _VERDICTS.index(record.verdict), -(record.cost or 0.0), record.name


@dataclass
class _Logged:
    """What logs say of a key."""

    requests: float = 0.0
    last: KeyUse | None = None
    resources: dict[str, None] = field(default_factory=dict)


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
        self._month = pd.Period(months.labels[0], "M")
        self._coverage = actuals.coverage if actuals is not None else Coverage()
        self._estate = estate or Estate()
        self._unused_days = unused_days
        self._uses = KeyUses(inventory)
        self.notices: list[str] = list(self._estate.notices)
        frame = actuals.measured if actuals is not None else None
        self._logged = {} if frame is None else _logged(frame)
        self._seen = {} if frame is None else _seen(frame)
        names = {} if frame is None else key_names(inventory, frame)
        names = names or {key.arn: key.id for key in inventory.keys if key.arn}
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
        arns = {*self._estate.keys, *self._estate.aws_managed, *self._logged}
        # keys of Terraform and the like have addresses, which are no keys of AWS yet
        for arn in sorted(arn for arn in arns if is_key(arn) and arn not in known):
            yield self._record(None, arn)

    def _record(self, key: Key | None, arn: str) -> KeyRecord:
        resource = self._estate.keys.get(arn) or Resource(arn, "")
        logged = self._logged.get(arn, _Logged())
        account, region = (key.account, key.region) if key is not None else place_of(arn)
        state, manager = self._state(key, resource), self._manager(key, resource, arn)
        # a plan's own replicas and spec stand for themselves: AWS says these
        costs = self._costs(key, resource, region, state, manager)
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
            cost=costs[0],
            cost_after_rotation=costs[1],
            cost_at_most=costs[2],
            next_rotation=self._next_rotation(key, resource),
            deletion=resource.value("deletion"),
            replicas=tuple(resource.value("replicas") or ()),
            requests=logged.requests,
            last_use=last,
            evidence=evidence,
            used_by=tuple(used_by),
            verdict=self._verdict(costs[0], last, evidence, days),
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
            return "ended in the inventory"
        return "not yet created" if day < active.start else "active in the inventory"

    def _manager(self, key: Key | None, resource: Resource, arn: str) -> str:
        if resource.value("manager") == "AWS" or arn in self._estate.aws_managed:
            return _AWS
        # an inventory has customer managed keys alone
        return _CUSTOMER if key is not None or resource.value("manager") == "CUSTOMER" else ""

    def _costs(
        self, key: Key | None, resource: Resource, region: str, state: str, manager: str
    ) -> tuple[float | None, float | None, float | None]:
        """A month now, after the next rotation and with all that count; None: not known."""
        if manager == _AWS:
            return 0.0, 0.0, 0.0
        try:
            rate = find_rate(self._table, self._month, "KeyMonth", region)
        except RateError:
            return None, None, None
        price = rate.steps[0][1] * (1 - self._discount)
        if not manager:
            # it may be AWS's own, which costs nothing to keep
            return None, None, price * (1 + ROTATIONS_CHARGED)
        if state in (*PENDING_DELETION, "ended in the inventory", "not yet created"):
            return 0.0, 0.0, 0.0
        listed = resource.value("rotations")
        rotations = [*(listed if listed is not None else key.rotations if key is not None else ())]
        if listed is None and key is None:
            return None, None, price * (1 + ROTATIONS_CHARGED)
        now = _prices(rotations, self._day)
        coming = self._next_rotation(key, resource)
        after = _prices([*rotations, coming], coming) if coming and coming > self._day else now
        spec = resource.value("spec") or (key.spec if key is not None else SYMMETRIC)
        # no other key can be rotated
        most = 1 + ROTATIONS_CHARGED if spec == SYMMETRIC else now
        return price * now, price * after, price * max(most, now)

    def _next_rotation(self, key: Key | None, resource: Resource) -> datetime.date | None:
        coming = resource.value("next_rotation")
        if coming is not None or key is None:
            return coming if isinstance(coming, datetime.date) else None
        return min((day for day in key.rotations if day > self._day), default=None)

    def _evidence(
        self, resource: Resource, logged: _Logged, account: str, region: str
    ) -> tuple[KeyUse | None, tuple[Evidence, ...]]:
        """The last use that anybody knows, and the days of which all uses are known."""
        uses, evidence = [], []
        if logged.last is not None:
            uses.append(logged.last)
        found = self._covered(account, region)
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

    def _covered(self, account: str, region: str) -> Evidence | None:
        """The last days of the logs of a key's account and Region that are covered enough."""
        days = self._coverage.hours.get((account, region), {})
        # a trail that excludes KMS events has hours, and tells nothing of keys: only days between
        # the first and the last request to KMS there count
        first, last = self._seen.get((account, region), (None, None))
        if first is None or last is None:
            return None
        days = {day: mask for day, mask in days.items() if first <= day <= last}
        if not days:
            return None
        end = max(days)
        found, hours = None, 0
        for back in range((end - min(days)).days + 1):
            day = end - datetime.timedelta(back)
            hours += days.get(day, 0).bit_count()
            if hours >= _ENOUGH * 24 * (back + 1):
                found = Evidence(day, end, "logs")
        return found

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
        newest = max(each.end for each in (*evidence, Evidence(last.day, last.day, last.source)))
        return USED if (newest - last.day).days < self._unused_days else UNKNOWN


def _prices(rotations: list[datetime.date], day: datetime.date) -> int:
    """The key prices of a month that a key with these rotations costs on a day."""
    ordinals = [float(each.toordinal()) for each in rotations]
    now = float(day.toordinal())
    return sum(period.start <= now < period.end for period in paid_periods(Period(), ordinals))


def _logged(frame: pd.DataFrame) -> dict[str, _Logged]:
    """The requests, the last use and the resources of each key in logs."""
    found: defaultdict[str, _Logged] = defaultdict(_Logged)
    names = ["day", "key", "operation", "caller", "resource", "quantity"]
    rows = frame.loc[:, names].astype({"key": str}).sort_values("quantity", ascending=False)
    for day, key, operation, caller, resource, quantity in rows.itertuples(index=False):
        if not key:
            continue
        logged = found[key]
        logged.requests += quantity
        if resource:
            logged.resources.setdefault(str(resource))
        if not pd.isna(day):
            use = KeyUse(day.to_timestamp().date(), str(operation), str(caller), "logs")
            # of one day the caller with the most requests
            if logged.last is None or use.day > logged.last.day:
                logged.last = use
    return dict(found)


def _seen(
    frame: pd.DataFrame,
) -> dict[tuple[str, str], tuple[datetime.date, datetime.date]]:
    """The first and the last day of requests under the keys of each account and Region."""
    found: dict[tuple[str, str], tuple[datetime.date, datetime.date]] = {}
    pairs = frame.loc[frame["day"].notna(), ["day", "key"]].drop_duplicates()
    for day, key in pairs.itertuples(index=False):
        place, date = place_of(str(key)), day.to_timestamp().date()
        first, last = found.get(place, (date, date))
        found[place] = (min(first, date), max(last, date))
    return found


def _newest_day(estate: Estate) -> datetime.date | None:
    """The newest day that any of AWS's responses about keys mentions: they are no older."""
    names = ("created", "tracked_since", "last_use")
    days = [resource.value(name) for resource in estate.keys.values() for name in names]
    return max((day for day in days if isinstance(day, datetime.date)), default=None)


def _text(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


__all__ = ["KeyLedger", "KeyRecord", "keep_ledger"]
