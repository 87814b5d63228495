"""A backtest as it leaves the pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.figures import plain
from pricing.notebook import NotebookResult


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
        origins = [str(day) for day in self.frame["origin"]]
        return {
            "verdict": self.verdict,
            "trusted": self.trusted,
            "horizon_days": self.horizon,
            "scores": [plain(row) for row in self.scores.to_dict("records")],
            "rows": [plain(row) for row in self.frame.assign(origin=origins).to_dict("records")],
            "notices": list(self.notices),
        }

    def __repr__(self) -> str:
        return f"<Backtest, {self.frame['origin'].nunique()} folds: {self.verdict}>"
