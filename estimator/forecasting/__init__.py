"""Usage x rates: the whole pipeline on one screen. Read this first."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from estimator.forecasting.budgets import budget_use
from estimator.forecasting.event_copies import EventCopies
from estimator.forecasting.fail_over import describe_broken_budget, read_fail_over
from estimator.forecasting.free_days import PoolDays, count_by_pool, use_pools
from estimator.forecasting.near_budgets import describe_near_budgets
from estimator.forecasting.notices import find_notices
from estimator.forecasting.quotas import find_headroom, place_bursts
from estimator.forecasting.result import OTHER_INTERPRETATION, Forecast
from estimator.forecasting.totals import add_up
from estimator.forecasting.writes import WRITES
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory
from estimator.inventory.budgets import Budget
from estimator.inventory.changes import Settings, change_inventory
from estimator.months import read_months
from estimator.volume import daily_requests, usage
from estimator.volume.columns import check_groups, grain
from estimator.volume.model import Model
from estimator.volume.others import other_pools
from pricing.bill import Bill, bill
from pricing.rates import RateTable, load_rates
from pricing.reading.words import split_words

__all__ = [
    "WRITES",
    "Forecast",
    "compute_forecast",
    "forecast",
    "price_usage",
]

# words of --by that stand alone and ask for another frame than charges
SECTIONS = {"budget": "budgets", "quota": "quotas", "event": "events"}


def forecast(
    inventory: Inventory | str | Path,
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    fail_over: str | float | None = None,
    set: Settings | None = None,  # noqa: A002 (as --set)
) -> Forecast:
    """Forecast KMS requests and their cost because of CloudTrail, month by month.

    Parameters
    ----------
    inventory : Inventory or path
        Who has which accounts, keys, trails and readers.
    start : str or date, optional
        First month, as ``2026-11``. Default: the current month, UTC.
    months : int
        How many. [month]
    by : str or sequence of str, optional
        Columns of the rows (`estimator.frames.KEYS`), ``trail`` and ``reader`` for the driver, or
        ``all``; ``ou`` and ``tag:NAME`` group the accounts where the events happened,
        ``billed-ou`` and ``billed-tag:NAME`` those that are billed. Default: all but the source
        account and Region. Totals do not depend on it. ``budget``, ``quota`` or ``event`` alone
        shows that frame in place of the charges.
    rates : RateTable or path, optional
        A rate table of your own. Default: the shipped AWS KMS table.
    discount : float
        Share taken off every KMS rate, 0 to 1. [-]
    fail_over : str or float, optional
        A budget's name, ``all`` budgets, or an amount for everything, as 25 or ``USD 25.00``
        [USD/month]; `Forecast.broken` says whether and why it is broken: by the typical cost, or
        by the expected one, with each range at its mean.
    set : str, sequence of str, or mapping, optional
        ``PATH=VALUE``, set on top of the inventory, as in `estimator.compare`.

    Returns
    -------
    Forecast
        Totals, months, rows (charges), pools of free requests, budgets, quotas, events, notices.

    Raises
    ------
    KmscostError
        The inventory or the rate table is wrong, or a rate is missing (`RateError`).
    """
    inventory = change_inventory(inventory, set)
    section, columns = _read_by(by)
    check_groups(columns, [inventory])
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    model = Model(inventory, read_months(start, months))
    gate = None if fail_over is None else read_fail_over(fail_over, inventory, table.currency)
    # the expected cost may break a budget as well as the typical one
    means = model.at_means() if gate or inventory.budgets else None
    found = compute_forecast(model, table, discount, columns, gate, means)
    return dataclasses.replace(found, section=section)


def compute_forecast(
    model: Model,
    table: RateTable,
    discount: float,
    columns: tuple[str, ...] = DEFAULT_GRAIN,
    gate: tuple[Budget, ...] | None = None,
    means: Model | None = None,
) -> Forecast:
    """As `forecast`, of what is read already; it asks no file, no clock and no text.

    Parameters
    ----------
    model : Model
        Of the inventory and the months.
    columns : tuple of str
        Of the rows. Of two inventories that are compared one may have no account with an OU or a
        tag of these.
    gate : tuple of Budget, optional
        The budgets that must hold, as `read_fail_over` finds them.
    means : Model, optional
        The same `Model.at_means`, which budgets are held against as well. Default: the model has
        no ranges, or nobody asks for budgets.

    Raises
    ------
    RateError
        A rate is missing.
    """
    inventory = model.inventory
    months = model.months
    # budgets, notices and totals need the default grain, whatever columns are shown
    priced = price_usage(model, (*DEFAULT_GRAIN, *columns), table, discount)
    copies = EventCopies(inventory, months)
    bursts: list[pd.DataFrame] = []
    by_pool: PoolDays = {}
    # one pass for all: the days of an organization do not fit into memory at once
    for days in daily_requests(model):
        copies.add(days)
        bursts.append(place_bursts(days, months))
        # a piece has whole months, so that no month of a pool comes twice
        by_pool |= count_by_pool(days, months)
    quotas, near_quotas = find_headroom(bursts)
    events, unknown = copies.charges(table)
    sums = add_up(priced, events, model, columns)
    # an amount in USD says nothing of a cost in another currency
    budgets = inventory.budgets if table.currency == "USD" else ()
    if inventory.budgets and not budgets:
        unknown += (f"budgets are in USD, the rates in {table.currency}: not compared",)
    # that of the gate first: it is what was asked for
    limits = tuple({budget.name: budget for budget in (*(gate or ()), *budgets)}.values())
    at_means = None
    if means is not None and means is not model and limits:
        at_means = price_usage(means, DEFAULT_GRAIN, table, discount).charges
    others = other_pools(inventory, months)
    other_name = OTHER_INTERPRETATION[inventory.cloudtrail_writes]
    return Forecast(
        inventory=inventory,
        months=months,
        by=columns,
        monthly=sums.monthly,
        rows=sums.rows,
        pools=priced.pools,
        budgets=budget_use(sums.default_grain, budgets, months, inventory.accounts, at_means),
        free_uses=use_pools(by_pool, priced.pools, others, inventory.cloudtrail_writes),
        other_free_uses=use_pools(by_pool, priced.pools, others, other_name),
        quotas=quotas,
        events=None if events is None else events.frame,
        broken=None
        if gate is None
        else describe_broken_budget(
            gate, sums.default_grain, at_means, months, inventory, table.currency
        ),
        notices=(
            *find_notices(model, priced, sums.default_grain),
            *near_quotas,
            *unknown,
            *describe_near_budgets(
                limits, sums.default_grain, at_means, months, inventory, table.currency
            ),
        ),
        table=table,
        versions=priced.versions,
        discount=discount,
    )


def _read_by(by: str | Sequence[str] | None) -> tuple[str | None, tuple[str, ...]]:
    """The frame that `by` asks for in place of the charges, and the columns of the charges."""
    words = [] if by is None else split_words(by, "by")
    # alone: such a frame has columns of its own, and none of the charges
    if len(words) == 1 and words[0] in SECTIONS:
        return SECTIONS[words[0]], DEFAULT_GRAIN
    return None, grain(by, alone=("all", *SECTIONS))


def price_usage(model: Model, columns: Sequence[str], table: RateTable, discount: float) -> Bill:
    """Price a model's usage under both interpretations of who pays for CloudTrail's writes (F5).

    Parameters
    ----------
    columns : sequence of str
        Of the charges, as `estimator.volume.usage` takes them.

    Returns
    -------
    Bill
        That of the interpretation which the inventory has; its charges have the cost under the
        other one beside their own: cost_other_reading.
    """
    used, others = usage(model, columns), other_pools(model.inventory, model.months)
    writes = used["cause"].isin(WRITES)
    is_exempt = model.inventory.cloudtrail_writes == "exempt"
    exempt = writes if is_exempt else None
    chosen = bill(used, table, other_requests=others, exempt=exempt, discount=discount)
    # exempt requests also leave the free quantity to all others: neither follows from the other;
    # but rates and pools are the same under both, and take longer to find than to apply
    quantity = used["quantity"].to_numpy(dtype=np.float64)
    other_exempt = None if is_exempt else writes.to_numpy()
    other = chosen.lines.price(quantity, others, other_exempt, discount)
    charges = chosen.charges.assign(cost_other_reading=other.cost)
    return dataclasses.replace(chosen, charges=charges)
