"""The uncertain inputs of an inventory: what each draws, and the model that draws multiply.

In that model each uncertain input is the number that leaves the rest as it is: 1 for a factor, 0
for a saving or a growth. The formulas of `estimator.volume` then give what its draws multiply.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.distributions import exp, log, whole_power
from estimator.inventory.sections import Reader, Trail
from estimator.inventory.units import is_pace, is_share
from estimator.months import FloatArray
from estimator.simulation.draws import Draws
from estimator.volume.model import DIGEST_GROWTHS, LOG_GROWTHS, Model, Written
from estimator.volume.readers import LookBack, ReaderModel, kind_of
from estimator.volume.streams import IntArray, Streams

_UNIT, _NONE = Range.exactly(1), Range.exactly(0)


@dataclass(frozen=True)
class Multipliers:
    """The numbers that multiply the rows of a block in every draw.

    Attributes
    ----------
    factor : array or float
        The same for all rows.
    saving : array of int, optional
        For each trail the position in `left` of the share that an uncertain saving leaves; -1 for
        none.
    left : tuple of array
        1 - saving. [-]
    growth : tuple of str
        The uncertain growths.
    age : int
        How many months before they are read the files were put: they have that month's growth.
    """

    factor: FloatArray | float = 1.0
    saving: IntArray | None = None
    left: tuple[FloatArray, ...] = ()
    growth: tuple[str, ...] = ()
    age: int = 0


class GrowthFactors:
    """Uncertain growth: the factor of each draw in each month."""

    def __init__(self, since: FloatArray, per_year: dict[str, FloatArray]) -> None:
        self.since = since
        # the twelfth root once, then whole powers: growth compounds monthly
        self._monthly = {name: exp(log(1.0 + growth) / 12.0) for name, growth in per_year.items()}

    @property
    def is_uncertain(self) -> bool:
        """True where a growth is a range."""
        return bool(self._monthly)

    def of(self, names: tuple[str, ...], month: int, age: int = 0) -> FloatArray | float:
        """The product of these growths since the inventory was true, `age` months before. [-]"""
        # files put before as_of are those that were counted: they have no growth to share
        months = max(int(self.since[month]) - age, 0)
        factor: FloatArray | float = 1.0
        for name in names if months else ():
            factor = factor * whole_power(self._monthly[name], months)
        return factor


class UncertainInputs:
    """The draws of the uncertain inputs of an inventory, but for files per day.

    Attributes
    ----------
    inventory : Inventory
        With its ranges.
    model : Model
        That of the same inventory with unit factors.
    draws : Draws
    growth : GrowthFactors
    """

    def __init__(self, model: Model, draws: Draws) -> None:
        self.inventory, self.draws = model.inventory, draws
        self.model = Model(with_unit_factors(model.inventory), model.months, model.streams)
        section = self.inventory.growth
        since = model.months.since(section.as_of)
        growing = {
            name: draws.draw(f"growth.{name}", getattr(section, name), "growth")
            for name in self._find_growing(LOG_GROWTHS)
            if since.any()
        }
        self.growth = GrowthFactors(since, growing)
        self._trails = {trail.name: trail for trail in self.inventory.trails}
        self._readers = {reader.name: reader for reader in self.inventory.readers}

    def of_trails(self) -> Mapping[str, Multipliers]:
        """What multiplies puts and digests, by their cause."""
        saved = self._multipliers(1.0, map(trail_saving, self.inventory.trails), LOG_GROWTHS)
        digests = dataclasses.replace(saved, growth=self._find_growing(DIGEST_GROWTHS))
        return {"put": saved, "digest": digests}

    def of_checks(self, name: str) -> Multipliers:
        """What multiplies the checks of a trail."""
        checks = self._trails[name].config_updates_per_month
        path = f"trails[{name}].config_updates_per_month"
        return Multipliers(1.0 if checks.is_number else self.draws.draw(path, checks))

    def of_reader(self, reader_model: ReaderModel, written: Written) -> Multipliers:
        """What multiplies the gets of a reader: its uncertain factors, savings and growth."""
        reader = self._readers[reader_model.reader.name]
        product: FloatArray | float = 1.0
        for name in reader_model.factors:
            given = getattr(reader, name)
            if not given.is_number:
                # a share must never be drawn above 1
                kind: Any = "share" if is_share(name) else "quantity"
                product = product * self.draws.draw(f"readers[{reader.name}].{name}", given, kind)
        savings = [_reader_saving(reader, trail) for trail in self.inventory.trails]
        return self._multipliers(product, savings, written.growth.names)

    def days_back(
        self, reader_model: LookBack, streams: Streams
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """The rows that look back over the same days, and those days for each draw."""
        name, window = reader_model.reader.name, reader_model.window
        days = getattr(self._readers[name], window)
        path = f"readers[{name}].{window}"
        is_drawn = days is not None and not days.is_number
        groups: dict[str | float, list[int]] = {}
        ranges = {}
        for trail in np.unique(streams.trail).tolist():
            retained = _retention(self.inventory.trails[trail])
            which = float(self.model.retention[trail]) if retained is None else retained[0]
            groups.setdefault(which, []).append(trail)
            ranges[which] = retained
        for which, trails in groups.items():
            retained = ranges[which]
            rows = np.flatnonzero(np.isin(streams.trail, trails))
            if not is_drawn and retained is None:
                yield rows, reader_model.days_back(streams.where(rows[:1]))
                continue
            most = np.array([reader_model.most_back])
            back = self.draws.draw(path, days) if is_drawn else most
            retention = np.array([which]) if retained is None else self.draws.draw(*retained)
            # nobody reads what the bucket no longer has
            yield rows, np.minimum(back, retention)

    def retentions(self, trails: Iterable[int]) -> dict[int, FloatArray]:
        """The days that the buckets of trails keep files, where these are a range. [day]"""
        found = ((trail, _retention(self.inventory.trails[trail])) for trail in trails)
        return {
            trail: self.draws.draw(*retained) for trail, retained in found if retained is not None
        }

    def _multipliers(
        self,
        factor: FloatArray | float,
        savings: Iterable[tuple[str, Range] | None],
        growth: tuple[str, ...],
    ) -> Multipliers:
        number: dict[str, int] = {}
        left: list[FloatArray] = []
        of_trail = []
        for saving in savings:
            if saving is None:
                of_trail.append(-1)
                continue
            path, share = saving
            # a saving that the reader says is one draw for all trails
            if path not in number:
                number[path] = len(left)
                left.append(1.0 - self.draws.draw(path, share, "share"))
            of_trail.append(number[path])
        saved = np.array(of_trail, dtype=np.int64)
        return Multipliers(factor, saved, tuple(left), self._find_growing(growth))

    def _find_growing(self, names: tuple[str, ...]) -> tuple[str, ...]:
        growth = self.inventory.growth
        return tuple(name for name in names if not getattr(growth, name).is_number)


def with_unit_factors(inventory: Inventory) -> Inventory:
    """The inventory with 1 for every uncertain factor, 0 for every uncertain saving and growth.

    Files per day, look-backs and retention stay: each has a step of its own.
    """
    growth = inventory.growth
    # 0: no growth is left to multiply, so that each draw brings all of it
    growing = {name: _NONE for name in LOG_GROWTHS if not getattr(growth, name).is_number}
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


def _reader_saving(reader: Reader, trail: Trail) -> tuple[str, Range] | None:
    """The uncertain saving of a reader on a trail's files: its own, else the bucket's."""
    saving = reader.bucket_key_saving
    if saving is None:
        return trail_saving(trail)
    if not trail.bucket.bucket_key or saving.is_number:
        return None
    return f"readers[{reader.name}].bucket_key_saving", saving


def _retention(trail: Trail) -> tuple[str, Range] | None:
    """The uncertain days that a bucket keeps files."""
    days = trail.bucket.retention_days
    if days is None or days.is_number:
        return None
    return f"trails[{trail.name}].bucket.retention_days", days


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
        values = [value for name, value in reader if not is_pace(name)]
        others += [value for value in values if isinstance(value, Range)]
    return bool((streams.uncertain_input >= 0).any()) or any(not each.is_number for each in others)
