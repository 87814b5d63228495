"""Listings of a bucket to actuals: what CloudTrail put into it, from names alone."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from estimator.measurement.object_counts import AT_MOST, Kind, Place, Tally, places_of
from estimator.measurement.paths import as_paths, find_files
from estimator.measurement.plain_files import (
    DAMAGED,
    BadLines,
    as_text,
    is_json,
    open_plain,
    why_unreadable,
)
from estimator.measurement.progress import Done, Progress
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_grain
from estimator.measurement.s3_listing.entries import BadLine, read_lines
from estimator.measurement.s3_listing.pages import read_pages
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import DocumentError

SOURCE = "s3-listing"

_EXPECTED = "aws s3 ls --recursive, or the JSON of aws s3api list-objects-v2"
_NAMES = 1 << 14  # names to parse in one go


def measure_s3_listing(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Actuals:
    """The most KMS requests that writing the objects of a listing can have made.

    A listing tells names and no more: each object counts as one GenerateDataKey, though an object
    that is not under SSE-KMS, or is under an S3 Bucket Key, made none or shared one (F2, F8, F11).

    Parameters
    ----------
    paths : path or sequence of paths
        Text of ``aws s3 ls --recursive``, JSON of ``aws s3api list-objects-v2`` or
        ``list-object-versions``, gzip or not, told apart by content; folders are searched. An
        object that stands in two of the files counts twice.
    by : str or sequence of str, optional
        Columns of the rows. Default: all that names tell.
    strict : bool
        A file, line or entry that cannot be read is an error.
    progress : callable, optional
        Called with files and bytes done so far. [file], [byte]

    Returns
    -------
    Actuals
        Rows by day and kind of object, `quantity` in requests; ``details["objects"]`` counts
        CloudTrail's objects, others and delete markers.

    Raises
    ------
    KmscostError
        Nothing is a listing.
    UsageError
        `by` names no column.

    Notes
    -----
    AWS CLI Command Reference, "s3 ls", "list-objects-v2", "list-object-versions".
    """
    grain = actuals_grain(by)
    tally, skipped = Tally(), SkippedFiles()
    files = records = markers = 0
    until: datetime.datetime | None = None
    local_times = False
    names = as_paths(paths)
    done = Done(progress)
    for found in find_files(names, skipped):
        if not found.size:
            skipped.add(found.path, "empty file")
            continue
        listing = _read(found.path, skipped, done)
        done.add(1, 0)
        if listing is None:
            continue
        files += 1
        records += listing.records
        markers += listing.markers
        tally.add([(place, Kind(), count) for place, count in listing.places.items()])
        moment = _moment(listing.last)
        until = max(filter(None, (until, moment)), default=None)
        local_times = local_times or (moment is not None and not listing.is_json)
    if strict and skipped:
        raise skipped.refuse()
    if not files:
        raise skipped.nothing(names, _EXPECTED, "name what one of them wrote")
    coverage = tally.coverage(until)
    return Actuals(
        SOURCE,
        tally.frame(SOURCE, coverage, bucket_key=False),
        files,
        records,
        skipped=skipped,
        coverage=coverage,
        notices=(*_notices(tally, skipped, local_times), *coverage.notices()),
        details={"objects": tally.counts(records, markers)},
        by=grain,
    )


@dataclass
class _Listing:
    """The objects of one file by place, its delete markers, the last LastModified."""

    is_json: bool
    places: Counter[Place] = field(default_factory=Counter)
    records: int = 0
    markers: int = 0
    last: str = ""
    recognised: bool = False
    bad: BadLines = field(default_factory=BadLines)
    _names: list[str] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Add an object; names are parsed many at a time."""
        self._names.append(name)
        if len(self._names) == _NAMES:
            self.count()

    def count(self) -> None:
        """Count the objects that were added since."""
        codes, places = places_of(self._names)
        counts = np.bincount(codes[codes >= 0], minlength=len(places))
        self.places.update(dict(zip(places, counts.tolist(), strict=True)))
        self._names.clear()


def _read(path: str, skipped: SkippedFiles, done: Done) -> _Listing | None:
    """One file, whole or not at all but for its bad lines."""
    try:
        with open_plain(path, done) as stream:
            listing = _Listing(is_json(stream))
            empty = not stream.peek(1)
            with as_text(stream) as text:
                for entry in read_pages(text, path) if listing.is_json else read_lines(text):
                    if isinstance(entry, BadLine):
                        listing.recognised = listing.recognised or not entry.reason
                        if entry.reason:
                            listing.bad.add(entry.number, entry.reason)
                        continue
                    listing.records += 1
                    # ISO 8601 sorts as text; what does not begin so is no date
                    if entry.modified > listing.last and entry.modified[:1] == "2":
                        listing.last = entry.modified
                    if entry.deleted:
                        listing.markers += 1
                    else:
                        listing.add(entry.name)
    except DocumentError as error:
        skipped.add(f"{path}:{error.problems[0].line}", "JSON that breaks off or is malformed")
        return None
    except (OSError, *DAMAGED) as error:
        skipped.add(path, why_unreadable(error))
        return None
    # the listing of an empty bucket is a listing: a page without entries, a summary of nothing
    if not listing.records and not listing.recognised:
        skipped.add(path, "empty file" if empty else "no listing of a bucket")
        return None
    listing.count()
    listing.bad.skip(path, skipped)
    return listing


def _moment(text: str) -> datetime.datetime | None:
    """A moment as listings spell it. [UTC]"""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    # `aws s3 ls` writes no zone: taken as UTC, and a notice says so
    return moment if moment.tzinfo is None else moment.astimezone(datetime.UTC).replace(tzinfo=None)


def _notices(tally: Tally, skipped: SkippedFiles, local_times: bool) -> list[str]:
    notices = [
        AT_MOST.format("a listing", "object"),
        "objects deleted before the listing was made are not in it",
    ]
    if not tally.objects:
        notices.append("no object has a name as CloudTrail writes it")
    if skipped:
        notices.append(f"{len(skipped):,} files or lines were not counted: figures may be too low")
    if local_times:
        notices.append(
            "aws s3 ls writes times of the place where it ran; they were taken as UTC, so the end "
            "of the coverage may be hours off"
        )
    return notices
