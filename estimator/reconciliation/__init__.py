"""Forecast against bill: side by side, and why they differ. The whole pipeline on one screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from estimator.figures import FEW, listed
from estimator.forecasting import Forecast, compute_forecast
from estimator.frames import RECONCILIATION
from estimator.inventory import Inventory, load_inventory
from estimator.measurement.doubts import LEFT_OUT, find_doubts
from estimator.measurement.measurement_files import load_actuals, load_bill
from estimator.measurement.result import Actuals, unread_lines
from estimator.months import month_label, read_months
from estimator.reconciliation.difference_limit import DifferenceLimit, read_difference_limit
from estimator.reconciliation.forecast_to_date import (
    ForecastDays,
    find_billed_days,
    forecast_billed_days,
)
from estimator.reconciliation.notices import months_left_out, write_remarks
from estimator.reconciliation.parts import explain_difference
from estimator.reconciliation.result import Reconciliation
from estimator.reconciliation.row_coverage import RowCoverage, cover_rows, interpret_bills
from estimator.reconciliation.sides import read_sides
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import KmscostError, Problem

__all__ = ["Reconciliation", "bill_name", "reconcile", "reconcile_forecast"]

Paths = str | Path | Sequence[str | Path]


def reconcile(
    inventory: Inventory | str | Path,
    bill: Actuals | Paths,
    month: str | datetime.date,
    actuals: Actuals | Paths | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    fail_over: str | float | None = None,
) -> Reconciliation:
    """Forecast, measured and billed side by side, and the difference explained.

    Parameters
    ----------
    inventory : Inventory or path
        What the forecast is made of.
    bill : Actuals or paths
        What `measure_bill` reads: Cost and Usage Reports, FOCUS, their manifests or folders,
        exports of Cost Explorer; or the JSON of `kmscost measure bill`.
    month : str or date
        As ``2026-10``. Other months of the bill are left out.
    actuals : Actuals or paths, optional
        What was measured in that month, as `load_actuals` takes it.
    rates, discount
        As for `estimator.forecast`.
    fail_over : str or float, optional
        How far apart they may lie, as ``5%`` or ``USD 5``; `Reconciliation.broken` says whether
        they do.

    Returns
    -------
    Reconciliation
        Rows by payer, account, Region, key and operation, as far as the bill tells them, with the
        parts of the difference; which interpretation of F5 the bill follows.

    Raises
    ------
    KmscostError
        An input is wrong, the bill has nothing of the month, or is in another currency.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    label = month_label(month)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    model = Model(inventory, read_months(label, 1))
    expected = compute_forecast(model, table, discount)
    limit = None if fail_over is None else read_difference_limit(fail_over, expected.currency)
    billed = bill if isinstance(bill, Actuals) else load_bill(bill)
    actuals = actuals if isinstance(actuals, Actuals | None) else load_actuals(actuals)
    found = reconcile_forecast(model, expected, billed, actuals, limit, bill_name(bill))
    notices = (*found.notices, *unread_lines(billed, actuals), *months_left_out(billed, [label]))
    # those of logs say what was not read too
    return replace(found, notices=tuple(dict.fromkeys(notices)))


def reconcile_forecast(
    model: Model,
    expected: Forecast,
    billed: Actuals,
    actuals: Actuals | None = None,
    limit: DifferenceLimit | None = None,
    name: str = "BILL",
) -> Reconciliation:
    """As `reconcile`, of a forecast that was made already.

    Parameters
    ----------
    model : Model
        What the forecast was made of, of this month alone.
    expected : Forecast
        That of one month.
    name : str
        What problems call the bill.

    Raises
    ------
    KmscostError
        The bill has nothing of the month, or is in another currency.
    """
    _check_comparable(expected, billed, actuals, name)

    # each side as rows of the same key columns, next to each other at the levels of the bill
    sides = read_sides(expected, billed, actuals)
    coverage = cover_rows(sides)
    by_day = ForecastDays(model)
    days = find_billed_days(billed, by_day, sides.bill.payers)
    # which interpretation each bill follows: its evidence is of the month, and heeds the coverage
    interpretations = interpret_bills(sides, coverage, days)
    # like with like: from here on all sides are of the days billed
    to_date = forecast_billed_days(by_day, sides, days, interpretations)
    sides = sides.during(to_date.days, to_date.shares)
    # whose the billed units are, and the difference in parts
    difference = explain_difference(sides, coverage, interpretations, to_date.days)
    remarks = write_remarks(sides, coverage, difference, to_date)
    return Reconciliation(
        month=sides.month,
        forecast=expected,
        rows=_reconciliation_frame(difference.rows, coverage, sides.month),
        request_parts=difference.request_parts,
        interpretations=interpretations,
        apart=sides.bill.apart,
        levels=sides.bill.levels.to_dict(),
        rests_on=remarks.rests_on,
        unknown_to=remarks.unknown_to,
        days=to_date.days,
        missing=to_date.missing,
        expected_by_account=to_date.by_account,
        measured_share=None if actuals is None else _measured_share(sides.rows, coverage),
        notices=remarks.notices,
        left_out=(*billed.skipped.lines(), *find_doubts(billed.notices, LEFT_OUT)),
        limit=limit,
    )


def bill_name(bill: Actuals | Paths | None) -> str:
    """The name that problems of the bill have: its first path."""
    if isinstance(bill, Actuals | None):
        return "BILL"
    return str(bill if isinstance(bill, str | Path) else bill[0])


def _check_comparable(
    expected: Forecast, billed: Actuals, actuals: Actuals | None, path: str
) -> None:
    """Refuse what cannot stand side by side."""
    month = expected.months.labels[0]
    # all of them at once, not one a run
    problems = []
    rows = billed.measured
    currencies = sorted(set(rows["currency"].astype(str)) - {"", expected.currency})
    if currencies:
        found = f"a bill in {currencies[0]}"
        fix = f"give rates in {currencies[0]} by --rates FILE"
        problems.append(Problem(path, None, "", found, f"{expected.currency}, as the rates", fix))
    months = {str(name) for name in rows["month"].dropna().unique()}
    # a bill may cover a month and have no line in it
    months |= set(billed.coverage.months())
    if month not in months:
        found = f"a bill of {', '.join(sorted(months)) or 'no month'}"
        fix = "name the bill of that month, or choose another --month"
        problems.append(Problem(path, None, "", found, f"lines of {month}", fix))
    elif strangers := _only_strangers(rows, expected.inventory, month):
        found = f"a bill of {listed(strangers, FEW)}, none of them an account of the inventory"
        accounts = listed([account.id for account in expected.inventory.accounts], FEW)
        fix = "name the bill of these accounts, or add its accounts to the inventory"
        wanted = f"lines of any of {accounts}: no bill of these accounts"
        problems.append(Problem(path, None, "", found, wanted, fix))
    if "" in set(rows["payer"].astype(str)) and len(expected.inventory.payers()) > 1:
        nameless = rows[(rows["payer"] == "") & (rows["billed_account"] == "")]
        if len(nameless):
            found = (
                "a bill that names neither payer nor account, for an inventory of several payers"
            )
            fix = "group it by account, or name a Cost and Usage Report"
            problems.append(Problem(path, None, "", found, "whose bill it is", fix))
    if actuals is not None and "bill" in actuals.source.split(", "):
        found, wanted = "a measured bill", "measurements of CloudTrail's requests"
        problems.append(Problem("actuals", None, "", found, wanted, "name bills as BILL"))
    if problems:
        raise KmscostError(problems)


def _only_strangers(rows: pd.DataFrame, inventory: Inventory, month: str) -> list[str]:
    """The accounts of a bill that has none of the inventory; empty where it may have one."""
    accounts = set(rows.loc[rows["month"].astype(str) == month, "billed_account"].astype(str))
    # a bill that names no accounts may be anybody's
    if "" in accounts or accounts & {account.id for account in inventory.accounts}:
        return []
    return sorted(accounts)


def _measured_share(frame: pd.DataFrame, coverage: RowCoverage) -> float:
    """The least share of the month that measurements cover where writes are billed. [0-1]"""
    writes = (frame["writes"] > 0).to_numpy()
    return float(coverage.share[writes].min()) if writes.any() else 0.0


def _reconciliation_frame(rows: pd.DataFrame, coverage: RowCoverage, month: str) -> pd.DataFrame:
    """The frame of `estimator.frames.RECONCILIATION`."""
    # nothing was looked at there: not measured is no zero
    silent = ~coverage.cloudtrail & (rows["measured"] == 0).to_numpy()
    rows = rows.assign(
        month=pd.PeriodIndex([month] * len(rows), freq="M"), measured=rows["measured"].mask(silent)
    )
    sides = ("forecast", "measured", "billed", "cost_forecast", "cost_billed")
    empty = (rows[list(sides)].fillna(0.0) == 0).all(axis=1)
    rows = rows[~empty].reset_index(drop=True)
    columns = {}
    for column in RECONCILIATION:
        values = rows[column.name]
        is_month = column.dtype.startswith("period")
        columns[column.name] = values if is_month else values.astype(column.dtype)  # type: ignore[call-overload]
    return pd.DataFrame(columns)
