"""Proposals applied and forecast again: what each really saves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from estimator.advice.proposal import Proposal
from estimator.figures import SUMS
from estimator.forecasting import Forecast
from estimator.forecasting.copy_charges import copy_rates
from estimator.forecasting.event_copies import EventCopies
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.inventory.changes import Scenario, apply_scenario
from estimator.inventory.means import with_means
from estimator.months import FloatArray
from estimator.scenarios.case_forecast import CaseForecast, forecast_case
from estimator.scenarios.cases import Case
from estimator.simulation import draw_costs
from estimator.simulation.draws import SEED, quantiles_of
from estimator.simulation.uncertain_inputs import is_uncertain
from estimator.volume.model import Model

DRAWS = 10_000
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class CopySaving:
    """The saving on copies of KMS events over all months, on CloudTrail's bill. [currency]

    Attributes
    ----------
    own : float
        Copies of the events of this inventory's own requests.
    others, others_high : float
        Those of all others, at least and at most: where these are made is not always known.
    """

    own: float
    others: float
    others_high: float

    @property
    def least(self) -> float:
        """Both, at least."""
        return self.own + self.others

    @property
    def most(self) -> float:
        """Both, at most."""
        return self.own + self.others_high

    @property
    def is_range(self) -> bool:
        """The saving is known only between two ends."""
        return self.others_high - self.others > SUMS * abs(self.others_high)


@dataclass(frozen=True)
class Saving:
    """The saving of a change over all months, as computed by applying it.

    Attributes
    ----------
    totals : dict
        The totals of the base less those of the changed inventory. [request, currency]
    copies : CopySaving or None
        On CloudTrail's bill; None where its rate is not known.
    quantiles : tuple of float
        5th percentile, median and 95th percentile of the cost saved: the differences of draws of
        both from the same seed. [currency]
    """

    totals: dict[str, float]
    copies: CopySaving | None
    quantiles: tuple[float, float, float]


class Evaluator:
    """Applies proposals to one inventory, and forecasts what is left.

    Parameters
    ----------
    inventory : Inventory
        As it was read: changes are made to its document.
    forecast : Forecast
        The base of all savings, with each range at its mean if `at_means`.
    at_means : bool
    """

    def __init__(self, inventory: Inventory, forecast: Forecast, *, at_means: bool) -> None:
        self.base = CaseForecast.from_forecasts(Case.unchanged(forecast.inventory), [forecast])
        self.months = forecast.months
        self._inventory, self._at_means = inventory, at_means
        self._table, self._discount = forecast.table, forecast.discount
        self.cost = f"cost_{forecast.currency.lower()}"
        self._base_draws = self._draws(inventory)

    def saving(self, proposals: Iterable[Proposal]) -> Saving:
        """The saving of some proposals together."""
        changes = tuple(change for proposal in proposals for change in proposal.changes)
        changed = apply_scenario(self._inventory, Scenario("advice", changes))
        case = Case("advice", self._inventory.path, changed)
        centered = _at_means(case) if self._at_means else case
        after = forecast_case(centered, self.months, DEFAULT_GRAIN, self._table, self._discount)
        totals = {name: self.base.totals[name] - after.totals[name] for name in self.base.totals}
        copies = self._copies(after, totals)
        draws = self._draws(case.inventory)
        if self._base_draws is None and draws is None:
            cost = totals[self.cost]
            return Saving(totals, copies, (cost, cost, cost))
        # the same seed draws the same values on both sides: what is not changed cancels out
        base_cost = self.base.totals[self.cost] if self._base_draws is None else self._base_draws
        cost_after = after.totals[self.cost] if draws is None else draws
        low, middle, high = quantiles_of(np.asarray(base_cost - cost_after), QUANTILES).tolist()
        return Saving(totals, copies, (low, middle, high))

    def per_month(self, saving: Saving) -> float:
        """The saving on both bills, at least: KMS's, and CloudTrail's for copies. [currency/month]

        Advice of both sorts is ranked by this number; they are shown apart.
        """
        events = 0.0 if saving.copies is None else saving.copies.least
        return (saving.totals[self.cost] + events) / self.months.count

    def most_per_month(self, saving: Saving) -> float:
        """The same at most. [currency/month]"""
        events = 0.0 if saving.copies is None else saving.copies.most
        return (saving.totals[self.cost] + events) / self.months.count

    def _copies(self, after: CaseForecast, totals: dict[str, float]) -> CopySaving | None:
        """The saving on copies: place by place, where those of others' requests are not known."""
        name = f"{self.cost}_cloudtrail_events"
        whole, others = totals[name], totals[f"{name}_others"]
        if math.isnan(whole):
            return None
        if not any(self._is_range(side.totals) for side in (self.base, after)):
            return CopySaving(whole - others, others, others)
        before, later = (
            EventCopies(side.case.inventory, self.months) for side in (self.base, after)
        )
        ends = before.others_saving(later, copy_rates(self._table))
        return CopySaving(whole - others, *ends)

    def _is_range(self, totals: dict[str, float]) -> bool:
        """Tell whether copies of others' events are known only between two ends."""
        high = totals[f"{self.cost}_cloudtrail_events_high"]
        return high - totals[f"{self.cost}_cloudtrail_events"] > SUMS * high

    def _draws(self, inventory: Inventory) -> FloatArray | None:
        """The cost of each draw over all months; None where nothing is uncertain."""
        model = Model(inventory, self.months)
        if not is_uncertain(model):
            return None
        return draw_costs(model, DRAWS, SEED, self._table, self._discount)


def _at_means(case: Case) -> Case:
    """The case with each range at its mean."""
    stages = tuple(
        dataclasses.replace(stage, inventory=with_means(stage.inventory))
        for stage in case.changed.stages
    )
    return dataclasses.replace(case, changed=dataclasses.replace(case.changed, stages=stages))
