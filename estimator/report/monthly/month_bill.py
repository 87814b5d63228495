"""The bill of the month beside the forecast: of everything, and of what each budget covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from estimator.figures import HALF_CENT, between_ends, range_end
from estimator.forecasting import Forecast
from estimator.forecasting.budgets import is_in_budget
from estimator.inventory.budgets import Budget, Covered
from estimator.months import FloatArray
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.free_shift import NO_SHIFT, FreeShift
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.simulation import Simulation
from estimator.simulation.draws import quantiles_of

ENDS = (0.05, 0.95)
TENTH = 0.1
_EVERYTHING = Covered("", ())


@dataclass(frozen=True)
class BillRange:
    """A bill beside the forecast's 5th and 95th percentile of the same days. [currency]

    `shift` is the worth of free requests that the bill does not have on their days: with that put
    back it is held against the range. `needs_shift` where without it would lie elsewhere.
    """

    billed: float
    low: float
    high: float
    is_inside: bool
    shift: FreeShift = NO_SHIFT
    needs_shift: bool = False

    @property
    def amount(self) -> float:
        """What is held against the range. [currency]"""
        return self.billed + self.shift.put_back

    def to_dict(self) -> dict[str, float | bool]:
        """As documented JSON."""
        found = {"billed": self.billed, "low": self.low, "high": self.high}
        shift = {"early": self.shift.early, "late": self.shift.late} if self.shift else {}
        return {**found, "is_inside": self.is_inside, **shift}

    @property
    def has_width(self) -> bool:
        """True where they are two numbers."""
        return _has_width(self.low, self.high)

    @property
    def place(self) -> str:
        """Where a bill is that is as good as inside: nobody reads 0.08 as inside 0.084 to 0.263."""
        amount = self.amount
        beyond = max(self.low - amount, amount - self.high)
        ends = between_ends(self.low, self.high)
        # ends are printed in three digits, and a bill at one of them is no further than these
        if beyond <= 0 or range_end(amount, max(self.low, self.high)) in ends.split(" to "):
            return "inside"
        return "within half a cent of" if beyond <= HALF_CENT else "within a tenth of"


@dataclass(frozen=True)
class BilledPart:
    """Everything, or what a budget covers: its cost, and its bill beside the forecast.

    Attributes
    ----------
    cost : MonthCost
        Of the month.
    bill_range : BillRange or None
        The part of the bill that it is judged by: of a trail or a reader, which no bill tells
        apart, that of the accounts that pay for it. None where nothing compares.
    factor : float
        How many times what was expected of it the bill is, where that refutes the forecast. [-]
    is_apart : bool
        Whether a bill tells it apart.
    """

    cost: MonthCost
    bill_range: BillRange | None
    factor: float = 1.0
    is_apart: bool = True

    @property
    def own_range(self) -> BillRange | None:
        """Its bill beside the forecast; None where no bill tells it apart."""
        return self.bill_range if self.is_apart else None

    @property
    def is_inside(self) -> bool | None:
        """Whether its bill is inside the forecast's range; None where nothing compares."""
        return None if self.bill_range is None else self.bill_range.is_inside

    @property
    def is_refuted(self) -> bool:
        """True where its bill is outside the forecast's range: no chance of it is one."""
        return self.is_inside is False


@dataclass(frozen=True, eq=False)
class MonthBill:
    """The bill of a month, where there is one, and what was expected of the same days.

    Attributes
    ----------
    forecast : Forecast
        The first of its months is this one.
    simulation : Simulation
        The same months, drawn.
    reconciliation : Reconciliation or None
        The month against its bill.
    expected : mapping
        The mean of the draws of the month: cost under both interpretations.
    rows : DataFrame
        The forecast's charges of the month.
    """

    forecast: Forecast
    simulation: Simulation
    reconciliation: Reconciliation | None
    expected: Mapping[str, float]
    rows: pd.DataFrame

    @cached_property
    def whole(self) -> BilledPart:
        """Everything.

        Requests and keys that are not CloudTrail's are in the bill and not in this.
        """
        expected = self.expected[self.simulation.cost]
        bill_range = self._range_of(_EVERYTHING)
        factor = self._factor(_EVERYTHING, bill_range) or 1.0
        return BilledPart(self._cost_of(_EVERYTHING, expected), bill_range, factor)

    def part(self, budget: Budget) -> BilledPart:
        """What a budget covers, as far as the bill tells it apart.

        A bill tells payers and accounts apart, and never trails or readers: these are forecast.
        """
        covered = budget.covers(self.forecast.inventory.accounts)
        if covered is None:
            return self.whole
        rows = self.simulation.budgets
        rows = rows[(rows["budget"] == budget.name) & rows["month"].notna()]
        cost = self._cost_of(covered, float(rows["expected"].iloc[0]))
        is_apart = covered.column != "driver"
        place = covered if is_apart else self._payers_of(budget)
        bill_range = self._range_of(place)
        factor = self._factor(place, bill_range)
        # nothing billed is known of this part: everything's may be its own
        factor = self.whole.factor if factor is None else factor
        return BilledPart(cost, bill_range, factor, is_apart)

    def _payers_of(self, budget: Budget) -> Covered:
        """The accounts that pay for the requests of a budget's trail or reader."""
        rows = self.rows[is_in_budget(budget, self.rows, self.forecast.inventory.accounts)]
        accounts = tuple(sorted(rows["billed_account"].astype(str).unique()))
        return Covered("billed_account", accounts) if accounts else _EVERYTHING

    def _cost_of(self, place: Covered, expected: float) -> MonthCost:
        if place.column == "driver" or self.reconciliation is None:
            return MonthCost(None, expected)
        found = self.reconciliation.month_cost(place.column, place.members)
        return found or MonthCost(None, expected)

    def _range_of(self, place: Covered) -> BillRange | None:
        found = self.reconciliation
        if found is None or not found.is_comparable:
            return None
        cost = found.month_cost(place.column, place.members)
        to_date = found.forecast_of_billed(place.column, place.members)
        # the ends are of one interpretation, the bills of several payers may follow both
        other = f"_writes_{self.forecast.other_interpretation}" if self.follows_other else ""
        whole = self.expected[f"{self.simulation.cost}{other}"]
        if cost is None or cost.billed is None or not whole or to_date <= 0:
            return None
        # a part has no draws of its own: it is taken to spread as everything does
        low, high = (float(end) * to_date / whole for end in self._ends_as_billed)
        # what a bill rounds is outside of no range
        lowest, highest = low - HALF_CENT, high + HALF_CENT
        # a forecast without ranges is one number: a tenth off is off; nor do ranges that are of
        # writes say how far reads alone may be off, or those of everything how far a part
        if not _has_width(low, high) or self.follows_other:
            lowest, highest = low * (1 - TENTH), high * (1 + TENTH)
        elif place.column:
            lowest = min(lowest, to_date * (1 - TENTH))
            highest = max(highest, to_date * (1 + TENTH) + HALF_CENT)
        shift = found.free_shift(place.column, place.members)
        alone, shifted = (
            BillRange(
                cost.billed, low, high, lowest <= cost.billed + each.put_back <= highest, each
            )
            for each in (NO_SHIFT, shift)
        )
        elsewhere = alone.is_inside != shifted.is_inside or (
            shifted.has_width and alone.place != shifted.place
        )
        return replace(shifted, needs_shift=elsewhere)

    def _factor(self, place: Covered, bill_range: BillRange | None) -> float | None:
        """How many times what was expected a part of the bill is; None where nothing tells it.

        1 where that does not refute the forecast.
        """
        found = self.reconciliation
        if found is None or not found.is_comparable or not self.expected[self.simulation.cost]:
            return 1.0
        if bill_range is None:
            return None
        if bill_range.is_inside or bill_range.amount <= bill_range.high:
            return 1.0
        # like with like: what a bill does not charge says nothing of the volume
        to_date = found.forecast_of_billed(place.column, place.members)
        return max(bill_range.amount / to_date, 1.0)

    @cached_property
    def follows_other(self) -> bool:
        """True where the bill takes CloudTrail's own writes otherwise than the inventory."""
        of_bill = self.reconciliation.interpretation if self.reconciliation else None
        own = self.forecast.inventory.cloudtrail_writes
        return of_bill is not None and of_bill.answer not in (None, own)

    @property
    def off_by_rates(self) -> float | None:
        """What other prices make of the difference, where that is most of it. [currency]

        None otherwise: measurements bring volumes to those of the bill, and never its prices.
        """
        found = self.reconciliation
        if found is None or not found.is_comparable:
            return None
        off, error = found.parts["rate"], found.forecast_error + found.free_shift().put_back
        # of the same sign: what prices make less is no reason of a bill that has more
        is_most = off * error > 0 and abs(off) > abs(error) / 2
        return off if is_most else None

    @cached_property
    def _ends_as_billed(self) -> FloatArray:
        """The month's 5th and 95th percentile as the bill takes writes. [currency]"""
        if not self.follows_other:
            return quantiles_of(self.simulation.draws_cost[:, 0], ENDS)
        rows = self.simulation.other_quantiles
        rows = rows[rows["month"].astype(str) == self.forecast.months.labels[0]]
        ends: FloatArray = np.interp(ENDS, rows["quantile"].to_numpy(), rows["value"].to_numpy())
        return ends

    @property
    def basis_of_rest(self) -> str:
        """What the rest of the month is taken from, such as ``at the bill's rate``."""
        found, whole = self.reconciliation, self.whole
        if whole.is_refuted and whole.factor > 1:
            return "at the bill's rate"
        forecast = whole.cost.rest if found is None else found.forecast_of_rest()
        is_forecast = abs(whole.cost.rest - forecast) < HALF_CENT
        return "as forecast" if is_forecast else "by the bill and the forecast"


def _has_width(low: float, high: float) -> bool:
    """Tell whether the ends of a range are two numbers."""
    # sums of the same draws in another order have other last bits
    return high - low > 1e-9 * abs(high)
