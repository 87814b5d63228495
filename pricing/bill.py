"""Usage to charges: meters, the free pool of each payer, graduated tiers, discount.

One free quantity per payer, partition, month and pool, over all its accounts and Regions. What the
rest of the organization uses comes first; what is left is shared among the rows in proportion to
their quantity. On each row free + billable = quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from pricing.rates import Meter, RateTable, Version
from pricing.reading.problems import Problem, UsageError
from pricing.regions import partition_of
from pricing.tiers import FloatArray, free_share, graduated

IntArray = npt.NDArray[np.int64]


class OtherRequests(Protocol):
    """What everything else of the organization requests."""

    def of(self, payer: str, partition: str, month: pd.Period) -> float:
        """Those of a payer in a partition and month. [request/month]"""
        ...


@dataclass(frozen=True)
class Bill:
    """What a usage costs.

    Attributes
    ----------
    charges : DataFrame
        The usage rows with meter, free [unit], billable [unit], the price of one unit, cost
        [currency] and rate_from, the day since which that rate is in force.
    pools : DataFrame
        A row per payer, partition, month and pool: free quantity, used by others first, used by
        these rows, left. [unit]
    versions : tuple of (Meter, Version)
        Every dated rate that made a charge.
    currency : str
        Code of the currency.
    """

    charges: pd.DataFrame
    pools: pd.DataFrame
    versions: tuple[tuple[Meter, Version], ...]
    currency: str


def price_column(currency: str) -> str:
    """The name of the column with the price of one unit, such as ``usd_per_unit``."""
    return f"{currency.lower()}_per_unit"


def bill(
    usage: pd.DataFrame,
    table: RateTable,
    *,
    other_requests: Mapping[str, float] | OtherRequests | None = None,
    exempt: pd.Series | None = None,
    discount: float = 0.0,
) -> Bill:
    """Price usage with the rates in force on the first day of each month.

    Parameters
    ----------
    usage : DataFrame
        Columns month (period[M]), payer, billed_region, operation, quantity [unit]; others stay.
    table : RateTable
        The rates.
    other_requests : mapping of payer to number, or OtherRequests, optional
        Requests that use the payer's free quantity first; of a mapping in every partition and
        month. [request/month]
    exempt : Series of bool, optional
        Rows that are never charged: they cost nothing and leave the free quantity alone.
    discount : float
        Share taken off every rate, 0 to 1. [-]

    Raises
    ------
    RateError
        An operation without a meter, a Region or a day without a rate, a discount outside 0 to 1.
    """
    if not 0 <= discount <= 1:
        found, fix = f"a discount of {discount:g}", "write 0.1 or 10%"
        raise UsageError(Problem("--discount", None, "", found, "a share from 0 to 1", fix))
    quantity = usage["quantity"].to_numpy(dtype=np.float64)
    free_of_charge = np.zeros(len(usage), dtype=bool) if exempt is None else exempt.to_numpy()
    kinds, kind_of = _kinds(usage)
    known = [_price(table, *kind) for kind in zip(*(kinds[name] for name in kinds), strict=True)]

    pools, free = _share(usage, quantity, free_of_charge, kinds, kind_of, known, other_requests)
    free = np.where(free_of_charge, quantity, free)
    billable = quantity - free
    rate = _rates(usage, billable, kind_of, known, other_requests) * (1 - discount)

    charges = usage.copy()
    charges["meter"] = _spread([meter.name for meter, _, _ in known], kind_of)
    charges["free"] = free
    charges["billable"] = billable
    charges[price_column(table.currency)] = rate
    charges["cost"] = billable * rate
    charges["rate_from"] = _spread([version.start.isoformat() for _, version, _ in known], kind_of)
    used = {(meter.name, version.start): (meter, version) for meter, version, _ in known}
    return Bill(charges, pools, tuple(used.values()), table.currency)


_Known = tuple[Meter, Version, tuple[tuple[float, float], ...]]


def _kinds(usage: pd.DataFrame) -> tuple[pd.DataFrame, IntArray]:
    """The different (month, operation, billed Region), and which of them each row is."""
    columns = ["month", "operation", "billed_region"]
    groups = usage.groupby(columns, observed=True, sort=False)
    kind_of = groups.ngroup().to_numpy()
    kinds = usage.loc[~pd.Series(kind_of, index=usage.index).duplicated(), columns]
    return kinds, kind_of.astype(np.int64)


def _price(table: RateTable, month: pd.Period, operation: str, region: str) -> _Known:
    """Meter, version and price steps [currency/unit] of one kind of row."""
    meter = table.meter(operation)
    version, rate = table.rate(meter, region, month.start_time.date())
    return meter, version, tuple((bound, price / meter.per) for bound, price in rate.steps)


def _spread(values: list[str], kind_of: IntArray) -> pd.Categorical[str]:
    """One text per kind as a column over all rows."""
    names = sorted(set(values))
    codes = np.array([names.index(value) for value in values], dtype=np.int16)
    # of no rows as well: pandas takes an empty list for objects, and text and objects do not join
    texts = pd.Index(names, dtype="str")
    return pd.Categorical.from_codes(codes[kind_of] if len(codes) else codes, texts)


def _share(
    usage: pd.DataFrame,
    quantity: FloatArray,
    free_of_charge: npt.NDArray[np.bool_],
    kinds: pd.DataFrame,
    kind_of: IntArray,
    known: list[_Known],
    other_requests: Mapping[str, float] | OtherRequests | None,
) -> tuple[pd.DataFrame, FloatArray]:
    """The pools, and the free quantity of each row."""
    # (month, partition, pool) hang on the kind of a row: small tables instead of long columns
    kinds = kinds.reset_index(drop=True)
    shared = pd.DataFrame(
        {
            "month": kinds["month"],
            "partition": [partition_of(region) for region in kinds["billed_region"]],
            "pool": [version.free.pool if version.free else "" for _, version, _ in known],
            "quantity_free": [v.free.quantity if v.free else 0.0 for _, v, _ in known],
            "unit": [meter.unit for meter, _, _ in known],
        }
    ).astype({"partition": "str", "pool": "str", "quantity_free": np.float64, "unit": "str"})
    names = ["month", "partition", "pool"]
    shared["group"] = shared.groupby(names, observed=True, sort=False).ngroup()
    pooled = (shared["pool"] != "").to_numpy(dtype=bool)[kind_of]
    keys = pd.DataFrame(
        {
            "group": shared["group"].to_numpy()[kind_of],
            "payer": usage["payer"].array,
        }
    )[pooled]
    groups = keys.groupby(["group", "payer"], observed=True, sort=False)
    pool_of = groups.ngroup().to_numpy()
    pools = keys.loc[~pd.Series(pool_of, index=keys.index).duplicated()]
    first = shared.drop_duplicates("group").set_index("group")
    pools = pools.join(first, on="group").reset_index(drop=True)
    pools = pools[["month", "payer", "partition", "pool", "unit", "quantity_free"]]
    counted = np.where(free_of_charge, 0.0, quantity)[pooled]
    total = np.bincount(pool_of, weights=counted, minlength=len(pools)).astype(np.float64)
    others = _others(other_requests, pools["payer"], pools["partition"], pools["month"])
    others = np.where(pools["unit"] == "request", others, 0.0)  # they are requests, not keys
    size = pools["quantity_free"].to_numpy(dtype=np.float64)
    available = np.maximum(size - others, 0.0)
    share = free_share(total, available)
    free = np.zeros(len(usage))
    free[pooled] = counted * share[pool_of]
    pools["used_by_others"] = np.minimum(others, size)
    pools["requests"] = total
    pools["used"] = np.minimum(total, available)
    pools["left"] = available - pools["used"]
    return pools, free


def _others(
    other_requests: Mapping[str, float] | OtherRequests | None,
    payers: Iterable[str],
    partitions: Iterable[str],
    months: Iterable[pd.Period],
) -> FloatArray:
    """What others request, for each payer, partition and month. [request/month]"""
    if other_requests is None or isinstance(other_requests, Mapping):
        known = other_requests or {}
        return np.array([known.get(payer, 0.0) for payer in payers], dtype=np.float64)
    places = zip(payers, partitions, months, strict=True)
    return np.array([other_requests.of(*place) for place in places], dtype=np.float64)


def _rates(
    usage: pd.DataFrame,
    billable: FloatArray,
    kind_of: IntArray,
    known: list[_Known],
    other_requests: Mapping[str, float] | OtherRequests | None,
) -> FloatArray:
    """The price of one unit on each row [currency/unit].

    Graduated tiers count the billable units of a payer, Region, month and meter together, after
    those of the rest of the organization that no free quantity covers; its rows then pay the
    average price, so that splitting a row changes no total.
    """
    first = np.array([steps[0][1] for _, _, steps in known], dtype=np.float64)
    rate = first[kind_of] if len(known) else np.zeros(0)
    if all(len(steps) == 1 for _, _, steps in known):
        return rate
    meters = {name: code for code, name in enumerate({meter.name: None for meter, _, _ in known})}
    meter_of = np.array([meters[meter.name] for meter, _, _ in known])[kind_of]
    columns = ["payer", "month", "billed_region", "meter"]
    frame = usage[columns[:3]].assign(meter=meter_of)
    scale = frame.groupby(columns, observed=True, sort=False).ngroup().to_numpy()
    total = np.bincount(scale, weights=billable).astype(np.float64)
    first_row = np.unique(scale, return_index=True)[1]
    rows = usage.iloc[first_row]
    partitions = [partition_of(region) for region in rows["billed_region"]]
    others = _others(other_requests, rows["payer"], partitions, rows["month"])
    mean = rate[first_row]
    kind_of_scale = kind_of[first_row]
    for kind in np.unique(kind_of_scale):
        meter, version, steps = known[kind]
        if len(steps) == 1:
            continue
        free = version.free.quantity if version.free else 0.0
        mine = (kind_of_scale == kind) & (total > 0)
        before = np.maximum(others[mine] - free, 0.0) * (meter.unit == "request")
        cost = graduated(before + total[mine], steps) - graduated(before, steps)
        mean[mine] = cost / total[mine]
    return mean[scale]
