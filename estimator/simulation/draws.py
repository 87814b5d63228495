"""Draws: how many, from which seed, of each assumption wherever it is used; and their quantiles.

Latin hypercube: each assumption has a draw in the middle of every n-th part of its distribution,
in an order of its own (McKay, Beckman and Conover 1979, Technometrics 21(2), 239-245), and the
outermost one holds its mean (`hold_mean`). The order comes from the seed and the assumption's path
alone, so that one more assumption changes no other; in it the account and the kind of a trail or
reader stand for its name: a new name changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.distributions import (
    Z95,
    Kind,
    UncertainInput,
    exp,
    hold_mean,
    log,
    normal_scores,
)
from estimator.months import FloatArray
from estimator.volume.streams import IntArray
from pricing.reading.problems import Problem, UsageError

SEED = 0
FEWEST_DRAWS, MOST_DRAWS = 100, 500_000
# draws x months; requests and cost of each take 16 bytes
MOST_VALUES = 20_000_000


@dataclass(frozen=True)
class Options:
    """The number of draws, their seed, and the quantiles that are read off them."""

    draws: int
    seed: int
    quantiles: tuple[float, ...]


def read_options(
    draws: int, seed: int | None, quantile: str | float | Sequence[float], months: int
) -> Options:
    """The options, checked; quantiles sorted, each once.

    >>> read_options(100, None, "0.5, 0.05,0.5", 12)
    Options(draws=100, seed=0, quantiles=(0.05, 0.5))
    >>> read_options(100, None, "5%,95%", 12).quantiles
    (0.05, 0.95)

    Raises
    ------
    UsageError
        With every option that makes no sense.
    """
    problems = [*_draws_wrong(draws, months), *_seed_wrong(seed)]
    numbers: list[float] = []
    parts = quantile.split(",") if isinstance(quantile, str) else quantile
    for part in parts if isinstance(parts, Iterable) else [parts]:
        try:
            text = part.strip() if isinstance(part, str) else ""
            number = float(text[:-1]) / 100 if text.endswith("%") else float(part)
        except (TypeError, ValueError):
            number = -1.0
        if 0 < number < 1:
            numbers.append(number)
        else:
            fix = "write shares such as 5%,50%,95% or 0.05,0.5,0.95"
            found = repr(part.strip() if isinstance(part, str) else part)
            expected = "more than 0 and less than 1"
            problems.append(Problem("quantile", None, "", found, expected, fix))
    if not numbers and not problems:
        problems.append(Problem("quantile", None, "", "none", "at least one", "write 0.5"))
    if problems:
        raise UsageError(problems)
    return Options(int(draws), SEED if seed is None else int(seed), tuple(sorted(set(numbers))))


def _draws_wrong(draws: int, months: int) -> list[Problem]:
    # True is an int in Python
    if isinstance(draws, bool) or not isinstance(draws, Integral):
        return [Problem("draws", None, "", repr(draws), "a whole number", "write 10000")]
    if not FEWEST_DRAWS <= draws <= MOST_DRAWS:
        expected = f"{FEWEST_DRAWS:,} to {MOST_DRAWS:,}"
        return [Problem("draws", None, "", f"{draws:,}", expected, "10,000 are plenty")]
    if draws * months > MOST_VALUES:
        found, expected = (
            f"{draws:,} simulations of {months} months",
            f"at most {MOST_VALUES:,} in all",
        )
        return [
            Problem("draws", None, "", found, expected, "take fewer simulations or fewer months")
        ]
    return []


def _seed_wrong(seed: int | None) -> list[Problem]:
    if seed is None or (isinstance(seed, Integral) and not isinstance(seed, bool) and seed >= 0):
        return []
    return [Problem("seed", None, "", repr(seed), "a whole number from 0", f"write {SEED}")]


class Draws:
    """The draws of every assumption that was asked for, each drawn once.

    Parameters
    ----------
    seed, count : int
    inventory : Inventory, optional
        Whose assumptions are drawn: with it a new name of a trail or reader draws what the old one
        did.
    """

    def __init__(self, seed: int, count: int, inventory: Inventory | None = None) -> None:
        self.seed, self.count = seed, count
        self._names = {} if inventory is None else stand_ins(inventory)
        self._scores = normal_scores(count)
        self.inputs: dict[str, UncertainInput] = {}
        self.order: dict[str, IntArray] = {}
        self.drawn: dict[str, FloatArray] = {}

    def generator(self, path: str) -> np.random.Generator:
        """The random numbers of a path, whatever the names in it."""
        section, _, rest = path.partition("[")
        # from the end: a name may have brackets, what follows it has none before a point
        name, between, assumption = rest.rpartition("].")
        stand_in = self._names.get(section, {}).get(name)
        if between and stand_in is not None:
            path = f"{section}[{stand_in}].{assumption}"
        return generator(self.seed, path)

    def draw(self, path: str, given: Range, kind: Kind = "quantity") -> FloatArray:
        """The draws of a range; a number stands for itself, as one value."""
        # one value, not one for each draw: what rests on numbers alone stays exact and cheap
        if given.is_number:
            return np.array([given.mid])
        # known by the path alone: an inventory has one range at a path, and whoever asks with
        # another one would get the draws of the first
        if path not in self.drawn:
            uncertain = UncertainInput(path, given, kind)
            self.inputs[path] = uncertain
            self.order[path] = self.generator(path).permutation(self.count)
            self.drawn[path] = uncertain.draws(self._scores)[self.order[path]]
        return self.drawn[path]

    def around_one(self, path: str, variance: float, mean: float) -> FloatArray:
        """The draws of a lognormal with mean 1: many small assumptions in one, by their moments.

        Fenton (1960), IRE Transactions on Communications Systems 8(1), 57-67.

        Parameters
        ----------
        path : str
            What they are called together.
        variance : float
            Of the sum of them, in units of its squared mean. [-]
        mean : float
            That of the sum, which their range is shown around.
        """
        if path not in self.drawn:
            width = log(np.array([1.0 + variance]))

            def at(scores: FloatArray) -> FloatArray:
                # less width / 2: it is the mean that is 1, not the median
                return exp(np.sqrt(width) * scores - width / 2)

            ends = mean * at(np.array([-Z95, 0.0, Z95]))
            self.inputs[path] = UncertainInput(path, Range(*ends.tolist()))
            self.order[path] = self.generator(path).permutation(self.count)
            self.drawn[path] = hold_mean(at(self._scores), 1.0)[self.order[path]]
        return self.drawn[path]


def stand_ins(inventory: Inventory) -> dict[str, dict[str, str]]:
    """What stands for each name in the paths that draws come from, by section.

    Neither a new name nor another order of the lists may move a draw, and a change within an
    entry keeps its draws, so that a comparison is of pairs: whose it is and of which kind stand for
    it. Entries alike in both are told apart by their dates, Regions and keys; only those alike in
    all of it by the order of their names.
    """
    keys = {key.id: f"{key.account} {key.region}" for key in inventory.keys}
    trails = {
        trail.name: (
            f"{trail.account} {trail.scope}",
            f"{trail.start} {trail.until} {trail.regions} {keys.get(trail.key or '')}",
        )
        for trail in inventory.trails
    }
    readers = {}
    for reader in inventory.readers:
        # of what its trails are: their names would move it
        read = sorted(" ".join(trails[name]) for name in reader.trails or ())
        kind = f"{reader.account} {reader.kind}"
        readers[reader.name] = (kind, f"{reader.start} {reader.until} {read}")
    found: dict[str, dict[str, str]] = {}
    for section, entries in (("trails", trails), ("readers", readers)):
        alike: Counter[str] = Counter()
        found[section] = {}
        for (kind, _), name in sorted((what, name) for name, what in entries.items()):
            found[section][name] = f"{kind} {alike[kind]}"
            alike[kind] += 1
    return found


def generator(seed: int, path: str) -> np.random.Generator:
    """The random numbers of one path under a seed: its own child stream."""
    digest = hashlib.blake2b(path.encode(), digest_size=16).digest()
    # blake2b, not hash(): Python salts its own hashes anew in every process
    words = tuple(np.frombuffer(digest, dtype="<u4").tolist())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))


def quantiles_of(values: FloatArray, shares: Sequence[float]) -> FloatArray:
    """The quantiles of draws, as many as shares.

    The k-th smallest of n draws stands for (k - 1/2) / n, the middle of the part of the
    distribution that it was drawn from (Hazen; definition 5 of Hyndman and Fan 1996, The American
    Statistician 50(4), 361-365).

    >>> quantiles_of(np.array([3.0, 1.0, 2.0, 4.0]), [0.125, 0.5, 0.95]).tolist()
    [1.0, 2.5, 4.0]
    """
    last = len(values) - 1
    # beyond the outermost draws there is nothing to go between: the outermost itself
    place = np.clip(np.array(shares) * len(values) - 0.5, 0.0, last)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, last)
    # only the draws that are asked for must stand in their places: no sort of all
    ordered = np.partition(values, np.unique([below, above]))
    low, high = ordered[below], ordered[above]
    # rounding may pass the upper neighbour, and quantiles must not cross
    return np.minimum(low + (high - low) * (place - below), high)
