"""Gets of a `fixed` reader, shared among streams in proportion to files that are in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.inventory.sections import Fixed
from estimator.months import FloatArray
from estimator.uncertainty.demand import Grown
from estimator.uncertainty.ledger import by_doubt
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
        self._streams = streams
        kept = np.isin(streams.trail, list(retention))
        self._known = [Grown() for _ in groups]
        for grown, rows in zip(self._known, groups, strict=True):
            open_ended = rows[~kept[rows]]
            days = streams.files[open_ended, None] * readable[open_ended]
            for code, months in by_doubt(days, streams.doubt[open_ended]):
                if months.any():
                    course, times = grown.course(months)
                    course.add(1.0 if code < 0 else files[code], times)
        self._expiring = [rows[kept[rows]] for rows in groups]
        self._first = max(self._life[0], float(streams.start.min()))
        self._last: FloatArray | float = float(gone[~kept].max(initial=-np.inf))
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
        files = [
            self._readable(grown, rows, month)
            for grown, rows in zip(self._known, self._expiring, strict=True)
        ]
        total = np.sum(np.broadcast_arrays(*files), axis=0)
        whole = np.where(total > 0, total, 1.0)
        return [np.where(total > 0, one / whole, 0.0) * days for one in files]

    def _readable(self, grown: Grown, expiring: IntArray, month: int) -> FloatArray:
        """Files x days of one group that can be read in a month, for each draw."""
        streams, (born, dead) = self._streams, self._life
        begin, end = self._model.months.begin[month], self._model.months.end[month]
        number, drawn = grown.of(month)
        found = np.array([number]) if drawn is None else number + drawn
        for row in expiring.tolist():
            trail, doubt = int(streams.trail[row]), int(streams.doubt[row])
            until = np.minimum(streams.end[row] + self._retention[trail], dead)
            until = np.minimum(until, self._model.key_end[trail])
            first = np.array(max(float(streams.start[row]), born))
            files = streams.files[row] * days_alive(first, until, begin, end)
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
