"""Every draw, month by month: requests, and what they cost under both interpretations.

Each bin of drawn requests is a line that `pricing.bill` prices for every draw.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from estimator.forecasting.budgets import budget_use, is_over
from estimator.inventory import Inventory
from estimator.inventory.budgets import Covered
from estimator.months import FloatArray, IntArray, Months
from estimator.simulation.demand import Bin, Demand
from estimator.simulation.draws import Draws, Options, quantiles_of
from estimator.volume.model import Model
from estimator.volume.others import OtherPools, other_pools
from pricing.lines import Lines
from pricing.rates import RateTable


@dataclass(frozen=True)
class _OthersOfMonth:
    """Requests of everything else in one month, whichever month is asked for."""

    others: OtherPools
    month: int

    def of(self, payer: str, partition: str, _: pd.Period) -> FloatArray:
        """Those of a payer in a partition, for each draw. [request/month]"""
        return self.others.at(payer, partition, self.month)


class _Prices:
    """Costs of the bins of a demand, month by month."""

    def __init__(
        self, bins: Iterable[Bin], months: Months, table: RateTable, discount: float
    ) -> None:
        self._table, self._months, self._discount = table, months, discount
        self.bins = list(bins)
        meters = {meter.name: meter for meter in table.meters}
        self._meters = [meters[each.meter] for each in self.bins]
        self.is_request = np.array([meter.unit == "request" for meter in self._meters], dtype=bool)
        self._is_write = np.array([each.write for each in self.bins], dtype=bool)
        self._known: dict[tuple[object, ...], Lines] = {}

    def cost(
        self, month: int, quantities: FloatArray, others: OtherPools, exempt: bool
    ) -> tuple[IntArray, FloatArray]:
        """The bins that have anything in a month, and their cost for each draw. [currency]

        Parameters
        ----------
        month : int
        quantities : array
            Bins x draws. [request or key-month]
        others : OtherPools
            What everything else requests.
        exempt : bool
            Whether AWS charges nothing for what CloudTrail itself writes (F5).
        """
        # a bin without a request needs no rate: its Region may have none yet
        used = np.flatnonzero(quantities.any(axis=1))
        if len(used) < len(quantities):
            quantities = quantities[used]
        priced = self._lines(month, used).price(
            quantities,
            _OthersOfMonth(others, month),
            self._is_write[used] if exempt else None,
            self._discount,
        )
        return used, priced.cost

    def _lines(self, month: int, used: IntArray) -> Lines:
        """The lines of these bins at the rates in force; built anew only where either changes."""
        day = self._months.firsts[month]
        meters = {self._meters[number].name: self._meters[number] for number in used.tolist()}
        # lines are the same in all months between two versions of their rates
        starts = (self._table.in_force(meter, day).start for meter in meters.values())
        key = (used.tobytes(), *starts)
        if key not in self._known:
            bins = [self.bins[number] for number in used.tolist()]
            usage = {
                # any month with these rates: the others of the month come with each price
                "month": pd.PeriodIndex([pd.Period(day, freq="M")] * len(bins), freq="M"),
                "payer": pd.Series([each.payer for each in bins], dtype=object),
                "billed_region": pd.Series([each.region for each in bins], dtype=object),
                "operation": pd.Series(
                    [self._meters[number].operations[0] for number in used.tolist()], dtype=object
                ),
            }
            self._known[key] = Lines(pd.DataFrame(usage), self._table)
        return self._known[key]


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
        For each budget: months x draws that cost more than it.
    spent : mapping of str to array
        For each budget the mean cost of each month. [currency]
    quantiles_spent : mapping of str to array
        The same quantiles of what each budget of a part counts, quantiles x months. [currency]
    """

    requests: FloatArray
    cost: FloatArray
    other: list[FloatArray]
    means: pd.DataFrame
    over: Mapping[str, npt.NDArray[np.bool_]]
    spent: Mapping[str, FloatArray]
    quantiles_spent: Mapping[str, FloatArray]


def sample(
    model: Model,
    demand: Demand,
    table: RateTable,
    discount: float,
    draws: Draws,
    shares: Sequence[float],
) -> Samples:
    """Draw everything, month by month: one month of every bin is in memory at a time.

    Parameters
    ----------
    model : Model
        Of the inventory and the months.
    demand : Demand
        Of the same.
    draws : Draws
    shares : sequence of float
        Which quantiles. [0-1]
    """
    inventory, months = model.inventory, model.months
    prices = _Prices(demand.bins, months, table, discount)
    drawn = _draw_others(inventory, draws)
    others = other_pools(inventory, months, drawn)
    # one value each: the cost of the mean requests is priced as one draw
    means = {path: np.array([each.mean()]) for path, each in drawn.items()}
    mean_others = other_pools(inventory, months, means)
    requests, cost = np.empty((2, months.count, draws.count))
    whole, quantiles, rows = np.zeros(draws.count), [], []
    limits = {budget.name: np.array(budget.usd_per_month) for budget in inventory.budgets}
    over = {name: np.empty((months.count, draws.count), dtype=bool) for name in limits}
    means_spent = {name: np.empty(months.count) for name in limits}
    quantiles_spent = {name: np.empty((len(shares), months.count)) for name in demand.covers}
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
        for name, limit in limits.items():
            spent = cost[month]
            if name in demand.covers:
                spent = by_bin[_bins_of(demand.covers[name], bins)].sum(axis=0)
                quantiles_spent[name][:, month] = quantiles_of(spent, shares)
            over[name][month] = is_over(spent, limit)
            means_spent[name][month] = spent.mean()
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
    return Samples(requests, cost, spread, pd.DataFrame(rows), over, means_spent, quantiles_spent)


def sample_cost(
    model: Model, demand: Demand, table: RateTable, discount: float, draws: Draws
) -> FloatArray:
    """The cost of each draw over all months, as the inventory has it: that of `sample`, alone."""
    inventory, months = model.inventory, model.months
    prices = _Prices(demand.bins, months, table, discount)
    others = other_pools(inventory, months, _draw_others(inventory, draws))
    is_exempt = inventory.cloudtrail_writes == "exempt"
    cost = np.empty((months.count, draws.count))
    for month in range(months.count):
        cost[month] = prices.cost(month, demand.of(month), others, is_exempt)[1].sum(axis=0)
    # along the months of each draw: another order of adding up has other last bits
    total: FloatArray = cost.T.sum(axis=1)
    return total


def _draw_others(inventory: Inventory, draws: Draws) -> dict[str, FloatArray]:
    """The draws of what everything else requests, by path; one value where it is a number."""
    return {use.path: draws.draw(use.path, use.requests) for use in inventory.other_uses}


def _bins_of(covered: Covered, bins: Sequence[Bin]) -> npt.NDArray[np.bool_]:
    """The bins that a budget of a part counts."""
    fields = {"payer": "payer", "billed_account": "account", "driver": "driver"}
    name, values = fields[covered.column], set(covered.members)
    return np.array([getattr(each, name) in values for each in bins], dtype=bool)


def repeat_point(
    model: Model, charges: pd.DataFrame, point: pd.DataFrame, currency: str, options: Options
) -> Samples:
    """The same of an inventory without a range: the point forecast in every draw.

    Parameters
    ----------
    model : Model
        Of the inventory and the months.
    charges, point : DataFrame
        Of its forecast, and their monthly totals.
    """
    inventory, months, name = model.inventory, model.months, f"cost_{currency.lower()}"
    other_name = "charged" if inventory.cloudtrail_writes == "exempt" else "exempt"
    columns = ("requests", name, f"{name}_writes_{other_name}")
    requests, cost, other = (point[column].to_numpy() for column in columns)
    size, shares = (months.count, options.draws), options.quantiles
    means = pd.DataFrame({"requests": requests, "chosen": cost, "other": other, "of_mean": cost})
    every = [np.full(len(shares), value) for value in (math.fsum(other), *other)]
    use = budget_use(charges, inventory.budgets, months, inventory.accounts)
    parts = [budget.name for budget in inventory.budgets if budget.part is not None]
    spent = {
        # of everything the point itself: charges added up in another order have other last bits
        str(budget): rows["used"].to_numpy(dtype=np.float64) if budget in parts else cost
        for budget, rows in use.groupby("budget", observed=True)
    }
    over = {
        budget.name: is_over(spent[budget.name], np.array(budget.usd_per_month))
        for budget in inventory.budgets
    }
    # views of one number for each month: the draws of a point take no memory
    return Samples(
        requests=np.broadcast_to(requests[:, None], size),
        cost=np.broadcast_to(cost[:, None], size),
        other=every,
        means=means,
        over={name: np.broadcast_to(each[:, None], size) for name, each in over.items()},
        spent=spent,
        quantiles_spent={
            part: np.broadcast_to(spent[part], (len(shares), months.count)) for part in parts
        },
    )
