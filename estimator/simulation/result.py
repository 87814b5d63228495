"""A simulation as it leaves the pipeline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.figures import between_ends, money, share
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS, describe_rates
from estimator.inventory import Inventory
from estimator.months import FloatArray, Months
from pricing.meters import Meter, Version
from pricing.notebook import NotebookResult
from pricing.rates import RateTable


@dataclass(frozen=True, eq=False, repr=False)
class Simulation(NotebookResult):
    """The uncertainty of a forecast.

    Attributes
    ----------
    inventory, months, draws, seed, quantile : Inventory, Months, int, int, tuple of float
        The inventory, its months, the number of draws, their seed, and the shares of `quantiles`.
    quantiles, other_quantiles : DataFrame
        The frame of `estimator.frames.QUANTILES`; the same of the cost under the other
        interpretation of who pays for CloudTrail's own writes.
    monthly : DataFrame
        A row per month: point, mean, and what the mean requests cost.
    drivers, remainder : DataFrame, dict
        The frame of `estimator.frames.DRIVERS`, and what interactions and the noise of counts
        leave over. [0-1]
    budgets : DataFrame
        The frame of `estimator.frames.BUDGETS`.
    over : mapping of str to array
        For each budget the draws that break it, months x draws.
    quantiles_spent : mapping of str to array
        For each budget of a part the quantiles of what it counts, quantiles x months. [currency]
    draws_requests, draws_cost : array
        Every draw of every month, draws x months. [request, currency]
    mean, point : dict
        Sums over the whole span: of the mean draw, and of the forecast.
    notices : tuple of str
        What to know before believing it.
    table, versions, discount : RateTable, tuple, float
        The rates that priced it.
    """

    inventory: Inventory
    months: Months
    draws: int
    seed: int
    quantile: tuple[float, ...]
    quantiles: pd.DataFrame
    other_quantiles: pd.DataFrame
    monthly: pd.DataFrame
    drivers: pd.DataFrame
    remainder: dict[str, float]
    budgets: pd.DataFrame
    over: Mapping[str, npt.NDArray[np.bool_]]
    quantiles_spent: Mapping[str, FloatArray]
    draws_requests: FloatArray
    draws_cost: FloatArray
    mean: dict[str, float]
    point: dict[str, float]
    notices: tuple[str, ...]
    table: RateTable
    versions: tuple[tuple[Meter, Version], ...]
    discount: float

    @property
    def currency(self) -> str:
        """Code of the currency, such as USD."""
        return self.table.currency

    @property
    def why_no_width(self) -> str:
        """Why all draws cost the same, where they do: no range, or none that matters here."""
        return "no range changes this cost" if len(self.drivers) else "no assumption is a range"

    @property
    def cost(self) -> str:
        """The name of the cost, such as cost_usd."""
        return f"cost_{self.currency.lower()}"

    @property
    def other_interpretation(self) -> str:
        """The interpretation of F5 that the inventory did not choose."""
        return "charged" if self.inventory.cloudtrail_writes == "exempt" else "exempt"

    def of_span(self, measure: str) -> FloatArray:
        """The quantiles of the whole span."""
        rows = self.quantiles[self.quantiles["month"].isna()]
        return rows.loc[rows["measure"] == measure, "value"].to_numpy()

    @property
    def other_interpretation_line(self) -> str:
        """The line that stands beside every cost: the total under the other interpretation."""
        mean = self.mean[f"{self.cost}_writes_{self.other_interpretation}"]
        rows = self.other_quantiles[self.other_quantiles["month"].isna()]
        line = (
            f"If {INTERPRETATION_WORDS[self.other_interpretation]}, the total is {self.currency} "
            f"{money(mean)}"
        )
        low, high = float(rows["value"].iloc[0]), float(rows["value"].iloc[-1])
        if len(rows) > 1 and low != high:
            ends = f"{share(self.quantile[0])} to {share(self.quantile[-1])}"
            line += f" on average, {between_ends(low, high)} ({ends})"
        return f"{line} (source: {INTERPRETATIONS[self.other_interpretation]})"

    def to_dict(self) -> dict[str, Any]:
        """The simulation as documented JSON: quantiles, mean, drivers and more."""
        return {
            "quantiles": _records(self.quantiles),
            "mean": self.mean,
            "drivers": _records(self.drivers),
            "remainder": {name: _json_value(share) for name, share in self.remainder.items()},
            "point": self.point,
            "months": _records(self.monthly),
            "budgets": _records(self.budgets),
            "other_reading": {
                "cloudtrail_writes": self.other_interpretation,
                "source": INTERPRETATIONS[self.other_interpretation],
                "quantiles": _records(self.other_quantiles),
            },
            "draws": self.draws,
            "seed": self.seed,
            "notices": [*self.notices, self.other_interpretation_line],
            "rates": describe_rates(self.table, self.versions, self.discount),
            "inventory": {
                "path": self.inventory.path,
                "accounts": len(self.inventory.accounts),
                "trails": len(self.inventory.trails),
                "readers": len(self.inventory.readers),
                "cloudtrail_writes": self.inventory.cloudtrail_writes,
            },
        }

    def __repr__(self) -> str:
        first, last = self.months.labels[0], self.months.labels[-1]
        low, high = self.of_span(self.cost)[[0, -1]]
        ends = f"{share(self.quantile[0])} to {share(self.quantile[-1])}"
        return (
            f"<Simulation {first} to {last}: {self.currency} {money(low)} to {money(high)} "
            f"({ends}), {self.draws:,} draws>"
        )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: months as text, what is not known as null."""
    return [
        {str(name): _json_value(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _json_value(value: Any) -> Any:
    if value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value) if isinstance(value, pd.Period) else value
