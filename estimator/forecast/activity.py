"""On which days the drivers make their requests."""

from __future__ import annotations

import numpy as np

from estimator.inventory import Inventory
from estimator.inventory.sections import Reader, Trail
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume.streams import Streams


class Activity:
    """The weight of each day of the months for a driver: the files that are written on it.

    `lives` has a row for each trail and life, as `Streams.added_up(False, False)` gives them.
    """

    def __init__(self, inventory: Inventory, months: Months, lives: Streams) -> None:
        self.inventory = inventory
        self.days = np.arange(months.begin[0], months.end[-1])
        self.month_starts = (months.begin - months.begin[0]).astype(np.int64)
        self.month_of_day = np.repeat(np.arange(months.count), months.days.astype(np.int64))
        self.of_trail = {trail.name: np.zeros(len(self.days)) for trail in inventory.trails}
        names = list(self.of_trail)
        # a stream without files still has its days: a small weight keeps them apart from none
        weights = np.maximum(lives.files, 1e-9)
        for trail, start, end, files in zip(
            lives.trail, lives.start, lives.end, weights, strict=True
        ):
            self.of_trail[names[trail]] += files * ((self.days >= start) & (self.days < end))
        self.readers = {reader.name: reader for reader in inventory.readers}
        self.known: dict[tuple[str, str], FloatArray] = {}

    def of(self, driver: str, key: str) -> FloatArray:
        """The weight of each day for a driver's requests on a key. [file/day]"""
        if (driver, key) not in self.known:
            self.known[driver, key] = self._of(driver, key)
        return self.known[driver, key]

    def _of(self, driver: str, key: str) -> FloatArray:
        if driver in self.of_trail:
            return self._never_silent(self.of_trail[driver], np.ones(len(self.days)))
        reader = self.readers[driver]
        start, end = ordinal(reader.start, ALWAYS), ordinal(reader.until, NEVER)
        lives = ((self.days >= start) & (self.days < end)).astype(np.float64)
        trails = read_under(self.inventory, reader, key)
        read = [self.of_trail[trail.name] for trail in trails]
        return self._never_silent(np.sum([*read, np.zeros(len(lives))], axis=0) * lives, lives)

    def _never_silent(self, weight: FloatArray, otherwise: FloatArray) -> FloatArray:
        """In months in which nothing is written old files may still be read: all days alike."""
        silent = np.add.reduceat(weight, self.month_starts) <= 0
        return np.where(silent[self.month_of_day], otherwise, weight)


def read_under(inventory: Inventory, reader: Reader, key: str) -> tuple[Trail, ...]:
    """The trails whose files make a reader's requests on a key.

    Those under that key; all that it reads for the destination key of a replication.
    """
    read = inventory.read_by(reader)
    return tuple(trail for trail in read if trail.key == key) or read
