"""How the requests of each driver come: how many at once, and in how many seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.forecast import bursts
from estimator.forecast.activity import SOME, Lives
from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Fixed, Query, Reader, Validate
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume import formulas
from estimator.volume.streams import IntArray, Streams

_A_DAY = Range.exactly(bursts.SECONDS_PER_DAY)


@dataclass(frozen=True)
class Pace:
    """How the requests of one driver on one key come; the arrays have a number for each month.

    Attributes
    ----------
    at_once : array
        The share of the month's requests that come together. [-]
    daily : array
        The share of them that the fullest day has. [1/day]
    seconds : Range or None
        In which they come together; None where gets are made one after the other. [s]
    """

    at_once: FloatArray
    daily: FloatArray
    seconds: Range | None


class Paces:
    """The pace of every driver."""

    def __init__(self, inventory: Inventory, months: Months, lives: Lives) -> None:
        self.inventory, self.months, self.lives = inventory, months, lives
        streams, size = lives.all, len(inventory.trails)
        files = np.maximum(streams.files, SOME)
        self.by_files = self._full_day(streams, files, streams.trail, size)
        self.by_count = self._full_day(streams, streams.count, streams.trail, size)

    def of(self, driver: str, cause: str, key: str) -> Pace:
        """The pace of a trail's puts, digests or checks, or of a reader's gets."""
        reader = self.lives.readers.get(driver)
        if reader is not None:
            return self._of_reader(reader, key)
        number = self.lives.number[driver]
        trail = self.inventory.trails[number]
        seconds = trail.burst_seconds or bursts.WINDOW_SECONDS
        if cause == "check":  # one request each
            days = self._life(ordinal(trail.start, ALWAYS), ordinal(trail.until, NEVER))
            return self._looks(trail.config_updates_per_month.mid, days, Range.exactly(1))
        if cause == "digest":
            daily = self.by_count[number]
            return Pace(bursts.in_an_hour(daily), daily, seconds)
        daily = self.by_files[number]
        return Pace(bursts.in_five_minutes(daily), daily, seconds)

    def _of_reader(self, reader: Reader, key: str) -> Pace:
        start, end = ordinal(reader.start, ALWAYS), self.lives.readable_until(reader, key)
        if isinstance(reader, Query):
            seconds = reader.burst_seconds or bursts.QUERY_SECONDS
            return self._looks(reader.queries_per_month.mid, self._life(start, end), seconds)
        if isinstance(reader, Validate):
            runs = reader.runs_per_month.mid
            return self._looks(runs, self._life(start, end), reader.burst_seconds)
        streams = self.lives.read(reader, key)
        if isinstance(reader, Fixed):
            first = float(streams.start.min(initial=NEVER))
            daily = bursts.in_one_look(np.array(1.0), self._life(max(start, first), end))
            return Pace(daily, daily, reader.burst_seconds or _A_DAY)
        group = np.zeros(len(streams), dtype=np.int64)
        files = np.maximum(streams.files, SOME)
        daily = self._full_day(streams, files, group, 1, start, end)[0]
        seconds = reader.burst_seconds or bursts.WINDOW_SECONDS
        return Pace(bursts.in_five_minutes(daily), daily, seconds)

    def _looks(self, rate: float, days: FloatArray, seconds: Range | None) -> Pace:
        """The pace of what happens `rate` times a month."""
        looks, one = formulas.per_month(rate, days, self.months.days), np.array(1.0)
        return Pace(bursts.in_one_look(one, looks), bursts.in_one_look(one, days), seconds)

    def _life(self, start: float, end: float) -> FloatArray:
        """Days of each month inside [start, end). [day]"""
        months = self.months
        return formulas.days_alive(np.array(start), np.array(end), months.begin, months.end)

    def _full_day(
        self,
        streams: Streams,
        files: FloatArray,
        group: IntArray,
        groups: int,
        start: float = ALWAYS,
        end: float = NEVER,
    ) -> FloatArray:
        """`bursts.share_of_a_full_day` of each group of streams in each month. [1/day]"""
        days = formulas.days_alive(
            np.maximum(streams.start, start)[:, None],
            np.minimum(streams.end, end)[:, None],
            self.months.begin,
            self.months.end,
        )
        alive, lived = np.zeros((2, groups, self.months.count))
        np.add.at(alive, group, files[:, None] * (days > 0))
        np.add.at(lived, group, files[:, None] * days)
        return bursts.share_of_a_full_day(alive, lived)
