"""Files in a window before a moment, exactly.

Files are put evenly over each day, so how many were put until a moment is a line within each day.
A look-back over w days at the moment t meets put(t) - put(t - w), and its mean over a day is an
integral of lines: trapezoids, in fractions, without an error.
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cached_property


class PutCurve:
    """The files of one stream that were put since the first day [file by file/day]."""

    def __init__(self, first_day: int, days: int, rate: Callable[[int], Fraction]) -> None:
        self.first_day, self.days, self.rate = first_day, days, rate

    @cached_property
    def totals(self) -> list[Fraction]:
        """Put until the beginning of each day."""
        totals = [Fraction(0)]
        for day in range(self.first_day, self.first_day + self.days):
            totals.append(totals[-1] + self.rate(day))
        return totals

    def at(self, moment: Fraction) -> Fraction:
        """Put until a moment."""
        position = moment - self.first_day
        day = math.floor(position)
        part = position - day
        if part == 0:  # also the very end, after which there is no day
            return self.totals[day]
        return self.totals[day] + part * (self.totals[day + 1] - self.totals[day])

    def integral(self, begin: Fraction, end: Fraction) -> Fraction:
        """The integral of `at` from one moment to another, a trapezoid for each line."""
        corners = list(split_at_days(begin, end))
        values = [self.at(corner) for corner in corners]
        return sum(
            (
                (corners[i + 1] - corners[i]) * (values[i] + values[i + 1]) / 2
                for i in range(len(corners) - 1)
            ),
            Fraction(0),
        )

    def mean_in_window(self, day: int, window: Fraction) -> Fraction:
        """The mean, over the moments of a day, of what was put in the window before each."""
        begin, end = Fraction(day), Fraction(day + 1)
        return self.integral(begin, end) - self.integral(begin - window, end - window)


def split_at_days(begin: Fraction, end: Fraction) -> Iterator[Fraction]:
    """A stretch of time, cut at the beginning of each day."""
    yield begin
    for day in range(math.floor(begin) + 1, math.ceil(end)):
        yield Fraction(day)
    yield end
