"""Which streams are behind a driver's requests, and on which days it makes them."""

from __future__ import annotations

import numpy as np

from estimator.inventory import Inventory
from estimator.inventory.sections import Fixed, Query, Reader, Trail, Validate
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume.streams import IntArray, Streams
from pricing.regions import regions as known_regions

# a stream without files still has its days: a small weight keeps them apart from none [file/day]
SOME = 1e-9


class Lives:
    """The streams of an inventory added up by trail and life."""

    def __init__(self, inventory: Inventory, streams: Streams) -> None:
        self.inventory, self.streams = inventory, streams
        self.all = streams.added_up(by_account=False, by_region=False)
        self.number = {trail.name: number for number, trail in enumerate(inventory.trails)}
        self.readers = {reader.name: reader for reader in inventory.readers}
        self.order = np.argsort(self.all.trail, kind="stable")
        trails = np.arange(len(inventory.trails) + 1)
        self.bounds = np.searchsorted(self.all.trail[self.order], trails)

    def written(self, trail: str) -> Streams:
        """What a trail writes."""
        return self.all.where(self._rows(self.number[trail]))

    def read(self, reader: Reader, key: str) -> Streams:
        """What makes a reader's requests on a key."""
        numbers = [self.number[trail.name] for trail in self.read_under(reader, key)]
        if reader.accounts is None and reader.regions is None:
            rows = [self._rows(number) for number in sorted(set(numbers))]
            return self.all.where(np.concatenate([*rows, np.zeros(0, dtype=np.int64)]))
        chosen = np.isin(self.streams.trail, numbers)
        if reader.accounts is not None:
            wanted = set(reader.accounts)
            mine = [account.id in wanted for account in self.inventory.accounts]
            chosen &= np.array(mine, dtype=bool)[self.streams.account]
        if reader.regions is not None:
            regions = set(reader.regions)
            mine = [region in regions for region in known_regions()]
            chosen &= np.array(mine, dtype=bool)[self.streams.region]
        return self.streams.where(chosen).added_up(by_account=False, by_region=False)

    def read_under(self, reader: Reader, key: str) -> tuple[Trail, ...]:
        """The trails that a reader reads under a key; all, for the key that copies get."""
        read = self.inventory.read_by(reader)
        return tuple(trail for trail in read if trail.key == key) or read

    def readable_until(self, reader: Reader, key: str) -> float:
        """The day from which nothing is read: the reader's end or its trails' keys'. [ordinal]"""
        ends = {one.id: ordinal(one.until, NEVER) for one in self.inventory.keys}
        read = [NEVER if t.key is None else ends[t.key] for t in self.read_under(reader, key)]
        return min(ordinal(reader.until, NEVER), max(read, default=NEVER))

    def _rows(self, number: int) -> IntArray:
        return self.order[self.bounds[number] : self.bounds[number + 1]]


class Activity:
    """The weight of each day for the requests of a driver: they are shared in proportion to it."""

    def __init__(self, months: Months, lives: Lives) -> None:
        self.lives = lives
        self.days = np.arange(months.begin[0], months.end[-1])
        self.month_starts = (months.begin - months.begin[0]).astype(np.int64)
        self.month_of_day = np.repeat(np.arange(months.count), months.days.astype(np.int64))
        self.known: dict[tuple[str, str, str], FloatArray] = {}

    def of(self, driver: str, cause: str, key: str) -> FloatArray:
        """The weight of each day. [1/day]"""
        place = (driver, cause, key)
        if place not in self.known:
            reader = self.lives.readers.get(driver)
            self.known[place] = (
                self._written(driver, cause) if reader is None else self._read(reader, key)
            )
        return self.known[place]

    def _written(self, trail: str, cause: str) -> FloatArray:
        """Files put on each day, or streams that have digests, or that the trail lives at all."""
        streams = self.lives.written(trail)
        if cause == "digest":
            return self._alive(streams, streams.count)
        files = self._alive(streams, np.maximum(streams.files, SOME))
        return (files > 0).astype(np.float64) if cause == "check" else files

    def _read(self, reader: Reader, key: str) -> FloatArray:
        """Files that come, files within the window of a look, or days with anything to read."""
        streams = self.lives.read(reader, key)
        weight = np.maximum(streams.files, SOME)
        start, end = ordinal(reader.start, ALWAYS), self.lives.readable_until(reader, key)
        lives = ((self.days >= start) & (self.days < end)).astype(np.float64)
        if isinstance(reader, Query | Validate):
            window = (reader.days_scanned if isinstance(reader, Query) else reader.days).mid
            found = self._in_window(streams, weight, window)
        else:
            found = self._alive(streams, weight)
        if isinstance(reader, Fixed):  # from the first file on
            found = np.maximum.accumulate(found > 0).astype(np.float64)
        found = found * lives
        # in a month in which nothing is written old files may still be read: all days alike
        silent = np.add.reduceat(found, self.month_starts) <= 0
        return np.where(silent[self.month_of_day], lives, found)

    def _alive(self, streams: Streams, weight: FloatArray) -> FloatArray:
        """The weight of the streams that live on each day."""
        total = np.zeros(len(self.days))
        for start, end, one in zip(streams.start, streams.end, weight, strict=True):
            total += one * ((self.days >= start) & (self.days < end))
        return total

    def _in_window(self, streams: Streams, weight: FloatArray, window: float) -> FloatArray:
        """The weight of what was written in the last `window` days, seen from each noon."""
        total, noon = np.zeros(len(self.days)), self.days + 0.5
        for start, end, one in zip(streams.start, streams.end, weight, strict=True):
            met = np.minimum(noon, end) - np.maximum(noon - window, start)
            total += one * np.maximum(met, 0.0)
        return total
