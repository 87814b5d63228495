"""Blocks of usage to courses of demand: rows that a draw multiplies alike are added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from estimator.forecasting import WRITES
from estimator.months import FloatArray
from estimator.simulation.demand import Bin, Demand
from estimator.simulation.look_back import Looked, Window
from estimator.volume.rows import Block, Vocabulary
from estimator.volume.streams import IntArray
from pricing.rates import RateTable


@dataclass(frozen=True)
class Times:
    """What multiplies the rows of a block in every draw.

    Attributes
    ----------
    factor : array or float
        The same for all rows.
    saving : array of int, optional
        For each trail the position in `kept` of what its saving in doubt leaves; -1 for none.
    kept : tuple of array
        1 - saving. [-]
    growth : tuple of str
        The growths in doubt.
    age : int
        How many months before they are read the files were put: they have that month's growth.
    """

    factor: FloatArray | float = 1.0
    saving: IntArray | None = None
    kept: tuple[FloatArray, ...] = ()
    growth: tuple[str, ...] = ()
    age: int = 0


@dataclass
class Ledger:
    """Puts blocks into a demand.

    Attributes
    ----------
    demand, table, vocabulary : Demand, RateTable, Vocabulary
    files : list of array
        What `doubt` of the streams points at.
    asked : mapping of str to set of int
        Codes of ``billed_account`` and ``driver`` that a budget tells from all others.
    """

    demand: Demand
    table: RateTable
    vocabulary: Vocabulary
    files: list[FloatArray] = field(default_factory=list)
    asked: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def add(self, block: Block, times: Times) -> None:
        """The requests of a block; without streams all of them rest on numbers and `times`."""
        streams = block.streams
        doubt = np.full(len(block.quantity), -1) if streams is None else streams.doubt
        for which, factor, rows in self.groups(block, times):
            grown = self.demand.grown(which, times.growth, times.age)
            for code, months in by_doubt(block.quantity[rows], doubt[rows]):
                if months.any():
                    course, times_it = grown.course(months)
                    files = 1.0 if code < 0 else self.files[code]
                    course.add(factor, files * times_it)

    def add_looks(self, block: Block, table: FloatArray, times: Times, window: Window) -> None:
        """The requests of looks back over a window in doubt: a table of nodes x rows x months."""
        assert block.streams is not None
        doubt = block.streams.doubt
        for which, factor, rows in self.groups(block, times):
            grown = self.demand.grown(which, times.growth, times.age)
            codes, position = np.unique(doubt[rows], return_inverse=True)
            order = np.argsort(position, kind="stable")
            firsts = np.searchsorted(position[order], np.arange(len(codes)))
            summed = np.add.reduceat(table[:, rows[order]], firsts, axis=1).transpose(1, 0, 2)
            # many ranges are looked at alike: their files first, then the factor once
            alike: dict[int, tuple[Looked, FloatArray | float]] = {}
            for code, gets in zip(codes.tolist(), summed, strict=True):
                if gets.any():
                    look, times_it = grown.look(window, gets)
                    files = (1.0 if code < 0 else self.files[code]) * times_it
                    before = alike.get(id(look))
                    alike[id(look)] = look, files if before is None else before[1] + files
            for look, all_files in alike.values():
                look.factor = look.factor + factor * all_files

    def groups(
        self, block: Block, times: Times
    ) -> Iterator[tuple[int, FloatArray | float, IntArray]]:
        """The rows of each bin and saving: the bin's number, their factor, which they are."""
        size, streams = len(block.quantity), block.streams
        payer, region = (
            np.broadcast_to(np.asarray(code, dtype=np.int64), (size,))
            for code in (block.payer, block.billed_region)
        )
        saving = np.full(size, -1, dtype=np.int64)
        if streams is not None and times.saving is not None:
            saving = times.saving[streams.trail]
        meter = self.table.meter(block.operation).name
        texts = self.vocabulary.texts
        account, driver = (self._asked(block, name) for name in ("billed_account", "driver"))
        alike = np.stack([payer, region, saving, account, driver])
        for one in np.unique(alike, axis=1).T:
            rows = np.flatnonzero((alike == one[:, None]).all(axis=0))
            which = Bin(
                payer=texts["payer"][one[0]],
                region=texts["region"][one[1]],
                meter=meter,
                write=block.cause in WRITES,
                account=texts["billed_account"][one[3]] if one[3] >= 0 else "",
                driver=texts["driver"][one[4]] if one[4] >= 0 else "",
            )
            factor = times.factor
            if one[2] >= 0:
                factor = factor * times.kept[one[2]]
            yield self.demand.bin(which), factor, rows

    def _asked(self, block: Block, name: str) -> IntArray:
        """The code of each row that a budget asks for; -1 for all others."""
        codes = np.broadcast_to(
            np.asarray(getattr(block, name), dtype=np.int64), (len(block.quantity),)
        )
        wanted = self.asked.get(name, frozenset())
        # a key may share its name with a trail or a reader
        if not wanted or (name == "driver" and block.cause == "key"):
            return np.full(len(codes), -1, dtype=np.int64)
        return np.where(np.isin(codes, list(wanted)), codes, -1)


def by_doubt(quantity: FloatArray, doubt: IntArray) -> Iterator[tuple[int, FloatArray]]:
    """The sum of the rows of each doubt, month by month."""
    codes, position = np.unique(doubt, return_inverse=True)
    summed = np.zeros((len(codes), quantity.shape[1]))
    np.add.at(summed, position, quantity)
    yield from zip(codes.tolist(), summed, strict=True)
