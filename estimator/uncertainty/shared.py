"""Gets of a `fixed` reader, shared among streams in proportion to files that are in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.inventory.sections import Fixed
from estimator.months import FloatArray
from estimator.volume.formulas import days_alive
from estimator.volume.model import Model
from estimator.volume.readers import days_readable, life_of, readable_until
from estimator.volume.streams import IntArray, Streams


class SharedGets:
    """The files that can be read, in groups of streams, for each draw and month.

    `retention` gives the drawn days that the buckets of some trails keep files. [day]
    """

    def __init__(
        self,
        model: Model,
        reader: Fixed,
        streams: Streams,
        files: Sequence[FloatArray],
        retention: dict[int, FloatArray],
        groups: Sequence[IntArray],
    ) -> None:
        self._model, self._files, self._retention = model, files, retention
        self._life = life_of(reader)
        gone = readable_until(model, streams, model.retention[streams.trail])
        readable = days_readable(model, reader, streams, gone)
        if not (streams.files[:, None] * readable).any():
            # streams that write nothing still share what is read by their number
            streams = streams.counted()
        self._streams, self._groups = streams, groups
        self._known = streams.files[:, None] * readable
        self._first = max(self._life[0], float(streams.start.min()))
        open_ = ~np.isin(streams.trail, list(retention))
        self._last: FloatArray | float = float(gone[open_].max()) if open_.any() else -np.inf
        for trail, days in retention.items():
            if (streams.trail == trail).any():
                until = streams.end[streams.trail == trail].max() + days
                self._last = np.maximum(self._last, np.minimum(until, model.key_end[trail]))
        self._month = -1
        self._found: list[FloatArray] = []

    def of(self, group: int, month: int) -> FloatArray:
        """Days of the month on which there is something to read, times the group's share. [day]"""
        if month != self._month:
            self._found, self._month = self._compute(month), month
        return self._found[group]

    def _compute(self, month: int) -> list[FloatArray]:
        begin, end = self._model.months.begin[month], self._model.months.end[month]
        last = np.minimum(self._last, self._life[1])
        days = days_alive(np.array(self._first), np.atleast_1d(last), begin, end)
        files = [self._readable(rows, month) for rows in self._groups]
        total = np.sum(np.broadcast_arrays(*files), axis=0)
        whole = np.where(total > 0, total, 1.0)
        return [np.where(total > 0, one / whole, 0.0) * days for one in files]

    def _readable(self, rows: IntArray, month: int) -> FloatArray:
        """Files x days of the rows that can be read in a month, for each draw."""
        streams = self._streams
        begin, end = self._model.months.begin[month], self._model.months.end[month]
        found = np.zeros(1)
        for row in rows.tolist():
            trail, doubt = int(streams.trail[row]), int(streams.doubt[row])
            files = self._known[row, month : month + 1]
            if trail in self._retention:
                until = np.minimum(streams.end[row] + self._retention[trail], self._life[1])
                until = np.minimum(until, self._model.key_end[trail])
                born = max(float(streams.start[row]), self._life[0])
                files = streams.files[row] * days_alive(np.array(born), until, begin, end)
            if files.any():
                found = found + (files if doubt < 0 else files * self._files[doubt])
        return found


@dataclass(frozen=True)
class Shared:
    """The requests of one group of a `SharedGets`."""

    gets: SharedGets
    group: int
    factor: FloatArray | float

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        requests: FloatArray = self.gets.of(self.group, month) * self.factor
        return requests
