"""The budgets of an inventory, or its forecast as a plan, as AWS Budgets takes them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import factor
from estimator.forecasting import Forecast
from estimator.forecasting.budgets import is_in_budget
from estimator.inventory.budgets import THRESHOLDS, Budget
from estimator.report.exports import Calls, Source, forecast_of
from estimator.report.exports.subscribers import MOST_THRESHOLDS, notifications, read_subscribers
from estimator.report.exports.usage_types import SERVICE_NAME, operation_of
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError, Problem, UsageError

COMMAND = "aws budgets create-budget"
LIMITS = ("budgets", "forecast")

# AWS Budgets API, PlannedBudgetLimits: 12 months from the current one, or from a future start on
MOST_MONTHS = 12
# the service model of AWS Budgets 2016-10-20, BudgetName
_NAME = re.compile(r"(?!.*/action/)(?!(?i:.*<script>))[^:\\]{1,100}", re.DOTALL)
_CENT = Decimal("0.01")

_NEEDED = ("payer", "billed_account", "billed_region", "driver", "cause", "operation")

# the forecast has usage at its price, and neither tax, credits, refunds nor support
_COST_TYPES = {
    "IncludeTax": False,
    "IncludeSubscription": True,
    "UseBlended": False,
    "IncludeRefund": False,
    "IncludeCredit": False,
    "IncludeUpfront": True,
    "IncludeRecurring": True,
    "IncludeOtherSubscription": True,
    "IncludeSupport": False,
    "IncludeDiscount": True,
    "UseAmortized": False,
}


@dataclass(frozen=True)
class _Plan:
    """One budget of one payer: its name, its monthly limits, the charges it is about."""

    name: str
    payer: str
    limits: tuple[Decimal, ...]
    thresholds: tuple[float, ...]
    part: str | None
    rows: pd.DataFrame


def export_aws_budgets(
    inventory: Source,
    start: str | datetime.date | None = None,
    months: int = 12,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    limits: str | None = None,
    margin: float = 0.0,
    notify: Sequence[str] = (),
    budget: str | None = None,
) -> Calls:
    """Budgets with planned monthly limits, for ``aws budgets create-budget --cli-input-json``.

    Parameters
    ----------
    inventory : Inventory, path or Forecast
        A forecast brings its own months, rates and discount.
    start, months, rates, discount
        As of `estimator.forecast`; AWS takes 12 months from the current one on. [month]
    limits : str, optional
        ``budgets``: usd_per_month in each month. ``forecast``: what the forecast of each month
        says of what the budget covers. Default: budgets, where the inventory has any.
    margin : float
        Share added to the limits of the forecast. [-]
    notify : sequence of str
        E-mail addresses, or the ARN of an SNS topic: AWS takes no threshold without somebody to
        tell.
    budget : str, optional
        Only this one.

    Returns
    -------
    Calls
        One for each budget and payer. Limits are rounded up to the cent.

    Raises
    ------
    KmscostError
        The inventory or an option is wrong, or AWS Budgets cannot say what a budget says.
    """
    subscribers = read_subscribers(notify)
    forecast = forecast_of(inventory, start, months, _NEEDED, rates, discount, _NEEDED)
    if forecast.months.count > MOST_MONTHS:
        expected = f"1 to {MOST_MONTHS}, which AWS Budgets takes"
        raise UsageError(Problem("months", None, "", str(forecast.months.count), expected, ""))
    chosen = _choose_limits(forecast, limits, margin)
    plans = list(_plans(forecast, chosen, margin, budget))
    for plan in plans:
        _check_name(plan.name, forecast)
    inputs = tuple(_input(plan, forecast, subscribers) for plan in plans)
    return Calls(
        COMMAND,
        inputs,
        (*_notices(plans, forecast, subscribers), forecast.other_interpretation_line),
    )


def _choose_limits(forecast: Forecast, limits: str | None, margin: float) -> str:
    """Return ``budgets`` or ``forecast``, from which the limits are taken."""
    if limits not in (None, *LIMITS):
        raise UsageError(Problem("limits", None, "", repr(limits), " or ".join(LIMITS), ""))
    if isinstance(margin, bool) or not 0 <= margin <= 10:
        expected = "a share such as 20% or 0.2, up to 10"
        raise UsageError(Problem("margin", None, "", str(margin), expected, ""))
    chosen = limits or ("budgets" if forecast.inventory.budgets else "forecast")
    if margin and chosen == "budgets":
        expected = "it with --limits forecast only"
        raise UsageError(Problem("margin", None, "", f"{margin:g}", expected, ""))
    if chosen == "budgets" and not forecast.inventory.budgets:
        fix = "add `budgets: [{name: kms, usd_per_month: 25.00}]`, or use --limits forecast"
        found = "an inventory without budgets"
        raise KmscostError(
            Problem(forecast.inventory.path, None, "budgets", found, "at least one", fix)
        )
    if chosen == "budgets" and forecast.currency != "USD":
        found = f"rates in {forecast.currency}"
        expected = "rates in USD, as the inventory's budgets are"
        raise UsageError(Problem("rates", None, "", found, expected, "use --limits forecast"))
    return chosen


def _plans(forecast: Forecast, chosen: str, margin: float, only: str | None) -> Iterator[_Plan]:
    budgets = [budget for budget in forecast.inventory.budgets if only in (None, budget.name)]
    if only is not None and not budgets:
        names = (
            ", ".join(budget.name for budget in forecast.inventory.budgets) or "no budget at all"
        )
        raise UsageError(Problem("budget", None, "", repr(only), f"one of: {names}", ""))
    if not budgets:
        yield from _of_each_payer("kmscost", forecast, None, forecast.rows, margin)
        return
    for budget in budgets:
        rows = forecast.rows[is_in_budget(budget, forecast.rows, forecast.inventory.accounts)]
        if chosen == "forecast":
            yield from _of_each_payer(budget.name, forecast, budget, rows, margin)
            continue
        payers = [str(payer) for payer in rows["payer"].unique()]
        if len(payers) > 1:
            found = f"a budget over the charges of {len(payers)} payers"
            fix = "write a budget for each payer (`payer: ...`), or use --limits forecast"
            expected = "one payer: AWS Budgets sees one consolidated bill"
            at = f"budgets[{budget.name}]"
            raise KmscostError(Problem(forecast.inventory.path, None, at, found, expected, fix))
        # upwards: a limit below what was budgeted would raise alarms too early
        limit = _cents(budget.usd_per_month)
        payer = payers[0] if payers else _payer_of(forecast, budget)
        limits = (limit,) * forecast.months.count
        yield _Plan(budget.name, payer, limits, budget.thresholds, budget.part, rows)


def _of_each_payer(
    name: str, forecast: Forecast, budget: Budget | None, rows: pd.DataFrame, margin: float
) -> Iterator[_Plan]:
    """A plan for each payer, its limits what the forecast says."""
    payers = [str(payer) for payer in rows["payer"].unique()]
    part, thresholds = (budget.part, budget.thresholds) if budget else (None, THRESHOLDS)
    for payer in payers or [_payer_of(forecast, budget)]:
        charges = rows[rows["payer"] == payer]
        month = charges["month"].astype(str)
        spent = [
            float(np.sum(charges.loc[month == label, "cost"])) for label in forecast.months.labels
        ]
        limits = tuple(_cents(cost, margin) for cost in spent)
        own = f"{name}-{payer}" if len(payers) > 1 else name
        yield _Plan(own, payer, limits, thresholds, part, charges)


def _payer_of(forecast: Forecast, budget: Budget | None) -> str:
    """The payer of a budget that no charge of the forecast falls to."""
    if budget and budget.payer:
        return budget.payer
    inventory = forecast.inventory
    payers = inventory.payer_by_account
    covered = budget.covers(inventory.accounts) if budget else None
    if covered is None or covered.column != "billed_account":
        return inventory.payer
    return next((payers[account] for account in covered.members), inventory.payer)


def _cents(amount: float, margin: float = 0.0) -> Decimal:
    """An amount rounded up to the cent, at least one: AWS Budgets knows no limit of nothing.

    >>> _cents(5.4983), _cents(25.0), _cents(0.0), _cents(10.0, 0.2)
    (Decimal('5.50'), Decimal('25.00'), Decimal('0.01'), Decimal('12.00'))
    """
    exact = Decimal(repr(float(amount))) * (1 + Decimal(repr(float(margin))))
    return max(exact.quantize(_CENT, rounding=ROUND_CEILING), _CENT)


def _check_name(name: str, forecast: Forecast) -> None:
    if not _NAME.fullmatch(name):
        at, found = f"budgets[{name}]", f"the name {name!r}"
        expected = "up to 100 characters without colon, backslash and /action/, as AWS Budgets asks"
        raise KmscostError(
            Problem(forecast.inventory.path, None, at, found, expected, "rename the budget")
        )


def _input(
    plan: _Plan, forecast: Forecast, subscribers: Sequence[dict[str, str]]
) -> dict[str, Any]:
    firsts = forecast.months.firsts
    planned = {
        str(_epoch(first)): {"Amount": f"{limit:f}", "Unit": forecast.currency}
        for first, limit in zip(firsts[:-1], plan.limits, strict=True)
    }
    period = {"Start": f"{firsts[0]}T00:00:00Z"}
    if len(plan.limits) < MOST_MONTHS:  # a shorter plan has to end with the budget
        period["End"] = f"{firsts[-1]}T00:00:00Z"
    call: dict[str, Any] = {
        "AccountId": plan.payer,
        "Budget": {
            "BudgetName": plan.name,
            "PlannedBudgetLimits": planned,
            "CostFilters": _filters(plan),
            "CostTypes": _COST_TYPES,
            "TimeUnit": "MONTHLY",
            "TimePeriod": period,
            "BudgetType": "COST",
        },
    }
    if subscribers:
        call["NotificationsWithSubscribers"] = notifications(plan.thresholds, subscribers)
    return call


def _filters(plan: _Plan) -> dict[str, list[str]]:
    """KMS in the accounts and Regions that are billed; of a trail or reader, its operations."""
    filters = {"Service": [SERVICE_NAME]}
    columns = {"LinkedAccount": "billed_account", "Region": "billed_region"}
    for name, column in columns.items():
        values = sorted({str(value) for value in plan.rows[column].unique()})
        if values:
            filters[name] = values
    if plan.part in ("trail", "reader") and len(plan.rows):
        used = {operation_of(str(operation)) for operation in plan.rows["operation"].unique()}
        filters["Operation"] = sorted(used)
    return filters


def _epoch(first: datetime.date) -> int:
    """The first moment of a day, UTC. [s]

    >>> _epoch(datetime.date(2026, 11, 1))
    1793491200
    """
    midnight = datetime.datetime(first.year, first.month, first.day, tzinfo=datetime.UTC)
    return int(midnight.timestamp())


def _notices(
    plans: Sequence[_Plan], forecast: Forecast, subscribers: Sequence[dict[str, str]]
) -> Iterator[str]:
    yield from forecast.notices
    yield (
        "AWS Budgets counts every KMS charge in these accounts and Regions, whoever causes it; "
        "the forecast has only what CloudTrail causes"
    )
    for plan in plans:
        if "Operation" in _filters(plan):
            yield (
                f"budget {plan.name}: AWS's bill knows no trails and readers, so it counts all "
                "requests of the same operations in these accounts"
            )
        if not len(plan.rows):
            yield f"budget {plan.name}: the forecast has no charge that it covers"
        more = len(plan.thresholds) - MOST_THRESHOLDS
        if more > 0 and subscribers:
            left_out = f"its {more} lowest thresholds are left out, AWS takes no more"
            yield f"budget {plan.name}: {left_out}"
        small = sum(limit == _CENT for limit in plan.limits)
        if small:
            yield f"budget {plan.name}: {small} limits are 0.01, the smallest there is"
    first = forecast.months.firsts[0]
    now = datetime.datetime.now(datetime.UTC).date()
    if (first.year, first.month) < (now.year, now.month):
        yield f"the plan begins in {first:%Y-%m}: AWS takes plans from the current month on"
    if not subscribers:
        shares = ", ".join(f"{factor(100 * threshold)} %" for threshold in plans[0].thresholds)
        yield (f"no notifications (at {shares}): AWS wants somebody to tell, name them by --notify")
