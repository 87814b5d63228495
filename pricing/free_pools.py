"""The free pools of a usage: one for each payer, partition, month and pool of the rate table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pricing.regions import partition_of
from pricing.usage_kinds import IntArray, Kind, RateInForce, group_rows


def find_pools(
    usage: pd.DataFrame,
    kinds: list[Kind],
    rate_of: IntArray,
    rates: list[RateInForce],
) -> tuple[pd.DataFrame, IntArray]:
    """The pools, and the one of each row; -1 where nothing is free."""
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
