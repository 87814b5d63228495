"""From requests to money: free tier, rate, total."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from estimator.figures import money
from estimator.forecasting import WRITES, Forecast
from estimator.inventory.others import OtherUse
from estimator.months import Months
from estimator.volume.equations import (
    Assumption,
    Equation,
    Expression,
    Pair,
    Product,
    Value,
    add_terms,
)
from pricing.bill import price_column
from pricing.meters import Version
from pricing.regions import partition_of

Part = tuple[str, Equation]


def price_parts(forecast: Forecast, rows: pd.DataFrame) -> Iterator[Part]:
    """The equations from requests to money: free tier, rate, total."""
    requests = rows[rows["unit"] == "request"]
    quantity = float(requests["quantity"].sum())
    yield "Requests", Equation("all of these", quantity, "requests")
    if forecast.inventory.cloudtrail_writes == "exempt":
        writes = requests[requests["cause"].isin(WRITES)]
        what = "CloudTrail's own writes, not charged (cloudtrail_writes: exempt)"
        yield "Requests", Equation(what, float(writes["quantity"].sum()), "requests")
        requests = requests[~requests["cause"].isin(WRITES)]
    partitions = requests["billed_region"].map(partition_of)
    for pool in forecast.pools.to_dict("records"):
        if pool["unit"] != "request":
            continue
        is_own = (requests["payer"] == pool["payer"]) & (partitions == pool["partition"])
        own = requests[is_own & _of_pool(forecast, requests, str(pool["pool"]))]
        if len(own):
            yield from _free(forecast, {str(name): value for name, value in pool.items()}, own)
    yield from _costs(forecast, rows)


def _of_pool(forecast: Forecast, requests: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Mark the rows that share a pool of free requests."""
    meters = [meter.name for meter, version in forecast.versions if _shares(version, name)]
    return requests["meter"].isin(meters)


def _shares(version: Version, pool: str) -> bool:
    return version.free is not None and version.free.pool == pool


def _free(forecast: Forecast, pool: dict[str, Any], rows: pd.DataFrame) -> Iterator[Part]:
    """The free requests of a pool, and how many of them are for these rows."""
    section = f"Free tier of payer {pool['payer']}, partition {pool['partition']}"
    day = pool["month"].start_time.date()
    quantity = forecast.table.free_in_force(str(pool["pool"]), str(pool["partition"]), day)
    size, others = float(pool["quantity_free"]), float(pool["used_by_others"])
    free = Value(size, "free", None if quantity is None else quantity.source)
    left = size - others
    used = _used_by_others(forecast, pool)
    formula: Expression = Pair(free, "-", used) if used is not None else free
    unsure = "" if quantity is None or quantity.confirmed else ", a quantity not confirmed"
    yield section, Equation(f"free requests left{unsure}", left, "requests", formula)
    own, total = float(rows["quantity"].sum()), float(pool["requests"])
    number = float(rows["free"].sum())
    if total <= left:
        what = "free of these, because all requests of this payer are"
        yield section, Equation(what, number, "requests")
        return
    formula = Value(left, "free requests")
    # of all rows nothing is shared; sums in another order differ in their last bits
    if not math.isclose(own, total):
        shared = Product((formula, Value(own, "of these")))
        formula = Pair(shared, "/", Value(total, "of the payer"))
    yield section, Equation("free of these, shared in proportion", number, "requests", formula)


def _used_by_others(forecast: Forecast, pool: dict[str, Any]) -> Expression | None:
    """The requests of others that use a pool first; None where there are none."""
    size, others = float(pool["quantity_free"]), float(pool["used_by_others"])
    if not others:
        return None
    inventory = forecast.inventory
    partition = {account.id: account.partition for account in inventory.accounts}
    terms: list[Expression] = [
        _others(use, forecast)
        for use in inventory.other_uses
        if use.payer == pool["payer"]
        and (use.account is None or partition[use.account] == pool["partition"])
    ]
    requested = add_terms(terms)
    if math.isclose(requested.result(17), others, rel_tol=1e-9):
        if len(terms) == 1:
            return requested
        return Value(others, "used by others first", working=requested)
    # they would use more than there is
    origins = [value.origin for value in requested.values() if isinstance(value.origin, Assumption)]
    first = origins[0] if origins else None
    return Value(size, "used by others first, who request more", first)


def _others(use: OtherUse, forecast: Forecast) -> Expression:
    origin = Assumption(use.requests, (use.path,))
    requests = Value(use.requests.mid, "used by others first", origin)
    share = _share_of_month(use, forecast.months, forecast)
    return requests if share is None else Product((requests, share))


def _share_of_month(use: OtherUse, months: Months, forecast: Forecast) -> Expression | None:
    """The part of the month in which an account is active; None where it is all of it."""
    if use.account is None:
        return None
    active = forecast.inventory.active.account[use.account]
    days = float(months.whole.days_within(active.start, active.end)[0])
    month = float(months.days[0])
    return None if days == month else Pair(Value(days), "/", Value(month, "of the month's days"))


def _costs(forecast: Forecast, rows: pd.DataFrame) -> Iterator[Part]:
    """Billable quantity x rate, by meter, Region and rate; and the total."""
    price, currency = price_column(forecast.currency), forecast.currency
    versions = {(m.name, v.start.isoformat()): (m, v) for m, v in forecast.versions}
    keys = ["meter", "billed_region", "rate_from", price]
    for kind, part in rows.groupby(keys, observed=True, sort=False):
        name, region, since, rate = (str(value) for value in kind)
        meter, version = versions[name, since]
        what = f"{name} in {region}, at the rate from {since} on"
        what += "" if version.confirmed else ", which is not confirmed"
        billable = Value(float(part["billable"].sum()), f"{meter.unit}s")
        formula = Product((billable, *_rate(float(rate), region, version, forecast)))
        cost = float(part["cost"].sum())
        yield "Cost", Equation(what, cost, currency, formula, figure=money)
    yield "Cost", Equation("total", float(rows["cost"].sum()), currency, figure=money)


def _rate(rate: float, region: str, version: Version, forecast: Forecast) -> tuple[Expression, ...]:
    """The price of one unit, and the discount."""
    own, discount = version.rate(region), forecast.discount
    words = "on average over its tiers" if own is not None and len(own.steps) > 1 else ""
    if discount == 1:  # nothing tells what it was taken off
        return (Value(rate, "after a discount of all of it", before=forecast.currency),)
    listed = Value(rate / (1 - discount), words, version.source, before=forecast.currency)
    off = (Pair(Value(1.0), "-", Value(discount, "discount")),) if discount else ()
    return (listed, *off)
