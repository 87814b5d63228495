"""The months so far: billed, measured, and what was forecast of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from estimator.figures import difference
from estimator.forecasting import compute_forecast
from estimator.measurement.result import Actuals
from estimator.months import Months, parse_month, read_months
from estimator.reconciliation import Reconciliation, reconcile_forecast
from estimator.reconciliation.notices import months_left_out
from estimator.report.past.history_file import History
from estimator.report.past.month_cost import MonthCost, bill_in_words, cost_by_bill
from estimator.simulation import Simulation
from estimator.volume.model import Model
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError

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


def look_back(
    model: Model,
    simulation: Simulation,
    found: Reconciliation | None,
    billed: Actuals | None,
    measured: Actuals | None,
    history: History,
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
    table, discount, expected = simulation.table, simulation.discount, expected_by_month(simulation)
    month = simulation.months.labels[0]
    then = history.forecast_then(month)
    requests = _measured_by_month(measured)
    current = describe_month(month, found, requests.get(month), expected[month], then)
    past, notices = collect_past(model, billed, measured, table, discount, history, current)
    if history.differs(month, expected):
        notices += (f"the history keeps what the first report of {month} forecast, not this one",)
    return past, notices


def collect_past(
    model: Model,
    billed: Actuals | None,
    measured: Actuals | None,
    table: RateTable,
    discount: float,
    history: History,
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
    reported, requests = history.billed(), _measured_by_month(measured)
    of_bill = _months_of_bill(billed)
    labels = sorted({*of_bill, *reported, *requests})
    labels = [label for label in labels if month is None or label < month][-_MOST:]
    found, left_out = [], []
    for label in labels:
        then = history.forecast_then(label)
        past = PastMonth(label, None, "", None, requests.get(label), None, then)
        if label in of_bill:
            try:
                past = past_month(
                    model, billed, measured, label, table, discount, then, requests.get(label)
                )
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
    if billed is not None:
        used = [label for label in of_bill if month is None or label <= month]
        left_out += months_left_out(billed, used)
    return (*found, *([] if current is None else [current])), tuple(left_out)


def past_month(
    model: Model,
    billed: Actuals | None,
    measured: Actuals | None,
    month: str,
    table: RateTable,
    discount: float,
    then: float | None,
    requests: float | None = None,
) -> PastMonth:
    """Hold one month of a bill against its forecast.

    Parameters
    ----------
    model : Model
        Of the inventory, in whatever months.
    then : float or None
        What was forecast of it. [currency]
    requests : float, optional
        CloudTrail's of it, among what was measured. [request]

    Raises
    ------
    KmscostError
        As `estimator.reconcile`.
    """
    assert billed is not None
    model = model.during(read_months(month, 1))
    expected = compute_forecast(model, table, discount)
    result = reconcile_forecast(model, expected, billed, measured)
    found = result if result.has_kms else None
    return describe_month(month, found, requests, result.forecast_of_month(), then)


def describe_month(
    month: str,
    found: Reconciliation | None,
    measured: float | None,
    forecast: float,
    then: float | None,
) -> PastMonth:
    """Describe a month by its bill, if there is one, its measurements and its forecasts.

    Parameters
    ----------
    found : Reconciliation or None
        The month against its bill.
    measured : float or None
        CloudTrail's measured requests. [request]
    forecast, then : float
        What is forecast of it now, and what was before it. [currency]
    """
    return PastMonth(
        month=month,
        cost=None if found is None else cost_by_bill(found),
        bill="" if found is None else bill_in_words(found),
        others=None if found is None else math.fsum(found.others.values()),
        measured=measured,
        forecast=forecast,
        forecast_then=then,
        may_repeat=found is not None and bool(found.repeats),
    )


def expected_by_month(simulation: Simulation) -> dict[str, float]:
    """The expected cost of each of its months: what a history keeps of a report. [currency]"""
    costs = simulation.monthly[f"mean_{simulation.cost}"].to_numpy(dtype=float).tolist()
    return dict(zip(simulation.months.labels, costs, strict=True))


def _months_of_bill(billed: Actuals | None) -> tuple[str, ...]:
    """The months that a bill has lines of, in order."""
    if billed is None:
        return ()
    return tuple(sorted(str(label) for label in billed.measured["month"].dropna().unique()))


def _measured_by_month(measured: Actuals | None) -> dict[str, float]:
    """CloudTrail's measured requests by month. [request]"""
    if measured is None:
        return {}
    rows = measured.measured
    rows = rows[(rows["unit"] == "request") & (rows["cause"] != "other").to_numpy()]
    sums = rows.groupby(rows["month"].astype(str))["quantity"].sum()
    return {str(label): float(quantity) for label, quantity in sums.items()}


@dataclass(frozen=True)
class YearToDate:
    """The months of the year so far.

    Attributes
    ----------
    year : str
    cost : float
        Of the months that are known. [currency]
    forecast_then : float or None
        What was forecast then of the same months; None where it is not known of each. [currency]
    known, months : int
        How many are known, of how many.
    missing : tuple of str
        The others.
    rest : float
        Of the cost what is not billed but forecast. [currency]
    open : tuple of str
        Months whose bill does not tell its days: they cost what stands in `cost`, or more.
    may_repeat : tuple of str
        Months of which lines may count twice.
    against_then : AgainstThen or None
        The months of which it is known; None where it is of none.
    """

    year: str
    cost: float
    forecast_then: float | None
    known: int
    months: int
    missing: tuple[str, ...]
    rest: float = 0.0
    open: tuple[str, ...] = ()
    may_repeat: tuple[str, ...] = ()
    against_then: AgainstThen | None = None


@dataclass(frozen=True)
class AgainstThen:
    """Months of which a forecast made then is known, and that are not open. [currency]"""

    months: int
    cost: float
    forecast: float


def year_to_date(past: Sequence[PastMonth], month: str) -> YearToDate:
    """Add up the year so far; months without a bill are named, never zero."""
    year, number = month.split("-")
    labels = Months(parse_month(f"{year}-01"), int(number)).labels
    by_month: Mapping[str, PastMonth] = {each.month: each for each in past}
    known = [
        by_month[label]
        for label in labels
        if label in by_month and by_month[label].cost is not None
    ]
    costs = [each.cost.total for each in known if each.cost is not None]
    then = [each.forecast_then for each in known]
    known_amounts = [amount for amount in then if amount is not None]
    months = {each.month for each in known}
    return YearToDate(
        year=year,
        cost=math.fsum(costs),
        forecast_then=math.fsum(known_amounts)
        if known_amounts and len(known_amounts) == len(then)
        else None,
        known=len(known),
        months=len(labels),
        missing=tuple(label for label in labels if label not in months),
        rest=math.fsum(each.cost.rest for each in known if each.cost is not None),
        open=tuple(each.month for each in known if each.is_open),
        may_repeat=tuple(each.month for each in known if each.may_repeat),
        against_then=_against_then(known),
    )


def _against_then(known: Sequence[PastMonth]) -> AgainstThen | None:
    pairs = [
        (each.cost.total, each.forecast_then)
        for each in known
        if each.cost is not None and each.forecast_then is not None and not each.is_open
    ]
    if not pairs:
        return None
    costs, forecasts = (math.fsum(amounts) for amounts in zip(*pairs, strict=True))
    return AgainstThen(len(pairs), costs, forecasts)


def change_to_month_before(past: Sequence[PastMonth], at: int) -> float | None:
    """What a month costs more than the calendar month before it.

    None where one has no bill, or one that does not tell its days.
    """
    if at == 0:
        return None
    before, after = past[at - 1], past[at]
    first, second = parse_month(before.month), parse_month(after.month)
    if (second.year - first.year) * 12 + second.month - first.month != 1:
        return None
    if before.cost is None or after.cost is None or before.is_open or after.is_open:
        return None
    return difference(before.cost.total, after.cost.total)
