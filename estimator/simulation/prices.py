"""What drawn requests cost: the rules of `pricing.bill`, on an array of draws for each bin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from estimator.months import FloatArray, Months
from estimator.simulation.demand import Bin
from estimator.volume.others import OtherPools
from pricing.rates import Meter, RateTable, Version
from pricing.regions import partition_of
from pricing.tiers import free_share, graduated


@dataclass(frozen=True)
class _Priced:
    """A bin with what is in force for it in a month; prices in [currency/unit]."""

    number: int
    bin: Bin
    meter: Meter
    version: Version
    steps: tuple[tuple[float, float], ...]


class Prices:
    """Bins to cost under both readings of who pays for CloudTrail's own writes (F5)."""

    def __init__(
        self, table: RateTable, months: Months, bins: Iterable[Bin], discount: float
    ) -> None:
        self._table, self._months, self._bins = table, months, list(bins)
        self._discount = discount
        self._meters = {meter.name: meter for meter in table.meters}
        self.is_request = [self._meters[one.meter].unit == "request" for one in self._bins]

    def requests(self, quantities: Sequence[FloatArray]) -> FloatArray:
        """KMS requests of all bins. [request]"""
        counted = zip(quantities, self.is_request, strict=True)
        return _total([one for one, is_request in counted if is_request])

    def cost(
        self, month: int, quantities: Sequence[FloatArray], others: OtherPools
    ) -> Mapping[str, FloatArray]:
        """Requests and keys of a month under each reading, charged and exempt. [currency]

        Parameters
        ----------
        month : int
        quantities : sequence of array
            Of each bin, for each draw. [request or key-month]
        others : OtherPools
            What everything else requests.
        """
        pools = self._pools(month, quantities)
        readings = {"charged": True, "exempt": False}
        return {
            reading: _total(
                [self._pool(month, pool, quantities, others, charged) for pool in pools.values()]
            )
            for reading, charged in readings.items()
        }

    def by_bin(
        self, month: int, quantities: Sequence[FloatArray], others: OtherPools, reading: str
    ) -> dict[Bin, FloatArray]:
        """The same for each bin: its share of what its Region and meter cost. [currency]"""
        found = {}
        for pool in self._pools(month, quantities).values():
            for scale, total, cost in self._scales(
                month, pool, quantities, others, reading == "charged"
            ):
                price = cost * (1.0 - self._discount) / np.where(total > 0, total, 1.0)
                for one in scale:
                    found[one.bin] = quantities[one.number] * price
        return found

    def _pools(
        self, month: int, quantities: Sequence[FloatArray]
    ) -> Mapping[tuple[str, str, str], list[_Priced]]:
        """Bins by the free quantity that they share."""
        pools: defaultdict[tuple[str, str, str], list[_Priced]] = defaultdict(list)
        for number, quantity in enumerate(quantities):
            if quantity.any():
                one = self._priced(number, month)
                name = one.version.free.pool if one.version.free else ""
                pools[one.bin.payer, partition_of(one.bin.region), name].append(one)
        return pools

    def _priced(self, number: int, month: int) -> _Priced:
        which = self._bins[number]
        meter = self._meters[which.meter]
        version, rate = self._table.rate(meter, which.region, self._months.firsts[month])
        steps = tuple((bound, price / meter.per) for bound, price in rate.steps)
        return _Priced(number, which, meter, version, steps)

    def _pool(
        self,
        month: int,
        pool: Sequence[_Priced],
        quantities: Sequence[FloatArray],
        others: OtherPools,
        writes_charged: bool,
    ) -> FloatArray:
        """The cost of bins that share a free quantity."""
        costs = [cost for *_, cost in self._scales(month, pool, quantities, others, writes_charged)]
        return _total(costs) * (1.0 - self._discount) if costs else np.zeros(1)

    def _scales(
        self,
        month: int,
        pool: Sequence[_Priced],
        quantities: Sequence[FloatArray],
        others: OtherPools,
        writes_charged: bool,
    ) -> list[tuple[list[_Priced], FloatArray, FloatArray]]:
        """Bins of one Region and meter each, their units, and what these cost undiscounted."""
        scales: defaultdict[tuple[str, str], list[_Priced]] = defaultdict(list)
        for one in pool:
            if writes_charged or not one.bin.write:
                scales[one.bin.region, one.meter.name].append(one)
        if not scales:
            return []
        sums = [_total([quantities[one.number] for one in scale]) for scale in scales.values()]
        first = pool[0]
        free, requested = first.version.free, np.zeros(1)
        if first.meter.unit == "request":
            requested = others.at(first.bin.payer, partition_of(first.bin.region), month)
        billed: FloatArray | float = 1.0
        if free is not None:
            available = np.maximum(free.quantity - requested, 0.0)
            billed = 1.0 - free_share(_total(sums), available)
        return [
            (scale, total, _scale(scale[0], total * billed, requested))
            for scale, total in zip(scales.values(), sums, strict=True)
        ]


def _scale(one: _Priced, billable: FloatArray, others: FloatArray) -> FloatArray:
    """What billable units of one payer, Region and meter cost. [currency]"""
    if len(one.steps) == 1:
        return billable * one.steps[0][1]
    free = one.version.free.quantity if one.version.free else 0.0
    before = np.maximum(others - free, 0.0)
    return graduated(before + billable, one.steps) - graduated(before, one.steps)


def _total(parts: Sequence[FloatArray]) -> FloatArray:
    if not parts:
        return np.zeros(1)
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
