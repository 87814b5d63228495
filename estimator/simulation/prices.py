"""What drawn requests cost: each bin is a line that `pricing.bill` prices for every draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.months import FloatArray, IntArray, Months
from estimator.simulation.demand import Bin
from estimator.volume.others import OtherPools
from pricing.bill import Lines
from pricing.rates import RateTable


@dataclass(frozen=True)
class _OthersOfMonth:
    """Requests of everything else in one month, whichever month is asked for."""

    others: OtherPools
    month: int

    def of(self, payer: str, partition: str, _: pd.Period) -> FloatArray:
        """Those of a payer in a partition, for each draw. [request/month]"""
        return self.others.at(payer, partition, self.month)


class Prices:
    """Costs of the bins of a demand, month by month."""

    def __init__(
        self, table: RateTable, months: Months, bins: Iterable[Bin], discount: float
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
