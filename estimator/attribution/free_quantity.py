"""The day on which a month's free requests end, and whose requests took them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.attribution.rated import shipped_meter
from estimator.forecasting.free_days import FreeUse, use_free_requests
from estimator.months import parse_month
from pricing.meters import SYMMETRIC
from pricing.rates import RateTable
from pricing.reading.problems import RateError
from pricing.regions import is_region, partition_of
from pricing.usage_types import FREE_METER


def free_uses(
    daily: pd.DataFrame, table: RateTable, months: list[str], by: str = "service"
) -> list[FreeUse]:
    """The use of the free quantity of each month, payer and partition.

    Requests on asymmetric keys and for data key pairs are not among those that may take of it
    (F13).

    Parameters
    ----------
    daily : DataFrame
        ``month`` and ``day`` as text, ``payer``, ``billed_region``, ``meter`` (of usage types),
        ``quantity`` [request] and the column `by`, which says whose they are. A payer that nothing
        tells is empty; requests of none (NaN) take of nobody's.
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
    pools = (
        known[["payer", "partition"]].dropna().drop_duplicates().sort_values(["payer", "partition"])
    )
    inside = known[known["meter"].isin(pooled)]
    uses = []
    for month in months:
        for payer, partition in pools.itertuples(index=False):
            free = _free_quantity(table, partition, month)
            if free is not None:
                here = (inside["month"] == month) & (inside["payer"] == payer)
                rows = inside[here & (inside["partition"] == partition)]
                uses.append(_use((month, payer, partition), free, rows, by))
    return uses


def _free_quantity(table: RateTable, partition: str, month: str) -> float | None:
    first = parse_month(month)
    try:
        free = table.in_force(table.meter("Decrypt", SYMMETRIC), first).free
    except RateError:
        # a bill is shared out without the table: of what is free nothing is known then
        return None
    found = table.free_in_force(free.pool, partition, first) if free else None
    return None if found is None else found.quantity


def _use(place: tuple[str, str, str], free: float, rows: pd.DataFrame, by: str) -> FreeUse:
    table = rows.pivot_table("quantity", by, "day", aggfunc="sum", fill_value=0.0)
    table = table.sort_index(axis="columns")
    return use_free_requests(
        place,
        free,
        [str(day) for day in table.columns],
        [str(name) for name in table.index],
        table.to_numpy(dtype=np.float64),
    )
