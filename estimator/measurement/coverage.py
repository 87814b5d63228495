"""Which hours the input covers, so that no month is extrapolated unawares."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.figures import listed, share
from estimator.months import FIRST_YEAR, LAST_YEAR

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
        # a source that tells neither account nor Region covers all of them alike
        days = self.hours.get((account, region)) or self.hours.get(("", ""), {})
        return days.get(day, 0).bit_count() / 24

    def of_month(self, account: str, region: str, month: str) -> float:
        """The share of a month's hours covered, as ``2026-11``, of one account and Region. [0-1]"""
        days = self.hours.get((account, region), {})
        hours = sum(mask.bit_count() for day, mask in days.items() if f"{day:%Y-%m}" == month)
        return hours / _hours_of(month)

    def of_month_over(self, account: str, region: str, month: str) -> float:
        """The same over all accounts and Regions seen where their name is empty. [0-1]

        What was not seen at all is not covered.

        >>> seen = {datetime.date(2026, 11, 1): WHOLE_DAY}
        >>> coverage = Coverage({("111122223333", "us-east-1"): seen})
        >>> coverage.of_month_over("", "us-east-1", "2026-11") == 24 / 720
        True
        >>> coverage.of_month_over("", "eu-west-1", "2026-11")
        0.0
        """
        streams = [
            days
            for (owner, place), days in self.hours.items()
            if account in ("", owner) and region in ("", place)
        ]
        hours = sum(
            mask.bit_count()
            for days in streams
            for day, mask in days.items()
            if f"{day:%Y-%m}" == month
        )
        return hours / (_hours_of(month) * len(streams)) if streams else 0.0

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
        """As documented JSON; `from_dict` reads it back, to the hour."""
        return {
            "months": [{"month": month, "share": part} for month, part in self.months().items()],
            "streams": [
                _stream(account, region, days)
                for (account, region), days in sorted(self.hours.items())
                if days
            ],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Coverage:
        """Read what `to_dict` wrote.

        Raises
        ------
        ValueError
            A stream is not what `to_dict` says of one: which, and what is wrong with it.
        """
        hours: dict[tuple[str, str], dict[datetime.date, int]] = {}
        for number, stream in enumerate(document["streams"]):
            at = f"streams[{number}]"
            place = (stream["account"], stream["region"])
            if place in hours:
                raise ValueError(at, "the same account and Region as one before")
            try:
                hours[place] = _days(stream)
            except ValueError as error:
                raise ValueError(at, str(error)) from None
        return cls(hours)

    def notices(self) -> list[str]:
        """A notice of months not covered whole, so that nobody takes a count for a month's."""
        parts = [f"{month} {share(part)}" for month, part in self.months().items() if part < 1]
        if not parts:
            return []
        of = (
            f" over the {len(self.hours):,} accounts and Regions seen"
            if len(self.hours) > 1
            else ""
        )
        return [
            f"hours covered{of}: {listed(parts, _LISTED)}; the counts are not those of whole months"
        ]


def _hours_of(month: str) -> int:
    year, number = map(int, month.split("-"))
    return 24 * calendar.monthrange(year, number)[1]


def _stream(account: str, region: str, days: Mapping[datetime.date, int]) -> dict[str, Any]:
    # gaps instead of hours: a month that is covered whole is one line, however many streams
    first, covered = _as_bits(days)
    low, high = (covered & -covered).bit_length() - 1, covered.bit_length()
    hours = covered.bit_count()
    return {
        "account": account,
        "region": region,
        "from": _write_hour(first, low),
        "until": _write_hour(first, high),
        "hours": hours,
        "of_hours": high - low,
        "share": hours / (high - low),
        "gaps": [
            {"from": _write_hour(first, begin), "until": _write_hour(first, end)}
            for begin, end in _runs(~covered & ((1 << high) - (1 << low)))
        ],
    }


def _as_bits(days: Mapping[datetime.date, int]) -> tuple[datetime.date, int]:
    """The first day, and every hour from its first on, a bit each."""
    first, last = min(days), max(days)
    # through bytes: shifting an integer of years for each day would be quadratic
    masks = bytearray(3 * ((last - first).days + 1))
    for day, mask in days.items():
        at = 3 * (day - first).days
        masks[at : at + 3] = mask.to_bytes(3, "little")
    return first, int.from_bytes(masks, "little")


def _runs(bits: int) -> list[tuple[int, int]]:
    """First bit of each run of ones, and the one after its last.

    >>> _runs(0b111001)
    [(0, 1), (3, 6)]
    """
    runs, end = [], 0
    while bits:
        zeros = (bits & -bits).bit_length() - 1
        bits >>= zeros
        ones = (~bits & (bits + 1)).bit_length() - 1
        bits >>= ones
        runs.append((end + zeros, end + zeros + ones))
        end += zeros + ones
    return runs


def _days(stream: Mapping[str, Any]) -> dict[datetime.date, int]:
    """The hours of a stream's JSON, by day."""
    begin, end = _read_hour(stream["from"]), _read_hour(stream["until"])
    if begin >= end:
        raise ValueError(f"until {stream['until']}, not after from")
    first = begin.date()
    midnight = _begin_hour(first, 0)
    covered = (1 << _hours(midnight, end)) - (1 << begin.hour)
    last = begin
    for gap in stream["gaps"]:
        low, high = _read_hour(gap["from"]), _read_hour(gap["until"])
        # gaps stand in order and apart: two that touch are one, and none is at either end
        if not last < low < high < end:
            raise ValueError(f"a gap from {gap['from']} until {gap['until']}, which is none in it")
        covered &= ~((1 << _hours(midnight, high)) - (1 << _hours(midnight, low)))
        last = high
    # what an editor has changed by hand no longer adds up
    stated = (stream["hours"], stream["of_hours"])
    counted = (covered.bit_count(), _hours(begin, end))
    if stated != counted:
        of_hours = "{} of {} hours".format
        raise ValueError(f"{of_hours(*stated)}, where the gaps leave {of_hours(*counted)}")
    masks = covered.to_bytes(covered.bit_length() // 24 * 3 + 3, "little")
    days = {}
    for at in range(0, len(masks), 3):
        if mask := int.from_bytes(masks[at : at + 3], "little"):
            days[first + datetime.timedelta(days=at // 3)] = mask
    return days


def _hours(begin: datetime.datetime, end: datetime.datetime) -> int:
    return (end - begin) // _HOUR


def _write_hour(first: datetime.date, hour: int) -> str:
    """The hour so many hours after a day's beginning."""
    return f"{_begin_hour(first, 0) + hour * _HOUR:%Y-%m-%dT%H:%MZ}"


def _read_hour(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:00%z")
    except ValueError:
        moment = None
    # %z takes +02:00 too, whose hour is another one
    if moment is None or not text.endswith("Z"):
        raise ValueError(f"{text!r}, which is no hour such as 2026-11-01T05:00Z")
    # a stream from the year 1 would be a bit for each hour since
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"{text!r}, of no year from {FIRST_YEAR} to {LAST_YEAR}")
    return moment


def _begin_hour(day: datetime.date, hour: int) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), datetime.UTC)
