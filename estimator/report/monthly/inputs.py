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
from estimator.figures import between_ends
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.measurement.billing.summary import PaidEvents
from estimator.measurement.result import Actuals
from estimator.reconciliation import Reconciliation
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.monthly.changes import Changes
from estimator.report.monthly.copies import MonthCopies
from estimator.report.monthly.month_bill import ENDS, MonthBill
from estimator.report.monthly.whose import Whose
from estimator.report.past import PastMonth
from estimator.report.past.year import YearToDate, month_over_month, year_to_date
from estimator.simulation import Simulation
from estimator.simulation.draws import quantiles_of
from estimator.volume.model import Model


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
    model : Model
        What the forecast is made of: the inventory with each range at its mean.
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
    model: Model
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
    def actuals_sources(self) -> tuple[str, ...]:
        """Names of the sources that measured anything of the month."""
        if self.actuals is None:
            return ()
        # logs of another month tell nothing of this one
        rows = self.actuals.measured
        found = rows.loc[rows["month"].astype(str) == self.month, "source"]
        return tuple(sorted(set(found.astype(str))))

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
    def month_rows(self) -> pd.DataFrame:
        """The forecast's charges of the month."""
        rows = self.forecast.rows
        return rows[rows["month"].astype(str) == self.month]

    @cached_property
    def outlook_totals(self) -> dict[str, float]:
        """The forecast's totals of the months ahead."""
        rows = self.forecast.monthly.iloc[1:]
        return {str(name): math.fsum(rows[name]) for name in rows.columns if name != "month"}

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
    def month_bill(self) -> MonthBill:
        """The bill of the month beside the forecast, of everything and of each budget's part."""
        return MonthBill(
            self.forecast, self.simulation, self.reconciliation, self.expected, self.month_rows
        )

    @property
    def month_cost(self) -> MonthCost:
        """The cost of CloudTrail's use of KMS in the month: billed, and expected of the rest."""
        return self.month_bill.whole.cost

    @property
    def spent(self) -> float:
        """The cost of the month: billed, and expected of what is not billed yet. [currency]"""
        return self.month_cost.total

    @cached_property
    def year(self) -> YearToDate:
        """The months of the year so far."""
        return year_to_date(self.past, self.month)

    @cached_property
    def month_over_month(self) -> tuple[float | None, ...]:
        """What each month so far costs more than the one before it. [currency]"""
        return month_over_month(self.past)

    @property
    def billed_words(self) -> str:
        """What the bill covers, such as ``to 15 October``; empty where that is the whole month."""
        return "" if self.reconciliation is None else self.reconciliation.covers

    @property
    def bill_text(self) -> str | None:
        """What the bill covers, such as ``bill to 15 October``; None without a bill."""
        return None if self.reconciliation is None else self.reconciliation.bill_text

    @property
    def bill_condition(self) -> str:
        """What every sum of the bill depends on, such as that no line of it counts twice."""
        return "" if self.reconciliation is None else self.reconciliation.condition

    @property
    def repeats(self) -> tuple[str, ...]:
        """What says that lines of the bill may count twice: no sum of it is sure."""
        return () if self.reconciliation is None else self.reconciliation.repeats

    @property
    def calibrate_command(self) -> str:
        """The command that brings the forecast to what was measured."""
        return f"kmscost calibrate {self.inventory_file} MEASUREMENTS"

    @property
    def inventory_file(self) -> str:
        """The name of the inventory's file as a word of a command: no long path in a sentence."""
        return shlex.quote(Path(self.inventory.path).name)

    @cached_property
    def copies(self) -> MonthCopies:
        """Copies of events on CloudTrail's bill of the month, apart from KMS."""
        events = self.forecast.events
        if events is not None:
            events = events[events["month"].astype(str) == self.month]
        return MonthCopies(
            self.month, self.currency, self.month_totals, events, self.paid_events, self.spent
        )

    @property
    def ends(self) -> str | None:
        """Both ends of the month's range, as they are printed; None where they are the same."""
        if not self.has_ranges:
            return None
        low, high = map(float, quantiles_of(self.simulation.draws_cost[:, 0], ENDS))
        words = between_ends(low, high)
        return None if len({*words.split(" to ")}) == 1 else words

    @property
    def has_ranges(self) -> bool:
        """True where anything in the inventory is uncertain, so that draws differ."""
        # ranges that no charge rests on leave every draw alike
        drawn = self.simulation.draws_cost
        return bool(np.ptp(drawn, axis=0).any())
