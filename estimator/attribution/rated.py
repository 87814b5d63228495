"""What the rate table says of logged requests: when a month's free ones end, and whose took them.

Where no bill is given it prices them too.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from estimator.attribution.logged import month_periods
from estimator.forecasting.free_days import FreeUse, use_free_requests
from estimator.months import FloatArray, parse_month
from pricing.bill import bill
from pricing.meters import SYMMETRIC, Meter, Version
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import RateError
from pricing.regions import is_region, partition_of
from pricing.usage_types import FREE_METER, meter_of

SERVICE = "awskms"


class RatedRequests(NamedTuple):
    """Logged requests with their cost by the rate table.

    Attributes
    ----------
    cost, cost_exempt : array
        Of each row, if CloudTrail's own writes are charged and if they are not (F5); NaN where
        nothing tells its price. [currency]
    versions : tuple of (Meter, Version)
        Every dated rate that made a cost.
    without_rate : dict of str to float
        Requests that have no rate, by the reason. [request]
    """

    cost: FloatArray
    cost_exempt: FloatArray
    versions: tuple[tuple[Meter, Version], ...]
    without_rate: dict[str, float]


def price_requests(
    requests: pd.DataFrame, payers: pd.Series[str], table: RateTable, discount: float
) -> RatedRequests:
    """Price logged requests, as if they were all that the month has.

    The accounts of a payer share one free quantity in each partition, in proportion; nobody else
    has used of it.

    Parameters
    ----------
    requests : DataFrame
        Of `estimator.attribution.logged.by_month`.
    payers : Series
        Of each request.
    table : RateTable
    discount : float
        Share taken off every rate. [-]
    """
    columns = ["month", "meter", "billed_region"]
    # rows are many, their kinds few
    kind_of = requests.groupby(columns, sort=False).ngroup().to_numpy()
    _, first = np.unique(kind_of, return_index=True)
    kinds = requests[columns].iloc[first].itertuples(index=False, name=None)
    reasons = [_without_rate(table, *kind) for kind in kinds]
    words = np.array([_describe(reason) for reason in reasons], dtype=object)
    why = pd.Series(words[kind_of], index=requests.index, dtype=object)
    known = (why == "").to_numpy(dtype=bool)
    rows = requests[known]
    meters = {name: shipped_meter(name) for name in rows["meter"].unique()}
    operations = {name: meter.operations[0] for name, meter in meters.items() if meter}
    specs = {name: meter.key_specs[0] for name, meter in meters.items() if meter}
    usage = pd.DataFrame(
        {
            "month": month_periods(rows["month"]),
            "payer": payers[known].to_numpy(),
            "billed_region": rows["billed_region"].to_numpy(),
            # a rate is the same for all operations of a meter, and logs have more of them than the
            # table lists: management calls count too (F13)
            "operation": rows["meter"].map(operations).to_numpy(),
            "key_spec": rows["meter"].map(specs).to_numpy(),
            "quantity": rows["quantity"].to_numpy(),
        }
    )
    writes = rows["is_write"].reset_index(drop=True)
    costs = []
    for exempt in (None, writes):
        priced = bill(usage, table, exempt=exempt, discount=discount)
        cost = np.full(len(requests), np.nan)
        cost[known] = priced.charges["cost"].to_numpy()
        costs.append(cost)
    left = requests["quantity"][~known].groupby(why[~known]).sum()
    without_rate = {str(reason): float(many) for reason, many in left.items()}
    return RatedRequests(costs[0], costs[1], priced.versions, without_rate)


def _describe(reason: RateError | str | None) -> str:
    if isinstance(reason, RateError):
        return "; ".join(f"{each.at}: {each.found}; {each.fix}" for each in reason.problems)
    return reason or ""


def _without_rate(table: RateTable, month: str, meter: str, region: str) -> RateError | str | None:
    """Why requests of a kind have no rate; None where they have one."""
    known = shipped_meter(meter)
    if known is None:
        return f"meter {meter or 'not told'}"
    if not is_region(region):
        return f"Region {region or 'not told'}"
    try:
        found = table.meter(known.operations[0], known.key_specs[0])
        table.rate(found, region, parse_month(month))
    except RateError as error:
        return error
    return None


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


@cache
def shipped_meter(usage_meter: str) -> Meter | None:
    """The meter of the shipped rate table behind a usage type; None where it is of none.

    >>> shipped_meter("KMS-Requests-Asymmetric").name
    'kms-requests-asymmetric'
    >>> shipped_meter("KMS-Requests-Unheard-Of") is None
    True
    """
    name, _ = meter_of(SERVICE, usage_meter)
    return next((meter for meter in load_rates().meters if meter.name == name), None)
