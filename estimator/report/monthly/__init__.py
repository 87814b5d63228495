"""The monthly budget report: everything computed once. The whole pipeline on one screen."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from estimator.advice import Advice, advise_on
from estimator.forecasting import Forecast
from estimator.inventory import Inventory
from estimator.inventory.changes import Settings, change_inventory
from estimator.measurement.billing.summary import paid_events
from estimator.measurement.result import Actuals
from estimator.months import month_label, read_months
from estimator.reconciliation import bill_name, reconcile_forecast
from estimator.report.charts.fan import QUANTILES
from estimator.report.monthly.breakdown import break_down
from estimator.report.monthly.changes import find_changes
from estimator.report.monthly.result import MonthlyReport
from estimator.report.monthly.whose import find_whose
from estimator.report.past import look_back, read_records
from estimator.simulation import run
from estimator.simulation.draws import read_options
from estimator.simulation.expected import expect
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
    records = read_records(actuals, bill, history, inventory, table.currency)
    options = read_options(draws, seed, QUANTILES, span.count)

    # the months are simulated; all that follows has one centre, what the simulation expects
    model = Model(inventory, span)
    simulation = run(model, options, table, discount)
    centre = expect(model, simulation)
    month_model = centre.model.first_month()

    found = None
    if records.billed is not None:
        of_month, name = centre.forecast.of_month(label), bill_name(bill)
        found = reconcile_forecast(
            month_model, of_month, records.billed, records.measured, name=name
        )
    past, left_out = look_back(centre.model, simulation, found, records)
    proposed, not_asked = _advise(inventory, centre.of_means, advice)
    return MonthlyReport(
        month=label,
        forecast=centre.forecast,
        simulation=simulation,
        model=centre.model,
        breakdown=break_down(month_model, simulation),
        actuals=records.measured,
        reconciliation=found,
        advice=proposed,
        past=past,
        changes=find_changes(records.history, month_model, table, discount),
        unread=(*records.unread, *not_asked, *records.doubts, *left_out),
        whose=find_whose(records, month_model, table, discount),
        history=records.history,
        paid_events=None if records.billed is None else paid_events(records.billed, label),
    )


def _advise(
    inventory: Inventory, of_means: Forecast, asked: bool | None
) -> tuple[Advice | None, tuple[str, ...]]:
    """What would save money, None where it is not worked out; and a notice where that needs one."""
    is_small = len(inventory.accounts) <= _MOST_ADVISED
    notices = () if is_small or asked is not None else (_NO_ADVICE,)
    if not (is_small if asked is None else asked) or inventory.document is None:
        return None, notices
    return advise_on(inventory, of_means, at_means=True), notices


def _label(month: str | datetime.date | None) -> str:
    """The month to report; the last whole one where none is named."""
    if month is None:
        today = datetime.datetime.now(datetime.UTC).date()
        month = today.replace(day=1) - datetime.timedelta(days=1)
    return month_label(month)
