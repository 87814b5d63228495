"""The frames that `--by budget`, `quota` and `event` ask for, as sheets."""

from __future__ import annotations

import pandas as pd

from estimator.figures import budget_money, count, money, share
from estimator.forecasting import Forecast
from estimator.forecasting.quotas import highest
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.blocks import MOST_ROWS, Sheet


def section_sheet(forecast: Forecast) -> Sheet:
    """The sheet of the section that a forecast was asked for in place of its charges."""
    sheets = {"budgets": budgets_sheet, "quotas": quotas_sheet, "events": events_sheet}
    return sheets[str(forecast.section)](forecast)


def budgets_sheet(forecast: Forecast) -> Sheet:
    """The use of each budget, month by month."""
    other = f"if {forecast.other_interpretation}"
    header = ("budget", "month", "USD a month", "used", "share", "reached", other)
    rows = [
        (
            str(row["budget"]),
            str(row["month"]),
            budget_money(row["usd_per_month"]),
            money(row["used"]),
            _share(row["share"]),
            _share(row["reached"]),
            money(row["used_other_reading"]),
        )
        for row in forecast.budgets.head(MOST_ROWS).to_dict("records")
    ]
    title = "Budgets, month by month" if rows else "Budgets: the inventory has none"
    return Sheet(title, header, (*rows, *_more(forecast.budgets, 2, 5)), numbers=5)


def quotas_sheet(forecast: Forecast) -> Sheet:
    """Requests per second in the highest month of each account and Region."""
    header = ("account", "Region", "month", "largest", "mean/s", "burst/s", "quota/s", "share")
    frame = highest(forecast.quotas)
    rows = [
        (
            *(str(row[name]) for name in ("billed_account", "billed_region", "month", "driver")),
            count(row["mean_per_second"]),
            count(row["burst_per_second"]),
            count(row["quota_per_second"]),
            share(row["share_burst"]),
        )
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    title = "Requests per second, the highest month of each account and Region"
    return Sheet(title, header, (*rows, *_more(frame, 4, 4)), numbers=4)


def events_sheet(forecast: Forecast) -> Sheet:
    """Paid copies of KMS events by trail, account and Region of the log, over all months."""
    frame, unit = forecast.frame, forecast.currency
    keys = ["trail", "of", "billed_account", "billed_region"]
    sums = ["quantity", "quantity_high", "cost", "cost_high"]
    summed = frame.groupby(keys, observed=True, dropna=False, as_index=False)[sums].sum()
    summed = summed.sort_values("cost_high", ascending=False, kind="stable")
    charge = CopyCharge.from_totals(forecast.totals, unit)
    ranged = charge.is_range
    rows = [
        (
            *("not known" if pd.isna(row[name]) else str(row[name]) for name in keys),
            count(row["quantity"]),
            money(row["cost"]),
            *((count(row["quantity_high"]), money(row["cost_high"])) if ranged else ()),
        )
        for row in summed.head(MOST_ROWS).to_dict("records")
    ]
    # ends of a range do not add up over trails: which place the requests are in is one for all
    quantities = ["-", "-"] if ranged else [count(float(summed["quantity"].sum()))] * 2
    high = (quantities[1], money(charge.high)) if ranged else ()
    total = ("total", "", "", "", quantities[0], money(charge.low), *high)
    ends = ("at most", f"at most {unit}") if ranged else ()
    header = ("trail", "whose", "account", "Region", "events", unit, *ends)
    title = "Paid copies of KMS events on CloudTrail's bill, apart from KMS, all months"
    numbers = len(header) - len(keys)
    rows += [*_more(summed, len(keys), numbers), total]
    return Sheet(title, header, tuple(rows), numbers=numbers, sums=1)


def _share(value: float) -> str:
    return "-" if pd.isna(value) else share(value)


def _more(frame: pd.DataFrame, words: int, numbers: int) -> list[tuple[str, ...]]:
    """A last row that says how many are left out."""
    left = len(frame) - MOST_ROWS
    return [(f"{left:,} more", *("",) * (words - 1 + numbers))] if left > 0 else []
