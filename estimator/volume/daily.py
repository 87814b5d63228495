"""Requests by the day: what copies of events and bursts rest on. Its days add up to the months.

It is the model itself, counted in days instead of months, so no rule is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from estimator.inventory import Range
from estimator.months import FloatArray, IntArray, Spans
from estimator.volume import trail_blocks
from estimator.volume.blocks import Block, Vocabulary
from estimator.volume.model import Model
from estimator.volume.readers import reader_blocks

# what tells jobs apart
JOB = ("payer", "billed_account", "billed_region", "key", "driver", "cause", "operation")

# rows of streams x days in one piece: some 100 MB
_MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class DailyRequests:
    """The requests of each job on each day of some months.

    Attributes
    ----------
    vocabulary : Vocabulary
        The texts of the codes.
    spans : Spans
        The days.
    codes : dict of str to array
        Of each column of `JOB` the code of each job.
    requests : array
        Jobs x days. [request/day]
    at_once : array
        How many of them come together, at most. [request]
    seconds : tuple
        Of each job, in how many seconds they come; None where one comes after the other. [s]
    """

    vocabulary: Vocabulary
    spans: Spans
    codes: dict[str, IntArray]
    requests: FloatArray
    at_once: FloatArray
    seconds: tuple[Range | None, ...]

    def texts(self, column: str) -> list[str]:
        """The text of a column for each job."""
        known = self.vocabulary.texts[column]
        return [known[code] for code in self.codes[column].tolist()]

    @property
    def month_starts(self) -> IntArray:
        """The position of the first day of each month."""
        # -1 is no month, so the first day begins one as well
        return np.flatnonzero(np.diff(self.spans.month, prepend=-1))

    @property
    def months(self) -> IntArray:
        """The position of each month."""
        return self.spans.month[self.month_starts]


def daily_requests(model: Model) -> Iterator[DailyRequests]:
    """Every day of the model's months, in pieces that fit into memory."""
    months = model.months
    summed = model.streams.add_up(by_account=False, by_region=False)
    days = float(months.days.max())
    size = max(1, int(_MOST_CELLS / (days * max(len(summed), 1))))
    # whole months in a piece: a burst is the highest of a month, which no piece may cut
    for first in range(0, months.count, size):
        spans = months.each_day(first, min(first + size, months.count))
        each_day = model.over(spans)
        blocks = [
            *trail_blocks(each_day, summed),
            *reader_blocks(each_day, summed, by_account=False, by_region=False),
        ]
        yield _by_job(each_day, [block for block in blocks if len(block.quantity)])


def _by_job(model: Model, blocks: list[Block]) -> DailyRequests:
    """Blocks added up by job."""
    shape, vocabulary = (0, len(model.spans)), model.vocabulary
    codes = np.zeros((0, len(JOB)), dtype=np.int64)
    if blocks:
        codes = np.concatenate([_codes(block, vocabulary) for block in blocks])
    jobs, job_of = np.unique(codes, axis=0, return_inverse=True)
    requests, at_once = np.zeros((2, len(jobs), shape[1]))
    seconds: list[Range | None] = [None] * len(jobs)
    row = 0
    for block in blocks:
        # releases of numpy differ in the shape of this inverse
        job = job_of.reshape(-1)[row : row + len(block.quantity)]
        row += len(block.quantity)
        assert (
            block.burst_profile is not None
        )  # requests have one, and key-months are not asked for
        # += would add only one of the rows that are the same job
        np.add.at(requests, job, block.quantity)
        # an assumption of 0 a month comes 0 times a day: then nothing comes together
        times = np.broadcast_to(block.burst_profile.times, shape[1:])
        together = np.divide(
            block.quantity, times, out=np.zeros_like(block.quantity), where=times > 0
        )
        np.add.at(at_once, job, together)
        # blocks of one job have one driver and cause, and so the same seconds
        for number in np.unique(job).tolist():
            seconds[number] = block.burst_profile.seconds
    named = {column: jobs[:, position] for position, column in enumerate(JOB)}
    return DailyRequests(vocabulary, model.spans, named, requests, at_once, tuple(seconds))


def _codes(block: Block, vocabulary: Vocabulary) -> IntArray:
    columns = []
    for name in JOB:
        value = getattr(block, name)
        code = vocabulary.code[name][value] if isinstance(value, str) else value
        columns.append(np.broadcast_to(np.asarray(code, dtype=np.int64), (len(block.quantity),)))
    return np.stack(columns, axis=1)
