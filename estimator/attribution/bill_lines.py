"""The lines of a bill that are shared out: requests, keys by the month, and amounts apart."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from estimator.attribution.sharing import LEVELS
from estimator.measurement.billing.cells import CLOUDTRAIL, KMS
from estimator.measurement.billing.summary import amounts_apart, bill_currency
from estimator.measurement.result import Actuals
from pricing.request_meters import REQUEST_METERS, RSA_2048

_COLUMNS = ("month", *LEVELS, "quantity", "cost")


class BillLines(NamedTuple):
    """A bill of some months.

    Attributes
    ----------
    requests, keys : DataFrame
        ``month`` as text, the `LEVELS` that the bill tells (else empty), ``quantity`` [request
        or key-month] and ``cost`` [currency].
    apart : DataFrame
        ``month``, ``what`` and ``cost`` of taxes, credits and all else that is no usage of KMS.
    events : float
        Cost of lines of CloudTrail itself: no cost of KMS. [currency]
    currency : str
        Of all of them.
    """

    requests: pd.DataFrame
    keys: pd.DataFrame
    apart: pd.DataFrame
    events: float
    currency: str


def bill_months(bill: Actuals) -> list[str]:
    """The months of which the bill has requests of KMS."""
    rows = bill.measured
    is_request = (rows["product"] == KMS) & (rows["unit"] == "request")
    return sorted(set(rows["month"][is_request].astype(str)))


def bill_payers(bill: Actuals) -> dict[str, str]:
    """The payer of each account that the bill has KMS lines of; empty where it names none."""
    rows = bill.measured
    rows = rows[rows["product"] == KMS]
    pairs = zip(rows["billed_account"].astype(str), rows["payer"].astype(str), strict=True)
    return dict(sorted(set(pairs)))


def find_bill_lines(bill: Actuals, months: list[str]) -> BillLines:
    """The bill's lines of these months, one for each level that it tells."""
    rows = bill.measured
    rows = rows[(rows["product"] == KMS) & rows["month"].astype(str).isin(months)]
    currency = bill_currency(bill)
    code = f"cost_{currency.lower()}"
    found = [
        (month, str(amount["what"]), str(amount["product"]), float(amount[code]))
        for month in months
        for amount in amounts_apart(bill, month, currency)
    ]
    apart = [(month, what, cost) for month, what, product, cost in found if product == KMS]
    return BillLines(
        _sum_lines(rows[rows["unit"] == "request"]),
        _sum_lines(rows[rows["unit"] == "key-month"]),
        pd.DataFrame(apart, columns=["month", "what", "cost"]),
        sum(cost for *_, product, cost in found if product == CLOUDTRAIL),
        currency,
    )


def meter_name(meter: str, operation: str) -> str:
    """The meter of a bill's line as requests have it, empty where the line leaves it open.

    A bill without usage types has the words of its descriptions in their place.

    >>> meter_name("KMS-Requests-GenerateDataKeyPair-ECC", "GenerateDataKeyPair")
    'KMS-Requests-GenerateDatakeyPair-ECC'
    >>> meter_name("KMS-Requests-RSA_2048", ""), meter_name("KMS-Requests-Whatever", "Sign")
    ('KMS-Requests-Asymmetric-RSA_2048', '')
    """
    known = _METERS.get(meter.casefold())
    if known is not None:
        return known
    # with an operation the line still tells whose it is; without one it stays apart
    return "" if operation else meter


_METERS = {name.casefold(): name for name in REQUEST_METERS} | {"kms-requests-rsa_2048": RSA_2048}


def _sum_lines(rows: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "month": rows["month"].astype(str).astype(object),
            # a bill without a column tells nothing of it
            **{
                name: rows[name].astype(str).astype(object) if name in rows else ""
                for name in LEVELS
            },
            "quantity": rows["quantity"].astype(float),
            "cost": rows["cost"].astype(float),
        },
        columns=list(_COLUMNS),
    )
    frame["meter"] = [
        meter_name(meter, operation)
        for meter, operation in zip(frame["meter"], frame["operation"], strict=True)
    ]
    return frame.groupby(["month", *LEVELS], sort=True)[["quantity", "cost"]].sum().reset_index()
