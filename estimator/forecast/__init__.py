"""Usage x rates: the whole pipeline on one screen. Read this first."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from estimator.forecast.events import event_copies
from estimator.forecast.notices import notices
from estimator.forecast.result import Forecast
from estimator.forecast.totals import monthly_totals, summed
from estimator.frames import DEFAULT_GRAIN, KEYS
from estimator.inventory import Inventory, load_inventory
from estimator.months import Months, parse_month
from estimator.volume import usage
from pricing.bill import Bill, bill
from pricing.errors import Problem, RateError, UsageError
from pricing.rates import RateTable, load_cloudtrail_rates, load_rates

__all__ = ["WRITES", "Forecast", "calendar", "forecast", "grain", "priced"]

# the words of --by for columns of the frames
_WORDS = {"trail": "driver", "reader": "driver", "billed-account": "billed_account"}

# what CloudTrail itself requests when it writes its log files
WRITES = ("put", "digest")


def forecast(
    inventory: Inventory | str | Path,
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> Forecast:
    """What KMS will see and cost because of CloudTrail, month by month.

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
        ``all``. Default: all but the source account and Region. Totals do not depend on it.
    rates : RateTable or path, optional
        A rate table of your own. Default: the shipped AWS KMS table.
    discount : float
        Share taken off every KMS rate, 0 to 1. [-]

    Returns
    -------
    Forecast
        Totals, months, rows (charges), pools of free requests, notices.

    Raises
    ------
    KmscostError
        The inventory or the rate table is wrong, or a rate is missing (`RateError`).
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    span = calendar(start, months)
    columns = grain(by)

    used = usage(inventory, span, tuple({*DEFAULT_GRAIN, *columns}))
    charged = priced(used, inventory, table, discount, exempt=False)
    exempt = priced(used, inventory, table, discount, exempt=True)
    is_exempt = inventory.cloudtrail_writes == "exempt"
    chosen, other = (exempt, charged) if is_exempt else (charged, exempt)
    charges = chosen.charges.assign(cost_other_reading=other.charges["cost"])
    events, unknown = _knock_on(used, inventory, span, table.currency)

    if inventory.budgets and table.currency != "USD":
        unknown += (f"budgets are in USD, the rates in {table.currency}: not compared",)
    return Forecast(
        inventory=inventory,
        months=span,
        by=columns,
        monthly=monthly_totals(charges, events, span, table.currency, is_exempt),
        rows=summed(charges, columns, table.currency),
        pools=chosen.pools,
        notices=(*notices(inventory, span, chosen.versions), *unknown),
        table=table,
        versions=chosen.versions,
        discount=discount,
    )


def grain(by: str | Sequence[str] | None) -> tuple[str, ...]:
    """The columns that `by` names, in the order of the frame.

    >>> grain("trail,cause")
    ('driver', 'cause')

    Raises
    ------
    KmscostError
        A name is no column.
    """
    if by is None:
        return DEFAULT_GRAIN
    words = by.split(",") if isinstance(by, str) else list(by)
    names = [_WORDS.get(word.strip(), word.strip().replace("-", "_")) for word in words]
    if names == ["all"]:
        return KEYS
    for word, name in zip(words, names, strict=True):
        if name not in KEYS:
            expected = f"columns out of trail, reader, {', '.join(KEYS)}, or all alone"
            raise UsageError(Problem("--by", None, "", repr(word), expected, ""))
    return tuple(column for column in KEYS if column in names)


def calendar(start: str | datetime.date | None, months: int) -> Months:
    """The months from `start`, by default the current one, UTC.

    Raises
    ------
    KmscostError
        `start` is no month, or there are too few or too many.
    """
    if start is None:
        start = datetime.datetime.now(datetime.UTC).date()
    try:
        first = parse_month(start) if isinstance(start, str) else start
        return Months(datetime.date(first.year, first.month, 1), months)
    except (ValueError, TypeError, AttributeError) as error:
        said = (
            str(error) if str(error).startswith("found ") else f"found {start!r}; expected a month"
        )
        found, _, expected = said.removeprefix("found ").partition("; expected ")
        option = "--months" if expected.startswith("1 to") else "--from"
        raise UsageError(Problem(option, None, "", found, expected, "")) from None


def priced(
    used: pd.DataFrame, inventory: Inventory, table: RateTable, discount: float, exempt: bool
) -> Bill:
    """The bill under one reading of who pays for CloudTrail's own writes."""
    others = dict.fromkeys(inventory.payers(), inventory.other_kms_requests_per_month.mid)
    return bill(
        used,
        table,
        other_requests=others,
        exempt=used["cause"].isin(WRITES) if exempt else None,
        discount=discount,
    )


def _knock_on(
    used: pd.DataFrame, inventory: Inventory, months: Months, currency: str
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """The charges for further copies of KMS events; None and a notice where no rate is known."""
    table = load_cloudtrail_rates()
    if table.currency != currency:
        said = f"CloudTrail's charge for KMS events is known in {table.currency}, not in {currency}"
        return None, (said,)
    try:
        return bill(event_copies(used, inventory, months), table).charges, ()
    except RateError as error:
        found = "; ".join(problem.found for problem in error.problems)
        return None, (f"CloudTrail's charge for KMS events is not shown: {found}",)
