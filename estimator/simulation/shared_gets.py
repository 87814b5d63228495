"""Gets of a `fixed` reader, shared among streams in proportion to uncertain files.

At each moment the readable streams share them by their files a day, so a month is an integral over
time, which changes only where a stream begins to be readable or ceases to be: for each draw a sum
over the stretches between. `add_shared_gets` is the whole of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimator.months import FloatArray, IntArray
from estimator.simulation.demand import Demand
from estimator.simulation.uncertain_inputs import Multipliers, UncertainInputs
from estimator.volume.model import Written
from estimator.volume.readers import FixedModel
from estimator.volume.streams import Streams

# the least share of all files that a sum of them knows well [-]
_LEAST_SHARE = 1e-8
# draws x stretches at once: 8 MB an array
_MOST_CELLS = 1_000_000


@dataclass(frozen=True)
class Steps:
    """Files that are readable, as a step function of time: streams begin, and later they end.

    Attributes
    ----------
    group, uncertain_input : int
        Whose share they are, and which draws multiply them; -1 for none.
    start, end : tuple of (array, array)
        Moments in order, and the files that have begun (or ended) by each. [day ordinal, file/day]
    retention : int or None
        The trail whose drawn retention comes after `end`; None where that is known.
    last : float
        When the key ends. [day ordinal]
    """

    group: int
    uncertain_input: int
    start: tuple[FloatArray, FloatArray]
    end: tuple[FloatArray, FloatArray]
    retention: int | None
    last: float

    def at(self, moments: FloatArray, retention: FloatArray | float) -> FloatArray:
        """Files a day of the streams that are readable, before draws multiply them. [file/day]"""
        files = _last_before(self.start, moments) - _last_before(self.end, moments - retention)
        # what is left of a sum after all have ended is its last bits
        files = np.where(files > 1e-9 * self.start[1][-1], files, 0.0)
        return np.where(moments < self.last, files, 0.0)


class SharedGets:
    """The time during which there is something to read, in groups of streams, for each draw.

    `retention` gives the drawn days that the buckets of some trails keep files. [day]
    """

    def __init__(
        self,
        reader_model: FixedModel,
        streams: Streams,
        files: Sequence[FloatArray],
        retention: dict[int, FloatArray],
        groups: Sequence[IntArray],
    ) -> None:
        self._spans, self._period = reader_model.model.spans, reader_model.period
        self._files, self._retention, self._groups = files, retention, len(groups)
        group_of = np.full(len(streams), -1, dtype=np.int64)
        for number, rows in enumerate(groups):
            group_of[rows] = number
        until = reader_model.readable_until(streams)
        key_end = reader_model.model.key_end[streams.trail]
        readable = (streams.files > 0) & (streams.end > streams.start) & (group_of >= 0)
        drawn = np.isin(streams.trail, list(retention))
        # streams with the same draws and the same drawn retention are one step function, but for
        # sizes so different that small ones would be the last bits of a sum with large ones
        # streams of other trails end at known moments, whatever their trail
        trail = np.where(drawn, streams.trail, -1)
        sizes = _sizes(streams.files, readable)
        keys = np.stack([group_of, streams.uncertain_input, trail, sizes], axis=1)[readable]
        kinds, kind_of = np.unique(keys, axis=0, return_inverse=True)
        rows = np.flatnonzero(readable)
        self._steps = []
        for number, (group, input_codes, drawn_trail, _) in enumerate(kinds.tolist()):
            chosen = rows[kind_of.reshape(-1) == number]
            ends = streams.end[chosen] if drawn_trail >= 0 else until[chosen]
            weights = streams.files[chosen]
            self._steps.append(
                Steps(
                    group,
                    input_codes,
                    _sum_up_to(streams.start[chosen], weights),
                    _sum_up_to(ends, weights),
                    drawn_trail if drawn_trail >= 0 else None,
                    float(key_end[chosen].max()) if drawn_trail >= 0 else np.inf,
                )
            )
        self._is_moving = any(steps.retention is not None for steps in self._steps)
        self._edges, self._levels = np.zeros(0), np.zeros((len(self._steps), 1))
        if self._steps and not self._is_moving:
            edges = [(*steps.start[:1], steps.end[0], [steps.last]) for steps in self._steps]
            self._edges = np.unique(np.concatenate([each for three in edges for each in three]))
            levels = np.stack([steps.at(self._edges, 0.0) for steps in self._steps])
            self._levels = np.concatenate([self._levels, levels], axis=1)
        self._month = -1
        self._found: list[FloatArray] = []
        self._known: dict[bytes, list[FloatArray]] = {}

    def shared_days(self, group: int, month: int) -> FloatArray:
        """Days of the month on which there is something to read, times the group's share. [day]"""
        # each group asks for every month: the integral is the same for all of them
        if month != self._month:
            self._found, self._month = self._compute(month), month
        return self._found[group]

    def _compute(self, month: int) -> list[FloatArray]:
        begin = max(float(self._spans.begin[month]), self._period.start)
        end = min(float(self._spans.end[month]), self._period.end)
        if end <= begin or not self._steps:
            return [np.zeros(1)] * self._groups
        known = [np.array([begin, end])]
        moving: list[tuple[int, FloatArray]] = []
        for steps in self._steps:
            known += [steps.start[0], np.array([steps.last])]
            if steps.retention is None:
                known.append(steps.end[0])
            else:
                days = self._retention[steps.retention]
                ends = steps.end[0]
                # an end that no draw brings into the month need not be an edge of it
                near = (ends + days.max() > begin) & (ends + days.min() < end)
                moving.append((steps.retention, ends[near]))
        fixed = np.unique(np.concatenate(known))
        # edges outside of the month change nothing inside it
        fixed = fixed[(fixed >= begin) & (fixed <= end)]
        draws = max((len(each) for each in self._retention.values()), default=1)
        cells = (len(fixed) + sum(len(ends) for _, ends in moving)) * len(self._steps)
        size = max(1, _MOST_CELLS // max(cells, 1)) if moving else draws
        parts = [
            self._integrate(fixed, moving, slice(first, first + size), begin, end)
            for first in range(0, draws, size)
        ]
        return [np.concatenate(each) for each in zip(*parts, strict=True)]

    def _integrate(
        self,
        fixed: FloatArray,
        moving: list[tuple[int, FloatArray]],
        here: slice,
        begin: float,
        end: float,
    ) -> list[FloatArray]:
        """The time that each group has, of some draws: stretches of time x their share."""
        shifted = [ends + self._retention[trail][here, None] for trail, ends in moving]
        rows = len(shifted[0]) if shifted else 1
        edges = np.concatenate([np.broadcast_to(fixed, (rows, len(fixed))), *shifted], axis=1)
        # what a draw moves out of the month is clipped, and its stretch has no length
        edges = np.sort(np.clip(edges, begin, end), axis=1)
        # nothing changes between two edges, so the middle stands for the whole stretch
        length, middle = np.diff(edges, axis=1), (edges[:, 1:] + edges[:, :-1]) / 2
        if not self._is_moving:
            # no draw moves an edge: what is readable was laid out once, and most months have
            # what the month before had
            files = self._levels[:, np.searchsorted(self._edges, middle[0], side="right")]
            key = files.tobytes()
            if key not in self._known:
                self._known = {key: self._shares(files[:, None], None)}
            return [(share * length).sum(axis=1) for share in self._known[key]]
        readable = []
        for steps in self._steps:
            retention: FloatArray | float = 0.0
            if steps.retention is not None:
                retention = self._retention[steps.retention][here, None]
            readable.append(steps.at(middle, retention))
        shares = self._shares(readable, here)
        return [(share * length).sum(axis=1) for share in shares]

    def _shares(
        self, readable: Sequence[FloatArray] | FloatArray, here: slice | None
    ) -> list[FloatArray]:
        """Each group's share of what is readable in each stretch, for each draw. [-]"""
        shares: list[FloatArray] = [np.zeros((1, 1))] * self._groups
        for steps, files in zip(self._steps, readable, strict=True):
            if steps.uncertain_input >= 0:
                drawn = self._files[steps.uncertain_input]
                more = files * (drawn if here is None else drawn[here])[:, None]
            else:
                more = files
            shares[steps.group] = shares[steps.group] + more
        total = np.sum(np.broadcast_arrays(*shares), axis=0)
        whole = np.where(total > 0, total, 1.0)
        return [np.where(total > 0, share / whole, 0.0) for share in shares]


@dataclass(frozen=True)
class SharedRequests:
    """The requests of one group of a `SharedGets`."""

    gets: SharedGets
    group: int
    factor: FloatArray | float

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        requests: FloatArray = self.gets.shared_days(self.group, month) * self.factor
        return requests


def add_shared_gets(
    demand: Demand,
    inputs: UncertainInputs,
    reader_model: FixedModel,
    written: Written,
    multipliers: Multipliers,
) -> None:
    """Add gets that streams share in proportion to their files."""
    # a fixed number of gets does not grow: growth moves files, which only share it out
    multipliers = dataclasses.replace(multipliers, growth=())
    streams, model = written.streams, inputs.model
    # while a stream writes on, there is always a file that has not expired; and none is read after
    # its key has gone
    last = np.minimum(model.months.end[-1], model.key_end[streams.trail])
    retention = inputs.retentions(np.unique(streams.trail[streams.end < last]).tolist())
    # the only one: such a reader makes Decrypt alone
    block = next(iter(reader_model.requests(written, reader_model.gets(written))))
    left = 1.0 - reader_model.savings[streams.trail]
    parts = [
        (group, factor * share, rows[left[rows] == share])
        for group, factor, rows in demand.groups(block, multipliers)
        for share in np.unique(left[rows]).tolist()
    ]
    uncertain = bool((streams.uncertain_input >= 0).any())
    # with one part and no moving edge the shares add up to 1 in every draw
    if not retention and not (uncertain and len(parts) > 1):
        demand.add(dataclasses.replace(block, streams=streams.with_a_file_each()), multipliers)
        return
    rows_of = [rows for _, _, rows in parts]
    gets = SharedGets(reader_model, streams, demand.files, retention, rows_of)
    for number, (group, factor, _) in enumerate(parts):
        requests = SharedRequests(gets, number, factor * reader_model.per_day)
        group.parts.append(requests)


def _sizes(files: FloatArray, readable: npt.NDArray[np.bool_]) -> IntArray:
    """A number for each stream, the same for all within a factor of 256; 0 where all may be one."""
    some = files[readable]
    if not len(some) or some.min() >= _LEAST_SHARE * some.sum():
        return np.zeros(len(files), dtype=np.int64)
    return np.frexp(files)[1].astype(np.int64) // 8


def _sum_up_to(moments: FloatArray, files: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Moments in order, each once, and all files up to it."""
    edges, at = np.unique(moments, return_inverse=True)
    return edges, np.cumsum(np.bincount(at, weights=files)).astype(np.float64)


def _last_before(
    steps: tuple[FloatArray, FloatArray], moments: npt.NDArray[np.float64]
) -> FloatArray:
    """The files of the last step that is not after each moment; 0 before the first."""
    edges, files = steps
    at = np.searchsorted(edges, moments, side="right")
    return np.concatenate([[0.0], files])[at]
