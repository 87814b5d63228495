"""Actuals laid out as the model needs them: streams down, days across, zeros where nothing was."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.actuals.coverage import Coverage
from estimator.actuals.result import Actuals
from estimator.calibrate.places import (
    Identity,
    TrailPlaces,
    codes_of,
    listed,
    place_trails,
)
from estimator.inventory import Inventory
from estimator.months import FloatArray
from estimator.volume.streams import Streams, streams_of
from pricing.regions import regions as known_regions

# what is older says little about next month, and a year holds every season
MOST_DAYS = 366

LOGS = "cloudtrail"
NAMES = ("s3-inventory", "s3-listing")  # object names: they tell files, not requests
CAUSES = ("put", "digest", "check", "get", "replication")


@dataclass(frozen=True, eq=False)
class Window:
    """The days that are looked at."""

    first: datetime.date
    days: int

    @property
    def until(self) -> datetime.date:
        """The day after the last one."""
        return self.first + datetime.timedelta(days=self.days)

    @property
    def weekdays(self) -> np.ndarray:
        """Of each day, 0 Monday to 6 Sunday."""
        return (self.first.weekday() + np.arange(self.days)) % 7

    @property
    def ordinals(self) -> FloatArray:
        """The day ordinal of each day."""
        return self.first.toordinal() + np.arange(self.days, dtype=np.float64)

    def day(self, column: int) -> datetime.date:
        """The day of a column."""
        return self.first + datetime.timedelta(days=int(column))


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured, in the places of the inventory.

    Attributes
    ----------
    window : Window
    streams : Streams
        Every stream of the inventory that writes under a key.
    files : array
        Log files put, a row a stream, a column a day. [file]
    exposure : array
        Of each trail (row) and day: the share of it that was recorded. [0-1]
    by_names : array of bool
        Of each trail: whether its files were counted by object names, not by requests.
    with_puts : array of bool
        Of each trail: whether any put of it was seen. Others are not calibrated.
    write_requests, name_files, name_exposure : array
        Of each trail and day: requests of puts and digests; objects put by names; their exposure.
    checks : array
        Of each trail: checks of the key setting. [request]
    gets : dict
        Of each reader and stream of files: daily gets, in `Gets`.
    other : array
        Requests that are not CloudTrail's, a day each. [request]
    """

    inventory: Inventory
    window: Window
    streams: Streams
    files: FloatArray
    exposure: FloatArray
    by_names: np.ndarray
    with_puts: np.ndarray
    write_requests: FloatArray
    name_files: FloatArray
    name_exposure: FloatArray
    checks: FloatArray
    digests: FloatArray
    gets: dict[tuple[Identity, bool], Gets]
    other: FloatArray
    recorders: frozenset[tuple[str, str]]
    source: str
    places: TrailPlaces
    notices: tuple[str, ...]

    def stream_exposure(self) -> FloatArray:
        """Of each stream and day: the share that was recorded while the stream lived. [day]"""
        days = self.window.ordinals
        alive = (days >= self.streams.start[:, None]) & (days < self.streams.end[:, None])
        recorded: FloatArray = np.where(alive, self.exposure[self.streams.trail], 0.0)
        return recorded


@dataclass(frozen=True, eq=False)
class Gets:
    """What one reader got.

    Attributes
    ----------
    daily : array
        Requests of each day. [request]
    by_stream : array
        Requests about the files of each stream. [request]
    by_trail : array
        Requests of each trail. [request]
    exposure : array
        Of each day: the share of it that was recorded. [0-1]
    bucket_key : bool
        Whether some were made under an S3 Bucket Key, which hides the files behind the requests.
    """

    daily: FloatArray
    by_stream: FloatArray
    by_trail: FloatArray
    exposure: FloatArray
    bucket_key: bool


def measured_window(actuals: Actuals) -> Window | None:
    """The days from the first to the last one that is covered or counted, a year at most."""
    rows = actuals.measured
    days = [day for hours in actuals.coverage.hours.values() for day, mask in hours.items() if mask]
    if "day" in rows:
        told = rows["day"].dropna()
        days += [] if told.empty else [told.min().to_timestamp().date(), told.max().to_timestamp().date()]
    if not days:
        return None
    first, last = min(days), max(days)
    count = min((last - first).days + 1, MOST_DAYS)
    return Window(last - datetime.timedelta(days=count - 1), count)


def lay_out(inventory: Inventory, actuals: Actuals, window: Window) -> Measured:
    """The actuals on the streams, days and readers of the inventory."""
    rows = _cloudtrail_rows(actuals.measured, window)
    streams = streams_of(inventory)
    pairs = rows[["trail", "key"]].drop_duplicates().astype(str)
    places = place_trails(inventory, pairs.itertuples(index=False, name=None))
    trail = _trail_of(rows, places, inventory, streams)
    stream = _stream_of(rows, trail, inventory, streams)
    column = rows["column"].to_numpy()
    quantity = rows["quantity"].fillna(0.0).to_numpy(dtype=np.float64)
    files_of = rows["files"].fillna(0.0).to_numpy(dtype=np.float64)
    is_names = rows["source"].isin(NAMES).to_numpy()
    is_logs = (rows["source"] == LOGS).to_numpy()
    cause = rows["cause"].astype(str).to_numpy()
    hidden = rows["bucket_key"].to_numpy(dtype=bool)
    count, shape = len(inventory.trails), (len(inventory.trails), window.days)
    put, digest = cause == "put", cause == "digest"

    def per_trail(chosen: np.ndarray, weights: FloatArray) -> FloatArray:
        chosen = chosen & (trail >= 0)
        return _grid(trail[chosen], column[chosen], weights[chosen], shape)

    requests_by_logs = per_trail((put | digest) & is_logs, quantity)
    # under a Bucket Key the context names the bucket, so only object names tell the files
    told_by_logs = per_trail(put & is_logs & ~hidden, quantity).any(axis=1)
    told_by_names = per_trail(put & is_names, files_of).any(axis=1)
    by_names = told_by_names & ~told_by_logs
    chosen = put & (stream >= 0) & np.where(by_names[trail], is_names, is_logs & ~hidden)
    files = _grid(
        stream[chosen],
        column[chosen],
        np.where(is_names, files_of, quantity)[chosen],
        (len(streams), window.days),
    )
    cover = _Cover(inventory, actuals.coverage, window, rows, places)
    exposure = np.stack(
        [cover.names() if by_names[n] else cover.trail(n) for n in range(count)]
    ) if count else np.zeros(shape)
    sources = sorted(set(rows["source"].astype(str)))
    return Measured(
        inventory=inventory,
        window=window,
        streams=streams,
        files=files,
        exposure=exposure,
        by_names=by_names,
        with_puts=told_by_logs | told_by_names,
        write_requests=requests_by_logs,
        name_files=per_trail(put & is_names, files_of),
        name_exposure=cover.names(),
        checks=per_trail((cause == "check") & is_logs, quantity).sum(axis=1),
        digests=per_trail(digest, np.where(is_names, files_of, quantity)).sum(axis=1),
        gets=_gets(rows, trail, stream, quantity, inventory, len(streams), cover),
        other=_grid_row(column, quantity, (cause == "other") & is_logs, window.days),
        recorders=frozenset(one for one in actuals.coverage.hours if one != ("", "")),
        source=" and ".join(_SAID[one] for one in sources if one in _SAID) or "CloudTrail logs",
        places=places,
        notices=(*places.notices, *_strangers(rows, trail, stream, places)),
    )


_SAID = {
    LOGS: "CloudTrail logs",
    "s3-inventory": "S3 Inventory",
    "s3-listing": "bucket listing",
    "access-logs": "S3 access logs",
    "athena": "Athena",
}


def _cloudtrail_rows(measured: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows with a day in the window, every column that is needed in place."""
    rows = measured
    if "day" not in rows:
        rows = rows.iloc[:0].assign(day=pd.PeriodIndex([], freq="D"))
    rows = rows[rows["day"].notna()]
    column = rows["day"].array.asi8 - pd.Period(window.first, freq="D").ordinal
    rows = rows.assign(column=column)[(column >= 0) & (column < window.days)]
    blank: dict[str, object] = {"bucket_key": False, "files": 0.0, "quantity": 0.0, "coverage": 0.0}
    names = ("account", "region", "billed_account", "key", "trail", "reader", "cause", "source")
    rows = rows.assign(
        **{name: blank.get(name, "") for name in (*names, *blank) if name not in rows}
    )
    if "unit" in rows:
        rows = rows[rows["unit"] == "request"]
    return rows


def _trail_of(
    rows: pd.DataFrame, places: TrailPlaces, inventory: Inventory, streams: Streams
) -> np.ndarray:
    """The trail of each row, -1 where nobody knows.

    Object names do not tell the trail: where one trail alone writes a stream, it is that one.
    """
    trail, key = rows["trail"].astype("category"), rows["key"].astype("category")
    table = np.full((len(trail.cat.categories) + 1, len(key.cat.categories) + 1), -1)
    at_trail = {str(one): number for number, one in enumerate(trail.cat.categories)}
    at_key = {str(one): number for number, one in enumerate(key.cat.categories)}
    for (arn, key_arn), number in places.trails.items():
        table[at_trail[arn], at_key.get(key_arn, -1)] = number
    found: np.ndarray = table[trail.cat.codes.to_numpy(), key.cat.codes.to_numpy()]
    nameless = (found < 0) & rows["source"].isin(NAMES).to_numpy()
    if nameless.any():
        only = _only_trail(streams, inventory)
        pair = _pair_of(rows, inventory)
        found = np.where(nameless & (pair >= 0), only[pair], found)
    return found


def _only_trail(streams: Streams, inventory: Inventory) -> np.ndarray:
    """The trail that alone writes each (account, Region), -1 where none does or several do."""
    pair = streams.account * len(known_regions()) + streams.region
    size = len(inventory.accounts) * len(known_regions())
    only = np.full(size + 1, -1)
    only[pair] = streams.trail
    only[:size][np.bincount(pair, minlength=size) > 1] = -1
    return only


def _pair_of(rows: pd.DataFrame, inventory: Inventory) -> np.ndarray:
    """A number for the (account, Region) of each row, -1 where one is not known."""
    number = {account.id: n for n, account in enumerate(inventory.accounts)}
    account = codes_of(rows["account"], number)
    region = codes_of(rows["region"], {name: n for n, name in enumerate(known_regions())})
    known = (account >= 0) & (region >= 0)
    return np.where(known, account * len(known_regions()) + region, -1)


def _stream_of(
    rows: pd.DataFrame, trail: np.ndarray, inventory: Inventory, streams: Streams
) -> np.ndarray:
    """The stream of each row, -1 where the inventory has none."""
    width = len(inventory.accounts) * len(known_regions())
    own = streams.trail * width + streams.account * len(known_regions()) + streams.region
    pair = _pair_of(rows, inventory)
    wanted = np.where((trail >= 0) & (pair >= 0), trail * width + pair, -1)
    order = np.argsort(own, kind="stable")
    at = np.searchsorted(own[order], wanted)
    at = np.minimum(at, max(len(own) - 1, 0))
    if not len(own):
        return np.full(len(rows), -1)
    return np.where((wanted >= 0) & (own[order][at] == wanted), order[at], -1)


def _grid(
    row: np.ndarray, column: np.ndarray, weights: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    flat = np.bincount(row * shape[1] + column, weights=weights, minlength=shape[0] * shape[1])
    grid: FloatArray = flat.reshape(shape).astype(np.float64)
    return grid


def _grid_row(
    column: np.ndarray, weights: FloatArray, chosen: np.ndarray, days: int
) -> FloatArray:
    return np.bincount(column[chosen], weights=weights[chosen], minlength=days).astype(np.float64)


class _Cover:
    """Which share of each day the recorders of a trail's or a reader's requests cover."""

    def __init__(
        self,
        inventory: Inventory,
        coverage: Coverage,
        window: Window,
        rows: pd.DataFrame,
        places: TrailPlaces,
    ) -> None:
        self.inventory, self.coverage, self.window = inventory, coverage, window
        self._known: dict[frozenset[tuple[str, str]], FloatArray] = {}
        self._homes: dict[int, set[tuple[str, str]]] = {}
        keys = {key.id: key for key in inventory.keys}
        for number, trail in enumerate(inventory.trails):
            if trail.key is not None:
                key = keys[trail.key]
                self._homes[number] = {(trail.account, key.region), (key.account, key.region)}
        for (_, arn), number in places.trails.items():
            parts = arn.split(":")
            if len(parts) > 5:  # the key that was really used
                self._homes.setdefault(number, set()).add((parts[4], parts[3]))
                self._homes[number].add((inventory.trails[number].account, parts[3]))

    def names(self) -> FloatArray:
        """Of a source that tells neither account nor Region. [0-1]"""
        return self._share(frozenset({("", "")}))

    def trail(self, number: int) -> FloatArray:
        """Of a trail's requests: logged in its own account and the key's, in the key's Region."""
        return self._share(frozenset(self._homes.get(number, set())))

    def reader(self, account: str, trails: list[int]) -> FloatArray:
        """Of a reader's requests: logged in its account and the key's, in the key's Region."""
        homes = set().union(*(self._homes.get(number, set()) for number in trails))
        return self._share(frozenset(homes | {(account, region) for _, region in homes}))

    def _share(self, recorders: frozenset[tuple[str, str]]) -> FloatArray:
        if recorders not in self._known:
            share = np.zeros(self.window.days)
            origin = self.window.first.toordinal()
            masks: Counter[int] = Counter()
            for recorder in recorders:
                for day, mask in self.coverage.hours.get(recorder, {}).items():
                    column = day.toordinal() - origin
                    if 0 <= column < self.window.days:
                        masks[column] |= mask
            for column, mask in masks.items():
                share[column] = mask.bit_count() / 24
            self._known[recorders] = share
        return self._known[recorders]


def _gets(
    rows: pd.DataFrame,
    trail: np.ndarray,
    stream: np.ndarray,
    quantity: FloatArray,
    inventory: Inventory,
    size: int,
    cover: _Cover,
) -> dict[tuple[Identity, bool], Gets]:
    """Gets of each reader; those of replication apart. One source each: logs before access logs."""
    cause = rows["cause"].astype(str).to_numpy()
    decrypts = rows["operation"].astype(str).to_numpy() == "Decrypt" if "operation" in rows else True
    is_get = (trail >= 0) & ((cause == "get") | ((cause == "replication") & decrypts))
    chosen = rows[is_get]
    if chosen.empty:
        return {}
    reader, billed = chosen["reader"].astype(str), chosen["billed_account"].astype(str)
    names = pd.Series(list(zip(reader, billed, chosen["cause"].astype(str), strict=True)))
    codes, found = pd.factorize(names, sort=True)
    column, hidden = chosen["column"].to_numpy(), chosen["bucket_key"].to_numpy(dtype=bool)
    logs = (chosen["source"] == LOGS).to_numpy()
    trail, stream, quantity = trail[is_get], stream[is_get], quantity[is_get]
    told: dict[tuple[Identity, bool], Gets] = {}
    for number, (arn, account, cause_of) in enumerate(found):
        mine = codes == number
        if (mine & logs).any():
            mine &= logs
        placed = mine & (stream >= 0)
        read = sorted(set(trail[mine].tolist()))
        exposure = cover.reader(account, read) if (mine & logs).any() else cover.names()
        told[Identity(arn or account, account), cause_of == "replication"] = Gets(
            daily=_grid_row(column, quantity, mine, cover.window.days),
            by_stream=_grid_row(stream, quantity, placed, size),
            by_trail=_grid_row(trail, quantity, mine, len(inventory.trails)),
            exposure=exposure,
            bucket_key=bool(hidden[mine].any()),
        )
    return told


def _strangers(
    rows: pd.DataFrame, trail: np.ndarray, stream: np.ndarray, places: TrailPlaces
) -> list[str]:
    """What the inventory does not have."""
    said = []
    if places.strangers:
        fix = "add its account and name, or give its key the arn"
        said.append(f"not in the inventory: trail {listed(places.strangers)} ({fix})")
    lost = (trail >= 0) & (stream < 0) & rows["cause"].isin(["put"]).to_numpy()
    lost &= (rows["account"].astype(str) != "").to_numpy()
    if lost.any():
        missing = rows[lost]
        pairs = sorted({*zip(missing["account"].astype(str), missing["region"].astype(str), strict=True)})
        names = listed(f"{account} {region}" for account, region in pairs)
        total = missing["quantity"].sum()
        said.append(
            f"{total:,.0f} puts of accounts or Regions that the inventory does not list: {names}"
        )
    return said
