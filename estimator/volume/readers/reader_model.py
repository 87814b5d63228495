"""What all readers have in common: which streams they read, when, and what a Bucket Key saves."""

from __future__ import annotations

import copy
import datetime
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from estimator.inventory import Range
from estimator.inventory.sections import Reader, Trail
from estimator.months import NEVER, FloatArray, Period, Spans
from estimator.volume.blocks import Block, BurstProfile
from estimator.volume.equations import Equation, Value, add_terms
from estimator.volume.file_equations import (
    files_equations,
    files_value,
    growth_value,
    origin_of,
    requests_equation,
    saving_value,
)
from estimator.volume.model import Model, Written, requests_left
from estimator.volume.streams import Streams

BoolArray = npt.NDArray[np.bool_]


class ReaderModel(ABC):
    """A reader of the inventory at work: what anybody asks of it, it answers here.

    A kind of reader is a subclass in a module of its own.

    Attributes
    ----------
    section : type
        The section of the inventory that it belongs to.
    factors : tuple of str
        The assumptions that its requests are proportional to.
    window : str or None
        The assumption that says how many days it looks back; None where it does not.
    assumption : str or None
        The assumption that measured gets decide, one of `factors`; None where they decide none.
    each_put : bool
        Whether it gets every file when it is put, so that its gets tell how many files there are.
    counts_gets : bool
        Whether `assumption` is a number of gets as such, whatever files they are of.
    gets_follow : "files", "look-back" or "share"
        The files that are put; those of the days before each look; or how all that can be read
        shares a number of gets.
    looks_back : bool
        Whether it gets files that were put earlier.
    per_file : str or None
        The assumption that says how often it gets a file that it needs but once; None where it
        never gets one again, or has to.
    once_is_enough : bool
        Whether it gets files again and again that could be got once, into a table of its own.
    destination : str or None
        What names the key that it puts copies under; None where it makes none.
    cause : str
        Of its requests.
    nothing : str
        Why it reads nothing of trails that write under a key.
    period : Period
        When it is active.
    """

    section: ClassVar[type[Any]]
    factors: ClassVar[tuple[str, ...]] = ()
    window: ClassVar[str | None] = None
    assumption: ClassVar[str | None] = None
    each_put: ClassVar[bool] = False
    counts_gets: ClassVar[bool] = False
    gets_follow: ClassVar[Literal["files", "look-back", "share"]] = "files"
    looks_back: ClassVar[bool] = False
    per_file: ClassVar[str | None] = None
    once_is_enough: ClassVar[bool] = False
    destination: ClassVar[str | None] = None
    cause: ClassVar[str] = "get"
    nothing: ClassVar[str] = "no file under a key is there to read"

    def __init__(self, model: Model, reader: Any) -> None:
        self.model, self.reader = model, reader
        self.period = model.inventory.active.reader[reader.name]

    def over(self, spans: Spans) -> Self:
        """The same, counted in other spans."""
        # shallow, as in `Model.over`: the reader and its period are the same in any spans
        other = copy.copy(self)
        other.model = self.model.over(spans)
        return other

    @classmethod
    def reads(cls, trail: Trail) -> bool:
        """Tell whether there is anything for this kind among the files of a trail.

        A kind for which there may be nothing leaves out such trails in `files_to_read`.
        """
        del trail
        return True

    @classmethod
    def scans(cls, reader: Any, longest: float) -> str | None:
        """The assumption to lower so that it scans less; None for what scans nothing.

        Parameters
        ----------
        longest : float
            The days that the buckets keep what it reads, at most. [day]
        """
        del reader, longest
        return None

    @classmethod
    def days_between(cls, reader: Any) -> float | None:
        """Days back that suffice to meet every file once; None for what has no turns. [day]"""
        del reader
        return None

    @abstractmethod
    def gets(self, written: Written) -> FloatArray:
        """Gets of the files of each row of streams in each span. [get]"""

    @abstractmethod
    def burst_profile(self, written: Written) -> BurstProfile:
        """Give the number of bursts a day and the seconds that each takes."""

    @abstractmethod
    def explain_gets(self, written: Written, chosen: BoolArray, what: str) -> Iterator[Equation]:
        """Yield the equations of its gets in the model's one month; the last one is all of them.

        Parameters
        ----------
        written : Written
            A row for each stream that it reads.
        chosen : array of bool
            The rows to explain, all of one trail.
        what : str
            What to call these gets.
        """

    def explain_requests(self, gets: Sequence[Equation], trail: Trail) -> Iterator[Equation]:
        """Yield the equations from the gets of a trail's files to requests."""
        number = float(sum(equation.number for equation in gets))
        saved = float(self.savings[self.model.trail_number[trail.name]])
        left = float(requests_left(np.array(number), saved))
        calls = add_terms([Value(equation.number) for equation in gets])
        yield requests_equation("Decrypt", calls, left, self.saving_value(trail))

    def files_to_read(self, streams: Streams) -> tuple[Written, ...]:
        """The files that it reads of streams: log files, unless a kind says otherwise."""
        return (self.model.logs(streams),)

    def total(self, streams: Streams) -> FloatArray:
        """Gets of all that it reads of streams in each span. [get]"""
        gets = np.zeros(len(self.model.spans))
        for written in self.files_to_read(streams):
            if len(written.streams):
                gets = gets + self.gets(written).sum(axis=0)
        return gets

    def why_none(self, streams: Streams) -> str:
        """Why it makes no requests of streams in the model's months."""
        if not len(streams):
            return ReaderModel.nothing
        if not self.period.meets(self.model.months):
            return f"the reader is not active {self.model.in_months}{self._end_or_start()}"
        if not any(len(written.streams) for written in self.files_to_read(streams)):
            return self.nothing
        if self.total(streams).any():
            return "the Bucket Key saves all of its requests"
        names = (*self.factors, *filter(None, [self.window]))
        ranges = {name: getattr(self.reader, name) for name in names}
        zeros = [name for name, value in ranges.items() if value is not None and not value.mid]
        # if it would get something with 1 in their place, the zeros are the reason
        more = self.reader.model_copy(update=dict.fromkeys(zeros, Range.exactly(1)))
        if zeros and type(self)(self.model, more).total(streams).any():
            return f"{' and '.join(zeros)} {'are' if len(zeros) > 1 else 'is'} 0"
        return self.why_no_file()

    def why_no_file(self, of: str = "") -> str:
        """Why it makes no get, though it is active."""
        return f"no file{of} lies there"

    def _end_or_start(self) -> str:
        """The day on which it ended before the model's months, or begins after them, in words."""
        period, months = self.period, self.model.months
        if period.end <= months.begin[0] and period.end < NEVER:
            return f"; it ended on {datetime.date.fromordinal(int(period.end))}"
        if period.start >= months.end[0]:
            return f"; it begins on {datetime.date.fromordinal(int(period.start))}"
        return ""

    def met_period(self, trail: int) -> Period:
        """The period of all files of a trail that it may get in the model's months."""
        months = self.model.months
        in_months = Period(float(months.begin[0]), float(months.end[-1]))
        return self.period & in_months & Period(end=float(self.model.key_end[trail]))

    def unit_gets(self, streams: Streams) -> FloatArray:
        """Gets in each span if `assumption` were 1: what measured gets are held against. [get]"""
        assert self.assumption is not None  # others have nothing to measure
        # through the reader's own formula, whatever its other assumptions are
        unit = self.reader.model_copy(update={self.assumption: Range.exactly(1)})
        return type(self)(self.model, unit).total(streams)

    def blocks(self, summed: Streams, by_account: bool, by_region: bool) -> Iterator[Block]:
        """Its requests; parameters as `streams` has them."""
        streams = self.streams(summed, by_account, by_region)
        if not len(streams):
            return
        for written in self.files_to_read(streams):
            if len(written.streams):
                yield from self.requests(written, self.gets(written))

    def requests(self, written: Written, gets: FloatArray) -> Iterator[Block]:
        """The requests of as many gets: a Decrypt each, less what a Bucket Key saves."""
        yield self.model.block(
            written.streams,
            gets,
            self.reader.name,
            self.cause,
            "Decrypt",
            self.burst_profile(written),
            self.account,
            savings=self.savings,
        )

    @property
    def account(self) -> int:
        """The code of the account that it is billed to."""
        return self.model.vocabulary.code["account"][self.reader.account]

    @property
    def savings(self) -> FloatArray:
        """The share of its Decrypt that a Bucket Key saves, for each trail. [-]"""
        if self.reader.bucket_key_saving is None:
            return self.model.saving
        trails = self.model.inventory.trails
        # without a Bucket Key nothing is saved, whatever number the reader has
        on = np.array([trail.bucket.bucket_key for trail in trails], dtype=bool)
        return np.where(on, self.reader.bucket_key_saving.mid, 0.0)

    def saving_value(self, trail: Trail) -> Value | None:
        """The share of its Decrypt that the Bucket Key of a trail saves; None without one."""
        if self.reader.bucket_key_saving is None or not trail.bucket.bucket_key:
            return saving_value(self.model.inventory, trail)
        return self.value("bucket_key_saving", "saved by the Bucket Key")

    def value(self, name: str, words: str) -> Value:
        """An assumption of the reader, counted in words such as ``get per file``."""
        assumption: Range = getattr(self.reader, name)
        origin = origin_of(self.model.inventory, f"readers[{self.reader.name}]", self.reader, name)
        return Value(assumption.mid, words, origin)

    def times(self, name: str, words: str) -> tuple[Value, ...]:
        """An assumption as a factor; none where it is 1 because nobody says otherwise."""
        value = self.value(name, words)
        is_default = getattr(value.origin, "is_default", False)
        return () if is_default and value.number == 1 else (value,)

    def files_put(
        self, written: Written, period: Period, words: str
    ) -> tuple[Value, Sequence[Equation]]:
        """The files put in a period, and the equations that lead to them."""
        model = self.model
        growth = growth_value(float(written.growth.factor[0]))
        days = model.days(written.streams, period)[:, 0]
        noun = "digest files" if written.is_digest else "log files"
        lines = files_equations(model, written, days, growth, f"{noun} put")
        return files_value(lines, float(model.put(written, period).sum()), words)

    def streams(
        self,
        summed: Streams,
        by_account: bool,
        by_region: bool,
        by_input: bool = False,
    ) -> Streams:
        """The streams whose files it reads, added up where its filter allows.

        Parameters
        ----------
        summed : Streams
            Those of the model, added up to what the frame tells apart.
        """
        # what is added up over accounts can no longer be chosen by account
        fine = is_fine(self.reader)
        streams = self.model.streams if fine else summed
        chosen = np.ones(len(streams), dtype=bool)
        model, reader = self.model, self.reader
        trails = model.inventory.read_by(reader)
        # most readers read all trails: no mask over a hundred thousand streams for them
        if len(trails) < len(model.inventory.trails):
            chosen &= np.isin(streams.trail, [model.trail_number[trail.name] for trail in trails])
        if reader.accounts is not None:
            code = model.vocabulary.code["account"]
            chosen &= np.isin(streams.account, [code[account] for account in reader.accounts])
        if reader.regions is not None:
            code = model.vocabulary.code["region"]
            chosen &= np.isin(streams.region, [code[region] for region in reader.regions])
        streams = streams if chosen.all() else streams.where(chosen)
        return streams.add_up(by_account, by_region, by_input) if fine else streams


def is_fine(reader: Reader) -> bool:
    """True for a reader of some accounts or Regions only, so that streams must stay apart."""
    return reader.accounts is not None or reader.regions is not None
