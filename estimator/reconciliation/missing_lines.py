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
