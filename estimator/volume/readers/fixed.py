"""`fixed`: a number of gets a day, shared by all that can be read, while there is anything."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from estimator.figures import noun_of
from estimator.inventory import Range
from estimator.inventory.reader_sections import Fixed
from estimator.months import FloatArray, IntArray, Period
from estimator.volume.blocks import SECONDS_PER_DAY, BurstProfile
from estimator.volume.equations import Equation, Product, Value
from estimator.volume.file_equations import retention_value
from estimator.volume.model import Written
from estimator.volume.readers.reader_model import BoolArray, ReaderModel
from estimator.volume.streams import Streams

_SCALE = 2.0**128  # 1 / the least number is too large for a number
_NOISE = 1e-9  # of binary fractions
_A_DAY = Range.exactly(SECONDS_PER_DAY)


class FixedModel(ReaderModel):
    """gets_per_day while a file can be read, shared in proportion to the files a day."""

    section = Fixed
    factors = ("gets_per_day",)
    assumption = "gets_per_day"
    counts_gets = True
    gets_follow = "share"
    looks_back = True
    reader: Fixed

    @property
    def per_day(self) -> float:
        """Gets of a day with anything to read: all its factors. [get/day]"""
        gets: float = math.prod(getattr(self.reader, name).mid for name in self.factors)
        return gets

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
        # rows that are never readable have a share of nothing, and would only add moments
        rows = np.flatnonzero((streams.files > 0) & (streams.end > streams.start) & (end > start))
        shared = np.zeros((len(streams), len(spans)))
        if not len(rows):
            return shared
        # between two moments of these the same rows can be read
        moments = np.unique(np.concatenate([start[rows], end[rows], spans.begin, spans.end]))
        first, last = (np.searchsorted(moments, edge[rows]) for edge in (start, end))
        # rows that are read at the same time have one integral
        period, of_row = np.unique(first * len(moments) + last, return_inverse=True)
        first, last = np.divmod(period, len(moments))
        files = streams.files[rows] * _SCALE
        length = np.diff(moments)
        total = _add_up_open(
            np.bincount(of_row, weights=files).astype(np.float64), first, last, len(length)
        )
        each = np.where(total > 0, length / np.where(total > 0, total, 1.0), 0.0)
        begin, until = (np.searchsorted(moments, edge) for edge in (spans.begin, spans.end))
        integral = _add_up_between(
            each, np.maximum(first[:, None], begin), np.minimum(last[:, None], until)
        )
        shared[rows] = files[:, None] * integral[of_row]
        return shared

    def met_period(self, trail: int) -> Period:
        """The period of all files of a trail that it may get in the model's months."""
        active = super().met_period(trail)
        back = float(self.model.retention[trail])
        return active if active.is_empty else Period(active.start - back, active.end)

    def readable_until(self, streams: Streams) -> FloatArray:
        """Files stay readable until they expire, or their key goes. [day ordinal]"""
        retention = self.model.retention[streams.trail]
        until: FloatArray = np.minimum(streams.end + retention, self.model.key_end[streams.trail])
        return until

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Gets a day x days with anything to read x share of the files that can be read."""
        # of all rows, not of the chosen ones: these share with the rest
        shared = self.days_shared(written.streams)[:, 0]
        days, own = float(shared.sum()), float(shared[chosen].sum())
        if not own:
            why = self.why_no_file(f" for {what}")
            yield Equation(f"nothing: {why}", 0.0, "gets")
            return
        factors = [self.value(name, _words(name)) for name in self.factors]
        factors.append(Value(days, noun_of(days, "day")))
        if not chosen.all():
            factors.append(Value(own / days, "of the files that can be read"))
        inventory = self.model.inventory
        trails = [
            inventory.trails[number] for number in dict.fromkeys(written.streams.trail.tolist())
        ]
        retentions = [
            retention_value(inventory, trail, f" by {trail.name}" if len(trails) > 1 else "")
            for trail in trails
        ]
        # the retention explains nothing but days that are missing
        ends = days < float(self.model.spans.month_days[0]) * (1 - _NOISE)
        if ends:
            what = f"{what}, while there is anything to read"
        yield Equation(
            what,
            own * self.per_day,
            "gets",
            Product(tuple(factors)),
            also=tuple(value for value in retentions if value is not None) if ends else (),
        )

    def why_no_file(self, of: str = "") -> str:
        """Why it makes no get, though it is active."""
        return f"no file{of} can be read {self.model.in_months}"

    def burst_profile(self, written: Written) -> BurstProfile:
        """The gets of a day are spread over it."""
        del written
        return BurstProfile(1.0, self.reader.burst_seconds or _A_DAY)


def _words(name: str) -> str:
    return "gets a day" if name == "gets_per_day" else name.replace("_", " ")


# Files of very different sizes may be read together. A running sum of what begins and ends loses
# small ones beside large ones, even after these are gone; so nothing is ever subtracted: stretches
# are added up in blocks of 1, 2, 4, 8 ..., of which any range has at most two of each size.
Blocks = tuple[IntArray, BoolArray]


def _add_up_open(files: FloatArray, first: IntArray, last: IntArray, size: int) -> FloatArray:
    """The sum in each stretch of all files that are there from a first stretch up to a last one."""
    levels = [np.zeros(1 << level) for level in range((size - 1).bit_length(), -1, -1)]
    for level, both in enumerate(_blocks_of(first, last)):
        for block, chosen in both:
            levels[level] += np.bincount(block[chosen], files[chosen], len(levels[level]))
    total = levels[-1]
    for finer in reversed(levels[:-1]):
        total = np.repeat(total, 2) + finer
    return total[:size]


def _add_up_between(stretches: FloatArray, first: IntArray, last: IntArray) -> FloatArray:
    """The sum of the stretches from each first up to its last; 0 where none is between."""
    size = len(stretches)
    blocks = np.concatenate([stretches, np.zeros((1 << (size - 1).bit_length()) - size)])
    total = np.zeros(first.shape)
    for both in _blocks_of(first, last):
        for block, chosen in both:
            total[chosen] += blocks[block[chosen]]
        blocks = blocks[::2] + blocks[1::2] if len(blocks) > 1 else blocks
    return total


def _blocks_of(first: IntArray, last: IntArray) -> Iterator[tuple[Blocks, Blocks]]:
    """Yield, size by size, the block at each end of each range, and the ranges that need it."""
    while (first < last).any():
        left = (first & 1 == 1) & (first < last)
        right = (last & 1 == 1) & (first + left < last)
        yield (first, left), (last - right, right)
        first, last = (first + left) >> 1, (last - right) >> 1
