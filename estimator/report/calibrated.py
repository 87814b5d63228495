"""What a calibration changed, as a titled sheet and lines: each format only has to lay them out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from rich.console import RenderableType

from estimator.calibration import Calibration
from estimator.figures import factor, share, significant
from estimator.report.markdown import sheets_markdown
from estimator.report.sheet import MOST_ROWS, Sheet
from estimator.report.table import sheets_table


def changes_sheet(told: Calibration) -> Sheet:
    """Each assumption that was replaced or added."""
    frame = told.changes
    rows = [_row(row) for row in frame.head(MOST_ROWS).to_dict("records")]
    if len(frame) > MOST_ROWS:
        rows.append((f"{len(frame) - MOST_ROWS:,} more", "", "", "", "", "", ""))
    days = significant(told.days, 3)
    title = f"Measured from {told.window.first} until {told.window.until}, {days} days"
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


def calibrated_lines(told: Calibration) -> list[str]:
    """What was estimated on the way."""
    said = []
    for one in told.statistics["classes"]:
        weekdays = [float(value) for value in one["weekdays"]]
        rhythm = f"weekends {share(sum(weekdays[5:]) / 2)} of a mean day"
        if max(weekdays) == min(weekdays):
            rhythm = "no weekly rhythm to be told"
        regions = one["regions"]
        more = f" and {len(regions) - 3} more" if len(regions) > 3 else ""
        varies = share(math.sqrt(one["overdispersion"]))
        said.append(
            f"Trail {one['trail']}, {', '.join(regions[:3])}{more}: {one['streams']:,} streams, "
            f"mean {_figure(one['mean'])} files a day; a rate varies by {varies} from day to day; "
            f"{rhythm}"
        )
    return said


def calibrated_table(told: Calibration, width: int | None = None) -> RenderableType:
    """What a calibration changed, and what was estimated on the way."""
    return sheets_table([changes_sheet(told)], calibrated_lines(told), width)


def calibrated_markdown(told: Calibration) -> str:
    """What a calibration changed, and its notices."""
    return sheets_markdown([changes_sheet(told)], calibrated_lines(told), told.notices)
