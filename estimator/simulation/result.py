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
from estimator.forecasting.budgets import is_over
from estimator.forecasting.result import INTERPRETATION_WORDS, INTERPRETATIONS, describe_rates
from estimator.inventory import Inventory
from estimator.months import FloatArray, Months
from estimator.simulation.draws import Draws, Options, quantiles_of
from estimator.simulation.sampling import Samples
from estimator.simulation.spread import drivers_frame, quantile_frame
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


def build_simulation(
    inventory: Inventory,
    months: Months,
    options: Options,
    point: pd.DataFrame,
    samples: Samples,
    draws: Draws,
    notices: tuple[str, ...],
    table: RateTable,
    versions: tuple[tuple[Meter, Version], ...],
    discount: float,
) -> Simulation:
    """Put the draws into frames.

    Parameters
    ----------
    point : DataFrame
        The monthly totals of the forecast.
    samples : Samples
    draws : Draws
        The assumptions behind it.
    """
    cost = f"cost_{table.currency.lower()}"
    shares, is_exempt = options.quantiles, inventory.cloudtrail_writes == "exempt"
    names = ("exempt", "charged") if is_exempt else ("charged", "exempt")
    chosen, other = (f"{cost}_writes_{name}" for name in names)
    whole = {"requests": _span(samples.requests), cost: _span(samples.cost)}
    by_month = {"requests": samples.requests, cost: samples.cost}
    found = {
        name: [quantiles_of(whole[name], shares), *(quantiles_of(month, shares) for month in rows)]
        for name, rows in by_month.items()
    }
    drivers, remainder = drivers_frame(draws, whole)
    over = _draws_over(inventory, samples, table.currency)
    means = samples.means
    mean = {
        "requests": math.fsum(means["requests"]),
        cost: math.fsum(means["chosen"]),
        f"{cost}_of_mean": math.fsum(means["of_mean"]),
        chosen: math.fsum(means["chosen"]),
        other: math.fsum(means["other"]),
    }
    measures = ["requests", cost, f"{cost}_writes_charged", f"{cost}_writes_exempt"]
    # point and mean side by side: the free tier makes them differ even where requests agree
    monthly = pd.DataFrame(
        {
            "month": list(months.labels),
            "point_requests": point["requests"],
            "mean_requests": means["requests"],
            f"point_{cost}": point[cost],
            f"mean_{cost}": means["chosen"],
            f"{cost}_of_mean": means["of_mean"],
            f"mean_{chosen}": means["chosen"],
            f"mean_{other}": means["other"],
        }
    )
    return Simulation(
        inventory=inventory,
        months=months,
        draws=options.draws,
        seed=options.seed,
        quantile=shares,
        quantiles=quantile_frame(found, shares, months),
        other_quantiles=quantile_frame({cost: samples.other}, shares, months),
        monthly=monthly,
        drivers=drivers,
        remainder=remainder,
        budgets=_budgets(inventory, months, samples, over),
        over=over,
        quantiles_spent=samples.quantiles_spent,
        draws_requests=samples.requests.T,
        draws_cost=samples.cost.T,
        mean=mean,
        point={name: math.fsum(point[name]) for name in measures},
        notices=notices,
        table=table,
        versions=versions,
        discount=discount,
    )


def _span(months: FloatArray) -> FloatArray:
    """The sum over the months, of one value where all draws are the same."""
    # a broadcast point: summing it by fsum gives the forecast's own bits
    if months.strides[1] == 0:
        return np.array([math.fsum(months[:, 0])])
    total: FloatArray = months.sum(axis=0)
    return total


def _draws_over(
    inventory: Inventory, samples: Samples, currency: str
) -> dict[str, npt.NDArray[np.bool_]]:
    """The draws that break each budget, months x draws; none where budgets are not compared."""
    return {
        budget.name: is_over(samples.cost, np.array(budget.usd_per_month))
        if budget.part is None
        else samples.over[budget.name]
        for budget in (inventory.budgets if currency == "USD" else ())
    }


def _budgets(
    inventory: Inventory,
    months: Months,
    samples: Samples,
    over: Mapping[str, npt.NDArray[np.bool_]],
) -> pd.DataFrame:
    """The probability that each budget is broken, and its mean use: in all months, then in each."""
    budgets = [budget for budget in inventory.budgets if budget.name in over]
    size = months.count + 1
    # a draw that breaks it in several months is one that breaks it in any
    found = [
        [broken.any(axis=0).mean(), *broken.mean(axis=1)]
        for broken in (over[budget.name] for budget in budgets)
    ]
    everything = samples.means["chosen"].to_numpy(dtype=np.float64)
    means = [
        everything if budget.part is None else samples.spent[budget.name] for budget in budgets
    ]
    expected = [[math.fsum(each), *each] for each in means]
    span = [pd.NaT, *pd.period_range(months.labels[0], periods=months.count, freq="M")]
    names = [budget.name for budget in budgets]
    limits = [budget.usd_per_month for budget in budgets]
    return pd.DataFrame(
        {
            "budget": pd.Categorical(np.repeat(np.array(names, dtype=object), size), names),
            "usd_per_month": np.repeat(np.array(limits, dtype=np.float64), size),
            "month": pd.PeriodIndex(np.array(span * len(budgets), dtype=object), freq="M"),
            "probability": np.array(found, dtype=np.float64).reshape(-1),
            "expected": np.array(expected, dtype=np.float64).reshape(-1),
        }
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
