"""The inventory as it is, with the cost of each trail, reader and key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.inventory.sections import Key, Reader, Trail
from estimator.months import Months, Period
from estimator.scenarios.case_forecast import with_drivers


@dataclass(frozen=True)
class Baseline:
    """The inventory as it is, and the forecast of it: the base of all advice.

    Attributes
    ----------
    forecast : Forecast
    bucket_key_savings : mapping
        By the name of a bucket what logs say that its Bucket Key would save, as an inventory takes
        it: a share or a range.
    used_keys : frozenset of str
        Ids of keys that logs or AWS's responses show in use, whoever uses them.
    """

    forecast: Forecast
    bucket_key_savings: Mapping[str, Any] = field(default_factory=dict)
    used_keys: frozenset[str] = frozenset()

    @property
    def inventory(self) -> Inventory:
        """Who has which trails, readers and keys."""
        return self.forecast.inventory

    @property
    def months(self) -> Months:
        """The months of the forecast."""
        return self.forecast.months

    def in_months(self, period: Period) -> Period:
        """The part of a period that lies in the months."""
        return period & Period(float(self.months.begin[0]), float(self.months.end[-1]))

    def writing(self, trail: Trail) -> Period:
        """The days of the months in which a trail writes files: its key is active too."""
        active = self.inventory.active
        own = active.trail if trail.key is None else active.writing
        return self.in_months(own[trail.name])

    @property
    def active_readers(self) -> tuple[Reader, ...]:
        """The readers that are active in the months."""
        active = self.inventory.active.reader
        return tuple(
            reader for reader in self.inventory.readers if active[reader.name].meets(self.months)
        )

    @cached_property
    def keys(self) -> dict[str, Key]:
        """Keys by id."""
        return {key.id: key for key in self.inventory.keys}

    @cached_property
    def readers_of(self) -> dict[str, list[Reader]]:
        """The readers of each trail."""
        readers: dict[str, list[Reader]] = {trail.name: [] for trail in self.inventory.trails}
        for reader in self.inventory.readers:
            for trail in self.inventory.read_by(reader):
                readers[trail.name].append(reader)
        return readers

    @cached_property
    def _costs(self) -> dict[tuple[str, str], float]:
        rows = with_drivers(self.forecast.rows)
        sums = rows.groupby(["kind", "driver"], observed=True, as_index=False)[["cost"]].sum()
        return {
            (str(row["kind"]), str(row["driver"])): float(row["cost"])
            for row in sums.to_dict("records")
        }

    @cached_property
    def event_costs(self) -> dict[str, float]:
        """The most that CloudTrail charges for each trail's copies of KMS events. [currency]"""
        costs: defaultdict[str, float] = defaultdict(float)
        if self.forecast.events is not None:
            sums = self.forecast.events.groupby("trail", observed=True)["cost_high"].sum()
            costs.update({str(name): float(cost) for name, cost in sums.items()})
        return costs

    def cost(self, kind: str, name: str) -> float:
        """The cost of a trail, a reader or a key over all months. [currency]"""
        return self._costs.get((kind, name), 0.0)

    def cost_with_readers(self, trail: Trail) -> float:
        """The cost of a trail and of everything that reads it. [currency]"""
        readers = sum(self.cost("reader", reader.name) for reader in self.readers_of[trail.name])
        return self.cost("trail", trail.name) + readers
