"""A span of days instead of months, for the same model: folds of a backtest begin anywhere."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import numpy as np

from estimator.months import FloatArray, Months
from pricing.errors import Problem, UsageError

# what "per month" means where days are no month: the mean of the Gregorian calendar [day]
_MONTH_DAYS = 365.2425 / 12

MOST_DAYS = 366
_DAYS = re.compile(r"([1-9][0-9]{0,3})\s*d?\Z", re.ASCII)


@dataclass(frozen=True)
class Horizon(Months):
    """Days in a row, which the model takes for its one month.

    Lives, files, gets and looks are counted in these days; rates a month hold for their part of a
    mean month; growth and rotations see the calendar month that the first day lies in.
    """

    length: int = 28

    @property
    def firsts(self) -> tuple[datetime.date, ...]:
        """The first day, and the day after the last one."""
        return (self.start, self.start + datetime.timedelta(days=self.length))

    @property
    def labels(self) -> tuple[str, ...]:
        """The month that the first day lies in."""
        return (f"{self.start:%Y-%m}",)

    @property
    def begin(self) -> FloatArray:
        """The first day. [day ordinal]"""
        return np.array([float(self.start.toordinal())])

    @property
    def end(self) -> FloatArray:
        """The day after the last one. [day ordinal]"""
        return self.begin + self.length

    @property
    def days(self) -> FloatArray:
        """Days that rates a month are spread over. [day]"""
        return np.array([_MONTH_DAYS])


def read_horizon(horizon: str | int) -> int:
    """The days of ``28d`` or 28. [day]

    >>> read_horizon("28d"), read_horizon(7)
    (28, 7)

    Raises
    ------
    UsageError
        It is no number of days from 1 to 366.
    """
    found = _DAYS.match(str(horizon).strip())
    days = int(found[1]) if found else 0
    if not 1 <= days <= MOST_DAYS:
        expected = f"days such as 28d, 1 to {MOST_DAYS}"
        raise UsageError(Problem("--horizon", None, "", repr(horizon), expected, ""))
    return days
