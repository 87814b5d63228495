"""The monthly budget report: everything computed once. The whole pipeline on one screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from estimator.advice import advise
from estimator.inventory import Inventory
from estimator.inventory.changes import Settings, change_inventory
from estimator.measurement.billing.summary import paid_events
from estimator.measurement.measurement_files import load_actuals, load_bill
from estimator.measurement.result import Actuals
from estimator.months import month_label, read_months
from estimator.reconciliation import bill_name, reconcile_forecast
from estimator.report.charts.fan import QUANTILES
from estimator.report.monthly.breakdown import break_down
from estimator.report.monthly.changes import find_changes
from estimator.report.monthly.result import MonthlyReport
from estimator.report.monthly.whose import find_whose
from estimator.report.past import look_back
from estimator.report.past.history_file import check_owner, read_history
from estimator.simulation import run
from estimator.simulation.draws import read_options
from estimator.simulation.expected import expected_forecast, with_means
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import Problem, UsageError

__all__ = ["MonthlyReport", "report"]

Paths = str | Path | Sequence[str | Path]

# beyond it advice would take many times all the rest, unless asked for
_MOST_ADVISED = 2_000
_NO_ADVICE = (
    "what would save money was not worked out for more than 2,000 accounts: ask for it with "
    "--advice, or by kmscost advise"
)
_MOST_AHEAD = 120


def report(
    inventory: Inventory | str | Path,
    month: str | datetime.date | None = None,
    actuals: Actuals | Paths | None = None,
    bill: Actuals | Paths | None = None,
    months_ahead: int = 12,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    seed: int | None = None,
    draws: int = 10_000,
    advice: bool | None = None,
    history: str | Path | None = None,
    set: Settings | None = None,  # noqa: A002 (as --set)
) -> MonthlyReport:
    """The monthly budget report: verdict, the month, the months ahead, where it comes from.

    Parameters
    ----------
    inventory, rates, discount, set
        As for `estimator.forecast`.
    month : str or date, optional
        The month to report, as ``2026-10``. Default: the last whole one, UTC.
    actuals : Actuals or paths, optional
        What was measured, as `load_actuals` takes it; earlier months are looked back at. Logs tell
        whose the month's requests are, as `estimator.attribute` says it.
    bill : Actuals or paths, optional
        The bill of the month, as `reconcile` takes it, and of as many months before it.
    months_ahead : int
        How many months after it are forecast, 0 to 120. [month]
    seed, draws
        As for `estimator.simulate`.
    advice : bool, optional
        Whether what would save money is worked out too: every change is forecast again, so it takes
        longer than all the rest. Default: up to 2,000 accounts. Only where `inventory` has a
        document, as `estimator.advise` needs it.
    history : path, optional
        The file of earlier reports: what they forecast is held against the bills, and their
        inventory against this one. It is read here, and written by `MonthlyReport.write_history`;
        none yet is an empty one.

    Returns
    -------
    MonthlyReport
        ``html()``, ``markdown()`` and ``to_dict()``; the verdict, and the results it rests on.

    Raises
    ------
    KmscostError
        As `estimator.forecast`, `simulate` and `reconcile`.
    """
    label = _label(month)
    if isinstance(months_ahead, bool) or not 0 <= months_ahead <= _MOST_AHEAD:
        expected = f"0 to {_MOST_AHEAD} months"
        raise UsageError(Problem("months_ahead", None, "", repr(months_ahead), expected, ""))
    inventory = change_inventory(inventory, set)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    span = read_months(label, 1 + months_ahead)
    measured = (
        actuals if isinstance(actuals, Actuals | None) else load_actuals(actuals, bucket_keys=True)
    )
    billed = bill if isinstance(bill, Actuals | None) else load_bill(bill)

    is_small = len(inventory.accounts) <= _MOST_ADVISED
    is_advised = (is_small if advice is None else advice) and inventory.document is not None
    read = [measurement for measurement in (measured, billed) if measurement is not None]
    unread = tuple(line for measurement in read for line in measurement.skipped.lines())
    if advice is None and not is_small:
        unread += (_NO_ADVICE,)
    reports = read_history(history, table.currency)
    doubt = check_owner(reports, inventory, history)
    unread += () if doubt is None else (doubt,)
    options = read_options(draws, seed, QUANTILES, span.count)
    model = Model(inventory, span)
    simulation = run(model, options, table, discount)
    # one centre for all that follows: each range at its mean, sums as the simulation expects them
    means = with_means(inventory)
    several_payers = inventory.payer_by_account if len(inventory.payers()) > 1 else None
    model = model if means is inventory else Model(means, span)
    forecast, month_model = expected_forecast(model, simulation), model.first_month()
    found = None
    if billed is not None:
        found = reconcile_forecast(
            month_model, forecast.of_month(label), billed, measured, name=bill_name(bill)
        )
    past, left_out = look_back(model, simulation, found, billed, measured, reports)
    return MonthlyReport(
        month=label,
        forecast=forecast,
        simulation=simulation,
        breakdown=break_down(month_model, simulation),
        actuals=measured,
        reconciliation=found,
        advice=advise(inventory, label, span.count, table, discount, at_means=True)
        if is_advised
        else None,
        past=past,
        changes=find_changes(reports, model, label, table, discount),
        unread=(*unread, *left_out),
        whose=find_whose(measured, billed, label, table, discount, several_payers),
        history=reports,
        paid_events=None if billed is None else paid_events(billed, label),
    )


def _label(month: str | datetime.date | None) -> str:
    """The month to report; the last whole one where none is named."""
    if month is None:
        today = datetime.datetime.now(datetime.UTC).date()
        month = today.replace(day=1) - datetime.timedelta(days=1)
    return month_label(month)
