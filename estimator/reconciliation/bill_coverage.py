"""What a bill covers of a month: days, and of these the accounts and units that it has lines of.

An export may be of some accounts or of some usage types alone, and says so nowhere. What it has no
line of at all is forecast, as are the days that it does not cover: a bill that covers less must not
look cheaper. An account of which one line of KMS is there counts as billed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from estimator.figures import listed
from estimator.months import FloatArray, Months, day_in_words, days_in_words

_MOST_GAPS = 2  # so many are named
_MOST_PAYERS = 2
_MOST_ACCOUNTS = 2
_IN_PROGRESS = "of a month in progress"
_UNITS = {"request": "KMS requests", "key-month": "keys"}


@dataclass(frozen=True)
class BilledDays:
    """The hours of a month that the bill covers, payer by payer.

    Attributes
    ----------
    months : Months
        The month.
    covered : mapping of str to array
        Of each payer of the inventory the share of each day that is covered. [0-1]
    open_payers : tuple of str
        Payers whose bill does not tell its days, as an estimate of an open month: it stands beside
        the forecast of the whole month, and says nothing of how right that is.
    """

    months: Months
    covered: Mapping[str, FloatArray]
    open_payers: tuple[str, ...] = ()

    @property
    def is_told(self) -> bool:
        """True where the bill of every payer tells its days."""
        return not self.open_payers

    @property
    def is_whole(self) -> bool:
        """True where the bill covers all of the month, of every payer."""
        return self.is_told and all((days == 1).all() for days in self.covered.values())

    @cached_property
    def shares(self) -> dict[str, float]:
        """The share of the month that is covered, by payer. [0-1]"""
        return {payer: float(days.mean()) for payer, days in self.covered.items()}

    @cached_property
    def before(self) -> dict[str, FloatArray]:
        """The share of each day that is not covered, up to the last one that is, by payer. [0-1]"""
        found = {}
        for payer, days in self.covered.items():
            billed = np.flatnonzero(days)
            last = billed[-1] if len(billed) else -1
            found[payer] = np.where(np.arange(len(days)) <= last, 1 - days, 0.0)
        return found

    def weights(self, rows: pd.DataFrame, payers: Sequence[str]) -> FloatArray:
        """The share of each row's day that is covered; of the month, where it has no day. [0-1]

        Parameters
        ----------
        rows : DataFrame
            Rows of the month, with a column day.
        payers : sequence of str
            The payer of each; where it is none of these, the least that any bill covers counts.
        """
        least = np.min(list(self.covered.values()), axis=0)
        days = rows["day"] if "day" in rows else pd.Series(pd.NaT, index=rows.index)
        first = self.months.firsts[0]
        found = []
        for day, payer in zip(days, payers, strict=True):
            covered = self.covered.get(payer, least)
            # a row of the month as a whole has no day
            at = None if day is pd.NaT else (day.start_time.date() - first).days
            found.append(float(covered.mean() if at is None else covered[at]))
        return np.array(found, dtype=np.float64)

    @property
    def text(self) -> str:
        """The days in words, such as ``to 15 October``; empty where the month is whole.

        Where payers differ, those whose bill is not whole are named.
        """
        if self.is_whole:
            return ""
        if len(self.open_payers) == len(self.covered):
            return _IN_PROGRESS
        words = {payer: self._words(days) for payer, days in self.covered.items()}
        words |= dict.fromkeys(self.open_payers, _IN_PROGRESS)
        if len(set(words.values())) == 1:
            return next(iter(words.values()))
        groups: dict[str, list[str]] = {}
        for payer, word in words.items():
            if payer in self.open_payers or not (self.covered[payer] == 1).all():
                groups.setdefault(word, []).append(payer)
        return ", ".join(
            f"{word} of payer{'s' * (len(payers) > 1)} {listed(payers, _MOST_PAYERS, ' and ')}"
            for word, payers in groups.items()
        )

    def whose(self, payers: Sequence[str]) -> str:
        """Payers, such as `` of payer 111122223333``; empty where they are all of them."""
        if len(payers) == len(self.covered):
            return ""
        return f" of payer{'s' * (len(payers) > 1)} {listed(payers, _MOST_PAYERS)}"

    def _words(self, days: FloatArray) -> str:
        first = self.months.firsts[0]
        found = np.flatnonzero(days)
        if not len(found):
            return "with no day"
        begin, end = (first + datetime.timedelta(days=int(at)) for at in found[[0, -1]])
        hour = round(24 * float(days[found[-1]]))
        until = f" {hour}:00 UTC" if hour < 24 else ""
        span = f"{days_in_words(begin, end) if found[0] else f'to {day_in_words(end)}'}{until}"
        # days without a line between days with one
        gaps = [at for at in range(1, len(found)) if found[at] > found[at - 1] + 1]
        if len(gaps) > _MOST_GAPS:
            return f"of {len(found)} of {len(days)} days"
        if not gaps:
            return span
        without = " and ".join(
            days_in_words(
                first + datetime.timedelta(days=int(found[at - 1]) + 1),
                first + datetime.timedelta(days=int(found[at]) - 1),
            ).partition(" ")[2]
            for at in gaps
        )
        is_to_end = days[0] == 1 and days[-1] == 1
        return f"without {without}" if is_to_end else f"{span} without {without}"


@dataclass(frozen=True)
class MissingLines:
    """What has a forecast and no line: it is missing, not zero.

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
            names = listed(self.accounts, _MOST_ACCOUNTS)
            found.append(f"account{'s' * (len(self.accounts) > 1)} {names}")
        for unit, word in _UNITS.items():
            if any(missing == unit for _, missing in self.units):
                found.append(word)
        return f"without {' and '.join(found)}" if found else ""


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
