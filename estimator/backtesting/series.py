"""What was measured, day by day: one series for each driver, cause and Region."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from estimator.calibration.arn_matching import Identity, place_readers
from estimator.calibration.measured import Measured
from estimator.calibration.recorded_days import Window
from estimator.calibration.rows import LOGS, NAMES, cloudtrail_rows, trail_of
from estimator.inventory import Inventory
from estimator.inventory.assumptions import Range
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.months import FloatArray

# what trails write, and what readers get; replication depends on a key that may be elsewhere
CAUSES = ("put", "digest", "check", "get")


class Group(NamedTuple):
    """A series: of a trail and a Region, or of a reader."""

    driver: str
    cause: str
    region: str


@dataclass(frozen=True, eq=False)
class Series:
    """Daily requests of each group, and the share of each day that was recorded."""

    groups: tuple[Group, ...]
    daily: FloatArray  # [request], a row a group, a column a day
    exposure: FloatArray  # [0-1], a day each

    def sums(self, begin: int, end: int) -> FloatArray:
        """Requests of each group from one column to another. [request]"""
        total: FloatArray = self.daily[:, begin:end].sum(axis=1)
        return total

    def days(self, begin: int, end: int) -> float:
        """Days that were covered. [day]"""
        return float(self.exposure[begin:end].sum())


def series_of(
    inventory: Inventory, actuals: Actuals, measured: Measured, exposure: FloatArray
) -> Series:
    """The series of the measurement.

    Readers that the inventory does not know stand under the name of their own.
    """
    window = measured.window
    rows = cloudtrail_rows(actuals.measured, window)
    trail = trail_of(rows, measured.places, inventory, measured.streams)
    logs = rows["source"].isin(list(LOGS)).to_numpy()
    # object names speak where no log does: both would count each put twice
    is_counted = logs | ~np.isin(trail, np.unique(trail[logs]))
    is_counted &= (trail >= 0) & rows["cause"].isin(list(CAUSES)).to_numpy()
    # access logs count gets a second time
    is_counted &= rows["source"].isin([*LOGS, *NAMES]).to_numpy()
    rows, trail = rows[is_counted], trail[is_counted]
    is_get, is_check = ((rows["cause"] == cause).to_numpy() for cause in ("get", "check"))
    names = np.array([each.name for each in inventory.trails], dtype=object)[trail]
    names = np.where(is_get, _reader_names(inventory, rows), names)
    homes = np.array([inventory.home_of(each) for each in inventory.trails], dtype=object)
    region = np.where(is_get, "", rows["region"].to_numpy(dtype=object))
    # a check is of no log's Region: the model has it in the trail's own
    region = np.where(is_check, homes[trail], region)
    kind = np.where(is_get, "get", "put")
    keys = pd.MultiIndex.from_arrays([names, kind, region])
    codes, found = pd.factorize(keys, sort=True)
    size = (len(found), window.days)
    quantity = rows["quantity"].to_numpy(dtype=np.float64)
    flat = np.bincount(
        codes * window.days + rows["column"].to_numpy(),
        weights=quantity,
        minlength=size[0] * size[1],
    )
    groups = tuple(Group(*map(str, key)) for key in found)
    return Series(groups, flat.reshape(size).astype(np.float64), exposure)


def _reader_names(inventory: Inventory, rows: pd.DataFrame) -> np.ndarray:
    """The name of each row's reader, the inventory's where it has one."""
    pairs = pd.MultiIndex.from_arrays([rows["reader"], rows["billed_account"]])
    codes, found = pd.factorize(pairs)
    identities = [Identity(str(arn) or str(account), str(account)) for arn, account in found]
    of_gets = (rows["cause"] == "get").to_numpy()
    seen = [identities[n] for n in sorted(set(codes[of_gets].tolist()))]
    places, _ = place_readers(inventory, seen)
    names = np.array(
        [
            inventory.readers[places[identity]].name if identity in places else identity.short
            for identity in identities
        ]
        or [""],
        dtype=object,
    )
    picked: np.ndarray = names[codes]
    return picked


def tells_requests(actuals: Actuals) -> bool:
    """Tell whether a source has the requests themselves; object names have neither gets nor checks.

    Gets of access logs stand in no series.
    """
    return bool(actuals.measured["source"].isin(list(LOGS)).any())


def leave_out_untold(inventory: Inventory) -> Inventory:
    """The inventory without readers and checks: what is not measured is missing, not zero."""
    none = Range.exactly(0)
    trails = tuple(
        trail.model_copy(update={"config_updates_per_month": none}) for trail in inventory.trails
    )
    return dataclasses.replace(inventory, readers=(), trails=trails)


def until(actuals: Actuals, window: Window, column: int) -> Actuals:
    """The actuals as somebody had them on the morning of a day: nothing later is in them."""
    day = window.day(column)
    rows = actuals.measured
    past = rows[(rows["day"].notna()) & (rows["day"] < pd.Period(day, freq="D"))]
    hours = {
        stream: {covered: mask for covered, mask in days.items() if covered < day}
        for stream, days in actuals.coverage.hours.items()
    }
    return Actuals(
        source=actuals.source,
        all_rows=past,
        files=actuals.files,
        records=actuals.records,
        coverage=Coverage({stream: days for stream, days in hours.items() if days}),
    )


def origins(days: int, horizon: int, least: int) -> Sequence[int]:
    """First columns of the folds: as many whole horizons as fit behind `least` days of history.

    >>> origins(84, 28, 14), origins(30, 28, 14)
    ([28, 56], [])
    """
    # from the end backwards: the last fold ends with the last day measured
    return list(range(days - horizon, least - 1, -horizon))[::-1]
