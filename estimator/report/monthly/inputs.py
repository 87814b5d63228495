"""Everything that a monthly report is written from, computed once."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from estimator.advice import Advice
from estimator.figures import between_ends, count, money
from estimator.forecasting import Forecast
from estimator.forecasting.budgets import is_in_budget
from estimator.inventory import Inventory
from estimator.inventory.budgets import Budget
from estimator.measurement.billing.summary import PaidEvents
from estimator.measurement.result import Actuals
from estimator.months import FloatArray
from estimator.reconciliation import Reconciliation
from estimator.report.answers.budgets_and_copies import CopyCharge, copies_charged
from estimator.report.monthly.changes import Changes
from estimator.report.monthly.whose import Whose
from estimator.report.past import PastMonth
from estimator.report.past.month_cost import BillRange, MonthCost, bill_in_words, cost_by_bill
from estimator.simulation import Simulation
from estimator.simulation.draws import quantiles_of

_ENDS = (0.05, 0.95)
_TENTH = 0.1
_HALF_CENT = 0.005  # what a bill rounds is outside of no range


@dataclass(frozen=True, eq=False, repr=False)
class ReportInputs:
    """A month and the months ahead: forecast, drawn, measured, billed.

    Attributes
    ----------
    month : str
        The month that is reported, as ``2026-10``.
    forecast : Forecast
        That month and the months ahead.
    simulation : Simulation
        The same months, drawn.
    breakdown : mapping
        The month's charges by account, trail or reader, billed account and cause
        (``drivers``), and by Region (``regions``).
    actuals : Actuals or None
        What was measured.
    reconciliation : Reconciliation or None
        The month against its bill.
    advice : Advice or None
        What would save money over these months.
    past : tuple of PastMonth
        The months up to the reported one, which is the last.
    changes : Changes or None
        What changed since the report before, where it was kept.
    unread : tuple of str
        What of the measurements and of the bill could not be read, and why.
    whose : Whose or None
        Whose the month's KMS requests are, as far as logs and the bill tell it.
    paid_events : PaidEvents or None
        Copies of events on CloudTrail's bill of the month.
    """

    month: str
    forecast: Forecast
    simulation: Simulation
    breakdown: Mapping[str, pd.DataFrame]
    actuals: Actuals | None = None
    reconciliation: Reconciliation | None = None
    advice: Advice | None = None
    past: tuple[PastMonth, ...] = ()
    changes: Changes | None = None
    unread: tuple[str, ...] = ()
    whose: Whose | None = None
    paid_events: PaidEvents | None = None

    @property
    def inventory(self) -> Inventory:
        """The inventory that everything is computed from."""
        return self.forecast.inventory

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.forecast.currency

    @property
    def cost(self) -> str:
        """The name of the cost, such as cost_usd."""
        return f"cost_{self.currency.lower()}"

    @property
    def month_totals(self) -> dict[str, float]:
        """The forecast's totals of the month: expected, where anything is a range."""
        row = self.forecast.monthly.iloc[0].to_dict()
        return {str(name): float(value) for name, value in row.items() if name != "month"}

    @cached_property
    def outlook_totals(self) -> dict[str, float]:
        """The forecast's totals of the months ahead."""
        rows = self.forecast.monthly.iloc[1:]
        return {str(name): math.fsum(rows[name]) for name in rows.columns if name != "month"}

    @property
    def copies_line(self) -> str | None:
        """The cost of copies of KMS events in the month, apart from KMS; None without any."""
        events = self.forecast.events
        if events is not None:
            events = events[events["month"].astype(str) == self.month]
        lines = copies_charged(self.month_totals, events, self.currency, f" in {self.month}")
        return next(iter(lines), None)

    @property
    def typical(self) -> float:
        """The month's cost with each range at its median. [currency]"""
        return float(self.simulation.monthly[f"point_{self.cost}"].iloc[0])

    @cached_property
    def expected(self) -> dict[str, float]:
        """The mean of the draws of the month: requests, cost under both interpretations."""
        return self._means(slice(0, 1))

    @cached_property
    def expected_ahead(self) -> dict[str, float]:
        """The same of the months ahead."""
        return self._means(slice(1, None))

    def _means(self, months: slice) -> dict[str, float]:
        rows = self.simulation.monthly.iloc[months]
        names = ["requests", self.cost]
        names += [f"{self.cost}_writes_{name}" for name in ("charged", "exempt")]
        return {name: math.fsum(rows[f"mean_{name}"]) for name in names}

    @cached_property
    def month_cost(self) -> MonthCost:
        """The cost of CloudTrail's use of KMS in the month: billed, and expected of the rest.

        Requests and keys that are not CloudTrail's are in the bill and not in this.
        """
        return self._month_cost("", (), self.expected[self.cost])

    def cost_of(self, budget: Budget) -> MonthCost:
        """The same of what a budget covers, as far as the bill tells it apart.

        A bill tells payers and accounts apart, and never trails or readers: these are forecast.
        """
        covered = budget.covers(self.inventory.accounts)
        if covered is None:
            return self.month_cost
        rows = self.simulation.budgets
        rows = rows[(rows["budget"] == budget.name) & rows["month"].notna()]
        expected = float(rows["expected"].iloc[0])
        return self._month_cost(covered.column, covered.members, expected)

    def _month_cost(self, column: str, names: tuple[str, ...], expected: float) -> MonthCost:
        if column == "driver" or self.reconciliation is None:
            return MonthCost(None, expected)
        return cost_by_bill(self.reconciliation, column, names) or MonthCost(None, expected)

    @property
    def spent(self) -> float:
        """The cost of the month: billed, and expected of what is not billed yet. [currency]"""
        return self.month_cost.total

    @property
    def billed_words(self) -> str:
        """What the bill covers, such as ``to 15 October``; empty where that is the whole month."""
        return "" if self.reconciliation is None else self.reconciliation.covers

    @property
    def bill_text(self) -> str | None:
        """What the bill covers, such as ``bill to 15 October``; None without a bill."""
        return None if self.reconciliation is None else bill_in_words(self.reconciliation)

    @cached_property
    def bill_range(self) -> BillRange | None:
        """The bill beside the forecast's range of the same days; None where nothing compares."""
        return self._range_of("", ())

    def range_of(self, budget: Budget) -> BillRange | None:
        """The same of what a budget covers; None where no bill tells that apart."""
        covered = budget.covers(self.inventory.accounts)
        is_apart = covered is None or covered.column != "driver"
        return self._range_of(*self._judged_by(budget)) if is_apart else None

    def _range_of(self, column: str, names: tuple[str, ...]) -> BillRange | None:
        found = self.reconciliation
        if found is None or not found.is_comparable:
            return None
        amounts = found.billed_and_rest(column, names)
        to_date = found.forecast_of_billed(column, names)
        # the ends are of one interpretation, the bills of several payers may follow both
        other = f"_writes_{self.forecast.other_interpretation}" if self.follows_other else ""
        whole = self.expected[f"{self.cost}{other}"]
        if amounts is None or not whole or to_date <= 0:
            return None
        # a part has no draws of its own: it is taken to spread as everything does
        low, high = (float(end) * to_date / whole for end in self._ends_as_billed)
        lowest, highest = low - _HALF_CENT, high + _HALF_CENT
        # a forecast without ranges is one number: a tenth off is off; nor do ranges that are of
        # writes say how far reads alone may be off, or those of everything how far a part
        if high - low <= 1e-9 * abs(high) or self.follows_other:
            lowest, highest = low * (1 - _TENTH), high * (1 + _TENTH)
        elif column:
            lowest = min(lowest, to_date * (1 - _TENTH))
            highest = max(highest, to_date * (1 + _TENTH) + _HALF_CENT)
        return BillRange(amounts[0], low, high, lowest <= amounts[0] <= highest)

    @property
    def follows_other(self) -> bool:
        """True where the bill takes CloudTrail's own writes otherwise than the inventory."""
        of_bill = self.reconciliation.interpretation if self.reconciliation else None
        own = self.inventory.cloudtrail_writes
        return of_bill is not None and of_bill.answer not in (None, own)

    @property
    def _ends_as_billed(self) -> FloatArray:
        """The month's 5th and 95th percentile as the bill takes writes. [currency]"""
        if not self.follows_other:
            return quantiles_of(self.simulation.draws_cost[:, 0], _ENDS)
        rows = self.simulation.other_quantiles
        rows = rows[rows["month"].astype(str) == self.month]
        ends: FloatArray = np.interp(_ENDS, rows["quantile"].to_numpy(), rows["value"].to_numpy())
        return ends

    @property
    def repeats(self) -> tuple[str, ...]:
        """What says that lines of the bill may count twice: no sum of it is sure."""
        return () if self.reconciliation is None else self.reconciliation.repeats

    @property
    def is_refuted(self) -> bool:
        """True where the bill is outside the forecast's range: no chance of it is one."""
        return self.is_inside() is False

    def is_inside(self, budget: Budget | None = None) -> bool | None:
        """Whether the bill is inside the range; None where nothing compares."""
        found = self._range_of(*self._judged_by(budget))
        return None if found is None else found.is_inside

    def bill_factor(self, budget: Budget | None = None) -> float:
        """How many times what was expected the bill is, where that refutes the forecast; else 1.

        Parameters
        ----------
        budget : Budget, optional
            Of what it covers alone; of a trail or a reader, which no bill tells apart, of the
            accounts that pay for it.
        """
        found, whole = self.reconciliation, self.expected[self.cost]
        if found is None or not found.is_comparable or not whole:
            return 1.0
        place = self._judged_by(budget)
        bill_range = self._range_of(*place)
        if bill_range is None:
            # nothing billed is known of this part: everything's may be its own
            return self.bill_factor() if place[0] else 1.0
        if bill_range.is_inside or bill_range.billed <= bill_range.high:
            return 1.0
        # like with like: what a bill does not charge says nothing of the volume
        return max(bill_range.billed / found.forecast_of_billed(*place), 1.0)

    def _judged_by(self, budget: Budget | None) -> tuple[str, tuple[str, ...]]:
        """The part of the bill that a budget is judged by."""
        covered = None if budget is None else budget.covers(self.inventory.accounts)
        if budget is None or covered is None:
            return "", ()
        if covered.column != "driver":
            return covered.column, covered.members
        # no bill tells trails or readers apart: by the accounts that pay for their requests
        rows = self.forecast.rows
        is_counted = is_in_budget(budget, rows, self.inventory.accounts)
        rows = rows[(rows["month"].astype(str) == self.month).to_numpy() & is_counted]
        accounts = tuple(sorted(rows["billed_account"].astype(str).unique()))
        return ("billed_account", accounts) if accounts else ("", ())

    @property
    def basis_of_rest(self) -> str:
        """What the rest of the month is taken from, such as ``at the bill's rate``."""
        if self.is_refuted and self.bill_factor() > 1:
            return "at the bill's rate"
        found = self.reconciliation
        forecast = self.month_cost.rest if found is None else found.forecast_of_rest()
        is_forecast = abs(self.month_cost.rest - forecast) < _HALF_CENT
        return "as forecast" if is_forecast else "by the bill and the forecast"

    @property
    def calibrate_command(self) -> str:
        """The command that brings the forecast to what was measured."""
        return f"kmscost calibrate {self.inventory_file} MEASUREMENTS"

    @property
    def inventory_file(self) -> str:
        """The name of the inventory's file as a word of a command: no long path in a sentence."""
        return shlex.quote(Path(self.inventory.path).name)

    @property
    def has_copies_to_show(self) -> bool:
        """True where copies of KMS events cost a tenth of the KMS sum or more."""
        copies = CopyCharge.from_totals(self.month_totals, self.currency)
        return copies.high > 0 and copies.high >= _TENTH * abs(self.spent)

    @property
    def unexplained_events(self) -> PaidEvents | None:
        """Paid events of a tenth of the KMS sum or more that no trail of the inventory explains."""
        paid = self.paid_events
        if paid is None or paid.cost < _TENTH * abs(self.spent):
            return None
        known = CopyCharge.from_totals(self.month_totals, self.currency).high
        # without a rate for copies (NaN) nothing explains them
        return None if paid.cost <= known * (1 + _TENTH) + _HALF_CENT else paid

    @property
    def paid_events_line(self) -> str | None:
        """What CloudTrail's bill has beyond the inventory, apart from KMS; None without it."""
        paid = self.unexplained_events
        if paid is None:
            return None
        line = (
            f"Apart from KMS, CloudTrail's bill of {self.month} has {self.currency} "
            f"{money(paid.cost)} for {count(paid.events)} paid events"
        )
        if abs(paid.events - paid.requests) <= _TENTH * paid.requests:
            line += ", about as many as the KMS requests: perhaps copies of KMS events"
        known = CopyCharge.from_totals(self.month_totals, self.currency).high
        explained = f"more than {money(known)} of them" if known > 0 else "them"
        return f"{line}; no trail of the inventory explains {explained}"

    @property
    def ends(self) -> str | None:
        """Both ends of the month's range, as they are printed; None where they are the same."""
        if not self.has_ranges:
            return None
        low, high = map(float, quantiles_of(self.simulation.draws_cost[:, 0], _ENDS))
        words = between_ends(low, high)
        return None if len({*words.split(" to ")}) == 1 else words

    @property
    def has_ranges(self) -> bool:
        """True where anything in the inventory is uncertain, so that draws differ."""
        # ranges that no charge rests on leave every draw alike
        drawn = self.simulation.draws_cost
        return bool(np.ptp(drawn, axis=0).any())
