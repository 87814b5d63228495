"""Free pools and graduated tiers: which rows count together, after whom, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pricing.regions import partition_of
from pricing.usage_kinds import IntArray, Kind, RateInForce, group_rows

FloatArray = npt.NDArray[np.float64]


def find_pools(
    usage: pd.DataFrame,
    kinds: list[Kind],
    rate_of: IntArray,
    rates: list[RateInForce],
) -> tuple[pd.DataFrame, IntArray]:
    """The free pools of a usage, and the one of each row; -1 where nothing is free.

    There is one for each payer, partition, month and pool of the rate table.
    """
    # (month, partition, pool) hang on the kind of a row: a few kinds instead of long columns
    numbers: dict[tuple[pd.Period, str, str], int] = {}
    shared: list[tuple[pd.Period, str, str, str, float]] = []
    shared_of = np.full(len(kinds), -1, dtype=np.int64)
    for kind, ((month, _, region, _), rate) in enumerate(zip(kinds, rates, strict=True)):
        free = rate.version.free
        if free is None:
            continue
        partition = partition_of(region)
        shared_of[kind] = numbers.setdefault((month, partition, free.pool), len(shared))
        if shared_of[kind] == len(shared):
            shared.append((month, partition, free.pool, rate.meter.unit, free.quantity))
    pool_of = shared_of[rate_of]
    pooled = pool_of >= 0
    payer_of, payers = pd.factorize(usage["payer"])
    first, number = group_rows(pool_of[pooled], payer_of[pooled])
    pool_of[pooled] = number
    rows = np.flatnonzero(pooled)[first]
    places = [shared[place] for place in shared_of[rate_of[rows]].tolist()]
    months, partitions, names, units, sizes = zip(*places, strict=True) if places else ((),) * 5
    pools = pd.DataFrame(
        {
            "month": pd.PeriodIndex(months, freq="M"),
            "payer": payers.take(payer_of[rows]),
            "partition": pd.Index(partitions, dtype="str"),
            "pool": pd.Index(names, dtype="str"),
            "unit": pd.Index(units, dtype="str"),
            "quantity_free": np.array(sizes, dtype=np.float64),
        }
    )
    return pools, pool_of


def pool_share(total: FloatArray, available: FloatArray) -> FloatArray:
    """The share of a pool's total that its free quantity covers; 1 where nothing is in it. [-]

    >>> import numpy as np
    >>> pool_share(np.array([0.0, 10.0, 40.0]), np.array([20.0, 20.0, 20.0])).tolist()
    [1.0, 1.0, 0.5]
    """
    # no division by 0: an empty pool gets its 1 from the next line
    covers = available / np.where(total > 0, total, 1.0)
    return np.where(total > available, covers, 1.0)


def graduated_cost(quantity: FloatArray, steps: Sequence[tuple[float, float]]) -> FloatArray:
    """The cost of each quantity when every tier prices only the units inside it.

    Parameters
    ----------
    quantity : array
        Units to be priced. [unit]
    steps : sequence of (upper bound, price)
        Rising upper bounds of the tiers, the last one infinite; price of one unit. [currency/unit]

    Returns
    -------
    array
        [currency]

    Examples
    --------
    >>> import numpy as np
    >>> graduated_cost(np.array([5.0, 15.0]), [(10.0, 2.0), (float("inf"), 1.0)]).tolist()
    [10.0, 25.0]
    """
    cost = np.zeros_like(quantity)
    lower = 0.0
    for upper, price in steps:
        cost += (np.clip(quantity, lower, upper) - lower) * price
        lower = upper
    return cost


class OthersByPool(Protocol):
    """The requests of everything else in the organization."""

    def of(self, payer: str, partition: str, month: pd.Period) -> float | FloatArray:
        """Those of a payer in a partition and month; an array has a number for each draw.

        [request/month]
        """
        ...


class Scales:
    """Graduated tiers, in which the billable units of rows count together.

    Those of a payer, Region, month and meter, after those of the rest of the organization that no
    free quantity covers. They all pay the average price: splitting a row changes no total.
    """

    def __init__(self, usage: pd.DataFrame, rates: list[RateInForce], rate_of: IntArray) -> None:
        meters = {name: code for code, name in enumerate({rate.meter.name: 0 for rate in rates})}
        meter_of = np.array([meters[rate.meter.name] for rate in rates])[rate_of]
        columns = ["payer", "month", "billed_region"]
        group_by = usage[columns].assign(meter=meter_of).groupby
        scales = group_by([*columns, "meter"], observed=True, sort=False)
        self.scale_of = scales.ngroup().to_numpy().astype(np.int64)
        # any row of a scale names its payer, month and Region
        first_row = np.unique(self.scale_of, return_index=True)[1]
        rows = usage.iloc[first_row]
        partitions = [partition_of(region) for region in rows["billed_region"]]
        self._first_row, self._rates, self._rate_of = first_row, rates, rate_of[first_row]
        self._places = rows["payer"].tolist(), partitions, rows["month"].tolist()

    def average(
        self,
        price: FloatArray,
        billable: FloatArray,
        other_requests: Mapping[str, float] | OthersByPool | None,
    ) -> FloatArray:
        """The average price of each row; `price` is that of its first tier. [currency/unit]"""
        total = add_up(billable, self.scale_of, len(self._first_row))
        others = over_draws(others_of(other_requests, *self._places), total)
        others, _ = np.broadcast_arrays(others, total)
        # a copy, because a broadcast array cannot be written to
        mean = np.broadcast_to(price[self._first_row], total.shape).copy()
        for number in np.unique(self._rate_of):
            meter, version, steps = self._rates[number]
            if len(steps) == 1:
                continue
            free = version.free.quantity if version.free else 0.0
            rows = self._rate_of == number
            # others are known by payer and partition, no Region: the scale of each Region starts
            # after all of them
            before = np.maximum(others[rows] - free, 0.0) * (meter.unit == "request")
            # others come first, so these units are those between two places of the scale
            cost = graduated_cost(before + total[rows], steps) - graduated_cost(before, steps)
            # without a unit there is no average: the first tier's price stays
            mean[rows] = np.divide(cost, total[rows], out=mean[rows], where=total[rows] > 0)
        return mean[self.scale_of]


def over_draws(values: npt.NDArray[Any], quantity: FloatArray) -> npt.NDArray[Any]:
    """Values of rows, as a column beside quantities that have one for each draw."""
    return values[:, None] if values.ndim < quantity.ndim else values


def add_up(values: FloatArray, group_of: IntArray, size: int) -> FloatArray:
    """The sum of the rows of each group; rows of the group -1 are in none."""
    if values.ndim == 1:
        summed = np.bincount(group_of + 1, weights=values, minlength=size + 1)
        return summed[1:].astype(np.float64)
    total = np.zeros((size, values.shape[1]))
    # rows are few where there are draws; a matrix product's last bits would hang on their number
    for row, group in enumerate(group_of.tolist()):
        if group >= 0:
            total[group] += values[row]
    return total


def others_of(
    other_requests: Mapping[str, float] | OthersByPool | None,
    payers: Iterable[str],
    partitions: Iterable[str],
    months: Iterable[pd.Period],
) -> FloatArray:
    """The requests of others, for each payer, partition and month; a column for each draw of them.

    [request/month]
    """
    if other_requests is None or isinstance(other_requests, Mapping):
        known = other_requests or {}
        return np.array([known.get(payer, 0.0) for payer in payers], dtype=np.float64)
    places = zip(payers, partitions, months, strict=True)
    requests = [other_requests.of(*place) for place in places]
    # np.stack refuses an empty list
    return np.stack(np.broadcast_arrays(*requests)) if requests else np.zeros(0)
