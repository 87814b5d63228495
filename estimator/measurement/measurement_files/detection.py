"""Detect the format of files by their first bytes: measurements to read, or logs to count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from estimator.measurement.paths import find_files
from estimator.measurement.recognition import (
    HEAD,
    LOGS,
    MEASUREMENT,
    beginning_as_utf8,
    kind_of_text,
    own_json,
)
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["json", "csv", "logs"]

_EXPECTED = "the JSON or CSV of `kmscost measure`, or log files of CloudTrail"


@dataclass
class Inputs:
    """Paths by what they are: measurement files with their format, and logs."""

    measurements: list[tuple[str, Kind]] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)


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
                _add(inputs, path, kind_of(path))
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
                kind = kind_of(found.path)
            except KmscostError:
                continue  # measure says of it why it was skipped
            if kind != "logs":
                yield found.path, kind


def kind_of(path: str) -> Kind:
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
        found = f"a file that cannot be read ({error.strerror})"
        raise KmscostError(Problem(path, None, "", found, "a readable file", "")) from None
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
