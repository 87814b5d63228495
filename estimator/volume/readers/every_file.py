"""`every-file`: reads each log file, as a SIEM does."""

from __future__ import annotations

from estimator.inventory.sections import EveryFile
from estimator.months import FloatArray
from estimator.volume.model import Written
from estimator.volume.pace import Pace, every_five_minutes
from estimator.volume.readers.reading import Reading


class EveryFileReading(Reading):
    """gets_per_file x log files put while the reader is active."""

    section = EveryFile
    factors = ("gets_per_file",)
    assumption = "gets_per_file"
    each_put = True
    per_file = "gets_per_file"
    reader: EveryFile

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        return self.model.put(written, self.period) * self.reader.gets_per_file.mid

    def pace(self, written: Written) -> Pace:
        """It follows the files of five minutes."""
        del written
        return every_five_minutes(self.reader.burst_seconds)
