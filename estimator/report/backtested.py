"""What a backtest says, as titled sheets and lines: each format only has to lay them out."""

from __future__ import annotations

import math

from rich.console import RenderableType

from estimator.backtesting import Backtest
from estimator.figures import count, share
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import Sheet
from estimator.report.table import sheets_table

_LEVELS = {"total": "All requests", "group": "Each driver, cause and Region"}


def scores_sheets(told: Backtest) -> list[Sheet]:
    """The scores of each model, in all and by group, then the folds."""
    sheets = []
    for level, title in _LEVELS.items():
        part = told.scores[told.scores["level"] == level]
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
        folds = int(told.frame["origin"].nunique())
        said = f"{title}: {folds} folds of {told.horizon} days"
        sheets.append(Sheet(said, header, rows, numbers=4))
    return [*sheets, _folds(told)]


def _folds(told: Backtest) -> Sheet:
    frame = told.frame
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


def backtest_lines(told: Backtest) -> list[str]:
    """The verdict."""
    return [told.verdict]


def backtest_table(told: Backtest, width: int | None = None) -> RenderableType:
    """The scores of each model, the folds, and the verdict."""
    return sheets_table(scores_sheets(told), backtest_lines(told), width)


def backtest_markdown(told: Backtest) -> str:
    """The scores of each model, the folds, the verdict and its notices."""
    return sheets_markdown(scores_sheets(told), backtest_lines(told), told.notices)
