"""History replayed: calibrate on the past, forecast the next days, roll on, and say how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from estimator.backtesting.models import (
    QUANTILES,
    Horizon,
    expected_requests,
    group_draws,
    horizon_of,
    last_period,
    plain_inventory,
    read_horizon,
    seasonal_naive,
    total_draws,
)
from estimator.backtesting.series import (
    Group,
    Series,
    leave_out_untold,
    origins,
    series_of,
    tells_requests,
    until,
)
from estimator.backtesting.verdict import CALIBRATED, pinball, scores_of, verdict_of
from estimator.calibration import calibrate_text
from estimator.calibration.evidence import name_of, read_evidence
from estimator.calibration.quality import (
    LEAST_DAYS,
    covered_share,
    hidden_days,
    lay_out_measured,
    not_all_listed,
    nothing_placed,
    refusals,
    unread,
)
from estimator.figures import plain
from estimator.frames import BACKTEST
from estimator.inventory import Inventory
from estimator.inventory.load import InventorySource, parse_inventory, read_yaml
from estimator.measurement.measurement_files import LOST
from estimator.measurement.result import Actuals
from estimator.months import FloatArray
from pricing.notebook import NotebookResult
from pricing.rates import RateTable, load_rates
from pricing.reading.files import decode
from pricing.reading.problems import KmscostError, Problem

__all__ = ["Backtest", "backtest"]

LEAST_FOLDS = 2
FEW_FOLDS = 5

_NO_GETS = "gets and checks are left out: only logs of CloudTrail tell them, and none was given"
# ranges are simulated for the largest groups; of the others only the forecast is compared
_MOST_GROUPS = 40


def backtest(
    inventory: InventorySource,
    actuals: Actuals | str | Path | Sequence[str | Path],
    horizon: str | int = "28d",
    rates: RateTable | str | Path | None = None,
) -> Backtest:
    """Compare the calibrated forecast with what happened, fold by fold, and with three rivals.

    Parameters
    ----------
    inventory : path, str or Inventory
        The YAML that is calibrated on each fold's past, or what `estimator.load_inventory` read
        from a file.
    actuals : Actuals or path or paths
        What `measure` counted: its JSON or CSV, or the log files themselves.
    horizon : str or int
        Days that each fold forecasts, as ``28d``. [day]
    rates
        As for `estimator.forecast`: Regions without a rate in the shipped table need one here too.

    Returns
    -------
    Backtest
        Each fold and group, scores by model, and in one sentence whether to trust the forecast.

    Raises
    ------
    KmscostError
        As `estimator.calibrate`; or there are too few days for two folds.
    UsageError
        `horizon` is no number of days.
    """
    length = read_horizon(horizon)
    data, path = read_yaml(inventory)
    text = decode(path, data)
    actuals_read = actuals if isinstance(actuals, Actuals) else read_evidence(actuals)
    place = name_of(actuals)
    given = parse_inventory(text, path)
    measured = lay_out_measured(given, actuals_read, place)
    window = measured.window
    lost = nothing_placed(measured, place)
    unlisted = not_all_listed(measured, place)
    problems = [each for each in (lost, unlisted) if each]
    problems += refusals(actuals_read, measured, place)
    folds = origins(window.days, length, LEAST_DAYS)
    if len(folds) < LEAST_FOLDS:
        problems.append(_too_short(window.days, length, place))
    if problems:
        raise KmscostError(problems)

    is_told = tells_requests(actuals_read)
    plain_of = given if is_told else leave_out_untold(given)
    table = rates if isinstance(rates, RateTable) else load_rates(rates)
    parts, more = [], 0
    series = series_of(given, actuals_read, measured, covered_share(measured))
    for origin in folds:
        # nothing of the fold itself: a calibration that has seen the answer proves nothing
        past = until(actuals_read, window, origin)
        # force: the whole measurement was judged above, and a short past is what folds are about
        calibrated = calibrate_text(text, path, past, force=True, place=place).inventory
        calibrated = calibrated if is_told else leave_out_untold(calibrated)
        span = horizon_of(window.day(origin), length)
        part, left = _forecast_fold(plain_of, calibrated, series, origin, span, table)
        parts.append(part)
        more = max(more, left)
    frame = pd.concat(parts, ignore_index=True)
    frame = frame.astype({column.name: column.dtype for column in BACKTEST})
    scores = scores_of(frame)
    trusted, verdict = verdict_of(scores, frame)
    notices = [line for line in actuals_read.notices if line == LOST] + unread(actuals_read)
    notices += hidden_days(measured)
    notices.append("replication is left out, and everything that is not CloudTrail's")
    if not is_told:
        notices.append(_NO_GETS)
    if len(folds) < FEW_FOLDS:
        notices.append(f"{len(folds)} folds say little about the ranges: measure more days")
    if more:
        s, have = ("", "has") if more == 1 else ("s", "have")
        notices.append(f"{more} small group{s} {have} a forecast and no range")
    return Backtest(frame, scores, length, trusted, verdict, tuple(notices))


@dataclass(frozen=True, eq=False, repr=False)
class Backtest(NotebookResult):
    """A calibrated forecast against what happened.

    Attributes
    ----------
    frame : DataFrame
        The frame of `estimator.frames.BACKTEST`: each fold, group and model.
    scores : DataFrame
        By level (total, group) and model: wape, bias, coverage and pinball [share of measured].
    horizon : int
        Days of a fold. [day]
    trusted : bool
        True where the calibrated forecast is to be trusted.
    verdict : str
        The same in one sentence.
    notices : tuple of str
        What to know before believing it.
    """

    frame: pd.DataFrame
    scores: pd.DataFrame
    horizon: int
    trusted: bool
    verdict: str
    notices: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The backtest as documented JSON."""
        starts = [str(day) for day in self.frame["origin"]]
        return {
            "verdict": self.verdict,
            "trusted": self.trusted,
            "horizon_days": self.horizon,
            "scores": [plain(row) for row in self.scores.to_dict("records")],
            "rows": [plain(row) for row in self.frame.assign(origin=starts).to_dict("records")],
            "notices": list(self.notices),
        }

    def __repr__(self) -> str:
        return f"<Backtest, {self.frame['origin'].nunique()} folds: {self.verdict}>"


def _too_short(days: int, horizon: int, place: str) -> Problem:
    s = "s" * (days != 1)
    found = f"{days} day{s} for folds of {horizon} days behind {LEAST_DAYS} days of history"
    expected = f"{LEAST_FOLDS} folds or more: {LEAST_DAYS + LEAST_FOLDS * horizon} days"
    fits = (days - LEAST_DAYS) // LEAST_FOLDS
    fix = f"shorten it with --horizon {fits}d" if fits >= 1 else "measure more days"
    return Problem(place, None, "", found, expected, fix)


def _forecast_fold(
    given: Inventory,
    calibrated: Inventory,
    series: Series,
    origin: int,
    span: Horizon,
    table: RateTable,
) -> tuple[pd.DataFrame, int]:
    """Every model's forecast of one fold, and how many groups have no range."""
    length, end = span.length, origin + span.length
    days = series.days(origin, end)
    # what was not recorded cannot be compared: forecasts are cut to the share that was
    scale = days / length
    calibrated_of, plain_of = (
        expected_requests(calibrated, span),
        expected_requests(plain_inventory(given), span),
    )
    groups = sorted({*series.groups, *calibrated_of, *plain_of})
    place = {group: number for number, group in enumerate(series.groups)}
    row_of = np.array([place.get(group, -1) for group in groups])

    def measured_of(values: FloatArray) -> FloatArray:
        return np.where(row_of >= 0, values[row_of], 0.0) if len(values) else np.zeros(len(groups))

    happened = measured_of(series.sums(origin, end))
    forecasts = {
        CALIBRATED: np.array([calibrated_of.get(group, 0.0) for group in groups]) * scale,
        "plain-288": np.array([plain_of.get(group, 0.0) for group in groups]) * scale,
        "last-period": measured_of(last_period(series, origin, length)) * scale,
        "seasonal-naive": measured_of(seasonal_naive(series, origin, length)) * scale,
    }
    draws = total_draws(calibrated, span, table) * scale
    ends = {-1: np.quantile(draws, QUANTILES)}
    expected = forecasts[CALIBRATED]
    ranked = [
        int(n) for n in np.argsort(-expected, kind="stable")[:_MOST_GROUPS] if expected[n] > 0
    ]
    unranged = int((expected > 0).sum()) - len(ranked)
    for number in ranked:
        drawn = group_draws(calibrated, span, table, groups[number])
        if drawn is not None:
            ends[number] = np.quantile(drawn * scale, QUANTILES)
    frames = [
        _rows(span, days, model, groups, happened, values, ends if model == CALIBRATED else {})
        for model, values in forecasts.items()
    ]
    return pd.concat(frames, ignore_index=True), unranged


def _rows(
    span: Horizon,
    days: float,
    model: str,
    groups: list[Group],
    happened: FloatArray,
    forecast: FloatArray,
    ends: dict[int, FloatArray],
) -> pd.DataFrame:
    """The total and every group of one model in one fold."""
    measured = np.concatenate([[happened.sum()], happened])
    expected = np.concatenate([[forecast.sum()], forecast])
    quantiles = np.full((len(measured), len(QUANTILES)), np.nan)
    for number, values in ends.items():
        quantiles[number + 1] = values
    # a rival says one number, which stands for each of its quantiles
    used = np.where(np.isnan(quantiles), expected[:, None], quantiles)
    losses = [pinball(q, used[:, n], measured) for n, q in enumerate(QUANTILES)]
    nothing = ("", "", "")
    named = [nothing, *groups]
    missed = expected - measured
    return pd.DataFrame(
        {
            "origin": pd.PeriodIndex([span.start] * len(measured), freq="D"),
            "days": round(days),
            "level": ["total", *["group"] * len(groups)],
            "driver": [group[0] for group in named],
            "cause": [group[1] for group in named],
            "region": [group[2] for group in named],
            "model": model,
            "measured": measured,
            "forecast": expected,
            "low": quantiles[:, 0],
            "high": quantiles[:, 2],
            "difference": missed,
            "relative_difference": np.divide(
                missed, measured, out=np.full_like(missed, np.nan), where=measured > 0
            ),
            "pinball": np.mean(losses, axis=0),
        }
    )
