"""A model of an inventory -> usage: how many requests, where, for whom, because of what.

`usage` counts them by the month and `daily_requests` by the day, as bursts, copies of events and
the day on which free requests end need them. Both are the model itself, counted in other spans, so
no rule is written twice, and the days add up to their months. Checks and keys are counted here,
puts and digests in `estimator.volume.model`, what readers get in `estimator.volume.readers`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.frames import DEFAULT_GRAIN
from estimator.inventory import Range
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, IntArray, Period, Spans
from estimator.volume.blocks import Block, BurstProfile
from estimator.volume.columns import Vocabulary, account_group, usage_frame
from estimator.volume.model import Model
from estimator.volume.readers import build_reader_models
from estimator.volume.streams import Streams

__all__ = [
    "CAPPED_FROM",
    "JOB",
    "ROTATIONS_CHARGED",
    "DailyRequests",
    "daily_requests",
    "key_blocks",
    "key_months",
    "paid_periods",
    "trail_blocks",
    "usage",
    "why_no_puts",
]

# what tells jobs apart
JOB = ("payer", "billed_account", "billed_region", "key", "driver", "cause", "operation")

# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)

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


def usage(model: Model, by: Sequence[str] = DEFAULT_GRAIN) -> pd.DataFrame:
    """Count the requests and key-months that CloudTrail causes, month by month.

    Parameters
    ----------
    model : Model
        Of an inventory and the months.
    by : sequence of str
        The key columns to tell apart (`estimator.frames.KEYS`), and groups of accounts as
        `estimator.volume.columns.account_group` reads them; all others are summed over while the
        frame is computed. Totals do not depend on it.

    Returns
    -------
    DataFrame
        A row per month and group: the columns of `by`, quantity [request or key-month] and unit.
    """
    groups = [account_group(column) for column in by]
    by_account = "account" in by or any(group and group.of == "account" for group in groups)
    by_region = "region" in by
    # before the months multiply them: a hundred thousand streams become a few rows
    summed = model.streams.add_up(by_account, by_region)
    blocks = [*_request_blocks(model, summed, by_account, by_region), *key_blocks(model)]
    return usage_frame(blocks, model.months, by, model.vocabulary)


def _request_blocks(
    model: Model, summed: Streams, by_account: bool = False, by_region: bool = False
) -> Iterator[Block]:
    """All requests in the model's spans: those of trails, and those of readers."""
    yield from trail_blocks(model, summed)
    for reader in build_reader_models(model):
        yield from reader.blocks(summed, by_account, by_region)


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
        blocks = [block for block in _request_blocks(each_day, summed) if len(block.quantity)]
        yield _by_job(each_day, blocks)


def trail_blocks(model: Model, streams: Streams) -> Iterator[Block]:
    """GenerateDataKey for every put, digest and check."""
    yield from model.put_requests(streams)
    yield from _checks(model)


def _checks(model: Model) -> Iterator[Block]:
    """One GenerateDataKey whenever the key setting of a trail is made or changed."""
    code = model.vocabulary.code
    keys = {key.id: key for key in model.inventory.keys}
    for trail in model.inventory.trails:
        if trail.key is None or not trail.config_updates_per_month.mid:
            continue
        key, writing = keys[trail.key], model.inventory.active.writing[trail.name]
        days = model.spans.days_within(writing.start, writing.end)
        # no saving: a Bucket Key stands for the keys of objects, and a check puts none
        rate = trail.config_updates_per_month.mid
        account = code["account"][trail.account]
        yield Block(
            quantity=model.spans.times_within(rate, days)[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][model.inventory.home_of(trail)],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][trail.name],
            cause="check",
            operation="GenerateDataKey",
            # a check is one request
            burst_profile=BurstProfile(rate / model.spans.month_days, Range.exactly(1)),
        )


def key_blocks(model: Model) -> Iterator[Block]:
    """Key-months of every customer managed key."""
    code = model.vocabulary.code
    for key in model.inventory.keys:
        account = code["account"][key.account]
        quantity = key_months(
            model.inventory.active.key[key.id],
            [float(day.toordinal()) for day in key.rotations],
            model.months.whole,
        )
        yield Block(
            quantity=quantity[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][key.region],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][key.id],
            cause="key",
            operation="KeyMonth",
        )


def key_months(active: Period, rotations: list[float], spans: Spans) -> FloatArray:
    """Key-months of one key: share of a span's hours x (1 + rotations that count). [key-month]

    Parameters
    ----------
    active : Period
        Up to the day from which it is pending deletion.
    rotations : list
        Day of each rotation, in any order. [day ordinal]
    spans : Spans
    """
    periods = paid_periods(active, rotations)
    days = np.sum([spans.days_within(paid.start, paid.end) for paid in periods], axis=0)
    months: FloatArray = days / (spans.end - spans.begin)
    return months


def paid_periods(active: Period, rotations: list[float]) -> list[Period]:
    """The period in which a key is paid, and that of each rotation, in order of their days."""
    cap = Period(end=float(CAPPED_FROM.toordinal()))
    periods = [active]
    # by their days: the first two cost for ever, in whatever order the file has them
    for count, rotation in enumerate(sorted(rotations), start=1):
        paid = active & Period(start=rotation)
        periods.append(paid if count <= ROTATIONS_CHARGED else paid & cap)
    return periods


def why_no_puts(model: Model, trail: Trail, streams: Streams) -> str:
    """Why a trail with these streams makes no requests of puts in the model's months."""
    active = model.inventory.active
    if active.writing[trail.name].meets(model.months):
        files = model.put(model.logs(streams))
        if files.any():
            return "its Bucket Key saves all of them"
        if model.days(streams).any():
            return "it writes 0 files a day"
        return f"no account that it covers is active {model.in_months}"
    own = {
        "its account": active.account[trail.account],
        f"key {trail.key}": active.key[trail.key or ""],
        "the trail": active.trail[trail.name],
    }
    for name, period in own.items():
        if period.end <= model.months.begin[0]:
            return f"{name} ended on {datetime.date.fromordinal(int(period.end))}"
    for name, period in own.items():
        if name != "its account" and period.start >= model.months.end[-1]:
            return f"{name} begins on {datetime.date.fromordinal(int(period.start))}"
    return f"trail and key are never active together {model.in_months}"


def _by_job(model: Model, blocks: list[Block]) -> DailyRequests:
    """Blocks added up by job."""
    shape, vocabulary = (0, len(model.spans)), model.vocabulary
    codes = np.zeros((0, len(JOB)), dtype=np.int64)
    if blocks:
        columns = ([vocabulary.codes_of(block, name) for block in blocks] for name in JOB)
        codes = np.stack([np.concatenate(parts) for parts in columns], axis=1)
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
