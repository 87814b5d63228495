"""Any frame of the program, ready to leave."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.advice import Advice
from estimator.attribution import Attribution
from estimator.backtesting import Backtest
from estimator.calibration import Calibration
from estimator.forecasting import Forecast
from estimator.frames import FRAMES
from estimator.inventory import Inventory, load_inventory
from estimator.measurement.measurement_files import load_actuals
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_grain
from estimator.months import read_months
from estimator.reconciliation import Reconciliation
from estimator.report.exports import forecast_of, refuse_beside_forecast
from estimator.report.exports.table import Table, describe_columns
from estimator.scenarios import Comparison
from estimator.simulation import Simulation, simulate
from estimator.simulation.draws import read_options
from estimator.volume import usage
from estimator.volume.columns import check_groups, grain
from estimator.volume.model import Model
from pricing.rates import RateTable, load_rates
from pricing.reading.problems import Problem, UsageError

Result = Comparison | Reconciliation | Calibration | Backtest | Advice
Given = Inventory | Forecast | Simulation | Actuals | Result | pd.DataFrame | str | Path


def export_frame(
    source: Given,
    frame: str = "charges",
    start: str | datetime.date | None = None,
    months: int = 12,
    by: str | Sequence[str] | None = None,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
    draws: int = 10_000,
    seed: int | None = None,
    quantile: str | float | Sequence[float] = "0.05,0.5,0.95",
) -> Table:
    """A frame with the meaning and unit of each column, as CSV, JSON, Parquet and workbook.

    Parameters
    ----------
    source : Inventory, path, DataFrame, or any result with a frame
        An inventory, or what came of one already. A path is an inventory's, for the frame
        ``actuals`` one that `load_actuals` takes. A DataFrame is taken as it is. The frames
        comparison, reconciliation, changes, backtest and advice come of their results alone.
    frame : str
        Its name in `estimator.frames.FRAMES`.
    start, months, by, rates, discount
        As of `estimator.forecast`.
    draws, seed, quantile
        As of `estimator.simulate`, for its frames.

    Returns
    -------
    Table

    Raises
    ------
    KmscostError
        The source or an option is wrong.
    """
    if frame not in FRAMES:
        expected = f"one of {', '.join(FRAMES)}"
        raise UsageError(Problem("frame", None, "", repr(frame), expected, ""))
    # also where the frame needs none: a wrong option is not for somebody else to find
    read_options(draws, seed, quantile, 1)
    read_months(start, months)
    rates = rates if rates is None or isinstance(rates, RateTable) else load_rates(rates)
    if isinstance(source, pd.DataFrame):
        return Table(frame, source, describe_columns(source, FRAMES[frame], "USD"), ())
    options = {"start": start, "months": months, "by": by, "rates": rates, "discount": discount}
    drawn = {"draws": draws, "seed": seed, "quantile": quantile}
    rows, notices, currency = _MAKERS.get(frame, _result)(source, frame, options, drawn)
    return Table(frame, rows, describe_columns(rows, FRAMES[frame], currency), tuple(notices))


# the frames of a forecast, and where it has them
_PLACES = {"charges": "rows", "events": "events", "budget_use": "budgets", "quotas": "quotas"}

# the frames of other results, and where these have them
_RESULTS: dict[str, tuple[type, str]] = {
    "comparison": (Comparison, "rows"),
    "reconciliation": (Reconciliation, "rows"),
    "changes": (Calibration, "changes"),
    "backtest": (Backtest, "frame"),
    "advice": (Advice, "rows"),
    "attribution": (Attribution, "rows"),
}

_Exported = tuple[pd.DataFrame, Sequence[str], str]


def _usage(source: Any, frame: str, options: dict[str, Any], _drawn: dict[str, Any]) -> _Exported:
    columns = grain(options["by"])
    if isinstance(source, Forecast):
        refuse_beside_forecast(start=options["start"])
        span, inventory = source.months, source.inventory
        columns = source.by if options["by"] is None else columns
    else:
        known = isinstance(source, Inventory)
        inventory = source if known else load_inventory(_path(source, frame))
        span = read_months(options["start"], options["months"])
    check_groups(columns, [inventory])
    return usage(Model(inventory, span), columns), inventory.notices, "USD"


def _forecast(
    source: Any, frame: str, options: dict[str, Any], _drawn: dict[str, Any]
) -> _Exported:
    if frame != "charges":
        _refuse_by(options)
    known = source if isinstance(source, Inventory | Forecast) else _path(source, frame)
    forecast = forecast_of(known, **options)
    rows: pd.DataFrame | None = getattr(forecast, _PLACES[frame])
    if rows is None:  # a notice says why
        rows = pd.DataFrame({column.name: [] for column in FRAMES[frame]})
    return rows, (*forecast.notices, forecast.other_interpretation_line), forecast.currency


def _simulation(
    source: Any, frame: str, options: dict[str, Any], drawn: dict[str, Any]
) -> _Exported:
    _refuse_by(options)
    if isinstance(source, Simulation):
        simulation = source
    else:
        rest = {name: value for name, value in options.items() if name != "by"}
        inventory = source if isinstance(source, Inventory) else _path(source, frame)
        simulation = simulate(inventory, **rest, **drawn)
    rows: pd.DataFrame = getattr(simulation, frame)
    return rows, (*simulation.notices, simulation.other_interpretation_line), simulation.currency


def _actuals(source: Any, frame: str, options: dict[str, Any], _drawn: dict[str, Any]) -> _Exported:
    actuals = source if isinstance(source, Actuals) else load_actuals(_path(source, frame))
    if options["by"] is not None:
        actuals = dataclasses.replace(actuals, by=actuals_grain(options["by"]))
    return actuals.rows, actuals.notices, "USD"


def _result(source: Any, frame: str, options: dict[str, Any], _drawn: dict[str, Any]) -> _Exported:
    _refuse_by(options)
    kind, place = _RESULTS[frame]
    if not isinstance(source, kind):
        found = "a path" if isinstance(source, str | Path) else f"a {type(source).__name__}"
        fix = f"in Python, export_frame takes the {kind.__name__} that has it"
        raise UsageError(
            Problem("frame", None, "", f"{frame} of {found}", f"a {kind.__name__}", fix)
        )
    result: Any = source
    return getattr(result, place), result.notices, getattr(result, "currency", "USD")


def _refuse_by(options: dict[str, Any]) -> None:
    if options["by"] is not None:
        expected = "none: only charges, usage and actuals are told apart by columns"
        raise UsageError(Problem("by", None, "", repr(options["by"]), expected, ""))


def _path(source: Any, frame: str) -> str | Path:
    if isinstance(source, str | Path):
        return source
    found = f"a {type(source).__name__}"
    raise UsageError(Problem("source", None, "", found, f"something that has {frame}", ""))


_MAKERS: dict[str, Callable[[Any, str, dict[str, Any], dict[str, Any]], _Exported]] = {
    "usage": _usage,
    "charges": _forecast,
    "actuals": _actuals,
    "quantiles": _simulation,
    "drivers": _simulation,
    "budgets": _simulation,
    "events": _forecast,
    "budget_use": _forecast,
    "quotas": _forecast,
}
