"""Measurement files: what `measure` wrote, read back; and logs, counted on the spot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from estimator.measurement.billing import measure_bill
from estimator.measurement.cloudtrail_logs import measure_cloudtrail
from estimator.measurement.measurement_files.csv_files import LOST, read_csv
from estimator.measurement.measurement_files.json_files import read_json
from estimator.measurement.measurement_files.merging import Part, merge
from estimator.measurement.paths import Progress, as_paths, find_files
from estimator.measurement.recognition import (
    HEAD,
    LOGS,
    MEASUREMENT,
    beginning_as_utf8,
    kind_of_text,
    own_json,
)
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

__all__ = ["LOST", "detect_formats", "load_actuals", "load_bill"]

Kind = Literal["json", "csv", "logs"]

_EXPECTED = "the JSON or CSV of `kmscost measure`, or log files of CloudTrail"


@dataclass
class Inputs:
    """Paths by what they are: measurement files with their format, and logs."""

    measurements: list[tuple[str, Kind]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)


def load_actuals(
    paths: str | Path | Sequence[str | Path],
    progress: Progress | None = None,
    bucket_keys: bool = False,
) -> Actuals:
    """Read measurements that were kept, as one.

    Parameters
    ----------
    paths : path or sequence of paths
        The JSON or CSV of `kmscost measure`, told apart by their content; folders of them; log
        files of CloudTrail or folders of those, which are counted now. A file of the same bytes
        as another counts once.
    progress : callable, optional
        Called with files and bytes counted so far. [file], [byte]
    bucket_keys : bool
        As for `measure_cloudtrail`: of log files; measurements have it or not.

    Returns
    -------
    Actuals
        Rows, files, skipped files and notices of all; an hour is covered where one covers it.
        Where a CSV is among them, a notice says what it does not tell.

    Raises
    ------
    KmscostError
        A file is no measurement, or two measurements count the same requests.
    """
    inputs = detect_formats(as_paths(paths))
    parts: list[Part] = []
    problems: list[Problem] = []
    copies = []
    # by bytes: a copy in a backup folder would be refused as an overlap, and nobody would see why
    for path, kind, original in _distinct(inputs.measurements):
        if original:
            copies.append(f"{path} has the same bytes as {original}: counted once")
            continue
        try:
            read = read_json(path) if kind == "json" else read_csv(path)
            parts.append(Part(path, read, exact=kind == "json"))
        except KmscostError as error:
            problems += error.problems
    # before logs are counted, which may take minutes
    if problems:
        raise KmscostError(problems)
    if inputs.logs:
        measured = measure_cloudtrail(inputs.logs, progress=progress, bucket_keys=bucket_keys)
        parts.append(Part(inputs.logs[0], measured, exact=True))
    merged = merge(parts)
    if copies:
        merged = replace(merged, notices=(*merged.notices, *copies))
    return merged


def _distinct(files: Sequence[tuple[str, Kind]]) -> Iterator[tuple[str, Kind, str]]:
    """Each file with the one before it whose bytes are the same, if there is one."""
    first: dict[bytes, str] = {}
    for path, kind in files:
        try:
            with Path(path).open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
        except OSError as error:
            raise _unreadable(path, error) from None
        original = first.setdefault(digest, path)
        yield path, kind, "" if original == path else original


def load_bill(paths: str | Path | Sequence[str | Path]) -> Actuals:
    """Read a bill, or what `kmscost measure bill` kept of one.

    Parameters
    ----------
    paths : path or sequence of paths
        What `measure_bill` reads, or its JSON; of several months one file each.

    Raises
    ------
    KmscostError
        As `measure_bill`; a file is a measurement of something else, or measured and other bills
        are named together.
    """
    names = as_paths(paths)
    measured = [name for name in names if _is_measurement(name)]
    if not measured:
        return measure_bill(names)
    others = [name for name in names if name not in measured]
    if others:
        found = "a bill beside the JSON of `kmscost measure bill`, which may hold it"
        fix = "name one kind of them"
        raise KmscostError(Problem(others[0], None, "", found, "one kind of bill", fix))
    parts = [Part(name, read_json(name), exact=True) for name in measured]
    strangers = [part for part in parts if part.actuals.source != "bill"]
    if strangers:
        part = strangers[0]
        found = f"the JSON of `kmscost measure` of {part.actuals.source}"
        fix = "name what AWS billed, or the JSON of `kmscost measure bill`"
        raise KmscostError(Problem(part.path, None, "", found, "a bill", fix))
    return parts[0].actuals if len(parts) == 1 else merge(parts)


def _is_measurement(path: str) -> bool:
    """Tell whether a file is JSON that kmscost wrote, of whatever command."""
    if Path(path).is_dir():
        return False
    try:
        return _kind_of(path) == "json"
    except KmscostError:  # a table of another sort: measure_bill says what it is
        return False


def detect_formats(paths: Sequence[str]) -> Inputs:
    """Sort paths into measurement files and logs.

    In a folder only names ending in .json or .csv are looked into: log folders hold files by the
    million, and those are told by nothing but their bytes.

    Raises
    ------
    KmscostError
        A file is none of it.
    """
    inputs = Inputs()
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            if not Path(path).is_dir():
                _add(inputs, path, _kind_of(path))
                continue
            measured = list(_measured_in(path))
            inputs.measurements += measured
            if not measured:
                inputs.logs.append(path)
                continue
            known = {name for name, _ in measured}
            rest = (file.path for file in find_files([path], SkippedFiles()))
            inputs.logs += [name for name in rest if name not in known]
        except KmscostError as error:
            problems += error.problems
    if problems:
        raise KmscostError(problems)
    return inputs


def _add(inputs: Inputs, path: str, kind: Kind) -> None:
    if kind == "logs":
        inputs.logs.append(path)
    else:
        inputs.measurements.append((path, kind))


def _measured_in(folder: str) -> Iterator[tuple[str, Kind]]:
    for found in find_files([folder], SkippedFiles()):
        if found.path.lower().endswith((".json", ".csv")):
            try:
                kind = _kind_of(found.path)
            except KmscostError:
                continue  # measure says of it why it was skipped
            if kind != "logs":
                yield found.path, kind


def _kind_of(path: str) -> Kind:
    """The kind of a file.

    Raises
    ------
    KmscostError
        It cannot be read, or is text of another sort.
    """
    try:
        with Path(path).open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise _unreadable(path, error) from None
    text = beginning_as_utf8(head)
    if not text or text.startswith(b"["):
        return "logs"
    if text.startswith(b"{"):
        return "json" if own_json(text) else "logs"
    kind = kind_of_text(head)
    if kind == MEASUREMENT:
        return "csv"
    if kind is None or kind == LOGS:
        # a table of events, lines of a console: who counts them knows their forms, and says what
        # they are not
        return "logs"
    fix = "measure it first: `kmscost measure ... --format json`"
    raise KmscostError(Problem(path, None, "", kind.words, _EXPECTED, fix))


def _unreadable(path: str, error: OSError) -> KmscostError:
    found = f"a file that cannot be read ({error.strerror})"
    return KmscostError(Problem(path, None, "", found, "a readable file", ""))
