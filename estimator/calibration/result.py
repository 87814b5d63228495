"""A calibration as it leaves the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.calibration.recorded_days import Window
from estimator.figures import plain, significant
from estimator.inventory import Inventory
from pricing.notebook import NotebookResult


@dataclass(frozen=True, eq=False, repr=False)
class Calibration(NotebookResult):
    """An inventory whose assumptions are what was measured.

    Attributes
    ----------
    text : str
        The inventory's YAML with measured ranges in it, comments and order as they were.
    changes : DataFrame
        The frame of `estimator.frames.CHANGES`: each assumption that was replaced or added.
    inventory : Inventory
        What `text` says.
    window : Window
        The days that were looked at.
    days : float
        Days of them that were covered. [day]
    statistics : mapping
        What was estimated on the way: streams, classes of Regions, overdispersion, weekdays.
    notices : tuple of str
        What could not be placed, was left as it was, or should be known.
    """

    text: str
    changes: pd.DataFrame
    inventory: Inventory
    window: Window
    days: float
    statistics: Mapping[str, Any]
    notices: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The number of assumptions and the days behind them, in one sentence."""
        count = len(self.changes)
        s = "s" * (count != 1)
        span = f"from {self.window.first} until {self.window.until}"
        return f"{count:,} assumption{s} measured {span}, {significant(self.days, 3)} days covered"

    def to_dict(self) -> dict[str, Any]:
        """The calibration as documented JSON."""
        return {
            "from": self.window.first.isoformat(),
            "until": self.window.until.isoformat(),
            "days": self.days,
            "statistics": dict(self.statistics),
            "changes": [plain(row) for row in self.changes.to_dict("records")],
            "notices": list(self.notices),
            "text": self.text,
        }

    def __repr__(self) -> str:
        span = f"{self.window.first} until {self.window.until}"
        return f"<Calibration {span}: {len(self.changes):,} assumptions measured>"
