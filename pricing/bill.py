"""Usage to charges: meters, the free pool of each payer, graduated tiers, discount.

One free quantity per payer, partition, month and pool, over all its accounts and Regions. What the
rest of the organization uses comes first; what is left is shared among the rows in proportion to
their quantity. On each row free + billable = quantity.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from pricing.lines import IntArray, Lines, OthersByPool
from pricing.meters import FreeVersion, Meter, Version
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError


@dataclass(frozen=True)
class Bill:
    """The cost of a usage.

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
    table : RateTable
        Where they stand.
    lines : Lines
        The rows with their rates and pools, ready for other quantities.
    """

    charges: pd.DataFrame
    pools: pd.DataFrame
    versions: tuple[tuple[Meter, Version], ...]
    table: RateTable
    lines: Lines

    @property
    def free_versions(self) -> tuple[tuple[str, str, FreeVersion], ...]:
        """Pool, partition and dated quantity of all that made requests free."""
        return free_in_use(self.pools, self.table)


def price_column(currency: str) -> str:
    """The name of the column with the price of one unit, such as ``usd_per_unit``."""
    return f"{currency.lower()}_per_unit"


def bill(
    usage: pd.DataFrame,
    table: RateTable,
    *,
    other_requests: Mapping[str, float] | OthersByPool | None = None,
    exempt: pd.Series | None = None,
    discount: float = 0.0,
) -> Bill:
    """Price usage with the rates in force on the first day of each month.

    Parameters
    ----------
    usage : DataFrame
        Columns month (period[M]), payer, billed_region, operation, quantity [unit], and key_spec
        where not all keys are symmetric; others stay.
    table : RateTable
        The rates.
    other_requests : mapping of payer to number, or OthersByPool, optional
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
    # True is a number to Python, and would be a discount of all
    is_number = isinstance(discount, Real) and not isinstance(discount, bool)
    if not is_number or not 0 <= discount <= 1:
        found = f"a discount of {f'{discount:g}' if is_number else repr(discount)}"
        fix = "write 0.1 for 10%"
        raise UsageError(Problem("discount", None, "", found, "a share from 0 to 1", fix))
    quantity = usage["quantity"].to_numpy(dtype=np.float64)
    lines = Lines(usage, table)
    is_exempt = None if exempt is None else exempt.to_numpy()
    priced = lines.price(quantity, other_requests, is_exempt, discount)
    covered = priced.covered

    # in one step: pandas takes as long for each column that is put into a frame as for all of them
    charges = pd.DataFrame(
        {
            **{name: usage[name] for name in usage},
            "meter": _spread([rate.meter.name for rate in lines.rates], lines.rate_of),
            # what is exempt stands under free, so that free + billable = quantity there as well
            "free": covered.free if exempt is None else np.where(exempt, quantity, covered.free),
            "billable": priced.billable,
            price_column(table.currency): priced.price,
            "cost": priced.cost,
            "rate_from": _spread(
                [rate.version.start.isoformat() for rate in lines.rates], lines.rate_of
            ),
        },
        index=usage.index,
        copy=False,
    )
    used = np.minimum(covered.pooled, covered.available)
    pools = lines.pools.assign(
        used_by_others=np.minimum(covered.others, lines.pools["quantity_free"]),
        requests=covered.pooled,
        used=used,
        left=covered.available - used,
    )
    # a rate stands for a Region and month; the dated version behind many of them is one
    versions = {(rate.meter.name, rate.version.start): rate for rate in lines.rates}
    dated = tuple((rate.meter, rate.version) for rate in versions.values())
    return Bill(charges, pools, dated, table, lines)


def free_in_use(pools: pd.DataFrame, table: RateTable) -> tuple[tuple[str, str, FreeVersion], ...]:
    """Pool, partition and dated quantity of all that makes requests free in some month."""
    found: dict[tuple[str, str, datetime.date], FreeVersion] = {}
    used = pools[pools["used"] > 0]
    for month, partition, pool in dict.fromkeys(
        zip(used["month"], used["partition"], used["pool"], strict=True)
    ):
        free = table.free_in_force(pool, partition, month.start_time.date())
        if free is not None:
            # several months with one version are one source
            found.setdefault((pool, partition, free.start), free)
    return tuple((pool, partition, free) for (pool, partition, _), free in found.items())


def _spread(values: list[str], kind_of: IntArray) -> pd.Categorical[str]:
    """One text per kind as a column over all rows."""
    names = sorted(set(values))
    # a few names over millions of rows: two bytes a row
    codes = np.array([names.index(value) for value in values], dtype=np.int16)
    # of no rows as well: pandas takes an empty list for objects, and text and objects do not join
    texts = pd.Index(names, dtype="str")
    return pd.Categorical.from_codes(codes[kind_of] if len(codes) else codes, texts)
