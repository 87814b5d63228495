"""One number from assumption to dollar: each formula with its values, each rate with its source."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from estimator.explanation.prices import price_parts
from estimator.explanation.volumes import volume_parts
from estimator.explanation.walk import Explanation, Step, steps_of
from estimator.figures import listed
from estimator.forecasting import compute_forecast
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory, load_inventory
from estimator.inventory.account_groups import is_in_ou, list_ou_paths
from estimator.months import read_month, read_months
from estimator.volume.columns import key_columns
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import did_you_mean

__all__ = ["Explanation", "Step", "explain"]


def explain(
    inventory: Inventory | str | Path,
    month: str | datetime.date | None = None,
    account: str | None = None,
    region: str | None = None,
    trail: str | None = None,
    start: str | datetime.date | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    ou: str | None = None,
    tag: str | None = None,
) -> Explanation:
    """Walk one month's number from assumption to dollar.

    Parameters
    ----------
    inventory, rates, discount
        As for `estimator.forecast`.
    month : str or date, optional
        As ``2026-11``. Default: the current month, UTC.
    account, region : str, optional
        Only what events of this account, in this Region, cause.
    trail : str, optional
        Only this trail, or this reader or key.
    start : str or date, optional
        First month of the forecast that is explained, from which growth without `as_of` counts.
        Default: the current month, or `month` where that is earlier.
    ou : str, optional
        Only what events in accounts of this OU, and of those beneath it, cause.
    tag : str, optional
        Only what events in accounts with this tag cause, as ``team=payments``.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or the account, Region or trail is not in the inventory.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    choices = {"account": account, "region": region, "driver": trail}
    only = {name: value for name, value in choices.items() if value is not None}
    _check(inventory, only)
    accounts = _chosen_accounts(inventory, account, ou, tag)
    today = datetime.datetime.now(datetime.UTC).date()
    first = today.replace(day=1) if month is None else read_month(month)
    begin = min(first, today) if start is None else read_month(start, "start")
    growth = inventory.growth
    # one month alone would count its growth from itself: none at all
    if growth.as_of is None:
        growth = growth.model_copy(update={"as_of": begin})
        inventory = dataclasses.replace(inventory, growth=growth)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    model = Model(inventory, read_months(first, 1))
    columns = key_columns((*DEFAULT_GRAIN, *only, *([] if accounts is None else ["account"])))
    result = compute_forecast(model, table, discount, columns)
    rows = result.rows
    for name, value in only.items():
        rows = rows[rows[name] == value]
    if accounts is not None:
        rows = rows[rows["account"].isin(accounts)]
    parts = (
        *volume_parts(model, only, rows, accounts),
        *price_parts(result, rows),
    )
    return Explanation(
        month=result.months.labels[0],
        only={
            **{("trail" if name == "driver" else name): value for name, value in only.items()},
            **{name: text for name, text in (("ou", ou), ("tag", tag)) if text is not None},
        },
        steps=steps_of(parts, inventory),
        requests=float(rows["quantity"][rows["unit"] == "request"].sum()),
        cost=float(rows["cost"].sum()),
        currency=result.currency,
        other_interpretation=result.describe_other_interpretation(
            float(rows["cost_other_reading"].sum())
        ),
        notices=result.notices,
    )


def _chosen_accounts(
    inventory: Inventory, account: str | None, ou: str | None, tag: str | None
) -> list[str] | None:
    """The ids of the accounts that are asked for, in the inventory's order; None for all."""
    accounts = list(inventory.accounts)
    if account is None and ou is None and tag is None:
        return None
    if ou is not None:
        known = set(list_ou_paths(accounts))
        _require("ou", ou, sorted(known), "give accounts their `ou`")
        accounts = [each for each in accounts if is_in_ou(each, ou)]
    if tag is not None:
        known = {f"{name}={value}" for each in accounts for name, value in each.tags.items()}
        _require("tag", tag, sorted(known), "give accounts their `tags`")
        # a tag's name may have a = of its own
        pairs = {
            f"{name}={value}": (name, value) for a in accounts for name, value in a.tags.items()
        }
        name, value = pairs[tag]
        accounts = [each for each in accounts if each.tags.get(name) == value]
    return [each.id for each in accounts if account in (None, each.id)]


def _check(inventory: Inventory, only: dict[str, str]) -> None:
    drivers = [driver.name for driver in (*inventory.trails, *inventory.readers)]
    drivers += [key.id for key in inventory.keys]
    known = {
        "account": [account.id for account in inventory.accounts],
        "region": list(dict.fromkeys([*inventory.regions(), *(k.region for k in inventory.keys)])),
        "driver": drivers,
    }
    for name, value in only.items():
        option = "trail" if name == "driver" else name
        _require(option, value, known[name], f"see `kmscost check {inventory.path}`")


def _require(option: str, value: str, known: list[str], fix: str) -> None:
    """Refuse a value that the inventory does not have, with the one that may be meant."""
    if value not in known:
        expected = f"one of {listed(known)}" if known else "nothing: no account has one"
        fix = did_you_mean(str(value), known, fix)
        raise UsageError(Problem(option, None, "", repr(value), expected, fix))
