"""What everything else requests, month by month: of each pool of free requests, of each account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from estimator.inventory import Inventory
from estimator.inventory.others import OtherUse
from estimator.months import FloatArray, Months, Period


@dataclass(frozen=True)
class OtherPools:
    """Requests of others by payer, partition and month. [request/month]

    Attributes
    ----------
    months : Months
    each_partition : mapping of payer to list of array
        Of each use its requests month by month, in rows: one number, or one for each draw. They
        are those of every partition of the payer. [request/month]
    one_partition : mapping of (payer, partition) to list of array
        The same of uses of an account, which lies in one partition. [request/month]
    """

    months: Months
    each_partition: Mapping[str, list[FloatArray]] = field(default_factory=dict)
    one_partition: Mapping[tuple[str, str], list[FloatArray]] = field(default_factory=dict)

    def at(self, payer: str, partition: str, month: int) -> FloatArray:
        """Those of a month by its position; for each draw where there are any."""
        parts = [
            *self.each_partition.get(payer, ()),
            *self.one_partition.get((payer, partition), ()),
        ]
        # one value broadcasts against a number and against draws alike
        total = np.zeros(1)
        for part in parts:
            total = total + part[month]
        return total

    def of(self, payer: str, partition: str, month: pd.Period) -> float:
        """Those of a month, where each is a number."""
        return float(self.at(payer, partition, month.ordinal - self.months.number)[0])


def other_pools(
    inventory: Inventory, months: Months, draws: Mapping[str, FloatArray] | None = None
) -> OtherPools:
    """The requests of others of each pool: the median of each assumption, or its draws by path."""
    each: defaultdict[str, list[FloatArray]] = defaultdict(list)
    own: defaultdict[tuple[str, str], list[FloatArray]] = defaultdict(list)
    named = {use.account for use in inventory.other_uses}
    # an organization has accounts by the ten thousand, and few are named here
    partition = {each.id: each.partition for each in inventory.accounts if each.id in named}
    for use in inventory.other_uses:
        requests = np.array([use.requests.mid]) if draws is None else draws[use.path]
        monthly = share_of_months(inventory, use, months)[:, None] * requests
        if use.account is None:
            # a payer's number is that of each of its partitions, as the free quantity is
            each[use.payer].append(monthly)
        else:
            own[use.payer, partition[use.account]].append(monthly)
    return OtherPools(months, each, own)


def share_of_months(inventory: Inventory, use: OtherUse, months: Months) -> FloatArray:
    """The share of each month in which it is requested: that in which its account is active. [-]"""
    active = Period() if use.account is None else inventory.active.account[use.account]
    # accounts may be named by the thousand, and most are active throughout
    if active.start <= months.begin[0] and months.end[-1] <= active.end:
        return np.ones(months.count)
    share: FloatArray = months.whole.days_within(active.start, active.end) / (
        months.end - months.begin
    )
    return share


def expected_others(inventory: Inventory, months: Months) -> FloatArray:
    """The requests of others of all pools together in each month. [request/month]"""
    others = other_pools(inventory, months)
    # in the order of the inventory, so that sums have the same last bits every time
    pools = dict.fromkeys((account.payer, account.partition) for account in inventory.accounts)
    return np.array(
        [
            sum(float(others.at(payer, partition, month)[0]) for payer, partition in pools)
            for month in range(months.count)
        ]
    )
