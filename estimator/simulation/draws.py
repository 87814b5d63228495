"""One draw of an assumption holds wherever it is used.

Latin hypercube: each assumption has a draw in the middle of every n-th part of its distribution,
in an order of its own (McKay, Beckman and Conover 1979, Technometrics 21(2), 239-245). The order
comes from the seed and the assumption's path alone, so that one more assumption changes no other;
in it the account and the kind of a trail or reader stand for its name: a new name changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.months import FloatArray
from estimator.simulation.distributions import Kind, UncertainInput
from estimator.simulation.elementary import exp, log, normal_scores
from estimator.volume.streams import IntArray


def generator(seed: int, path: str) -> np.random.Generator:
    """The random numbers of one path under a seed: its own child stream."""
    digest = hashlib.blake2b(path.encode(), digest_size=16).digest()
    # blake2b, not hash(): Python salts its own hashes anew in every process
    words = tuple(np.frombuffer(digest, dtype="<u4").tolist())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))


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
