"""The frame that `--by` asks for as a sheet: charges, or budgets, quotas or events alone."""

from __future__ import annotations

import pandas as pd

from estimator.figures import count, money, share
from estimator.forecast import Forecast
from estimator.forecast.quotas import highest
from estimator.report.sheet import MOST_ROWS, Sheet, rows_sheet


def detail_sheet(told: Forecast) -> Sheet | None:
    """The second sheet of a forecast; None where nothing was asked for."""
    if told.section is None:
        return rows_sheet(told)
    return {"budgets": budgets_sheet, "quotas": quotas_sheet, "events": events_sheet}[told.section](
        told
    )


def budgets_sheet(told: Forecast) -> Sheet:
    """The use of each budget, month by month."""
    other = f"if {told.other_reading}"
    header = ("budget", "month", "USD a month", "used", "share", "reached", other)
    rows = [
        (
            str(row["budget"]),
            str(row["month"]),
            money(row["usd_per_month"]),
            money(row["used"]),
            _share(row["share"]),
            _share(row["reached"]),
            money(row["used_other_reading"]),
        )
        for row in told.budgets.head(MOST_ROWS).to_dict("records")
    ]
    title = "Budgets, month by month" if rows else "Budgets: the inventory has none"
    return Sheet(title, header, (*rows, *_more(told.budgets, 2, 5)), numbers=5)


def quotas_sheet(told: Forecast) -> Sheet:
    """Requests per second in the highest month of each account and Region."""
    header = ("account", "Region", "month", "largest", "mean/s", "burst/s", "quota/s", "share")
    frame = highest(told.quotas)
    rows = [
        (
            *(str(row[name]) for name in ("billed_account", "billed_region", "month", "driver")),
            count(row["mean_per_second"]),
            count(row["burst_per_second"]),
            count(row["quota_per_second"]),
            _rough(row["share_burst"]),
        )
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    title = "Requests per second, the highest month of each account and Region"
    return Sheet(title, header, (*rows, *_more(frame, 4, 4)), numbers=4)


def events_sheet(told: Forecast) -> Sheet:
    """Paid copies of KMS events by trail, account and Region of the log, over all months."""
    frame = told.shown
    keys = ["trail", "billed_account", "billed_region"]
    summed = frame.groupby(keys, observed=True, as_index=False)[["quantity", "cost"]].sum()
    summed = summed.sort_values("cost", ascending=False, kind="stable")
    rows = [
        (*(str(row[name]) for name in keys), count(row["quantity"]), money(row["cost"]))
        for row in summed.head(MOST_ROWS).to_dict("records")
    ]
    total = (
        *("total", "", ""),
        count(float(summed["quantity"].sum())),
        money(float(summed["cost"].sum())),
    )
    header = ("trail", "account", "Region", "events", told.currency)
    title = "Paid copies of KMS events on CloudTrail's bill, apart from KMS, all months"
    return Sheet(title, header, (*rows, *_more(summed, 3, 2), total), numbers=2, sums=1)


def _share(value: float) -> str:
    return "-" if pd.isna(value) else share(value)


def _rough(value: float) -> str:
    return share(value) if value >= 0.001 else "<0.1 %"


def _more(frame: pd.DataFrame, words: int, numbers: int) -> list[tuple[str, ...]]:
    """A last row that says how many are left out."""
    left = len(frame) - MOST_ROWS
    return [(f"{left:,} more", *("",) * (words - 1 + numbers))] if left > 0 else []
