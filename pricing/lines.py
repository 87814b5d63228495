"""Rows of usage with their rates: which count together, after whom, and what that costs.

Rows share the rate of their month, operation, Region and spec; the free pool of their payer; and
the graduated tiers of a meter. `Lines.price` prices any quantities of them: those of a frame for
`pricing.bill`, those of every draw at once for a simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pricing.meters import SYMMETRIC
from pricing.rates import RateInForce, RateTable
from pricing.region_codes import partition_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class OthersByPool(Protocol):
    """The requests of everything else in the organization."""

    def of(self, payer: str, partition: str, month: pd.Period) -> float | FloatArray:
        """Those of a payer in a partition and month; an array has a number for each draw.

        [request/month]
        """
        ...


class Covered(NamedTuple):
    """What is free of some quantities; all but the first have a row for each pool."""

    free: FloatArray  # of each row [unit]
    others: FloatArray  # use the free quantity first [request]
    available: FloatArray  # free after them [unit]
    pooled: FloatArray  # shares it [unit]


class Priced(NamedTuple):
    """Quantities with their price: a row each line, of draws a column each."""

    billable: FloatArray  # [unit]
    price: FloatArray  # [currency/unit], after discount
    cost: FloatArray  # [currency]
    covered: Covered  # what is free; its pools are those of `Lines.pools`


class Lines:
    """Rows of usage with their rates, free pools and tiers, ready for any quantities.

    Attributes
    ----------
    rates : list of RateInForce
        One for each different month, operation, billed Region and spec of a key.
    rate_of, pool_of : array of int
        For each row its position in `rates`, and in `pools`; -1 where nothing is free.
    pools : DataFrame
        Month, payer, partition, pool, unit and quantity_free of each pool. [unit]
    """

    def __init__(self, usage: pd.DataFrame, table: RateTable) -> None:
        """`usage` has the columns of `pricing.bill.bill`, apart from the quantity.

        Raises
        ------
        RateError
            An operation without a meter, a Region or a day without a rate.
        """
        kinds, self.rate_of = _find_kinds(usage)
        self.rates = [table.rate_in_force(*kind) for kind in kinds]
        self._pools = _Pools(usage, self.rates, self.rate_of)
        self.pools, self.pool_of = self._pools.frame, self._pools.pool_of
        self._scales = _Scales(usage, self.rates, self.rate_of)

    def price(
        self,
        quantity: FloatArray,
        other_requests: Mapping[str, float] | OthersByPool | None = None,
        exempt: BoolArray | None = None,
        discount: float = 0.0,
    ) -> Priced:
        """The price of a quantity of each row; of rows x draws for each draw by itself.

        Parameters
        ----------
        quantity : array
            A number for each row, or rows x draws. [unit]
        other_requests, exempt, discount
            As for `pricing.bill.bill`.
        """
        counted = quantity
        if exempt is not None:
            # an exempt row takes nothing out of the pool: what it leaves is free for others
            counted = quantity.copy()
            counted[exempt] = 0.0
        covered = self._pools.cover(counted, other_requests)
        billable = counted - covered.free
        price = self._scales.price(billable, other_requests) * (1 - discount)
        return Priced(billable, price, billable * price, covered)


def _find_kinds(usage: pd.DataFrame) -> tuple[list[tuple[pd.Period, str, str, str]], IntArray]:
    """The different (month, operation, billed Region, spec), and which of them each row is.

    Usage that tells no `key_spec` is of symmetric keys.
    """
    names = ["month", "operation", "billed_region", *(["key_spec"] if "key_spec" in usage else [])]
    columns = [pd.factorize(usage[name]) for name in names]
    first, kind_of = group_rows(*(codes for codes, _ in columns))
    kinds = zip(*(values.take(codes[first]) for codes, values in columns), strict=True)
    if "key_spec" in usage:
        return list(kinds), kind_of
    return [(*kind, SYMMETRIC) for kind in kinds], kind_of


def group_rows(*columns: IntArray) -> tuple[IntArray, IntArray]:
    """The first row of each different combination of codes, and which of them each row is.

    Combinations are numbered as they first come. Not by groupby: pandas makes an index of every
    column first, ten times the work on a few rows, and far slower on millions.
    """
    code, combinations = np.zeros(len(columns[0]), dtype=np.int64), 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        # the next product must fit into 64 bits, so what there is is numbered anew
        if combinations * size > 2**62:
            code, found = pd.factorize(code)
            combinations = len(found)
        code, combinations = code * size + codes, combinations * size
    group, found = pd.factorize(code)
    first = np.zeros(len(found), dtype=np.int64)
    # of several assignments to one place the last one stays: backwards that is the first row
    first[group[::-1]] = np.arange(len(code))[::-1]
    return first, group.astype(np.int64)


class _Pools:
    """The free pools of a usage: one for each payer, partition, month and pool of the rate table.

    Attributes
    ----------
    frame : DataFrame
        Month, payer, partition, pool, unit and quantity_free of each pool. [unit]
    pool_of : array of int
        For each row its position in `frame`; -1 where nothing is free.
    """

    def __init__(
        self, usage: pd.DataFrame, rates: Sequence[RateInForce], rate_of: IntArray
    ) -> None:
        # (month, partition, pool) hang on the rate of a row: a few rates instead of long columns
        numbers: dict[tuple[pd.Period, str, str], int] = {}
        shared: list[tuple[pd.Period, str, str, str, float]] = []
        shared_of = np.full(len(rates), -1, dtype=np.int64)
        for number, rate in enumerate(rates):
            free = rate.version.free
            if free is None:
                continue
            partition = partition_of(rate.region)
            shared_of[number] = numbers.setdefault((rate.month, partition, free.pool), len(shared))
            if shared_of[number] == len(shared):
                pool = (rate.month, partition, free.pool, rate.meter.unit, free.quantity)
                shared.append(pool)
        self.pool_of = shared_of[rate_of]
        pooled = self.pool_of >= 0
        payer_of, payers = pd.factorize(usage["payer"])
        first, pool_number = group_rows(self.pool_of[pooled], payer_of[pooled])
        self.pool_of[pooled] = pool_number
        rows = np.flatnonzero(pooled)[first]
        places = [shared[place] for place in shared_of[rate_of[rows]].tolist()]
        months, partitions, names, units, sizes = zip(*places, strict=True) if places else ((),) * 5
        self.frame = pd.DataFrame(
            {
                "month": pd.PeriodIndex(months, freq="M"),
                "payer": payers.take(payer_of[rows]),
                "partition": pd.Index(partitions, dtype="str"),
                "pool": pd.Index(names, dtype="str"),
                "unit": pd.Index(units, dtype="str"),
                "quantity_free": np.array(sizes, dtype=np.float64),
            }
        )
        # read out of the frame once: `cover` is asked for every month of a simulation
        self._places = tuple(self.frame[name].tolist() for name in ("payer", "partition", "month"))
        self._size = self.frame["quantity_free"].to_numpy(dtype=np.float64)
        # what others request are requests: none of them takes a free key
        self._is_request = np.array([unit == "request" for unit in self.frame["unit"]], dtype=bool)

    def cover(
        self, counted: FloatArray, other_requests: Mapping[str, float] | OthersByPool | None
    ) -> Covered:
        """What is free of a quantity of each row: others come first, rows share what is left."""
        others = _over_draws(_others_of(other_requests, *self._places), counted)
        others = np.where(_over_draws(self._is_request, counted), others, 0.0)
        available = np.maximum(_over_draws(self._size, counted) - others, 0.0)
        pooled = _add_up(counted, self.pool_of, len(self.frame))
        share = pool_share(pooled, available)
        # a last row of zeros: the position -1 of rows of which nothing is free
        share = np.concatenate([share, np.zeros((1, *share.shape[1:]))])
        free = share[self.pool_of]
        free *= counted
        return Covered(free, others, available, pooled)


class _Scales:
    """Prices of rows, and graduated tiers, in which the billable units of rows count together.

    Those of a payer, Region, month and meter, after those of the rest of the organization that no
    free quantity covers. They all pay the average price: splitting a row changes no total.
    """

    def __init__(
        self, usage: pd.DataFrame, rates: Sequence[RateInForce], rate_of: IntArray
    ) -> None:
        # the price of all units of a row unless some lie in a further tier
        self._first = np.array([rate.steps[0][1] for rate in rates], dtype=np.float64)[rate_of]
        self._is_graduated = any(len(rate.steps) > 1 for rate in rates)
        # most tables have one tier, and to group a million rows takes longer than to price them
        if not self._is_graduated:
            return
        meters = {name: code for code, name in enumerate({rate.meter.name: 0 for rate in rates})}
        meter_of = np.array([meters[rate.meter.name] for rate in rates])[rate_of]
        columns = ["payer", "month", "billed_region"]
        group_by = usage[columns].assign(meter=meter_of).groupby
        scales = group_by([*columns, "meter"], observed=True, sort=False)
        self._scale_of = scales.ngroup().to_numpy().astype(np.int64)
        # any row of a scale names its payer, month and Region
        first_row = np.unique(self._scale_of, return_index=True)[1]
        rows = usage.iloc[first_row]
        partitions = [partition_of(region) for region in rows["billed_region"]]
        self._first_row, self._rates, self._rate_of = first_row, rates, rate_of[first_row]
        self._places = rows["payer"].tolist(), partitions, rows["month"].tolist()

    def price(
        self,
        billable: FloatArray,
        other_requests: Mapping[str, float] | OthersByPool | None,
    ) -> FloatArray:
        """The average price of the billable units of each row. [currency/unit]"""
        price = _over_draws(self._first, billable)
        if not self._is_graduated:
            return price
        total = _add_up(billable, self._scale_of, len(self._first_row))
        others = _over_draws(_others_of(other_requests, *self._places), total)
        others, _ = np.broadcast_arrays(others, total)
        # a copy, because a broadcast array cannot be written to
        mean = np.broadcast_to(price[self._first_row], total.shape).copy()
        for number in np.unique(self._rate_of):
            rate = self._rates[number]
            if len(rate.steps) == 1:
                continue
            free = rate.version.free.quantity if rate.version.free else 0.0
            rows = self._rate_of == number
            # others are known by payer and partition, no Region: the scale of each Region starts
            # after all of them
            before = np.maximum(others[rows] - free, 0.0) * (rate.meter.unit == "request")
            # others come first, so these units are those between two places of the scale
            beyond = graduated_cost(before + total[rows], rate.steps)
            cost = beyond - graduated_cost(before, rate.steps)
            # without a unit there is no average: the first tier's price stays
            mean[rows] = np.divide(cost, total[rows], out=mean[rows], where=total[rows] > 0)
        return mean[self._scale_of]


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


def _over_draws(values: npt.NDArray[Any], quantity: FloatArray) -> npt.NDArray[Any]:
    """Values of rows, as a column beside quantities that have one for each draw."""
    return values[:, None] if values.ndim < quantity.ndim else values


def _add_up(values: FloatArray, group_of: IntArray, size: int) -> FloatArray:
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


def _others_of(
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
