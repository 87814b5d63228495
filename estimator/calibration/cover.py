"""Which share of each day was recorded, for whom."""

from __future__ import annotations

from collections import Counter

import numpy as np

from estimator.calibration.places import TrailPlaces
from estimator.calibration.window import Window
from estimator.inventory import Inventory
from estimator.measurement.coverage import Coverage
from estimator.months import FloatArray
from pricing.arns import split_arn


class Cover:
    """Which share of each day the recorders of a trail's or a reader's requests cover."""

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
        """Of a source that tells neither account nor Region. [0-1]"""
        return self._share(frozenset({("", "")}))

    def anyone(self) -> FloatArray:
        """Of whoever was recorded best on each day. [0-1]"""
        shares = [self._share(frozenset({one})) for one in self.coverage.hours]
        return np.max(shares, axis=0) if shares else np.zeros(self.window.days)

    def account(self, account: str) -> FloatArray:
        """Of an account's own requests, in whichever of its Regions are recorded. [0-1]"""
        return self._share(frozenset(one for one in self.coverage.hours if one[0] == account))

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
