"""The month: budget, forecast, measured, billed, and the difference explained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from estimator.figures import (
    budget_money,
    count,
    count_like,
    difference,
    money,
    money_like,
    percent,
    share,
    signed,
)
from estimator.measurement.sources import SOURCES
from estimator.months import Months, month_in_words
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.answers.bill_amounts import amounts_beside
from estimator.report.answers.reconciliation import (
    reconciliation_lines,
    reconciliation_sheets,
)
from estimator.report.blocks import Lines, Sheet, write_paragraphs
from estimator.report.charts.bars import difference_chart
from estimator.report.columns import print_month_cost, share_beside, share_of_limit
from estimator.report.monthly.budget_states import BudgetState
from estimator.report.monthly.document import Block, Card, Cards, Section
from estimator.report.monthly.inputs import ReportInputs
from estimator.report.monthly.verdict import Verdict
from estimator.report.monthly.words import IF_WORDS, often
from estimator.volume.others import expected_others

_MOST = 10
_DUST = 1e-7  # what is left of sums that should be zero
# what the month costs, where it is neither a bill nor the forecast of everything
MONTH_CARDS = ("By the month's end", "With what is missing", "Expected")
_WHOLE = 0.9  # a month that is covered so far is compared with; reconcile has the same [0-1]


def month_section(inputs: ReportInputs, verdict: Verdict) -> Section:
    """Return the month: its budget, forecast, measurements, bill, and why they differ."""
    blocks: list[Block] = [_cards(inputs, verdict.main)]
    budgets = budgets_sheet(inputs, verdict.states)
    if budgets is not None:
        blocks.append(budgets)
    measured = _measured_sheet(inputs)
    if inputs.reconciliation is not None:
        sides, parts, *rows = reconciliation_sheets(inputs.reconciliation)
        lines = Lines("", tuple(reconciliation_lines(inputs.reconciliation)))
        blocks += [sides, parts, difference_chart(inputs.reconciliation), lines, *rows]
    if measured is not None:
        blocks += [measured, write_paragraphs(_coverage_line(inputs))]
    return Section("month", f"The month: {month_in_words(inputs.month)}", tuple(blocks))


def _cards(inputs: ReportInputs, main: BudgetState | None) -> Cards:
    """The numbers of the month; `main` is the budget that the verdict speaks of."""
    unit, cards = inputs.currency, []
    if main is not None:
        budget = main.budget
        note = f"{budget.name}, a month"
        note += f", {budget.part_in_words}" if budget.part else ""
        cards.append(Card("Budget", budget_money(budget.usd_per_month), unit, note))
    of_part = main is not None and bool(main.budget.part_in_words)
    if main is not None and main.budget.part_in_words:
        # the verdict's sum is of what its budget covers
        cards += _cost_cards(inputs, main.cost, main.budget.part_in_words, main.share)
    whole_share = None if main is None or of_part else main.share
    cards += _cost_cards(inputs, inputs.month_cost, "", whole_share, " in all" * of_part)
    cards.append(_forecast_card(inputs, of_part))
    if inputs.forecast.months.count > 1 and inputs.month_cost.billed is None:
        cards.append(_ahead_card(inputs))
    cards.append(
        Card("Forecast requests", count(inputs.expected["requests"]), "requests", "of KMS")
    )
    cards += inputs.copies.cards()
    measured = _measured_rows(inputs)
    if measured is not None:
        # logs hold everybody's KMS requests; the card is compared with a forecast of CloudTrail's
        own = measured[measured["cause"] != "other"]["quantity"].sum()
        tells_all = any(
            SOURCES[name].counts == "requests" for name in inputs.actuals_sources if name in SOURCES
        )
        note = "CloudTrail's" if tells_all else "CloudTrail's, of the causes measured"
        note += ", as far as covered"
        cards.append(Card("Measured", count(float(own)), "requests", note))
    found = inputs.reconciliation
    if found is not None and found.is_comparable:
        before = found.forecast_to_date()
        error = difference(before, before + found.forecast_error)
        of_it = f"{percent(error / before)} " if before else ""
        which = f"forecast {inputs.billed_words}".strip()
        note = f"{of_it}to the {which} of {money(before)}"
        cards.append(Card("Difference", signed(money_like(error, before)), unit, note))
    if found is not None and any(abs(cost) > _DUST for cost in found.others.values()):
        note = "what is not CloudTrail's, on the same bill"
        cards.append(Card("Others' KMS", amounts_beside(found).others, unit, note))
    return Cards(tuple(cards))


def _cost_cards(
    inputs: ReportInputs,
    cost: MonthCost,
    part: str,
    share_of_budget: float | None,
    in_all: str = "",
) -> list[Card]:
    """What is billed and what the month costs; `part` is what it is of, empty for everything."""
    unit = inputs.currency
    if cost.billed is None:
        # of everything the forecast has a card of its own
        return [Card(MONTH_CARDS[2], money(cost.total), unit, part)] if part else []
    note = part or "CloudTrail's part"
    note += "" if cost.is_billed else f", {inputs.bill_text}"
    cards = [Card(f"Billed{in_all}", money(cost.billed), unit, note)]
    if cost.is_billed:
        return cards
    billed, rest, total = print_month_cost(cost.billed, cost.rest)
    note = f"{billed} billed and {rest} more, {inputs.month_bill.basis_of_rest}"
    note += (
        "" if share_of_budget is None else f": {share_beside(share_of_budget, 1.0)} of the budget"
    )
    if cost.is_open:
        note = "at least: the forecast, or the bill, which does not tell its days"
    name = MONTH_CARDS["without" in inputs.billed_words]
    return [*cards, Card(f"{name}{in_all}", total, unit, note)]


def _forecast_card(inputs: ReportInputs, beside_part: bool) -> Card:
    """The expected cost with its range; the typical one where it is another."""
    certain = "no range changes it" if len(inputs.simulation.drivers) else "without a range"
    note = "expected, the mean of simulations" if inputs.has_ranges else certain
    if inputs.ends:
        note += f"; {inputs.ends} in 90 % of them; typical, their middle: {money(inputs.typical)}"
    note = f"of everything, {note}" if beside_part else note
    return Card("Forecast", money(inputs.expected[inputs.cost]), inputs.currency, note)


def _ahead_card(inputs: ReportInputs) -> Card:
    """What the months ahead cost together, under both interpretations."""
    labels, ahead = inputs.forecast.months.labels, inputs.expected_ahead
    other = inputs.forecast.other_interpretation
    months = len(labels) - 1
    note = f"to {month_in_words(labels[-1])}; {money(ahead[f'{inputs.cost}_writes_{other}'])} "
    name = f"Next {months:,} months" if months > 1 else "Next month"
    return Card(name, money(ahead[inputs.cost]), inputs.currency, note + IF_WORDS[other])


def budgets_sheet(inputs: ReportInputs, states: Sequence[BudgetState]) -> Sheet | None:
    """Every budget in the month, and the months ahead; the ten fullest."""
    if not states:
        return None
    use = inputs.forecast.budgets
    use = use[use["month"].astype(str) == inputs.month]
    other_use = dict(zip(use["budget"].astype(str), use["used_other_reading"], strict=True))
    # a budget of nothing has no share: whatever is used is over it, so it stands first
    order = sorted(states, key=lambda state: -(np.inf if state.share is None else state.share))
    rows: list[tuple[str, ...]] = []
    for state in order[:_MOST]:
        budget, cost = state.budget, state.cost
        rows.append(
            (
                budget.name,
                budget.part_in_words or "all",
                state.status,
                budget_money(budget.usd_per_month),
                "-" if cost.billed is None else money(cost.billed),
                money(cost.total),
                "-" if state.share is None else share_of_limit(state.share),
                money(other_use[budget.name]),
                "-" if state.highest is None else money(state.highest),
                "-" if state.chance is None else often(state.chance),
            )
        )
    more = len(order) - _MOST
    if more > 0:
        over = sum(state.is_broken for state in order[_MOST:])
        rows.append((f"{more:,} more", f"{over:,} of them over", *[""] * 8))
    other = f"forecast USD {IF_WORDS[inputs.forecast.other_interpretation]}"
    header: tuple[str, ...] = ("budget", "covers", "status", "USD a month", "billed USD")
    header = (*header, "month USD", "share", other, "highest ahead USD", "simulations over ahead")
    title = f"Budgets in {inputs.month}: billed, else expected"
    return Sheet(title, header, tuple(rows), numbers=7, sums=int(more > 0))


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
    frame = inputs.month_rows[inputs.month_rows["unit"] == "request"]
    expected = frame.groupby(frame["cause"].astype(str))["quantity"].sum()
    whole = _coverage_of_month(inputs) >= _WHOLE
    sources = {SOURCES[name] for name in inputs.actuals_sources if name in SOURCES}

    def is_measured(cause: str) -> bool:
        # a cause that no file tells is not measured, and no zero
        return cause in sums.index or any(source.tells(cause) for source in sources)

    causes = [
        cause
        for cause in ("put", "get", "digest", "check", "replication")
        if cause in {*sums.index, *expected.index}
    ]
    cells = [
        _comparison_cells(
            cause,
            expected.get(cause, 0.0),
            sums.get(cause, 0.0) if is_measured(cause) else None,
            whole,
        )
        for cause in causes
    ]
    before, after = (
        sum(quantities.get(name, 0.0) for name in causes) for quantities in (expected, sums)
    )
    everything = after if all(map(is_measured, causes)) else None
    cells.append(_comparison_cells("CloudTrail's", before, everything, whole))
    month = Months(inputs.forecast.months.firsts[0], 1)
    others = float(expected_others(inputs.inventory, month)[0])
    of_others = sums.get("other", 0.0) if is_measured("other") else None
    cells.append(_comparison_cells("others", others, of_others, whole))
    header = ("cause", "forecast requests", "measured requests", "difference", "relative")
    title = f"Forecast and measured requests by cause, {inputs.month}"
    return Sheet(title, header, tuple(cells), numbers=4, sums=2)


def _comparison_cells(
    name: str, before: float, after: float | None, whole: bool
) -> tuple[str, ...]:
    """A line of both; the difference only where the month was measured as a whole.

    None is what no source tells.
    """
    if after is None:
        return (name, count(before), "-", "-", "-")
    relative = percent(difference(before, after) / before) if before and whole else "-"
    return (
        name,
        count(before),
        count(after),
        signed(count_like(difference(before, after), max(before, after))) if whole else "-",
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
