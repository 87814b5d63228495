"""The forecast of what a bill covers: like with like, by the days billed and the lines it has.

A bill in progress is held against the forecast of its own days. What the rest of the month adds is
in `rest_of_month`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from estimator.forecasting import WRITES, Forecast
from estimator.inventory.sections import Key
from estimator.measurement.billing.cells import USAGE_UNITS
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Months
from estimator.reconciliation.bill_coverage import BilledDays, MissingLines, find_missing_lines
from estimator.reconciliation.forecast_by_account import forecast_by_account
from estimator.reconciliation.interpretation import Interpretation
from estimator.reconciliation.sides import Sides
from estimator.volume import JOB, DailyRequests, daily_requests, key_months
from estimator.volume.model import Model


@dataclass(frozen=True)
class ForecastToDate:
    """The forecast of the days billed.

    Attributes
    ----------
    days : BilledDays
        The days of the month that the bill covers.
    shares : array
        The share of each of the forecast's rows that falls into them. [0-1]
    missing : MissingLines
        What of these days has a forecast and no line.
    by_account : DataFrame
        As `forecast_by_account` has it.
    """

    days: BilledDays
    shares: FloatArray
    missing: MissingLines
    by_account: pd.DataFrame


def forecast_billed_days(
    by_day: ForecastDays,
    sides: Sides,
    days: BilledDays,
    interpretations: Sequence[Interpretation],
) -> ForecastToDate:
    """Find what is forecast of the days billed.

    Parameters
    ----------
    by_day : ForecastDays
        The forecast of the month.
    sides : Sides
    days : BilledDays
        As `find_billed_days` has them.
    interpretations : sequence of Interpretation
        What the bill charges for, by payer.
    """
    forecast = sides.forecast
    shares = _shares_of_rows(forecast.rows, by_day, days.covered)
    before = _shares_of_rows(forecast.rows, by_day, days.before)
    # of a bill that goes on nothing is missing yet
    is_told = ~forecast.rows["payer"].astype(str).isin(days.open_payers).to_numpy()
    cost = _charged_cost(forecast, interpretations) * shares * is_told
    return ForecastToDate(
        days=days,
        shares=shares,
        by_account=forecast_by_account(forecast, shares, before, interpretations),
        missing=find_missing_lines(sides.bill.rows, forecast.rows, cost),
    )


@dataclass(frozen=True)
class ForecastDays:
    """The forecast of a month by the day, counted once and only where it is asked for.

    `model` is what it was made of, of this month alone.
    """

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
            by_day = key_months(active, rotations, spans)
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
        goes_on = lines[(lines["unit"].isin(USAGE_UNITS) & (lines["coverage"] == 0)).to_numpy()]
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


def _shares_of_rows(
    rows: pd.DataFrame, by_day: ForecastDays, weights: Mapping[str, FloatArray]
) -> FloatArray:
    """The share of each row's forecast of the month that falls into some days. [0-1]

    By the day: what begins on the 20th has nothing in a bill to the 15th.

    Parameters
    ----------
    rows : DataFrame
        Charges of one month with the columns of `estimator.volume.JOB`.
    weights : mapping of str to array
        By payer the share of each day that is one of them. [0-1]
    """
    for alike in (0.0, 1.0):
        if all((days == alike).all() for days in weights.values()):
            return np.full(len(rows), alike)
    known = {**_shares_of_requests(by_day, weights), **_shares_of_keys(by_day, weights)}
    shares = {payer: float(days.mean()) for payer, days in weights.items()}
    texts = zip(*(rows[name].astype(str) for name in JOB), strict=True)
    return np.array(
        [
            known[job] if job in known else shares.get(payer, 1.0)
            for job, payer in zip(texts, rows["payer"].astype(str), strict=True)
        ],
        dtype=np.float64,
    )


def _shares_of_requests(
    by_day: ForecastDays, weights: Mapping[str, FloatArray]
) -> dict[tuple[str, ...], float]:
    found = {}
    for piece in by_day.requests:
        jobs = zip(*(piece.texts(name) for name in JOB), strict=True)
        for job, requests in zip(jobs, piece.requests, strict=True):
            share = _weighted(requests, weights[job[0]])
            if share is not None:
                found[job] = share
    return found


def _shares_of_keys(
    by_day: ForecastDays, weights: Mapping[str, FloatArray]
) -> dict[tuple[str, ...], float]:
    found: dict[tuple[str, ...], float] = {}
    for payer, key, key_days in by_day.keys:
        share = _weighted(key_days, weights[payer])
        if share is not None:
            place = (payer, key.account, key.region, key.id, key.id, "key", "KeyMonth")
            found[place] = share
    return found


def _weighted(quantity: FloatArray, covered: FloatArray) -> float | None:
    whole = float(quantity.sum())
    return float((quantity * covered).sum()) / whole if whole > 0 else None


def _charged_cost(expected: Forecast, interpretations: Sequence[Interpretation]) -> FloatArray:
    """The forecast of each row, without writes that the payer's bill does not charge. [currency]"""
    exempt = {bill.payer for bill in interpretations if bill.answer == "exempt"}
    rows = expected.rows
    is_free = rows["payer"].astype(str).isin(exempt) & rows["cause"].isin(WRITES)
    return np.where(is_free, 0.0, rows["cost"].to_numpy())
