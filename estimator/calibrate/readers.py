"""Readers: the assumption of each that measured gets decide, and stanzas for those not known."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimator.calibrate.gets import Rate, began, daily_rate, gets_per_file, tracks_files
from estimator.calibrate.measured import Gets, Measured
from estimator.calibrate.places import Identity, listed, place_readers
from estimator.calibrate.ranges import measured_range
from estimator.calibrate.rates import MONTH_DAYS, Rates
from estimator.inventory import Range
from estimator.inventory.sections import EveryFile, Fixed, Query, Reader, Validate
from estimator.months import ALWAYS, NEVER, FloatArray, ordinal
from estimator.volume.formulas import DIGESTS_PER_DAY

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
    identities = [one for one, replicates in measured.gets if not replicates]
    places, guesses = place_readers(measured.inventory, identities)
    told.notices += guesses
    for identity in identities:
        gets = measured.gets[identity, False]
        number = places.get(identity)
        if number is None:
            _add(told, measured, identity, gets, said)
        else:
            _known(told, measured, rates, number, gets, said)
    _replications(told, measured)
    silent = [
        one.name
        for number, one in enumerate(measured.inventory.readers)
        if one.kind != "replication" and number not in places.values()
    ]
    if silent:
        said_of = f"no get of reader {listed(silent)} was measured"
        told.notices.append(f"{said_of}: unchanged; remove what is gone")
    return told


def _known(
    told: ReadersFound, measured: Measured, rates: Rates, number: int, gets: Gets, said: str
) -> None:
    reader = measured.inventory.readers[number]
    if gets.bucket_key and not _counts_requests(reader):
        what = "requests under an S3 Bucket Key do not tell how many files were got"
        told.notices.append(f"reader {reader.name}: {what}: unchanged")
        return
    exposure, first = _own_exposure(measured, gets, reader)
    if reader.start is None and first:
        told.starts[number] = measured.window.day(first)
    named, rate = _assumption(measured, rates, reader, gets, exposure)
    if named is None or rate.mean <= 0:
        told.notices.append(f"reader {reader.name}: nothing to compare its gets with: unchanged")
        return
    told.known[number] = named, measured_range(rate.mean, rate.variance, said)
    _stopped(told, measured, reader.name, gets)


def _counts_requests(reader: Reader) -> bool:
    """Whether a reader's gets_per_day are requests already: no saving is taken off them."""
    saving = reader.bucket_key_saving
    return isinstance(reader, Fixed) and saving is not None and saving.mid == 0


def _own_exposure(measured: Measured, gets: Gets, reader: Reader) -> tuple[FloatArray, int]:
    """Of each day the share that was recorded and that the reader lived, and where it began."""
    days = measured.window.ordinals
    alive = days >= ordinal(reader.start, ALWAYS)
    alive &= days < ordinal(reader.until, NEVER)
    exposure = np.where(alive, gets.exposure, 0.0)
    first = began(np.where(alive, gets.daily, 0.0), exposure)
    exposure[:first] = 0.0
    return exposure, first


def _assumption(
    measured: Measured, rates: Rates, reader: Reader, gets: Gets, exposure: FloatArray
) -> tuple[str | None, Rate]:
    """The name of the assumption that the reader's kind leaves to measure, and its rate."""
    daily = np.where(exposure > 0, gets.daily, 0.0)
    rows = _read_by(measured, reader)
    if isinstance(reader, EveryFile):
        files = measured.files[rows].sum(axis=0)
        both = (exposure > 0) & (measured.exposure[_trails(measured, reader)].max(axis=0) > 0)
        return "gets_per_file", gets_per_file(np.where(both, daily, 0), np.where(both, files, 0))
    rate = daily_rate(daily, exposure)
    if isinstance(reader, Fixed):
        return "gets_per_day", rate
    if isinstance(reader, Query | Validate):
        name, met = _met(measured, rates, reader, rows)
        if met > 0:
            return name, Rate(rate.mean * MONTH_DAYS / met, rate.variance)
    return None, rate


def _met(
    measured: Measured, rates: Rates, reader: Query | Validate, rows: np.ndarray
) -> tuple[str, float]:
    """What one look of a query or a validation gets, and the assumption that counts looks. [get]

    The looks are what is measured; days, share and gets per file stay as the user says.
    """
    streams, inventory = measured.streams, measured.inventory
    kept = np.array(
        [
            np.inf if one.bucket.retention_days is None else one.bucket.retention_days.mid
            for one in inventory.trails
        ]
    )
    files = np.nan_to_num(rates.mean[rows])
    if isinstance(reader, Query):
        window = np.minimum(reader.days_scanned.mid, kept[streams.trail[rows]])
        met = float((files * window).sum())
        return "queries_per_month", met * reader.share_of_files.mid * reader.gets_per_file.mid
    window = np.minimum(reader.days.mid, kept[streams.trail[rows]])
    validated = np.array([one.log_file_validation for one in inventory.trails])
    under_key = np.array(
        [one.log_file_validation and one.digest_files == "sse-kms" for one in inventory.trails]
    )
    trail = streams.trail[rows]
    looked = (files + DIGESTS_PER_DAY * under_key[trail]) * validated[trail]
    return "runs_per_month", float((looked * window).sum())


def _trails(measured: Measured, reader: Reader) -> list[int]:
    number = {trail.name: n for n, trail in enumerate(measured.inventory.trails)}
    return [number[trail.name] for trail in measured.inventory.read_by(reader)]


def _read_by(measured: Measured, reader: Reader) -> np.ndarray:
    """The streams whose files a reader reads."""
    streams, inventory = measured.streams, measured.inventory
    chosen = np.isin(streams.trail, _trails(measured, reader))
    if reader.accounts is not None:
        number = {account.id: n for n, account in enumerate(inventory.accounts)}
        chosen &= np.isin(streams.account, [number[one] for one in reader.accounts])
    if reader.regions is not None:
        code = {name: n for n, name in enumerate(inventory.region_codes)}
        chosen &= np.isin(streams.region, [code[one] for one in reader.regions])
    return np.flatnonzero(chosen)


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
    if _stops(gets):
        last = measured.window.day(int(np.flatnonzero(gets.daily)[-1]))
        told.notices.append(f"{what} and has stopped since {last}: no reader was added")
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


def _stops(gets: Gets) -> bool:
    """Whether a reader of every day got nothing in the last week that was recorded."""
    seen = np.flatnonzero(gets.daily)
    if not len(seen):
        return False
    first, last = int(seen[0]), int(seen[-1])
    after = float(gets.exposure[last + 1 :].sum())
    active = len(seen) / (last - first + 1)
    return after >= _STOPPED_DAYS and (1.0 - min(active, 0.999)) ** after < 1e-3


def _stopped(told: ReadersFound, measured: Measured, name: str, gets: Gets) -> None:
    if _stops(gets):
        last = measured.window.day(int(np.flatnonzero(gets.daily)[-1]))
        fix = "write `until` if it is gone"
        told.notices.append(f"reader {name} has got nothing since {last}: {fix}")


def _replications(told: ReadersFound, measured: Measured) -> None:
    """Replication has nothing to calibrate: one get a put. Say where that is not so."""
    identities = [one for one, replicates in measured.gets if replicates]
    places, _ = place_readers(measured.inventory, identities, replicates=True)
    for identity in identities:
        gets = measured.gets[identity, True]
        if identity not in places:
            total = f"{gets.daily.sum():,.0f}"
            fix = "add a reader of the kind replication"
            what = f"{identity.arn} replicated {total} files and is no reader of the inventory"
            told.notices.append(f"{what}: {fix}")
            continue
        reader = measured.inventory.readers[places[identity]]
        files = measured.files[_read_by(measured, reader)].sum()
        if files and abs(gets.daily.sum() / files - 1.0) > 0.1:
            told.notices.append(
                f"reader {reader.name} got {gets.daily.sum() / files:.2f} times as many files as "
                "were put; the model has one get a put"
            )
