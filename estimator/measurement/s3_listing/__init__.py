"""Listings of a bucket to actuals: what CloudTrail put into it, from names alone."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Sequence
from pathlib import Path

from estimator.figures import plural
from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import AT_MOST, Kind, Tally
from estimator.measurement.paths import Done, Progress, as_paths
from estimator.measurement.plain_files import (
    Copies,
    as_text,
    encoding_of,
    is_json,
    open_plain,
    read_files,
)
from estimator.measurement.recognition import naming_files
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_grain
from estimator.measurement.s3_listing.entries import (
    CUT_LINE,
    FOLDER,
    BadLine,
    Folder,
    Total,
)
from estimator.measurement.s3_listing.listing import MOST_BAD, Listing, count_repeated
from estimator.measurement.s3_listing.pages import CUT_OFF, read_pages
from estimator.measurement.s3_listing.text_forms import form_of, read_lines
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import Refused, UnreadableError, readable
from pricing.reading.problems import DocumentError, printable

SOURCE = "s3-listing"

_EXPECTED = "aws s3 ls --recursive, or the JSON of aws s3api list-objects-v2"
_FIX = "name what one of them wrote"
_HEAD = 1 << 16  # bytes
_TIME_IN_BRACKETS = re.compile(r"\s*\[\d{4}-\d\d-\d\d ")


@naming_files("measure s3-listing")
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
        Text of ``aws s3 ls --recursive``, JSON or text of ``aws s3api list-objects-v2`` or
        ``list-object-versions``, with ``--query`` or not, listings of s5cmd, rclone and mc, names
        one a line; gzip or not, told apart by content; folders are searched. A file of
        the same content as another counts once; an object that stands in two others counts twice.
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
    tally, refused = Tally(), Refused()
    skipped = refused.skipped
    files = records = markers = 0
    until: datetime.datetime | None = None
    listings: list[Listing] = []  # without their places
    names = as_paths(paths)
    copies = Copies()
    for path, listing in read_files(names, _read, refused, Done(progress)):
        if copies.is_copy(path, (listing.records, listing.markers, listing.last)):
            continue
        listing.bad.skip(path, skipped)
        files += 1
        records += listing.records
        markers += listing.markers
        tally.add([(place, Kind(), count) for place, count in listing.places.items()])
        listing.places.clear()
        listings.append(listing)
        until = max(filter(None, (until, listing.until)), default=None)
    if strict and skipped:
        raise skipped.refuse()
    if not files:
        raise refused.nothing(names, _EXPECTED, _FIX)
    # a file that was not read is of days that nobody knows
    bad_lines = sum(len(listing.bad) for listing in listings)
    whole = len(skipped) == bad_lines and all(listing.is_whole for listing in listings)
    repeated = count_repeated(listings)
    # of a day that counts twice nobody knows how many there were
    is_known = repeated <= MOST_BAD * tally.objects
    coverage = tally.coverage(until) if whole and is_known else Coverage()
    return Actuals(
        SOURCE,
        tally.frame(SOURCE, coverage, bucket_key=False),
        files,
        records,
        skipped=skipped,
        coverage=coverage,
        notices=(
            *_repeated_notice(repeated, is_known=is_known),
            *_notices(tally, skipped, listings, whole=whole),
            *copies.notices,
            *coverage.notices(),
        ),
        details={"objects": tally.counts(records, markers)},
        by=grain,
    )


def _read(path: str, done: Done) -> Listing:
    """One file, whole or not at all but for its bad lines."""
    try:
        with readable("a listing of a bucket"), open_plain(path, done) as stream:
            return _read_stream(stream, path)
    except DocumentError as error:
        fault = error.problems[0]
        found = f"JSON that breaks off or is malformed ({fault.found})"
        raise UnreadableError(found, _EXPECTED, _FIX, fault.line) from None


def _read_stream(stream: io.BufferedReader, path: str) -> Listing:
    begin = stream.peek(_HEAD)[:_HEAD]
    words = begin.decode(encoding_of(begin), "replace")
    listing = Listing()
    # mc begins a line with the time in brackets
    json = is_json(stream) and _TIME_IN_BRACKETS.match(words) is None
    with as_text(stream) as text:
        if not json:
            listing.form = form_of(words, whole=len(begin) < _HEAD)
        for entry in read_lines(text, listing.form) if listing.form else read_pages(text, path):
            if isinstance(entry, BadLine):
                listing.recognised = listing.recognised or not entry.reason
                listing.partial = listing.partial or entry.reason in (FOLDER, CUT_LINE, CUT_OFF)
                if entry.reason:
                    listing.bad.add(entry.number, entry.reason)
                continue
            if isinstance(entry, Folder):
                listing.add_folder(entry)
                continue
            if isinstance(entry, Total):
                listing.recognised = True
                listing.add_total(entry)
                continue
            listing.records += 1
            # ISO 8601 sorts as text; what does not begin so is no date
            if entry.modified > listing.last and entry.modified[:1] == "2":
                listing.last = entry.modified
            if entry.deleted:
                listing.markers += 1
            else:
                listing.add(entry)
    listing.finish()
    # that of an empty bucket is a listing, a page without entries or a summary of nothing; folders
    # alone, or a page before the first object, list none of what is there
    nothing = not listing.records and (listing.partial or not listing.recognised)
    if nothing or (listing.names_alone and not listing.places):
        raise UnreadableError("no listing of a bucket" if begin else "empty file", _EXPECTED, _FIX)
    return listing


def _repeated_notice(repeated: int, *, is_known: bool) -> list[str]:
    if not repeated:
        return []
    listed_again = plural(repeated, "object")
    what = f"{listed_again} listed a second time, as in two listings of one bucket"
    end = "" if is_known else "; no hour is covered"
    return [f"{what}: counted again, so name one listing{end}"]


def _notices(
    tally: Tally, skipped: SkippedFiles, listings: Sequence[Listing], *, whole: bool
) -> list[str]:
    notices = [
        AT_MOST.format("a listing", "object"),
        "objects deleted before the listing was made are not in it",
    ]
    if not tally.objects:
        notices.append("no object has a name as CloudTrail writes it")
    if skipped:
        notices.append(f"not counted: {len(skipped):,} of files and lines; figures may be too low")
    if not whole:
        notices.append("objects of any day may be missing: no hour is covered")
    relative = sum(listing.relative for listing in listings)
    if relative:
        names = plural(relative, "name", "begins below its", "begin below their")
        notices.append(
            f"{names} folders in the bucket; account, Region and day are those of the files' own "
            "names"
        )
    odds = sum(listing.odds for listing in listings)
    if odds:
        example = next(printable(listing.odd) for listing in listings if listing.odds)
        names = plural(odds, "name", "with CloudTrail in it is", "with CloudTrail in them are")
        counted = "counts as another object" if odds == 1 else "count as other objects"
        notices.append(f"{names} not as CloudTrail writes them, and {counted}, such as {example}")
    if any(listing.names_alone for listing in listings):
        notices.append(
            "a listing of names alone does not tell when it was made: the coverage ends with the "
            "last file that its names tell of"
        )
    local = sorted(
        {listing.form.tool for listing in listings if listing.form and _is_local(listing)}
    )
    if local:
        notices.append(
            f"{' and '.join(local)} writes times of the place where it ran; they were taken as "
            "UTC, so the end of the coverage may be hours off"
        )
    return notices


def _is_local(listing: Listing) -> bool:
    """Tell whether the last time of a listing is of the place where it ran."""
    zoned = listing.last.endswith("Z") or listing.form is None
    named_zone = listing.form is not None and "zone" in listing.form.line.groupindex
    local = listing.form is not None and (listing.form.local or named_zone)
    return bool(listing.last) and local and not zoned
