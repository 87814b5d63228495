"""Rows of actuals to positions: which trail, stream and day; and who uses the free tier."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from estimator.calibration.arn_matching import TrailPlaces, codes_of
from estimator.calibration.recorded_days import Window
from estimator.inventory import Inventory
from estimator.measurement.result import CAUSES
from estimator.measurement.sources import sources_that_count
from estimator.months import FloatArray
from estimator.volume.streams import Streams
from pricing.rates import free_usage_types
from pricing.request_meters import request_meter

LOGS = sources_that_count("requests")  # records of requests
NAMES = sources_that_count("objects")  # object names: they tell files, not requests

_TEXTS = (
    "account",
    "region",
    "billed_account",
    "key",
    "trail",
    "reader",
    "cause",
    "operation",
    "meter",
    "source",
)
_NUMBERS = {"bucket_key": False, "files": 0.0, "quantity": 0.0}


def cloudtrail_rows(measured: pd.DataFrame, window: Window) -> pd.DataFrame:
    """The rows with a day in the window, every column that is needed in place."""
    if "day" not in measured:
        measured = measured.iloc[:0].assign(day=pd.PeriodIndex([], freq="D"))
    # a day that is not told is far before any window
    column = measured["day"].array.asi8 - pd.Period(window.first, freq="D").ordinal
    chosen = (column >= 0) & (column < window.days)
    if "unit" in measured:
        chosen &= (measured["unit"] == "request").to_numpy()
    columns: dict[str, Any] = {"column": column[chosen]}
    for name in _TEXTS:
        if name in measured:
            columns[name] = measured[name].astype("category").array[chosen]
        else:
            columns[name] = pd.Categorical([""] * int(chosen.sum()))
    for name, blank in _NUMBERS.items():
        values = measured[name].to_numpy()[chosen] if name in measured else blank
        columns[name] = values
    return pd.DataFrame(columns).fillna({"quantity": 0.0, "files": 0.0})


def requests_without_day(measured: pd.DataFrame, causes: Collection[str] = CAUSES) -> float:
    """Requests in logs that are on no day, so in no window. [request]"""
    if "day" not in measured or "cause" not in measured:
        return 0.0
    chosen = measured["day"].isna() & measured["cause"].isin(list(causes))
    chosen &= measured["source"].isin(list(LOGS))
    return float(measured.loc[chosen, "quantity"].sum())


def trail_pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Every (trail ARN, key ARN) there is."""
    trail, key = rows["trail"].cat, rows["key"].cat
    width = len(key.categories)
    codes = np.unique(trail.codes.to_numpy().astype(np.int64) * width + key.codes.to_numpy())
    return [(str(trail.categories[n // width]), str(key.categories[n % width])) for n in codes]


def trail_of(
    rows: pd.DataFrame, places: TrailPlaces, inventory: Inventory, streams: Streams
) -> np.ndarray:
    """The trail of each row, -1 where nobody knows.

    Object names do not tell the trail: where one trail alone writes a stream, it is that one.
    """
    trail, key = rows["trail"], rows["key"]
    # a last row and column for the code -1 of no text, which indexes from behind
    table = np.full((len(trail.cat.categories) + 1, len(key.cat.categories) + 1), -1)
    at_trail = {str(category): number for number, category in enumerate(trail.cat.categories)}
    at_key = {str(category): number for number, category in enumerate(key.cat.categories)}
    for (arn, key_arn), number in places.trails.items():
        table[at_trail[arn], at_key.get(key_arn, -1)] = number
    found: np.ndarray = table[trail.cat.codes.to_numpy(), key.cat.codes.to_numpy()]
    nameless = (found < 0) & rows["source"].isin(list(NAMES)).to_numpy()
    if nameless.any():
        only = _only_trail(streams, inventory)
        pair = _pair_of(rows, inventory)
        found = np.where(nameless & (pair >= 0), only[pair], found)
    return found


def _only_trail(streams: Streams, inventory: Inventory) -> np.ndarray:
    """The trail that alone writes each (account, Region), -1 where none does or several do."""
    pair = streams.account * len(inventory.region_codes) + streams.region
    size = len(inventory.accounts) * len(inventory.region_codes)
    # a last place for the pair -1, which indexes from behind
    only = np.full(size + 1, -1)
    only[pair] = streams.trail
    only[:size][np.bincount(pair, minlength=size) > 1] = -1
    return only


def _pair_of(rows: pd.DataFrame, inventory: Inventory) -> np.ndarray:
    """A number for the (account, Region) of each row, -1 where one is not known."""
    number = {account.id: n for n, account in enumerate(inventory.accounts)}
    account = codes_of(rows["account"], number)
    region = codes_of(rows["region"], {name: n for n, name in enumerate(inventory.region_codes)})
    known = (account >= 0) & (region >= 0)
    return np.where(known, account * len(inventory.region_codes) + region, -1)


def stream_codes(streams: Streams, inventory: Inventory) -> np.ndarray:
    """A number for each (trail, account, Region)."""
    codes: np.ndarray = streams.trail * len(inventory.accounts) + streams.account
    return codes * len(inventory.region_codes) + streams.region


def stream_of(
    rows: pd.DataFrame, trail: np.ndarray, inventory: Inventory, streams: Streams
) -> np.ndarray:
    """The stream of each row, -1 where the inventory has none."""
    width = len(inventory.accounts) * len(inventory.region_codes)
    own = stream_codes(streams, inventory)
    pair = _pair_of(rows, inventory)
    wanted = np.where((trail >= 0) & (pair >= 0), trail * width + pair, -1)
    order = np.argsort(own, kind="stable")
    at = np.searchsorted(own[order], wanted)
    # searchsorted points behind the last one where nothing is as large
    at = np.minimum(at, max(len(own) - 1, 0))
    if not len(own):
        return np.full(len(rows), -1)
    return np.where((wanted >= 0) & (own[order][at] == wanted), order[at], -1)


def uses_free_tier(rows: pd.DataFrame) -> np.ndarray:
    """Whether each row's requests use the free quantity: by their meter, else by their operation.

    Parameters
    ----------
    rows : DataFrame
        With ``meter`` and ``operation`` as categories; older measurement files have no meter.
    """
    free = free_usage_types()
    meter, operation = rows["meter"].cat, rows["operation"].cat
    is_free = np.array([name in free for name in meter.categories] + [False])
    # an operation may tell as much: Sign is of asymmetric keys alone
    by_operation = [request_meter(str(name)).name in free for name in operation.categories]
    named = np.array([bool(name) for name in meter.categories] + [False])
    codes = meter.codes.to_numpy()
    found: np.ndarray = np.where(
        named[codes],
        is_free[codes],
        np.array([*by_operation, True])[operation.codes.to_numpy()],
    )
    return found


def grid_of(
    row: np.ndarray, column: np.ndarray, weights: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    """Weights added up in rows and columns."""
    # codes of a few texts are bytes, which overflow at the 128th cell
    place = row.astype(np.int64) * shape[1] + column
    flat = np.bincount(place, weights=weights, minlength=shape[0] * shape[1])
    grid: FloatArray = flat.reshape(shape).astype(np.float64)
    return grid


def row_of(column: np.ndarray, weights: FloatArray, chosen: np.ndarray, days: int) -> FloatArray:
    """The chosen weights added up in columns."""
    return np.bincount(column[chosen], weights=weights[chosen], minlength=days).astype(np.float64)
