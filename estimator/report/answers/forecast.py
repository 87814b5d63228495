"""What a forecast answers: months, the groups of `--by`, the free tier, budgets, copies.

Or, in place of groups, the frame that `--by budget`, `quota` or `event` asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import FEW, budget_money, count, listed, money, share
from estimator.forecasting import Forecast
from estimator.forecasting.free_days import FreeUse
from estimator.forecasting.quotas import highest
from estimator.forecasting.result import INTERPRETATION_WORDS
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.report.answers import AccountNames, Answer
from estimator.report.answers.budgets_and_copies import CopyCharge, budget_lines, copies_lines
from estimator.report.blocks import MOST_ROWS, Sheet
from estimator.report.columns import share_of_limit
from estimator.volume.columns import key_columns

_MOST_POOLS = 4
_ACCOUNTS = ("payer", "account", "billed_account")  # columns whose ids have names beside them


class ForecastAnswer(Answer[Forecast]):
    """KMS requests and cost, month by month."""

    def blocks(self) -> Iterable[Sheet]:
        """Months, then the groups that were asked for."""
        forecast = self.result
        asked = section_sheet(forecast) if forecast.section else groups_sheet(forecast)
        return (months_sheet(forecast), *([] if asked is None else [asked]))

    def lines(self) -> Iterable[str]:
        """The other interpretation, the free tier, copies of KMS events, budgets."""
        forecast = self.result
        return (
            forecast.other_interpretation_line,
            *_free_tier(forecast),
            *copies_lines(forecast),
            *budget_lines(forecast),
        )

    def frame(self) -> pd.DataFrame:
        """The charges, or the frame asked for in their place."""
        return self.result.frame

    @property
    def broken(self) -> str | None:
        """The budget or amount that a month goes over."""
        return self.result.broken


def title(forecast: Forecast) -> str:
    """Say in one line what is forecast."""
    first, last = forecast.months.labels[0], forecast.months.labels[-1]
    inventory = forecast.inventory
    span = first if first == last else f"{first} to {last}"
    accounts, trails = len(inventory.accounts), len(inventory.trails)
    return (
        f"KMS because of CloudTrail, {span}: {accounts:,} account{'s' * (accounts != 1)}, "
        f"{trails:,} trail{'s' * (trails != 1)}"
    )


def months_sheet(forecast: Forecast) -> Sheet:
    """The forecast month by month, with its sum."""
    unit, code = forecast.currency, forecast.currency.lower()
    columns = ("requests", "free_requests", "billable_requests")
    costs = (f"cost_{code}_requests", f"cost_{code}_keys", f"cost_{code}")
    # CloudTrail's own writes cost nothing under this reading without touching the free tier
    exempt = forecast.inventory.cloudtrail_writes == "exempt"
    free = "exempt or free" if exempt else "free"
    header = ("month", "requests", free, "billable", f"requests {unit}", f"keys {unit}", unit)
    months: list[Mapping[Any, Any]] = forecast.monthly.to_dict("records")  # type: ignore[assignment]  # of pandas' stubs
    rows = [
        (
            str(month["month"]),
            *(count(month[name]) for name in columns),
            *(money(month[name]) for name in costs),
        )
        for month in (*months, {"month": "total", **forecast.totals})
    ]
    groups = (("requests", 3), (unit, 3))
    return Sheet(title(forecast), header, tuple(rows), numbers=6, sums=1, groups=groups)


def groups_sheet(forecast: Forecast) -> Sheet | None:
    """One row for each group of `--by` over the whole span; None where none was asked for."""
    if forecast.by == DEFAULT_GRAIN:
        return None
    by = [column for column in key_columns(forecast.by) if column != "month"]
    frame = _groups(forecast.rows, by)
    rows = [
        (*_labels(row, by, forecast.inventory), *_numbers(row))
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    blank = ("",) * max(len(by) - 1, 0)
    rest = frame.iloc[MOST_ROWS:]
    if len(rest):
        rows.append((*([f"{len(rest):,} more"] if by else []), *blank, *_numbers(_sum(rest))))
    if by:
        rows.append(("total", *blank, *_numbers(_sum(frame))))
    months = forecast.months.count
    span = f"the {months} months together" if months > 1 else "the month"
    words = ", ".join(name.replace("_", " ") for name in by) or "nothing told apart"
    header = (
        *(name.replace("_", " ") for name in by),
        *("requests", "free", "billable", "key-months", forecast.currency),
    )
    return Sheet(f"By {words}, {span}", header, tuple(rows), numbers=5, sums=int(bool(by)))


def _groups(charges: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Charges by group, the dearest first; requests and key-months beside each other.

    A group that has both is in two rows of the frame of charges: the row of a table is the group.
    """
    is_request = (charges["unit"] == "request").to_numpy()
    numbers = {
        "requests": np.where(is_request, charges["quantity"], 0.0),
        "free": np.where(is_request, charges["free"], 0.0),
        "billable": np.where(is_request, charges["billable"], 0.0),
        "key_months": np.where(is_request, 0.0, charges["quantity"]),
        "cost": charges["cost"].to_numpy(),
    }
    frame = charges[by].assign(**numbers)
    if not by:
        return frame.sum().to_frame().T
    frame = frame.groupby(by, observed=True, sort=False, as_index=False).sum()
    return frame.sort_values("cost", ascending=False, kind="stable")


def _sum(groups: pd.DataFrame) -> dict[str, float]:
    names = ("requests", "free", "billable", "key_months", "cost")
    return {name: float(groups[name].sum()) for name in names}


def _numbers(group: Mapping[Any, Any]) -> Iterator[str]:
    for name in ("requests", "free", "billable", "key_months"):
        yield count(group[name])
    yield money(group["cost"])


def _labels(group: Mapping[Any, Any], by: list[str], inventory: Inventory) -> Iterator[str]:
    names = AccountNames.of(inventory)
    for column in by:
        label = str(group[column])
        yield names.label(label) if column in _ACCOUNTS else label


def section_sheet(forecast: Forecast) -> Sheet:
    """The sheet of the section that a forecast was asked for in place of its charges."""
    sheets = {"budgets": budgets_sheet, "quotas": quotas_sheet, "events": events_sheet}
    return sheets[str(forecast.section)](forecast)


def budgets_sheet(forecast: Forecast) -> Sheet:
    """The use of each budget, month by month."""
    other = f"if {forecast.other_interpretation}"
    uses = forecast.budgets.head(MOST_ROWS).to_dict("records")
    # only where it says something else
    ranged = any(money(row["used_expected"]) != money(row["used"]) for row in uses)
    at_means = ("expected",) if ranged else ()
    header = ("budget", "month", "USD a month", "used", "share", *at_means, "reached", other)
    rows = [
        (
            str(row["budget"]),
            str(row["month"]),
            budget_money(row["usd_per_month"]),
            money(row["used"]),
            _share(row["share"]),
            *((money(row["used_expected"]),) if ranged else ()),
            _share(row["reached"]),
            money(row["used_other_reading"]),
        )
        for row in uses
    ]
    title = "Budgets, month by month" if rows else "Budgets: the inventory has none"
    numbers = len(header) - 2
    return Sheet(title, header, (*rows, *_more(forecast.budgets, 2, numbers)), numbers=numbers)


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
    return "-" if pd.isna(value) else share_of_limit(value)


def _more(frame: pd.DataFrame, words: int, numbers: int) -> list[tuple[str, ...]]:
    """A last row that says how many are left out."""
    left = len(frame) - MOST_ROWS
    return [(f"{left:,} more", *("",) * (words - 1 + numbers))] if left > 0 else []


def _free_tier(forecast: Forecast) -> list[str]:
    lines = []
    pools = forecast.pools.groupby(["payer", "partition"], observed=True, sort=False)
    for (payer, partition), months in pools:
        size, others = months["quantity_free"].iloc[0], months["used_by_others"].iloc[0]
        used, left = months["used"], months["left"]
        span = str(count(used.min()))
        if used.max() != used.min():
            span += f" to {count(used.max())}"
        lines.append(
            f"Free tier of payer {payer} ({partition}): {count(size)} requests a month; others use "
            f"{count(others)} first, these {span}; left {count(left.min())}"
            f"{_end_of_free(forecast, str(payer), str(partition))}"
        )
    more = len(lines) - _MOST_POOLS
    if more > 0:
        return [*lines[:_MOST_POOLS], f"and the free tiers of {more} more payers"]
    return lines


def _end_of_free(forecast: Forecast, payer: str, partition: str) -> str:
    """Say on which day of the first month the free requests end, and who took them.

    By the other interpretation too, where that is another day.
    """
    for use, other in zip(forecast.free_uses, forecast.other_free_uses, strict=True):
        if (use.payer, use.partition) != (payer, partition) or not (use.ends or other.ends):
            continue
        text = f". By the day they {_ends(use)}"
        if other.ends == use.ends:
            return text
        return (
            f"{text}; if {INTERPRETATION_WORDS[forecast.other_interpretation]}, they {_ends(other)}"
        )
    return ""


def _ends(use: FreeUse) -> str:
    if use.ends is None:
        return f"do not end in {use.month}"
    taken = listed((f"{name} {share(part / use.free)}" for name, part in use.taken_by), FEW)
    return f"end on {use.ends}, taken by {taken}"
