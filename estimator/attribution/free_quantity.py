"""The day on which a month's free requests end, and whose requests took them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.attribution.rated import shipped_meter
from estimator.months import parse_month
from pricing.meters import SYMMETRIC
from pricing.offers.meters import FREE_METER
from pricing.rates import RateTable
from pricing.regions import is_region, partition_of


@dataclass(frozen=True)
class FreeUse:
    """The use of a month's free quantity in a partition.

    Attributes
    ----------
    month, partition : str
    free : float
        The free quantity. [request/month]
    requests : float
        Requests that may take of it. [request]
    ends : str or None
        The day on which the last of it is taken; None where some is left.
    taken_by : tuple of (str, float)
        Whose requests took it up to there, the most first. [request]
    """

    month: str
    partition: str
    free: float
    requests: float
    ends: str | None
    taken_by: tuple[tuple[str, float], ...]

    def to_dict(self) -> dict[str, object]:
        """As documented JSON."""
        return {
            "month": self.month,
            "partition": self.partition,
            "free": self.free,
            "requests": self.requests,
            "ends": self.ends,
            "taken_by": [{"name": name, "requests": taken} for name, taken in self.taken_by],
        }


def free_uses(
    daily: pd.DataFrame, table: RateTable, months: list[str], by: str = "service"
) -> list[FreeUse]:
    """The use of the free quantity of each month and partition.

    Requests of a day take it in proportion: on the day on which it ends nobody's come first.
    Requests on asymmetric keys and for data key pairs are not among those that may take of it
    (F13).

    Parameters
    ----------
    daily : DataFrame
        ``month`` and ``day`` as text, ``billed_region``, ``meter`` (of usage types), ``quantity``
        [request] and the column `by`, which says whose they are.
    table : RateTable
        How much is free.
    months : list of str
        A month without a request that may take of it has its line too, in the partitions that are
        seen.
    """
    meters = {name: shipped_meter(name) for name in daily["meter"].unique()}
    pooled = {name for name, meter in meters.items() if meter and meter.name == FREE_METER}
    known = daily[daily["billed_region"].map(is_region).to_numpy(dtype=bool)]
    known = known.assign(partition=known["billed_region"].map(partition_of))
    partitions = sorted(set(known["partition"]))
    inside = known[known["meter"].isin(pooled)]
    uses = []
    for month in months:
        for partition in partitions:
            free = _free_quantity(table, partition, month)
            if free is not None:
                here = inside[(inside["month"] == month) & (inside["partition"] == partition)]
                uses.append(_use(month, partition, free, here, by))
    return uses


def _free_quantity(table: RateTable, partition: str, month: str) -> float | None:
    first = parse_month(month)
    meter = table.meter("Decrypt", SYMMETRIC)
    free = table.in_force(meter, first).free
    found = table.free_in_force(free.pool, partition, first) if free else None
    return None if found is None else found.quantity


def _use(month: str, partition: str, free: float, rows: pd.DataFrame, by: str) -> FreeUse:
    table = rows.pivot_table("quantity", "day", by, aggfunc="sum", fill_value=0.0).sort_index()
    requests = table.to_numpy(dtype=np.float64)
    by_day = requests.sum(axis=1)
    taken = np.minimum(np.cumsum(by_day), free)
    # of each day the part that is free still, and whose it is
    parts = np.diff(taken, prepend=0.0)
    share = np.divide(parts, by_day, out=np.zeros_like(by_day), where=by_day > 0)
    of_each = (requests * share[:, None]).sum(axis=0)
    order = sorted(range(len(of_each)), key=lambda at: (-of_each[at], str(table.columns[at])))
    over = np.flatnonzero(taken >= free)
    return FreeUse(
        month,
        partition,
        free,
        float(by_day.sum()),
        str(table.index[over[0]]) if len(over) else None,
        tuple((str(table.columns[at]), float(of_each[at])) for at in order if of_each[at] > 0),
    )
