"""Logged requests priced by the rate table, where no bill is given."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.months import FloatArray
from pricing.bill import Bill, bill
from pricing.meters import Meter
from pricing.offers.meters import meter_of
from pricing.rates import RateTable, load_rates
from pricing.regions import is_region

SERVICE = "awskms"


def shipped_meter(usage_meter: str) -> Meter | None:
    """The meter of the shipped rate table behind a usage type; None where it is of none.

    >>> shipped_meter("KMS-Requests-Asymmetric").name
    'kms-requests-asymmetric'
    >>> shipped_meter("KMS-Requests-Unheard-Of") is None
    True
    """
    name, _ = meter_of(SERVICE, usage_meter)
    return next((meter for meter in load_rates().meters if meter.name == name), None)


def price_requests(
    requests: pd.DataFrame, table: RateTable, discount: float, exempt: bool
) -> tuple[FloatArray, Bill]:
    """The cost of each row of logged requests, and the bill that it makes. [currency]

    NaN where nothing tells the price: a meter that is not known, or no Region.

    All accounts share one free quantity in each partition, in proportion; nobody else has used of
    it.

    Parameters
    ----------
    requests : DataFrame
        Of `estimator.attribution.logged.by_month`.
    table : RateTable
    discount : float
        Share taken off every rate. [-]
    exempt : bool
        Whether CloudTrail's own writes cost nothing (F5).

    Raises
    ------
    RateError
        A Region or a month without a rate.
    """
    meters = {name: shipped_meter(name) for name in requests["meter"].unique()}
    known = requests["meter"].map(lambda name: meters[name] is not None)
    known &= requests["billed_region"].map(is_region)
    rows = requests[known.to_numpy(dtype=bool)]
    found = [meters[name] for name in rows["meter"]]
    usage = pd.DataFrame(
        {
            "month": pd.PeriodIndex(rows["month"], freq="M"),
            "payer": "",
            "billed_region": rows["billed_region"].to_numpy(),
            # a rate is the same for all operations of a meter, and logs have more of them than the
            # table lists: management calls count too (F13)
            "operation": [meter.operations[0] for meter in found if meter is not None],
            "key_spec": [meter.key_specs[0] for meter in found if meter is not None],
            "quantity": rows["quantity"].to_numpy(),
        }
    )
    writes = rows["is_write"].reset_index(drop=True) if exempt else None
    cost = np.full(len(requests), np.nan)
    priced = bill(usage, table, exempt=writes, discount=discount)
    cost[known.to_numpy(dtype=bool)] = priced.charges["cost"].to_numpy()
    return cost, priced
