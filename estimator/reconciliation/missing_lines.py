"""Accounts and units that a forecast has and a bill has no line of: they are missing, not zero.

An export may be of some accounts or of some usage types alone, and says so nowhere. What it has no
line of at all is forecast, as are the days that it does not cover: a bill that covers less must not
look cheaper. An account of which one line of KMS is there counts as billed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.figures import listed
from estimator.forecasting import WRITES, Forecast
from estimator.months import FloatArray
from estimator.reconciliation.interpretation import Interpretation

_MOST = 2  # so many are named
_UNITS = {"request": "KMS requests", "key-month": "keys"}


@dataclass(frozen=True)
class MissingLines:
    """What has a forecast and no line.

    Attributes
    ----------
    accounts : tuple of str
        Accounts that pay by the forecast; empty where the bill names no accounts.
    units : tuple of (str, str)
        Payer and unit, ``request`` or ``key-month``.
    """

    accounts: tuple[str, ...] = ()
    units: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.units)

    def leave_out(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows, by payer, billed_account and unit, without those that no line is of."""
        if not self:
            return rows
        units = zip(rows["payer"].astype(str), rows["unit"].astype(str), strict=True)
        without_line = set(self.units)
        missing = np.array([unit in without_line for unit in units], dtype=bool)
        return rows[~(missing | rows["billed_account"].isin(self.accounts).to_numpy())]

    @property
    def text(self) -> str:
        """What is missing, such as ``without account 111122223333``; empty where nothing is."""
        found = []
        if self.accounts:
            names = listed(self.accounts, _MOST)
            found.append(f"account{'s' * (len(self.accounts) > 1)} {names}")
        for unit, word in _UNITS.items():
            if any(missing == unit for _, missing in self.units):
                found.append(word)
        return f"without {' and '.join(found)}" if found else ""

    def notices(self) -> tuple[str, ...]:
        """What to know before believing the bill."""
        if not self:
            return ()
        notice = f"bill {self.text}: the forecast has a cost there and the bill no line at all, so "
        notice += "the month's cost is forecast there, not zero; the difference takes it as nothing"
        return (notice,)


def find_missing_lines(
    lines: pd.DataFrame, expected: pd.DataFrame, cost: FloatArray
) -> MissingLines:
    """Find accounts, and units of a payer, that the forecast pays for and no line is of.

    Parameters
    ----------
    lines : DataFrame
        The bill's lines of KMS in the month, each with the inventory's payer.
    expected : DataFrame
        Rows of the forecast.
    cost : array
        What each costs on the days billed, as the bill charges for writes. [currency]
    """
    wanted = expected.loc[cost > 0, ["payer", "billed_account", "unit"]]
    wanted = wanted.astype(str).drop_duplicates()
    accounts = set(lines["billed_account"].astype(str))
    seen = set(zip(lines["payer"].astype(str), lines["unit"].astype(str), strict=True))
    # a payer without any line has no day in the bill, and its days say so
    of_payer = {payer for payer, _ in seen}
    lost_accounts, lost_units = set(), set()
    for payer, account, unit in wanted.itertuples(index=False):
        if payer not in of_payer:
            continue
        if (payer, unit) not in seen:
            lost_units.add((payer, unit))
        # a bill that does not name each account may have any of them
        if account not in accounts and "" not in accounts:
            lost_accounts.add(account)
    return MissingLines(tuple(sorted(lost_accounts)), tuple(sorted(lost_units)))


def charged_cost(expected: Forecast, interpretations: Sequence[Interpretation]) -> FloatArray:
    """The forecast of each row, without writes that the payer's bill does not charge. [currency]"""
    exempt = {bill.payer for bill in interpretations if bill.answer == "exempt"}
    rows = expected.rows
    is_free = rows["payer"].astype(str).isin(exempt) & rows["cause"].isin(WRITES)
    return np.where(is_free, 0.0, rows["cost"].to_numpy())


def forecast_by_account(
    expected: Forecast, shares: FloatArray, interpretations: Sequence[Interpretation]
) -> pd.DataFrame:
    """The forecast of the month and of the days billed, by payer, account and unit. [currency]

    With the worth of the free requests in both, ``free``; all also as each payer's bill takes
    CloudTrail's own writes, where it tells: ``as_billed``.
    """
    rows, own = expected.rows, expected.inventory.cloudtrail_writes
    others = [bill.payer for bill in interpretations if bill.answer not in (None, own)]
    is_other = rows["payer"].astype(str).isin(others).to_numpy()
    as_billed = np.where(is_other, rows["cost_other_reading"], rows["cost"])
    price, cost = rows[f"{expected.currency.lower()}_per_unit"].to_numpy(), rows["cost"].to_numpy()
    is_write = rows["cause"].isin(WRITES).to_numpy()
    # exempt writes are free without taking any of the free requests
    worth = np.where(is_write & (own == "exempt"), 0.0, rows["free"].to_numpy() * price)
    # under the other interpretation: all that it charges, less what it costs
    charged = np.where(is_write & (own == "charged"), 0.0, rows["quantity"].to_numpy() * price)
    other_worth = np.maximum(charged - rows["cost_other_reading"].to_numpy(), 0.0)
    as_billed_free = np.where(is_other, other_worth, worth)
    frame = pd.DataFrame(
        {
            "payer": rows["payer"].astype(str).to_numpy(),
            "billed_account": rows["billed_account"].astype(str).to_numpy(),
            "unit": rows["unit"].astype(str).to_numpy(),
            "cost": cost,
            "free": worth,
            "cost_to_date": cost * shares,
            "free_to_date": worth * shares,
            "as_billed": as_billed,
            "as_billed_to_date": as_billed * shares,
            "as_billed_free": as_billed_free,
            "as_billed_free_to_date": as_billed_free * shares,
        }
    )
    return frame.groupby(["payer", "billed_account", "unit"], as_index=False).sum()
