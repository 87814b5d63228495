"""The JSON of `kmscost measure` to actuals: the round trip is exact."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from estimator.figures import factor
from estimator.measurement.coverage import Coverage
from estimator.measurement.measurement_files.columns import (
    COLUMNS,
    LARGEST,
    SOURCES,
    frame_of,
    missing_or_unknown,
)
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import Skipped, SkippedFiles
from pricing.reading.json_files import find_json_fault
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import nearest, shown

_TYPES: dict[str, type] = {
    "source": str,
    "totals": dict,
    "rows": list,
    "files": int,
    "records": int,
    "duplicates": int,
    "skipped": list,
    "skipped_by_reason": dict,
    "coverage": dict,
    "notices": list,
}
# what only some sources tell
_DETAILS: dict[str, type] = {"failed": dict, "objects": dict, "lines": dict, "usage_types": list}

# keys that only the JSON of another command has
_COMMANDS = {
    "forecast": ("months", "free_tier"),
    "explain": ("steps",),
    "check": ("problems",),
    "rates show": ("rates", "quotas"),
    "simulate": ("quantiles",),
    "reconcile": ("parts", "reading"),
}
_WORDS = {str: "text", dict: "a mapping", list: "a list", int: "a whole number"}
_SKIPPED = {"path": str, "reason": str}
_STREAM = {
    "account": str,
    "region": str,
    "from": str,
    "until": str,
    "hours": int,
    "of_hours": int,
    "share": float,
    "gaps": list,
}
_GAP = {"from": str, "until": str}
_EXPECTED = "the JSON of `kmscost measure`"
_MEASURE = "measure again and keep what it writes"

# of a measurement without rows, whose columns JSON does not tell: what CloudTrail's logs have
_NO_ROWS = (
    *("month", "day", "account", "region", "billed_account", "billed_region", "key", "trail"),
    *("reader", "driver", "folder", "bucket_key", "cause", "operation", "quantity", "unit"),
    *("source", "coverage"),
)


def read_json(path: str) -> Actuals:
    """The measurement in a file.

    Raises
    ------
    KmscostError
        With every problem of the file.
    """
    reading = _Reading(path, _decoded(path))
    told = reading.actuals()
    if told is None or reading.problems:
        raise KmscostError(reading.problems)
    return told


def _decoded(path: str) -> dict[str, Any]:
    data = Path(path).read_bytes().removeprefix(b"\xef\xbb\xbf")
    fix = _MEASURE
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found, line = find_json_fault(data, error)
        raise KmscostError(Problem(path, line, "", found, _EXPECTED, fix)) from None
    except RecursionError:
        found = "JSON nested without end"
        raise KmscostError(Problem(path, None, "", found, _EXPECTED, fix)) from None
    keys = document.keys() if isinstance(document, dict) else ()
    for command, own in _COMMANDS.items():
        if all(key in keys for key in own) and "source" not in keys:
            found = f"the JSON of `kmscost {command}`"
            raise KmscostError(Problem(path, None, "", found, _EXPECTED, ""))
    if not isinstance(document, dict):
        raise KmscostError(Problem(path, None, "", shown(document), _EXPECTED, fix))
    return document


class _Reading:
    """One document, and what is wrong with it."""

    def __init__(self, path: str, told: dict[str, Any]) -> None:
        self.path = path
        self.told = told
        self.problems: list[Problem] = []

    def fail(self, at: str, found: str, expected: str, fix: str = "") -> None:
        self.problems.append(Problem(self.path, None, at, found, expected, fix))

    def actuals(self) -> Actuals | None:
        """The measurement, or None where its parts are none."""
        told = self.told
        self.keys("", told, _TYPES, _DETAILS)
        if self.problems:
            return None
        if told["source"] not in SOURCES:
            self.fail("source", shown(told["source"]), f"one of {', '.join(SOURCES)}")
        for name in ("totals", "skipped_by_reason", "failed", "objects", "lines"):
            self.numbers(name, told.get(name, {}))
        self.items("skipped", told["skipped"], _SKIPPED)
        for at, notice in enumerate(told["notices"]):
            if not isinstance(notice, str):
                self.fail(f"notices[{at}]", shown(notice), "text")
        frame = self.frame()
        coverage = self.coverage()
        if self.problems:
            return None
        skipped = [Skipped(one["path"], one["reason"]) for one in told["skipped"]]
        measured = Actuals(
            source=told["source"],
            told=frame,
            files=told["files"],
            records=told["records"],
            duplicates=told["duplicates"],
            skipped=SkippedFiles.told(skipped, told["skipped_by_reason"]),
            coverage=coverage,
            notices=tuple(told["notices"]),
        )
        return self.with_details(measured)

    def with_details(self, measured: Actuals) -> Actuals:
        """The same with the counts that its rows do not tell."""
        computed, totals = measured.totals, self.told["totals"]
        told, meant = totals.get("requests"), computed["requests"]
        if not isinstance(told, int | float) or not math.isclose(told, meant, rel_tol=1e-9):
            expected = f"{factor(meant)}, the sum of its rows"
            self.fail("totals.requests", shown(told), expected, _MEASURE)
        rest = {name: value for name, value in totals.items() if computed.get(name) != value}
        details = {name: self.told[name] for name in _DETAILS if name in self.told}
        if rest:
            details["totals"] = rest
        return dataclasses.replace(measured, details=details)

    def frame(self) -> Any:
        """The rows as a frame."""
        rows: list[Any] = self.told["rows"]
        names = list(rows[0]) if rows and isinstance(rows[0], dict) else list(_NO_ROWS)
        wrong = missing_or_unknown(names, self.path, None)
        if wrong:
            self.problems += wrong
            return None
        expected = f"the columns of the first row: {', '.join(names)}"
        known = set(names)
        for at, row in enumerate(rows):
            if not isinstance(row, dict):
                self.fail(f"rows[{at}]", shown(row), "a mapping")
            elif row.keys() != known:
                odd = min(row.keys() ^ known)
                found = f"the key {odd!r}" if odd in row else f"no key {odd!r}"
                self.fail(f"rows[{at}]", found, expected)
            elif row["source"] != self.told["source"]:
                told = shown(self.told["source"])
                self.fail(f"rows[{at}].source", shown(row["source"]), f"{told}, as at the top")
            else:
                continue
            return None
        columns = {name: [row[name] for row in rows] for name in names if name in COLUMNS}
        frame, wrong = frame_of(columns, self.path, lambda row, name: (None, f"rows[{row}].{name}"))
        self.problems += wrong
        return frame

    def coverage(self) -> Coverage:
        """The hours covered."""
        told = self.told["coverage"]
        before = len(self.problems)
        self.keys("coverage", told, {"months": list, "streams": list})
        if len(self.problems) == before:
            self.items("coverage.streams", told["streams"], _STREAM)
        if len(self.problems) == before:
            for at, stream in enumerate(told["streams"]):
                self.items(f"coverage.streams[{at}].gaps", stream["gaps"], _GAP)
        if len(self.problems) == before:
            try:
                return Coverage.from_dict(told)
            except ValueError as error:
                place, found = error.args
                expected = "the hours that measure writes"
                self.fail(f"coverage.{place}", found, expected, _MEASURE)
        return Coverage()

    def items(self, at: str, items: Sequence[Any], types: Mapping[str, type]) -> None:
        """Check a list of mappings."""
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                self.fail(f"{at}[{number}]", shown(item), "a mapping")
            else:
                self.keys(f"{at}[{number}]", item, types)

    def keys(
        self,
        at: str,
        told: Mapping[str, Any],
        types: Mapping[str, type],
        optional: Mapping[str, type] | None = None,
    ) -> None:
        """Check a mapping's keys and the kinds of their values."""
        known = {**types, **(optional or {})}
        dot = f"{at}." if at else ""
        for name, value in told.items():
            if name not in known:
                close = nearest(name, known)
                fix = f"did you mean {close}?" if close else ""
                self.fail(at, f"the key {name!r}", f"keys out of {', '.join(known)}", fix)
            elif known[name] is float or known[name] is int:
                self.numbers(f"{dot}{name}", value, whole=known[name] is int)
            elif not isinstance(value, known[name]):
                self.fail(f"{dot}{name}", shown(value), _WORDS[known[name]])
        for name in types:
            if name not in told:
                self.fail(at, f"no key {name!r}", _EXPECTED, _MEASURE)

    def numbers(self, at: str, value: Any, whole: bool = False) -> None:
        """Check a number, or a mapping of them."""
        if isinstance(value, dict) and not whole:
            for name, inner in value.items():
                self.numbers(f"{at}.{name}", inner)
        elif isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            self.fail(at, shown(value), "a whole number" if whole else "a number")
        elif abs(value) > LARGEST or not math.isfinite(value) or (whole and value < 0):
            self.fail(at, shown(value), "0 or more" if whole else "a finite number")
