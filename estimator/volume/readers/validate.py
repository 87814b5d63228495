"""`validate`: `aws cloudtrail validate-logs`, one get for each digest and log file of some days."""

from __future__ import annotations

from estimator.inventory.sections import Validate
from estimator.volume.model import Written
from estimator.volume.pace import Pace
from estimator.volume.readers.look_back import LookBack, Looks
from estimator.volume.streams import Streams


class ValidateReading(LookBack):
    """Runs x days x (log files + digest files under the key), where there are digests."""

    section = Validate
    factors = ("runs_per_month",)
    window = "days"
    window_words = "days checked"
    look = "run"
    nothing = "no trail that it reads has log file validation on"
    reader: Validate

    def looks(self, streams: Streams) -> Looks:
        """Runs come evenly."""
        return self.evenly(streams, self.reader.runs_per_month.mid)

    def written(self, streams: Streams) -> tuple[Written, ...]:
        """Log files and digests of trails that validate: without digests nothing begins."""
        validated = streams.where(self.model.validated[streams.trail])
        return self.model.logs(validated), self.model.digests(validated)

    def pace(self, written: Written) -> Pace:
        """One run at a time, one get after the other."""
        del written
        each_day = self.reader.runs_per_month.mid / self.model.spans.month_days
        return Pace(each_day, self.reader.burst_seconds)
