"""The part of a month that a bill covers, and what the forecast says of that part.

The one home of the rule for a bill in progress: the forecast that a bill is held against is that of
the days billed, and what the rest of the month costs is forecast.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from estimator.figures import listed
from estimator.forecasting import WRITES
from estimator.inventory.sections import Key
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Months, day_in_words, days_in_words
from estimator.volume import JOB, DailyRequests, daily_requests
from estimator.volume.formulas import key_months
from estimator.volume.model import Model

_MOST_GAPS = 2  # so many are named
_MOST_PAYERS = 2
_IN_PROGRESS = "of a month in progress"
_USAGE = ("request", "key-month")


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
            f"{word} of payer{'s' * (len(payers) > 1)} {' and '.join(payers[:2])}"
            + (f" and {len(payers) - 2:,} more" if len(payers) > 2 else "")
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
class ForecastDays:
    """The forecast of a month by the day, counted once and only where it is asked for."""

    model: Model

    @cached_property
    def requests(self) -> tuple[DailyRequests, ...]:
        """The requests of each job on each day."""
        return tuple(daily_requests(self.model))

    @cached_property
    def keys(self) -> tuple[tuple[str, Key, FloatArray], ...]:
        """Each key with its payer and its key-months on each day. [key-month]"""
        inventory, spans = self.model.inventory, self.model.months.each_day(0, 1)
        payers = inventory.payer_by_account
        found = []
        for key in inventory.keys:
            rotations = [float(day.toordinal()) for day in key.rotations]
            active = inventory.active.key[key.id]
            by_day = key_months(active, rotations, spans.begin, spans.end)
            found.append((payers[key.account], key, by_day))
        return tuple(found)


def find_billed_days(billed: Actuals, by_day: ForecastDays, names: Mapping[str, str]) -> BilledDays:
    """Find the days that a bill covers, of each payer.

    A bill covers what its lines of usage span, whichever the product. In a bill of several payers
    the lines of each say how far its own goes; of a payer without a line nothing is billed yet.

    Parameters
    ----------
    by_day : ForecastDays
        The forecast of the month.
    names : mapping
        The inventory's name of each payer of the bill.
    """
    inventory, months = by_day.model.inventory, by_day.model.months
    label = months.labels[0]
    whole = _share_of_days(billed.coverage, months)
    is_told = bool(whole.any())
    own = inventory.payer_by_account
    rows = billed.measured
    rows = rows[rows["month"].astype(str) == label]
    accounts, payers = rows["billed_account"].astype(str), rows["payer"].astype(str)
    # of which payer of the inventory each line is; empty where it tells neither
    owner = pd.Series(
        [
            own.get(account) or names.get(payer, payer)
            for account, payer in zip(accounts, payers, strict=True)
        ],
        index=rows.index,
        dtype=object,
    )
    covered, open_payers = {}, []
    several = len(inventory.payers()) > 1 and not (owner == "").any()
    for payer in inventory.payers():
        lines = rows[(owner == payer).to_numpy()] if several else rows
        # the days of another payer's bill are none of one that goes on
        goes_on = lines[(lines["unit"].isin(_USAGE) & (lines["coverage"] == 0)).to_numpy()]
        by_month = "day" not in goes_on or goes_on["day"].isna().any()
        if not is_told or (len(goes_on) and by_month):
            open_payers.append(payer)
            covered[payer] = np.ones(len(whole))
            continue
        covered[payer] = whole * _outside_of_holes(lines, by_day, payer)
        if several:
            covered[payer] = covered[payer] * _until_last_line(lines, months)
        if len(goes_on):
            first = months.firsts[0]
            for day in goes_on["day"].unique():
                covered[payer][(day.start_time.date() - first).days] = 0.0
    return BilledDays(months, covered, tuple(open_payers))


def _share_of_days(coverage: Coverage, months: Months) -> FloatArray:
    """The share of each day that anything of a bill covers. [0-1]"""
    first, days = months.firsts[0], int(months.days[0])
    masks = [0] * days
    for hours in coverage.hours.values():
        for at in range(days):
            masks[at] |= hours.get(first + datetime.timedelta(days=at), 0) & WHOLE_DAY
    return np.array([mask.bit_count() / 24 for mask in masks])


def _until_last_line(rows: pd.DataFrame, months: Months) -> FloatArray:
    """1 for each day up to the last one of a payer's lines, 0 after it. [-]"""
    days = np.arange(int(months.days[0]))
    if not len(rows):
        return np.zeros(len(days))
    # a line of more than a day, as in bills by the month, says nothing of a last day
    if "day" not in rows or rows["day"].isna().any():
        return np.ones(len(days))
    last = max(period.start_time.date() for period in rows["day"].unique())
    until: FloatArray = (days <= (last - months.firsts[0]).days).astype(np.float64)
    return until


def _outside_of_holes(rows: pd.DataFrame, by_day: ForecastDays, payer: str) -> FloatArray:
    """0 for each day that a payer's bill by the day has no line of, though it must, else 1. [-]

    A key accrues each hour, and reads are charged under every interpretation: a day of an active
    key, or of reads, without any line is none without cost, it is missing from the bill. A key
    tells only where the bill has keys by the day.
    """
    months = by_day.model.months
    days = np.ones(int(months.days[0]))
    # lines of more than a day say nothing of a single one
    if "day" not in rows or rows["day"].isna().any() or rows["day"].nunique() < 2:
        return days
    first = months.firsts[0]
    with_lines = [(period.start_time.date() - first).days for period in rows["day"].unique()]
    has_line = np.isin(np.arange(len(days)), with_lines)
    if has_line.all():
        return days
    must = np.zeros(len(days), dtype=bool)
    if len(rows["day"][(rows["unit"] == "key-month").to_numpy()].unique()) > 1:
        for owner, _, key_days in by_day.keys:
            if owner == payer:
                must |= key_days > 0
    # requests of a day without a line before any: they may have begun later than was thought
    inside = np.arange(len(days)) > min(with_lines)
    counted = ((rows["unit"] == "request") & (rows["quantity"] > 0)).to_numpy()
    has_days = len(rows["day"][counted].unique()) > 1
    if has_days and (~has_line & ~must & inside).any():
        for piece in by_day.requests:
            reads = ~np.isin(piece.texts("cause"), WRITES)
            of_payer = np.asarray(piece.texts("payer")) == payer
            # less than one a day may be none
            must |= inside & (piece.requests[reads & of_payer].sum(axis=0) >= 1)
    days[must & ~has_line] = 0.0
    return days


def shares_of_rows(rows: pd.DataFrame, by_day: ForecastDays, days: BilledDays) -> FloatArray:
    """The share of each row's forecast of the month that falls into the days billed. [0-1]

    By the day: what begins on the 20th has nothing in a bill to the 15th.

    Parameters
    ----------
    rows : DataFrame
        Charges of one month with the columns of `estimator.volume.JOB`.
    """
    if all((covered == 1).all() for covered in days.covered.values()):
        return np.ones(len(rows))
    known = {**_shares_of_requests(by_day, days), **_shares_of_keys(by_day, days)}
    texts = zip(*(rows[name].astype(str) for name in JOB), strict=True)
    return np.array(
        [
            known[job] if job in known else days.shares.get(payer, 1.0)
            for job, payer in zip(texts, rows["payer"].astype(str), strict=True)
        ],
        dtype=np.float64,
    )


def _shares_of_requests(by_day: ForecastDays, days: BilledDays) -> dict[tuple[str, ...], float]:
    found = {}
    for piece in by_day.requests:
        jobs = zip(*(piece.texts(name) for name in JOB), strict=True)
        for job, requests in zip(jobs, piece.requests, strict=True):
            share = _weighted(requests, days.covered[job[0]])
            if share is not None:
                found[job] = share
    return found


def _shares_of_keys(by_day: ForecastDays, days: BilledDays) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for payer, key, key_days in by_day.keys:
        share = _weighted(key_days, days.covered[payer])
        if share is not None:
            place = (payer, key.account, key.region, key.id, key.id, "key", "KeyMonth")
            found[place] = share
    return found


def _weighted(quantity: FloatArray, covered: FloatArray) -> float | None:
    whole = float(quantity.sum())
    return float((quantity * covered).sum()) / whole if whole > 0 else None
