"""Decrypt for every get: one function per kind of reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from estimator.inventory.sections import (
    EveryFile,
    Fixed,
    Query,
    Reader,
    Replication,
    Validate,
)
from estimator.months import ALWAYS, NEVER, FloatArray, ordinal
from estimator.volume import formulas
from estimator.volume.model import Model
from estimator.volume.rows import Block
from estimator.volume.streams import Streams


def reader_blocks(
    model: Model, full: Streams, summed: Streams, by_account: bool, by_region: bool
) -> Iterator[Block]:
    """The requests of every reader of the inventory.

    `full` has a row per stream, `summed` the same added up to what the frame tells apart.
    """
    for reader in model.inventory.readers:
        streams = read_by(model, reader, full, summed, by_account, by_region)
        if len(streams):
            yield from blocks_of(model, reader, streams)


def read_by(
    model: Model,
    reader: Reader,
    full: Streams,
    summed: Streams,
    by_account: bool,
    by_region: bool,
    by_doubt: bool = False,
) -> Streams:
    """The streams whose files a reader reads, added up where its filter allows."""
    fine = reader.accounts is not None or reader.regions is not None
    streams = full if fine else summed
    chosen = np.ones(len(streams), dtype=bool)
    read = model.inventory.read_by(reader)
    if len(read) < len(model.inventory.trails):
        chosen &= np.isin(streams.trail, [model.trail_number[trail.name] for trail in read])
    if reader.accounts is not None:
        code = model.vocabulary.code["account"]
        chosen &= np.isin(streams.account, [code[account] for account in reader.accounts])
    if reader.regions is not None:
        code = model.vocabulary.code["region"]
        chosen &= np.isin(streams.region, [code[region] for region in reader.regions])
    streams = streams if chosen.all() else streams.where(chosen)
    return streams.added_up(by_account, by_region, by_doubt) if fine else streams


def blocks_of(model: Model, reader: Reader, streams: Streams) -> Iterator[Block]:
    """The requests of one reader."""
    kind: Callable[[Model, Any, Streams], FloatArray] = KINDS[type(reader)]
    yield from blocks_from(model, reader, streams, kind(model, reader, streams))


def blocks_from(
    model: Model, reader: Reader, streams: Streams, gets: FloatArray
) -> Iterator[Block]:
    """The requests of as many gets of one reader."""
    account = model.vocabulary.code["account"][reader.account]
    cause = "replication" if isinstance(reader, Replication) else "get"
    left = formulas.requests_left(gets, reader_saving(model, reader)[streams.trail][:, None])
    yield model.block(streams, left, reader.name, cause, "Decrypt", account)
    if isinstance(reader, Replication):
        written = copies_written(model, reader, streams)
        code = model.vocabulary.code["key"][reader.destination_key]
        yield model.block(streams, written, reader.name, cause, "Encrypt", account, code)


def reader_saving(model: Model, reader: Reader) -> FloatArray:
    """The share of a reader's Decrypt that a Bucket Key saves, for each trail. [-]"""
    if reader.bucket_key_saving is None:
        return model.saving
    on = np.array([trail.bucket.bucket_key for trail in model.inventory.trails], dtype=bool)
    return np.where(on, reader.bucket_key_saving.mid, 0.0)


def life_of(reader: Reader) -> tuple[float, float]:
    """First day of a reader and the day after its last one. [day ordinal]"""
    return ordinal(reader.start, ALWAYS), ordinal(reader.until, NEVER)


def every_file(model: Model, reader: EveryFile, streams: Streams) -> FloatArray:
    """gets_per_file x puts while the reader lives. [get/month]"""
    days = model.days(streams, *life_of(reader))
    return formulas.puts(streams.files[:, None], days, model.growth) * reader.gets_per_file.mid


def replication(
    model: Model,
    reader: Replication,
    streams: Streams,
    start: float = ALWAYS,
    end: float = NEVER,
) -> FloatArray:
    """One get for each put while the reader lives, inside [start, end). [get/month]"""
    born, dead = life_of(reader)
    days = model.days(streams, max(born, start), min(dead, end))
    return formulas.puts(streams.files[:, None], days, model.growth)


def copies_written(model: Model, reader: Replication, streams: Streams) -> FloatArray:
    """One write at the destination for each put while its key lives too. [put/month]"""
    target = model.inventory.key(reader.destination_key)
    born, dead = ordinal(target.born, ALWAYS), ordinal(target.until, NEVER)
    return replication(model, reader, streams, born, dead)


def query(
    model: Model, reader: Query, streams: Streams, window: FloatArray | None = None
) -> FloatArray:
    """Queries x files in the last days x share_of_files x gets_per_file. [get/month]

    `window` [day] is one for each row of streams, by default what `window_of` says.
    """
    runs, days = _looks(model, reader, streams, reader.queries_per_month.mid, window)
    met = formulas.puts(streams.files[:, None], days, model.growth)
    gets: FloatArray = runs * met * reader.share_of_files.mid * reader.gets_per_file.mid
    return gets


def validate(
    model: Model, reader: Validate, streams: Streams, window: FloatArray | None = None
) -> FloatArray:
    """Runs x days x (log files + digests under the key), where there are digests. [get/month]"""
    runs, days = _looks(model, reader, streams, reader.runs_per_month.mid, window)
    logs = formulas.puts(streams.files[:, None], days, model.growth)
    digests = formulas.digests(streams.count[:, None], days, model.account_growth)
    under_key = model.digests_under_key[streams.trail][:, None]
    validated = model.validated[streams.trail][:, None]
    gets: FloatArray = runs * (logs + digests * under_key) * validated
    return gets


def window_of(model: Model, reader: Query | Validate, streams: Streams) -> FloatArray:
    """Days that a reader looks back, never more than the bucket keeps. [day]"""
    back = reader.days_scanned.mid if isinstance(reader, Query) else reader.days.mid
    days: FloatArray = np.minimum(back, model.retention)[streams.trail]
    return days


def _looks(
    model: Model,
    reader: Query | Validate,
    streams: Streams,
    rate: float,
    window: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """How often a reader looks back in each month, and the days of files it meets on average."""
    start, end = life_of(reader)
    first = np.maximum(model.months.begin, start)
    end_of = np.minimum(model.key_end[streams.trail], end)[:, None]
    last = np.maximum(np.minimum(model.months.end, end_of), first)
    runs = formulas.per_month(rate, last - first, model.months.days)
    back = window_of(model, reader, streams) if window is None else window
    met = formulas.mean_window_days(
        back[:, None], streams.start[:, None], streams.end[:, None], first, last
    )
    return runs, met


def fixed(model: Model, reader: Fixed, streams: Streams) -> FloatArray:
    """gets_per_day while there is something to read, shared in proportion to files. [get/month]"""
    gone = readable_until(model, streams, model.retention[streams.trail])
    readable = days_readable(model, reader, streams, gone)
    start, end = life_of(reader)
    days = model.life(max(start, float(streams.start.min())), min(end, float(gone.max())))
    files = streams.files[:, None] * readable
    total = files.sum(axis=0)
    if not total.any():  # streams that write nothing still share what is read by their number
        files = streams.count[:, None] * readable
        total = files.sum(axis=0)
    share = np.where(total > 0, files / np.where(total > 0, total, 1.0), 0.0)
    return share * (reader.gets_per_day.mid * days)


def readable_until(model: Model, streams: Streams, retention: FloatArray) -> FloatArray:
    """Files stay readable until they expire, or their key goes. [day ordinal]"""
    gone: FloatArray = np.minimum(streams.end + retention, model.key_end[streams.trail])
    return gone


def days_readable(model: Model, reader: Reader, streams: Streams, gone: FloatArray) -> FloatArray:
    """Days of each month on which a living reader finds files of each row of streams. [day]"""
    start, end = life_of(reader)
    return formulas.days_alive(
        np.maximum(streams.start, start)[:, None],
        np.minimum(gone, end)[:, None],
        model.months.begin,
        model.months.end,
    )


KINDS: dict[type, Callable[[Model, Any, Streams], FloatArray]] = {
    EveryFile: every_file,
    Query: query,
    Fixed: fixed,
    Validate: validate,
    Replication: replication,
}
