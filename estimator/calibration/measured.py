"""Actuals laid out as the model needs them: streams down, days across, zeros where nothing was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimator.calibration.arn_matching import MOST_NAMED, Identity, TrailPlaces, place_trails
from estimator.calibration.recorded_days import Cover, Window
from estimator.calibration.rows import (
    LOGS,
    NAMES,
    cloudtrail_rows,
    grid_of,
    requests_without_day,
    row_of,
    stream_of,
    trail_of,
    trail_pairs,
    uses_free_tier,
)
from estimator.figures import listed, plural
from estimator.inventory import Inventory
from estimator.inventory.others import FIELD
from estimator.measurement.names_reach import Reach, reach_of_names
from estimator.measurement.result import Actuals
from estimator.measurement.sources import SOURCES
from estimator.months import FloatArray
from estimator.volume.streams import Streams, streams_of

CAUSES = ("put", "digest", "check", "get", "replication")


@dataclass(frozen=True, eq=False)
class Measured:
    """Measurements in the places of the inventory.

    Attributes
    ----------
    window : Window
    streams : Streams
        Every stream of the inventory that writes under a key.
    files : array
        Log files put, a row a stream, a column a day. [file]
    exposure : array
        Of each trail (row) and day: the share of it that was recorded. [0-1]
    hidden : array of bool
        Of each trail and day: whether a Bucket Key hid its files, and nothing else told them.
    recorded : array
        Of each day: the share of it that was recorded of whoever was recorded best. [0-1]
    by_names : array of bool
        Of each trail: whether its files were counted by object names, not by requests.
    reach : Reach or None
        How far object names tell; None where there are none.
    listed : array of bool
        Of each stream: whether its files would be known if it had any. Object names may be those of
        one folder, and tell nothing of streams outside of it.
    with_puts : array of bool
        Of each trail: whether any put of one of its streams was seen. Others are not calibrated.
    under_bucket_key : array of bool
        Of each trail and day: whether all its requests were under a Bucket Key.
    unplaced : float
        Puts without a trail, account and Region of the inventory; those of other trails are not
        among them. [request]
    untold, puts : float
        Puts in logs that do not tell their day, account or Region; all puts in logs. [request]
    write_requests, name_files, name_digests, name_exposure : array
        Of each trail and day: requests of puts and digests; log files and digests put by names;
        their exposure.
    log_exposure : array
        Of each trail and day: the share of it that logs recorded. [0-1]
    checks : array
        Of each trail: checks of the key setting. [request]
    gets : dict
        Of each reader and cause (get, replication): daily gets, in `Gets`.
    other : array
        Requests that are not CloudTrail's and use the free tier, a day each. [request]
    other_of : dict
        The same of each account that made some; "" where that is not told. [request]
    account_exposure : dict
        Of each account that was recorded, and each day: the share of it that was. [0-1]
    """

    inventory: Inventory
    window: Window
    streams: Streams
    files: FloatArray
    exposure: FloatArray
    hidden: np.ndarray
    recorded: FloatArray
    by_names: np.ndarray
    reach: Reach | None
    listed: np.ndarray
    with_puts: np.ndarray
    under_bucket_key: np.ndarray
    unplaced: float
    untold: float
    puts: float
    write_requests: FloatArray
    name_files: FloatArray
    name_digests: FloatArray
    name_exposure: FloatArray
    log_exposure: FloatArray
    checks: FloatArray
    digests: FloatArray
    gets: dict[tuple[Identity, str], Gets]
    other: FloatArray
    other_of: dict[str, FloatArray]
    account_exposure: dict[str, FloatArray]
    source: str
    places: TrailPlaces
    notices: tuple[str, ...]

    def stream_exposure(self) -> FloatArray:
        """Of each stream and day: the share of it whose files are known while it lived. [day]"""
        days = self.window.ordinals
        alive = (days >= self.streams.start[:, None]) & (days < self.streams.end[:, None])
        is_known = alive & ~self.hidden[self.streams.trail] & self.listed[:, None]
        known: FloatArray = np.where(is_known, self.exposure[self.streams.trail], 0.0)
        return known

    def files_known(self, trails: np.ndarray) -> np.ndarray:
        """For each day, True where the files of these trails are known, also where there are none.

        What a Bucket Key hid, and what was not recorded or listed, is not known.
        """
        recorded = self.exposure[trails].max(axis=0, initial=0.0) > 0
        recorded &= self.listed[np.isin(self.streams.trail, trails)].all()
        known: np.ndarray = recorded & ~self.hidden[trails].any(axis=0)
        return known


@dataclass(frozen=True, eq=False)
class Gets:
    """Requests of one reader.

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


def lay_out(inventory: Inventory, actuals: Actuals, window: Window) -> Measured:
    """The actuals on the streams, days and readers of the inventory."""
    rows = cloudtrail_rows(actuals.measured, window)
    streams = streams_of(inventory)
    places = place_trails(inventory, trail_pairs(rows))
    trail = trail_of(rows, places, inventory, streams)
    stream = stream_of(rows, trail, inventory, streams)
    column = rows["column"].to_numpy()
    quantity = rows["quantity"].to_numpy(dtype=np.float64)
    files_of = rows["files"].to_numpy(dtype=np.float64)
    # requests and names of the same days are the same puts: each trail believes one of them
    is_names = rows["source"].isin(list(NAMES)).to_numpy()
    is_logs = rows["source"].isin(list(LOGS)).to_numpy()
    hidden = rows["bucket_key"].to_numpy(dtype=bool)
    count, shape = len(inventory.trails), (len(inventory.trails), window.days)
    put, digest, check, others = (
        (rows["cause"] == cause).to_numpy() for cause in ("put", "digest", "check", "other")
    )

    def per_trail(chosen: np.ndarray, weights: FloatArray) -> FloatArray:
        chosen = chosen & (trail >= 0)
        return grid_of(trail[chosen], column[chosen], weights[chosen], shape)

    requests_by_logs = per_trail((put | digest) & is_logs, quantity)
    # under a Bucket Key the context names the bucket, so only object names tell the files
    seen_by_logs = per_trail(put & is_logs & ~hidden, quantity).sum(axis=1) > 0
    seen_by_names = per_trail(put & is_names, files_of).sum(axis=1) > 0
    under_bucket_key = per_trail((put | digest) & is_logs & hidden, quantity) > 0
    cover = Cover(inventory, actuals.coverage, window, places)
    recorded = np.stack([cover.trail(number) for number in range(count)])
    seen_days = np.where(under_bucket_key, 0.0, recorded).sum(axis=1)
    # logs come first: they tell requests and files, names tell files alone, but maybe of more days
    fewer = under_bucket_key.any(axis=1) & (seen_days < cover.names().sum())
    by_names = seen_by_names & (~seen_by_logs | fewer)
    # a day that no put is seen of is none without files
    hidden_days = under_bucket_key & ~by_names[:, None]
    reach = reach_of_names(actuals.measured)
    in_reach = (reach or Reach()).holds(inventory, streams.account, streams.region)
    chosen = put & (stream >= 0) & np.where(by_names[trail], is_names, is_logs & ~hidden)
    files = grid_of(
        stream[chosen],
        column[chosen],
        np.where(is_names, files_of, quantity)[chosen],
        (len(streams), window.days),
    )
    files = np.where(hidden_days[streams.trail], 0.0, files)
    # a free tier that they do not use is left to the rest
    pooled = others & is_logs & uses_free_tier(rows)
    zero = np.zeros(len(streams), dtype=np.int64)
    # puts that name a trail of somebody else are not unplaced: they have a place, elsewhere
    stranger = (trail < 0) & (rows["trail"] != "").to_numpy()
    nameless = put & is_logs & ~hidden & ~stranger
    nameless &= ((rows["account"] == "") | (rows["region"] == "")).to_numpy()
    undated = requests_without_day(actuals.measured, ("put",))
    exposure = np.where(by_names[:, None], cover.names(), recorded)
    sources = sorted(map(str, rows["source"].cat.remove_unused_categories().cat.categories))
    short = [SOURCES[source].short for source in sources if source in SOURCES]
    return Measured(
        inventory=inventory,
        window=window,
        streams=streams,
        files=files,
        exposure=exposure,
        hidden=hidden_days,
        recorded=cover.anyone(),
        by_names=by_names,
        reach=reach,
        listed=~by_names[streams.trail] | in_reach,
        # zero files of every stream while the trail writes elsewhere are no measurement of it
        with_puts=grid_of(streams.trail, zero, files.sum(axis=1), (count, 1))[:, 0] > 0,
        under_bucket_key=under_bucket_key & ~(per_trail(put & is_logs & ~hidden, quantity) > 0),
        unplaced=float(quantity[put & (stream < 0) & ~hidden & ~stranger].sum()),
        untold=float(quantity[nameless].sum()) + undated,
        puts=float(quantity[put & is_logs].sum()) + undated,
        write_requests=requests_by_logs,
        name_files=per_trail(put & is_names, files_of),
        name_digests=per_trail(digest & is_names, files_of),
        name_exposure=cover.names(),
        log_exposure=recorded,
        checks=per_trail(check & is_logs, quantity).sum(axis=1),
        digests=per_trail(digest, np.where(is_names, files_of, quantity)).sum(axis=1),
        gets=_gets(rows, trail, stream, quantity, inventory, len(streams), cover),
        other=row_of(column, quantity, pooled, window.days),
        other_of=_by_account(rows, pooled, window.days),
        account_exposure={
            account: cover.account(account)
            for account in sorted({account for account, _ in actuals.coverage.hours} - {""})
        },
        source=" and ".join(filter(None, short)) or "CloudTrail logs",
        places=places,
        notices=(
            *places.notices,
            *_strangers(rows, trail, stream, places),
            *_outside_notice(float(quantity[others & is_logs & ~pooled].sum())),
        ),
    )


def _gets(
    rows: pd.DataFrame,
    trail: np.ndarray,
    stream: np.ndarray,
    quantity: FloatArray,
    inventory: Inventory,
    size: int,
    cover: Cover,
) -> dict[tuple[Identity, str], Gets]:
    """Gets of each reader; those of replication apart. One source each: logs before access logs."""
    replicates = (rows["cause"] == "replication").to_numpy()
    decrypts = replicates & (rows["operation"] == "Decrypt").to_numpy()
    is_get = (trail >= 0) & ((rows["cause"] == "get").to_numpy() | decrypts)
    chosen = rows[is_get]
    readers, accounts = chosen["reader"].cat, chosen["billed_account"].cat
    width = len(accounts.categories)
    codes = readers.codes.to_numpy().astype(np.int64) * width + accounts.codes.to_numpy()
    # one number for reader, account and cause: pairs of texts are slow to group
    codes = codes * 2 + replicates[is_get]
    column, hidden = chosen["column"].to_numpy(), chosen["bucket_key"].to_numpy(dtype=bool)
    logs = chosen["source"].isin(list(LOGS)).to_numpy()
    trail, stream, quantity = trail[is_get], stream[is_get], quantity[is_get]
    gets: dict[tuple[Identity, str], Gets] = {}
    for code in np.unique(codes).tolist():
        arn, account = (
            readers.categories[code // 2 // width],
            accounts.categories[code // 2 % width],
        )
        is_own = codes == code
        if (is_own & logs).any():
            is_own &= logs
        placed = is_own & (stream >= 0)
        by_trail = row_of(trail, quantity, is_own, len(inventory.trails))
        read = np.flatnonzero(by_trail).tolist()
        exposure = cover.reader(account, read) if (is_own & logs).any() else cover.names()
        gets[Identity(arn or account, account), ("get", "replication")[code % 2]] = Gets(
            daily=row_of(column, quantity, is_own, cover.window.days),
            by_stream=row_of(stream, quantity, placed, size),
            by_trail=by_trail,
            exposure=exposure,
            bucket_key=bool(hidden[is_own].any()),
        )
    return dict(sorted(gets.items()))


def _by_account(rows: pd.DataFrame, chosen: np.ndarray, days: int) -> dict[str, FloatArray]:
    """Requests of each account on each day. [request]"""
    rows_chosen = rows[chosen]
    accounts = rows_chosen["billed_account"].cat.remove_unused_categories().cat
    shape = (len(accounts.categories), days)
    quantity = rows_chosen["quantity"].to_numpy(dtype=np.float64)
    grid = grid_of(accounts.codes.to_numpy(), rows_chosen["column"].to_numpy(), quantity, shape)
    return dict(zip(map(str, accounts.categories), grid, strict=True))


def _strangers(
    rows: pd.DataFrame, trail: np.ndarray, stream: np.ndarray, places: TrailPlaces
) -> list[str]:
    """The notices of trails, accounts and Regions that the inventory does not have."""
    notices = []
    if places.strangers:
        fix = "add its account and name, or give its key the arn"
        notices.append(
            f"not in the inventory: trail {listed(places.strangers, MOST_NAMED)} ({fix})"
        )
    placed = (trail >= 0) & ~rows["bucket_key"].to_numpy(dtype=bool)
    lost = placed & (stream < 0) & (rows["cause"] == "put").to_numpy()
    if lost.any():
        missing = rows[lost]
        found = missing[["account", "region"]].drop_duplicates()
        pairs = sorted(found.itertuples(index=False, name=None))
        texts = (f"{account} {region}".strip() or "not told" for account, region in pairs)
        names = listed(texts, MOST_NAMED)
        total = missing["quantity"].sum()
        notices.append(
            f"{total:,.0f} puts of accounts or Regions that the inventory does not list: {names}"
        )
    return notices


def _outside_notice(requests: float) -> list[str]:
    """The notice of requests that no pool of the inventory is about. [request]"""
    if not requests:
        return []
    many = plural(round(requests), "request")
    what = f"{many} on asymmetric keys or for key pairs left out of {FIELD}"
    return [f"{what}: the free tier does not cover them, so they leave it to others"]
