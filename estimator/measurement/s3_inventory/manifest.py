"""The manifest of an S3 Inventory: which one to measure, what it lists, where these files are."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from estimator.figures import listed
from estimator.measurement.paths import find_files
from estimator.measurement.skipped import SkippedFiles, readable_name
from pricing.reading.files import to_utf8
from pricing.reading.magic_numbers import GZIP, ORC, PARQUET
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import LongNumber, shown, whole_number

FORMATS = {"CSV": "CSV", "ORC": "ORC", "PARQUET": "Parquet"}

_NAME = "manifest.json"
_MOST_NAMED = 5
_LARGEST = 64 << 20  # bytes; 100,000 data files are about 20 MB
_FIX = "name the manifest.json that S3 Inventory wrote"
# the version that each manifest has of its own (S3 User Guide, "Inventory manifest"): a time before
# it is in seconds, and its day would end the coverage in 1970
_FIRST_DAY = datetime.date(2016, 11, 30)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file as the manifest lists it: its name in the bucket, its size and its MD5. [byte]"""

    key: str
    size: int | None
    md5: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest, checked.

    Attributes
    ----------
    path : str
        Where it is on this machine.
    format : str
        ``CSV``, ``ORC`` or ``Parquet``.
    columns : tuple of str
        Columns of CSV files in their order, lower case without separators; else empty.
    created : datetime
        When S3 began to list the bucket. [UTC]
    files : tuple of DataFile
    altered : bool
        Its bytes are not those that the checksum file beside it is about.
    """

    path: str
    format: str
    columns: tuple[str, ...]
    created: datetime.datetime
    files: tuple[DataFile, ...]
    altered: bool


def plain(column: str) -> str:
    """A column's name as every format spells it.

    >>> plain("BucketKeyStatus") == plain(" bucket_key_status") == "bucketkeystatus"
    True
    """
    return column.strip().replace("_", "").lower()


def find_manifest(path: str | Path) -> tuple[str, tuple[str, ...]]:
    """The manifest at a path, the newest of one inventory below it, and what to say of the others.

    S3 writes ``<source bucket>/<inventory>/<time>/manifest.json`` (S3 User Guide, "Locating your
    inventory list"); times sort as text.

    Raises
    ------
    KmscostError
        There is none in the folder, or those of several inventories.
    """
    name = os.fspath(path)
    if not os.path.isdir(name):  # noqa: PTH112  # Path.is_dir raises where a name is too long
        return name, ()
    inventories: dict[Path, list[Path]] = defaultdict(list)
    for found in find_files([name], SkippedFiles()):
        place = Path(found.path)
        if place.name == _NAME:
            inventories[place.parent.parent].append(place)
    if not inventories:
        found_none, fix = f"no {_NAME} in the folder", "copy it too, with the folder of its time"
        problem = Problem(name, None, "", found_none, f"the {_NAME} of an S3 Inventory", fix)
        raise KmscostError(problem)
    if len(inventories) > 1:
        folders = sorted(map(str, inventories))
        found_several = f"{len(folders)} inventories: {listed(folders, _MOST_NAMED)}"
        # two inventories may list one bucket: together every object would count twice
        fix = "name the folder of one of them, or its manifest"
        raise KmscostError(Problem(name, None, "", found_several, "one inventory", fix))
    ((_, manifests),) = inventories.items()
    newest = max(manifests, key=lambda manifest: manifest.parent.name)
    if len(manifests) == 1:
        return str(newest), ()
    line = f"of {len(manifests)} inventories in the folder, the newest is measured: {newest}"
    return str(newest), (line,)


def read_manifest(path: str | Path) -> Manifest:
    """Read a manifest; all its mistakes are reported at once.

    Raises
    ------
    KmscostError
        It is not there, cannot be read or is no manifest.
    """
    name = os.fspath(path)
    data = _read(name)
    document = _document(name, data)
    problems: list[Problem] = []

    def refuse(at: str, found: str, expected: str) -> None:
        problems.append(Problem(name, None, at, found, expected, _FIX))

    kind = FORMATS.get(str(document.get("fileFormat")).upper(), "")
    if not kind:
        refuse("fileFormat", shown(document.get("fileFormat")), "CSV, ORC or Parquet")
    columns: tuple[str, ...] = ()
    # ORC and Parquet name their columns themselves
    if kind == "CSV":
        columns = tuple(plain(entry) for entry in str(document.get("fileSchema") or "").split(","))
        if "key" not in columns:
            refuse("fileSchema", shown(document.get("fileSchema")), "columns with Key among them")
    created = _moment(document.get("creationTimestamp"))
    if created is None or created.date() < _FIRST_DAY:
        found = shown(document.get("creationTimestamp"))
        refuse("creationTimestamp", found, "milliseconds since 1970, UTC")
    entries = document.get("files")
    files = [_data_file(entry) for entry in entries] if isinstance(entries, list) else []
    if not files:
        refuse("files", "no data files", "at least one")
    known_keys: set[str] = set()
    for number, file in enumerate(files):
        for at, found, expected in _faults_of(entries, number, file):
            refuse(at, found, expected)
        if file is not None and file.key in known_keys:
            refuse(f"files[{number}].key", "a data file that stands above", "each data file once")
        known_keys |= {file.key} if file is not None else set()
    if problems or created is None:
        raise KmscostError(problems)
    known = tuple(entry for entry in files if entry is not None)
    return Manifest(name, kind, columns, created, known, _is_altered(name, data))


def places(manifest: Manifest, file: DataFile) -> Iterator[str]:
    """Paths where a data file may be: its whole key under a folder above the manifest, or near."""
    # a manifest comes from elsewhere: no part of a key may lead out of the folders
    key = PurePosixPath(*(part for part in file.key.split("/") if part not in ("", ".", "..")))
    here = Path(manifest.path).absolute().parent
    for folder in (here, *here.parents):
        yield str(folder / key)
    for folder in (here, here.parent):
        for below in ("files", "data", ""):
            yield str(folder / below / key.name)


def data_paths(path: str | Path) -> list[str]:
    """Return the data files of a manifest that are there.

    Raises
    ------
    KmscostError
        It is no manifest.
    """
    manifest = read_manifest(path)
    return [
        place
        for file in manifest.files
        for place in places(manifest, file)
        if Path(place).is_file()
    ]


def refusal(file: DataFile, path: str) -> str:
    """Why a data file's bytes are not those that S3 wrote, or nothing."""
    # the size first: an MD5 of gigabytes takes its time
    if file.size is not None and Path(path).stat().st_size != file.size:
        return "data file whose size is not the one in the manifest"
    if not file.md5:
        return ""
    with Path(path).open("rb") as stream:
        digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    if digest.hexdigest() != file.md5.lower():
        return "data file whose MD5 is not the one in the manifest"
    return ""


def _read(name: str) -> bytes:
    expected = "the manifest.json of an S3 Inventory"
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        found = str(getattr(error, "strerror", None) or error).lower()
        raise KmscostError(Problem(name, None, "", found, expected, _FIX)) from None
    if len(data) > _LARGEST:
        found = f"more than {_LARGEST >> 20} MB"
        raise KmscostError(Problem(name, None, "", found, expected, _FIX))
    return data


def _document(name: str, data: bytes) -> dict[str, Any]:
    expected = "the manifest.json of an S3 Inventory"
    try:
        document = json.loads(to_utf8(name, data), parse_int=whole_number)
    except json.JSONDecodeError as error:
        found = _other_file(data) or f"no JSON ({error.msg.lower()})"
        raise KmscostError(Problem(name, error.lineno, "", found, expected, _FIX)) from None
    except (ValueError, RecursionError):
        found = _other_file(data) or "no JSON"
        raise KmscostError(Problem(name, None, "", found, expected, _FIX)) from None
    if not isinstance(document, dict) or "files" not in document:
        raise KmscostError(Problem(name, None, "", "JSON without files", expected, _FIX))
    return document


def _other_file(data: bytes) -> str:
    """What stands beside a manifest and is none, by its name."""
    text = data.strip()
    if text.startswith((PARQUET, ORC, GZIP)) or (text[:1] == b'"' and b'","' in text):
        return "a data file of an inventory"
    return ""


def _faults_of(entries: Any, number: int, file: DataFile | None) -> Iterator[tuple[str, str, str]]:
    """What is wrong with an entry: where, what was found and what was expected."""
    at = f"files[{number}]"
    if file is None:
        yield at, "no key", "key, size and MD5checksum of a data file"
        return
    size = entries[number].get("size")
    if isinstance(size, LongNumber):
        yield f"{at}.size", shown(size), "a size in bytes"
    # half of a surrogate pair: no name of a file, and nothing that can be shown as it is
    if readable_name(file.key) != file.key:
        yield f"{at}.key", readable_name(file.key), "text that is whole"


def _data_file(entry: Any) -> DataFile | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or not entry["key"]:
        return None
    size = entry.get("size")
    # what a manifest lacks is not checked
    md5 = entry.get("MD5checksum")
    return DataFile(
        entry["key"], size if isinstance(size, int) else None, md5 if isinstance(md5, str) else ""
    )


def _moment(stamp: Any) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromtimestamp(int(stamp) / 1000, datetime.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=None)


def _is_altered(name: str, data: bytes) -> bool:
    beside = Path(name).with_name("manifest.checksum")
    try:
        checksum = beside.read_text(encoding="ascii").strip().lower()
    except (OSError, UnicodeDecodeError):
        return False
    return checksum != hashlib.md5(data, usedforsecurity=False).hexdigest()
