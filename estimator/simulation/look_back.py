"""Requests of a reader whose look-back is an uncertain number of days.

The files that a run meets are not proportional to the days: they end where the stream or the bucket
does. They are a piecewise quadratic of the days (`mean_window_days` is a sum of half squares), so
the formulas of `estimator.volume` compute them at some nodes, and quadratics go between: exactly
where every breakpoint is a node. `add_look_backs` is the whole of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from estimator.months import ALWAYS, NEVER, FloatArray, IntArray, Period
from estimator.simulation.demand import Demand, GrowthGroup, scale_to_largest
from estimator.simulation.uncertain_inputs import Multipliers, UncertainInputs
from estimator.volume.blocks import Block
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


def add_look_backs(
    demand: Demand,
    inputs: UncertainInputs,
    reader_model: LookBack,
    written: Written,
    multipliers: Multipliers,
) -> None:
    """Add gets of a look-back, by the range that decides its days and by the age of its files."""
    growth = written.growth
    segments = growth.months_of_put if multipliers.growth else growth.segments
    for rows, days in inputs.days_back(reader_model, written.streams):
        part = Written(written.streams.where(rows), growth)
        # the retention may cut every draw of a look-back to the same days
        fixed = days.min() == days.max()
        nodes = None
        if not fixed:
            nodes = LookBackDays.over(days, _breakpoints_of(reader_model, part, segments))
        for age, table in _by_age(inputs, reader_model, part, days, nodes, segments).items():
            grown = dataclasses.replace(multipliers, age=age)
            if nodes is None:
                for block in reader_model.requests(part, table):
                    demand.add(block, grown)
                continue
            # certain savings are taken off a block already, off the table not yet
            left = 1.0 - reader_model.savings[part.streams.trail]
            for block in reader_model.requests(part, table[0]):
                _add_table(demand, block, table * left[:, None], grown, nodes)


def _by_age(
    inputs: UncertainInputs,
    reader_model: LookBack,
    written: Written,
    days: FloatArray,
    nodes: LookBackDays | None,
    segments: Sequence[Segment],
) -> dict[int, FloatArray]:
    """Gets by age of the files in months; the last axis is the month of reading.

    Only uncertain growth needs the age: each draw multiplies files by the growth of the month
    in which they were put.
    """

    def gets(looking: LookBack, part: Written) -> FloatArray:
        if nodes is None:
            return looking.gets(part, np.full(len(part.streams), float(days[0])))
        return _gets_at(looking, part, nodes)

    # growth that is a number is in the table already
    if len(segments) < 2 or not inputs.growth.is_uncertain:
        return {0: gets(reader_model, written)}
    found: dict[int, FloatArray] = {}
    spans = inputs.model.spans
    for segment in segments:
        start = np.maximum(written.streams.start, segment.period.start)
        end = np.minimum(written.streams.end, segment.period.end)
        if not (end > start).any():
            continue
        streams = dataclasses.replace(written.streams, start=start, end=end)
        near, here = spans.between(float(start.min()), float(end.max() + days.max()))
        if not len(near):
            continue
        # only the months that can reach these files: others would be columns of zeros
        table = gets(reader_model.over(near), Written(streams, written.growth))
        whole = (*table.shape[:-1], len(spans))
        for column, month in enumerate(range(here.start, here.stop)):
            if table[..., column].any():
                age = int(inputs.growth.since[month]) - segment.since
                if age not in found:
                    found[age] = np.zeros(whole)
                found[age][..., month] += table[..., column]
    return found


def _add_table(
    demand: Demand,
    block: Block,
    table: FloatArray,
    multipliers: Multipliers,
    days: LookBackDays,
) -> None:
    """Add the requests of uncertain look-backs: a table of nodes x rows x months."""
    assert block.streams is not None
    input_codes = block.streams.uncertain_input
    for group, factor, rows in demand.groups(block, multipliers):
        codes, position = np.unique(input_codes[rows], return_inverse=True)
        order = np.argsort(position, kind="stable")
        firsts = np.searchsorted(position[order], np.arange(len(codes)))
        # in the order of the codes, because reduceat adds up neighbours
        summed = np.add.reduceat(table[:, rows[order]], firsts, axis=1).transpose(1, 0, 2)
        # many ranges have one profile: their files are summed first, the factor comes once
        alike: dict[int, tuple[LookBackRequests, FloatArray | float]] = {}
        for code, gets in zip(codes.tolist(), summed, strict=True):
            if gets.any():
                look_back, multiple = _requests_of(group, days, gets)
                files = (1.0 if code < 0 else demand.files[code]) * multiple
                before = alike.get(id(look_back))
                alike[id(look_back)] = look_back, files if before is None else before[1] + files
        for look_back, all_files in alike.values():
            look_back.factor = look_back.factor + factor * all_files


def _requests_of(
    group: GrowthGroup, days: LookBackDays, table: FloatArray
) -> tuple[LookBackRequests, float]:
    """The requests of a group that have the shape of a table, and how many times it these are."""
    shape, most, of_shape = scale_to_largest(table)
    # by identity: the requests keep their days alive, so that no others have their id
    requests = group.look_backs.setdefault((id(days), of_shape), LookBackRequests(days, shape))
    assert isinstance(requests, LookBackRequests)
    return requests, most


def _gets_at(reader_model: LookBack, written: Written, days: LookBackDays) -> FloatArray:
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


def _breakpoints_of(
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
