"""What changed since the last report: the inventory's difference with its money, and the rates."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from estimator.forecasting import Forecast, compute_forecast
from estimator.inventory import Inventory
from estimator.inventory.means import with_means
from estimator.months import read_months
from estimator.report.past.history_file import History
from estimator.scenarios import Comparison, compare
from estimator.volume.model import Model
from pricing.bill import price_column
from pricing.rates import RateTable

_DUST = 1e-9
# of each kind the section of the inventory, and what names an entry there
_SECTIONS = {
    "account": ("accounts", "id"),
    "key": ("keys", "id"),
    "trail": ("trails", "name"),
    "reader": ("readers", "name"),
}
# the rest of the inventory, which nobody is named for
_SETTINGS = ("payer", "other_kms_requests_per_month", "cloudtrail_writes", "growth", "budgets")
FOLLOWS = "follows"


@dataclass(frozen=True)
class Change:
    """A part of the inventory, or a rate, that is not what it was.

    Attributes
    ----------
    kind, name : str
        Trail, reader, key, account, other use, or rate; and which.
    what : str
        ``added``, ``removed`` or ``changed``; ``follows`` where it is written as it was, and
        something else has changed what it costs.
    requests, cost : float
        More or less in the month that is reported. [request, currency]
    """

    kind: str
    name: str
    what: str
    requests: float
    cost: float


@dataclass(frozen=True)
class Changes:
    """Everything that changed since a report.

    Attributes
    ----------
    since : str
        The month of that report.
    parts : tuple of Change
        By trail, reader and key, the largest first: they add up to `cost`.
    accounts : tuple of Change
        The same difference by the account where it happens.
    settings : tuple of str
        What else of the inventory is written otherwise, such as ``growth``.
    rates : tuple of Change
        Rates in force that were not in force in that month, with what they cost more.
    cost : float
        By the inventory, in the month that is reported. [currency]
    """

    since: str
    parts: tuple[Change, ...]
    accounts: tuple[Change, ...]
    settings: tuple[str, ...]
    rates: tuple[Change, ...]
    cost: float


def find_changes(
    history: History, model: Model, table: RateTable, discount: float
) -> Changes | None:
    """Compare an inventory with that of the report before; None where none was kept.

    Parameters
    ----------
    history : History
        The reports kept so far.
    model : Model
        Of the inventory with its ranges at their means, in the month that is reported.
    """
    month = model.months.labels[0]
    earlier = history.before(month)
    # what was kept was read already, where whose history it is was looked at
    before = None if earlier is None else earlier.load_inventory("the history")
    if earlier is None or before is None:
        return None
    before = with_means(before)
    compared = compare(
        before, model.inventory, month, 1, ("account",), rates=table, discount=discount
    )
    (other,) = compared.others
    return Changes(
        since=earlier.month,
        parts=tuple(_changes(compared, before, model.inventory, ("kind", "driver"))),
        accounts=tuple(_changes(compared, before, model.inventory, ("account",))),
        settings=tuple(
            name for name in _SETTINGS if getattr(before, name) != getattr(model.inventory, name)
        ),
        rates=tuple(_rates(model, earlier.month, month, table, discount)),
        cost=compared.difference(other),
    )


def _changes(
    compared: Comparison, before: Inventory, after: Inventory, by: tuple[str, ...]
) -> Iterator[Change]:
    (other,) = compared.others
    kinds = ("account",) if by == ("account",) else ("trail", "reader", "key")
    entries = {kind: (_entries(before, kind), _entries(after, kind)) for kind in kinds}
    seen = set()
    for row in compared.effects(other, by).to_dict("records"):
        requests, cost = float(row["requests_difference"]), float(row["cost_difference"])
        kind, name = (str(row.get("kind", "account")), str(row[by[-1]]))
        what = _what(*entries[kind], name)
        if what in ("added", "removed") or abs(cost) > _DUST or abs(requests) > _DUST:
            seen.add((kind, name))
            yield Change(kind, name, what, requests, cost)
    # what costs nothing in this month may cost in the next
    for kind, (old, new) in entries.items():
        for name in dict.fromkeys((*old, *new)):
            what = _what(old, new, name)
            if what != FOLLOWS and (kind, name) not in seen:
                yield Change(kind, name, what, 0.0, 0.0)


def _entries(inventory: Inventory, kind: str) -> dict[str, Any]:
    """What is written of each entry of a section, by its name."""
    section, name = _SECTIONS[kind]
    entries = {str(getattr(entry, name)): entry for entry in getattr(inventory, section)}
    if kind != "account":
        return entries
    # what an account is called, and where it hangs, never costs anything: thousands may be tagged
    return {own: replace(entry, name=None, ou=None, tags={}) for own, entry in entries.items()}


def _what(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> str:
    if name not in before:
        return "added"
    if name not in after:
        return "removed"
    return FOLLOWS if before[name] == after[name] else "changed"


def _rates(
    model: Model, since: str, month: str, table: RateTable, discount: float
) -> Iterator[Change]:
    """Prices of a unit that are not those of the earlier month, by Region and meter."""
    after, before = (
        compute_forecast(model.during(read_months(label, 1)), table, discount)
        for label in (month, since)
    )
    old, new = _prices(before), _prices(after)
    rows = after.rows
    places = list(zip(rows["billed_region"].astype(str), rows["meter"].astype(str), strict=True))
    for place in sorted(set(places)):
        if place not in old or math.isclose(old[place], new[place], rel_tol=1e-12):
            continue
        here = [each == place for each in places]
        units = math.fsum(rows["billable"][here])
        region, meter = place
        cost = units * (new[place] - old[place])
        yield Change("rate", f"{meter} in {region}", "changed", 0.0, cost)


def _prices(found: Forecast) -> dict[tuple[str, str], float]:
    rows = found.rows
    price = rows[price_column(found.currency)]
    places = zip(rows["billed_region"].astype(str), rows["meter"].astype(str), strict=True)
    return dict(zip(places, price.astype(float), strict=True))
