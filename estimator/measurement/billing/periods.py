"""The moments of a bill's lines: days, months, and which part of a month the bill covers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable

import pandas as pd

from estimator.measurement.billing.cells import clean
from estimator.measurement.coverage import Coverage
from estimator.measurement.unreadable import UnreadableError

_DAY = pd.Timedelta(days=1)
_ANYWHERE = ("", "")  # a bill's lines tell neither account nor Region of what is not in it
_DATED = re.compile(r"\d{4}([-/]?)\d{2}\1\d{2}(?!\d)", re.ASCII)
_MOMENT = pd.Timedelta(microseconds=1)


def moments(texts: Iterable[str], column: str) -> dict[str, pd.Timestamp]:
    """Each text as a moment, UTC without a time zone; blanks are left out.

    Raises
    ------
    UnreadableError
        One is no moment.
    """
    given = sorted({text for text in texts if clean(text)})
    if not given:
        return {}
    # years first with slashes are the Bills page's; a day must be told: 46331 is a spreadsheet's,
    # 2026 may be anything
    plain = [
        text.removesuffix(" UTC").replace("/", "-") if _DATED.match(text) else "" for text in given
    ]
    read = pd.to_datetime(plain, format="ISO8601", utc=True, errors="coerce").tz_localize(None)
    if read.hasnans:
        wrong = given[list(read.isna()).index(True)]
        raise UnreadableError(
            f"{wrong[:40]!r} in {column}",
            "a moment such as 2026-11-01T00:00:00Z",
            "export the bill again: a spreadsheet may have changed it",
        )
    return dict(zip(given, read, strict=True))


def days_and_months(start: pd.Series[pd.Timestamp], end: pd.Series[pd.Timestamp]) -> pd.DataFrame:
    """The calendar month of each line, and its day: NaT where it spans more than one. [UTC]

    Parameters
    ----------
    start, end : Series
        First moment of each line, and the first one after it.
    """
    # a line ends where the next begins: its last moment is the one before
    last = (end - _MOMENT).where(end > start, start)
    day = start.dt.to_period("D").where(start.dt.floor("D") == last.dt.floor("D"))
    return pd.DataFrame({"month": start.dt.to_period("M"), "day": day})


def bill_coverage(spans: Collection[tuple[pd.Timestamp, pd.Timestamp]]) -> Coverage:
    """The hours that a bill covers: in each month from the first start of usage to its last end.

    Lines of a month's span, such as fees, say nothing about the bill's end; but where there are
    no others, as in bills of monthly granularity, the bill covers what they span.

    Parameters
    ----------
    spans : collection of pairs
        Start and end of the bill's usage, whichever the product. [UTC]
    """
    if not spans:
        return Coverage()
    frame = pd.DataFrame(list(spans), columns=["start", "end"])
    month = frame["start"].dt.to_period("M")
    short = frame["end"] - frame["start"] <= _DAY
    used = short | ~short.groupby(month).transform("any")
    # a month's bill ends with the month
    end = frame["end"].clip(upper=(month + 1).dt.to_timestamp())
    bounds = pd.DataFrame({"start": frame["start"], "end": end})[used].groupby(month[used])
    firsts, lasts = bounds["start"].min(), bounds["end"].max()
    days: dict[datetime.date, int] = {}
    for first, last in zip(firsts, lasts, strict=True):
        known = Coverage.of_span(first.to_pydatetime(), last.to_pydatetime())
        days.update(known.hours[_ANYWHERE])
    return Coverage({_ANYWHERE: days})


def shares(day: pd.Series[pd.Period], month: pd.Series[pd.Period], known: Coverage) -> list[float]:
    """The share of each row's day that the bill covers; of its month, where it has no day. [0-1]"""
    months = known.months()
    of_day = {date: known.of_day("", "", date.start_time.date()) for date in day.dropna().unique()}
    pairs = zip(day, month, strict=True)
    return [of_day.get(date, months.get(str(its_month), 0.0)) for date, its_month in pairs]
