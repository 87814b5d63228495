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
from estimator.report.blocks import Lines, Sheet, write_paragraphs
from estimator.report.charts.drivers import difference_chart
from estimator.report.monthly.document import Block, Card, Cards, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.words import month_in_words, often
from estimator.simulation.quantiles import quantiles_of
from estimator.volume.others import expected_others

_MOST = 10
_WHOLE = 0.9  # a month that is covered so far is compared with; reconcile has the same [0-1]


def month_section(inputs: ReportInputs) -> Section:
    """Return the month: its budget, forecast, measurements, bill, and why they differ."""
    blocks: list[Block] = [_cards(inputs)]
    budgets = budgets_sheet(inputs)
    if budgets is not None:
        blocks.append(budgets)
    measured = _measured_sheet(inputs)
    if inputs.reconciliation is not None:
        sides, parts, *rows = reconciliation_sheets(inputs.reconciliation)
        blocks += [sides, parts, difference_chart(inputs.reconciliation)]
        blocks.append(Lines("", tuple(reconciliation_lines(inputs.reconciliation))))
        blocks += rows
    if measured is not None:
        blocks += [measured, write_paragraphs(_coverage_line(inputs))]
    return Section("month", f"The month: {month_in_words(inputs.month)}", tuple(blocks))


def _cards(inputs: ReportInputs) -> Cards:
    unit = inputs.currency
    whole = [budget for budget in inputs.inventory.budgets if budget.part is None and unit == "USD"]
    cards = []
    if whole:
        lowest = min(whole, key=lambda budget: budget.usd_per_month)
        note = f"{lowest.name}, a month"
        cards.append(Card("Budget", money(lowest.usd_per_month), unit, note))
    month = inputs.month_totals
    low, high = quantiles_of(inputs.simulation.draws_cost[:, 0], (0.05, 0.95))
    note = f"{money(float(low))} to {money(float(high))} in 90 % of simulations"
    if not inputs.has_ranges:
        note = "no ranges, so no width"
    cards.append(Card("Forecast", money(month[inputs.cost]), unit, note))
    cards.append(Card("Forecast requests", count(month["requests"]), "requests", "of KMS"))
    if inputs.copies_line is not None:
        copies = CopyCharge.from_totals(month, unit)
        note = "on CloudTrail's bill, apart from KMS"
        cards.append(Card("Copies of KMS events", copies.text, unit, note))
    measured = _measured_rows(inputs)
    if measured is not None:
        # logs hold everybody's KMS requests; the card is compared with a forecast of CloudTrail's
        own = measured[measured["cause"] != "other"]["quantity"].sum()
        note = "CloudTrail's, as far as covered"
        cards.append(Card("Measured", count(float(own)), "requests", note))
    reconciliation = inputs.reconciliation
    if reconciliation is not None:
        totals = reconciliation.totals
        billed = totals[f"{inputs.cost}_billed"] or 0.0
        difference = totals[f"{inputs.cost}_difference"] or 0.0
        relative = totals["relative_difference"]
        cards.append(Card("Billed", money(billed), unit, "all of KMS on the bill"))
        of_it = "" if relative is None else percent(relative)
        cards.append(Card("Difference", signed(money(difference)), unit, f"{of_it} to forecast"))
    return Cards(tuple(cards))


def budgets_sheet(inputs: ReportInputs) -> Sheet | None:
    """Every budget in the month, and the months ahead; the ten fullest."""
    frame = inputs.forecast.budgets
    if not len(frame):
        return None
    month = frame["month"].astype(str)
    now = frame[month == inputs.month].reset_index(drop=True)
    later = frame[month > inputs.month].groupby("budget", observed=True)["used"].max()
    # a budget of nothing has no share: whatever is used is over it, so it stands first
    order = now["share"].fillna(np.inf).sort_values(ascending=False, kind="stable").index
    chances = inputs.simulation.budgets
    ever = chances[chances["month"].notna() & (chances["month"].astype(str) == inputs.month)]
    likely = dict(zip(ever["budget"].astype(str), ever["probability"], strict=True))
    parts = {each.name: each for each in inputs.inventory.budgets}
    rows: list[tuple[str, ...]] = []
    for row in now.loc[order[:_MOST]].to_dict("records"):
        name = str(row["budget"])
        budget = parts[name]
        covers = budget.part_in_words or "all"
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
    other = f"if {inputs.forecast.other_interpretation} USD"
    header: tuple[str, ...] = ("budget", "covers", "USD a month", "forecast USD", "share", other)
    header = (*header, "simulations over", "highest ahead USD")
    title = f"Budgets in {inputs.month}, by the forecast"
    return Sheet(title, header, tuple(rows), numbers=6, sums=int(more > 0))


def _measured_rows(inputs: ReportInputs) -> pd.DataFrame | None:
    """The month's measured requests."""
    if inputs.actuals is None:
        return None
    rows = inputs.actuals.measured
    # a bill among the measurements has key-months too
    chosen = (rows["month"].astype(str) == inputs.month) & (rows["unit"] == "request")
    return rows[chosen]


def _measured_sheet(inputs: ReportInputs) -> Sheet | None:
    """Forecast and measured requests by cause."""
    rows = _measured_rows(inputs)
    if rows is None:
        return None
    sums = rows.groupby(rows["cause"].astype(str))["quantity"].sum()
    frame = inputs.forecast.rows
    frame = frame[(frame["month"].astype(str) == inputs.month) & (frame["unit"] == "request")]
    expected = frame.groupby(frame["cause"].astype(str))["quantity"].sum()
    whole = _coverage_of_month(inputs) >= _WHOLE
    causes = [
        cause
        for cause in ("put", "get", "digest", "check", "replication")
        if cause in {*sums.index, *expected.index}
    ]
    cells = [
        _comparison_cells(cause, expected.get(cause, 0.0), sums.get(cause, 0.0), whole)
        for cause in causes
    ]
    before, after = (
        sum(quantities.get(name, 0.0) for name in causes) for quantities in (expected, sums)
    )
    cells.append(_comparison_cells("CloudTrail's", before, after, whole))
    month = Months(parse_month(inputs.month), 1)
    others = float(expected_others(inputs.inventory, month)[0])
    cells.append(_comparison_cells("others", others, sums.get("other", 0.0), whole))
    header = ("cause", "forecast requests", "measured requests", "difference", "relative")
    title = f"Forecast and measured requests by cause, {inputs.month}"
    return Sheet(title, header, tuple(cells), numbers=4, sums=2)


def _comparison_cells(name: str, before: float, after: float, whole: bool) -> tuple[str, ...]:
    """A line of both; the difference only where the month was measured as a whole."""
    relative = percent((after - before) / before) if before and whole else "-"
    return (
        name,
        count(before),
        count(after),
        signed(count(after - before)) if whole else "-",
        relative,
    )


def _coverage_of_month(inputs: ReportInputs) -> float:
    """The share of the month's hours that measurements cover. [0-1]"""
    return (
        0.0 if inputs.actuals is None else inputs.actuals.coverage.months().get(inputs.month, 0.0)
    )


def _coverage_line(inputs: ReportInputs) -> str:
    covered = _coverage_of_month(inputs)
    source = "" if inputs.actuals is None else inputs.actuals.source
    line = (
        f"Measured from {source}: {share(covered)} of the month's hours are covered, over the "
        "accounts and Regions seen. Nothing is extrapolated"
    )
    more = f"; below {share(_WHOLE)} it is shown and not compared."
    return line + ("." if covered >= _WHOLE else more)
