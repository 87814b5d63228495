"""Requests of a month as sums of parts: a number for each draw times a number for each month.

A *bin* is what the bill tells apart: payer, billed Region, meter, and whether CloudTrail itself
writes (F5). Parts that share a bin and a monthly profile are added up before any draw is
multiplied, so that the work of a draw does not depend on the number of accounts: blocks of usage
come in here, rows that a draw multiplies alike are added up, and months of bins x draws go out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from estimator.forecasting import WRITES
from estimator.months import FloatArray
from estimator.simulation.uncertain_inputs import Multipliers, UncertainInputs
from estimator.volume.blocks import Block
from estimator.volume.streams import IntArray
from pricing.rates import RateTable

# above so many requests the count of a month is taken to be normal, not Poisson
NORMAL_FROM = 1000.0
MOST_DRAWN = 1e18  # of a count; numpy draws none around more than 9.2e18 [request]


@dataclass(frozen=True)
class Bin:
    """Requests that the bill tells from all others: one line of it each month."""

    payer: str
    region: str
    meter: str
    write: bool
    account: str = ""  # billed account and driver only where a budget asks for them
    driver: str = ""

    @property
    def path(self) -> str:
        """The name of its noise."""
        kind = "write" if self.write else "other"
        names = (self.payer, self.region, self.meter, kind, self.account)
        name = f"count of {' '.join(filter(None, names))}"
        if not self.driver:
            return name
        # as an assumption of the driver, so that its name is none of what the noise depends on
        return f"{'trails' if self.write else 'readers'}[{self.driver}].{name}"


class Part(Protocol):
    """Requests of one bin that rest on a range."""

    def of(self, month: int) -> FloatArray:
        """For each draw. [request]"""
        ...


@dataclass
class MonthlyProfile:
    """Requests in fixed proportions over the months: a number for each draw times them."""

    months: FloatArray
    known: float = 0.0
    drawn: FloatArray | None = None

    def of(self, month: int) -> tuple[float, FloatArray | None]:
        """Those that rest on numbers alone, and for each draw the others. [request]"""
        times = float(self.months[month])
        if not times:
            return 0.0, None
        return self.known * times, None if self.drawn is None else self.drawn * times

    def add(self, factor: FloatArray | float, times: FloatArray | float) -> None:
        """Add requests of the same profile: the product."""
        more = factor * times
        # a number times a number: kept apart from the draws, because numbers have no noise
        if np.size(more) == 1:
            self.known += float(np.sum(more))
        else:
            self.drawn = np.asarray(more) if self.drawn is None else self.drawn + more


@dataclass
class GrowthGroup:
    """All of a bin that the same uncertain growths multiply.

    Attributes
    ----------
    profiles : dict
        Of requests in proportion to files, by the bytes of their shape.
    look_backs : dict
        Requests of uncertain look-backs, by the identity of their days and the shape.
    parts : list of Part
        All others.
    """

    profiles: dict[bytes, MonthlyProfile] = field(default_factory=dict)
    look_backs: dict[tuple[int, bytes], Part] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def of(self, month: int) -> tuple[float, FloatArray | None]:
        """Before they grow: those that rest on numbers alone, and for each draw the others."""
        number, total = 0.0, None
        for profile in self.profiles.values():
            known, drawn = profile.of(month)
            number += known
            if drawn is not None:
                total = drawn if total is None else total + drawn
        for part in (*self.look_backs.values(), *self.parts):
            more = part.of(month)
            if more.size == 1:
                number += float(more[0])
            else:
                total = more if total is None else total + more
        return number, total

    def profile(self, months: FloatArray) -> tuple[MonthlyProfile, float]:
        """The profile of these requests, and how many times it they are."""
        shape, most, key = scale_to_largest(months)
        return self.profiles.setdefault(key, MonthlyProfile(shape)), most


def scale_to_largest(table: FloatArray) -> tuple[FloatArray, float, bytes]:
    """A table as its shape, how many times that it is, and a key of all tables of that shape.

    Rows of one shape share what is drawn of them, whatever their size.
    """
    most = float(table.max())
    shape = table / most
    # sums of the same rows in another order differ in their last bits
    return shape, most, np.round(shape, 13).tobytes()


class Demand:
    """The requests of every bin, for each draw, month by month.

    Parameters
    ----------
    inputs : UncertainInputs
        Of the inventory and the months.
    table : RateTable
        Names the meter of each operation.
    files : list of array
        Draws that `uncertain_input` of the streams points at.
    noise : bool
        True: counts vary around their mean.

    Attributes
    ----------
    bins : dict of Bin to int
        The number of each.
    covers : dict of str to Covered
        What each budget of a part counts.
    """

    def __init__(
        self, inputs: UncertainInputs, table: RateTable, files: list[FloatArray], noise: bool
    ) -> None:
        self.files = files
        self.bins: dict[Bin, int] = {}
        self._growth, self._draws, self._table = inputs.growth, inputs.draws, table
        self._groups: dict[tuple[int, tuple[str, ...], int], GrowthGroup] = {}
        self._noise: dict[int, np.random.Generator] | None = {} if noise else None
        vocabulary, inventory = inputs.model.vocabulary, inputs.model.inventory
        found = {budget.name: budget.covers(inventory.accounts) for budget in inventory.budgets}
        self.covers = {name: covered for name, covered in found.items() if covered is not None}
        self._texts = vocabulary.texts
        # the bill tells neither billed accounts nor drivers apart: only those that budgets are for
        self._budgeted = {
            column: [
                vocabulary.code[column][value]
                for covered in self.covers.values()
                if covered.column == column
                for value in covered.members
            ]
            for column in ("billed_account", "driver")
        }

    def add(self, block: Block, multipliers: Multipliers) -> None:
        """Add the requests of a block; without streams no range of files multiplies them."""
        streams = block.streams
        input_codes = (
            np.full(len(block.quantity), -1) if streams is None else streams.uncertain_input
        )
        for group, factor, rows in self.groups(block, multipliers):
            for code, months in _sum_by_input(block.quantity[rows], input_codes[rows]):
                # a profile without a month above 0 could not be scaled to its largest
                if months.any():
                    profile, multiple = group.profile(months)
                    files = 1.0 if code < 0 else self.files[code]
                    profile.add(factor, files * multiple)

    def groups(
        self, block: Block, multipliers: Multipliers
    ) -> Iterator[tuple[GrowthGroup, FloatArray | float, IntArray]]:
        """The rows of each bin and saving: where they belong, their factor, their positions."""
        size, streams = len(block.quantity), block.streams
        payer, region = (
            np.broadcast_to(np.asarray(code, dtype=np.int64), (size,))
            for code in (block.payer, block.billed_region)
        )
        # rows under different buckets leave different shares, so they never join
        saving = np.full(size, -1, dtype=np.int64)
        if streams is not None and multipliers.saving is not None:
            saving = multipliers.saving[streams.trail]
        meter = self._table.meter(block.operation).name
        texts = self._texts
        account, driver = (self._budget_codes(block, name) for name in ("billed_account", "driver"))
        alike = np.stack([payer, region, saving, account, driver])
        for codes in np.unique(alike, axis=1).T:
            rows = np.flatnonzero((alike == codes[:, None]).all(axis=0))
            place = Bin(
                payer=texts["payer"][codes[0]],
                region=texts["region"][codes[1]],
                meter=meter,
                write=block.cause in WRITES,
                account=texts["billed_account"][codes[3]] if codes[3] >= 0 else "",
                driver=texts["driver"][codes[4]] if codes[4] >= 0 else "",
            )
            factor = multipliers.factor
            # the block has the saving of 0 that stands for an uncertain one: its draws come in here
            if codes[2] >= 0:
                factor = factor * multipliers.left[codes[2]]
            number = self.bins.setdefault(place, len(self.bins))
            which = number, multipliers.growth, multipliers.age
            yield self._groups.setdefault(which, GrowthGroup()), factor, rows

    def _budget_codes(self, block: Block, name: str) -> IntArray:
        """The code of each row that a budget is for; -1 for all others."""
        codes = np.broadcast_to(
            np.asarray(getattr(block, name), dtype=np.int64), (len(block.quantity),)
        )
        wanted = self._budgeted[name]
        # a key may share its name with a trail or a reader
        if not wanted or (name == "driver" and block.cause == "key"):
            return np.full(len(codes), -1, dtype=np.int64)
        return np.where(np.isin(codes, wanted), codes, -1)

    def of(self, month: int) -> FloatArray:
        """Requests of bins x draws; one column where nothing is uncertain.

        The count of what rests on a range is Poisson around it; what rests on numbers alone is
        exactly what they say.
        """
        known = [0.0] * len(self.bins)
        drawn: list[FloatArray | None] = [None] * len(self.bins)

        def more(place: int, quantity: FloatArray) -> None:
            before = drawn[place]
            drawn[place] = quantity if before is None else before + quantity

        for (place, names, age), grown in self._groups.items():
            factor = self._growth.of(names, month, age)
            number, total = grown.of(month)
            if np.size(factor) > 1:
                if number or total is not None:
                    # what grows by a draw is a draw itself, its plain numbers too
                    more(place, np.asarray((number if total is None else number + total) * factor))
                continue
            known[place] += number
            if total is not None:
                more(place, total)
        counted = [self._count(place, known[place], drawn[place]) for place in range(len(known))]
        return np.stack(np.broadcast_arrays(*counted)) if counted else np.zeros((0, 1))

    def _count(self, place: int, known: float, drawn: FloatArray | None) -> FloatArray:
        if drawn is None or drawn.size == 1:
            return np.array([known]) + (0.0 if drawn is None else drawn)
        if self._noise is not None:
            # a stream of its own for each bin: one more bin changes no count of another
            if place not in self._noise:
                path = list(self.bins)[place].path
                self._noise[place] = self._draws.generator(path)
            drawn = counts(drawn, self._noise[place])
        return drawn + known


def _sum_by_input(quantity: FloatArray, input_codes: IntArray) -> Iterator[tuple[int, FloatArray]]:
    """The sum of the rows of each uncertain input, month by month."""
    codes, position = np.unique(input_codes, return_inverse=True)
    summed = np.zeros((len(codes), quantity.shape[1]))
    np.add.at(summed, position, quantity)
    yield from zip(codes.tolist(), summed, strict=True)


def counts(mean: FloatArray, random: np.random.Generator) -> FloatArray:
    """Poisson counts around a mean of each draw; normal with the same variance where large."""
    if mean.min() >= NORMAL_FROM:
        noise = random.standard_normal(len(mean))
        noise *= np.sqrt(mean)
        noise += mean
        return noise
    # never normal here: it would draw counts below zero
    drawn = np.minimum(mean, MOST_DRAWN)
    return random.poisson(drawn) + (mean - drawn)
