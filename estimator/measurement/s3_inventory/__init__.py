"""S3 Inventory to actuals: what CloudTrail put into the bucket, from names and statuses."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from estimator.figures import plural
from estimator.measurement.coverage import Coverage
from estimator.measurement.object_counts import Tally
from estimator.measurement.paths import Done, Progress
from estimator.measurement.recognition import naming_files
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_grain
from estimator.measurement.s3_inventory.manifest import (
    DataFile,
    Manifest,
    find_manifest,
    places,
    read_manifest,
    refusal,
)
from estimator.measurement.s3_inventory.tables import (
    Counted,
    count_part,
    parts_of,
    require_reader,
)
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.unreadable import CANNOT, UnreadableError, cannot_read, readable
from estimator.measurement.workers import Pending, ReadingThreads
from pricing.reading.problems import KmscostError, Problem

SOURCE = "s3-inventory"


@naming_files("measure s3-inventory")
def measure_s3_inventory(
    manifest: str | Path,
    by: str | Sequence[str] | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Actuals:
    """The KMS requests that writing the objects of an S3 Inventory made.

    Each version of an object under SSE-KMS or DSSE-KMS was one GenerateDataKey, a replica one
    Encrypt; objects encrypted otherwise made none, and count in ``files`` only (F2, F8, F19).

    Parameters
    ----------
    manifest : path
        The inventory's ``manifest.json``, or a folder with it, of whose inventories the newest is
        measured; its data files are looked for by their key under the
        folders above it, and near it.
    by : str or sequence of str, optional
        Columns of the rows. Default: all that names tell.
    strict : bool
        A data file that cannot be read is an error.
    progress : callable, optional
        Called with files and bytes done so far. [file], [byte]

    Returns
    -------
    Actuals
        Rows by day and kind of object, `quantity` in requests; ``details["objects"]`` counts
        CloudTrail's objects, others, delete markers and, of CloudTrail's, each encryption.

    Raises
    ------
    KmscostError
        The manifest is none, or no data file can be read.
    UsageError
        `by` names no column.

    Notes
    -----
    S3 User Guide, "Amazon S3 Inventory list" (manifest, columns and their values).
    """
    grain = actuals_grain(by)
    name, older = find_manifest(manifest)
    listed = read_manifest(name)
    require_reader(listed)
    found = _Found(Tally())
    done = Done(progress)
    for file in _count_files(listed):
        found.add(file)
        done.add(1, file.listed.size or 0)
    if strict and found.skipped:
        raise found.skipped.refuse()
    if not found.files:
        raise _refuse_nothing(listed, found)
    # any day's objects may stand in a data file that was not counted
    coverage = Coverage() if found.skipped else found.tally.coverage(listed.created)
    return Actuals(
        SOURCE,
        found.tally.frame(SOURCE, coverage, bucket_key="bucketkeystatus" in found.columns),
        found.files,
        found.records,
        skipped=found.skipped,
        coverage=coverage,
        notices=(*older, *_notices(listed, found), *coverage.notices()),
        details={"objects": found.tally.counts(found.records, found.delete_markers)},
        by=grain,
    )


@dataclass
class _File:
    """One data file of the manifest: where it is, why it does not count, and its parts."""

    listed: DataFile
    path: str = ""
    reason: str = ""
    parts: list[Counted] = field(default_factory=list)


@dataclass
class _Found:
    """The objects of all data files, counted."""

    tally: Tally
    files: int = 0
    records: int = 0
    delete_markers: int = 0
    columns: frozenset[str] = frozenset()
    skipped: SkippedFiles = field(default_factory=SkippedFiles)
    missing: int = 0

    def add(self, file: _File) -> None:
        """Add a file, whole or not at all."""
        if file.reason:
            self.skipped.add(file.path or file.listed.key, file.reason)
            self.missing += not file.path
            return
        self.files += 1
        for part in file.parts:
            self.records += part.records
            self.delete_markers += part.delete_markers
            self.tally.add(part.groups)
            self.columns |= part.columns


def _count_files(manifest: Manifest) -> Iterator[_File]:
    """Every data file, counted; parts are read side by side, few files ahead."""
    workers = os.cpu_count() or 1
    ahead: deque[tuple[_File, Pending[str], list[Pending[Counted]]]] = deque()
    # after Ctrl-C nobody wants what is still to be read
    with closing(ReadingThreads(workers)) as threads:
        for listed in manifest.files:
            file = _locate(manifest, listed)
            parts = [] if file.reason else _parts(file, manifest)
            check = threads.submit(_check, file)
            counts = [threads.submit(count_part, file.path, part, manifest) for part in parts]
            ahead.append((file, check, counts))
            # a manifest may list files by the thousand: counts of few are in memory
            if len(ahead) > 2 * workers:
                yield _collect(*ahead.popleft(), manifest)
        while ahead:
            yield _collect(*ahead.popleft(), manifest)


def _locate(manifest: Manifest, listed: DataFile) -> _File:
    # not Path.is_file, which raises where a folder may not be entered or a key is too long
    candidates = (path for path in places(manifest, listed) if os.path.isfile(path))  # noqa: PTH113
    path = next(candidates, "")
    return _File(listed, path, "" if path else "data file that is not there")


def _parts(file: _File, manifest: Manifest) -> Sequence[int]:
    try:
        with readable():
            return parts_of(file.path, manifest)
    except UnreadableError as error:
        file.reason = _why_unreadable(error, manifest)
        return ()


def _check(file: _File) -> str:
    """Why the bytes are not right, or nothing."""
    if not file.path:
        return ""
    try:
        return refusal(file.listed, file.path)
    except OSError as error:
        return cannot_read(error)


def _collect(
    file: _File, check: Pending[str], counts: list[Pending[Counted]], manifest: Manifest
) -> _File:
    # bytes that are not S3's explain a file that cannot be read
    if reason := check.result():
        file.reason = reason
        return file
    for count in counts:
        try:
            with readable():
                file.parts.append(count.result())
        except UnreadableError as error:
            file.reason = _why_unreadable(error, manifest)
    return file


def _why_unreadable(error: UnreadableError, manifest: Manifest) -> str:
    """The reason of a data file that cannot be counted, in the words of inventories."""
    if error.found.startswith(CANNOT):
        return error.found
    gzip = ".gz" if manifest.format == "CSV" else ""
    return f"data file that is no whole {manifest.format}{gzip} with the columns of an inventory"


def _refuse_nothing(manifest: Manifest, found: _Found) -> KmscostError:
    """The error where no data file could be read."""
    total = len(manifest.files)
    if found.missing < total:
        return found.skipped.refuse()
    first = manifest.files[0]
    candidates = list(dict.fromkeys(places(manifest, first)))
    # every folder above the manifest was tried: those that are here at all tell most
    here = str(Path(manifest.path).absolute().parent)
    near = [path for path in candidates if path.startswith(here) or Path(path).parent.is_dir()]
    places_tried = "; ".join(near)
    if far := len(candidates) - len(near):
        places_tried += f"; and {far} more in folders above"
    return KmscostError(
        Problem(
            manifest.path,
            None,
            "files",
            f"none of the {total:,} data files, such as {first.key}",
            f"them on this machine; of that one these were tried: {places_tried}",
            "copy the data files too, for example with: aws s3 sync",
        )
    )


def _notices(manifest: Manifest, found: _Found) -> list[str]:
    notices = []
    kinds = found.tally.kinds
    if found.skipped:
        notices.append(
            f"{len(found.skipped):,} of {len(manifest.files):,} data files were not counted: "
            "every figure is too low, and no hour is covered"
        )
    if manifest.altered:
        notices.append("manifest.json is not the file that manifest.checksum beside it is about")
    if not found.tally.objects:
        notices.append("no object has a name as CloudTrail writes it")
    with_key = sum(count for kind, count in kinds.items() if kind.bucket_key)
    if with_key:
        notices.append(
            f"{plural(with_key, 'object', 'was', 'were')} written under an S3 Bucket Key: how many "
            f"requests that made cannot be told from names, at most {with_key:,}; such objects "
            "count in files only"
        )
    unknown = sum(count for kind, count in kinds.items() if kind.encryption == "unknown")
    if "encryptionstatus" not in found.columns:
        notices.append(
            "the inventory has no EncryptionStatus: objects under SSE-KMS cannot be told from "
            "others, so each counts as one request, which is the most it can have made"
        )
    elif unknown:
        notices.append(
            f"{plural(unknown, 'object', 'has', 'have')} no EncryptionStatus that is known: each "
            "counts as one request, which is the most it can have made"
        )
    if "bucketkeystatus" not in found.columns and found.tally.objects:
        notices.append(
            "the inventory has no BucketKeyStatus: under an S3 Bucket Key there were fewer requests"
        )
    notices.append("objects deleted before the inventory was made are not in it")
    return notices
