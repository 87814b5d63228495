"""CloudTrail's logs through Athena: the query, and its result to actuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from estimator.measurement.athena.answer import Answer, Days, read_answer
from estimator.measurement.athena.query import athena_sql as athena_sql
from estimator.measurement.athena.rows import METADATA
from estimator.measurement.cloudtrail_logs.counting import Counted
from estimator.measurement.cloudtrail_logs.gathering import Gathering
from estimator.measurement.paths import as_paths, find_files
from estimator.measurement.recognition import naming_files
from estimator.measurement.result import Actuals
from estimator.measurement.rows import actuals_grain
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

SOURCE = "athena"

_NONE = (
    "none of {:,} events is a request to KMS: the table may lack the Region of the key, "
    "or its trail leave out the events of KMS"
)


@naming_files("measure athena")
def measure_athena(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
) -> Actuals:
    """The KMS requests in CloudTrail's logs, as counted by the query of `athena_sql`.

    Parameters
    ----------
    paths : path or sequence of paths
        Results of the query as Athena writes them (CSV, gzip or not), or all that ``aws athena
        get-query-results`` answers; folders are searched. Several are of different months or
        different tables, none of the same hours.
    by : str or sequence of str, optional
        Columns to tell apart (`estimator.frames.ACTUALS`). Default: all that the logs tell.
    strict : bool
        Whether a file that cannot be read is an error.

    Returns
    -------
    Actuals
        What `measure_cloudtrail` gives of the same logs; ``files`` are results, ``records`` events.

    Raises
    ------
    KmscostError
        Nothing could be read, or something not and `strict`; or two results tell of the same hours.
    """
    names = as_paths(paths)
    columns = actuals_grain(by)
    skipped = SkippedFiles()
    gathering = Gathering(skipped, SOURCE)
    problems: list[Problem] = []
    hours: dict[tuple[str, str], Days] = {}
    counted = 0
    try:
        for found in find_files(names, skipped):
            # beside each result, and of its columns only
            if found.path.endswith(METADATA) and found.path not in names:
                continue
            try:
                answer = read_answer(found.path)
            except KmscostError as error:
                # beside results that can be read it is a skipped file; alone it is the error
                problems += error.problems
                first = error.problems[0]
                place = f"{first.path}:{first.line}" if first.line else first.path
                skipped.add(place, f"{first.at}: {first.found}".removeprefix(": "))
                continue
            _refuse_overlap(found.path, answer, hours)
            # SQL has left out copies already: counts, where the engines over files give events
            counts = Counted(1, answer.records, hours=answer.hours, folding=answer.folding)
            gathering.take(counts)
            gathering.take_counts(answer.requests, answer.copies)
            counted += 1
        if problems and (strict or not counted):
            raise KmscostError(problems)
        if strict and skipped:
            raise skipped.refuse()
        actuals = gathering.actuals(names, columns)
    finally:
        gathering.close()
    if not actuals.totals["requests"] and not actuals.details["failed"]["calls"]:
        return replace(actuals, notices=(_NONE.format(actuals.records), *actuals.notices))
    return actuals


def _refuse_overlap(path: str, answer: Answer, hours: dict[tuple[str, str], Days]) -> None:
    """Two results of the same hours hold the same events, and nothing in them tells which."""
    for (account, region), days in answer.hours.items():
        known = hours.setdefault((account, region), {})
        for day, mask in days.items():
            if known.get(day, 0) & mask:
                found = f"hours of {day} in account {account or '-'} and Region {region or '-'}"
                expected = "hours that no other result tells of: its requests would count twice"
                fix = "query all tables and days at once, or days that follow one another"
                raise KmscostError(
                    Problem(path, None, "", f"{found} that another result has", expected, fix)
                )
            known[day] = known.get(day, 0) | mask
