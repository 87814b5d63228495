"""`fixed`: a number of gets a day, while there is anything to read."""

from __future__ import annotations

from estimator.inventory import Range
from estimator.inventory.sections import Fixed
from estimator.volume.model import Written
from estimator.volume.pace import SECONDS_PER_DAY, Pace
from estimator.volume.readers.sharing import Sharing

_A_DAY = Range.exactly(SECONDS_PER_DAY)


class FixedReading(Sharing):
    """gets_per_day while a file can be read, shared in proportion to the files a day."""

    section = Fixed
    factors = ("gets_per_day",)
    assumption = "gets_per_day"
    reader: Fixed

    @property
    def per_day(self) -> float:
        """Gets of a day with anything to read. [get/day]"""
        return self.reader.gets_per_day.mid

    def pace(self, written: Written) -> Pace:
        """The gets of a day are spread over it."""
        del written
        return Pace(1.0, self.reader.burst_seconds or _A_DAY)
