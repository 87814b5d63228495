"""Forecast against bill: side by side, and why they differ. The whole pipeline on one screen."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from estimator.forecasting import Forecast, forecast
from estimator.frames import RECONCILIATION
from estimator.inventory import Inventory, load_inventory
from estimator.measurement.billing import measure_bill
from estimator.measurement.measurement_files import load_actuals
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, month_label
from estimator.reconciliation.attribution import attributed, followed
from estimator.reconciliation.covering import Told, owners, told_of
from estimator.reconciliation.evidence import evidence
from estimator.reconciliation.levels import of_month, open_levels
from estimator.reconciliation.limit import read_limit
from estimator.reconciliation.matching import key_names, payers_of
from estimator.reconciliation.notices import apart, notices, only_in, rests_on
from estimator.reconciliation.parts import request_parts, with_parts
from estimator.reconciliation.reading import read
from estimator.reconciliation.result import Reconciliation
from estimator.reconciliation.sides import (
    KEYS,
    billed_side,
    forecast_side,
    joined,
    measured_side,
    opened,
    payer_of,
)
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError, Problem, RateError
from pricing.regions import is_region

__all__ = ["Reconciliation", "reconcile"]

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
        What `measure_bill` reads: Cost and Usage Reports, FOCUS, their manifests or folders.
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
        parts of the difference; which reading of F5 the bill follows.

    Raises
    ------
    KmscostError
        An input is wrong, the bill has nothing of the month, or is in another currency.
    """
    inventory = inventory if isinstance(inventory, Inventory) else load_inventory(inventory)
    label = month_label(month)
    told = forecast(inventory, label, 1, rates=rates, discount=discount)
    limit = None if fail_over is None else read_limit(fail_over, told.currency)
    billed = bill if isinstance(bill, Actuals) else measure_bill(bill)
    kept = actuals if isinstance(actuals, Actuals | None) else load_actuals(actuals)
    _comparable(told, billed, kept, label, _named(bill))

    lines = of_month(billed, label)
    own = {account.id: account.payer for account in inventory.accounts}
    payers = payers_of(inventory, lines)
    measured = kept.measured if kept is not None else pd.DataFrame({"cause": []})
    names = key_names(inventory, measured)
    ours = forecast_side(told)
    sides = [ours, billed_side(lines, payers, own, names)]
    paid_by = dict(
        zip(lines["billed_account"].astype(str), lines["payer"].astype(str), strict=True)
    )
    paid_by = {account: payers[payer] for account, payer in paid_by.items()} | own
    found, lost = _measured(kept, label, inventory, paid_by, names)
    if lost and found.empty:
        raise KmscostError(_without_place(lost))
    sides.append(found)
    levels = open_levels(lines, ours, names)
    owned = owners(pd.concat([ours[list(KEYS)], found[list(KEYS)]]), inventory)
    frame = joined(*(opened(side, levels) for side in sides))
    frame["price"] = _prices(frame, told)

    seen = told_of(frame, kept, label, owned)
    covered = billed.coverage.months().get(label, 0.0)
    counted = lines.assign(payer=payer_of(lines["billed_account"], lines["payer"], payers, own))
    known = evidence(frame, seen, levels, told, counted, owned, covered)
    readings = tuple(read(one) for one in known)
    follows = followed(frame, readings, inventory)
    theirs = attributed(frame, follows, seen, levels, inventory, told.months)
    rows = with_parts(frame, follows, theirs)
    strangers = only_in(rows, inventory, levels)
    return Reconciliation(
        month=label,
        forecast=told,
        rows=_shown(rows, seen, label),
        request_parts=request_parts(rows),
        readings=readings,
        apart=apart(billed, label, told.currency),
        levels=levels.to_dict(),
        rests_on=rests_on(seen, levels, frame, theirs.expected),
        unknown_to=strangers,
        measured_share=_share(seen, frame) if kept is not None else None,
        notices=notices(told, billed, kept, label, seen, frame, lost, payers, strangers),
        limit=limit,
    )


def _named(bill: Actuals | Paths) -> str:
    """What problems of the bill name: its first path."""
    if isinstance(bill, Actuals):
        return "BILL"
    return str(bill if isinstance(bill, str | Path) else bill[0])


def _comparable(
    told: Forecast, billed: Actuals, kept: Actuals | None, month: str, path: str
) -> None:
    """Refuse what cannot stand side by side."""
    problems = []
    rows = billed.measured
    currencies = sorted(set(rows["currency"].astype(str)) - {"", told.currency})
    if currencies:
        found = f"a bill in {currencies[0]}"
        fix = f"give rates in {currencies[0]} by --rates FILE"
        problems.append(Problem(path, None, "", found, f"{told.currency}, as the rates", fix))
    months = {str(one) for one in rows["month"].dropna().unique()} | set(billed.coverage.months())
    if month not in months:
        found = f"a bill of {', '.join(sorted(months)) or 'no month'}"
        fix = "name the bill of that month, or choose another --month"
        problems.append(Problem(path, None, "", found, f"lines of {month}", fix))
    if kept is not None and "bill" in kept.source.split(", "):
        found, expected = "a measured bill", "measurements of CloudTrail's requests"
        problems.append(Problem("--actuals", None, "", found, expected, "name bills as BILL"))
    if problems:
        raise KmscostError(problems)


def _measured(
    kept: Actuals | None,
    month: str,
    inventory: Inventory,
    payers: Mapping[str, str],
    names: Mapping[str, str],
) -> tuple[pd.DataFrame, float]:
    if kept is not None:
        return measured_side(kept, month, inventory, payers, names)
    texts = {name: pd.Series(dtype=object) for name in KEYS}
    numbers = ("measured", "measured_writes", "measured_others")
    return pd.DataFrame({**texts, **{name: pd.Series(dtype=float) for name in numbers}}), 0.0


def _without_place(lost: float) -> Problem:
    """The problem of measurements that none of the bill's rows can be held against."""
    found = f"{lost:,.0f} requests, none with the account and Region that pays, and an operation"
    expected = "measurements that tell them: nothing would be compared with zero"
    return Problem("--actuals", None, "", found, expected, "measure again without --by")


def _prices(frame: pd.DataFrame, told: Forecast) -> FloatArray:
    """The table's price of a unit on each row, NaN where it has none. [currency/unit]"""
    day = told.months.firsts[0]
    known: dict[tuple[str, str], float] = {}
    for region, unit in set(zip(frame["billed_region"], frame["unit"], strict=True)):
        known[region, unit] = np.nan
        if not is_region(region):
            continue
        with contextlib.suppress(RateError):
            meter = told.table.meter("Decrypt" if unit == "request" else "KeyMonth")
            steps = told.table.rate(meter, region, day)[1].steps
            known[region, unit] = steps[0][1] / meter.per * (1 - told.discount)
    places = zip(frame["billed_region"], frame["unit"], strict=True)
    listed = np.array([known[place] for place in places], dtype=np.float64)
    forecast_price = frame["price"].to_numpy(dtype=np.float64)
    return np.where(np.isfinite(forecast_price), forecast_price, listed)


def _share(seen: Told, frame: pd.DataFrame) -> float:
    """The least share of the month that measurements cover where writes are billed. [0-1]"""
    writes = (frame["writes"] > 0).to_numpy()
    return float(seen.share[writes].min()) if writes.any() else 0.0


def _shown(rows: pd.DataFrame, seen: Told, month: str) -> pd.DataFrame:
    """The frame of `estimator.frames.RECONCILIATION`."""
    silent = ~seen.ours & (rows["measured"] == 0).to_numpy()
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
