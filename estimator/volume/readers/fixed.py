"""`fixed`: a number of gets a day, while there is anything to read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from estimator.inventory import Range
from estimator.inventory.sections import Fixed
from estimator.months import FloatArray, Period
from estimator.volume.equations import Equation, Product, Value
from estimator.volume.file_equations import plural, retention_value
from estimator.volume.model import Written
from estimator.volume.pace import SECONDS_PER_DAY, Pace
from estimator.volume.readers.reading import BoolArray, Reading
from estimator.volume.streams import Streams

_NOISE = 1e-9  # of binary fractions
_A_DAY = Range.exactly(SECONDS_PER_DAY)


class FixedReading(Reading):
    """gets_per_day while a file can be read, shared in proportion to the files a day."""

    section = Fixed
    factors = ("gets_per_day",)
    shares = True
    reader: Fixed

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        return self.days_shared(written.streams) * self.reader.gets_per_day.mid

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Gets a day x days with anything to read x share of the files that can be read."""
        shared = self.days_shared(written.streams)[:, 0]
        days, own = float(shared.sum()), float(shared[chosen].sum())
        if not own:
            yield Equation(f"nothing: no file for {what} can be read in this month", 0.0, "gets")
            return
        factors = [self.value("gets_per_day", "gets a day"), Value(days, plural(days, "day"))]
        if not chosen.all():
            factors.append(Value(own / days, "of the files that can be read"))
        inventory = self.model.inventory
        trails = [
            inventory.trails[number] for number in dict.fromkeys(written.streams.trail.tolist())
        ]
        kept = [
            retention_value(inventory, trail, f" by {trail.name}" if len(trails) > 1 else "")
            for trail in trails
        ]
        ends = days < float(self.model.spans.month_days[0]) * (1 - _NOISE)
        if ends:
            what = f"{what}, while there is anything to read"
        yield Equation(
            what,
            own * self.reader.gets_per_day.mid,
            "gets",
            Product(tuple(factors)),
            also=tuple(value for value in kept if value is not None) if ends else (),
        )

    def pace(self, written: Written) -> Pace:
        """The gets of a day are spread over it."""
        del written
        return Pace(1.0, self.reader.burst_seconds or _A_DAY)

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
        edges, integral = _shares(start[some], end[some], streams.files[some])

        def until(moment: FloatArray) -> FloatArray:
            return np.interp(np.clip(moment, start[:, None], end[:, None]), edges, integral)

        shared = streams.files[:, None] * (until(spans.end) - until(spans.begin))
        return np.where(some[:, None], shared, 0.0)

    def readable_until(self, streams: Streams) -> FloatArray:
        """Files stay readable until they expire, or their key goes. [day ordinal]"""
        kept = self.model.retention[streams.trail]
        until: FloatArray = np.minimum(streams.end + kept, self.model.key_end[streams.trail])
        return until


def _shares(start: FloatArray, end: FloatArray, files: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where readable files change, and the integral of 1 / (all of them) up to there."""
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
