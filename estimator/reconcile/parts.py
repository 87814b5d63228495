"""The parts of each row: formulas on the columns of the sides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.months import FloatArray
from estimator.reconcile import formulas
from estimator.reconcile.attribution import Owned
from estimator.reconcile.result import PARTS


def with_parts(frame: pd.DataFrame, metered: FloatArray, owned: Owned) -> pd.DataFrame:
    """The rows with whose the billed units are, and with the parts of the difference. [USD]

    Where no price of the table holds (special meters, Regions without a rate) the whole billed cost
    is that of others: CloudTrail causes none of it.
    """
    column = {name: frame[name].to_numpy() for name in frame.columns}
    priced = np.isfinite(column["price"])
    price = np.where(priced, column["price"], 0.0)
    is_request = column["unit"] == "request"

    billed, billable = column["billed"], column["billable"]
    share = formulas.free_share(column["billed_free"], billed)
    free = owned.cloudtrail * share
    more = formulas.of_quantity(price, owned.cloudtrail, metered)
    theirs = formulas.of_others(price, owned.others, owned.others * share)
    theirs = np.where(priced, theirs, column["cost"])
    ours_billable = owned.cloudtrail * (1 - share)
    parts = {
        "writes": formulas.of_quantity(price, metered, column["charged"]),
        "volume": np.where(is_request, more, 0.0),
        "free_tier": formulas.of_free(price, free, column["forecast_free"]),
        "keys": np.where(is_request, 0.0, more),
        "rate": np.where(priced, formulas.of_rate(column["cost"], price, billable), 0.0),
        "others": np.where(is_request, theirs, 0.0) + column["cost_special"],
        "other_keys": np.where(is_request, 0.0, theirs),
        "unknown": formulas.of_unknown(price, billable, ours_billable, owned.others * (1 - share)),
    }
    cost = column["cost"] + column["cost_special"]
    told = frame.assign(
        cloudtrail=owned.cloudtrail,
        others=owned.others + column["special"],
        unknown=billed - owned.cloudtrail - owned.others,
        billed=billed + column["special"],
        cost_billed=cost,
        cost_difference=cost - column["cost_forecast"],
        metered=metered,
        **{f"cost_{name}": parts[name] + 0.0 for name in PARTS},  # no -0.0
    )
    before = told["forecast"].where(told["forecast"] != 0)
    told["difference"] = told["billed"] - told["forecast"]
    told["relative_difference"] = told["difference"] / before
    return told
