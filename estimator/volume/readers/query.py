"""`query`: scans the files of the last days again and again, as Athena does."""

from __future__ import annotations

from estimator.inventory.reader_sections import Query
from estimator.volume.blocks import QUERY_SECONDS
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
    look_seconds = QUERY_SECONDS  # one query at a time
    reader: Query

    @classmethod
    def scans(cls, reader: Query, longest: float) -> str:
        """Days, as long as there is more than one; then files, by partitions."""
        return "days_scanned" if min(reader.days_scanned.mid, longest) > 1 else "share_of_files"
