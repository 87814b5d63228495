"""Several measurements as one, each request once: what two of them hold is refused."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.frames import ACTUALS
from estimator.measurement.coverage import WHOLE_DAY, Coverage
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import KmscostError, Problem

# a log file holds events of the hour before it, a digest tells of it: measurements of one folder a
# day share the hours where they meet, and no request
_SEAM = datetime.timedelta(hours=2)

Moment = datetime.datetime
Stream = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """One measurement: where it came from, and whether it says which hours it covers."""

    path: str
    told: Actuals
    exact: bool

    @property
    def by_hours(self) -> bool:
        """Whether its coverage names the accounts and Regions that were recorded."""
        return self.exact and self.told.source == "cloudtrail"


def together(parts: Sequence[Part]) -> Actuals:
    """All of them as one.

    Raises
    ------
    KmscostError
        Two hold the same requests.
    """
    if len(parts) == 1:
        return parts[0].told
    _refuse_overlaps(parts)
    told = [part.told for part in parts]
    skipped = SkippedFiles()
    for one in told:
        skipped.join(one.skipped)
    coverage = _covered(one.coverage for one in told)
    # what each says of its own hours is no longer true of all of them
    said = [line for one in told for line in one.notices if line not in one.coverage.notices()]
    sources = sorted({one.source for one in told})
    details = _added([{**one.details, "totals": one.totals} for one in told])
    measured = _stacked([one.measured for one in told])
    joined = Actuals(
        source=", ".join(sources),
        told=measured,
        files=sum(one.files for one in told),
        records=sum(one.records for one in told),
        duplicates=sum(one.duplicates for one in told),
        skipped=skipped,
        coverage=coverage,
        notices=(*dict.fromkeys(said), *coverage.notices()),
    )
    # sums over the rows say the same, but not of columns that some rows are without
    made = joined.totals
    rest = {name: value for name, value in details["totals"].items() if made.get(name) != value}
    details["totals"] = rest
    return dataclasses.replace(joined, details=details)


def _stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of all, with every column that one of them has; unknown where one has not."""
    columns: dict[str, Any] = {}
    for column in ACTUALS:
        if not any(column.name in frame for frame in frames):
            continue
        unknown: Any = {"category": "", "bool": False, "int64": 0, "float64": float("nan")}.get(
            column.dtype, pd.NaT
        )
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


def _covered(parts: Iterable[Coverage]) -> Coverage:
    """Every hour that one of them covers."""
    hours: dict[Stream, dict[datetime.date, int]] = {}
    for part in parts:
        for stream, days in part.hours.items():
            known = hours.setdefault(stream, {})
            for day, mask in days.items():
                known[day] = known.get(day, 0) | mask
    return Coverage(hours)


def _added(trees: Sequence[Any]) -> Any:
    """Numbers added up, in mappings too; lists one after another."""
    if all(isinstance(one, Mapping) for one in trees):
        names = dict.fromkeys(name for one in trees for name in one)
        return {name: _added([one[name] for one in trees if name in one]) for name in names}
    if all(isinstance(one, list) for one in trees):
        return [item for one in trees for item in one]
    return sum(trees)


def _refuse_overlaps(parts: Sequence[Part]) -> None:
    problems = [*_same_hours(parts), *_same_rows(parts), *_same_bills(parts)]
    if problems:
        raise KmscostError(problems)


def _same_hours(parts: Sequence[Part]) -> Iterable[Problem]:
    """Measurements of logs that cover an hour of one account and Region alike."""
    spans = [(span, part) for part in parts if part.by_hours and (span := _span(part))]
    known: dict[Stream, list[tuple[Mapping[datetime.date, int], Part, Moment]]] = {}
    for (begin, end), part in sorted(spans, key=lambda one: (one[0], one[1].path)):
        clashes: dict[str, Problem] = {}
        for stream, days in part.told.coverage.hours.items():
            for others, other, other_begin in known.setdefault(stream, []):
                if other.path in clashes or min(days) > max(others):
                    continue
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
    hours = [days for days in part.told.coverage.hours.values() if days]
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
        min(max((one - midnight) // datetime.timedelta(hours=1), 0), 24) for one in (begin, end)
    )
    return (1 << high) - (1 << low)


def _same_rows(parts: Sequence[Part]) -> Iterable[Problem]:
    """Measurements that count requests of one cause, day, account and Region alike."""
    known: dict[tuple[Any, ...], dict[Stream, list[tuple[Part, int]]]] = {}
    for part in parts:
        if part.told.source == "bill":
            continue
        clashes: dict[str, Problem] = {}
        fresh: list[tuple[dict[Stream, list[tuple[Part, int]]], Stream, int]] = []
        for cause, day, stream in _claims(part):
            mask = WHOLE_DAY
            if part.exact and part.told.source != "cloudtrail":
                days = part.told.coverage.hours.get(("", ""), {})
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
        for at_hand, stream, mask in fresh:
            at_hand.setdefault(stream, []).append((part, mask))
        yield from clashes.values()


def _claims(part: Part) -> Iterable[tuple[str, Any, Stream]]:
    frame = part.told.measured
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
        frame = part.told.measured
        if part.told.source != "bill":
            months |= {str(month): part for month in frame["month"].dropna().unique()}
            continue
        names = [name for name in ("month", "payer", "billed_account") if name in frame]
        mine = {tuple(map(str, one)) for one in frame[names].drop_duplicates().to_numpy()}
        clash = next((one for one in sorted(mine) if one in known), None)
        if clash:
            where = f"account {clash[-1]}" if len(clash) > 1 else "the bill"
            yield _twice(part, known[clash], clash[0], where)
        known |= {one: part for one in mine if one not in known}
    for month, *_ in sorted(known):
        if month in months:
            bill = next(part for one, part in known.items() if one[0] == month)
            yield _twice(months.pop(month), bill, month, "all that a bill holds")


def _twice(part: Part, other: Part, when: str, where: str) -> Problem:
    found = f"{when} ({where}) in {other.path} as well"
    expected = "each request in one measurement: both together would count it twice"
    fix = "leave one of them out, or measure their logs in one go"
    return Problem(part.path, None, "", found, expected, fix)
