"""What there is now: the inventory with what each trail, reader and key costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from estimator.forecasting import Forecast
from estimator.inventory import Account, Inventory
from estimator.inventory.sections import Key, Reader, Trail
from estimator.months import Months, Period
from estimator.scenarios.pairing import with_drivers


@dataclass(frozen=True)
class Situation:
    """The base of all advice.

    Attributes
    ----------
    told : Forecast
        The forecast of the inventory as it is.
    """

    told: Forecast

    @property
    def inventory(self) -> Inventory:
        """Who has which trails, readers and keys."""
        return self.told.inventory

    @property
    def months(self) -> Months:
        """The months of the forecast."""
        return self.told.months

    def in_months(self, period: Period) -> Period:
        """The part of a period that lies in the months."""
        return period & Period(float(self.months.begin[0]), float(self.months.end[-1]))

    def writing(self, trail: Trail) -> Period:
        """When a trail writes files in the months: as long as its key is active too."""
        active = self.inventory.active
        own = active.trail if trail.key is None else active.writing
        return self.in_months(own[trail.name])

    @property
    def active_readers(self) -> tuple[Reader, ...]:
        """The readers that are active in the months."""
        active = self.inventory.active.reader
        return tuple(one for one in self.inventory.readers if active[one.name].meets(self.months))

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """Accounts by id."""
        return {account.id: account for account in self.inventory.accounts}

    @cached_property
    def keys(self) -> dict[str, Key]:
        """Keys by id."""
        return {key.id: key for key in self.inventory.keys}

    @cached_property
    def readers_of(self) -> dict[str, list[Reader]]:
        """The readers of each trail."""
        found: dict[str, list[Reader]] = {trail.name: [] for trail in self.inventory.trails}
        for reader in self.inventory.readers:
            for trail in self.inventory.read_by(reader):
                found[trail.name].append(reader)
        return found

    @cached_property
    def _costs(self) -> dict[tuple[str, str], float]:
        rows = with_drivers(self.told.rows)
        sums = rows.groupby(["kind", "driver"], observed=True, as_index=False)[["cost"]].sum()
        return {
            (str(one["kind"]), str(one["driver"])): float(one["cost"])
            for one in sums.to_dict("records")
        }

    @cached_property
    def event_costs(self) -> dict[str, float]:
        """What CloudTrail charges at most for each trail's copies of KMS events. [currency]"""
        found: defaultdict[str, float] = defaultdict(float)
        if self.told.events is not None:
            sums = self.told.events.groupby("trail", observed=True)["cost_high"].sum()
            found.update({str(name): float(cost) for name, cost in sums.items()})
        return found

    def cost(self, kind: str, name: str) -> float:
        """What a trail, a reader or a key costs over all months. [currency]"""
        return self._costs.get((kind, name), 0.0)

    def cost_with_readers(self, trail: Trail) -> float:
        """What a trail and everything that reads it cost. [currency]"""
        readers = sum(self.cost("reader", one.name) for one in self.readers_of[trail.name])
        return self.cost("trail", trail.name) + readers
