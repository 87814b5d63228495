"""How the requests of each driver come: how many at once, and in how many seconds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.forecast import bursts
from estimator.forecast.activity import read_under
from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Fixed, Query, Reader, Validate
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume import formulas
from estimator.volume.streams import IntArray, Streams


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
    """The pace of every driver; `lives` are the streams added up by trail and life."""

    def __init__(self, inventory: Inventory, months: Months, lives: Streams) -> None:
        self.inventory, self.months, self.lives = inventory, months, lives
        self.number = {trail.name: number for number, trail in enumerate(inventory.trails)}
        self.reader = {reader.name: reader for reader in inventory.readers}
        ends = {key.id: ordinal(key.until, NEVER) for key in inventory.keys}
        self.key_end = {t.name: NEVER if t.key is None else ends[t.key] for t in inventory.trails}
        # a stream without files still has its days: a small weight keeps them apart from none
        self.files = np.maximum(lives.files, 1e-9)
        size = len(inventory.trails)
        self.by_files = self._full_day(self.files, lives.trail, size)
        self.by_count = self._full_day(lives.count, lives.trail, size)

    def of(self, driver: str, cause: str, key: str) -> Pace:
        """The pace of a trail's puts, digests or checks, or of a reader's gets."""
        if driver in self.reader:
            return self._of_reader(self.reader[driver], key)
        number = self.number[driver]
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
        read = read_under(self.inventory, reader, key)
        start = ordinal(reader.start, ALWAYS)
        end = min(
            ordinal(reader.until, NEVER), max((self.key_end[t.name] for t in read), default=NEVER)
        )
        days = self._life(start, end)
        if isinstance(reader, Query):
            seconds = reader.burst_seconds or bursts.QUERY_SECONDS
            return self._looks(reader.queries_per_month.mid, days, seconds)
        if isinstance(reader, Validate):
            return self._looks(reader.runs_per_month.mid, days, reader.burst_seconds)
        if isinstance(reader, Fixed):
            seconds = reader.burst_seconds or Range.exactly(bursts.SECONDS_PER_DAY)
            daily = bursts.in_one_look(np.ones(len(days)), days)
            return Pace(daily, daily, seconds)
        mine = np.isin(self.lives.trail, [self.number[trail.name] for trail in read])
        group = np.zeros(len(self.lives), dtype=np.int64)
        daily = self._full_day(self.files * mine, group, 1, start, end)[0]
        seconds = reader.burst_seconds or bursts.WINDOW_SECONDS
        return Pace(bursts.in_five_minutes(daily), daily, seconds)

    def _looks(self, rate: float, days: FloatArray, seconds: Range | None) -> Pace:
        """The pace of what happens `rate` times a month."""
        looks = formulas.per_month(rate, days, self.months.days)
        one = np.ones(len(days))
        return Pace(bursts.in_one_look(one, looks), bursts.in_one_look(one, days), seconds)

    def _life(self, start: float, end: float) -> FloatArray:
        """Days of each month inside [start, end). [day]"""
        months = self.months
        return formulas.days_alive(np.array(start), np.array(end), months.begin, months.end)

    def _full_day(
        self,
        files: FloatArray,
        group: IntArray,
        groups: int,
        start: float = ALWAYS,
        end: float = NEVER,
    ) -> FloatArray:
        """`bursts.share_of_a_full_day` of each group of streams in each month. [1/day]"""
        days = formulas.days_alive(
            np.maximum(self.lives.start, start)[:, None],
            np.minimum(self.lives.end, end)[:, None],
            self.months.begin,
            self.months.end,
        )
        alive, lived = np.zeros((2, groups, self.months.count))
        np.add.at(alive, group, files[:, None] * (days > 0))
        np.add.at(lived, group, files[:, None] * days)
        return bursts.share_of_a_full_day(alive, lived)
