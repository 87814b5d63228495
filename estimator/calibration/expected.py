"""What the model expects readers to get on the days measured: what their gets are held against."""

from __future__ import annotations

import dataclasses

import numpy as np

from estimator.calibration.measured import Measured
from estimator.calibration.rates import MONTH_DAYS, Rates
from estimator.calibration.rows import stream_codes
from estimator.inventory.sections import Growth, Reader
from estimator.months import FloatArray, Months, Period, Spans
from estimator.volume.model import ALL_TIME, Model, Written
from estimator.volume.readers import Reading, reading
from estimator.volume.streams import Streams


class MeasuredModel(Model):
    """The model counted in the days of the window, with the files that were measured in it.

    Files that were put are those counted. A look back meets files at each stream's measured rate,
    the inventory's where its trail was not measured. Nothing grows: rates are those of the window.
    """

    def __init__(self, measured: Measured, rates: Rates) -> None:
        flat = dataclasses.replace(measured.inventory, growth=Growth())
        super().__init__(flat, Months(measured.window.first.replace(day=1), 1))
        begin, size = measured.window.ordinals, measured.window.days
        month = np.zeros(size, dtype=np.int64)
        self.spans = Spans(begin, begin + 1.0, month, np.full(size, MONTH_DAYS))
        self.measured = measured
        own = measured.streams
        known = ~np.isnan(rates.mean)
        self.streams = dataclasses.replace(own, files=np.where(known, rates.mean, own.files))
        codes = stream_codes(own, measured.inventory)
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]

    def read_by(self, reader: Reader) -> tuple[Reading, Streams]:
        """A reader at work, and each stream whose files it reads."""
        found = reading(self, reader)
        return found, found.streams(self.streams, self.streams, by_account=True, by_region=True)

    def put(self, written: Written, period: Period = ALL_TIME) -> FloatArray:
        """Files put in each span inside a period: those counted, and the digests beside them."""
        streams = written.streams
        if written.growth is self.growths["logs"]:
            files: FloatArray = self.measured.files[self.rows_of(streams)]
            return files * self.active_days(period)
        return super().put(written, period) * self.measured.exposure[streams.trail]

    def rows_of(self, streams: Streams) -> np.ndarray:
        """The row of each stream in what was measured."""
        wanted = stream_codes(streams, self.measured.inventory)
        rows: np.ndarray = self._order[np.searchsorted(self._codes, wanted)]
        return rows
