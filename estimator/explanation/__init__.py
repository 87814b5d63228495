"""One number from assumption to dollar: each formula with its values, each rate with its source."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from estimator.explanation.prices import price_parts
from estimator.explanation.volumes import volume_parts
from estimator.explanation.walk import Explanation, Step, steps_of
from estimator.forecasting import forecast
from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Inventory, load_inventory
from estimator.months import parse_month
from pricing.rates import RateTable
from pricing.reading.problems import Problem, UsageError
from pricing.reading.words import nearest

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

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or the account, Region or trail is not in the inventory.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    choices = {"account": account, "region": region, "driver": trail}
    only = {name: value for name, value in choices.items() if value is not None}
    _check(inventory, only)
    first = _month(month) or datetime.datetime.now(datetime.UTC).date().replace(day=1)
    begin = _month(start) or min(first, datetime.datetime.now(datetime.UTC).date())
    growth = inventory.growth
    # one month alone would count its growth from itself: none at all
    if growth.as_of is None:
        growth = growth.model_copy(update={"as_of": begin})
        inventory = dataclasses.replace(inventory, growth=growth)
    result = forecast(
        inventory, first, 1, by=(*DEFAULT_GRAIN, *only), rates=rates, discount=discount
    )
    rows = result.rows
    for name, value in only.items():
        rows = rows[rows[name] == value]
    parts = (*volume_parts(inventory, result.months, only, rows), *price_parts(result, rows))
    return Explanation(
        month=result.months.labels[0],
        only={("trail" if name == "driver" else name): value for name, value in only.items()},
        steps=steps_of(parts, inventory),
        requests=float(rows["quantity"][rows["unit"] == "request"].sum()),
        cost=float(rows["cost"].sum()),
        currency=result.currency,
        other_interpretation=result.describe_other_interpretation(
            float(rows["cost_other_reading"].sum())
        ),
        notices=result.notices,
    )


def _month(text: str | datetime.date | None) -> datetime.date | None:
    try:
        return parse_month(text) if isinstance(text, str) else text
    except ValueError:
        raise UsageError(
            Problem("month", None, "", repr(text), "a month such as 2026-11", "")
        ) from None


def _check(inventory: Inventory, only: dict[str, str]) -> None:
    drivers = [driver.name for driver in (*inventory.trails, *inventory.readers)]
    drivers += [key.id for key in inventory.keys]
    known = {
        "account": [account.id for account in inventory.accounts],
        "region": list(dict.fromkeys([*inventory.regions(), *(k.region for k in inventory.keys)])),
        "driver": drivers,
    }
    for name, value in only.items():
        if value not in known[name]:
            option = "trail" if name == "driver" else name
            close = nearest(value, known[name])
            fix = f"did you mean {close}?" if close else f"see `kmscost check {inventory.path}`"
            expected = f"one of {', '.join(known[name][:8])}"
            raise UsageError(Problem(option, None, "", repr(value), expected, fix))
