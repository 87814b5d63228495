"""Looks back over a number of days that is in doubt.

What a look meets is not proportional to its window: it ends where the stream or the bucket does.
So it is computed once for some windows, by the formulas of `estimator.volume`, and interpolated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estimator.inventory.sections import Query, Validate
from estimator.months import ALWAYS, NEVER, FloatArray
from estimator.volume.model import Model
from estimator.volume.readers import query, validate
from estimator.volume.streams import IntArray, Streams

# windows that are computed; twice as many make the error a quarter
NODES = 257
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Window:
    """A window in doubt: the nodes around each draw, and how far it lies between them.

    Attributes
    ----------
    nodes : array
        Windows that are computed. [day]
    below, share : array
        For each draw the number of the node below it, and its place on the way to the next. [-]
    """

    nodes: FloatArray
    below: IntArray
    share: FloatArray

    @classmethod
    def over(cls, days: FloatArray, bend: float) -> Window:
        """The nodes for drawn windows. [day]

        Nodes lie densely where windows are short, so that the error is the same share of each:
        the second derivative of the days met is at most 1 / days of the month, which makes it
        at most (bend - shortest) / (60 x (NODES - 1)^2) of the window. Beyond the bend, the
        distance from the first beginning to the last look, days met are a straight line.
        """
        low, high = float(days.min()), float(days.max())
        top = min(max(bend, low), high)
        steps = np.arange(NODES) / (NODES - 1)
        nodes = np.unique(np.append(low + (top - low) * steps * steps, high))
        below = np.clip(np.searchsorted(nodes, days, "right") - 1, 0, len(nodes) - 2)
        share = (days - nodes[below]) / (nodes[below + 1] - nodes[below])
        return cls(nodes, below, share)


@dataclass(frozen=True)
class Looked:
    """Requests of looks back: interpolated in a table of nodes x months, times each draw's."""

    window: Window
    table: FloatArray
    factor: FloatArray | float

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        column = self.table[:, month]
        window = self.window
        met = column[window.below] + window.share * np.diff(column)[window.below]
        return met * self.factor


def gets_at(model: Model, reader: Query | Validate, streams: Streams, window: Window) -> FloatArray:
    """Gets at each node for each row of streams and month: nodes x rows x months. [get/month]"""
    size, rows = len(window.nodes), len(streams)
    found = np.zeros((size, rows, model.months.count))
    at_once = max(1, _ROWS_AT_ONCE // max(rows, 1))
    for first in range(0, size, at_once):
        nodes = window.nodes[first : first + at_once]
        many = streams.where(np.tile(np.arange(rows), len(nodes)))
        windows = np.repeat(nodes, rows)
        gets = (
            query(model, reader, many, windows)
            if isinstance(reader, Query)
            else validate(model, reader, many, windows)
        )
        found[first : first + at_once] = gets.reshape(len(nodes), rows, -1)
    return found


def bend_of(model: Model, streams: Streams) -> float:
    """From the first beginning or end of a stream to the last look. [day]"""
    edges = np.append(streams.start[streams.start > ALWAYS], streams.end[streams.end < NEVER])
    return float(model.months.end[-1] - edges.min()) if len(edges) else 0.0
