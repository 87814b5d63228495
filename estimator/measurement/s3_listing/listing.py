"""The objects of one listing: how many of each place, and whether they are all."""

from __future__ import annotations

import datetime
import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from estimator.measurement.object_counts import places_of
from estimator.measurement.object_name import Place, relative_place_of, written_at
from estimator.measurement.plain_files import BadLines
from estimator.measurement.s3_listing.entries import FOLDER, SUMMARY, Entry, Folder, Total
from estimator.measurement.s3_listing.text_forms import NAMES, Form

MOST_BAD = 0.01  # of the lines; of more than that nobody knows what they were
_WRITTEN = re.compile(r"_CloudTrail\S*_(\d{8}T\d{4})\d*Z[_.]")
_NAMES = 1 << 14  # names to parse in one go


@dataclass
class Listing:
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
    identities: array[int] = field(default_factory=lambda: array("q"))  # of CloudTrail's objects
    _total: Total | None = None
    _names: list[str] = field(default_factory=list)
    _hashes: list[int] = field(default_factory=list)
    _newest: tuple[str, str] = ("", "")  # by its time, the name
    _nested: bool = False  # an object below a folder: the listing is recursive
    _folders: list[Folder] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Add an object; names are parsed many at a time."""
        self._names.append(entry.name)
        self._hashes.append(hash((entry.name, entry.version)))
        if len(self._names) == _NAMES:
            self.count()

    def add_folder(self, folder: Folder) -> None:
        """Add a folder, which is fine where objects below it are listed too."""
        self._folders.append(folder)

    def add_total(self, total: Total) -> None:
        """Add what the tool says of its objects, of each listing in the file."""
        before = self._total.objects if self._total else 0
        self._total = Total(total.number, before + total.objects)

    def count(self) -> None:
        """Count the objects that were added since."""
        codes, places = places_of(self._names)
        counts = np.bincount(codes[codes >= 0], minlength=len(places))
        # folders of two trails, below two prefixes, may be of one place
        for known, number in zip(places, counts.tolist(), strict=True):
            self.places[known] += number
        hashes = np.array(self._hashes, dtype=np.int64)
        self.identities.frombytes(hashes[codes >= 0].tobytes())
        for at in np.flatnonzero(codes < 0):
            name = self._names[at]
            if "CloudT" not in name and "dTrail" not in name:
                continue
            place = relative_place_of(name)
            if place is not None:
                self.places[place] += 1
                self.identities.append(self._hashes[at])
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
        self._hashes.clear()

    def finish(self) -> None:
        """Count the rest; folders of a listing that names nothing below them were not listed."""
        self.count()
        for folder in () if self._nested else self._folders:
            self.partial = True
            self.bad.add(folder.number, FOLDER)
        if self._total and self._total.objects > self.records:
            self.partial = True
            self.bad.add(self._total.number, SUMMARY)

    @property
    def is_whole(self) -> bool:
        """Nearly all of the bucket's names are in it: else no day is known whole."""
        return not self.partial and len(self.bad) <= MOST_BAD * (self.records + len(self.bad))

    @property
    def names_alone(self) -> bool:
        """Nothing but names, which any text could be."""
        return not self.recognised and not self.last and self.form in (None, NAMES)

    @property
    def until(self) -> datetime.datetime | None:
        """The moment of the last object. [UTC]"""
        return _moment(self.last) or written_at(self._newest[1])


def count_repeated(listings: Sequence[Listing]) -> int:
    """Objects that were listed before, in the same listing or another."""
    identities = np.concatenate([np.frombuffer(listing.identities, "q") for listing in listings])
    return len(identities) - len(np.unique(identities))


def _moment(text: str) -> datetime.datetime | None:
    """A moment as listings spell it. [UTC]"""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    # `aws s3 ls` writes no zone: taken as UTC, and a notice says so
    return moment if moment.tzinfo is None else moment.astimezone(datetime.UTC).replace(tzinfo=None)
