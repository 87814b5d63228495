"""Looks back over a number of days that is in doubt.

What a look meets is not proportional to its window: it ends where the stream or the bucket does.
The days met are a piecewise quadratic of the window (`mean_window_days` is a sum of half squares),
so they are computed at some nodes and between them, by the formulas of `estimator.volume`, and
interpolated by quadratics: exactly where every bend is a node.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from estimator.months import ALWAYS, NEVER, FloatArray, IntArray, Period
from estimator.volume.growth import Segment
from estimator.volume.model import Written
from estimator.volume.readers import LookBack

# where there are more bends than this, so many intervals that lie densely where windows are short
MOST_BENDS = 256
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Window:
    """A window in doubt: the intervals of nodes, and where each draw lies in them.

    Attributes
    ----------
    nodes : array
        Windows that are computed: the ends of every interval and its middle. [day]
    interval : array
        For each draw the number of its interval.
    place : array
        How far into the interval. [0-1]
    """

    nodes: FloatArray
    interval: IntArray
    place: FloatArray

    @classmethod
    def over(cls, days: FloatArray, bends: FloatArray) -> Window:
        """The nodes for drawn windows, which are not all the same. [day]

        With more than `MOST_BENDS` bends between the shortest and the longest window there are as
        many intervals, narrow where windows are short. A bend inside an interval of h days makes
        an error of at most h^2 / 53 / (days of the month) of the days met.
        """
        low, high = float(days.min()), float(days.max())
        inside = np.unique(bends[(bends > low) & (bends < high)])
        if len(inside) > MOST_BENDS:
            steps = np.arange(MOST_BENDS) / MOST_BENDS
            inside = low + (float(inside[-1]) - low) * steps * steps
        ends = np.unique(np.concatenate([[low], inside, [high]]))
        interval = np.clip(np.searchsorted(ends, days, "right") - 1, 0, len(ends) - 2)
        place = (days - ends[interval]) / (ends[interval + 1] - ends[interval])
        nodes = np.empty(2 * len(ends) - 1)
        nodes[::2], nodes[1::2] = ends, (ends[:-1] + ends[1:]) / 2
        return cls(nodes, interval, place)

    def at(self, values: FloatArray) -> FloatArray:
        """What lies at the drawn windows, of values at the nodes."""
        first, middle, last = values[:-1:2], values[1::2], values[2::2]
        # first + place x (slope + place x bend), the quadratic through the three
        slope = 4.0 * middle - 3.0 * first - last
        bend = 2.0 * (first + last) - 4.0 * middle
        found = first[self.interval] + self.place * (
            slope[self.interval] + self.place * bend[self.interval]
        )
        return np.maximum(found, 0.0)


@dataclass
class Looked:
    """Requests of looks back: interpolated in a table of nodes x months, times each draw's."""

    window: Window
    table: FloatArray
    factor: FloatArray | float = 0.0

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        column = self.table[:, month]
        return self.window.at(column) * self.factor if column.any() else np.zeros(1)


def gets_at(reading: LookBack, written: Written, window: Window) -> FloatArray:
    """Gets at each node for each row of streams and month: nodes x rows x months. [get/month]"""
    streams = written.streams
    # streams that differ in their files alone are met alike: each kind is computed once
    edges = np.stack([streams.trail, streams.start, streams.end])
    _, first, kind_of = np.unique(edges, axis=1, return_index=True, return_inverse=True)
    kinds = dataclasses.replace(streams.where(first), files=np.ones(len(first)))
    size, rows = len(window.nodes), len(kinds)
    found = np.zeros((size, rows, len(reading.model.spans)))
    at_once = max(1, _ROWS_AT_ONCE // max(rows, 1))
    for begin in range(0, size, at_once):
        nodes = window.nodes[begin : begin + at_once]
        many = kinds.where(np.tile(np.arange(rows), len(nodes)))
        gets = reading.gets(Written(many, written.growth), np.repeat(nodes, rows))
        found[begin : begin + at_once] = gets.reshape(len(nodes), rows, -1)
    gets_of_rows: FloatArray = found[:, kind_of.reshape(-1)]
    gets_of_rows *= streams.files[:, None]
    return gets_of_rows


def bends_of(reading: LookBack, written: Written, segments: Iterable[Segment]) -> FloatArray:
    """Windows at which looks begin or cease to reach where streams or their growth change. [day]"""
    turns = reading.turns(written.streams)
    edges = [period for segment in segments for period in _ends(segment.period)]
    reached = np.concatenate([written.streams.start, written.streams.end, edges])
    turns = turns[(turns > ALWAYS) & (turns < NEVER)]
    reached = np.unique(reached[(reached > ALWAYS) & (reached < NEVER)])
    bends: FloatArray = turns[:, None] - reached
    return bends.reshape(-1)


def _ends(period: Period) -> tuple[float, float]:
    return period.start, period.end
