"""The verdict: on budget or not, and how sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from estimator.figures import money, share
from estimator.forecasting.budgets import is_over
from estimator.forecasting.gate import describe_budget
from estimator.inventory.budgets import Budget
from estimator.report.monthly.words import in_draws, month_in_words

if TYPE_CHECKING:
    from estimator.report.monthly.inputs import Computed

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


def verdict(told: Computed) -> Verdict:
    """On budget or not, and how sure."""
    budgets = told.inventory.budgets if told.currency == "USD" else ()
    whole = [one for one in budgets if one.covers is None]
    amount = f"{told.currency} {money(told.spent)}"
    what = f"{month_in_words(told.month)}"
    did = "was billed" if told.reconciliation else "is forecast at"
    if not budgets:
        why = "are in USD, the rates are not" if told.inventory.budgets else "are not written down"
        said = f"{what} {did} {amount} for CloudTrail's use of KMS; budgets {why}, so nothing "
        return Verdict("no budget", f"{said}says whether that is too much.", None)
    broken = [one for one in budgets if _is_broken(told, one)]
    chance = _chance(told, whole)
    later = _later(told)
    at_risk = bool(later) or (chance is not None and chance > _RISK)
    status: Status = "over budget" if broken else "at risk" if at_risk else "on budget"
    main = (
        broken[0] if broken else min(whole, key=lambda one: one.usd_per_month, default=budgets[0])
    )
    spent = told.spent if main.covers is None else _used(told, main)
    said = f"{what} is {'over budget' if broken else 'on budget'}: "
    said += (
        f"{told.currency} {money(spent)} {'was billed' if _billed(told, main) else 'is forecast'}"
    )
    of_it = f", {share(spent / main.usd_per_month)} of" if main.usd_per_month else " against"
    said += f"{of_it} {describe_budget(main)}"
    more = len(broken) - 1
    said += f", and {more} more budget{'s are' if more > 1 else ' is'} broken" if more > 0 else ""
    return Verdict(status, f"{said}; {_ahead(told, chance, later)}.", chance)


def _billed(told: Computed, budget: Budget) -> bool:
    return told.reconciliation is not None and budget.covers is None


def _used(told: Computed, budget: Budget) -> float:
    """What the forecast says of the month of what a budget covers. [USD]"""
    rows = told.forecast.budgets
    return float(rows.loc[rows["budget"] == budget.name, "used"].iloc[0])


def _is_broken(told: Computed, budget: Budget) -> bool:
    used = told.spent if _billed(told, budget) else _used(told, budget)
    return bool(is_over(np.array([used]), np.array([budget.usd_per_month]))[0])


def _chance(told: Computed, whole: list[Budget]) -> float | None:
    """How likely a month to come breaks the lowest budget of everything. [0-1]"""
    drawn = told.simulation.draws_cost[:, 1:]
    if not whole or not drawn.shape[1]:
        return None
    limit = min(one.usd_per_month for one in whole)
    return float((drawn > limit).any(axis=1).mean())


def _later(told: Computed) -> list[str]:
    """The budgets that the forecast breaks in a month to come, each with its first month."""
    rows = told.forecast.budgets
    late = rows[rows["over"] & (rows["month"].astype(str) > told.month)]
    first = late.drop_duplicates("budget").sort_values("month", kind="stable")
    return [f"{row['budget']} from {row['month']}" for row in first.to_dict("records")]


def _ahead(told: Computed, chance: float | None, later: list[str]) -> str:
    last, draws = told.forecast.months.labels[-1], told.simulation.draws
    if last == told.month:
        return "no months ahead were asked for"
    if later:
        more = f" and {len(later) - 1} more" if len(later) > 1 else ""
        said = f"the forecast breaks budget {later[0]}{more}"
        sure = "" if chance is None else f"; a month to {last} is over {in_draws(chance, draws)}"
        return said + sure
    if chance is None:
        return f"by the forecast no budget breaks to {last}; parts are not drawn"
    if not told.has_ranges:
        return (
            f"by the forecast no month to {last} breaks it, but the inventory has no ranges that "
            "say how sure that is"
        )
    if not chance:
        return f"no month to {last} breaks it {in_draws(0.0, draws).replace('none', 'any')}"
    return f"a month to {last} breaks it {in_draws(chance, draws)}"
