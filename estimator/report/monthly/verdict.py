"""The verdict: on budget or not, why, and how sure, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimator.figures import between_ends, budget_money, listed, money, share
from estimator.forecasting.budgets import describe_budget
from estimator.months import month_in_words
from estimator.report.columns import print_month_cost, share_beside
from estimator.report.monthly.budget_states import RISK, BudgetState, Status, judge_budgets
from estimator.report.monthly.words import factor_in_words, in_simulations

if TYPE_CHECKING:
    from estimator.inventory.budgets import Budget
    from estimator.report.monthly.inputs import ReportInputs

_MOST = 3


@dataclass(frozen=True)
class Verdict:
    """On budget or not, in plain words.

    Attributes
    ----------
    status : str
        ``over budget``: a budget is broken in the month; ``at risk``: one is expected to break
        later, or breaks in more than a twentieth of the draws; ``on budget``; ``no budget``.
    sentence : str
        The month against the budget, then the months ahead.
    budget : str or None
        The budget that the sentence, its probability and the first numbers speak of.
    probability : float or None
        That this budget breaks in a month to come. [0-1]
    bill : str or None
        What the bill covers: ``whole month``, or such as ``bill to 15 October``; None without one.
    states : tuple of BudgetState
        Every budget.
    main : BudgetState or None
        That of the budget that it speaks of.
    """

    status: Status
    sentence: str
    budget: str | None
    probability: float | None
    bill: str | None
    states: tuple[BudgetState, ...] = ()
    main: BudgetState | None = None

    @property
    def whole_budget(self) -> Budget | None:
        """The budget of everything that it speaks of, else the lowest one."""
        if self.main is not None and self.main.budget.part is None:
            return self.main.budget
        whole = (state.budget for state in self.states if state.budget.part is None)
        return min(whole, key=lambda budget: budget.usd_per_month, default=None)

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {
            "status": self.status,
            "sentence": self.sentence,
            "budget": self.budget,
            "probability": self.probability,
            "bill": self.bill,
            "budgets": [_describe(state) for state in self.states],
        }


def judge(inputs: ReportInputs) -> Verdict:
    """On budget or not, and how sure."""
    budgets = judge_budgets(inputs)
    states, main = budgets.every, budgets.main
    if main is None:
        sentence = f"{cost_in_words(inputs, None)} for CloudTrail's use of KMS."
        if inputs.inventory.budgets:
            sentence += (
                f" The budgets are in USD and the rates in {inputs.currency}: nothing says whether "
                "that is too much."
            )
        else:
            sentence += " No budget says whether that is too much: write one into the inventory."
        if inputs.bill_condition:
            sentence += f" That is so {inputs.bill_condition}."
        lines = [sentence, *_range_line(inputs)]
        return Verdict("no budget", " ".join(lines), None, None, inputs.bill_text)
    condition = f", {inputs.bill_condition}" if inputs.bill_condition else ""
    head = f"{main.status.capitalize()}{condition}: {cost_in_words(inputs, main)}"
    broken = [state.budget.name for state in states if state.is_broken and state is not main]
    if broken:
        head += f"; broken as well: {listed(broken, _MOST)}"
    lines = [f"{head}.", *_range_line(inputs, main)]
    lines += _ahead(inputs, main, states, _MOST - len(lines))
    return Verdict(
        main.status,
        " ".join(lines),
        main.budget.name,
        main.chance,
        inputs.bill_text,
        states,
        main,
    )


def _describe(state: BudgetState) -> dict[str, Any]:
    budget = state.budget
    return {
        "name": budget.name,
        "covers": budget.part or "all",
        "of": budget.of,
        "usd_per_month": budget.usd_per_month,
        "status": state.status,
        "billed": state.cost.billed,
        "rest": state.cost.rest,
        "cost": state.cost.total,
        "share": state.share,
        "first_over": state.first_over,
        "by_the_bill": state.by_the_bill,
        "is_inside": state.bill.is_inside,
        "bill_factor": state.bill.factor,
        "breaks_again": state.breaks_again,
        "probability": state.chance,
        "probability_now": state.chance_now,
        "highest_ahead": state.highest,
    }


def cost_in_words(inputs: ReportInputs, state: BudgetState | None) -> str:
    """The month's cost and its sources, against a budget."""
    cost = inputs.month_cost if state is None else state.cost
    month, unit = month_in_words(inputs.month), inputs.currency
    if cost.billed is not None and cost.is_open:
        return f"{unit} {money(cost.billed)} so far{_of_open_month(inputs, state)}"
    if cost.billed is not None and cost.rest:
        billed, rest, total = print_month_cost(cost.billed, cost.rest)
        words = inputs.billed_words
        until = "by the month's end" if words.startswith("to ") else "for the rest of the month"
        if "without" in words:
            until = "for what is missing"
        if (basis := inputs.month_bill.basis_of_rest) == "at the bill's rate":
            until += f", {basis},"
        line = f"{unit} {billed} billed {words} and about {rest} more {until} make {total}"
        if state is None:
            return line
        limit = budget_money(state.budget.usd_per_month)
        whole = share_beside(state.share, 1.0) + ", " if state.share is not None else ""
        return f"{line} of {limit} ({whole}{_name(state)})"
    if cost.billed is not None:
        line = f"{unit} {money(cost.total)} was billed for {month}"
    else:
        typical = money(inputs.typical)
        is_range = inputs.has_ranges and (state is None or state.budget.part is None)
        is_range = is_range and typical != money(cost.total)
        # the one place that explains the two: they are the same where nothing is a range
        beside = f" (on average over what is uncertain; typical is {typical})" if is_range else ""
        line = f"{unit} {money(cost.total)} is expected for {month}{beside}"
    if state is None:
        return line
    of_it = "against" if state.share is None else f"{share_beside(state.share, 1.0)} of"
    return f"{line}, {of_it} {describe_budget(state.budget)}"


def _of_open_month(inputs: ReportInputs, state: BudgetState | None) -> str:
    """What a bill that does not tell its days is of a budget: no more than that can be judged."""
    why = f"the bill is {inputs.billed_words} and does not tell its days, so nothing says how far "
    why += "the month goes"
    if state is None or state.cost.billed is None:
        return f"; {why}"
    billed, limit = state.cost.billed, state.budget.usd_per_month
    so_far = f", {share(billed / limit)} of" if limit else " of"
    line = f"{so_far} {budget_money(limit)} ({_name(state)})"
    if state.is_broken and state.cost.rest:
        line += f", and {money(state.cost.total)} by the forecast of the whole month"
    return line if state.is_broken else f"{line}; {why}"


def _name(state: BudgetState) -> str:
    budget = state.budget
    only = f" of {budget.part_in_words}" if budget.part else ""
    return f"budget {budget.name}{only}"


def _range_line(inputs: ReportInputs, main: BudgetState | None = None) -> list[str]:
    """Whether the bill is where the forecast said, and what that means for the months ahead.

    Of what the verdict's budget covers, where the bill tells it apart; a part that is where it
    should be says nothing of the months ahead where the whole bill is not.
    """
    month_bill, bill = inputs.month_bill, "bill"
    bill_range = month_bill.whole.bill_range
    if bill_range is None:
        return []
    if main is not None and main.budget.part is not None:
        of_part = main.bill.own_range
        if of_part is None or (of_part.is_inside and not bill_range.is_inside):
            bill = "whole bill"
        else:
            bill_range, bill = of_part, f"bill of {main.budget.part_in_words}"
    to_date = f" {inputs.billed_words}" if inputs.reconciliation and inputs.billed_words else ""
    if bill_range.needs_shift:
        to_date += bill_range.shift.in_words(inputs.currency)
    subject, other = f"The {bill}", ""
    if month_bill.follows_other:
        # what the difference to the inventory's own is due to
        is_charged = inputs.inventory.cloudtrail_writes == "exempt"
        does, does_not = "charges", "does not charge"
        bill_does, inventory_does = (does, "does not") if is_charged else (does_not, "does")
        other = f"This bill {bill_does} CloudTrail's own writes, the inventory {inventory_does}. "
        subject = f"{'With' if is_charged else 'Without'} them the {bill}"
    billed = money(bill_range.billed)
    amount = f" of {billed}" if bill == "bill" else f" ({billed})"
    if not bill_range.has_width:
        what = f"the forecast of {inputs.currency} {money(bill_range.low)}{to_date}"
        if bill_range.is_inside:
            return [f"{other}{subject} is within a tenth of {what}."]
        line = f"{other}{subject}{amount} is more than a tenth off {what}"
    else:
        ends = between_ends(bill_range.low, bill_range.high)
        if bill_range.is_inside:
            place = "within a tenth of" if month_bill.follows_other else bill_range.place
            return [f"{other}{subject} is {place} the forecast's range {ends}{to_date}."]
        line = f"{other}{subject}{amount} is outside the forecast's range {ends}{to_date}"
    # the command stands in what to do
    until = "until calibrated"
    if month_bill.off_by_rates is not None:
        until = "until the rates are those of the bill"
    return [f"{line}: the months ahead are not to be believed {until}."]


def _ahead(
    inputs: ReportInputs, main: BudgetState, states: Sequence[BudgetState], most: int
) -> list[str]:
    """The months ahead: each probability with the budget that it is of, in so many sentences."""
    last = inputs.forecast.months.labels[-1]
    if last == inputs.month and (main.status != "at risk" or not main.may_break):
        return ["No months ahead were asked for."]
    others = [state for state in states if state is not main]
    # those that are broken already are named at the head
    others = [state for state in others if state.may_break and not state.is_broken]
    others.sort(key=lambda state: (state.first_over or "9999", -(state.chance or 0.0)))
    # a forecast that the bill refutes may warn, and must not reassure
    is_refuted = inputs.month_bill.whole.is_refuted or main.bill.is_refuted
    if main.first_over or main.status == "at risk" or not is_refuted:
        others.insert(0, main)
    lines = [_ahead_of(inputs, state, last) for state in others[:most]]
    if len(others) > most:
        names = listed([state.budget.name for state in others[most:]], _MOST)
        lines[-1] = f"{lines[-1][:-1]}; at risk as well: {names}."
    return lines


def _ahead_of(inputs: ReportInputs, state: BudgetState, last: str) -> str:
    name, last = state.budget.name, month_in_words(last)
    if state.if_charged is not None and not state.first_over and not state.breaks_again:
        return (
            f"If writes are charged, which this bill does not tell, {month_in_words(inputs.month)} "
            f"costs {inputs.currency} {money(state.if_charged)} and breaks budget {name}."
        )
    if state.by_the_bill:
        return f"At the level of this bill budget {name} is broken {_when(inputs, state)}."
    if not state.first_over and state.breaks_again:
        times = factor_in_words(state.bill.factor)
        return (
            f"What is billed is {times} times what was expected of it: as much again would break "
            f"budget {name}."
        )
    if not state.first_over and (state.chance_now or 0.0) > max(RISK, state.chance or 0.0):
        times = in_simulations(state.chance_now or 0.0, inputs.simulation.draws)
        return f"{month_in_words(inputs.month)} itself breaks budget {name} {times}."
    has_chance = inputs.has_ranges and state.chance is not None
    times = in_simulations(state.chance or 0.0, inputs.simulation.draws)
    if state.first_over:
        line = f"Budget {name} is expected to be broken {_when(inputs, state)}"
        return f"{line}; {times} a month to {last} is over it." if has_chance else f"{line}."
    if not inputs.has_ranges:
        which = "no range changes" if len(inputs.simulation.drivers) else "has no ranges"
        return f"By the forecast, which {which}, no month to {last} breaks budget {name}."
    if not has_chance:
        return f"Budget {name} is at risk in a month to {last}."
    if not state.chance:
        return f"No month to {last} breaks budget {name} {times.replace('none', 'any')}."
    return f"{times[:1].upper()}{times[1:]} a month to {last} breaks budget {name}."


def _when(inputs: ReportInputs, state: BudgetState) -> str:
    """The months ahead that break a budget: short ones between long ones may keep it."""
    first = month_in_words(state.first_over or "")
    if state.months_over == state.months_after:
        return f"from {first} on"
    if state.months_over == 1:
        return f"in {first} alone"
    ahead = inputs.forecast.months.count - 1
    return f"in {state.months_over:,} of the {ahead:,} months ahead, first in {first}"
