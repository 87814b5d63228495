"""Several measurements as one, each request once: what two of them hold is refused."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.frames import ACTUALS
from estimator.measurement.cloudtrail_logs.replay_records import REPLAY, add_replays
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import SkippedFiles
from estimator.measurement.sources import sources_that_count
from pricing.reading.problems import KmscostError, Problem

# a log file holds events of the hour before it, a digest tells of it: measurements of one folder a
# day share the hours where they meet, and no request
_SEAM = datetime.timedelta(hours=2)

_OF_REQUESTS = sources_that_count("requests")

Moment = datetime.datetime
Stream = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A measurement: its path, and whether it tells the hours that it covers."""

    path: str
    actuals: Actuals
    exact: bool

    @property
    def by_hours(self) -> bool:
        """Tell whether its coverage names the accounts and Regions that were recorded."""
        return self.exact and self.actuals.source == "cloudtrail"


def merge(parts: Sequence[Part]) -> Actuals:
    """All measurements as one.

    Raises
    ------
    KmscostError
        Two hold the same requests.
    """
    if len(parts) == 1:
        return parts[0].actuals
    _refuse_overlaps(parts)
    measurements = [part.actuals for part in parts]
    skipped = SkippedFiles()
    for actuals in measurements:
        skipped.join(actuals.skipped)
    coverage = _merge_coverage(actuals.coverage for actuals in measurements)
    # what each says of its own hours is no longer true of all of them
    notices = [
        notice
        for actuals in measurements
        for notice in actuals.notices
        if notice not in actuals.coverage.notices()
    ]
    sources = sorted({actuals.source for actuals in measurements})
    details = _add([{**_plain(actuals), "totals": actuals.totals} for actuals in measurements])
    replay = add_replays(
        [each.details.get(REPLAY) for each in measurements if each.source in _OF_REQUESTS]
    )
    if replay is not None:
        details[REPLAY] = replay
    merged = Actuals(
        source=", ".join(sources),
        all_rows=_stack([actuals.measured for actuals in measurements]),
        files=sum(actuals.files for actuals in measurements),
        records=sum(actuals.records for actuals in measurements),
        duplicates=sum(actuals.duplicates for actuals in measurements),
        skipped=skipped,
        coverage=coverage,
        notices=(*dict.fromkeys(notices), *coverage.notices()),
    )
    # sums over the rows say the same, but not of columns that some rows are without
    computed = merged.totals
    rest = {name: value for name, value in details["totals"].items() if computed.get(name) != value}
    details["totals"] = rest
    return dataclasses.replace(merged, details=details)


def _plain(actuals: Actuals) -> dict[str, Any]:
    """The details that add up."""
    return {name: value for name, value in actuals.details.items() if name != REPLAY}


def _stack(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all, with every column that one of them has; unknown where one has not."""
    columns: dict[str, Any] = {}
    for column in ACTUALS:
        if not any(column.name in frame for frame in frames):
            continue
        unknown: Any = {"category": "", "bool": False, "int64": 0, "float64": float("nan")}.get(
            column.dtype, pd.NaT
        )
        # as objects: a column that a frame is without has no categories or periods to join
        cells = [
            frame[column.name].astype(object)
            if column.name in frame
            else pd.Series([unknown] * len(frame), dtype=object)
            for frame in frames
        ]
        stacked: Any = pd.concat(cells, ignore_index=True)
        if column.dtype.startswith("period"):
            columns[column.name] = pd.PeriodIndex(stacked, freq=column.dtype[-2])
        else:
            columns[column.name] = stacked.astype(column.dtype)
    return pd.DataFrame(columns)


def _merge_coverage(parts: Iterable[Coverage]) -> Coverage:
    """Every hour that one of them covers."""
    hours: dict[Stream, dict[datetime.date, int]] = {}
    for part in parts:
        for stream, days in part.hours.items():
            known = hours.setdefault(stream, {})
            for day, mask in days.items():
                known[day] = known.get(day, 0) | mask
    return Coverage(hours)


def _add(trees: Sequence[Any]) -> Any:
    """Add up numbers, in mappings too; lists come one after another."""
    if all(isinstance(tree, Mapping) for tree in trees):
        names = dict.fromkeys(name for tree in trees for name in tree)
        return {name: _add([tree[name] for tree in trees if name in tree]) for name in names}
    if all(isinstance(tree, list) for tree in trees):
        return [item for tree in trees for item in tree]
    return sum(trees)


def _refuse_overlaps(parts: Sequence[Part]) -> None:
    problems = [*_same_hours(parts), *_same_rows(parts), *_same_bills(parts)]
    if problems:
        raise KmscostError(problems)


def _same_hours(parts: Sequence[Part]) -> Iterable[Problem]:
    """Measurements of logs that cover an hour of one account and Region alike."""
    spans = [(span, part) for part in parts if part.by_hours and (span := _span(part))]
    known: dict[Stream, list[tuple[Mapping[datetime.date, int], Part, Moment]]] = {}
    # by their begin: a measurement can then only share its own first hours with those before
    for (begin, end), part in sorted(spans, key=lambda item: (item[0], item[1].path)):
        clashes: dict[str, Problem] = {}
        for stream, days in part.actuals.coverage.hours.items():
            for others, other, other_begin in known.setdefault(stream, []):
                if other.path in clashes or min(days) > max(others):
                    continue
                # a short one may lie in these two hours whole, and would count twice
                is_seam = other_begin < begin and end - begin > _SEAM
                for day in days.keys() & others.keys():
                    both = days[day] & others[day]
                    if is_seam:
                        both &= ~_hours_of(day, begin, begin + _SEAM)
                    if both:
                        where = f"account {stream[0]} in {stream[1]}"
                        clashes[other.path] = _twice(part, other, f"{day}", where)
                        break
            known[stream].append((days, part, begin))
        yield from clashes.values()


def _span(part: Part) -> tuple[Moment, Moment] | None:
    """The first hour that a measurement covers, and the one after its last. [UTC]"""
    hours = [days for days in part.actuals.coverage.hours.values() if days]
    if not hours:
        return None
    first, last = min(map(min, hours)), max(map(max, hours))
    low = min((days[first] & -days[first]).bit_length() - 1 for days in hours if first in days)
    high = max(days[last].bit_length() for days in hours if last in days)
    midnight = datetime.time()
    return (
        Moment.combine(first, midnight) + datetime.timedelta(hours=low),
        Moment.combine(last, midnight) + datetime.timedelta(hours=high),
    )


def _hours_of(day: datetime.date, begin: Moment, end: Moment) -> int:
    """The hours of a day from one moment to another, a bit each."""
    midnight = Moment.combine(day, datetime.time())
    low, high = (
        min(max((moment - midnight) // datetime.timedelta(hours=1), 0), 24)
        for moment in (begin, end)
    )
    return (1 << high) - (1 << low)


def _same_rows(parts: Sequence[Part]) -> Iterable[Problem]:
    """Measurements that count requests of one cause, day, account and Region alike."""
    known: dict[tuple[Any, ...], dict[Stream, list[tuple[Part, int]]]] = {}
    for part in parts:
        if part.actuals.source == "bill":
            continue
        clashes: dict[str, Problem] = {}
        fresh: list[tuple[dict[Stream, list[tuple[Part, int]]], Stream, int]] = []
        for cause, day, stream in _claims(part):
            # a CSV tells no hours, and logs tell theirs by account: compared by whole days
            mask = WHOLE_DAY
            if part.exact and part.actuals.source != "cloudtrail":
                days = part.actuals.coverage.hours.get(("", ""), {})
                mask = days.get(day.start_time.date(), WHOLE_DAY)
            at_hand = known.setdefault((cause, day), {})
            # a Bucket Key's requests do not tell the account: they may be anyone's
            anyone = [other for other in at_hand if stream == ("", "") or other == ("", "")]
            for other_stream in {stream, *anyone}:
                for other, hours in at_hand.get(other_stream, ()):
                    if hours & mask and not (other.by_hours and part.by_hours):
                        where = f"cause {cause}" + (f", account {stream[0]}" if stream[0] else "")
                        clashes.setdefault(other.path, _twice(part, other, str(day), where))
            fresh.append((at_hand, stream, mask))
        # after all of it: a part's own rows of one day are no overlap
        for at_hand, stream, mask in fresh:
            at_hand.setdefault(stream, []).append((part, mask))
        yield from clashes.values()


def _claims(part: Part) -> Iterable[tuple[str, Any, Stream]]:
    frame = part.actuals.measured
    frame = frame[(frame["unit"] == "request") & frame["day"].notna()]
    names = [name for name in ("account", "region") if name in frame]
    keys = frame[["cause", "day", *names]].drop_duplicates()
    blank = [""] * len(keys)
    account, region = (keys.get(name, blank) for name in ("account", "region"))
    for cause, day, *stream in zip(keys["cause"], keys["day"], account, region, strict=True):
        yield str(cause), day, (str(stream[0]), str(stream[1]))


def _same_bills(parts: Sequence[Part]) -> Iterable[Problem]:
    """A bill beside whatever else: it holds the requests of its whole months."""
    known: dict[tuple[str, ...], Part] = {}
    months: dict[str, Part] = {}
    for part in parts:
        frame = part.actuals.measured
        if part.actuals.source != "bill":
            months |= {str(month): part for month in frame["month"].dropna().unique()}
            continue
        names = [name for name in ("month", "payer", "billed_account") if name in frame]
        claims = {tuple(map(str, row)) for row in frame[names].drop_duplicates().to_numpy()}
        clash = next((claim for claim in sorted(claims) if claim in known), None)
        if clash:
            where = f"account {clash[-1]}" if len(clash) > 1 else "the bill"
            yield _twice(part, known[clash], clash[0], where)
        known |= {claim: part for claim in claims if claim not in known}
    for month, *_ in sorted(known):
        if month in months:
            bill = next(part for claim, part in known.items() if claim[0] == month)
            yield _twice(months.pop(month), bill, month, "all that a bill holds")


def _twice(part: Part, other: Part, when: str, where: str) -> Problem:
    found = f"{when} ({where}) in {other.path} as well"
    expected = "each request in one measurement: both together would count it twice"
    fix = "leave one of them out, or measure their logs in one go"
    return Problem(part.path, None, "", found, expected, fix)
