"""What a calibration answers: each assumption that it replaced, and what it estimated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from estimator.calibration import Calibration
from estimator.figures import FEW, factor, listed, share, significant
from estimator.report.answers import Answer
from estimator.report.blocks import MOST_ROWS, Sheet


class CalibrationAnswer(Answer[Calibration]):
    """The inventory with what was measured in it."""

    def blocks(self) -> Iterable[Sheet]:
        """Return the table of the changes."""
        return (changes_sheet(self.result),)

    def lines(self) -> Iterable[str]:
        """Return the estimates behind the changes."""
        return _estimates(self.result)

    def frame(self) -> pd.DataFrame:
        """Return a row for each change."""
        return self.result.changes


def changes_sheet(calibration: Calibration) -> Sheet:
    """Each assumption that was replaced or added."""
    frame = calibration.changes
    rows = [_row(row) for row in frame.head(MOST_ROWS).to_dict("records")]
    if len(frame) > MOST_ROWS:
        rows.append((f"{len(frame) - MOST_ROWS:,} more", "", "", "", "", "", ""))
    days = significant(calibration.days, 3)
    title = (
        f"Measured from {calibration.window.first} until {calibration.window.until}, {days} days"
    )
    header = ("place", "of", "unit", "before", "5 %", "expected", "95 %")
    return Sheet(title, header, tuple(rows), numbers=4)


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    numbers = (
        "" if math.isnan(row[name]) else _figure(row[name]) for name in ("low", "mid", "high")
    )
    low, mid, high = numbers
    if not mid:  # a day, or what was removed
        mid = row["source"] if len(row["source"]) <= len("2026-11-01") else "removed"
    return (row["place"], row["of"], row["unit"], row["before"] or "-", low, mid, high)


def _figure(value: float) -> str:
    return factor(float(f"{value:.4g}"))


def _estimates(calibration: Calibration) -> list[str]:
    """Return the estimates behind the changes."""
    lines = []
    for group in calibration.statistics["classes"]:
        weekdays = [float(value) for value in group["weekdays"]]
        rhythm = f"weekends {share(sum(weekdays[5:]) / 2)} of a mean day"
        if max(weekdays) == min(weekdays):
            rhythm = "no weekly rhythm to be told"
        varies = share(math.sqrt(group["overdispersion"]))
        lines.append(
            f"Trail {group['trail']}, {listed(group['regions'], FEW)}: {group['streams']:,} "
            f"streams, mean {_figure(group['mean'])} files a day; a rate varies by {varies} from "
            f"day to day; {rhythm}"
        )
    return lines
