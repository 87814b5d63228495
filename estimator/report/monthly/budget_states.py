"""The state of each budget: the month as billed and forecast, and the months ahead."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimator.forecasting.budgets import is_in_budget, is_over
from estimator.inventory.budgets import Budget
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.monthly.month_bill import BilledPart

if TYPE_CHECKING:
    from estimator.report.monthly.inputs import ReportInputs

Status = Literal["on budget", "at risk", "over budget", "no budget"]

# a budget that breaks in more than one of twenty draws is worth a warning: the 95th percentile
RISK = 0.05

SEVERITY: dict[Status, int] = {"no budget": 0, "on budget": 1, "at risk": 2, "over budget": 3}


@dataclass(frozen=True)
class BudgetState:
    """A budget, and whether it is kept.

    Attributes
    ----------
    budget : Budget
    is_broken : bool
        In the month that is reported.
    first_over : str or None
        The first month ahead that breaks it, as ``2027-03``: by its expected cost, or at the level
        of the bill.
    months_over : int
        How many months ahead break it so.
    months_after : int
        How many there are from `first_over` on.
    by_the_bill : bool
        `first_over` is so only at the level of the bill: the forecast breaks it later, or never.
    bill : BilledPart
        The part of the bill that it is judged by, beside the forecast.
    breaks_again : bool
        It would be broken if what is not billed were as many times dearer once more: how wrong a
        forecast may be is told by how wrong it was.
    chance : float or None
        That a month ahead breaks it; None where no month ahead was asked for, or the bill refutes
        the forecast, its own part or all of it. [0-1]
    chance_now : float or None
        That the month that is reported does; None where all of it is billed, where the bill
        does not tell its days, or as above. [0-1]
    breaks_often : bool
        It breaks in more than a twentieth of the draws, whether or not these are to be believed.
    highest : float or None
        The highest expected cost of a month ahead. [currency]
    if_charged : float or None
        The month's cost if writes are charged, where that breaks the budget and the lines that
        would tell are not on the bill. [currency]
    """

    budget: Budget
    is_broken: bool
    first_over: str | None
    months_over: int
    months_after: int
    by_the_bill: bool
    bill: BilledPart
    breaks_again: bool
    chance: float | None
    chance_now: float | None
    breaks_often: bool
    highest: float | None
    if_charged: float | None = None

    @property
    def cost(self) -> MonthCost:
        """The month's cost of what it covers."""
        return self.bill.cost

    @property
    def status(self) -> Status:
        """Over budget, at risk or on budget."""
        if self.is_broken:
            return "over budget"
        # of a bill that does not tell its days nothing says where the month ends
        return "at risk" if self.may_break or self.cost.is_open else "on budget"

    @property
    def may_break(self) -> bool:
        """True where the forecast or the bill warns that it breaks."""
        return (
            self.first_over is not None
            or self.breaks_often
            or self.breaks_again
            or (self.if_charged is not None)
        )

    @property
    def share(self) -> float | None:
        """The month's share of the budget; None of a budget of nothing. [-]"""
        limit = self.budget.usd_per_month
        return self.cost.total / limit if limit else None


@dataclass(frozen=True)
class BudgetStates:
    """All budgets of a report.

    Attributes
    ----------
    every : tuple of BudgetState
        In the order of the inventory; none where the rates are not in their currency.
    main : BudgetState or None
        The one that the report speaks of: the worst.
    """

    every: tuple[BudgetState, ...]
    main: BudgetState | None


def judge_budgets(inputs: ReportInputs) -> BudgetStates:
    """Return the state of every budget, and the one that the report speaks of."""
    if inputs.currency != "USD":
        return BudgetStates((), None)
    rows = inputs.simulation.budgets
    rows = rows[rows["month"].notna()]
    expected = {str(name): part for name, part in rows.groupby("budget", observed=True)}
    states = tuple(
        _judge(inputs, budget, expected[budget.name]["expected"].to_numpy(dtype=np.float64)[1:])
        for budget in inputs.inventory.budgets
    )
    return BudgetStates(states, main_state(states))


def _judge(inputs: ReportInputs, budget: Budget, ahead: np.ndarray) -> BudgetState:
    """The state of a budget whose expected cost in the months ahead is known."""
    limit, bill = budget.usd_per_month, inputs.month_bill.part(budget)
    factor, cost, at_level = bill.factor, bill.cost, ahead
    if inputs.month_bill.follows_other:
        # the bill's level is that of its own interpretation
        use = inputs.forecast.budgets
        is_this = (use["budget"] == budget.name) & (use["month"].astype(str) > inputs.month)
        at_level = use[is_this]["used_other_reading"].to_numpy(dtype=np.float64)
    over, at_bill = _first(ahead, limit), _first(at_level * factor, limit)
    # the greater of both: a forecast that breaks it later hides no bill that breaks it before
    first = min((at for at in (over, at_bill) if at is not None), default=None)
    breaks = is_over(np.maximum(ahead, at_level * factor), np.full(len(ahead), limit))
    is_refuted = inputs.month_bill.whole.is_refuted or bill.is_refuted
    drawn = inputs.simulation.over[budget.name][1:]
    chance = float(drawn.any(axis=0).mean()) if len(drawn) else None
    now = _chance_now(inputs, budget, cost)
    if_charged = cost.total + _unseen_writes(inputs, budget)
    may_be_charged = if_charged > cost.total and _first(np.array([if_charged]), limit) is not None
    # what is not billed yet is as uncertain as the months ahead
    again = [(cost.billed or 0.0) + cost.rest * factor, *(at_level * factor * factor)]
    return BudgetState(
        budget=budget,
        is_broken=_first(np.array([cost.total]), limit) is not None,
        first_over=None if first is None else inputs.forecast.months.labels[1 + first],
        months_over=int(breaks.sum()),
        months_after=0 if first is None else len(breaks) - first,
        by_the_bill=first is not None and first != over,
        bill=bill,
        breaks_again=factor > 1 and _first(np.array(again), limit) is not None,
        # a chance out of a refuted forecast is none; a warning out of it stays one
        chance=None if is_refuted else chance,
        chance_now=None if is_refuted else now,
        breaks_often=max(chance or 0.0, now or 0.0) > RISK,
        highest=float(ahead.max()) if len(ahead) else None,
        if_charged=if_charged if may_be_charged else None,
    )


def _chance_now(inputs: ReportInputs, budget: Budget, cost: MonthCost) -> float | None:
    """The share of draws of the month that break a budget, as far as it is not billed. [0-1]"""
    if cost.is_billed or cost.is_open:
        return None
    if cost.billed is None:
        return float(inputs.simulation.over[budget.name][0].mean())
    expected = inputs.expected[inputs.cost]
    # a part has no draws of its own: it is taken to spread as everything does
    rest = inputs.simulation.draws_cost[:, 0] * (cost.rest / expected if expected else 0.0)
    return float(is_over(cost.billed + rest, np.array(budget.usd_per_month)).mean())


def main_state(states: Sequence[BudgetState]) -> BudgetState | None:
    """The budget that the report speaks of.

    Of several over budget the one that is exceeded most, in proportion; of several at risk the one
    that breaks first; else the lowest budget of everything.
    """
    if not states:
        return None
    worst = max(SEVERITY[state.status] for state in states)
    found = [state for state in states if SEVERITY[state.status] == worst]

    def order(state: BudgetState) -> tuple[object, ...]:
        # of nothing every share is beyond measure
        share = state.share if state.share is not None else np.inf
        is_part = state.budget.part is not None
        if state.status == "over budget":
            return -share, is_part
        if state.status == "at risk":
            return state.first_over or "9999", -max(state.chance or 0.0, state.chance_now or 0.0)
        return is_part, state.budget.usd_per_month

    return min(found, key=order)


def _first(costs: np.ndarray, limit: float) -> int | None:
    over = np.flatnonzero(is_over(costs, np.full(len(costs), limit)))
    return int(over[0]) if len(over) else None


def _unseen_writes(inputs: ReportInputs, budget: Budget) -> float:
    """What writes cost more if charged, in accounts that a bill has no line of. [currency]

    Where a payer's bill does not tell its interpretation: what would tell it is missing.
    """
    found, rows = inputs.reconciliation, inputs.month_rows
    if found is None or not found.has_kms or "account" in found.levels:
        return 0.0
    seen = found.rows.loc[(found.rows["billed"] > 0).to_numpy(), "billed_account"]
    unknown = [bill.payer for bill in found.interpretations if bill.answer is None]
    rows = rows[~rows["billed_account"].isin(seen).to_numpy() & rows["payer"].isin(unknown)]
    rows = rows[is_in_budget(budget, rows, inputs.inventory.accounts)]
    return max(math.fsum(rows["cost_other_reading"]) - math.fsum(rows["cost"]), 0.0)
