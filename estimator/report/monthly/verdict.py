"""The verdict: on budget or not, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimator.figures import listed, money, share
from estimator.forecasting.budgets import is_over
from estimator.forecasting.fail_over import describe_budget
from estimator.inventory.budgets import Budget
from estimator.report.monthly.words import in_simulations, month_in_words

if TYPE_CHECKING:
    from estimator.report.monthly.inputs import ReportInputs

Status = Literal["on budget", "at risk", "over budget", "no budget"]

# a budget that breaks in more than one of twenty draws is worth a warning: the 95th percentile
_RISK = 0.05


@dataclass(frozen=True)
class Verdict:
    """On budget or not, in one sentence.

    Attributes
    ----------
    status : str
        ``over budget``: a budget is broken in the month; ``at risk``: one is forecast to break
        later, or breaks in more than a twentieth of the draws; ``on budget``; ``no budget``.
    sentence : str
    probability : float or None
        That the budget of everything breaks in a month to come. [0-1]
    """

    status: Status
    sentence: str
    probability: float | None


def judge(inputs: ReportInputs) -> Verdict:
    """On budget or not, and how sure."""
    budgets = inputs.inventory.budgets if inputs.currency == "USD" else ()
    whole = [budget for budget in budgets if budget.part is None]
    amount = f"{inputs.currency} {money(inputs.spent)}"
    what = f"{month_in_words(inputs.month)}"
    did = "was billed" if inputs.reconciliation else "is forecast at"
    if not budgets:
        why = (
            "are in USD, the rates are not" if inputs.inventory.budgets else "are not written down"
        )
        sentence = f"{what} {did} {amount} for CloudTrail's use of KMS; budgets {why}, so nothing "
        return Verdict("no budget", f"{sentence}says whether that is too much.", None)
    broken = [budget for budget in budgets if _is_broken(inputs, budget)]
    chance = _chance(inputs, whole)
    later = _later(inputs)
    at_risk = bool(later) or (chance is not None and chance > _RISK)
    status: Status = "over budget" if broken else "at risk" if at_risk else "on budget"
    main = (
        broken[0]
        if broken
        else min(whole, key=lambda budget: budget.usd_per_month, default=budgets[0])
    )
    spent = inputs.spent if main.part is None else _forecast_use(inputs, main)
    sentence = f"{what} is {'over budget' if broken else 'on budget'}: "
    did = "was billed" if _is_billed(inputs, main) else "is forecast"
    sentence += f"{inputs.currency} {money(spent)} {did}"
    of_it = f", {share(spent / main.usd_per_month)} of" if main.usd_per_month else " against"
    sentence += f"{of_it} {describe_budget(main)}"
    more = len(broken) - 1
    sentence += (
        f", and {more} more budget{'s are' if more > 1 else ' is'} broken" if more > 0 else ""
    )
    return Verdict(status, f"{sentence}; {_ahead(inputs, chance, later)}.", chance)


def _is_billed(inputs: ReportInputs, budget: Budget) -> bool:
    return inputs.reconciliation is not None and budget.part is None


def _forecast_use(inputs: ReportInputs, budget: Budget) -> float:
    """The forecast of the month for what a budget covers. [USD]"""
    rows = inputs.forecast.budgets
    return float(rows.loc[rows["budget"] == budget.name, "used"].iloc[0])


def _is_broken(inputs: ReportInputs, budget: Budget) -> bool:
    # the bill is reconciled as a whole: a budget of a part is held against the forecast
    used = inputs.spent if _is_billed(inputs, budget) else _forecast_use(inputs, budget)
    return bool(is_over(np.array([used]), np.array([budget.usd_per_month]))[0])


def _chance(inputs: ReportInputs, whole: list[Budget]) -> float | None:
    """The probability that a month to come breaks the lowest budget of everything. [0-1]"""
    # the first column is the month that is reported, whose cost may be billed already
    drawn = inputs.simulation.draws_cost[:, 1:]
    if not whole or not drawn.shape[1]:
        return None
    limit = min(budget.usd_per_month for budget in whole)
    return float((drawn > limit).any(axis=1).mean())


def _later(inputs: ReportInputs) -> list[str]:
    """The budgets that the forecast breaks in a month to come, each with its first month."""
    rows = inputs.forecast.budgets
    # months are in order within a budget: the first row of each is its first month
    late = rows[rows["over"] & (rows["month"].astype(str) > inputs.month)]
    first = late.drop_duplicates("budget").sort_values("month", kind="stable")
    return [f"{row['budget']} from {row['month']}" for row in first.to_dict("records")]


def _ahead(inputs: ReportInputs, chance: float | None, later: list[str]) -> str:
    last, draws = inputs.forecast.months.labels[-1], inputs.simulation.draws
    if last == inputs.month:
        return "no months ahead were asked for"
    if later:
        line = f"the forecast breaks budget {listed(later, 1)}"
        if chance is not None:
            line += f"; a month to {last} is over {in_simulations(chance, draws)}"
        return line
    if chance is None:
        return f"by the forecast no budget breaks to {last}; budgets of parts are not simulated"
    if not inputs.has_ranges:
        return (
            f"by the forecast no month to {last} breaks it, but the inventory has no ranges that "
            "say how sure that is"
        )
    if not chance:
        return f"no month to {last} breaks it {in_simulations(0.0, draws).replace('none', 'any')}"
    return f"a month to {last} breaks it {in_simulations(chance, draws)}"
