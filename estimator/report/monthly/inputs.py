"""Everything that a monthly report is written from, computed once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from estimator.advice import Advice
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.measurement.result import Actuals
from estimator.reconciliation import Reconciliation
from estimator.report.answers.budgets_and_copies import copies_charged
from estimator.simulation import Simulation


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
    unread : tuple of str
        What of the measurements and of the bill could not be read, and why.
    """

    month: str
    forecast: Forecast
    simulation: Simulation
    breakdown: Mapping[str, pd.DataFrame]
    actuals: Actuals | None = None
    reconciliation: Reconciliation | None = None
    advice: Advice | None = None
    unread: tuple[str, ...] = ()

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
        """The forecast's totals of the month."""
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
        return next(
            iter(copies_charged(self.month_totals, events, self.currency, f" in {self.month}")),
            None,
        )

    @property
    def spent(self) -> float:
        """The cost of CloudTrail's use of KMS as billed; as forecast, without a bill. [currency]

        Requests and keys that are not CloudTrail's are in the bill and not in this.
        """
        before = self.month_totals[self.cost]
        return (
            before if self.reconciliation is None else before + self.reconciliation.forecast_error
        )

    @property
    def has_ranges(self) -> bool:
        """True where anything in the inventory is uncertain, so that draws differ."""
        # ranges that no charge rests on leave every draw alike
        drawn = self.simulation.draws_cost
        return bool(np.ptp(drawn, axis=0).any())
