"""The months of a forecast in UTC, and their days."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral

import numpy as np
import numpy.typing as npt

from pricing.reading.problems import Problem, UsageError

FloatArray = npt.NDArray[np.float64]

# the start and the end of a period that has none [day ordinals]; finite, because formulas subtract
# days from each other, and inf - inf is NaN
ALWAYS = float(datetime.date.min.toordinal())
NEVER = float(datetime.date.max.toordinal())

MAX_MONTHS = 600
FIRST_YEAR, LAST_YEAR = 1970, 2400
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)

IntArray = npt.NDArray[np.int64]


def parse_month(text: str) -> datetime.date:
    """The first day of a month written ``2026-11``.

    Raises
    ------
    ValueError
        It is not written so, or there is no such month.

    Examples
    --------
    >>> parse_month("2026-11")
    datetime.date(2026, 11, 1)
    """
    match = _MONTH.match(text)
    if match is None or not (1 <= int(match[2]) <= 12 and FIRST_YEAR <= int(match[1]) <= LAST_YEAR):
        raise ValueError(f"found {text!r}; expected a month such as 2026-11")
    return datetime.date(int(match[1]), int(match[2]), 1)


@dataclass(frozen=True)
class Period:
    """An active period, from the day `start` up to the day `end`. [day ordinals]

    >>> Period(1.0, 9.0) & Period(5.0, 20.0)
    Period(start=5.0, end=9.0)
    """

    start: float = ALWAYS
    end: float = NEVER

    def __and__(self, other: Period) -> Period:
        return Period(max(self.start, other.start), min(self.end, other.end))

    @property
    def is_empty(self) -> bool:
        """True where it has no day."""
        return self.end <= self.start

    def meets(self, months: Months) -> bool:
        """True where a part of it lies in these months."""
        begin, end = float(months.begin[0]), float(months.end[-1])
        return max(self.start, begin) < min(self.end, end)


@dataclass(frozen=True)
class Spans:
    """Stretches of time one after another, which requests are counted in: months, or days.

    Attributes
    ----------
    begin, end : array
        First day, and the day after the last one. [day ordinal]
    month : array of int
        Position of the month that each lies in.
    month_days : array
        Days of that month. [day]
    """

    begin: FloatArray
    end: FloatArray
    month: IntArray
    month_days: FloatArray

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def month_starts(self) -> IntArray:
        """The position of the first span of each month."""
        # -1 is no month, so the first span begins one as well
        return np.flatnonzero(np.diff(self.month, prepend=-1))

    def days_within(self, start: float | FloatArray, end: float | FloatArray) -> FloatArray:
        """Days of each span that lie in a period [start, end), or in each of an array. [day]

        >>> Months(datetime.date(2026, 11, 1), 2).whole.days_within(739_949.0, 1e6).tolist()
        [2.0, 31.0]
        """
        days: FloatArray = np.maximum(
            np.minimum(end, self.end) - np.maximum(start, self.begin), 0.0
        )
        return days

    def times_within(self, rate: float, days: FloatArray) -> FloatArray:
        """How often in a span, on so many of its days, what comes `rate` times a month. [1/span]"""
        return rate * days / self.month_days

    def between(self, start: float, end: float) -> tuple[Spans, slice]:
        """Those that meet [start, end), and their positions."""
        # a span that ends on `start` does not meet it: ends are exclusive
        first = int(np.searchsorted(self.end, start, side="right"))
        last = max(int(np.searchsorted(self.begin, end, side="left")), first)
        here = slice(first, last)
        part = Spans(self.begin[here], self.end[here], self.month[here], self.month_days[here])
        return part, here


@dataclass(frozen=True)
class Months:
    """Calendar months in a row, from the one that `start` lies in."""

    start: datetime.date
    count: int

    def __post_init__(self) -> None:
        # True is an int in Python
        is_whole = isinstance(self.count, Integral) and not isinstance(self.count, bool)
        if not is_whole:
            raise ValueError(f"found {self.count!r}; expected a whole number, 1 to {MAX_MONTHS}")
        if not 1 <= self.count <= MAX_MONTHS:
            raise ValueError(f"found {self.count} months; expected 1 to {MAX_MONTHS}")
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            span = f"{FIRST_YEAR} to {LAST_YEAR}"
            raise ValueError(f"found {self.start}; expected a year from {span}")

    @cached_property
    def firsts(self) -> tuple[datetime.date, ...]:
        """The first day of each month, and of the month after the last one."""
        begin = self.start.year * 12 + self.start.month - 1
        numbers = range(begin, begin + self.count + 1)
        return tuple(datetime.date(number // 12, number % 12 + 1, 1) for number in numbers)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """``2026-11`` and so on."""
        return tuple(f"{first:%Y-%m}" for first in self.firsts[:-1])

    @property
    def number(self) -> int:
        """The number of the first month, as pandas numbers periods of a month: from 1970-01 on."""
        return (self.start.year - 1970) * 12 + self.start.month - 1

    @cached_property
    def begin(self) -> FloatArray:
        """The first day of each month. [day ordinal]"""
        return np.array([first.toordinal() for first in self.firsts[:-1]], dtype=np.float64)

    @cached_property
    def end(self) -> FloatArray:
        """The day after each month. [day ordinal]"""
        return np.array([first.toordinal() for first in self.firsts[1:]], dtype=np.float64)

    @property
    def days(self) -> FloatArray:
        """The days of each month, leap years included. [day]"""
        return self.end - self.begin

    @cached_property
    def whole(self) -> Spans:
        """The months as spans."""
        return Spans(self.begin, self.end, np.arange(self.count), self.days)

    def each_day(self, first: int, last: int) -> Spans:
        """The days of the months from position `first` up to `last` as spans."""
        begin = np.arange(self.begin[first], self.end[last - 1])
        # right: the first day of a month is its own
        month = np.searchsorted(self.begin, begin, side="right") - 1
        return Spans(begin, begin + 1.0, month, self.days[month])

    def since(self, day: datetime.date | None) -> FloatArray:
        """Whole months from the month of `day` (default: the first one) to each month. [month]

        None of them is negative: what grows from a day on is not taken to shrink before it.
        """
        first = day or self.firsts[0]
        origin = first.year * 12 + first.month
        numbers = [month.year * 12 + month.month - origin for month in self.firsts[:-1]]
        return np.maximum(np.array(numbers, dtype=np.float64), 0.0)


def first_of(day: datetime.date, after: int) -> float:
    """The first day of the month that is as many months after that of `day`. [day ordinal]

    >>> first_of(datetime.date(2026, 11, 20), 2) == datetime.date(2027, 1, 1).toordinal()
    True
    """
    number = day.year * 12 + day.month - 1 + after
    return float(datetime.date(number // 12, number % 12 + 1, 1).toordinal())


def ordinal(day: datetime.date | None, otherwise: float) -> float:
    """A day as a number, `otherwise` where there is none. [day ordinal]"""
    return otherwise if day is None else float(day.toordinal())


def read_month(month: str | datetime.date, option: str = "month") -> datetime.date:
    """The first day of a month that an option names.

    Raises
    ------
    UsageError
        It is no month.
    """
    try:
        # a datetime is a date too, with a time that no month has
        day = parse_month(month) if isinstance(month, str) else month
        return datetime.date(day.year, day.month, 1)
    except (ValueError, TypeError, AttributeError):
        expected = "a month such as 2026-11"
        raise UsageError(Problem(option, None, "", repr(month), expected, "")) from None


def month_label(month: str | datetime.date) -> str:
    """A month that an option names, as ``2026-10``.

    Raises
    ------
    UsageError
        It is no month.
    """
    return f"{read_month(month):%Y-%m}"


def read_months(start: str | datetime.date | None, months: int) -> Months:
    """The months from `start`, by default the current one, UTC.

    Raises
    ------
    UsageError
        `start` is no month, or there are too few or too many.
    """
    first = read_month(
        datetime.datetime.now(datetime.UTC).date() if start is None else start, "start"
    )
    try:
        # what numpy counted is a whole number too; True is none, though int takes it
        return Months(first, int(months) if isinstance(months, np.integer) else months)
    except ValueError as error:
        # Months raises `found X; expected Y`, which is split into a problem's parts here
        found, _, expected = str(error).removeprefix("found ").partition("; expected ")
        # only the number of months is expected to be in this range
        option = "months" if expected.endswith(f"1 to {MAX_MONTHS}") else "start"
        raise UsageError(Problem(option, None, "", found, expected, "")) from None


_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_in_words(month: str) -> str:
    """A month as people say it, whatever the system's language.

    >>> month_in_words("2026-10")
    'October 2026'
    """
    first = parse_month(month)
    return f"{_NAMES[first.month - 1]} {first.year}"


def day_in_words(day: datetime.date) -> str:
    """A day of a month that is known already.

    >>> day_in_words(datetime.date(2026, 10, 15))
    '15 October'
    """
    return f"{day.day} {_NAMES[day.month - 1]}"


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """Days of one month, from one to another.

    >>> days_in_words(datetime.date(2026, 10, 10), datetime.date(2026, 10, 31))
    'from 10 to 31 October'
    """
    return (
        f"of {day_in_words(first)}"
        if first == last
        else f"from {first.day} to {day_in_words(last)}"
    )
