"""Ranges as random variables, and their draws: one draw holds wherever its assumption is used.

Quantities are lognormal, shares logit-normal, growth is lognormal. Each scale has two halves, split
at the median: low, mid and high are the 5th, 50th and 95th percentile, whatever `mid` is. Where mid
is the default the halves are equal and the distribution is the plain one.

Latin hypercube: each assumption has a draw in the middle of every n-th part of its distribution,
in an order of its own (McKay, Beckman and Conover 1979, Technometrics 21(2), 239-245). The order
comes from the seed and the assumption's path alone, so that one more assumption changes no other;
in it the account and the kind of a trail or reader stand for its name: a new name changes nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimator.figures import factor
from estimator.inventory import Inventory, Range
from estimator.months import FloatArray
from estimator.simulation.elementary import exp, log, normal_scores
from estimator.volume.streams import IntArray
from pricing.reading.problems import KmscostError, Problem

Kind = Literal["quantity", "share", "growth"]

# the 95th percentile of the standard normal
Z95 = 1.6448536269514722


class Draws:
    """The draws of every assumption that was asked for, each drawn once.

    Parameters
    ----------
    seed, count : int
    names : mapping, optional
        Of sections whose entries have names (``trails``, ``readers``) what stands for each name
        (`stand_ins`): with it a new name draws what the old one did.
    """

    def __init__(
        self, seed: int, count: int, names: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.seed, self.count = seed, count
        self._names = names or {}
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
            self.drawn[path] = uncertain.values(self._scores[self.order[path]])
        return self.drawn[path]

    def around_one(self, path: str, variance: float, label: UncertainInput) -> FloatArray:
        """The draws of a lognormal with mean 1: many small assumptions in one, by their moments.

        Fenton (1960), IRE Transactions on Communications Systems 8(1), 57-67.
        """
        if path not in self.drawn:
            self.inputs[path] = label
            self.order[path] = self.generator(path).permutation(self.count)
            width = log(np.array([1.0 + variance]))
            scores = self._scores[self.order[path]]
            # less width / 2: it is the mean that is 1, not the median
            self.drawn[path] = exp(np.sqrt(width) * scores - width / 2)
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


@dataclass(frozen=True)
class UncertainInput:
    """An assumption that is a range: where it stands, what it says, how it is distributed."""

    path: str
    range: Range
    kind: Kind = "quantity"

    def __post_init__(self) -> None:
        low, mid, high = self._scale_ends()
        # refused with its path: a logarithm of 0 would make every draw NaN, and say nothing of
        # where
        if not (0 < low <= mid <= high < math.inf):
            ends = (factor(end) for end in (self.range.low, self.range.mid, self.range.high))
            found = "a range from {} over {} to {}".format(*ends)
            expected = {
                "quantity": "0 < low <= mid <= high",
                "share": "0 < low <= mid <= high < 1",
                "growth": "-1 < low <= mid <= high",
            }[self.kind]
            raise KmscostError(Problem(self.path, None, "", found, expected, "correct the range"))

    def _scale_ends(self) -> tuple[float, float, float]:
        ends = (self.range.low, self.range.mid, self.range.high)
        if self.kind == "growth":
            return tuple(1.0 + end for end in ends)  # type: ignore[return-value]  # of three
        if self.kind == "share":
            return tuple(end / (1.0 - end) if end < 1 else math.inf for end in ends)  # type: ignore[return-value]  # of three
        return ends

    @property
    def widths(self) -> tuple[float, float]:
        """Standard deviation of each half on the log (logit) scale. [-]"""
        low, mid, high = self._scale_ends()
        lower, upper = log(np.array([mid / low, high / mid])) / Z95
        return float(lower), float(upper)

    def values(self, scores: FloatArray) -> FloatArray:
        """The value at each standard normal score.

        >>> files = UncertainInput("x", Range(100, 200, 400))
        >>> files.values(np.array([-Z95, 0.0, Z95])).round(9).tolist()
        [100.0, 200.0, 400.0]
        """
        lower, upper = self.widths
        # two halves that meet at the median: mid stays the 50th percentile however skewed
        scale = exp(np.where(scores < 0, lower, upper) * scores)
        if self.kind == "growth":
            return (1.0 + self.range.mid) * scale - 1.0
        if self.kind == "share":
            odds = self.range.mid / (1.0 - self.range.mid) * scale
            return odds / (1.0 + odds)
        return self.range.mid * scale


def moments(low: FloatArray, mid: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of quantities with these percentiles, in closed form.

    Each half of a lognormal has the mean mid x exp(s^2 / 2) x Phi(+-s).

    >>> one = np.array([1.0])
    >>> [part.tolist() for part in moments(one, one, one)]
    [[1.0], [0.0]]
    """
    lower, upper = log(mid / low) / Z95, log(high / mid) / Z95

    def moment(power: int) -> FloatArray:
        left, right = power * lower, power * upper
        below = exp(left * left / 2) * _normal_cdf(-left)
        return below + exp(right * right / 2) * _normal_cdf(right)

    mean, square = moment(1), moment(2)
    # a difference of two nearly equal squares may fall below 0 in its last bits
    return mid * mean, mid * mid * np.maximum(square - mean * mean, 0.0)


def _normal_cdf(x: FloatArray) -> FloatArray:
    return np.array([math.erfc(-score / math.sqrt(2)) / 2 for score in x.tolist()])
