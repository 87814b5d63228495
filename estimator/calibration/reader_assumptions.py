"""Readers: the assumption of each that measured gets decide, and stanzas for those not known."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimator.calibration.arn_matching import MOST_NAMED, Identity, place_readers
from estimator.calibration.gets import Rate, began, daily_rate, gets_per_file, tracks_files
from estimator.calibration.measured import Gets, Measured
from estimator.calibration.ranges import measured_range
from estimator.calibration.rows import stream_codes
from estimator.calibration.stream_rates import MONTH_DAYS, Rates
from estimator.figures import listed
from estimator.inventory import Range
from estimator.inventory.sections import Growth, Reader
from estimator.months import ALWAYS, FloatArray, Months, Period, Spans
from estimator.volume.model import ALL_TIME, Model, Written
from estimator.volume.readers import ReaderModel, build_reader_model
from estimator.volume.streams import Streams


class MeasuredModel(Model):
    """The model counted in the days of the window, with the files that were measured in it.

    Files that were put are those counted. A look back meets files at each stream's measured rate,
    the inventory's where its trail was not measured. Nothing grows: rates are those of the window.
    """

    def __init__(self, measured: Measured, rates: Rates) -> None:
        flat = dataclasses.replace(measured.inventory, growth=Growth())
        own = measured.streams
        known = ~np.isnan(rates.mean)
        streams = dataclasses.replace(own, files=np.where(known, rates.mean, own.files))
        super().__init__(flat, Months(measured.window.first.replace(day=1), 1), streams)
        begin, size = measured.window.ordinals, measured.window.days
        month = np.zeros(size, dtype=np.int64)
        self.spans = Spans(begin, begin + 1.0, month, np.full(size, MONTH_DAYS))
        self.measured = measured
        codes = stream_codes(own, measured.inventory)
        self._order = np.argsort(codes, kind="stable")
        self._codes = codes[self._order]

    def read_by(self, reader: Reader) -> tuple[ReaderModel, Streams]:
        """A reader at work, and each stream whose files it reads."""
        found = build_reader_model(self, reader)
        return found, found.streams(self.streams, by_account=True, by_region=True)

    def put(self, written: Written, period: Period = ALL_TIME) -> FloatArray:
        """Files put in each span inside a period: those counted, and the digests beside them."""
        streams = written.streams
        if written.growth is self.growths["logs"]:
            files: FloatArray = self.measured.files[self.rows_of(streams)]
            return files * self.spans.days_within(period.start, period.end)
        # digests are known by AWS's word, so those of the recorded part of a day are expected
        return super().put(written, period) * self.measured.exposure[streams.trail]

    def rows_of(self, streams: Streams) -> np.ndarray:
        """The row of each stream in what was measured."""
        wanted = stream_codes(streams, self.measured.inventory)
        rows: np.ndarray = self._order[np.searchsorted(self._codes, wanted)]
        return rows


_STOPPED_DAYS = 7


@dataclass
class ReadersFound:
    """New assumptions in the place of those of readers.

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


def find_readers(
    measured: Measured, rates: Rates, source: str, *, tells_gets: bool
) -> ReadersFound:
    """Every reader of the inventory or of the measurement.

    Parameters
    ----------
    source : str
        The words for the source of each number.
    tells_gets : bool
        Whether anything that was measured would have had a get.
    """
    found = ReadersFound()
    model = MeasuredModel(measured, rates)
    identities = [identity for identity, cause in measured.gets if cause == "get"]
    places, guesses = place_readers(measured.inventory, identities)
    found.notices += guesses
    for identity in identities:
        gets = measured.gets[identity, "get"]
        number = places.get(identity)
        if number is None:
            _add_reader(found, measured, identity, gets, source)
        else:
            _calibrate(found, model, number, gets, source)
    _replications(found, model)
    seen = set(places.values())
    readers = enumerate(measured.inventory.readers)
    silent = [
        reader.name for number, reader in readers if number not in seen and _is_due(model, reader)
    ]
    if silent:
        silence = f"no get of reader {listed(silent, MOST_NAMED)} was measured: unchanged"
        gone = "; remove what is gone" if tells_gets else ", for object names tell files alone"
        found.notices.append(f"{silence}{gone}")
    return found


def _is_due(model: MeasuredModel, reader: Reader) -> bool:
    """True where a reader has an assumption that gets decide, and files to get in the window."""
    reader_model, streams = model.read_by(reader)
    return reader_model.assumption is not None and bool(reader_model.unit_gets(streams).any())


def _calibrate(
    found: ReadersFound, model: MeasuredModel, number: int, gets: Gets, source: str
) -> None:
    measured = model.measured
    reader = measured.inventory.readers[number]
    reader_model, streams = model.read_by(reader)
    assert reader_model.assumption is not None  # place_readers gives those of gets alone
    # a Bucket Key answers many gets with one request
    if gets.bucket_key and not _counts_requests(reader_model):
        what = "requests under an S3 Bucket Key do not tell how many files were got"
        found.notices.append(f"reader {reader.name}: {what}: unchanged")
        return
    unit_gets = reader_model.unit_gets(streams)
    exposure = np.where(_due_days(model, reader_model, streams, unit_gets), gets.exposure, 0.0)
    daily = np.where(exposure > 0, gets.daily, 0.0)
    if first := began(daily, exposure):
        # days before a reader began are no days on which it got nothing
        exposure[:first], daily[:first] = 0.0, 0.0
        if reader_model.period.start == ALWAYS:
            found.starts[number] = measured.window.day(first)
    if not daily.any() or not unit_gets[exposure > 0].any():
        found.notices.append(f"reader {reader.name}: nothing to compare its gets with: unchanged")
        return
    rate = _rate(reader_model, daily, unit_gets, exposure)
    found.known[number] = reader_model.assumption, measured_range(rate.mean, rate.variance, source)
    if (last := _last_get(daily, exposure)) is not None:
        fix = "write `until` if it is gone"
        since = measured.window.day(last)
        found.notices.append(f"reader {reader.name} has got nothing since {since}: {fix}")


def _counts_requests(reader_model: ReaderModel) -> bool:
    """True where a reader's number of gets are requests already: no saving is taken off them."""
    saving = reader_model.reader.bucket_key_saving
    return reader_model.counts_gets and saving is not None and saving.mid == 0


def _due_days(
    model: MeasuredModel, reader_model: ReaderModel, streams: Streams, unit_gets: FloatArray
) -> np.ndarray:
    """Days on which there is something to hold the gets against."""
    if not reader_model.each_put:
        return unit_gets > 0
    # a day without a file is one on which it got none; what was not recorded is not
    known = model.measured.files_known(np.unique(streams.trail))
    days: np.ndarray = known & model.measured.window.within(reader_model.period)
    return days


def _rate(
    reader_model: ReaderModel, daily: FloatArray, unit_gets: FloatArray, exposure: FloatArray
) -> Rate:
    """The assumption that the gets decide: what was got over what 1 of it would get."""
    if reader_model.each_put:  # files were counted in the very hours in which gets were
        return gets_per_file(daily, np.where(exposure > 0, unit_gets, 0.0))
    # days on which a look met fewer files, in a young trail, count for as much less
    full = float(unit_gets.max())
    rate = daily_rate(daily, exposure * (unit_gets / full))
    return Rate(rate.mean / full, rate.variance)


def _add_reader(
    found: ReadersFound, measured: Measured, identity: Identity, gets: Gets, source: str
) -> None:
    """A stanza for a reader that the inventory does not have."""
    total = float(gets.daily.sum())
    name = identity.short
    what = f"{identity.arn or 'a reader that is not told'} got files {total:,.0f} times"
    if identity.account not in {account.id for account in measured.inventory.accounts}:
        account = f"account {identity.account}" if identity.account else "an account not told"
        fix = "add it to accounts, or write the reader yourself"
        found.notices.append(f"{what} from {account}, which the inventory does not list: {fix}")
        return
    if (last := _last_get(gets.daily, gets.exposure)) is not None:
        since = measured.window.day(last)
        found.notices.append(f"{what} and has stopped since {since}: no reader was added")
        return
    first = began(gets.daily, gets.exposure)
    exposure = gets.exposure.copy()
    exposure[:first] = 0.0
    daily = np.where(exposure > 0, gets.daily, 0.0)
    read = np.flatnonzero(gets.by_trail > 0)
    rows = np.flatnonzero(np.isin(measured.streams.trail, read))
    put = measured.files_known(read) if len(read) else exposure > 0
    files = np.where((exposure > 0) & put, measured.files[rows], 0.0)
    # drivers are told apart by name, so a new reader must not have one of theirs
    taken = {named.name for named in (*measured.inventory.readers, *measured.inventory.trails)}
    taken |= {stanza_["name"] for stanza_ in found.new}
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
    # without a list it would read every trail, those of the future too
    if len(read) < sum(trail.key is not None for trail in measured.inventory.trails):
        stanza["trails"] = [measured.inventory.trails[n].name for n in read]
    stanza[assumption] = measured_range(rate.mean, rate.variance, source)
    if gets.bucket_key:  # requests were counted, not files
        stanza["bucket_key_saving"] = Range.exactly(0)
    if first:
        stanza["from"] = measured.window.day(first)
    found.new.append(stanza)


def _names(identity: Identity) -> tuple[str, ...]:
    arn, short, long = identity.names()
    return (short, long, arn)


def _last_get(daily: FloatArray, exposure: FloatArray) -> int | None:
    """The day of a reader's last get, if it got some every day and none in a recorded week."""
    seen = np.flatnonzero(daily)
    if not len(seen):
        return None
    first, last = int(seen[0]), int(seen[-1])
    after = float(exposure[last + 1 :].sum())
    active = len(seen) / (last - first + 1)
    stops = after >= _STOPPED_DAYS and (1.0 - min(active, 0.999)) ** after < 1e-3
    return last if stops else None


def _replications(found: ReadersFound, model: MeasuredModel) -> None:
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
            found.notices.append(f"{what}: {fix}")
            continue
        reader_model, streams = model.read_by(measured.inventory.readers[places[identity]])
        active = measured.window.within(reader_model.period)
        files, got = float(reader_model.total(streams).sum()), float(gets.daily[active].sum())
        if files and not gets.bucket_key and abs(got / files - 1.0) > 0.1:
            found.notices.append(
                f"reader {reader_model.reader.name} got {got / files:.2f} times as many files as "
                "were put; the model has one get a put"
            )
