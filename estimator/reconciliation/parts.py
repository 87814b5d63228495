"""The parts of each row: formulas on the columns of the sides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from estimator.reconciliation import formulas
from estimator.reconciliation.attribution import Followed, Owned
from estimator.reconciliation.result import PARTS


def with_parts(frame: pd.DataFrame, follows: Followed, owned: Owned) -> pd.DataFrame:
    """The rows with whose the billed units are, and with the parts of the difference. [USD]

    Exempt writes that the bill shows at no cost are units, and in no part of the cost.
    Where no price of the table holds (special meters, Regions without a rate) the whole billed cost
    is that of others: CloudTrail causes none of it.
    """
    column = {name: frame[name].to_numpy() for name in frame.columns}
    priced = np.isfinite(column["price"])
    price = np.where(priced, column["price"], 0.0)
    is_request = column["unit"] == "request"

    billed, billable = column["billed"], column["billable"]
    metered, charged = follows.metered(frame), follows.charged(frame)
    ours = owned.cloudtrail - owned.uncharged
    share = formulas.free_share(column["billed_free"] - owned.uncharged, billed - owned.uncharged)
    more = formulas.of_quantity(price, ours, charged)
    theirs = formulas.of_others(price, owned.others, owned.others * share)
    theirs = np.where(priced, theirs, column["cost"])
    parts = {
        "writes": formulas.of_quantity(price, charged, column["charged"]),
        "volume": np.where(is_request, more, 0.0),
        "free_tier": formulas.of_free(price, ours * share, column["forecast_free"]),
        "keys": np.where(is_request, 0.0, more),
        "rate": np.where(priced, formulas.of_rate(column["cost"], price, billable), 0.0),
        "others": np.where(is_request, theirs, 0.0) + column["cost_special"],
        "other_keys": np.where(is_request, 0.0, theirs),
        "unknown": formulas.of_unknown(
            price, billable, ours * (1 - share), owned.others * (1 - share)
        ),
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


def request_parts(rows: pd.DataFrame) -> dict[str, float]:
    """The difference in requests, in parts that add up to it. [request]"""
    requests = rows[rows["unit"] == "request"]
    return {
        "writes": float((requests["metered"] - requests["forecast"]).sum()),
        "volume": float((requests["cloudtrail"] - requests["metered"]).sum()),
        "others": float(requests["others"].sum()),
        "unknown": float(requests["unknown"].sum()),
    }
