"""Requests of a reader whose look-back is an uncertain number of days.

The files that a run meets are not proportional to the days: they end where the stream or the bucket
does. They are a piecewise quadratic of the days (`mean_window_days` is a sum of half squares), so
the formulas of `estimator.volume` compute them at some nodes, and quadratics go between: exactly
where every breakpoint is a node.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from estimator.months import ALWAYS, NEVER, FloatArray, IntArray, Period
from estimator.volume.model import Segment, Written
from estimator.volume.readers import LookBack

# with more breakpoints than this, so many intervals, that lie densely where look-backs are short
MOST_BREAKPOINTS = 256
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class LookBackDays:
    """An uncertain look-back: the intervals of nodes, and where each draw lies in them.

    Attributes
    ----------
    nodes : array
        Days that are computed: the ends of every interval and its middle. [day]
    interval : array
        For each draw the number of its interval.
    place : array
        How far into the interval. [0-1]
    """

    nodes: FloatArray
    interval: IntArray
    place: FloatArray

    @classmethod
    def over(cls, days: FloatArray, breakpoints: FloatArray) -> LookBackDays:
        """The nodes for drawn look-backs, which are not all the same. [day]

        With more than `MOST_BREAKPOINTS` between the shortest and the longest there are as many
        intervals, narrow where look-backs are short. A breakpoint inside an interval of h days
        makes an error of at most h^2 / 53 / (days of the month) of the days met.
        """
        low, high = float(days.min()), float(days.max())
        inside = np.unique(breakpoints[(breakpoints > low) & (breakpoints < high)])
        if len(inside) > MOST_BREAKPOINTS:
            steps = np.arange(MOST_BREAKPOINTS) / MOST_BREAKPOINTS
            inside = low + (float(inside[-1]) - low) * steps * steps
        ends = np.unique(np.concatenate([[low], inside, [high]]))
        # the longest draw lies on the last end, and belongs to the last interval
        interval = np.clip(np.searchsorted(ends, days, "right") - 1, 0, len(ends) - 2)
        place = (days - ends[interval]) / (ends[interval + 1] - ends[interval])
        nodes = np.empty(2 * len(ends) - 1)
        nodes[::2], nodes[1::2] = ends, (ends[:-1] + ends[1:]) / 2
        return cls(nodes, interval, place)

    def at(self, values: FloatArray) -> FloatArray:
        """The values at the drawn look-backs, from those at the nodes."""
        first, middle, last = values[:-1:2], values[1::2], values[2::2]
        # first + place x (slope + place x curve), the quadratic through the three
        slope = 4.0 * middle - 3.0 * first - last
        curve = 2.0 * (first + last) - 4.0 * middle
        # Horner's form: two products and no power
        found = first[self.interval] + self.place * (
            slope[self.interval] + self.place * curve[self.interval]
        )
        # rounding may leave a last bit below zero, and no count is negative
        return np.maximum(found, 0.0)


@dataclass
class LookBackRequests:
    """Requests between the nodes of a table of nodes x months, times a factor of each draw."""

    days: LookBackDays
    table: FloatArray
    factor: FloatArray | float = 0.0

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        column = self.table[:, month]
        return self.days.at(column) * self.factor if column.any() else np.zeros(1)


def gets_at(reader_model: LookBack, written: Written, days: LookBackDays) -> FloatArray:
    """Gets at each node for each row of streams and month: nodes x rows x months. [get/month]"""
    streams = written.streams
    # streams that differ in their files alone are met alike: each kind is computed once
    edges = np.stack([streams.trail, streams.start, streams.end])
    _, first, kind_of = np.unique(edges, axis=1, return_index=True, return_inverse=True)
    kinds = dataclasses.replace(streams.where(first), files=np.ones(len(first)))
    size, rows = len(days.nodes), len(kinds)
    found = np.zeros((size, rows, len(reader_model.model.spans)))
    # nodes x rows x months of all nodes at once would take gigabytes
    at_once = max(1, _ROWS_AT_ONCE // max(rows, 1))
    for begin in range(0, size, at_once):
        nodes = days.nodes[begin : begin + at_once]
        many = kinds.where(np.tile(np.arange(rows), len(nodes)))
        gets = reader_model.gets(Written(many, written.growth), np.repeat(nodes, rows))
        found[begin : begin + at_once] = gets.reshape(len(nodes), rows, -1)
    gets_of_rows: FloatArray = found[:, kind_of.reshape(-1)]
    gets_of_rows *= streams.files[:, None]
    return gets_of_rows


def breakpoints_of(
    reader_model: LookBack, written: Written, segments: Iterable[Segment]
) -> FloatArray:
    """Look-backs that just reach where streams begin or end, or their growth changes. [day]"""
    turns = reader_model.turns(written.streams)
    edges = [period for segment in segments for period in _ends(segment.period)]
    reached = np.concatenate([written.streams.start, written.streams.end, edges])
    # a stream without a start or end has no edge to reach
    turns = turns[(turns > ALWAYS) & (turns < NEVER)]
    reached = np.unique(reached[(reached > ALWAYS) & (reached < NEVER)])
    breakpoints: FloatArray = turns[:, None] - reached
    return breakpoints.reshape(-1)


def _ends(period: Period) -> tuple[float, float]:
    return period.start, period.end
