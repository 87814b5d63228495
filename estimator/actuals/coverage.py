"""Which hours the input covers, so that no month is extrapolated unawares."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.figures import share

WHOLE_DAY = (1 << 24) - 1
_LISTED = 6
_HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class Coverage:
    """The hours covered, of each account and Region whose records were read.

    Attributes
    ----------
    hours : mapping
        (account, Region) to day to the hours of it, a bit each: bit 0 is 00:00 to 01:00 UTC. A
        source that tells neither account nor Region has one entry of empty names.
    """

    hours: Mapping[tuple[str, str], Mapping[datetime.date, int]] = field(default_factory=dict)

    @classmethod
    def of_span(cls, first: datetime.datetime, until: datetime.datetime) -> Coverage:
        """Everything from one moment to another, whichever account and Region. [UTC]"""
        days: dict[datetime.date, int] = {}
        hour = first.replace(minute=0, second=0, microsecond=0)
        while hour < until:
            days[hour.date()] = days.get(hour.date(), 0) | 1 << hour.hour
            hour += _HOUR
        return cls({("", ""): days})

    def of_day(self, account: str, region: str, day: datetime.date) -> float:
        """The share of a day's hours covered. [0-1]

        >>> Coverage({("", ""): {datetime.date(2026, 11, 1): 0b11}}).of_day(
        ...     "111122223333", "eu-west-1", datetime.date(2026, 11, 1)
        ... ) == 2 / 24
        True
        """
        days = self.hours.get((account, region)) or self.hours.get(("", ""), {})
        return days.get(day, 0).bit_count() / 24

    def months(self) -> dict[str, float]:
        """The share of each month's hours covered, over all accounts and Regions seen. [0-1]"""
        covered: dict[str, int] = {}
        for days in self.hours.values():
            for day, mask in days.items():
                month = f"{day:%Y-%m}"
                covered[month] = covered.get(month, 0) + mask.bit_count()
        return {
            month: hours / (_hours_of(month) * len(self.hours))
            for month, hours in sorted(covered.items())
        }

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {
            "months": [{"month": month, "share": part} for month, part in self.months().items()],
            "streams": [
                _stream(account, region, days)
                for (account, region), days in sorted(self.hours.items())
                if days
            ],
        }

    def notices(self) -> list[str]:
        """What months are not covered whole, so that nobody takes a count for a month's."""
        parts = [f"{month} {share(part)}" for month, part in self.months().items() if part < 1]
        if not parts:
            return []
        listed = ", ".join(parts[:_LISTED]) + (
            f" and {len(parts) - _LISTED} more" if len(parts) > _LISTED else ""
        )
        of = (
            f" over the {len(self.hours):,} accounts and Regions seen"
            if len(self.hours) > 1
            else ""
        )
        return [f"hours covered{of}: {listed}; the counts are not those of whole months"]


def _hours_of(month: str) -> int:
    year, number = map(int, month.split("-"))
    return 24 * calendar.monthrange(year, number)[1]


def _stream(account: str, region: str, days: Mapping[datetime.date, int]) -> dict[str, Any]:
    first, last = min(days), max(days)
    begin = _at(first, (days[first] & -days[first]).bit_length() - 1)
    end = _at(last, days[last].bit_length() - 1) + _HOUR
    hours = sum(mask.bit_count() for mask in days.values())
    between = round((end - begin) / _HOUR)
    return {
        "account": account,
        "region": region,
        "from": f"{begin:%Y-%m-%dT%H:%MZ}",
        "until": f"{end:%Y-%m-%dT%H:%MZ}",
        "hours": hours,
        "of_hours": between,
        "share": hours / between,
    }


def _at(day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), datetime.UTC)
