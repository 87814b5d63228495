"""The month: budget, forecast, measured, billed, and the difference explained."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from estimator.figures import count, money, percent, share, signed
from estimator.months import Months, parse_month
from estimator.report.answers.budgets_and_copies import CopyCharge
from estimator.report.answers.reconciliation import (
    reconciliation_lines,
    reconciliation_sheets,
)
from estimator.report.blocks import Sheet
from estimator.report.charts.drivers import difference_chart
from estimator.report.monthly.document import Block, Card, Cards, Said, Section
from estimator.report.monthly.inputs import Computed
from estimator.report.monthly.words import month_in_words, often
from estimator.simulation.quantiles import quantiles_of
from estimator.volume.others import expected_others

_MOST = 10
_WHOLE = 0.9  # a month that is covered so far is compared with; reconcile has the same [0-1]


def month_section(told: Computed) -> Section:
    """What the month was to cost, was forecast to cost, and did cost."""
    blocks: list[Block] = [_cards(told)]
    budgets = budgets_sheet(told)
    if budgets is not None:
        blocks.append(budgets)
    measured = _measured_sheet(told)
    if told.reconciliation is not None:
        sides, parts, *rows = reconciliation_sheets(told.reconciliation)
        blocks += [sides, parts, difference_chart(told.reconciliation)]
        blocks.append(Said(tuple(reconciliation_lines(told.reconciliation)), is_list=True))
        blocks += rows
    if measured is not None:
        blocks += [measured, Said((_coverage(told),))]
    return Section("month", f"The month: {month_in_words(told.month)}", tuple(blocks))


def _cards(told: Computed) -> Cards:
    unit = told.currency
    whole = [one for one in told.inventory.budgets if one.covers is None and unit == "USD"]
    cards = []
    if whole:
        lowest = min(whole, key=lambda one: one.usd_per_month)
        said = f"{lowest.name}, a month"
        cards.append(Card("Budget", money(lowest.usd_per_month), unit, said))
    month = told.of_month
    low, high = quantiles_of(told.simulation.draws_cost[:, 0], (0.05, 0.95))
    said = f"{money(float(low))} to {money(float(high))} in 90 % of draws"
    if not told.has_ranges:
        said = "no ranges, so no width"
    cards.append(Card("Forecast", money(month[told.cost]), unit, said))
    cards.append(Card("Forecast requests", count(month["requests"]), "requests", "of KMS"))
    if told.copies_line is not None:
        copies = CopyCharge.of(month, unit)
        said = "on CloudTrail's bill, apart from KMS"
        cards.append(Card("Copies of KMS events", copies.text, unit, said))
    measured = _measured(told)
    if measured is not None:
        ours = measured[measured["cause"] != "other"]["quantity"].sum()
        said = "CloudTrail's, as far as covered"
        cards.append(Card("Measured", count(float(ours)), "requests", said))
    held = told.reconciliation
    if held is not None:
        totals = held.totals
        billed = totals[f"{told.cost}_billed"] or 0.0
        difference = totals[f"{told.cost}_difference"] or 0.0
        relative = totals["relative_difference"]
        cards.append(Card("Billed", money(billed), unit, "all of KMS on the bill"))
        of_it = "" if relative is None else percent(relative)
        cards.append(Card("Difference", signed(money(difference)), unit, f"{of_it} to forecast"))
    return Cards(tuple(cards))


def budgets_sheet(told: Computed) -> Sheet | None:
    """Every budget in the month, and the months ahead; the ten fullest."""
    frame = told.forecast.budgets
    if not len(frame):
        return None
    month = frame["month"].astype(str)
    now = frame[month == told.month].reset_index(drop=True)
    later = frame[month > told.month].groupby("budget", observed=True)["used"].max()
    order = now["share"].fillna(np.inf).sort_values(ascending=False, kind="stable").index
    chances = told.simulation.budgets
    ever = chances[chances["month"].notna() & (chances["month"].astype(str) == told.month)]
    likely = dict(zip(ever["budget"].astype(str), ever["probability"], strict=True))
    parts = {one.name: one for one in told.inventory.budgets}
    rows: list[tuple[str, ...]] = []
    for row in now.loc[order[:_MOST]].to_dict("records"):
        name = str(row["budget"])
        budget = parts[name]
        covers = f"{budget.part} {getattr(budget, budget.part)}" if budget.part else "all"
        highest = later.get(name, math.nan)
        rows.append(
            (
                name,
                covers,
                money(row["usd_per_month"]),
                money(row["used"]),
                "-" if pd.isna(row["share"]) else share(row["share"]),
                money(row["used_other_reading"]),
                "-" if name not in likely else often(likely[name]),
                "-" if pd.isna(highest) else money(float(highest)),
            )
        )
    more = len(now) - _MOST
    if more > 0:
        over = int(now.loc[order[_MOST:], "over"].sum())
        rows.append((f"{more:,} more", f"{over:,} of them over", *[""] * 6))
    other = f"if {told.forecast.other_interpretation} USD"
    header: tuple[str, ...] = ("budget", "covers", "USD a month", "forecast USD", "share", other)
    header = (*header, "draws over", "highest ahead USD")
    title = f"Budgets in {told.month}, by the forecast"
    return Sheet(title, header, tuple(rows), numbers=6, sums=int(more > 0))


def _measured(told: Computed) -> pd.DataFrame | None:
    """The month's measured requests."""
    if told.actuals is None:
        return None
    rows = told.actuals.measured
    chosen = (rows["month"].astype(str) == told.month) & (rows["unit"] == "request")
    return rows[chosen]


def _measured_sheet(told: Computed) -> Sheet | None:
    """Forecast and measured requests by cause."""
    rows = _measured(told)
    if rows is None:
        return None
    sums = rows.groupby(rows["cause"].astype(str))["quantity"].sum()
    frame = told.forecast.rows
    frame = frame[(frame["month"].astype(str) == told.month) & (frame["unit"] == "request")]
    expected = frame.groupby(frame["cause"].astype(str))["quantity"].sum()
    whole = _covered(told) >= _WHOLE
    causes = [
        one
        for one in ("put", "get", "digest", "check", "replication")
        if one in {*sums.index, *expected.index}
    ]
    cells = [_compared(one, expected.get(one, 0.0), sums.get(one, 0.0), whole) for one in causes]
    before, after = (sum(one.get(name, 0.0) for name in causes) for one in (expected, sums))
    cells.append(_compared("CloudTrail's", before, after, whole))
    month = Months(parse_month(told.month), 1)
    others = float(expected_others(told.inventory, month)[0])
    cells.append(_compared("others", others, sums.get("other", 0.0), whole))
    header = ("cause", "forecast requests", "measured requests", "difference", "relative")
    title = f"Forecast and measured requests by cause, {told.month}"
    return Sheet(title, header, tuple(cells), numbers=4, sums=2)


def _compared(name: str, before: float, after: float, whole: bool) -> tuple[str, ...]:
    """A line of both; the difference only where the month was measured as a whole."""
    relative = percent((after - before) / before) if before and whole else "-"
    return (
        name,
        count(before),
        count(after),
        signed(count(after - before)) if whole else "-",
        relative,
    )


def _covered(told: Computed) -> float:
    """The share of the month's hours that measurements cover. [0-1]"""
    return 0.0 if told.actuals is None else told.actuals.coverage.months().get(told.month, 0.0)


def _coverage(told: Computed) -> str:
    covered = _covered(told)
    source = "" if told.actuals is None else told.actuals.source
    said = (
        f"Measured from {source}: {share(covered)} of the month's hours are covered, over the "
        "accounts and Regions seen. Nothing is extrapolated"
    )
    more = f"; below {share(_WHOLE)} it is shown and not compared."
    return said + ("." if covered >= _WHOLE else more)
