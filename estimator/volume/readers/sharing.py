"""Readers that make a number of gets a day, whatever there is: all that can be read shares them."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from estimator.months import FloatArray, Period
from estimator.volume.model import Written
from estimator.volume.readers.reading import Reading
from estimator.volume.streams import Streams


class Sharing(Reading):
    """A reader whose gets are shared in proportion to the files a day of what can be read."""

    counts_gets = True
    looks_back = True

    @property
    @abstractmethod
    def per_day(self) -> float:
        """Gets of a day with anything to read. [get/day]"""

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        return self.days_shared(written.streams) * self.per_day

    def days_shared(self, streams: Streams) -> FloatArray:
        """Days of each span with anything to read, divided among the rows of streams. [day]

        At each moment the rows that can be read share it by their files a day, so each has its
        files times the integral of 1 / (files of all that can be read).
        """
        spans = self.model.spans
        here = self.period & Period(float(spans.begin[0]), float(spans.end[-1]))
        start = np.maximum(streams.start, here.start)
        end = np.minimum(self.readable_until(streams), here.end)
        some = (streams.files > 0) & (streams.end > streams.start) & (end > start)
        if not some.any():
            return np.zeros((len(streams), len(spans)))
        # rows that are never readable have a share of nothing, and would only add edges
        edges, integral = _shares(start[some], end[some], streams.files[some])

        def until(moment: FloatArray) -> FloatArray:
            return np.interp(np.clip(moment, start[:, None], end[:, None]), edges, integral)

        shared = streams.files[:, None] * (until(spans.end) - until(spans.begin))
        return np.where(some[:, None], shared, 0.0)

    def readable_until(self, streams: Streams) -> FloatArray:
        """Files stay readable until they expire, or their key goes. [day ordinal]"""
        retention = self.model.retention[streams.trail]
        until: FloatArray = np.minimum(streams.end + retention, self.model.key_end[streams.trail])
        return until


def _shares(start: FloatArray, end: FloatArray, files: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The moments at which readable files change, and the integral of 1 / (all) up to each."""
    edges = np.unique(np.concatenate([start, end]))
    change = np.zeros(len(edges), dtype=np.longdouble)  # what remains after large ones went counts
    count = np.zeros(len(edges), dtype=np.int64)
    for moments, sign in ((start, 1), (end, -1)):
        at = np.searchsorted(edges, moments)
        np.add.at(change, at, sign * files.astype(np.longdouble))
        np.add.at(count, at, sign)
    total = np.cumsum(change)[:-1].astype(np.float64)
    readable = np.cumsum(count)[:-1] > 0
    each = np.where(readable, 1.0 / np.where(readable, total, 1.0), 0.0)
    return edges, np.concatenate([[0.0], np.cumsum(each * np.diff(edges))])
