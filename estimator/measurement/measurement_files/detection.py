"""Detect the format of files by their first bytes: measurements to read, or logs to count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from estimator.measurement.own_columns import FORECAST_COLUMN, MEASURE_COLUMNS
from estimator.measurement.paths import find_files
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["json", "csv", "logs"]

_HEAD = 64 * 1024
_BLANK = b"\xef\xbb\xbf \t\r\n"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_FIRST_KEY = re.compile(rb'\{\s*"([^"\\]*)"\s*:')

# the first keys of what kmscost writes, as it writes them and sorted by other tools; an event of
# CloudTrail begins with none of them
_OF_MEASURE = frozenset({b"source", b"coverage"})
_OF_OTHERS = frozenset(
    {b"totals", b"month", b"months", b"problems", b"rates", b"quantiles", b"free_tier", b"steps"}
)

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
            head = stream.read(_HEAD)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        raise KmscostError(Problem(path, None, "", found, "a readable file", "")) from None
    if head[:2] in _WIDE:  # PowerShell's > writes UTF-16
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    text = head.lstrip(_BLANK)
    if text.startswith(b"{"):
        first = _FIRST_KEY.match(text)
        return "json" if first and first[1] in _OF_MEASURE | _OF_OTHERS else "logs"
    if not text or text.startswith(b"[") or not _is_text(text):
        return "logs"
    return _table(path, text)


def _is_text(head: bytes) -> bool:
    try:
        head[: _HEAD - 8].decode("utf-8")
    except UnicodeDecodeError as error:
        # a character that the end of the head cuts is no fault of the text
        if error.end < len(head) - 8:
            return False
    return b"\0" not in head


def _table(path: str, text: bytes) -> Kind:
    header = text.splitlines()[0].decode("utf-8", "replace").strip()
    columns = set(header.replace('"', "").split(delimiter_of(header)))
    if columns >= MEASURE_COLUMNS:
        return "csv"
    found, fix = "text of another sort", "measure it first: `kmscost measure ... --format json`"
    if FORECAST_COLUMN in columns:
        found = "the CSV of `kmscost forecast`"
    raise KmscostError(Problem(path, None, "", found, _EXPECTED, fix))


def delimiter_of(header: str) -> str:
    """What separates the cells of a table: spreadsheets of half of Europe write semicolons.

    >>> delimiter_of("day;cause;quantity"), delimiter_of("day,cause")
    (';', ',')
    """
    return max(",;\t", key=header.count)
