"""`every-file`: reads each log file, as a SIEM does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from estimator.figures import noun_of
from estimator.inventory.reader_sections import EveryFile
from estimator.months import FloatArray
from estimator.volume.blocks import BurstProfile
from estimator.volume.equations import Equation, Product
from estimator.volume.model import Written
from estimator.volume.readers.reader_model import BoolArray, ReaderModel


class EveryFileModel(ReaderModel):
    """gets_per_file x log files put while the reader is active."""

    section = EveryFile
    factors = ("gets_per_file",)
    assumption = "gets_per_file"
    each_put = True
    per_file = "gets_per_file"
    reader: EveryFile

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        return self.model.put(written, self.period) * self.reader.gets_per_file.mid

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Files put x gets per file."""
        rows = replace(written, streams=written.streams.where(chosen))
        files, lines = self.files_put(rows, self.period, "files put")
        if not files.number:
            why = self.why_no_file(f" for {what}")
            yield Equation(f"nothing: {why}", 0.0, "gets")
            return
        yield from lines
        number = files.number * self.reader.gets_per_file.mid
        words = f"{noun_of(self.reader.gets_per_file.mid, 'get')} per file"
        formula = Product((files, self.value("gets_per_file", words)))
        yield Equation(what, number, "gets", formula)

    def why_no_file(self, of: str = "") -> str:
        """Why it makes no get, though it is active."""
        return f"no file{of} is put while the reader is active"

    def burst_profile(self, written: Written) -> BurstProfile:
        """It follows the files of five minutes."""
        return written.burst_profile(self.reader.burst_seconds)
