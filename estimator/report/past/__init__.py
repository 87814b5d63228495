"""The months so far: billed, measured, and what was forecast of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from estimator.forecasting import compute_forecast
from estimator.inventory import Inventory
from estimator.measurement.measurement_files import load_actuals, load_bill
from estimator.measurement.result import Actuals, unread_lines
from estimator.months import read_months
from estimator.reconciliation import Reconciliation, reconcile_forecast
from estimator.reconciliation.notices import months_left_out
from estimator.reconciliation.rest_of_month import MonthCost
from estimator.report.past.history_file import History, read_history_of
from estimator.simulation import Simulation
from estimator.volume.model import Model
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError

Paths = str | Path | Sequence[str | Path]

_MOST = 36  # months that are looked back at


@dataclass(frozen=True)
class PastMonth:
    """A month up to the one that is reported.

    Attributes
    ----------
    month : str
    cost : MonthCost or None
        CloudTrail's part of the bill and the rest; None where no bill tells it. [currency]
    bill : str
        What the bill covers: ``whole month``, or such as ``bill to 15 October``; empty without one.
    may_repeat : bool
        Lines of the bill may count twice: no sum of it is sure.
    others : float or None
        What others use on the same bill. [currency]
    measured : float or None
        CloudTrail's measured requests, as far as covered. [request]
    forecast : float or None
        By the inventory as it is now. [currency]
    forecast_then : float or None
        By the last report made before the month. [currency]
    budgets : mapping or None
        The budgets of everything by its own report, by name; None where none was kept. [USD/month]
    """

    month: str
    cost: MonthCost | None
    bill: str
    others: float | None
    measured: float | None
    forecast: float | None
    forecast_then: float | None
    budgets: Mapping[str, float] | None = None
    may_repeat: bool = False

    @property
    def is_open(self) -> bool:
        """True where its bill does not tell its days: how far the month goes is not known."""
        return self.cost is not None and self.cost.is_open

    def budget_then(self, name: str, now: float) -> float | None:
        """A budget as it was for this month: today's where no report kept it, None without it."""
        return now if self.budgets is None else self.budgets.get(name)


@dataclass(frozen=True, eq=False)
class Records:
    """What is known of the months so far.

    Attributes
    ----------
    measured, billed : Actuals or None
        Measurements, and the bill, of whatever months.
    history : History
        The reports kept so far.
    unread : tuple of str
        What of both could not be read, and why.
    doubts : tuple of str
        What makes it doubtful that the history is of this inventory.
    """

    measured: Actuals | None
    billed: Actuals | None
    history: History
    unread: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @cached_property
    def requests(self) -> dict[str, float]:
        """CloudTrail's measured requests by month. [request]"""
        if self.measured is None:
            return {}
        rows = self.measured.measured
        rows = rows[(rows["unit"] == "request") & (rows["cause"] != "other").to_numpy()]
        sums = rows.groupby(rows["month"].astype(str))["quantity"].sum()
        return {str(label): float(quantity) for label, quantity in sums.items()}

    @property
    def months_of_bill(self) -> tuple[str, ...]:
        """The months that the bill has lines of, in order."""
        if self.billed is None:
            return ()
        return tuple(
            sorted(str(label) for label in self.billed.measured["month"].dropna().unique())
        )


def read_records(
    actuals: Actuals | Paths | None,
    bill: Actuals | Paths | None,
    history: str | Path | None,
    inventory: Inventory,
    currency: str,
) -> Records:
    """Read what was measured and billed, and the history, which has to be of this inventory.

    Raises
    ------
    KmscostError
        As `load_actuals`, `load_bill` and `read_history_of`.
    """
    measured = (
        actuals if isinstance(actuals, Actuals | None) else load_actuals(actuals, bucket_keys=True)
    )
    billed = bill if isinstance(bill, Actuals | None) else load_bill(bill)
    unread = unread_lines(measured, billed)
    reports, doubts = read_history_of(inventory, history, currency)
    return Records(measured, billed, reports, unread, doubts)


def look_back(
    model: Model, simulation: Simulation, found: Reconciliation | None, records: Records
) -> tuple[tuple[PastMonth, ...], tuple[str, ...]]:
    """Look back from the month that is reported, the first of a simulation.

    Parameters
    ----------
    model : Model
        Of the simulated inventory with its ranges at their means.
    found : Reconciliation or None
        The month against its bill.

    Returns
    -------
    tuple of PastMonth, tuple of str
        The months up to the reported one, which is the last; notices on bills and on the history.
    """
    expected, month = expected_by_month(simulation), simulation.months.labels[0]
    current = _describe_month(month, found, expected[month], records)
    past, notices = collect_past(model, records, simulation.table, simulation.discount, current)
    if records.history.differs(month, expected):
        notices += (f"the history keeps what the first report of {month} forecast, not this one",)
    return past, notices


def collect_past(
    model: Model,
    records: Records,
    table: RateTable,
    discount: float,
    current: PastMonth | None = None,
) -> tuple[tuple[PastMonth, ...], tuple[str, ...]]:
    """Collect the months up to the reported one, and say which bills could not be used.

    Parameters
    ----------
    model : Model
        Of the inventory with its ranges at their means, in whatever months.
    current : PastMonth, optional
        The month that is reported; without it all that are known are collected.
    """
    month = None if current is None else current.month
    history, of_bill = records.history, records.months_of_bill
    reported, requests = history.billed(), records.requests
    labels = sorted({*of_bill, *reported, *requests})
    labels = [label for label in labels if month is None or label < month][-_MOST:]
    found, left_out = [], []
    for label in labels:
        then = history.forecast_then(label)
        past = PastMonth(label, None, "", None, requests.get(label), None, then)
        if label in of_bill:
            try:
                past = past_month(model, records, label, table, discount)
            except KmscostError as error:
                # one month that cannot be compared takes nothing from the others
                left_out.append(f"the bill of {label} is left out: {error.problems[0]}")
        # what was billed whole then is more than a bill of a part, or one that counts lines twice
        is_sure = past.cost is not None and past.cost.is_billed and not past.may_repeat
        if label in reported and not is_sure:
            cost = MonthCost(reported[label], 0.0)
            past = replace(past, cost=cost, bill="by the report of then", may_repeat=False)
        if past.cost is not None or past.measured is not None:
            own = history.of_month(label)
            found.append(past if own is None else replace(past, budgets=own.budgets))
    if records.billed is not None:
        used = [label for label in of_bill if month is None or label <= month]
        left_out += months_left_out(records.billed, used)
    return (*found, *([] if current is None else [current])), tuple(left_out)


def past_month(
    model: Model, records: Records, month: str, table: RateTable, discount: float
) -> PastMonth:
    """Hold one month of a bill against its forecast.

    Parameters
    ----------
    model : Model
        Of the inventory, in whatever months.
    records : Records
        With a bill.

    Raises
    ------
    KmscostError
        As `estimator.reconcile`.
    """
    assert records.billed is not None
    model = model.during(read_months(month, 1))
    expected = compute_forecast(model, table, discount)
    result = reconcile_forecast(model, expected, records.billed, records.measured)
    found = result if result.has_kms else None
    return _describe_month(month, found, result.forecast_of_month(), records)


def _describe_month(
    month: str, found: Reconciliation | None, forecast: float, records: Records
) -> PastMonth:
    """Describe a month by its bill, if there is one, its measurements and its forecasts.

    Parameters
    ----------
    found : Reconciliation or None
        The month against its bill.
    forecast : float
        What is forecast of it now. [currency]
    """
    return PastMonth(
        month=month,
        cost=None if found is None else found.month_cost(),
        bill="" if found is None else found.bill_text,
        others=None if found is None else math.fsum(found.others.values()),
        measured=records.requests.get(month),
        forecast=forecast,
        forecast_then=records.history.forecast_then(month),
        may_repeat=found is not None and bool(found.repeats),
    )


def expected_by_month(simulation: Simulation) -> dict[str, float]:
    """The expected cost of each of its months: what a history keeps of a report. [currency]"""
    costs = simulation.monthly[f"mean_{simulation.cost}"].to_numpy(dtype=float).tolist()
    return dict(zip(simulation.months.labels, costs, strict=True))
