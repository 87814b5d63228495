"""What a forecast says, as titled sheets of text cells: each format only has to lay them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.figures import count, money
from estimator.forecasting import Forecast
from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.report.limits import budget_lines, copies_lines

MOST_ROWS = 40


@dataclass(frozen=True)
class Sheet:
    """A small table of text; `numbers` columns are right-aligned, `sums` rows stand out.

    Where it is too wide for one table, the columns of a group stay together: each group of numbers
    has a name, which says what a column is of that stands apart from the first one, and a size.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int
    sums: int = 0
    groups: tuple[tuple[str, int], ...] = ()


def title(told: Forecast) -> str:
    """What is forecast, in one line."""
    first, last = told.months.labels[0], told.months.labels[-1]
    inventory = told.inventory
    span = first if first == last else f"{first} to {last}"
    accounts, trails = len(inventory.accounts), len(inventory.trails)
    return (
        f"KMS because of CloudTrail, {span}: {accounts:,} account{'s' * (accounts != 1)}, "
        f"{trails:,} trail{'s' * (trails != 1)}"
    )


def months_sheet(told: Forecast) -> Sheet:
    """The forecast month by month, with its sum."""
    unit, code = told.currency, told.currency.lower()
    columns = ("requests", "free_requests", "billable_requests")
    costs = (f"cost_{code}_requests", f"cost_{code}_keys", f"cost_{code}")
    # CloudTrail's own writes cost nothing under this reading without touching the free tier
    exempt = told.inventory.cloudtrail_writes == "exempt"
    free = "exempt or free" if exempt else "free"
    header = ("month", "requests", free, "billable", f"requests {unit}", f"keys {unit}", unit)
    rows = [
        (
            str(row["month"]),
            *(count(row[name]) for name in columns),
            *(money(row[name]) for name in costs),
        )
        for row in told.monthly.to_dict("records")
    ]
    totals = told.totals
    rows.append(("total", *(count(totals[n]) for n in columns), *(money(totals[n]) for n in costs)))
    groups = (("requests", 3), (unit, 3))
    return Sheet(title(told), header, tuple(rows), numbers=6, sums=1, groups=groups)


def rows_sheet(told: Forecast) -> Sheet | None:
    """The charges of the whole span by the columns asked for; None where none were."""
    if told.by == DEFAULT_GRAIN:
        return None
    by = [column for column in KEYS if column in told.by and column != "month"]
    keys = [*by, "unit"]
    sums = ["quantity", "free", "billable", "cost"]
    frame = told.rows.groupby(keys, observed=True, sort=False, as_index=False)[sums].sum()
    frame = frame.sort_values("cost", ascending=False, kind="stable")
    unit = told.currency
    header = (*(name.replace("_", " ") for name in by), "quantity", "free", "billable", unit)
    rows = [
        (
            *(str(row[name]) for name in by),
            _quantity(row["quantity"], row["unit"]),
            count(row["free"]),
            count(row["billable"]),
            money(row["cost"]),
        )
        for row in frame.head(MOST_ROWS).to_dict("records")
    ]
    rest = frame.iloc[MOST_ROWS:]
    blank = ("",) * max(len(by) - 1, 0)
    if len(rest):
        label = (f"{len(rest):,} more",) if by else ()
        free, billable = count(rest["free"].sum()), count(rest["billable"].sum())
        rows.append((*label, *blank, "", free, billable, money(rest["cost"].sum())))
    label = ("total",) if by else ()
    total = np.sum(frame["cost"].to_numpy())
    rows.append((*label, *blank, "", "", "", money(float(total))))
    span = f"the {told.months.count} months together" if told.months.count > 1 else "the month"
    words = ", ".join(name.replace("_", " ") for name in by) or "nothing told apart"
    return Sheet(f"By {words}, {span}", header, tuple(rows), numbers=4, sums=1)


def _quantity(quantity: float, unit: str) -> str:
    return count(quantity) if unit == "request" else f"{count(quantity)} key-months"


def lines(told: Forecast) -> Sequence[str]:
    """What stands under the table: other reading, free tier, copies of KMS events, budgets."""
    return (
        told.other_interpretation_line,
        *_free_tier(told),
        *copies_lines(told),
        *budget_lines(told),
    )


def _free_tier(told: Forecast) -> list[str]:
    said = []
    pools = told.pools.groupby(["payer", "partition"], observed=True, sort=False)
    for (payer, partition), months in pools:
        size, others = months["quantity_free"].iloc[0], months["used_by_others"].iloc[0]
        used, left = months["used"], months["left"]
        span = count(used.min())
        if used.max() != used.min():
            span += f" to {count(used.max())}"
        said.append(
            f"Free tier of payer {payer} ({partition}): {count(size)} requests a month; others use "
            f"{count(others)} first, these {span}; left {count(left.min())}"
        )
    more = len(said) - 4
    return said if more <= 0 else [*said[:4], f"and the free tiers of {more} more payers"]
