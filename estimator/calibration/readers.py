"""Readers: the assumption of each that measured gets decide, and stanzas for those not known."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimator.calibration.expected import MeasuredModel
from estimator.calibration.gets import Rate, began, daily_rate, gets_per_file, tracks_files
from estimator.calibration.measured import Gets, Measured
from estimator.calibration.places import Identity, listed, place_readers
from estimator.calibration.ranges import measured_range
from estimator.calibration.rates import Rates
from estimator.inventory import Range
from estimator.inventory.sections import Reader
from estimator.months import ALWAYS, FloatArray
from estimator.volume.readers import Reading
from estimator.volume.streams import Streams

_STOPPED_DAYS = 7


@dataclass
class ReadersFound:
    """What takes the place of readers' assumptions.

    Attributes
    ----------
    known : dict
        Of each reader (position): the name of the assumption and its range.
    starts : dict
        Of each reader (position) that clearly began in the window and says nothing: its first day.
    new : list
        Stanzas of readers that the inventory does not have.
    """

    known: dict[int, tuple[str, Range]] = field(default_factory=dict)
    starts: dict[int, datetime.date] = field(default_factory=dict)
    new: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def readers_found(measured: Measured, rates: Rates, said: str) -> ReadersFound:
    """Every reader of the inventory or of the measurement."""
    told = ReadersFound()
    model = MeasuredModel(measured, rates)
    identities = [identity for identity, cause in measured.gets if cause == "get"]
    places, guesses = place_readers(measured.inventory, identities)
    told.notices += guesses
    for identity in identities:
        gets = measured.gets[identity, "get"]
        number = places.get(identity)
        if number is None:
            _add(told, measured, identity, gets, said)
        else:
            _known(told, model, number, gets, said)
    _replications(told, model)
    seen = set(places.values())
    readers = enumerate(measured.inventory.readers)
    silent = [one.name for number, one in readers if number not in seen and _is_due(model, one)]
    if silent:
        said_of = f"no get of reader {listed(silent)} was measured"
        told.notices.append(f"{said_of}: unchanged; remove what is gone")
    return told


def _is_due(model: MeasuredModel, reader: Reader) -> bool:
    """Whether a reader that gets decide something of should have got anything."""
    at_work, streams = model.read_by(reader)
    return at_work.assumption is not None and bool(at_work.of_one(streams).any())


def _known(told: ReadersFound, model: MeasuredModel, number: int, gets: Gets, said: str) -> None:
    measured = model.measured
    reader = measured.inventory.readers[number]
    at_work, streams = model.read_by(reader)
    assert at_work.assumption is not None  # place_readers gives those of gets alone
    if gets.bucket_key and not _counts_requests(at_work):
        what = "requests under an S3 Bucket Key do not tell how many files were got"
        told.notices.append(f"reader {reader.name}: {what}: unchanged")
        return
    of_one = at_work.of_one(streams)
    exposure = np.where(_due_days(model, at_work, streams, of_one), gets.exposure, 0.0)
    daily = np.where(exposure > 0, gets.daily, 0.0)
    if first := began(daily, exposure):
        exposure[:first], daily[:first] = 0.0, 0.0
        if at_work.period.start == ALWAYS:
            told.starts[number] = measured.window.day(first)
    if not daily.any() or not of_one[exposure > 0].any():
        told.notices.append(f"reader {reader.name}: nothing to compare its gets with: unchanged")
        return
    rate = _rate(at_work, daily, of_one, exposure)
    told.known[number] = at_work.assumption, measured_range(rate.mean, rate.variance, said)
    if (last := _stopped(daily, exposure)) is not None:
        fix = "write `until` if it is gone"
        since = measured.window.day(last)
        told.notices.append(f"reader {reader.name} has got nothing since {since}: {fix}")


def _counts_requests(at_work: Reading) -> bool:
    """Whether a reader's number of gets are requests already: no saving is taken off them."""
    saving = at_work.reader.bucket_key_saving
    return at_work.counts_gets and saving is not None and saving.mid == 0


def _due_days(
    model: MeasuredModel, at_work: Reading, streams: Streams, of_one: FloatArray
) -> np.ndarray:
    """Days on which there is something to hold the gets against."""
    if not at_work.each_put:
        return of_one > 0
    # a day without a file is one on which it got none; what was not recorded is not
    trails = np.unique(streams.trail)
    put = model.measured.exposure[trails].max(axis=0, initial=0.0) > 0
    days: np.ndarray = put & model.measured.window.within(at_work.period)
    return days


def _rate(at_work: Reading, daily: FloatArray, of_one: FloatArray, exposure: FloatArray) -> Rate:
    """The assumption that the gets decide: what was got over what 1 of it would get."""
    if at_work.each_put:  # files were counted in the very hours in which gets were
        return gets_per_file(daily, np.where(exposure > 0, of_one, 0.0))
    # days on which a look met fewer files, in a young trail, count for as much less
    full = float(of_one.max())
    rate = daily_rate(daily, exposure * (of_one / full))
    return Rate(rate.mean / full, rate.variance)


def _add(told: ReadersFound, measured: Measured, identity: Identity, gets: Gets, said: str) -> None:
    """A stanza for a reader that the inventory does not have."""
    total = float(gets.daily.sum())
    name = identity.short
    what = f"{identity.arn or 'a reader that is not told'} got files {total:,.0f} times"
    if identity.account not in {one.id for one in measured.inventory.accounts}:
        account = f"account {identity.account}" if identity.account else "an account not told"
        fix = "add it to accounts, or write the reader yourself"
        told.notices.append(f"{what} from {account}, which the inventory does not list: {fix}")
        return
    if (last := _stopped(gets.daily, gets.exposure)) is not None:
        since = measured.window.day(last)
        told.notices.append(f"{what} and has stopped since {since}: no reader was added")
        return
    first = began(gets.daily, gets.exposure)
    exposure = gets.exposure.copy()
    exposure[:first] = 0.0
    daily = np.where(exposure > 0, gets.daily, 0.0)
    read = np.flatnonzero(gets.by_trail > 0)
    rows = np.flatnonzero(np.isin(measured.streams.trail, read))
    put = measured.exposure[read].max(axis=0) > 0 if len(read) else exposure > 0
    files = np.where((exposure > 0) & put, measured.files[rows], 0.0)
    taken = {one.name for one in (*measured.inventory.readers, *measured.inventory.trails)}
    taken |= {one["name"] for one in told.new}
    stanza: dict[str, Any] = {"name": next((n for n in _names(identity) if n not in taken), name)}
    every = not gets.bucket_key and tracks_files(
        (daily, files.sum(axis=0)), (gets.by_stream[rows], files.sum(axis=1))
    )
    if every:
        stanza |= {"kind": "every-file", "account": identity.account}
        rate = gets_per_file(np.where(put, daily, 0.0), files.sum(axis=0))
        assumption = "gets_per_file"
    else:
        stanza |= {"kind": "fixed", "account": identity.account}
        rate, assumption = daily_rate(daily, exposure), "gets_per_day"
    if len(read) < sum(one.key is not None for one in measured.inventory.trails):
        stanza["trails"] = [measured.inventory.trails[n].name for n in read]
    stanza[assumption] = measured_range(rate.mean, rate.variance, said)
    if gets.bucket_key:  # requests were counted, not files
        stanza["bucket_key_saving"] = Range.exactly(0)
    if first:
        stanza["from"] = measured.window.day(first)
    told.new.append(stanza)


def _names(identity: Identity) -> tuple[str, ...]:
    arn, short, long = identity.names()
    return (short, long, arn)


def _stopped(daily: FloatArray, exposure: FloatArray) -> int | None:
    """The day of a reader's last get, if it got some every day and none in a recorded week."""
    seen = np.flatnonzero(daily)
    if not len(seen):
        return None
    first, last = int(seen[0]), int(seen[-1])
    after = float(exposure[last + 1 :].sum())
    active = len(seen) / (last - first + 1)
    stops = after >= _STOPPED_DAYS and (1.0 - min(active, 0.999)) ** after < 1e-3
    return last if stops else None


def _replications(told: ReadersFound, model: MeasuredModel) -> None:
    """Replication has nothing to calibrate: one get a put. Say where that is not so."""
    measured = model.measured
    cause = "replication"
    identities = [identity for identity, of in measured.gets if of == cause]
    places, _ = place_readers(measured.inventory, identities, cause)
    for identity in identities:
        gets = measured.gets[identity, cause]
        if identity not in places:
            total = f"{gets.daily.sum():,.0f}"
            fix = "add a reader of the kind replication"
            what = f"{identity.arn} replicated {total} files and is no reader of the inventory"
            told.notices.append(f"{what}: {fix}")
            continue
        at_work, streams = model.read_by(measured.inventory.readers[places[identity]])
        active = measured.window.within(at_work.period)
        files, got = float(at_work.total(streams).sum()), float(gets.daily[active].sum())
        if files and not gets.bucket_key and abs(got / files - 1.0) > 0.1:
            told.notices.append(
                f"reader {at_work.reader.name} got {got / files:.2f} times as many files as were "
                "put; the model has one get a put"
            )
