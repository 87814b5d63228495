"""The charges for further copies of KMS events, on CloudTrail's bill: their price, and notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from estimator.figures import SUMS, money
from estimator.frames import EVENTS
from estimator.months import FloatArray, IntArray, Months
from pricing.bill import bill, price_column
from pricing.rates import RateTable, load_cloudtrail_rates
from pricing.reading.problems import RateError

OPERATION = "PaidEventsRecorded"
INVENTORY, OTHERS = "inventory", "others"


@dataclass(frozen=True)
class CopyCharges:
    """The charges for further copies of KMS events, on CloudTrail's bill.

    Attributes
    ----------
    frame : DataFrame
        `estimator.frames.EVENTS`: by account, Region and trail, as far as these are known.
    others : DataFrame
        Of each month and payer the requests of others: quantity and cost, and their high ends.
    """

    frame: pd.DataFrame
    others: pd.DataFrame


class Row(NamedTuple):
    """Copies that are counted together; an account or Region that is not known is empty."""

    of: str
    payer: str
    account: str
    region: str
    trail: str
    price_regions: tuple[str, ...]


def charge_copies(
    rows: Sequence[tuple[Row, FloatArray]],
    others: Sequence[tuple[Row, FloatArray]],
    rates: RateTable,
    months: Months,
) -> tuple[CopyCharges | None, tuple[str, ...]]:
    """The charges for copies, and notices of them; None where no rate is known.

    Parameters
    ----------
    rows : sequence of (Row, array)
        The two ends of each month, as `price_copies` takes them. [event]
    others : sequence of (Row, array)
        The same of the requests of others alone, trails added up. [event]
    rates : RateTable
        Those of KMS.
    """
    table = copy_rates(rates)
    if table.currency != rates.currency:
        known = f"is known in {table.currency}, not in {rates.currency}"
        return None, (f"CloudTrail's charge for KMS events {known}",)
    try:
        frame, totals = (price_copies(each, table, months) for each in (rows, others))
    # a forecast of KMS stands without CloudTrail's charge: a notice, no error
    except RateError as error:
        found = "; ".join(problem.found for problem in error.problems)
        return None, (f"CloudTrail's charge for KMS events is not shown: {found}",)
    price = price_column(table.currency)
    columns = [price if column.name == "usd_per_unit" else column.name for column in EVENTS]
    charges = CopyCharges(
        frame[columns],
        totals[["month", "payer", "quantity", "quantity_high", "cost", "cost_high"]],
    )
    return charges, _notices(charges, table.currency)


def price_copies(
    rows: Sequence[tuple[Row, FloatArray]], table: RateTable, months: Months
) -> pd.DataFrame:
    """The least and the most copies of each row and month, with their price.

    Parameters
    ----------
    rows : sequence of (Row, array)
        The two ends of each month. [event]
    """
    # most inventories pay for no copy, and pricing takes as long for none as for a thousand
    if not rows:
        return _no_charges(price_column(table.currency))
    low, high = (
        np.array([ends[end] for _, ends in rows]).reshape(len(rows), months.count) for end in (0, 1)
    )
    # at least nothing and at most something is a row too; transposed: rows come month by month
    month, place = np.nonzero(np.maximum(low, high).T)
    periods = pd.period_range(months.labels[0], periods=months.count, freq="M")
    names = [row for row, _ in rows]
    usage = pd.DataFrame(
        {
            "month": periods[month],
            "payer": _texts([row.payer for row in names], place),
            "billed_region": _texts(
                [_with_a_rate(row.price_regions, table, months) for row in names], place
            ),
            "operation": _texts([OPERATION] * len(names), place),
            "quantity": low[place, month],
            "unit": _texts(["event"] * len(names), place),
        }
    )
    # without requests of others: the free copy is left out already, and no pool gives more
    priced = bill(usage, table).charges
    price = priced[price_column(table.currency)]
    return priced.assign(
        billed_account=_texts([row.account for row in names], place),
        billed_region=_texts([row.region for row in names], place),
        trail=_texts([row.trail for row in names], place),
        of=_texts([row.of for row in names], place),
        quantity_high=high[place, month],
        # right only while the meter has one tier: `price` is the mean price of the low end
        cost_high=high[place, month] * price,
    )


def _no_charges(price: str) -> pd.DataFrame:
    """No copies with no price, in the columns of `EVENTS`."""
    empty = {
        "period[M]": pd.PeriodIndex([], freq="M"),
        "category": pd.Categorical([]),
        "float64": np.zeros(0),
    }
    names = {"usd_per_unit": price}
    columns = {names.get(column.name, column.name): empty[column.dtype] for column in EVENTS}
    # texts, as `bill` gives them: text and objects do not join
    columns["rate_from"] = pd.Categorical([], categories=pd.Index([], dtype="str"))
    return pd.DataFrame(columns)


def _with_a_rate(regions: tuple[str, ...], table: RateTable, months: Months) -> str:
    """The first Region that has a rate; the first one where none has."""
    meter = table.meter(OPERATION)
    # in which of these Regions they are made is not known: any rate of theirs serves
    for region in regions:
        try:
            table.rate(meter, region, months.firsts[0])
        except RateError:
            continue
        return region
    return regions[0]


def _texts(values: Iterable[str], rows: IntArray) -> pd.Categorical[str]:
    """A text for each row; one that is empty is not known."""
    # None becomes the code -1, which a frame shows as missing
    codes, texts = pd.factorize(np.array([value or None for value in values], dtype=object))
    codes = codes[rows] if len(codes) else np.zeros(0, dtype=np.int64)
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=object))


def copy_rates(rates: RateTable) -> RateTable:
    """The rates of copies: those of a table that has CloudTrail's meter too, else the shipped."""
    # a table of one's own may have both services
    has_it = any(OPERATION in meter.operations for meter in rates.meters)
    return rates if has_it else load_cloudtrail_rates()


def _notices(charges: CopyCharges, currency: str) -> tuple[str, ...]:
    """The notice that the copies of others' requests are a range, and why."""
    others = charges.others
    low, high = others["cost"].sum(), others["cost_high"].sum()
    if high - low <= SUMS * high:
        return ()
    frame = charges.frame[charges.frame["of"] == OTHERS]
    ranges = frame[frame["cost_high"] - frame["cost"] > SUMS * frame["cost_high"]]
    by_account = ranges["billed_account"].notna().all()
    notice = (
        f"copies of the KMS events of all others cost {currency} {money(low)} to {money(high)} on "
        f"CloudTrail's bill: in which {'' if by_account else 'accounts and '}Regions they are made "
        "is not known, and trails that pay for further copies do not record all of them (totals "
        "have the low end)"
    )
    # an account's number cannot be told apart any further: the inventory has none by Region
    advice = "" if by_account else ". Write other_kms_requests_per_month by account"
    return (f"{notice}{advice}",)
