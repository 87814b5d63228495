"""Names of objects by the million to counts by place and kind, and these to actuals.

Only distinct folders are parsed, and little memory is used however many objects there are.
"""

from __future__ import annotations

import datetime
import importlib
import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pandas as pd

from estimator.measurement.coverage import Coverage
from estimator.measurement.object_name import (
    DIGEST,
    FILE_NAME,
    Place,
    digest_trail,
    place_in,
    place_of,
)
from estimator.measurement.rows import actuals_frame

# of `FILE_NAME`: its characters, and how short it can be
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_SHORTEST = 12 + len("_CloudTr") + len(".json.gz")

# what follows the trail and the home Region in a digest's name: all that differs within a day
_DIGEST_TIME = len("_YYYYMMDDTHHMMSSZ.json.gz")

# KMS requests that writing an object made, by `Kind.requests`
_REQUESTS = {"one": 1.0, "none": 0.0, "unknown": math.nan}

# what every source of names alone must tell its reader
AT_MOST = (
    "{} cannot tell objects under SSE-KMS from others, nor those under an S3 Bucket Key: each {} "
    "counts as one request, which is the most it can have made"
)


class Kind(NamedTuple):
    """The properties of an object that a source tells beside its name.

    Attributes
    ----------
    requests : str
        ``one``, ``none``, or ``unknown`` under a Bucket Key: KMS requests that writing it made.
    encryption : str
        As the source spells it; ``unknown`` where it does not say.
    bucket_key, replica : bool
        Written under an S3 Bucket Key; written by replication.
    """

    requests: str = "one"
    encryption: str = "unknown"
    bucket_key: bool = False
    replica: bool = False


# how many objects there are of each place and kind
Groups = list[tuple[Place, Kind, int]]


def places_of(names: Iterable[str]) -> tuple[np.ndarray[Any, Any], list[Place]]:
    """For each name the index of its place, -1 where CloudTrail did not write it; the places."""
    places: list[Place] = []
    # by path, and by the trail too where it is a digest's
    known: dict[str | tuple[str, str], int] = {}
    codes = []
    for name in names:
        path, _slash, file = name.rpartition("/")
        if not FILE_NAME.fullmatch(file):
            codes.append(-1)
            continue
        trail = digest_trail(file) if DIGEST in path else ""
        key = (path, trail) if trail else path
        code = known.get(key)
        if code is None:
            place = place_of(name)
            code = known[key] = -1 if place is None else len(places)
            places += [] if place is None else [place]
        codes.append(code)
    return np.array(codes, dtype=np.int64), places


def arrow_places_of(names: Any, *, escaped: bool) -> tuple[np.ndarray[Any, Any], list[Place]]:
    """As `places_of`, of a pyarrow array, without a Python object for each name.

    Parameters
    ----------
    names : pyarrow.StringArray
        Names of objects, without nulls.
    escaped : bool
        The names are URL-encoded.
    """
    pc = importlib.import_module("pyarrow.compute")
    codes = np.full(len(names), -1, dtype=np.int64)
    if not len(names):
        return codes, []
    folders = pc.ascii_rtrim(names, characters=_CHARACTERS)
    starts, data = _buffers(names)
    cuts, _ = _buffers(folders)
    files, ends = starts[:-1] + np.diff(cuts), starts[1:]
    rows = np.flatnonzero(ends - files >= _SHORTEST)
    if not len(rows):
        return codes, []
    if escaped and np.any(data[np.maximum(files[rows] - 1, 0)] == ord("%")):
        # a slash written as %2F: never seen in an inventory, so it may be slow
        return places_of(map(unquote, names.to_pylist()))
    rows = rows[_named_by_cloudtrail(data, files[rows], ends[rows])]
    if len(rows) < len(names):
        folders, names = folders.take(rows), names.take(rows)
    indices, paths = _encode(folders)
    of_path = np.full(len(paths), -1, dtype=np.int64)
    places: list[Place] = []
    digests = []
    for number, path in enumerate(paths):
        place = place_in(path, "") if path.endswith("/") else None
        if place is not None:
            of_path[number] = len(places)
            places.append(place)
            if place.folder == DIGEST:
                digests.append(number)
    codes[rows] = of_path[indices]
    if digests:
        digest_rows = np.flatnonzero(np.isin(indices, digests))
        trails, more = _digest_places(names.take(digest_rows))
        codes[rows[digest_rows]] = np.where(trails >= 0, trails + len(places), -1)
        places += more
    return codes, places


def _digest_places(names: Any) -> tuple[np.ndarray[Any, Any], list[Place]]:
    """The places of digests: told apart by all of a name but its time, one name parsed of each."""
    pc = importlib.import_module("pyarrow.compute")
    indices, _ = _encode(pc.utf8_slice_codeunits(names, start=0, stop=-_DIGEST_TIME))
    distinct, first = np.unique(indices, return_index=True)
    found, places = places_of(names.take(first).to_pylist())
    of_stem = np.full(int(distinct[-1]) + 1, -1, dtype=np.int64)
    of_stem[distinct] = found
    return of_stem[indices], places


def _encode(texts: Any) -> tuple[np.ndarray[Any, Any], list[str]]:
    pa = importlib.import_module("pyarrow")
    encoded = texts.dictionary_encode()
    # by way of bytes: what is no UTF-8 must not stop the count
    distinct = encoded.dictionary.view(pa.binary()).to_pylist()
    return encoded.indices.to_numpy(), [text.decode(errors="replace") for text in distinct]


def _buffers(texts: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Offsets and bytes of a string array, not copied."""
    _, offsets, data = texts.buffers()
    begin, end = texts.offset, texts.offset + len(texts) + 1
    return (
        np.frombuffer(offsets, dtype=np.int32)[begin:end].astype(np.int64),
        np.frombuffer(data or b"", dtype=np.uint8),
    )


def _named_by_cloudtrail(
    data: np.ndarray[Any, Any], files: np.ndarray[Any, Any], ends: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Indices of the files between these bytes that CloudTrail named: many bytes at a time."""
    heads = _take_bytes(data, files, 20).view([("eight", "<u8"), ("four", "<u4"), ("word", "<u8")])
    matches = heads["word"] == int.from_bytes(b"_CloudTr", "little")
    matches &= _take_bytes(data, ends - 8, 8).view("<u8") == int.from_bytes(b".json.gz", "little")
    matches &= _are_digits(heads["eight"].astype("<u8"))
    matches &= _are_digits(heads["four"].astype("<u8") | np.uint64(0x30303030_00000000))
    return np.flatnonzero(matches)


def _take_bytes(
    data: np.ndarray[Any, Any], places: np.ndarray[Any, Any], size: int
) -> np.ndarray[Any, Any]:
    """The `size` bytes at each place, as one item."""
    windows: np.ndarray[Any, Any] = np.ndarray(
        (data.size - size + 1,), dtype=f"V{size}", buffer=data, strides=(1,)
    )
    # not take(), which would copy all windows into memory first
    found: np.ndarray[Any, Any] = windows[places]
    return found


def _are_digits(words: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Mark the words of eight ASCII digits: 0x30 to 0x39, where plus six leaves the high half."""
    high, zeros, six = (np.uint64(byte * 0x0101010101010101) for byte in (0xF0, 0x30, 0x06))
    digits: np.ndarray[Any, Any] = ((words & high) == zeros) & (((words + six) & high) == zeros)
    return digits


def group_objects(
    codes: np.ndarray[Any, Any],
    places: Sequence[Place],
    kinds: np.ndarray[Any, Any],
    kind_of: Callable[[int], Kind],
) -> Groups:
    """Count the objects of each place and kind; `kinds` are small numbers."""
    named = codes >= 0
    codes, kinds = codes[named], kinds[named]
    known = {number: kind_of(number) for number in np.unique(kinds).tolist()}
    most = max(known, default=0) + 1
    distinct, counts = np.unique(codes * most + kinds, return_counts=True)
    return [
        (places[key // most], known[key % most], count)
        for key, count in zip(distinct.tolist(), counts.tolist(), strict=True)
    ]


class Tally:
    """Objects counted by place and kind, in little memory however many there are."""

    _COMPACT = 1 << 20  # entries to gather before equal ones are added up

    def __init__(self) -> None:
        self.kinds: Counter[Kind] = Counter()
        self._streams: dict[tuple[str, ...], int] = {}
        self._codes: dict[Kind, int] = {}
        self._keys = array("q")
        self._counts = array("q")
        self._limit = self._COMPACT

    @property
    def objects(self) -> int:
        """CloudTrail's objects so far."""
        return self.kinds.total()

    def add(self, groups: Groups) -> None:
        """Add objects."""
        for place, kind, count in groups:
            stream = self._streams.setdefault(place[:4], len(self._streams))
            code = self._codes.setdefault(kind, len(self._codes))
            # a stream, 20 bits of day, 8 bits of kind
            self._keys.append((stream << 20 | place.day.toordinal()) << 8 | code)
            self._counts.append(count)
            self.kinds[kind] += count
        if len(self._keys) > self._limit:
            self._sum()
            self._limit = max(self._COMPACT, 2 * len(self._keys))

    def coverage(self, until: datetime.datetime | None) -> Coverage:
        """Whole days from the first object's to a moment, whichever account and Region. [UTC]"""
        if not self._keys or until is None:
            return Coverage()
        self._sum()
        ordinals = np.frombuffer(self._keys, dtype=np.int64) >> 8 & 0xFFFFF
        first = datetime.date.fromordinal(int(ordinals.min()))
        return Coverage.of_span(datetime.datetime.combine(first, datetime.time()), until)

    def frame(self, source: str, coverage: Coverage, *, bucket_key: bool) -> pd.DataFrame:
        """The actuals frame; the column `bucket_key` only where the source tells it. [request]"""
        self._sum()
        keys = np.array(self._keys, dtype=np.int64)
        files = np.array(self._counts, dtype=float)
        kinds = keys & 0xFF
        days, day_of = np.unique(keys >> 8 & 0xFFFFF, return_inverse=True)
        dates = [datetime.date.fromordinal(day) for day in days.tolist()]
        shares = np.array([coverage.of_day("", "", day) for day in dates], dtype=float)
        account, region, folder, trail = (
            np.array([stream[part] for stream in self._streams], dtype=object)[keys >> 28]
            for part in range(4)
        )
        replica = np.array([kind.replica for kind in self._codes], dtype=bool)[kinds]
        each = np.array([_REQUESTS[kind.requests] for kind in self._codes], dtype=float)
        with_key = np.array([kind.bucket_key for kind in self._codes], dtype=bool)
        cause = np.where(folder == DIGEST, "digest", "put")
        columns: dict[str, Any] = {
            "day": np.array(dates, dtype=object)[day_of],
            "account": account,
            "region": region,
            "trail": trail,
            "driver": trail,
            "folder": folder,
            "bucket_key": with_key[kinds],
            # a replica is no delivery of CloudTrail's, digest or not (F19)
            "cause": np.where(replica, "replication", cause),
            "operation": np.where(replica, "Encrypt", "GenerateDataKey"),
            "quantity": files * each[kinds],
            "unit": np.full(len(keys), "request"),
            "files": files,
            "source": np.full(len(keys), source),
            "coverage": shares[day_of],
        }
        if not bucket_key:
            del columns["bucket_key"]
        return actuals_frame(columns)

    def counts(self, records: int, delete_markers: int) -> dict[str, Any]:
        """Counts of the objects seen, by sort: ``objects`` of the JSON."""
        by_encryption: Counter[str] = Counter()
        for kind, count in self.kinds.items():
            by_encryption[kind.encryption] += count
        return {
            "cloudtrail": self.objects,
            "other": records - delete_markers - self.objects,
            "delete_markers": delete_markers,
            "by_encryption": dict(sorted(by_encryption.items())),
        }

    def _sum(self) -> None:
        if not self._keys:
            return
        keys, index = np.unique(np.frombuffer(self._keys, dtype=np.int64), return_inverse=True)
        counts = np.zeros(len(keys), dtype=np.int64)
        np.add.at(counts, index, np.frombuffer(self._counts, dtype=np.int64))
        self._keys, self._counts = array("q", keys.tobytes()), array("q", counts.tobytes())
