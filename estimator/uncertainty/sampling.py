"""Every draw, month by month: requests, and cost under both readings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.months import FloatArray, Months
from estimator.uncertainty.demand import Demand
from estimator.uncertainty.draws import Draws
from estimator.uncertainty.prices import Prices
from estimator.uncertainty.quantiles import quantiles_of


@dataclass(frozen=True)
class Sampled:
    """What the draws gave.

    Attributes
    ----------
    requests, cost : array
        Months x draws. [request, currency]
    other : list of array
        Quantiles of the cost under the other reading: of the whole span, then of each month.
    means : DataFrame
        A row per month: requests, chosen and other [currency] of the mean draw, of_mean: what the
        mean requests cost.
    """

    requests: FloatArray
    cost: FloatArray
    other: list[FloatArray]
    means: pd.DataFrame


def sample(
    inventory: Inventory,
    months: Months,
    demand: Demand,
    prices: Prices,
    draws: Draws,
    shares: Sequence[float],
) -> Sampled:
    """Draw everything."""
    said = inventory.other_kms_requests_per_month
    others = draws.of("other_kms_requests_per_month", said)
    chosen, other = "charged", "exempt"
    if inventory.cloudtrail_writes == "exempt":
        chosen, other = other, chosen
    requests, cost = np.empty((2, months.count, draws.count))
    whole, quantiles, means = np.zeros(draws.count), [], []
    for month in range(months.count):
        quantities = demand.of(month)
        paid = prices.cost(month, quantities, others)
        middle = [np.array([one.mean()]) for one in quantities]
        of_mean = prices.cost(month, middle, np.array([others.mean()]))[chosen]
        requests[month], cost[month] = prices.requests(quantities), paid[chosen]
        whole += paid[other]
        quantiles.append(quantiles_of(paid[other], shares))
        means.append(
            {
                "requests": requests[month].mean(),
                "chosen": cost[month].mean(),
                "other": paid[other].mean(),
                "of_mean": of_mean[0],
            }
        )
    return Sampled(requests, cost, [quantiles_of(whole, shares), *quantiles], pd.DataFrame(means))


def certain(
    point: pd.DataFrame, currency: str, exempt: bool, draws: int, shares: Sequence[float]
) -> Sampled:
    """The same of an inventory without a range: the point forecast in every draw."""
    code = currency.lower()
    requests, cost = (point[name].to_numpy() for name in ("requests", f"cost_{code}"))
    other = point[f"cost_{code}_writes_{'charged' if exempt else 'exempt'}"].to_numpy()
    size = (len(point), draws)
    means = pd.DataFrame({"requests": requests, "chosen": cost, "other": other, "of_mean": cost})
    every = [np.full(len(shares), value) for value in (math.fsum(other), *other)]
    return Sampled(
        np.broadcast_to(requests[:, None], size), np.broadcast_to(cost[:, None], size), every, means
    )
