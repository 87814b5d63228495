"""Names of objects by the million to counts of objects: only distinct folders are parsed."""

from __future__ import annotations

import datetime
import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np

from estimator.measurement.object_name import DIGEST, digest_trail, parse_folder, parse_relative

# AWS News Blog, "AWS CloudTrail - Capture AWS API Activity", 2013-11-13 (checked 2026-11-23): a
# name of an earlier day is not CloudTrail's, and must not stretch the coverage to the year 1
FIRST_DAY = datetime.date(2013, 11, 13)

# F21 of a file's own name: <account>_CloudTrail..., of ASCII without a slash, ends in .json.gz
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_FILE = re.compile(r"[0-9]{12}_CloudTr[A-Za-z0-9_.-]*\.json\.gz")
_SHORTEST = 12 + len("_CloudTr") + len(".json.gz")

# what follows the trail and the home Region in a digest's name: all that differs within a day
_DIGEST_TIME = len("_YYYYMMDDTHHMMSSZ.json.gz")

# what every source of names alone must tell its reader
AT_MOST = (
    "{} cannot tell objects under SSE-KMS from others, nor those under an S3 Bucket Key: each {} "
    "counts as one request, which is the most it can have made"
)


class Place(NamedTuple):
    """An object as its name describes it; `trail` only where it is a digest."""

    account: str
    region: str
    folder: str
    trail: str
    day: datetime.date


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


def place_of(name: str) -> Place | None:
    """The place of the object of this name, or None where CloudTrail did not write it.

    >>> day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/10/17/"
    >>> name = "111122223333_CloudTrail_eu-west-1_20231017T0450Z_KREKSWgLUgTraBu8.json.gz"
    >>> place_of(day + name).region
    'eu-west-1'
    >>> place_of(day) is None, place_of(day + "notes.txt") is None
    (True, True)
    """
    path, slash, file = name.rpartition("/")
    if not _FILE.fullmatch(file):
        return None
    return _place(path + slash, digest_trail(file) if f"/{DIGEST}/" in path else "")


def relative_place_of(name: str) -> Place | None:
    """The place of an object by a name that begins below its folders (`parse_relative`)."""
    file = name.rpartition("/")[2]
    if not _FILE.fullmatch(file):
        return None
    found = parse_relative(name)
    if found is None or found.day < FIRST_DAY:
        return None
    trail = digest_trail(file) if found.folder == DIGEST else ""
    return Place(found.account, found.region, found.folder, trail, found.day)


@lru_cache(maxsize=65536)
def _place(path: str, trail: str) -> Place | None:
    found = parse_folder(path)
    if found is None or found.day < FIRST_DAY:
        return None
    return Place(found.account, found.region, found.folder, trail, found.day)


def places_of(names: Iterable[str]) -> tuple[np.ndarray[Any, Any], list[Place]]:
    """For each name the index of its place, -1 where CloudTrail did not write it; the places."""
    places: list[Place] = []
    # by path, and by the trail too where it is a digest's
    known: dict[str | tuple[str, str], int] = {}
    codes = []
    for name in names:
        path, _slash, file = name.rpartition("/")
        if not _FILE.fullmatch(file):
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
        place = _place(path, "") if path.endswith("/") else None
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
    """Indices of the files between these bytes that are named as `_FILE`: many bytes at a time."""
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
