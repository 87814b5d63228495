"""A span of days for the model of months: folds of a backtest begin and end anywhere."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from estimator.calibration.stream_rates import MONTH_DAYS
from estimator.months import FloatArray, Months, first_of
from pricing.reading.problems import Problem, UsageError

MOST_DAYS = 366
_DAYS = re.compile(r"([1-9][0-9]{0,3})\s*d?\Z", re.ASCII)


@dataclass(frozen=True)
class Horizon(Months):
    """Days in a row for the model of months: the parts of months that they lie in.

    Active periods, files, gets and looks are counted in these days, with the growth of the month of
    each; rates a month hold for their part of a mean month.
    """

    length: int = 28

    @cached_property
    def firsts(self) -> tuple[datetime.date, ...]:
        """The first day of each part, and the day after the last one."""
        until = self.start + datetime.timedelta(days=self.length)
        inside = [int(first_of(self.start, after)) for after in range(1, self.count)]
        return (self.start, *map(datetime.date.fromordinal, inside), until)

    @property
    def days(self) -> FloatArray:
        """Days that rates a month are spread over. [day]"""
        return np.full(self.count, MONTH_DAYS)


def horizon_of(first: datetime.date, length: int) -> Horizon:
    """As many days from a first one.

    >>> horizon_of(datetime.date(2026, 10, 20), 14).labels
    ('2026-10', '2026-11')
    """
    last = first + datetime.timedelta(days=length - 1)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return Horizon(first, count, length)


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
        raise UsageError(Problem("horizon", None, "", repr(horizon), expected, ""))
    return days
