"""The months of a forecast, UTC, with their real lengths."""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

Quantities = tuple[float, ...]


@dataclass(frozen=True)
class Calendar:
    """The months of a forecast and their days."""

    months: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def begin(cls, start: str, months: int) -> "Calendar":
        """So many months from a month such as `2026-11` on."""
        year, month = (int(part) for part in start.split("-"))
        names, spans = [], []
        for _ in range(months):
            first = datetime.date(year, month, 1).toordinal()
            names.append(f"{year:04d}-{month:02d}")
            spans.append((first, first + calendar.monthrange(year, month)[1]))
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return cls(tuple(names), tuple(spans))

    @property
    def days(self) -> range:
        """All days, as numbers."""
        return range(self.spans[0][0], self.spans[-1][1])

    @property
    def first_day(self) -> int:
        """The first day of the first month."""
        return self.spans[0][0]

    def length_of_month(self, day: int) -> int:
        """The days of the month of a day."""
        date = datetime.date.fromordinal(day)
        return calendar.monthrange(date.year, date.month)[1]

    def cut_into_months(self, quantities: Quantities) -> Iterator[tuple[str, Quantities]]:
        """The quantities of each month's days."""
        for month, (first, end) in zip(self.months, self.spans, strict=True):
            yield month, quantities[first - self.first_day : end - self.first_day]
