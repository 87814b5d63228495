"""`query`: scans the files of the last days again and again, as Athena does."""

from __future__ import annotations

from estimator.figures import noun_of
from estimator.inventory.reader_sections import Query
from estimator.volume.blocks import QUERY_SECONDS, BurstProfile
from estimator.volume.equations import Value
from estimator.volume.model import Written
from estimator.volume.readers.look_back import LookBack


class QueryModel(LookBack):
    """Queries x files in the last days x share_of_files x gets_per_file."""

    section = Query
    factors = ("queries_per_month", "share_of_files", "gets_per_file")
    assumption = "queries_per_month"
    window = "days_scanned"
    rate = "queries_per_month"
    once_is_enough = True
    window_words = "days scanned"
    look = "query"
    reader: Query

    @classmethod
    def scans(cls, reader: Query, longest: float) -> str:
        """Days, as long as there is more than one; then files, by partitions."""
        return "days_scanned" if min(reader.days_scanned.mid, longest) > 1 else "share_of_files"

    @property
    def per_look(self) -> float:
        """Gets of each file that a query meets. [get/file]"""
        return self.reader.share_of_files.mid * self.reader.gets_per_file.mid

    def factors_per_look(self) -> tuple[Value, ...]:
        """Share of the files x gets of each."""
        words = f"{noun_of(self.reader.gets_per_file.mid, 'get')} per file"
        return (
            *self.times("share_of_files", "of them"),
            *self.times("gets_per_file", words),
        )

    def burst_profile(self, written: Written) -> BurstProfile:
        """One query at a time."""
        del written
        each_day = self.looks_per_month / self.model.spans.month_days
        return BurstProfile(each_day, self.reader.burst_seconds or QUERY_SECONDS)
