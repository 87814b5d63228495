"""Requests of a month as sums of parts: a number for each draw times a number for each month.

A *bin* is what the bill tells apart: payer, billed Region, meter, and whether CloudTrail itself
writes (F5). Parts that share a bin and a monthly profile are added up before any draw is
multiplied, so that the work of a draw does not depend on the number of accounts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from estimator.months import FloatArray
from estimator.simulation.distributions import exp, log, whole_power
from estimator.simulation.draws import Draws
from estimator.simulation.look_back import LookBackDays, LookBackRequests

# above so many requests the count of a month is taken to be normal, not Poisson
NORMAL_FROM = 1000.0


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
    """All of a bin that the same uncertain growths multiply."""

    profiles: dict[bytes, MonthlyProfile] = field(default_factory=dict)
    look_backs: dict[tuple[int, bytes], LookBackRequests] = field(default_factory=dict)
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
        # scaled to the largest month, so that rows of one shape share a profile whatever their size
        most = float(months.max())
        shape = months / most
        # sums of the same rows in another order differ in their last bits
        key = np.round(shape, 13).tobytes()
        return self.profiles.setdefault(key, MonthlyProfile(shape)), most

    def look_back(self, window: LookBackDays, table: FloatArray) -> tuple[LookBackRequests, float]:
        """The same of requests of a look-back: a table of nodes x months."""
        most = float(table.max())
        shape = table / most
        # by identity: the requests keep their window alive, so that no other has its id
        key = id(window), np.round(shape, 13).tobytes()
        return self.look_backs.setdefault(key, LookBackRequests(window, shape)), most


class Demand:
    """The requests of every bin, for each draw, month by month."""

    def __init__(
        self, months: int, growth: GrowthFactors, draws: Draws, noise: bool = True
    ) -> None:
        self.growth, self.count = growth, months
        self.bins: dict[Bin, int] = {}
        self._groups: dict[tuple[int, tuple[str, ...], int], GrowthGroup] = {}
        self._draws = draws
        self._noise: dict[int, np.random.Generator] | None = {} if noise else None

    def number_of(self, wanted: Bin) -> int:
        """The number of a bin."""
        return self.bins.setdefault(wanted, len(self.bins))

    def group(self, number: int, growth: tuple[str, ...], age: int = 0) -> GrowthGroup:
        """The requests of a bin that grow by these growths, of files put `age` months before."""
        return self._groups.setdefault((number, growth, age), GrowthGroup())

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
            factor = self.growth.of(names, month, age)
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


def counts(mean: FloatArray, random: np.random.Generator) -> FloatArray:
    """Poisson counts around a mean of each draw; normal with the same variance where large."""
    if mean.min() >= NORMAL_FROM:
        noise = random.standard_normal(len(mean))
        noise *= np.sqrt(mean)
        noise += mean
        return noise
    # never normal here: it would draw counts below zero
    return random.poisson(mean).astype(np.float64)
