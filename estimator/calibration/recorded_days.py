"""The days that a calibration looks at, and the share of each that was recorded, for whom."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

import numpy as np

from estimator.calibration.arn_matching import TrailPlaces
from estimator.inventory import Inventory
from estimator.measurement.coverage import Coverage
from estimator.measurement.result import Actuals
from estimator.months import FloatArray, Period
from pricing.arns import split_arn

# what is older says little about next month, and a year holds every season
MOST_DAYS = 366


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

    def within(self, period: Period) -> np.ndarray:
        """For each day, True where it lies in a period."""
        found: np.ndarray = (self.ordinals >= period.start) & (self.ordinals < period.end)
        return found

    def day(self, column: int) -> datetime.date:
        """The day of a column."""
        return self.first + datetime.timedelta(days=int(column))


def measured_window(actuals: Actuals) -> Window | None:
    """The days from the first to the last one that is covered or counted, a year at most."""
    rows = actuals.measured
    days = [day for hours in actuals.coverage.hours.values() for day, mask in hours.items() if mask]
    if "day" in rows:
        days_measured = rows["day"].dropna()
        days += (
            []
            if days_measured.empty
            else [
                days_measured.min().to_timestamp().date(),
                days_measured.max().to_timestamp().date(),
            ]
        )
    if not days:
        return None
    first, last = min(days), max(days)
    count = min((last - first).days + 1, MOST_DAYS)
    # the last days, where there are more than count
    return Window(last - datetime.timedelta(days=count - 1), count)


class Cover:
    """The share of each day that the recorders of a trail's or a reader's requests cover."""

    def __init__(
        self,
        inventory: Inventory,
        coverage: Coverage,
        window: Window,
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
            used = split_arn(arn)
            if used is not None:  # the key that was really used
                self._homes.setdefault(number, set()).add((used.account, used.region))
                self._homes[number].add((inventory.trails[number].account, used.region))

    def names(self) -> FloatArray:
        """Share that a source covers which tells neither account nor Region. [0-1]"""
        return self._share(frozenset({("", "")}))

    def anyone(self) -> FloatArray:
        """Share of each day that is covered for whoever was recorded best. [0-1]"""
        shares = [self._share(frozenset({hour})) for hour in self.coverage.hours]
        return np.max(shares, axis=0) if shares else np.zeros(self.window.days)

    def account(self, account: str) -> FloatArray:
        """Share in which any Region of an account is recorded, for its own requests. [0-1]"""
        return self._share(frozenset(hour for hour in self.coverage.hours if hour[0] == account))

    def trail(self, number: int) -> FloatArray:
        """Share of a trail's requests: logged in its account and the key's, in the key's Region."""
        return self._share(frozenset(self._homes.get(number, set())))

    def reader(self, account: str, trails: list[int]) -> FloatArray:
        """Share of a reader's requests: logged in the key's Region, in its account or the key's."""
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
                        # by the hour: two recorders of the same hours cover them once
                        masks[column] |= mask
            for column, mask in masks.items():
                share[column] = mask.bit_count() / 24
            self._known[recorders] = share
        return self._known[recorders]
