"""The days that a calibration looks at."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np

from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Period

# what is older says little about next month, and a year holds every season
MOST_DAYS = 366


@dataclass(frozen=True, eq=False)
class Window:
    """The days that are looked at."""

    first: datetime.date
    days: int

    @property
    def until(self) -> datetime.date:
        """The day after the last one."""
        return self.first + datetime.timedelta(days=self.days)

    @property
    def weekdays(self) -> np.ndarray:
        """Of each day, 0 Monday to 6 Sunday."""
        return (self.first.weekday() + np.arange(self.days)) % 7

    @property
    def ordinals(self) -> FloatArray:
        """The day ordinal of each day."""
        return self.first.toordinal() + np.arange(self.days, dtype=np.float64)

    def within(self, period: Period) -> np.ndarray:
        """Whether each day lies in a period."""
        found: np.ndarray = (self.ordinals >= period.start) & (self.ordinals < period.end)
        return found

    def day(self, column: int) -> datetime.date:
        """The day of a column."""
        return self.first + datetime.timedelta(days=int(column))


def measured_window(actuals: Actuals) -> Window | None:
    """The days from the first to the last one that is covered or counted, a year at most."""
    rows = actuals.measured
    days = [day for hours in actuals.coverage.hours.values() for day, mask in hours.items() if mask]
    if "day" in rows:
        told = rows["day"].dropna()
        days += (
            []
            if told.empty
            else [told.min().to_timestamp().date(), told.max().to_timestamp().date()]
        )
    if not days:
        return None
    first, last = min(days), max(days)
    count = min((last - first).days + 1, MOST_DAYS)
    return Window(last - datetime.timedelta(days=count - 1), count)
