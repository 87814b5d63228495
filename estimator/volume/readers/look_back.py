"""Readers that look back over the files of some days, never more than the bucket keeps."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, NamedTuple

import numpy as np

from estimator.figures import listed, noun_of
from estimator.inventory import Range
from estimator.inventory.sections import Trail
from estimator.months import NEVER, FloatArray, Period
from estimator.volume.blocks import BurstProfile
from estimator.volume.equations import (
    Equation,
    Expression,
    Pair,
    Product,
    Value,
    operand,
)
from estimator.volume.file_equations import (
    files_equations,
    files_value,
    grown_days,
    growth_value,
    retention_value,
)
from estimator.volume.model import Segment, Written
from estimator.volume.readers.reader_model import BoolArray, ReaderModel
from estimator.volume.streams import Streams

_NOISE = 1e-9  # of binary fractions


class Looks(NamedTuple):
    """The number of looks in each span, which come evenly between two moments.

    Rows are those of the streams, columns the spans; arrays broadcast.
    """

    number: FloatArray  # [1/span]
    first: FloatArray  # [day ordinal]
    last: FloatArray  # [day ordinal]


class LookBack(ReaderModel):
    """A reader that looks back over the files of the last days, as long as they lie there.

    Attributes
    ----------
    window_words : str
        What its days are called.
    look : str
        What one look is called.
    look_seconds : Range or None
        In which the gets of a look come, where the inventory says nothing; None where they are
        made one after the other. [s]
    rate : str
        The assumption of its looks in a whole month, which come evenly; empty where it says when it
        looks by `looks`, `look_factors` and `burst_profile` of its own.
    """

    window: ClassVar[str]
    # the assumption of how often it looks; without one a kind has `looks` of its own
    rate: ClassVar[str] = ""
    gets_follow = "look-back"
    looks_back = True
    window_words: ClassVar[str]
    look: ClassVar[str]
    look_seconds: ClassVar[Range | None] = None

    @property
    def looks_per_month(self) -> float:
        """Its looks in a whole month. [1/month]"""
        assert self.rate, f"{type(self).__name__} names no rate and has no looks of its own"
        rate: Range = getattr(self.reader, self.rate)
        return rate.mid

    def looks(self, streams: Streams) -> Looks:
        """The number of its looks, spread evenly over the time in which it is active."""
        first, last = self.moments(streams)
        number = self.model.spans.times_within(self.looks_per_month, last - first)
        return Looks(number, first, last)

    @property
    def per_look(self) -> float:
        """Gets of each file that a look meets. [get/file]"""
        gets: float = math.prod(getattr(self.reader, name).mid for name in self._factors_per_look)
        return gets

    @property
    def _factors_per_look(self) -> tuple[str, ...]:
        """All its factors but how often it looks."""
        return tuple(name for name in self.factors if name != self.rate)

    def days_back(self, streams: Streams) -> FloatArray:
        """Days that it looks back at each row of streams, never more than are kept. [day]"""
        days: FloatArray = np.minimum(self.most_back, self.model.retention)[streams.trail]
        return days

    @property
    def most_back(self) -> float:
        """Days that it looks back where all is kept. [day]"""
        days = getattr(self.reader, self.window)
        return NEVER if days is None else float(days.mid)

    def gets(self, written: Written, back: FloatArray | None = None) -> FloatArray:
        """Looks x files that each meets x gets of each file. [get]

        `back` [day] has a number for each row of streams; the default is `days_back`.
        """
        streams = written.streams
        window = self.days_back(streams) if back is None else back
        looks = self.looks(streams)
        met = self.files_met(written, window, looks)
        gets: FloatArray = looks.number * met * streams.files[:, None] * self.per_look
        return gets

    def files_met(self, written: Written, window: FloatArray, looks: Looks) -> FloatArray:
        """Days of files that a look meets on average, each day as its month has grown. [day]

        Files that were put in earlier months came with the growth of these.
        """
        met = np.zeros((len(written.streams), len(self.model.spans)))
        for segment, spans, days in self.days_met(written, window, looks):
            met[:, spans] += segment.factor * days
        return met

    def days_met(
        self, written: Written, window: FloatArray, looks: Looks
    ) -> Iterator[tuple[Segment, slice, FloatArray]]:
        """Yield for each segment of time the days of its files that a look meets, averaged. [day]

        Beside the segment stand the spans whose looks reach back so far; all others meet none of
        its files.
        """
        streams, spans = written.streams, self.model.spans
        shape = (len(streams), len(spans))
        first, last = (np.broadcast_to(edge, shape) for edge in (looks.first, looks.last))
        if not len(streams):  # nothing has a smallest start
            return
        files = Period(float(streams.start.min()), float(streams.end.max()))
        farthest = float(window.max())
        for segment in written.growth.segments:
            # only spans whose looks can reach these files
            period = segment.period & files
            _, here = spans.between(period.start, period.end + farthest)
            days = mean_window_days(
                window[:, None],
                np.maximum(streams.start, segment.period.start)[:, None],
                np.minimum(streams.end, segment.period.end)[:, None],
                first[:, here],
                last[:, here],
            )
            yield segment, here, days

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Looks x files that each meets x gets of each file."""
        rows = replace(written, streams=written.streams.where(chosen))
        trail = self.model.inventory.trails[int(rows.streams.trail[0])]
        back, looks = self.days_back(rows.streams), self.looks(rows.streams)
        shape = (len(rows.streams), 1)
        if not np.broadcast_to(looks.number, shape)[0, 0]:
            yield Equation(f"nothing: {self.why_no_look(rows.streams)}", 0.0, "gets")
            return
        noun = "digest files" if written.is_digest else "files"
        days, growth, grown = self._days(rows, back, looks)
        if not days.any():
            yield Equation(f"nothing: no {noun[:-1]} of {trail.name} lies there", 0.0, "gets")
            return
        yield from grown
        lines = files_equations(
            self.model,
            rows,
            days,
            growth,
            f"{noun} of {trail.name} that a {self.look} meets",
            bool(grown),
        )
        factor = growth[0].number if growth else 1.0
        number = float((rows.streams.files * days).sum()) * factor
        window = float(back[0])
        capped = window < self.most_back
        note = f"the bucket keeps {operand(window, 4)}" if capped else ""
        is_average = not grown and float(days.max()) < window * (1 - _NOISE)
        words = self.met_words(noun, window)
        files, left = files_value(lines, number, words, note, is_average)
        yield from left
        formula = Product((*self.look_factors(looks, shape), files, *self.factors_per_look()))
        gets = float(self.gets(rows)[:, 0].sum())
        yield Equation(what, gets, "gets", formula, also=self._window_values(trail, capped))

    def _days(
        self, rows: Written, back: FloatArray, looks: Looks
    ) -> tuple[FloatArray, tuple[Value, ...], list[Equation]]:
        """Days met by row, the growth of their files, and how days of several growths add up."""
        size = len(rows.streams)
        parts = []
        for segment, spans, days in self.days_met(rows, back, looks):
            # an explanation is of one month, the model's first span
            if days[:, :1].any() and spans.start == 0:
                parts.append((segment, days[:, 0]))
        if len(parts) <= 1:
            days = parts[0][1] if parts else np.zeros(size)
            return days, growth_value(parts[0][0].factor if parts else 1.0), []
        what = f"days of files that a {self.look} meets on average, as grown by month"
        return self.files_met(rows, back, looks)[:, 0], (), grown_days(parts, what)

    def _window_values(self, trail: Trail, capped: bool) -> tuple[Value, ...]:
        """The values that its window rests on."""
        asked = getattr(self.reader, self.window)
        values = [] if asked is None else [self.value(self.window, self.window_words)]
        retention = retention_value(self.model.inventory, trail)
        return (*values, retention) if retention is not None and capped else tuple(values)

    def why_none(self, streams: Streams) -> str:
        """Why it makes no requests of streams in the model's months."""
        if not len(streams) or self.looks(streams).number.any():
            return super().why_none(streams)
        return self.why_no_look(streams)

    def why_no_look(self, streams: Streams) -> str:
        """Why it makes no look in the model's months."""
        if not self.period.meets(self.model.months):
            return super().why_none(streams)
        first = max(float(self.model.spans.begin[0]), self.period.start)
        return self.why_no_key(streams, first) or f"no {self.look} {self.model.in_months}"

    def why_no_key(self, streams: Streams, day: float) -> str:
        """The words for the keys of streams where all have ended by a day; else none."""
        trails = np.unique(streams.trail)
        if (self.model.key_end[trails] > day).any():
            return ""
        ends = {
            str(self.model.inventory.trails[trail].key): int(self.model.key_end[trail])
            for trail in trails.tolist()
        }
        return listed(
            f"key {key} ended on {datetime.date.fromordinal(end)}" for key, end in ends.items()
        )

    def met_words(self, noun: str, window: float) -> str:
        """The words for the files that a look meets."""
        return f"{noun} of the last {operand(window, 4)} {noun_of(window, 'day')}"

    def look_factors(self, looks: Looks, shape: tuple[int, int]) -> tuple[Expression, ...]:
        """The factors that make its looks in this month."""
        rate = self.value(self.rate, noun_of(2, self.look))
        first, last = (float(np.broadcast_to(edge, shape)[0, 0]) for edge in looks[1:])
        month = float(self.model.spans.month_days[0])
        part = (Pair(Value(last - first), "/", Value(month, "of the month's days")),)
        return (rate, *(part if last - first < month else ()))

    def factors_per_look(self) -> Iterator[Value]:
        """Yield the factors that multiply the files that a look meets."""
        for name in self._factors_per_look:
            words = name.replace("_", " ")
            if name == "share_of_files":
                words = "of them"
            elif name == "gets_per_file":
                words = f"{noun_of(getattr(self.reader, name).mid, 'get')} per file"
            yield from self.times(name, words)

    def burst_profile(self, written: Written) -> BurstProfile:
        """One look at a time."""
        del written
        each_day = self.looks_per_month / self.model.spans.month_days
        return BurstProfile(each_day, self.reader.burst_seconds or self.look_seconds)

    def met_period(self, trail: int) -> Period:
        """The period of all files of a trail that it may get in the model's months."""
        looks = super().met_period(trail)
        back = min(self.most_back, float(self.model.retention[trail]))
        # without retention it goes back beyond ALWAYS, which is fine for what is only intersected
        return looks if looks.is_empty else Period(looks.start - back, looks.end)

    def turns(self, streams: Streams) -> FloatArray:
        """The moments at which stretches of looks begin or end. [day ordinal]"""
        looks = self.looks(streams)
        moments: FloatArray = np.unique(np.concatenate([looks.first, looks.last], axis=None))
        return moments

    def moments(self, streams: Streams) -> tuple[FloatArray, FloatArray]:
        """Between which moments of each span it is active, and may read under the key. [ordinal]"""
        spans = self.model.spans
        end = np.minimum(self.model.key_end[streams.trail], self.period.end)[:, None]
        first = np.maximum(spans.begin, self.period.start)
        # never before `first`, or a stretch that is over would count as negative looks
        last = np.maximum(np.minimum(spans.end, end), first)
        return np.broadcast_to(first, last.shape), last


def mean_window_days(
    window: float | FloatArray,
    start: FloatArray,
    end: FloatArray,
    first: FloatArray,
    last: FloatArray,
) -> FloatArray:
    """Days of a period [start, end) that a look back over `window` days meets, on average. [day]

    Looks are spread evenly over [first, last), or all at `first` where that is `last`. The overlap
    at a moment t is the length of [t - window, t) inside [start, end): a sum of ramps, whose mean
    is a difference of half squares.

    >>> import numpy as np
    >>> period = np.array([[0.0]]), np.array([[1000.0]])
    >>> mean_window_days(7.0, *period, np.array([100.0]), np.array([130.0])).tolist()
    [[7.0]]
    >>> mean_window_days(40.0, *period, np.array([0.0]), np.array([30.0])).tolist()
    [[15.0]]
    >>> mean_window_days(40.0, *period, np.array([20.0]), np.array([20.0])).tolist()
    [[20.0]]
    """
    # nothing outside the reach of these looks matters; nearby numbers keep the squares exact
    low = np.clip(start, first - window, last) - first
    high = np.clip(end, first - window, last) - first
    length = last - first

    def ramp(zero: FloatArray) -> FloatArray:
        """The integral over the looks of max(t - zero, 0)."""
        top, bottom = np.maximum(length - zero, 0.0), np.maximum(-zero, 0.0)
        half: FloatArray = (top * top - bottom * bottom) / 2.0
        return half

    met = ramp(low) - ramp(low + window) - ramp(high) + ramp(high + window)
    mean = met / np.where(length > 0, length, 1.0)
    # looks at one moment have no length to average over: it is the overlap at that moment
    at_once = np.minimum(high, 0.0) - np.maximum(low, -window)
    return np.where(high > low, np.where(length > 0, mean, np.maximum(at_once, 0.0)), 0.0)
