"""The sources that can be measured: the words for each, and which requests it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# KMS operations that files of a kind tell; None is every operation
_OPERATIONS: dict[str, frozenset[str] | None] = {
    "requests": None,
    "objects": frozenset({"GenerateDataKey"}),
    "accesses": frozenset({"GenerateDataKey", "Decrypt"}),
    "bill": frozenset(),
}
# causes that they tell; None is every cause, and requests that are not CloudTrail's too
_CAUSES: dict[str, frozenset[str] | None] = {
    "requests": None,
    "objects": frozenset({"put", "digest", "replication"}),
    "accesses": frozenset({"put", "digest", "get"}),
    "bill": frozenset(),
}


@dataclass(frozen=True)
class MeasurementSource:
    """A kind of input that a measurement comes from.

    Attributes
    ----------
    words : str
        The input, as in the title of a measurement.
    short : str
        The same in the source of a calibrated number; empty where nothing is calibrated on it.
    counts : str
        The kind of thing that it has a line for: each of the KMS requests themselves; the objects
        that CloudTrail put, by their names; accesses to these objects; or charges of a bill, which
        tells no cause.
    """

    words: str
    short: str
    counts: Literal["requests", "objects", "accesses", "bill"]

    @property
    def operations(self) -> frozenset[str] | None:
        """KMS operations because of CloudTrail that it counts; None is every operation."""
        return _OPERATIONS[self.counts]

    def tells(self, cause: str) -> bool:
        """Tell whether none of this cause in its files means that there was none."""
        causes = _CAUSES[self.counts]
        return causes is None or cause in causes


# by the name that follows `kmscost measure` and stands in the files
SOURCES = {
    "cloudtrail": MeasurementSource("CloudTrail's log files", "CloudTrail logs", "requests"),
    "s3-inventory": MeasurementSource("an S3 Inventory", "S3 Inventory", "objects"),
    "s3-listing": MeasurementSource("a listing of a bucket", "bucket listing", "objects"),
    "access-logs": MeasurementSource("S3 server access logs", "S3 access logs", "accesses"),
    "bill": MeasurementSource("the bill", "", "bill"),
    "athena": MeasurementSource("a result of Athena", "CloudTrail logs in Athena", "requests"),
}


def sources_that_count(*kinds: str) -> tuple[str, ...]:
    """The names of the sources that count things of these kinds.

    >>> sources_that_count("objects")
    ('s3-inventory', 's3-listing')
    """
    return tuple(name for name, source in SOURCES.items() if source.counts in kinds)
