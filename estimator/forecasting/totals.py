"""Charges summed: by month, over the whole span, to the columns asked for or the default grain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from estimator.forecasting.copy_charges import INVENTORY, CopyCharges
from estimator.frames import DEFAULT_GRAIN
from estimator.months import FloatArray, IntArray, Months
from estimator.volume.columns import key_columns
from estimator.volume.model import Model
from pricing.bill import Bill, price_column
from pricing.lines import group_rows


class Sums(NamedTuple):
    """Charges added up: at the default grain, by the columns asked for, and by month."""

    default_grain: pd.DataFrame
    rows: pd.DataFrame
    monthly: pd.DataFrame


def add_up(priced: Bill, events: CopyCharges | None, model: Model, by: Sequence[str]) -> Sums:
    """Add up the charges of a model.

    Parameters
    ----------
    priced : Bill
        Its charges have the columns of the default grain, and those of `by` beside them.
    """
    charges, currency, months = priced.charges, priced.table.currency, model.months
    return Sums(
        _sum_to_default_grain(charges, by, months),
        sum_charges(charges, by, currency),
        monthly_totals(
            charges, events, months, currency, model.inventory.cloudtrail_writes == "exempt"
        ),
    )


def monthly_totals(
    charges: pd.DataFrame, events: CopyCharges | None, months: Months, currency: str, exempt: bool
) -> pd.DataFrame:
    """One row per month: requests, billable_requests, and the costs in their currency.

    Returns
    -------
    DataFrame
        Columns month (text), requests and billable_requests [request], free_requests [request],
        then cost_usd, cost_usd_requests, cost_usd_keys, cost_usd_writes_charged,
        cost_usd_writes_exempt, cost_usd_cloudtrail_events [USD, or the currency's own code]: the
        copies of KMS events of this inventory's requests and, at least, of others'; of these alone
        cost_usd_cloudtrail_events_others, and both at most in cost_usd_cloudtrail_events_high.
    """
    code = currency.lower()
    is_request = charges["unit"].to_numpy() == "request"
    month = month_of(charges, months)

    def total(values: pd.Series, chosen: np.ndarray | None = None) -> np.ndarray:
        weights = values.to_numpy(dtype=np.float64)
        weights = weights if chosen is None else np.where(chosen, weights, 0.0)
        # of nothing at all bincount counts in whole numbers
        return np.bincount(month, weights=weights, minlength=months.count).astype(np.float64)

    cost, other = total(charges["cost"]), total(charges["cost_other_reading"])
    frame = pd.DataFrame(
        {
            "month": list(months.labels),
            "requests": total(charges["quantity"], is_request),
            "free_requests": total(charges["free"], is_request),
            "billable_requests": total(charges["billable"], is_request),
            f"cost_{code}": cost,
            f"cost_{code}_requests": total(charges["cost"], is_request),
            f"cost_{code}_keys": total(charges["cost"], ~is_request),
            f"cost_{code}_writes_charged": other if exempt else cost,
            f"cost_{code}_writes_exempt": cost if exempt else other,
        }
    )
    name = f"cost_{code}_cloudtrail_events"
    if events is None:
        return frame.assign(**{name: np.nan, f"{name}_others": np.nan, f"{name}_high": np.nan})

    def by_month(rows: pd.DataFrame, column: str) -> FloatArray:
        sums = np.bincount(month_of(rows, months), weights=rows[column], minlength=months.count)
        return sums.astype(np.float64)

    own = by_month(events.frame[events.frame["of"] == INVENTORY], "cost")
    others = by_month(events.others, "cost")
    frame[name] = own + others
    frame[f"{name}_others"] = others
    frame[f"{name}_high"] = own + by_month(events.others, "cost_high")
    return frame


def sum_charges(charges: pd.DataFrame, by: Sequence[str], currency: str) -> pd.DataFrame:
    """Charges with no more key columns than `by`; where prices differ, their mean price."""
    price = price_column(currency)
    keys = ["month", *(column for column in key_columns(by) if column != "month")]
    # nothing to add up: no copy of millions of rows
    if set(keys) == set(key_columns(charges.columns)):
        return charges
    keys += ["unit", "meter", "rate_from"]
    sums = ["quantity", "free", "billable", "cost", "cost_other_reading"]
    listed = charges[price] * charges["quantity"]
    frame = charges[[*keys, *sums]].assign(listed=listed)
    frame = frame.groupby(keys, observed=True, sort=False, as_index=False)[[*sums, "listed"]].sum()
    # the price that was paid; where nothing was billable, the mean of the listed ones
    paid = frame["cost"] / frame["billable"].where(frame["billable"] > 0)
    frame[price] = paid.fillna(frame["listed"] / frame["quantity"])
    order = [column for column in charges.columns if column in frame.columns]
    return frame[order]


def _sum_to_default_grain(charges: pd.DataFrame, by: Sequence[str], months: Months) -> pd.DataFrame:
    """Charges at the default grain: quantity, cost and cost_other_reading."""
    columns = [*DEFAULT_GRAIN, "unit"]
    sums = ["quantity", "cost", "cost_other_reading"]
    if not set(by) - set(DEFAULT_GRAIN):
        return charges[[*columns, *sums]]
    texts: list[Any] = [charges[name].array for name in columns if name != "month"]
    # a few texts have codes of a byte, which sums of them do not fit into
    codes = [text.codes.astype(np.int64) for text in texts]
    first, group = group_rows(month_of(charges, months), *codes)
    frame = charges[columns].iloc[first].reset_index(drop=True)
    for name in sums:
        frame[name] = sum_groups(group, charges[name], len(first))
    return frame


def sum_groups(group: IntArray, values: pd.Series | FloatArray, size: int) -> FloatArray:
    """The sum of each group."""
    weights = np.asarray(values, dtype=np.float64)
    return np.bincount(group, weights=weights, minlength=size).astype(np.float64)


def month_of(rows: pd.DataFrame, months: Months) -> IntArray:
    """The position of each row's month among the months."""
    periods: Any = rows["month"].array
    position: IntArray = periods.asi8 - months.number
    return position
