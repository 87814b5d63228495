"""Listings of a bucket to actuals: what CloudTrail put into it, from names alone."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import AT_MOST, Kind, Tally, places_of
from estimator.measurement.object_name import Place, relative_place_of, written_at
from estimator.measurement.paths import Done, Progress, as_paths
from estimator.measurement.plain_files import (
    BadLines,
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
from estimator.measurement.s3_listing.entries import CUT_LINE, FOLDER, BadLine, Folder
from estimator.measurement.s3_listing.pages import CUT_OFF, read_pages
from estimator.measurement.s3_listing.text_forms import NAMES, Form, form_of, read_lines
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import Refused, UnreadableError, readable
from pricing.reading.problems import DocumentError, printable

SOURCE = "s3-listing"

_EXPECTED = "aws s3 ls --recursive, or the JSON of aws s3api list-objects-v2"
_FIX = "name what one of them wrote"
_MOST_BAD = 0.01  # of the lines; of more than that nobody knows what they were
_HEAD = 1 << 16  # bytes
_WRITTEN = re.compile(r"_CloudTrail\S*_(\d{8}T\d{4})\d*Z[_.]")
_TIME_IN_BRACKETS = re.compile(r"\s*\[\d{4}-\d\d-\d\d ")
_NAMES = 1 << 14  # names to parse in one go


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
    listings: list[_Listing] = []  # without their places
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
    coverage = tally.coverage(until) if whole else Coverage()
    return Actuals(
        SOURCE,
        tally.frame(SOURCE, coverage, bucket_key=False),
        files,
        records,
        skipped=skipped,
        coverage=coverage,
        notices=(
            *_notices(tally, skipped, listings, whole=whole),
            *copies.notices,
            *coverage.notices(),
        ),
        details={"objects": tally.counts(records, markers)},
        by=grain,
    )


@dataclass
class _Listing:
    """The objects of one file by place, its delete markers, the last LastModified."""

    form: Form | None = None  # None is JSON
    places: Counter[Place] = field(default_factory=Counter)
    records: int = 0
    markers: int = 0
    relative: int = 0  # names that begin below their folders
    odds: int = 0  # names in CloudTrail's folders that are none of its files'
    odd: str = ""  # the first of them
    last: str = ""
    recognised: bool = False
    partial: bool = False  # folders or pages of it are missing
    bad: BadLines = field(default_factory=BadLines)
    _names: list[str] = field(default_factory=list)
    _newest: tuple[str, str] = ("", "")  # by its time, the name
    _nested: bool = False  # an object below a folder: the listing is recursive
    _folders: list[Folder] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Add an object; names are parsed many at a time."""
        self._names.append(name)
        if len(self._names) == _NAMES:
            self.count()

    def add_folder(self, folder: Folder) -> None:
        """Add a folder, which is fine where objects below it are listed too."""
        self._folders.append(folder)

    def count(self) -> None:
        """Count the objects that were added since."""
        codes, places = places_of(self._names)
        counts = np.bincount(codes[codes >= 0], minlength=len(places))
        # folders of two trails, below two prefixes, may be of one place
        for place, number in zip(places, counts.tolist(), strict=True):
            self.places[place] += number
        for name in (self._names[at] for at in np.flatnonzero(codes < 0)):
            if "CloudT" not in name and "dTrail" not in name:
                continue
            place = relative_place_of(name)
            if place is not None:
                self.places[place] += 1
                self.relative += 1
            elif not name.endswith("/"):
                self.odd = self.odd or name
                self.odds += 1
        if not self.last:
            # names alone: the listing is as old as its newest file, or younger
            found = filter(None, map(_WRITTEN.search, self._names))
            self._newest = max([self._newest, *((name[1], name.string) for name in found)])
        self._nested = self._nested or any("/" in name.rstrip("/") for name in self._names)
        self._names.clear()

    def finish(self) -> None:
        """Count the rest; folders of a listing that names nothing below them were not listed."""
        self.count()
        for folder in () if self._nested else self._folders:
            self.partial = True
            self.bad.add(folder.number, FOLDER)

    @property
    def is_whole(self) -> bool:
        """Nearly all of the bucket's names are in it: else no day is known whole."""
        return not self.partial and len(self.bad) <= _MOST_BAD * (self.records + len(self.bad))

    @property
    def names_alone(self) -> bool:
        """Nothing but names, which any text could be."""
        return not self.recognised and not self.last and self.form in (None, NAMES)

    @property
    def until(self) -> datetime.datetime | None:
        """The moment of the last object. [UTC]"""
        return _moment(self.last) or written_at(self._newest[1])


def _read(path: str, done: Done) -> _Listing:
    """One file, whole or not at all but for its bad lines."""
    try:
        with readable("a listing of a bucket"), open_plain(path, done) as stream:
            return _read_stream(stream, path)
    except DocumentError as error:
        fault = error.problems[0]
        found = f"JSON that breaks off or is malformed ({fault.found})"
        raise UnreadableError(found, _EXPECTED, _FIX, fault.line) from None


def _read_stream(stream: io.BufferedReader, path: str) -> _Listing:
    begin = stream.peek(_HEAD)[:_HEAD]
    words = begin.decode(encoding_of(begin), "replace")
    listing = _Listing()
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
            listing.records += 1
            # ISO 8601 sorts as text; what does not begin so is no date
            if entry.modified > listing.last and entry.modified[:1] == "2":
                listing.last = entry.modified
            if entry.deleted:
                listing.markers += 1
            else:
                listing.add(entry.name)
    listing.finish()
    # the listing of an empty bucket is a listing: a page without entries, a summary of nothing
    if (not listing.records and not listing.recognised) or (
        listing.names_alone and not listing.places
    ):
        raise UnreadableError("no listing of a bucket" if begin else "empty file", _EXPECTED, _FIX)
    return listing


def _moment(text: str) -> datetime.datetime | None:
    """A moment as listings spell it. [UTC]"""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    # `aws s3 ls` writes no zone: taken as UTC, and a notice says so
    return moment if moment.tzinfo is None else moment.astimezone(datetime.UTC).replace(tzinfo=None)


def _notices(
    tally: Tally, skipped: SkippedFiles, listings: Sequence[_Listing], *, whole: bool
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
        notices.append(
            f"{relative:,} names begin below their folders in the bucket; account, Region and day "
            "are those of the files' own names"
        )
    odds = sum(listing.odds for listing in listings)
    if odds:
        example = next(printable(listing.odd) for listing in listings if listing.odds)
        notices.append(
            f"{odds:,} names with CloudTrail in them are not as CloudTrail writes them, and count "
            f"as other objects, such as {example}"
        )
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


def _is_local(listing: _Listing) -> bool:
    """Tell whether the last time of a listing is of the place where it ran."""
    zoned = listing.last.endswith("Z") or listing.form is None
    named_zone = listing.form is not None and "zone" in listing.form.line.groupindex
    local = listing.form is not None and (listing.form.local or named_zone)
    return bool(listing.last) and local and not zoned
