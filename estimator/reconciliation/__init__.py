"""Forecast against bill: side by side, and why they differ. The whole pipeline on one screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from estimator.figures import FEW, listed
from estimator.forecasting import Forecast, compute_forecast
from estimator.frames import RECONCILIATION
from estimator.inventory import Inventory, load_inventory
from estimator.measurement.billing.summary import amounts_apart
from estimator.measurement.measurement_files import load_actuals, load_bill
from estimator.measurement.result import Actuals
from estimator.months import month_label, read_months
from estimator.reconciliation.bill_detail import (
    INFERRED_FREE,
    MissingLevels,
    find_missing_levels,
    infer_free_part,
    of_month,
    table_prices,
)
from estimator.reconciliation.billed_days import (
    ForecastDays,
    find_billed_days,
    shares_of_rows,
)
from estimator.reconciliation.billed_units import interpret_rows, split_billed_units
from estimator.reconciliation.difference_limit import DifferenceLimit, read_difference_limit
from estimator.reconciliation.evidence import collect_evidence
from estimator.reconciliation.interpretation import interpret
from estimator.reconciliation.measured_rows import RowCoverage, cover_rows, key_owners
from estimator.reconciliation.missing_lines import (
    charged_cost,
    find_missing_lines,
)
from estimator.reconciliation.notices import (
    find_strangers,
    key_day_notices,
    months_left_out,
    notices,
    rests_on,
)
from estimator.reconciliation.parts import (
    add_parts,
    has_billed,
    leave_unexplained,
    request_parts,
)
from estimator.reconciliation.rest_of_month import forecast_by_account
from estimator.reconciliation.result import Reconciliation
from estimator.reconciliation.sides import (
    KEYS,
    billed_side,
    drop_levels,
    forecast_side,
    join_sides,
    key_names,
    measured_side,
    payer_of,
    payers_of,
)
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
    return replace(found, notices=(*found.notices, *months_left_out(billed, [label])))


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
    label = expected.months.labels[0]
    inventory = model.inventory
    _check_comparable(expected, billed, actuals, label, name)

    # each side as rows of the same key columns
    lines, free_known = infer_free_part(of_month(billed, label), expected)
    own = inventory.payer_by_account
    payers = payers_of(inventory, lines)
    measured = actuals.measured if actuals is not None else pd.DataFrame({"cause": []})
    names = key_names(inventory, measured)
    paid_by = dict(
        zip(lines["billed_account"].astype(str), lines["payer"].astype(str), strict=True)
    )
    # an account's payer in the inventory comes before the bill's
    paid_by = {**{account: payers[payer] for account, payer in paid_by.items()}, **own}
    billed_rows = billed_side(lines, payers, own, names)
    month_rows = forecast_side(expected, np.ones(len(expected.rows)))
    measured_rows, lost = measured_side(actuals, label, inventory, paid_by, names)
    if lost and measured_rows.empty:
        raise KmscostError(_without_place(lost))

    # next to each other, at the levels that the bill tells
    levels = find_missing_levels(lines, month_rows, names)
    owners = key_owners(pd.concat([month_rows[list(KEYS)], measured_rows[list(KEYS)]]), inventory)
    # a level that one side alone tells would set the sides apart
    frame = _join(expected, levels, month_rows, billed_rows, measured_rows)

    # which interpretation each bill follows: its evidence is of the month, and heeds the coverage
    coverage = cover_rows(frame, actuals, label, owners)
    covered = billed.coverage.months().get(label, 0.0)
    counted = lines.assign(payer=payer_of(lines["billed_account"], lines["payer"], payers, own))
    evidence = collect_evidence(
        frame, coverage, levels, expected, counted, owners, covered, free_known
    )
    interpretations = tuple(interpret(of_payer) for of_payer in evidence)

    # like with like: from here on all sides are of the days billed
    by_day = ForecastDays(model)
    days = find_billed_days(billed, by_day, payers)
    shares = shares_of_rows(expected.rows, by_day, days)
    if not days.is_whole:
        to_date, _ = measured_side(actuals, label, inventory, paid_by, names, days)
        frame = _join(expected, levels, forecast_side(expected, shares), billed_rows, to_date)
    # of a bill that goes on nothing is missing yet
    is_told = ~expected.rows["payer"].astype(str).isin(days.open_payers).to_numpy()
    cost = charged_cost(expected, interpretations) * shares * is_told
    missing = find_missing_lines(counted, expected.rows, cost)
    # whose the billed units are, and the difference in parts
    # the bill of each payer has an interpretation of its own
    row_interpretation = interpret_rows(frame, interpretations, inventory)
    pools = expected.pools[expected.pools["unit"] == "request"]
    sizes = pools.groupby("payer", observed=True)["quantity_free"].sum()
    free = {str(payer): float(size) for payer, size in sizes.items()}
    units = split_billed_units(
        frame, row_interpretation, coverage, levels, inventory, expected.months, days, free
    )
    rows = add_parts(frame, row_interpretation, units)
    unexplained = rows["payer"].isin(days.open_payers).to_numpy() | (not has_billed(rows))
    rows = leave_unexplained(rows, unexplained)
    strangers = find_strangers(rows, inventory, levels)
    return Reconciliation(
        month=label,
        forecast=expected,
        rows=_reconciliation_frame(rows, coverage, label),
        request_parts=request_parts(rows, unexplained),
        interpretations=interpretations,
        apart=amounts_apart(billed, label, expected.currency),
        levels=levels.to_dict(),
        rests_on=rests_on(coverage, levels, frame, units.expected, not unexplained.any()),
        unknown_to=strangers,
        days=days,
        missing=missing,
        expected_by_account=forecast_by_account(expected, shares, interpretations),
        measured_share=_measured_share(coverage, frame) if actuals is not None else None,
        notices=(
            *notices(
                expected, billed, actuals, label, coverage, frame, lost, payers, strangers, days
            ),
            *key_day_notices(frame, levels, expected),
            *missing.notices(),
            *(() if free_known else (INFERRED_FREE,)),
        ),
        limit=limit,
    )


def _join(expected: Forecast, levels: MissingLevels, *sides: pd.DataFrame) -> pd.DataFrame:
    """The sides next to each other, at the levels that the bill tells, with a price on each row."""
    frame = join_sides(*(drop_levels(side, levels) for side in sides))
    # the forecast's own price comes first: a graduated tier makes it less than the listed one
    price = frame["price"].to_numpy(dtype=np.float64)
    frame["price"] = np.where(np.isfinite(price), price, table_prices(expected, frame))
    return frame


def bill_name(bill: Actuals | Paths | None) -> str:
    """The name that problems of the bill have: its first path."""
    if isinstance(bill, Actuals | None):
        return "BILL"
    return str(bill if isinstance(bill, str | Path) else bill[0])


def _check_comparable(
    expected: Forecast, billed: Actuals, actuals: Actuals | None, month: str, path: str
) -> None:
    """Refuse what cannot stand side by side."""
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


def _without_place(lost: float) -> Problem:
    """The problem of measurements that none of the bill's rows can be held against."""
    found = f"{lost:,.0f} requests, none with the account and Region that pays, and an operation"
    expected = "measurements that tell them: nothing would be compared with zero"
    return Problem("actuals", None, "", found, expected, "measure again without --by")


def _measured_share(coverage: RowCoverage, frame: pd.DataFrame) -> float:
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
