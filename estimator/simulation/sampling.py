"""Every draw, month by month: requests, and cost under both interpretations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.forecasting.budgets import is_over
from estimator.inventory import Inventory
from estimator.inventory.budgets import Covered
from estimator.months import FloatArray, Months
from estimator.simulation.demand import Bin, Demand
from estimator.simulation.draws import Draws
from estimator.simulation.options import Options
from estimator.simulation.prices import Prices
from estimator.simulation.quantiles import quantiles_of
from estimator.volume.others import other_pools


@dataclass(frozen=True)
class Samples:
    """Requests and cost of every draw.

    Attributes
    ----------
    requests, cost : array
        Months x draws. [request, currency]
    other : list of array
        Quantiles of the cost under the other interpretation: of the whole span, then of each month.
    means : DataFrame
        A row per month: requests, chosen and other [currency] of the mean draw, and of_mean, the
        cost of the mean requests.
    over : mapping of str to array
        For each budget of a part: months x draws that cost more than it.
    spent : mapping of str to array
        For each budget of a part the mean cost of each month. [currency]
    """

    requests: FloatArray
    cost: FloatArray
    other: list[FloatArray]
    means: pd.DataFrame
    over: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    spent: Mapping[str, FloatArray] = field(default_factory=dict)


def sample(
    inventory: Inventory,
    months: Months,
    demand: Demand,
    prices: Prices,
    draws: Draws,
    shares: Sequence[float],
) -> Samples:
    """Draw everything, month by month: one month of every bin is in memory at a time."""
    drawn = {use.path: draws.draw(use.path, use.requests) for use in inventory.other_uses}
    others = other_pools(inventory, months, drawn)
    # one value each: the cost of the mean requests is priced as one draw
    means = {path: np.array([each.mean()]) for path, each in drawn.items()}
    mean_others = other_pools(inventory, months, means)
    requests, cost = np.empty((2, months.count, draws.count))
    whole, quantiles, rows = np.zeros(draws.count), [], []
    budgets = [budget for budget in inventory.budgets if budget.part is not None]
    covers = {budget.name: budget.covers(inventory.accounts) for budget in budgets}
    over = {budget.name: np.empty((months.count, draws.count), dtype=bool) for budget in budgets}
    means_spent = {budget.name: np.empty(months.count) for budget in budgets}
    is_exempt = inventory.cloudtrail_writes == "exempt"
    for month in range(months.count):
        quantities = demand.of(month)
        used, by_bin = prices.cost(month, quantities, others, is_exempt)
        # both from the same counts: a difference between them is the price alone
        _, by_bin_other = prices.cost(month, quantities, others, not is_exempt)
        of_mean = prices.cost(
            month, quantities.mean(axis=1, keepdims=True), mean_others, is_exempt
        )[1]
        requests[month] = quantities[prices.is_request].sum(axis=0)
        cost[month], other = by_bin.sum(axis=0), by_bin_other.sum(axis=0)
        bins = [prices.bins[number] for number in used.tolist()]
        for budget in budgets:
            spent = by_bin[_bins_of(covers[budget.name], bins)].sum(axis=0)
            over[budget.name][month] = is_over(spent, np.array(budget.usd_per_month))
            means_spent[budget.name][month] = spent.mean()
        # no draws of it by month: that array would be as large as all of the cost
        whole += other
        quantiles.append(quantiles_of(other, shares))
        rows.append(
            {
                "requests": requests[month].mean(),
                "chosen": cost[month].mean(),
                "other": other.mean(),
                "of_mean": float(of_mean.sum()),
            }
        )
    spread = [quantiles_of(whole, shares), *quantiles]
    return Samples(requests, cost, spread, pd.DataFrame(rows), over, means_spent)


def sample_cost(
    inventory: Inventory, months: Months, demand: Demand, prices: Prices, draws: Draws
) -> FloatArray:
    """The cost of each draw over all months, as the inventory has it: that of `sample`, alone."""
    drawn = {use.path: draws.draw(use.path, use.requests) for use in inventory.other_uses}
    others = other_pools(inventory, months, drawn)
    is_exempt = inventory.cloudtrail_writes == "exempt"
    cost = np.empty((months.count, draws.count))
    for month in range(months.count):
        cost[month] = prices.cost(month, demand.of(month), others, is_exempt)[1].sum(axis=0)
    # along the months of each draw: another order of adding up has other last bits
    total: FloatArray = cost.T.sum(axis=1)
    return total


def _bins_of(covered: Covered | None, bins: Sequence[Bin]) -> npt.NDArray[np.bool_]:
    """The bins that a budget of a part counts."""
    assert covered is not None
    fields = {"payer": "payer", "billed_account": "account", "driver": "driver"}
    name, values = fields[covered.column], set(covered.members)
    return np.array([getattr(each, name) in values for each in bins], dtype=bool)


def repeat_point(
    point: pd.DataFrame,
    use: pd.DataFrame,
    currency: str,
    exempt: bool,
    options: Options,
) -> Samples:
    """The same of an inventory without a range: the point forecast in every draw."""
    code = currency.lower()
    requests, cost = (point[name].to_numpy() for name in ("requests", f"cost_{code}"))
    other = point[f"cost_{code}_writes_{'charged' if exempt else 'exempt'}"].to_numpy()
    size = (len(point), options.draws)
    means = pd.DataFrame({"requests": requests, "chosen": cost, "other": other, "of_mean": cost})
    every = [np.full(len(options.quantiles), value) for value in (math.fsum(other), *other)]
    over = {
        str(name): np.broadcast_to(part["over"].to_numpy(dtype=bool)[:, None], size)
        for name, part in use.groupby("budget", observed=True)
    }
    spent = {
        str(name): part["used"].to_numpy(dtype=np.float64)
        for name, part in use.groupby("budget", observed=True)
    }
    # views of one number: the draws of a point take no memory
    every_draw = [np.broadcast_to(point[:, None], size) for point in (requests, cost)]
    return Samples(every_draw[0], every_draw[1], every, means, over, spent)
