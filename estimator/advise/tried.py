"""Proposals applied and forecast again: what each really saves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from estimator.advise.proposal import Proposal
from estimator.frames import DEFAULT_GRAIN
from estimator.months import FloatArray, Months
from estimator.scenarios.cases import Case
from estimator.scenarios.course import Course, course_of
from estimator.scenarios.opened import Opened
from estimator.scenarios.scenario import Scenario
from estimator.scenarios.stages import Made, Stage, make
from estimator.uncertainty import run
from estimator.uncertainty.assumptions import in_doubt
from estimator.uncertainty.options import SEED, Options
from estimator.uncertainty.quantiles import quantiles_of
from estimator.volume.streams import streams_of
from pricing.rates import RateTable

DRAWS = 10_000
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Saving:
    """What something saves over all months, as computed by applying it.

    Attributes
    ----------
    totals : dict
        The totals of the base less those of the changed inventory. [request, currency]
    quantiles : tuple of float
        5th percentile, median and 95th percentile of the cost saved: the differences of draws of
        both from the same seed. [currency]
    """

    totals: dict[str, float]
    quantiles: tuple[float, float, float]


class Trial:
    """Applies proposals to one inventory."""

    def __init__(
        self, opened: Opened, base: Course, months: Months, table: RateTable, discount: float
    ) -> None:
        self._opened, self.base, self.months = opened, base, months
        self._table, self._discount = table, discount
        self.cost = f"cost_{table.currency.lower()}"
        self._drawn = self._draws(base)

    def saving(self, proposals: Iterable[Proposal]) -> Saving:
        """What some proposals save together."""
        changes = tuple(change for one in proposals for change in one.changes)
        made = make(self._opened, Scenario("advice", changes))
        case = Case("advice", self._opened.inventory.path, made)
        after = course_of(case, self.months, DEFAULT_GRAIN, self._table, self._discount)
        totals = {name: self.base.totals[name] - after.totals[name] for name in self.base.totals}
        drawn = self._draws(after)
        if self._drawn is None and drawn is None:
            known = totals[self.cost]
            return Saving(totals, (known, known, known))
        before = self.base.totals[self.cost] if self._drawn is None else self._drawn
        later = after.totals[self.cost] if drawn is None else drawn
        low, middle, high = quantiles_of(np.asarray(before - later), QUANTILES).tolist()
        return Saving(totals, (low, middle, high))

    def per_month(self, saving: Saving) -> float:
        """What the bill is smaller by, CloudTrail's charge for KMS events included. [currency]

        The one number that advice of both sorts is ranked by; they are shown apart.
        """
        events = saving.totals[f"{self.cost}_cloudtrail_events"]
        known = 0.0 if math.isnan(events) else events
        return (saving.totals[self.cost] + known) / self.months.count

    def _draws(self, course: Course) -> FloatArray | None:
        """The cost of each draw over all months; None where nothing is in doubt.

        The noise of counts is left out: it belongs to a month, not to a decision.
        """
        inventory = course.case.inventory
        if not in_doubt(inventory, streams_of(inventory)):
            return None
        options = Options(DRAWS, SEED, QUANTILES)
        told = run(inventory, self.months, options, self._table, self._discount, noise=False)
        whole: FloatArray = told.draws_cost.sum(axis=1)
        return whole


def unchanged(opened: Opened) -> Case:
    """The inventory as it is."""
    inventory = opened.inventory
    return Case("base", inventory.path, Made((Stage(None, inventory),)))
