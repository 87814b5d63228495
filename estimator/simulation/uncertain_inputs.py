"""The uncertain inputs of an inventory, and the inventory with unit factors in their place.

There each uncertain input is the number that leaves the rest as it is: 1 for a factor, 0 for a
saving or a growth. The formulas of `estimator.volume` then give what its draws multiply.

Of files per day the ranges that matter most stand on their own, and the many small in one: their
sum is taken to be lognormal with the mean and the variance that it has (Fenton and Wilkinson), so
that the work of a draw does not grow with the number of accounts.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Reader, Trail
from estimator.inventory.units import is_share
from estimator.months import FloatArray
from estimator.simulation.distributions import Z95, UncertainInput, exp, log, moments
from estimator.simulation.draws import Draws
from estimator.volume.model import Model
from estimator.volume.readers import kind_of
from estimator.volume.streams import IntArray, Streams

_UNIT, _NONE = Range.exactly(1), Range.exactly(0)

# ranges of files per day that have draws of their own
OWN_DRAWS = 100


def with_unit_factors(inventory: Inventory) -> Inventory:
    """The inventory with 1 for every uncertain factor, 0 for every uncertain saving and growth.

    Files per day, look-backs and retention stay: each has a step of its own.
    """
    growth = inventory.growth
    # 0: no growth is left to multiply, so that each draw brings all of it
    growing = {
        name: _NONE
        for name in ("accounts_per_year", "files_per_year")
        if not getattr(growth, name).is_number
    }
    return dataclasses.replace(
        inventory,
        trails=tuple(_trail_with_units(trail) for trail in inventory.trails),
        readers=tuple(_reader_with_units(reader) for reader in inventory.readers),
        growth=growth.model_copy(update=growing) if growing else growth,
    )


def _trail_with_units(trail: Trail) -> Trail:
    update: dict[str, Any] = {}
    if not trail.config_updates_per_month.is_number:
        update["config_updates_per_month"] = _UNIT
    if not trail.bucket.bucket_key_saving.is_number:
        update["bucket"] = trail.bucket.model_copy(update={"bucket_key_saving": _NONE})
    return trail.model_copy(update=update) if update else trail


def _reader_with_units(reader: Reader) -> Reader:
    update = {
        name: _UNIT for name in kind_of(reader).factors if not getattr(reader, name).is_number
    }
    saving = reader.bucket_key_saving
    if saving is not None and not saving.is_number:
        update["bucket_key_saving"] = _NONE
    return reader.model_copy(update=update) if update else reader


def trail_saving(trail: Trail) -> tuple[str, Range] | None:
    """The uncertain saving of a trail's bucket: its path and range; None where it is a number."""
    saving = trail.bucket.bucket_key_saving
    if not trail.bucket.bucket_key or saving.is_number:
        return None
    return f"trails[{trail.name}].bucket.bucket_key_saving", saving


def reader_saving(reader: Reader, trail: Trail) -> tuple[str, Range] | None:
    """The uncertain saving of a reader on a trail's files: its own, else the bucket's."""
    saving = reader.bucket_key_saving
    if saving is None:
        return trail_saving(trail)
    if not trail.bucket.bucket_key or saving.is_number:
        return None
    return f"readers[{reader.name}].bucket_key_saving", saving


def retention(trail: Trail) -> tuple[str, Range] | None:
    """The uncertain days that a bucket keeps files."""
    days = trail.bucket.retention_days
    if days is None or days.is_number:
        return None
    return f"trails[{trail.name}].bucket.retention_days", days


def look_back(reader: Reader) -> tuple[str, Range] | None:
    """The uncertain days that a reader looks back."""
    name = kind_of(reader).window
    days = None if name is None else getattr(reader, name)
    return None if days is None or days.is_number else (f"readers[{reader.name}].{name}", days)


def reader_factor(reader: Reader, draws: Draws) -> FloatArray | float:
    """The product of a reader's uncertain factors, for each draw; 1 without any."""
    product: FloatArray | float = 1.0
    for name in kind_of(reader).factors:
        given = getattr(reader, name)
        if not given.is_number:
            # a share must never be drawn above 1
            kind: Any = "share" if is_share(name) else "quantity"
            product = product * draws.draw(f"readers[{reader.name}].{name}", given, kind)
    return product


def is_uncertain(model: Model) -> bool:
    """True where anything that the inventory's streams and readers rest on is a range."""
    inventory, streams = model.inventory, model.streams
    others = [
        *(use.requests for use in inventory.other_uses),
        inventory.growth.accounts_per_year,
        inventory.growth.files_per_year,
    ]
    for trail in inventory.trails:
        others += [trail.config_updates_per_month, trail.bucket.bucket_key_saving]
        others += [trail.bucket.retention_days] if trail.bucket.retention_days else []
    for reader in inventory.readers:
        # how fast a reader is changes neither requests nor cost
        values = [value for name, value in reader if name != "burst_seconds"]
        others += [value for value in values if isinstance(value, Range)]
    return bool((streams.uncertain_input >= 0).any()) or any(not each.is_number for each in others)


class UncertainFiles:
    """The draws of files per day, and how rows of streams refer to them.

    Attributes
    ----------
    draws : list of array
        Files per day [file/day] of a range, or of many small ones as a multiple of their mean [-].
    """

    def __init__(
        self,
        ranges: dict[str, Range],
        weights: FloatArray,
        patterns: Iterable[tuple[IntArray, int]],
        draws: Draws,
        own: int = OWN_DRAWS,
    ) -> None:
        """`weights`: days x streams that write by each range. `patterns`: the ranges of each use.

        Small ranges are combined only where they are used alike.
        """
        self.draws: list[FloatArray] = []
        paths, values = list(ranges), list(ranges.values())
        self._code = np.full(len(values), -1, dtype=np.int64)
        self._mean = np.ones(len(values))
        used = np.flatnonzero(weights)
        if len(used) > own:
            low, mid, high = (
                np.array([getattr(each, end) for each in values]) for end in ("low", "mid", "high")
            )
            for number in np.flatnonzero(~((low > 0) & (low <= mid) & (mid <= high)))[:1]:
                UncertainInput(paths[number], values[number])  # refuses it, and says why
            mean, variance = moments(low, mid, high)
            spread = variance * weights * weights
            # the widest stay on their own: only a sum of many small ones looks lognormal
            by_spread = used[np.argsort(-spread[used], kind="stable")]
            used = np.sort(by_spread[:own])
            for members in _alike(np.sort(by_spread[own:]), patterns):
                self._combine(members, paths, mean, variance, weights, draws)
        for number in used:
            self._code[number] = len(self.draws)
            self.draws.append(draws.draw(paths[number], values[number]))

    def _combine(
        self,
        members: IntArray,
        paths: list[str],
        mean: FloatArray,
        variance: FloatArray,
        weights: FloatArray,
        draws: Draws,
    ) -> None:
        w, m, v = weights[members], mean[members], variance[members]
        total = float(np.sum(w * m))
        relative = float(np.sum(w * w * v)) / total**2
        # sorted: the path, and with it the draws, must not hang on the order of the accounts
        names = sorted(paths[member] for member in members)
        path = f"{len(names):,} smaller ranges, {names[0]} to {names[-1]}"
        width = log(np.array([1.0 + relative]))
        low, mid, high = float(np.sum(m)) * exp(
            np.sqrt(width) * np.array([-Z95, 0.0, Z95]) - width / 2
        )
        label = UncertainInput(path, Range(float(low), float(mid), float(high)))
        self._code[members] = len(self.draws)
        # draws of the sum are multiples of its mean: each member brings its own mean along
        self._mean[members] = m
        self.draws.append(draws.around_one(path, relative, label))

    def refer(self, streams: Streams) -> Streams:
        """Streams by uncertain input, pointing at `draws`: `files` is what a draw multiplies."""
        if not self.draws:
            return streams
        uncertain = streams.uncertain_input >= 0
        files = np.where(
            uncertain, streams.count * self._mean[streams.uncertain_input], streams.files
        )
        input_codes = np.where(uncertain, self._code[streams.uncertain_input], -1)
        pointing = dataclasses.replace(streams, files=files, uncertain_input=input_codes)
        return pointing.add_up(by_account=False, by_region=False, by_input=True)


def _alike(members: IntArray, patterns: Iterable[tuple[IntArray, int]]) -> list[IntArray]:
    """The members in groups of those that have the same uses."""
    uses: defaultdict[int, list[int]] = defaultdict(list)
    for inputs, use in patterns:
        for number in np.unique(inputs[inputs >= 0]).tolist():
            uses[number].append(use)
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for number in members.tolist():
        groups[tuple(uses[number])].append(number)
    return [np.array(group, dtype=np.int64) for group in groups.values()]


def notice_combined(ranges: int, own: int = OWN_DRAWS) -> tuple[str, ...]:
    """The notice that small ranges are drawn together, where they are."""
    if ranges <= own:
        return ()
    notice = (
        f"of {ranges:,} ranges of files_per_day the {own} that matter most are simulated each on "
        "its own, the rest together: mean and variance of their sum are exact"
    )
    return (notice,)
