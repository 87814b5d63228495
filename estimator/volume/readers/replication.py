"""`replication`: S3 copies each file: Decrypt at the source, Encrypt at the destination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from estimator.inventory.reader_sections import Replication
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, Period
from estimator.volume.blocks import Block, BurstProfile
from estimator.volume.equations import Equation, Value, add_terms
from estimator.volume.file_equations import requests_equation
from estimator.volume.model import Written
from estimator.volume.readers.reader_model import BoolArray, ReaderModel
from estimator.volume.streams import Streams


class ReplicationModel(ReaderModel):
    """One Decrypt and one Encrypt for each log and digest file put while both keys are active."""

    section = Replication
    cause = "replication"
    each_put = True
    destination = "destination_key"
    reader: Replication

    def files_to_read(self, streams: Streams) -> tuple[Written, ...]:
        """Whatever is put under the key is copied."""
        return self.model.logs(streams), self.model.digests(streams)

    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""
        return self.model.put(written, self.copy_period)

    @property
    def copy_period(self) -> Period:
        """The period in which both it and the destination key are active."""
        return self.period & self.model.inventory.active.key[self.reader.destination_key]

    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Files put while both keys are active."""
        rows = replace(written, streams=written.streams.where(chosen))
        files, lines = self.files_put(
            rows, self.copy_period, "files put while both keys are active"
        )
        if not files.number:
            why = self.why_no_file(f" for {what}")
            yield Equation(f"nothing: {why}", 0.0, "gets")
            return
        yield from lines
        yield Equation(what, files.number, "gets", files)

    def explain_requests(self, gets: Sequence[Equation], trail: Trail) -> Iterator[Equation]:
        """Decrypt as every reader, and Encrypt."""
        yield from super().explain_requests(gets, trail)
        calls = add_terms([Value(equation.number) for equation in gets])
        number = float(sum(equation.number for equation in gets))
        what = f"Encrypt under {self.reader.destination_key}"
        yield requests_equation(what, calls, number, None)

    def requests(self, written: Written, gets: FloatArray) -> Iterator[Block]:
        """Decrypt as every reader, and Encrypt."""
        yield from super().requests(written, gets)
        # nothing is known of the bucket that copies go to: no Bucket Key saves there
        code = self.model.vocabulary.code["key"][self.reader.destination_key]
        yield self.model.block(
            written.streams,
            gets,
            self.reader.name,
            self.cause,
            "Encrypt",
            self.burst_profile(written),
            self.account,
            code,
        )

    def why_no_file(self, of: str = "") -> str:
        """Why it makes no get, though it is active."""
        return f"no file{of} is put while both keys are active"

    def burst_profile(self, written: Written) -> BurstProfile:
        """It follows the files of five minutes, and the digests of an hour."""
        return written.burst_profile(self.reader.burst_seconds)
