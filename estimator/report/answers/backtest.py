"""What a backtest answers: the scores of each model, the folds, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from estimator.backtesting import Backtest
from estimator.figures import count, share
from estimator.report.answers import Answer
from estimator.report.blocks import Sheet

_LEVELS = {"total": "All requests", "group": "Each driver, cause and Region"}


class BacktestAnswer(Answer[Backtest]):
    """The test of a calibrated forecast on days that it had not seen."""

    def blocks(self) -> Iterable[Sheet]:
        """The scores of each model, in all and by group, then the folds."""
        return scores_sheets(self.result)

    def lines(self) -> Iterable[str]:
        """The verdict."""
        return (self.result.verdict,)

    def frame(self) -> pd.DataFrame:
        """Every fold of every model."""
        return self.result.frame


def scores_sheets(backtest: Backtest) -> list[Sheet]:
    """The scores of each model, in all and by group, then the folds."""
    sheets = []
    for level, words in _LEVELS.items():
        part = backtest.scores[backtest.scores["level"] == level]
        rows = tuple(
            (
                str(row["model"]),
                _share(row["wape"]),
                _share(row["bias"]),
                _share(row["coverage"]),
                _share(row["pinball"]),
            )
            for row in part.to_dict("records")
        )
        header = ("model", "WAPE", "bias", "90 % held", "pinball")
        folds = int(backtest.frame["origin"].nunique())
        title = f"{words}: {folds} folds of {backtest.horizon} days"
        sheets.append(Sheet(title, header, rows, numbers=4))
    return [*sheets, _folds(backtest)]


def _folds(backtest: Backtest) -> Sheet:
    frame = backtest.frame
    total = frame[(frame["level"] == "total") & (frame["model"] == "calibrated")]
    rows = tuple(
        (
            str(row["origin"]),
            count(round(row["measured"])),
            count(round(row["low"])),
            count(round(row["forecast"])),
            count(round(row["high"])),
            _share(row["relative_difference"]),
        )
        for row in total.to_dict("records")
    )
    header = ("from", "measured", "5 %", "calibrated", "95 %", "difference")
    return Sheet("Calibrated forecast, fold by fold", header, rows, numbers=5)


def _share(value: float) -> str:
    return "-" if math.isnan(value) else share(value)
