"""A bill's lines of a month: whose they are, and what they leave open.

That is keys, operations and accounts, and which of the requests were free.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from estimator.figures import count, listed
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.measurement.billing.cells import KMS, USAGE_UNITS
from estimator.measurement.billing.summary import amounts_apart, notices_of_months
from estimator.measurement.result import Actuals
from estimator.months import FloatArray
from pricing.reading.problems import RateError
from pricing.regions import is_region

_MOST_NAMES = 10

# the meter of requests on symmetric keys; a bill without usage types names none
SYMMETRIC = ("KMS-Requests", "")

# what CloudTrail's files cause under their keys
OPERATIONS = ("GenerateDataKey", "Decrypt", "Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo")


@dataclass(frozen=True)
class MissingLevels:
    """Levels that the bill does not tell, and why: the key of requests and of key-months."""

    request_keys: str = ""
    key_keys: str = ""
    operations: str = ""
    accounts: str = ""

    def to_dict(self) -> dict[str, str]:
        """The missing levels, with the reason."""
        reasons = {
            "key of requests": self.request_keys,
            "key of key-months": self.key_keys,
            "operation": self.operations,
            "account": self.accounts,
        }
        return {name: why for name, why in reasons.items() if why}


@dataclass(frozen=True)
class BillLines:
    """A bill of one month, and what it leaves open.

    Attributes
    ----------
    rows : DataFrame
        The lines of requests and key-months, each with the inventory's payer.
    payers : mapping of str to str
        The inventory's name of each payer of the bill.
    levels : MissingLevels
        What the bill does not tell.
    free_known : bool
        The bill tells which requests were free.
    apart : tuple of dict
        Amounts of the bill that are no usage of KMS: taxes, credits, discounts; CloudTrail's lines.
    notices : tuple of str
        What its files tell of the month.
    """

    rows: pd.DataFrame
    payers: Mapping[str, str]
    levels: MissingLevels
    free_known: bool
    apart: tuple[Mapping[str, Any], ...]
    notices: tuple[str, ...]


def read_bill_lines(
    billed: Actuals, expected: Forecast, forecast: pd.DataFrame, names: Mapping[str, str]
) -> BillLines:
    """Read the bill of the month that is forecast.

    Parameters
    ----------
    forecast : DataFrame
        The forecast by row.
    names : mapping
        Id of a key by its ARN.
    """
    month = expected.months.labels[0]
    lines, free_known = _infer_free_part(_of_month(billed, month), expected)
    payers = _payer_names(expected.inventory, lines)
    return BillLines(
        rows=lines.assign(payer=_payers_of_lines(lines, payers, expected.inventory)),
        payers=payers,
        levels=_find_missing_levels(lines, forecast, names),
        free_known=free_known,
        apart=amounts_apart(billed, month, expected.currency),
        notices=tuple(notices_of_months(billed, [month])),
    )


def _of_month(billed: Actuals, month: str) -> pd.DataFrame:
    """The bill's KMS requests and key-months of one month."""
    rows = billed.measured
    return rows[
        (rows["product"] == KMS)
        & (rows["month"].astype(str) == month)
        & rows["unit"].isin(USAGE_UNITS)
    ]


def _payer_names(inventory: Inventory, billed: pd.DataFrame) -> dict[str, str]:
    """The inventory's name of each payer of the bill.

    A payer that the inventory does not know is the one whose accounts stand in its bill; one that
    the bill does not name is the inventory's, where that has no other.
    """
    own = inventory.payer_by_account
    known = set(inventory.payers())
    names: dict[str, str] = {}
    for payer, rows in billed.groupby("payer", observed=True):
        accounts = map(str, rows["billed_account"].unique())
        meant = {own[account] for account in accounts if account in own}
        # a payer that the inventory knows keeps its name, whoever stands in its bill
        alike = str(payer) not in known and len(meant) == 1
        names[str(payer)] = meant.pop() if alike else str(payer)
        if not names[str(payer)] and len(known) == 1:
            names[str(payer)] = next(iter(known))
    return names


def _payers_of_lines(
    lines: pd.DataFrame, payers: Mapping[str, str], inventory: Inventory
) -> list[str]:
    """The payer of each line: its account's in the inventory, else the bill's."""
    own = inventory.payer_by_account
    pairs = zip(lines["billed_account"].astype(str), lines["payer"].astype(str), strict=True)
    # that of the inventory first, so that both sides join on one payer
    return [own.get(account) or payers[payer] for account, payer in pairs]


def _find_missing_levels(
    lines: pd.DataFrame, forecast: pd.DataFrame, names: Mapping[str, str]
) -> MissingLevels:
    """Find the levels that the bill does not tell."""
    is_request = lines["unit"] == "request"
    requests = lines[is_request & lines["meter"].isin(SYMMETRIC)]
    months = lines[~is_request]
    any_arn = bool((lines["key"] != "").any())
    # some lists have no key to name; what CloudTrail causes has one
    nameless = requests[(requests["key"] == "") & requests["operation"].isin(["", *OPERATIONS])]
    return MissingLevels(
        request_keys=_missing_key(any_arn, nameless, forecast, names, "request"),
        key_keys=_missing_key(any_arn, months[months["key"] == ""], forecast, names, "key-month"),
        operations=_missing_operation(requests),
        accounts=_missing_account(lines),
    )


def _missing_key(
    any_arn: bool,
    nameless: pd.DataFrame,
    forecast: pd.DataFrame,
    names: Mapping[str, str],
    unit: str,
) -> str:
    if not any_arn:
        return "the bill names no keys (export it with resource ids)"
    if nameless["quantity"].sum():
        return f"the bill names no key for {count(nameless['quantity'].sum())} {unit}s"
    # a key without an ARN would stand in the forecast under its id, in the bill under another name
    used = set(forecast["key"][forecast["unit"] == unit]) - set(names.values())
    if used:
        keys = listed(sorted(used), _MOST_NAMES)
        return f"no arn is known of key {keys} (write it into the inventory as `arn`)"
    return ""


def _missing_account(lines: pd.DataFrame) -> str:
    nameless = int((lines["billed_account"] == "").sum())
    return "the bill names no accounts (group it by account)" if nameless else ""


def _missing_operation(requests: pd.DataFrame) -> str:
    nameless = requests["quantity"][requests["operation"] == ""].sum()
    many = "request" if nameless == 1 else "requests"
    return f"the bill names no operation for {count(nameless)} {many}" if nameless else ""


def _infer_free_part(lines: pd.DataFrame, expected: Forecast) -> tuple[pd.DataFrame, bool]:
    """Fill in the free part of lines that do not tell it; tell whether all did.

    Parameters
    ----------
    lines : DataFrame
        The bill's requests and key-months: quantity, free and billable [unit], cost [currency].
    expected : Forecast
        Its table has the prices.
    """
    unknown = lines["billable"].isna()
    if not unknown.any():
        return lines, True
    symmetric = lines["meter"].isin(SYMMETRIC).to_numpy()
    prices = find_table_prices(expected, lines)
    quantity = lines["quantity"].to_numpy(dtype=np.float64)
    # no price, or a meter of its own: nothing says that any of it was free
    priced = symmetric & np.isfinite(prices) & (prices > 0)
    paid = lines["cost"].to_numpy(dtype=np.float64) / np.where(priced, prices, 1.0)
    billable = np.where(priced, np.clip(paid, 0.0, quantity), quantity)
    filled = lines["billable"].where(~unknown, billable)
    return lines.assign(
        billable=filled, free=lines["free"].where(~unknown, quantity - filled)
    ), False


def find_table_prices(expected: Forecast, rows: pd.DataFrame) -> FloatArray:
    """The table's price of a unit on each row, NaN where it has none. [currency/unit]"""
    pairs = list(zip(rows["billed_region"].astype(str), rows["unit"].astype(str), strict=True))
    # rows are many, Regions and units few
    known = {pair: _table_price(expected, *pair) for pair in set(pairs)}
    return np.array([known[pair] for pair in pairs], dtype=np.float64)


def _table_price(expected: Forecast, region: str, unit: str) -> float:
    """The table's price of a unit, after the discount; NaN where it has none. [currency/unit]"""
    if not is_region(region):
        return np.nan
    with contextlib.suppress(RateError):
        month = pd.Period(expected.months.firsts[0], "M")
        operation = "Decrypt" if unit == "request" else "KeyMonth"
        rate = expected.table.rate_in_force(month, operation, region)
        return float(rate.steps[0][1] * (1 - expected.discount))
    return np.nan
