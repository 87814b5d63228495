"""What usage costs: pools of free requests, rates, both interpretations of who pays for writes."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.oracle.activity import Activity
from tests.oracle.estate import Estate, partition_of
from tests.oracle.months import Calendar

# DESIGN, F13, F14, F16: free [request/month], a request, a key-month [USD]
FREE_REQUESTS = 20_000
USD_PER_REQUEST = {"aws": 0.03 / 10_000, "aws-us-gov": 0.04 / 10_000}
USD_PER_KEY_MONTH = 1.00
# docs/method.md, Budgets: a billionth of a budget is taken for rounding
ROUNDING = 1e-9

WRITES = {"put", "digest"}
CAUSES_OF_TRAILS = {"put", "digest", "check"}
CAUSES_OF_READERS = {"get", "replication"}


@dataclass(frozen=True)
class Grain:
    """Everything that tells one row from another."""

    month: str
    payer: str
    account: str
    region: str
    billed_account: str
    billed_region: str
    key: str
    driver: str
    cause: str
    operation: str


@dataclass
class Charge:
    """A row with what it costs under both interpretations [USD]."""

    quantity: float
    free: float = 0.0
    cost_if: dict[str, float] = field(default_factory=dict)
    free_if: dict[str, float] = field(default_factory=dict)


def add_up_usage(
    estate: Estate, calendar: Calendar, activities: list[Activity]
) -> dict[Grain, float]:
    """Requests and key-months of each row; what is nothing has no row."""
    parts: dict[Grain, list[float]] = defaultdict(list)
    for activity in activities:
        payer = estate.accounts[activity.billed_account].payer
        for month, quantities in calendar.cut_into_months(activity.quantities):
            grain = Grain(
                month,
                payer,
                activity.account,
                activity.region,
                activity.billed_account,
                activity.key.region,
                activity.key.id,
                activity.driver,
                activity.cause,
                activity.operation,
            )
            parts[grain] += quantities
    usage = {grain: math.fsum(quantities) for grain, quantities in parts.items()}
    return {grain: quantity for grain, quantity in usage.items() if quantity > 0}


def count_others(estate: Estate, calendar: Calendar) -> dict[tuple[str, str, str], float]:
    """The requests of others of the pool of each month, payer and partition."""
    others: dict[tuple[str, str, str], float] = defaultdict(float)
    for month, (first, end) in zip(calendar.months, calendar.spans, strict=True):
        for day in range(first, end):
            for who, number in estate.others_per_day(day, end - first).items():
                others[month, who.payer, who.partition] += float(number)
    return others


def charge_usage(
    estate: Estate, calendar: Calendar, usage: dict[Grain, float], discount: float
) -> dict[Grain, Charge]:
    """Each row with its free part and its cost under both interpretations."""
    others = count_others(estate, calendar)
    charges = {grain: Charge(quantity) for grain, quantity in usage.items()}
    for interpretation in ("charged", "exempt"):
        requests: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for grain, quantity in usage.items():
            if is_charged(grain, interpretation):
                requests[pool_of(grain)].append(quantity)
        for grain, charge in charges.items():
            if grain.operation == "KeyMonth":
                charge.free_if[interpretation] = 0.0
                price = USD_PER_KEY_MONTH
            elif not is_charged(grain, interpretation):
                charge.free_if[interpretation] = charge.quantity
                price = 0.0
            else:
                pool = pool_of(grain)
                # others use the pool first; the rows share the rest in proportion
                left = max(FREE_REQUESTS - others[pool], 0)
                share = min(left / math.fsum(requests[pool]), 1)
                charge.free_if[interpretation] = charge.quantity * share
                price = USD_PER_REQUEST[partition_of(grain.billed_region)]
            billable = charge.quantity - charge.free_if[interpretation]
            charge.cost_if[interpretation] = billable * price * (1 - discount)
    return charges


def is_charged(grain: Grain, interpretation: str) -> bool:
    """True for a request that is not exempt. Checks write no log file, so they never are."""
    if grain.operation == "KeyMonth":
        return False
    return interpretation == "charged" or grain.cause not in WRITES


def pool_of(grain: Grain) -> tuple[str, str, str]:
    """The month, payer and partition whose free requests a row shares."""
    return grain.month, grain.payer, partition_of(grain.billed_region)


def add_up_totals(charges: Iterable[tuple[Grain, Charge]], chosen: str) -> dict[str, float]:
    """The totals of some rows, by the names of docs/output.md; `chosen` is the interpretation."""
    rows = list(charges)
    requests = [(grain, charge) for grain, charge in rows if grain.operation != "KeyMonth"]
    keys = [(grain, charge) for grain, charge in rows if grain.operation == "KeyMonth"]
    free = math.fsum(charge.free_if[chosen] for _, charge in requests)
    quantity = math.fsum(charge.quantity for _, charge in requests)
    return {
        "requests": quantity,
        "free_requests": free,
        "billable_requests": quantity - free,
        "cost_usd": add_up_costs(rows, chosen),
        "cost_usd_requests": add_up_costs(requests, chosen),
        "cost_usd_keys": add_up_costs(keys, chosen),
        "cost_usd_writes_charged": add_up_costs(rows, "charged"),
        "cost_usd_writes_exempt": add_up_costs(rows, "exempt"),
    }


def add_up_costs(charges: Iterable[tuple[Grain, Charge]], interpretation: str) -> float:
    """The cost of some rows under an interpretation [USD]."""
    return math.fsum(charge.cost_if[interpretation] for _, charge in charges)


def is_in_budget(budget: dict[str, Any], grain: Grain, estate: Estate) -> bool:
    """True where a budget counts a row."""
    if budget.get("payer") is not None:
        return bool(grain.payer == budget["payer"])
    if budget.get("account") is not None:
        return bool(grain.billed_account == budget["account"])
    if budget.get("trail") is not None:
        return grain.driver == budget["trail"] and grain.cause in CAUSES_OF_TRAILS
    if budget.get("reader") is not None:
        return grain.driver == budget["reader"] and grain.cause in CAUSES_OF_READERS
    account = estate.accounts[grain.billed_account]
    if budget.get("ou") is not None:
        levels, wanted = (account.ou or "").split("/"), budget["ou"].split("/")
        return bool(levels[: len(wanted)] == wanted)
    if budget.get("tag") is not None:
        return all(account.tags.get(name) == text for name, text in budget["tag"].items())
    return True


def is_over(used: float, limit: float) -> bool:
    """True where more is used than a month may cost."""
    return used > limit * (1 + ROUNDING)


@dataclass(frozen=True)
class BudgetUse:
    """The use of a budget in a month [USD]."""

    used: float
    used_other_reading: float
    limit: float
    thresholds: tuple[float, ...]

    @property
    def over(self) -> bool:
        """True where the budget is broken: above it, not at it."""
        return is_over(self.used, self.limit)

    @property
    def highest_threshold(self) -> float | None:
        """The highest threshold that is reached, from its share on."""
        reached = [t for t in self.thresholds if self.used >= t * self.limit * (1 - ROUNDING)]
        return max(reached, default=None)

    def highest_of(self, expected: "BudgetUse") -> float | None:
        """The highest threshold that this use or the expected one reaches."""
        found = (self.highest_threshold, expected.highest_threshold)
        return max((each for each in found if each is not None), default=None)


def use_budgets(
    estate: Estate, calendar: Calendar, charges: dict[Grain, Charge]
) -> dict[tuple[str, str], BudgetUse]:
    """The use of each budget in each month."""
    chosen, other = interpretations_of(estate)
    uses = {}
    for budget in estate.document.get("budgets") or []:
        for month in calendar.months:
            rows = [
                (grain, charge)
                for grain, charge in charges.items()
                if grain.month == month and is_in_budget(budget, grain, estate)
            ]
            uses[budget["name"], month] = BudgetUse(
                add_up_costs(rows, chosen),
                add_up_costs(rows, other),
                float(budget["usd_per_month"]),
                tuple(budget.get("thresholds") or (0.8, 1.0)),
            )
    return uses


def interpretations_of(estate: Estate) -> tuple[str, str]:
    """The inventory's interpretation of who pays for writes, and the other one."""
    if estate.document.get("cloudtrail_writes", "charged") == "exempt":
        return "exempt", "charged"
    return "charged", "exempt"
