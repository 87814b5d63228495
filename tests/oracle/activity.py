"""Requests by day: what each stream and each reader does on each day of the forecast."""

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise

from tests.oracle.assumptions import read_quantity, read_share
from tests.oracle.estate import Estate, Key, Period, Reader, Stream, number_day
from tests.oracle.lookback import PutCurve
from tests.oracle.months import Calendar, Quantities

# DESIGN, F8: a digest file every hour, under the trail's key from this day on
DIGESTS_PER_DAY = 24
DIGESTS_UNDER_KEY_FROM = datetime.date(2025, 5, 22).toordinal()
# DESIGN, F16: from this day on only two rotations of a key count
ROTATIONS_CAPPED_FROM = datetime.date(2024, 5, 1).toordinal()
COUNTED_ROTATIONS = 2


@dataclass(frozen=True)
class Activity:
    """The requests of one driver because of one account and Region; `files` are logs or digests."""

    account: str
    region: str
    billed_account: str
    key: Key
    driver: str
    cause: str
    operation: str
    files: str
    quantities: Quantities


class ActivityBook:
    """All activities of an estate over a calendar."""

    def __init__(self, estate: Estate, days: Calendar) -> None:
        self.estate, self.calendar = estate, days
        # many streams have the same period, so the same look-back is asked for again and again
        self.look_back = cache(self._look_back)
        self.growth_of_month = cache(self._growth_of_month)

    def list_all(self) -> list[Activity]:
        """Those of trails, readers and keys."""
        activities = [*self._list_writes(), *self._list_checks(), *self._list_key_months()]
        for reader in self.estate.readers:
            activities += getattr(self, f"_list_{reader.kind.replace('-', '_')}")(reader)
        return activities

    # files of a stream

    def _growth_of_month(self, year: int, month: int, *, of_files: bool) -> Fraction:
        day = datetime.date(year, month, 1).toordinal()
        return self.estate.growth_of(day, self.calendar.first_day, of_files=of_files)

    def growth_on(self, day: int, *, of_files: bool = True) -> Fraction:
        """The growth of the month that a day is in."""
        date = datetime.date.fromordinal(day)
        return self.growth_of_month(date.year, date.month, of_files=of_files)

    def log_rate(self, period: Period, day: int) -> Fraction:
        """Log files of a day, by files a day before growth."""
        return self.growth_on(day) if day in period else Fraction(0)

    def digest_rate(self, period: Period, day: int) -> Fraction:
        """Digest files of a day, by 24 a day; `period` is that of digests under the key."""
        return self.growth_on(day, of_files=False) if day in period else Fraction(0)

    def _look_back(self, period: Period, window: Fraction, *, digests: bool) -> tuple[float, ...]:
        """Mean files in the window, over each day of the calendar, by files a day before growth."""
        days = self.calendar.days
        # nothing before the window and a day is ever met, so a stream may be without a start
        margin = math.ceil(window) + 1
        rate = self.digest_rate if digests else self.log_rate
        curve = PutCurve(days.start - margin, margin + len(days), lambda day: rate(period, day))
        return tuple(float(curve.mean_in_window(day, window)) for day in days)

    def multiply(self, factor: Fraction, daily: Iterator[Fraction | float]) -> Quantities:
        """A factor times what each day has."""
        number = float(factor)
        return tuple(number * float(part) for part in daily)

    def _writer(self, stream: Stream, cause: str, quantities: Quantities) -> Activity:
        trail = stream.trail
        return Activity(
            stream.account,
            stream.region,
            trail.account,
            stream.key,
            trail.name,
            cause,
            "GenerateDataKey",
            "digests" if cause == "digest" else "logs",
            quantities,
        )

    def _list_writes(self) -> Iterator[Activity]:
        for stream in self.estate.streams:
            rest = 1 - stream.trail.saving
            logs = (self.log_rate(stream.period, day) for day in self.calendar.days)
            yield self._writer(stream, "put", self.multiply(stream.files_per_day * rest, logs))
            digests = period_of_digests(stream)
            if digests is not None:
                rates = (self.digest_rate(digests, day) for day in self.calendar.days)
                yield self._writer(stream, "digest", self.multiply(DIGESTS_PER_DAY * rest, rates))

    def _list_checks(self) -> Iterator[Activity]:
        for trail in self.estate.trails:
            if trail.key is None:
                continue
            key = self.estate.keys[trail.key]
            number = read_quantity(trail.entry.get("config_updates_per_month", 0))
            quantities = self.spread_over_months(number, [trail.period, key.period])
            region = trail.entry.get("home_region") or key.region
            yield Activity(
                trail.account,
                region,
                trail.account,
                key,
                trail.name,
                "check",
                "GenerateDataKey",
                "none",
                quantities,
            )

    def spread_over_months(self, number: Fraction, periods: list[Period]) -> Quantities:
        """A number a month, by days; only on the days that are in each period."""
        return tuple(
            float(number / self.calendar.length_of_month(day))
            if all(day in period for period in periods)
            else 0.0
            for day in self.calendar.days
        )

    def _list_key_months(self) -> Iterator[Activity]:
        for key in self.estate.keys.values():
            quantities = tuple(
                (1 + count_rotations(key, day)) / self.calendar.length_of_month(day)
                if day in key.period
                else 0.0
                for day in self.calendar.days
            )
            yield Activity(
                key.account,
                key.region,
                key.account,
                key,
                key.id,
                "key",
                "KeyMonth",
                "none",
                quantities,
            )

    # readers

    def _get(
        self, reader: Reader, stream: Stream, quantities: Quantities, files: str = "logs"
    ) -> Activity:
        return Activity(
            stream.account,
            stream.region,
            reader.account,
            stream.key,
            reader.name,
            "replication" if reader.kind == "replication" else "get",
            "Decrypt",
            files,
            quantities,
        )

    def _list_every_file(self, reader: Reader) -> Iterator[Activity]:
        for stream in reader.streams:
            factor = stream.files_per_day * gets_per_file(reader) * (1 - reader.saving_on(stream))
            puts = (
                self.log_rate(stream.period, day) if day in reader.period else Fraction(0)
                for day in self.calendar.days
            )
            yield self._get(reader, stream, self.multiply(factor, puts))

    def _look_backs(
        self, reader: Reader, looks_per_month: Fraction, days: Fraction, *, digests: bool
    ) -> Iterator[Activity]:
        for stream in reader.streams:
            retention = stream.trail.retention
            window = days if retention is None else min(days, retention)
            period: Period | None = stream.period
            per_day = stream.files_per_day
            if digests:
                period, per_day = period_of_digests(stream), Fraction(DIGESTS_PER_DAY)
            if period is None:
                continue
            met = self.look_back(period, window, digests=digests)
            # on each day so many looks, none from the key's end on
            looks = self.spread_over_months(
                looks_per_month, [reader.period, Period(-math.inf, stream.key.period.end)]
            )
            factor = per_day * gets_per_file(reader) * (1 - reader.saving_on(stream))
            daily = (look * files for look, files in zip(looks, met, strict=True))
            quantities = self.multiply(factor, daily)
            yield self._get(reader, stream, quantities, "digests" if digests else "logs")

    def _list_query(self, reader: Reader) -> Iterator[Activity]:
        share = read_share(reader.entry.get("share_of_files", 1))
        queries = read_quantity(reader.entry["queries_per_month"])
        days = read_quantity(reader.entry["days_scanned"])
        yield from self._look_backs(reader, queries * share, days, digests=False)

    def _list_validate(self, reader: Reader) -> Iterator[Activity]:
        # without validation there are no digests to start from, so no log file is read either
        validated = tuple(s for s in reader.streams if s.trail.entry.get("log_file_validation"))
        narrowed = Reader(
            reader.name, reader.kind, reader.account, reader.period, validated, reader.entry
        )
        runs = read_quantity(reader.entry["runs_per_month"])
        days = read_quantity(reader.entry["days"])
        yield from self._look_backs(narrowed, runs, days, digests=False)
        yield from self._look_backs(narrowed, runs, days, digests=True)

    def _list_fixed(self, reader: Reader) -> Iterator[Activity]:
        gets = read_quantity(reader.entry["gets_per_day"])
        readable = {
            stream: Period(stream.period.start, end_of_reading(stream))
            for stream in reader.streams
            if stream.files_per_day > 0 and not stream.period.is_empty
        }
        shares: dict[Stream, list[Fraction]] = {stream: [] for stream in readable}
        for day in self.calendar.days:
            by_stream = share_day(day, readable) if day in reader.period else {}
            for stream, parts in shares.items():
                parts.append(by_stream.get(stream, Fraction(0)))
        for stream, parts in shares.items():
            factor = gets * (1 - reader.saving_on(stream))
            yield self._get(reader, stream, self.multiply(factor, iter(parts)))

    def _list_once(self, reader: Reader) -> Iterator[Activity]:
        day = int(number_day(reader.entry["day"], 0))
        if day not in reader.period:
            return
        days = reader.entry.get("days")
        for stream in reader.streams:
            if day >= stream.key.period.end:
                continue
            window = [] if days is None else [read_quantity(days)]
            if stream.trail.retention is not None:
                window.append(stream.trail.retention)
            met = self.count_files_before(day, stream.period, min(window, default=None))
            factor = stream.files_per_day * gets_per_file(reader) * (1 - reader.saving_on(stream))
            daily = (met if other == day else Fraction(0) for other in self.calendar.days)
            yield self._get(reader, stream, self.multiply(factor, daily))

    def count_files_before(self, day: int, period: Period, window: Fraction | None) -> Fraction:
        """Log files put before a day, within a window, by files a day before growth."""
        oldest = period.start if window is None else max(period.start, math.floor(day - window))
        if oldest >= day:
            return Fraction(0)
        first = int(oldest)
        curve = PutCurve(first, day - first, lambda other: self.log_rate(period, other))
        begin = Fraction(first) if window is None else max(Fraction(first), day - window)
        return curve.at(Fraction(day)) - curve.at(begin)

    def _list_replication(self, reader: Reader) -> Iterator[Activity]:
        destination = self.estate.keys[reader.entry["destination_key"]]
        for stream in reader.streams:
            kinds = [("logs", stream.period, stream.files_per_day, self.log_rate)]
            digests = period_of_digests(stream)
            if digests is not None:
                rate = self.digest_rate
                kinds.append(("digests", digests, Fraction(DIGESTS_PER_DAY), rate))
            for files, period, per_day, rate in kinds:
                puts = [
                    rate(period, day)
                    if day in reader.period and day in destination.period
                    else Fraction(0)
                    for day in self.calendar.days
                ]
                rest = 1 - reader.saving_on(stream)
                decrypt = self.multiply(per_day * rest, iter(puts))
                yield self._get(reader, stream, decrypt, files)
                yield Activity(
                    stream.account,
                    stream.region,
                    reader.account,
                    destination,
                    reader.name,
                    "replication",
                    "Encrypt",
                    files,
                    self.multiply(per_day, iter(puts)),
                )


def gets_per_file(reader: Reader) -> Fraction:
    """Gets of each file that is met; kinds without the key get it once."""
    return read_quantity(reader.entry.get("gets_per_file", 1))


def period_of_digests(stream: Stream) -> Period | None:
    """The period in which a stream's digests are put under the key; None for never."""
    entry = stream.trail.entry
    if not entry.get("log_file_validation") or entry.get("digest_files") == "sse-s3":
        return None
    if entry.get("digest_files") == "sse-kms":
        return stream.period
    return Period(max(stream.period.start, DIGESTS_UNDER_KEY_FROM), stream.period.end)


def count_rotations(key: Key, day: int) -> int:
    """Rotations until a day that add a key price on that day."""
    done = sum(rotation <= day for rotation in key.rotations)
    return min(done, COUNTED_ROTATIONS) if day >= ROTATIONS_CAPPED_FROM else done


def end_of_reading(stream: Stream) -> float:
    """The moment at which the last file of a stream has expired, or its key has ended."""
    retention = stream.trail.retention
    if retention is None or math.isinf(stream.period.end):
        return stream.key.period.end
    return min(Fraction(int(stream.period.end)) + retention, stream.key.period.end)  # type: ignore[return-value]


def share_day(day: int, readable: dict[Stream, Period]) -> dict[Stream, Fraction]:
    """Each stream's share of a day's gets: of each moment, in proportion to files a day."""
    cuts = {Fraction(day), Fraction(day + 1)}
    for period in readable.values():
        cuts |= {Fraction(m) for m in (period.start, period.end) if day < m < day + 1}
    moments = sorted(cuts)
    shares: dict[Stream, Fraction] = dict.fromkeys(readable, Fraction(0))
    for begin, end in pairwise(moments):
        present = [stream for stream, period in readable.items() if begin in period]  # type: ignore[operator]
        files = sum((stream.files_per_day for stream in present), Fraction(0))
        for stream in present:
            shares[stream] += (end - begin) * stream.files_per_day / files
    return shares
