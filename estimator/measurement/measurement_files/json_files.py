"""The JSON of `kmscost measure` to actuals: the round trip is exact."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from estimator.figures import factor
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY, odd_record
from estimator.measurement.coverage import Coverage
from estimator.measurement.doubts import restore_doubts
from estimator.measurement.measurement_files.columns import frame_of, missing_or_unknown
from estimator.measurement.measurement_files.models import DETAILS, MeasurementFile
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import Skipped, SkippedFiles
from pricing.reading.files import to_utf8
from pricing.reading.json_files import decode_json_bytes
from pricing.reading.key_owners import allowed_keys
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import describe, did_you_mean, shown

# keys that only the JSON of another command has
_COMMANDS = {
    "forecast": ("months", "free_tier"),
    "explain": ("steps",),
    "check": ("problems",),
    "rates show": ("rates", "quotas"),
    "simulate": ("quantiles",),
    "reconcile": ("parts", "reading"),
}
_EXPECTED = "the JSON of `kmscost measure`"
_MEASURE = "measure again and keep what it writes"

# what was expected where pydantic found something of another kind
_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "less_than_equal": "a finite number",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
}

# of a measurement without rows, whose columns JSON does not tell: what CloudTrail's logs have
_NO_ROWS = (
    *("month", "day", "account", "region", "billed_account", "billed_region", "key", "trail"),
    *("reader", "driver", "folder", "bucket_key", "service", "caller", "resource", "cause"),
    *("operation", "quantity", "unit", "meter", "source", "coverage"),
)


def read_json(path: str) -> Actuals:
    """The measurement in a file.

    Raises
    ------
    KmscostError
        With every problem of the file.
    """
    document = _decode(path)
    try:
        read = MeasurementFile.model_validate(document)
    except ValidationError as error:
        raise KmscostError(_problem(details, path) for details in error.errors()) from None
    frame, problems = _read_rows(read, path)
    coverage = Coverage()
    try:
        coverage = Coverage.from_dict(document["coverage"])
    except ValueError as error:
        place, found = error.args
        expected = "the hours that measure writes"
        problems.append(Problem(path, None, f"coverage.{place}", found, expected, _MEASURE))
    odd = odd_record(document.get(REPLAY, {}).get("requesters", ()))
    if odd is not None:
        place, found, expected = odd
        at = f"{REPLAY}.requesters[{place}]"
        problems.append(Problem(path, None, at, found, expected, _MEASURE))
    left_out = sum(read.skipped_by_reason.values())
    if left_out < len(read.skipped):
        # a file that was not read makes what was calibrated on the others less sure
        found, expected = shown(left_out), f"{len(read.skipped):,} or more, as many as are listed"
        problems.append(Problem(path, None, "skipped_by_reason", found, expected, _MEASURE))
    if problems:
        raise KmscostError(problems)
    actuals = Actuals(
        source=read.source,
        all_rows=frame,
        files=read.files,
        records=read.records,
        duplicates=read.duplicates,
        skipped=SkippedFiles.from_report(
            [Skipped(file.path, file.reason) for file in read.skipped], read.skipped_by_reason
        ),
        coverage=coverage,
        notices=restore_doubts(read.notices, document.get("doubts", ())),
    )
    return _with_details(actuals, document, path)


def _decode(path: str) -> dict[str, Any]:
    data = to_utf8(path, Path(path).read_bytes())
    document = decode_json_bytes(data, path, Any, _EXPECTED, _MEASURE)
    keys = document.keys() if isinstance(document, dict) else ()
    for command, own in _COMMANDS.items():
        # measure names its source, and none of the others does
        if all(key in keys for key in own) and "source" not in keys:
            found = f"the JSON of `kmscost {command}`"
            raise KmscostError(Problem(path, None, "", found, _EXPECTED, ""))
    if not isinstance(document, dict):
        raise KmscostError(Problem(path, None, "", shown(document), _EXPECTED, _MEASURE))
    return document


def _problem(details: ErrorDetails, path: str) -> Problem:
    """An error of pydantic's in the words of a file that a program wrote, not a person."""
    *parents, last = details["loc"]
    kind, context = details["type"], details.get("ctx", {})
    at, found, fix = describe(details["loc"]), shown(details["input"]), ""
    if kind == "missing":
        at, found, expected, fix = describe(parents), f"no key {last!r}", _EXPECTED, _MEASURE
    elif kind == "extra_forbidden":
        known = sorted(allowed_keys(MeasurementFile, parents))
        at, found = describe(parents), f"the key {last!r}"
        expected = f"keys out of {', '.join(known)}"
        fix = did_you_mean(str(last), known)
    elif kind == "literal_error":
        expected = f"one of {context['expected'].replace(chr(39), '').replace(' or ', ', ')}"
    elif kind == "greater_than_equal":
        # the lower bound of other numbers only keeps their sums finite
        expected = "a finite number" if context["ge"] else "0 or more"
    else:
        expected = _KINDS.get(kind, details["msg"])
    return Problem(path, None, at, found, expected, fix)


def _read_rows(read: MeasurementFile, path: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows as a frame, and everything that is wrong with them."""
    rows: Sequence[Any] = read.rows
    names = list(rows[0]) if rows and isinstance(rows[0], dict) else list(_NO_ROWS)
    problems = missing_or_unknown(names, path, None)
    problems = problems or _odd_rows(rows, names, read.source, path)
    if problems:
        return pd.DataFrame(), problems
    columns = {name: [row[name] for row in rows] for name in names}
    return frame_of(columns, path, lambda row, name: (None, f"rows[{row}].{name}"))


def _odd_rows(rows: Sequence[Any], names: Sequence[str], source: str, path: str) -> list[Problem]:
    """The first row that is not like the first of all; the rest may be odd in the same way."""
    known = set(names)
    for number, row in enumerate(rows):
        at, expected = f"rows[{number}]", "a mapping"
        if not isinstance(row, dict):
            found = shown(row)
        elif row.keys() != known:
            odd = min(row.keys() ^ known)
            found = f"the key {odd!r}" if odd in row else f"no key {odd!r}"
            expected = f"the columns of the first row: {', '.join(names)}"
        elif row["source"] != source:
            at, found = f"{at}.source", shown(row["source"])
            expected = f"{shown(source)}, as at the top"
        else:
            continue
        return [Problem(path, None, at, found, expected, "")]
    return []


def _other_sums(
    totals: dict[str, Any], computed: dict[str, Any], name: str, path: str
) -> Iterator[Problem]:
    """The sums of causes or operations that are not those of the rows, of which one was changed."""
    for key in sorted(totals[name].keys() | computed[name].keys()):
        written, summed = totals[name].get(key, 0.0), computed[name].get(key, 0.0)
        if not math.isclose(written, summed, rel_tol=1e-9, abs_tol=1e-9):
            expected = f"{factor(summed)}, the sum of its rows"
            yield Problem(path, None, f"totals.{name}.{key}", shown(written), expected, _MEASURE)


def _with_details(actuals: Actuals, document: dict[str, Any], path: str) -> Actuals:
    """The same with the counts that its rows do not tell."""
    computed, totals = actuals.totals, document["totals"]
    # rows that somebody took out by hand would be a measurement that lies
    if not math.isclose(totals["requests"], computed["requests"], rel_tol=1e-9):
        found = shown(totals["requests"])
        expected = f"{factor(computed['requests'])}, the sum of its rows"
        raise KmscostError(Problem(path, None, "totals.requests", found, expected, _MEASURE))
    problems = [
        problem
        for column in ("cause", "operation")
        if column in actuals.measured
        for problem in _other_sums(totals, computed, f"by_{column}", path)
    ]
    if problems:
        raise KmscostError(problems)
    rest = {name: value for name, value in totals.items() if computed.get(name) != value}
    # as the document has them: a model would make 3 of 3.0 and add keys
    details = {name: document[name] for name in DETAILS if name in document}
    if rest:
        details["totals"] = rest
    return dataclasses.replace(actuals, details=details)
