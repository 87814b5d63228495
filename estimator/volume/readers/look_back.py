"""Readers that look back over the files of some days: how often, and how many files they meet."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np

from estimator.months import NEVER, FloatArray, Period
from estimator.volume import formulas
from estimator.volume.model import Written
from estimator.volume.readers.reading import Reading
from estimator.volume.streams import Streams


class Looks(NamedTuple):
    """How often a reader looks in each span, and between which moments, evenly.

    Rows are those of the streams, columns the spans; arrays broadcast.
    """

    number: FloatArray  # [1/span]
    first: FloatArray  # [day ordinal]
    last: FloatArray  # [day ordinal]


class LookBack(Reading):
    """A reader that looks back over the files of the last days, as long as they lie there."""

    window: ClassVar[str]
    looks_back = True

    @abstractmethod
    def looks(self, streams: Streams) -> Looks:
        """How often it looks, and when."""

    @property
    def per_look(self) -> float:
        """Gets of each file that a look meets. [get/file]"""
        return 1.0

    def back(self, streams: Streams) -> FloatArray:
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

        `back` [day] is one for each row of streams, by default what `back` says.
        """
        streams = written.streams
        window = self.back(streams) if back is None else back
        looks = self.looks(streams)
        met = self.files_met(written, window, looks)
        gets: FloatArray = looks.number * met * streams.files[:, None] * self.per_look
        return gets

    def files_met(self, written: Written, window: FloatArray, looks: Looks) -> FloatArray:
        """Days of files that a look meets on average, each day as its month has grown. [day]

        Files that were put in earlier months came with the growth of these.
        """
        streams, spans = written.streams, self.model.spans
        shape = (len(streams), len(spans))
        first, last = (np.broadcast_to(edge, shape) for edge in (looks.first, looks.last))
        met = np.zeros(shape)
        if not len(streams):
            return met
        files = Period(float(streams.start.min()), float(streams.end.max()))
        farthest = float(window.max())
        for segment in written.growth.segments:
            # only spans whose looks can reach these files
            period = segment.period & files
            _, here = spans.between(period.start, period.end + farthest)
            met[:, here] += segment.factor * formulas.mean_window_days(
                window[:, None],
                np.maximum(streams.start, segment.period.start)[:, None],
                np.minimum(streams.end, segment.period.end)[:, None],
                first[:, here],
                last[:, here],
            )
        return met

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
        last = np.maximum(np.minimum(spans.end, end), first)
        return np.broadcast_to(first, last.shape), last

    def evenly(self, streams: Streams, per_month: float) -> Looks:
        """As many looks a month, spread evenly over the time in which it is active."""
        first, last = self.moments(streams)
        number = formulas.per_month(per_month, last - first, self.model.spans.month_days)
        return Looks(number, first, last)
