"""Is this data good enough to calibrate on? Every reason why not, at once."""

from __future__ import annotations

import itertools

import numpy as np

from estimator.calibration.arn_matching import MOST_NAMED
from estimator.calibration.measured import CAUSES, Measured, lay_out
from estimator.calibration.recorded_days import Window, measured_window
from estimator.calibration.rows import requests_without_day
from estimator.figures import listed, plural, share
from estimator.inventory import Inventory
from estimator.measurement.doubts import ELSEWHERE, find_doubts
from estimator.measurement.result import Actuals
from estimator.months import FloatArray
from pricing.reading.problems import KmscostError, Problem

# two of each weekday: with fewer a Sunday cannot be told from a quiet day
LEAST_DAYS = 14
LEAST_COVERAGE = 0.9
MOST_SKIPPED = 0.05

_FORCE = "or calibrate on it all the same with --force"


def no_cloudtrail(actuals: Actuals, path: str) -> KmscostError | None:
    """The error of a measurement that holds nothing of CloudTrail's at all."""
    rows = actuals.measured
    if not rows.empty and rows["cause"].isin(list(CAUSES)).any():
        return None
    found = f"no request of CloudTrail's among {actuals.records:,} records"
    if actuals.source == "bill":
        found = "a bill, which cannot tell CloudTrail's requests from others"
    expected = "puts and gets of log files, as `kmscost measure cloudtrail` counts them"
    fix = "measure the logs of the account and Region of the trail's key"
    return KmscostError(Problem(path, None, "", found, expected, fix))


def no_trail(inventory: Inventory) -> KmscostError | None:
    """The error of an inventory that has nothing to calibrate."""
    if any(trail.key is not None for trail in inventory.trails):
        return None
    found, expected = "no trail under a key", "one: only its files cause KMS requests"
    return KmscostError(Problem(inventory.path, None, "trails", found, expected, ""))


def lay_out_measured(inventory: Inventory, actuals: Actuals, place: str) -> Measured:
    """Lay measurements out over the trails of an inventory.

    Raises
    ------
    KmscostError
        There is no trail under a key, nothing of CloudTrail's, or no day.
    """
    window = measured_window(actuals)
    error = no_trail(inventory) or no_cloudtrail(actuals, place)
    if error or window is None:
        raise error or KmscostError(
            Problem(place, None, "", "no day", "measurements by day", "measure with --by day,...")
        )
    return lay_out(inventory, actuals, window)


def covered_share(measured: Measured) -> FloatArray:
    """Of each day the share that was recorded, of the measured trail that is known least. [0-1]"""
    rows = measured.exposure[measured.with_puts]
    least: FloatArray = rows.min(axis=0) if len(rows) else measured.recorded
    return least


def refusals(actuals: Actuals, measured: Measured, path: str) -> list[Problem]:
    """Every reason not to trust what would come out."""

    def because(found: str, expected: str, fix: str) -> Problem:
        return Problem(path, None, "", found, expected, f"{fix}, {_FORCE}")

    problems = []
    days = covered_share(measured)
    whole = int((days >= 0.5).sum())
    first = measured.window.first
    if whole < LEAST_DAYS:
        s = "s" * (whole != 1)
        found = f"{whole} day{s} recorded ({first} until {measured.window.until})"
        expected = f"{LEAST_DAYS} days or more, two of each weekday"
        problems.append(because(found, expected, "measure more days"))
    if (part := float(days.mean())) < LEAST_COVERAGE:
        found = f"{share(part)} of the hours from {first} until {measured.window.until} covered"
        problems.append(because(found, f"{share(LEAST_COVERAGE)} or more", "add the missing logs"))
    gaps = _gaps(days, measured.window)
    if gaps:
        found = f"whole days without a record: {listed(gaps, MOST_NAMED)}"
        problems.append(because(found, "no gap", "add the missing logs"))
    known = (measured.exposure >= 0.5) & ~measured.hidden
    days_known = int(known[measured.with_puts].sum(axis=1).min(initial=whole))
    if days_known < LEAST_DAYS <= whole:
        of = f"{plural(days_known, 'day')} of {whole}"
        found = f"files of {of}: a Bucket Key hides those of the others"
        expected = f"{LEAST_DAYS} days or more, two of each weekday"
        problems.append(because(found, expected, "measure object names of the others too"))
    if measured.with_puts.any() and measured.untold > MOST_SKIPPED * measured.puts:
        of = f"{measured.untold:,.0f} of {measured.puts:,.0f} puts"
        found = f"{of} that do not tell their day, account or Region"
        expected = f"no more than {share(MOST_SKIPPED)}"
        problems.append(because(found, expected, "measure whole events"))
    skipped = len(actuals.skipped)
    if skipped > MOST_SKIPPED * (actuals.files + skipped):
        found = f"{skipped:,} of {actuals.files + skipped:,} files skipped"
        lines = listed(actuals.skipped.lines(), most=3)
        expected = f"no more than {share(MOST_SKIPPED)}"
        problems.append(because(f"{found} ({lines})", expected, "mend or remove them"))
    return problems


def unread(actuals: Actuals) -> list[str]:
    """What the measurement did not read, also where it is little enough to calibrate."""
    notices = []
    if skipped := len(actuals.skipped):
        lines = listed(actuals.skipped.lines(), most=3)
        what = f"{skipped:,} files or lines were not read, and no number knows them"
        notices.append(f"{what}: {lines}")
    notices += find_doubts(actuals.notices, ELSEWHERE)
    if undated := round(requests_without_day(actuals.measured)):
        notices.append(f"{plural(undated, 'request')} without a day: no number knows them")
    return notices


def hidden_days(measured: Measured) -> list[str]:
    """The days on which a Bucket Key hid the files of trails: they are none without files."""
    notices = []
    for trail, days in zip(measured.inventory.trails, measured.hidden, strict=True):
        if not days.any():
            continue
        columns = np.flatnonzero(days)
        first, last = measured.window.day(columns[0]), measured.window.day(columns[-1])
        count = plural(len(columns), "day")
        what = f"trail {trail.name}: a Bucket Key hides its files on {count} ({first} to {last})"
        fix = "measure object names of these days too"
        if not trail.bucket.bucket_key:
            fix += ", and set bucket_key: true if it is on"
        notices.append(f"{what}, which tell no files_per_day: {fix}")
    return notices


def unlisted(measured: Measured) -> list[str]:
    """The streams that object names of one folder tell nothing of: they are none without files."""
    found = _one_folder(measured)
    if found is None:
        return []
    names, streams = found
    left = plural(streams, "stream", "elsewhere is", "elsewhere are")
    fix = "list the whole bucket if it holds their files"
    return [f"{names}: {left} not measured, and forecast as those that are: {fix}"]


def not_all_listed(measured: Measured, path: str) -> Problem | None:
    """The reason not to compare a forecast of all streams with the names of some."""
    found = _one_folder(measured)
    if found is None:
        return None
    expected = f"names of {plural(found[1], 'more stream')} of the inventory as well"
    fix = "list the whole bucket, or backtest an inventory of what is listed"
    return Problem(path, None, "", found[0], expected, fix)


def _one_folder(measured: Measured) -> tuple[str, int] | None:
    """The words for names of one folder, and how many streams these leave out."""
    chosen = np.isin(measured.streams.trail, np.flatnonzero(measured.with_puts))
    left = int((chosen & ~measured.listed).sum())
    if measured.reach is None or not left:
        return None
    return f"object names of {measured.reach} alone, as where one folder was listed", left


def nothing_placed(measured: Measured, path: str) -> Problem | None:
    """The reason that no force helps against: no put belongs to a trail of the inventory."""
    if measured.with_puts.any():
        return None
    strangers = measured.places.strangers
    seen = f"puts of {listed(strangers, MOST_NAMED)} alone" if strangers else "no put of a log file"
    if measured.unplaced:
        seen = f"{measured.unplaced:,.0f} puts, none with a trail, account and Region of it"
        expected = "puts of the trails, accounts and Regions that the inventory lists"
        fix = "add them to it; or measure again without --by, which leaves columns out"
        return Problem(path, None, "", seen, expected, fix)
    with_key = [trail.name for trail in measured.inventory.trails if trail.key is not None]
    names = listed(with_key, MOST_NAMED)
    expected = f"puts of a trail of the inventory: {names or 'it has none with a key'}"
    fix = "give the trail the name and account of its ARN, or its key the `arn`"
    return Problem(path, None, "", seen, expected, fix)


def nothing_covered(actuals: Actuals, measured: Measured, path: str) -> Problem | None:
    """The other such reason: a count of no known time is a rate of nothing."""
    if covered_share(measured).any():
        return None
    lines = listed(actuals.skipped.lines(), most=3)
    found = f"no hour that is covered{f' ({lines})' * bool(lines)}"
    expected = "a measurement that knows of which days it holds all"
    return Problem(path, None, "", found, expected, "measure again, with all of its files")


def _gaps(days: FloatArray, window: Window) -> list[str]:
    """Runs of days without a record between days with some."""
    known = np.flatnonzero(days > 0)
    gaps = []
    for before, after in itertools.pairwise(known.tolist()):
        if after > before + 1:
            first, until = window.day(before + 1), window.day(after)
            count = after - before - 1
            gaps.append(f"{first}" if count == 1 else f"{first} until {until} ({count} days)")
    return gaps
