"""Blocks of usage to a demand: rows that a draw multiplies alike are added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from estimator.forecasting import WRITES
from estimator.inventory import Inventory
from estimator.months import FloatArray
from estimator.simulation.demand import Bin, Demand
from estimator.simulation.look_back import LookBackDays, LookBackRequests
from estimator.volume.blocks import Block, Vocabulary
from estimator.volume.streams import IntArray
from pricing.rates import RateTable


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


@dataclass
class DemandBuilder:
    """Adds blocks of usage to a demand.

    Attributes
    ----------
    demand, table, vocabulary : Demand, RateTable, Vocabulary
    files : list of array
        Draws that `uncertain_input` of the streams points at.
    budgeted : mapping of str to set of int
        Codes of ``billed_account`` and ``driver`` that a budget is for.
    """

    demand: Demand
    table: RateTable
    vocabulary: Vocabulary
    files: list[FloatArray] = field(default_factory=list)
    budgeted: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def add(self, block: Block, multipliers: Multipliers) -> None:
        """Add the requests of a block; without streams no range of files multiplies them."""
        streams = block.streams
        input_codes = (
            np.full(len(block.quantity), -1) if streams is None else streams.uncertain_input
        )
        for number, factor, rows in self.groups(block, multipliers):
            group = self.demand.group(number, multipliers.growth, multipliers.age)
            for code, months in sum_by_input(block.quantity[rows], input_codes[rows]):
                # a profile without a month above 0 could not be scaled to its largest
                if months.any():
                    profile, multiple = group.profile(months)
                    files = 1.0 if code < 0 else self.files[code]
                    profile.add(factor, files * multiple)

    def add_look_backs(
        self, block: Block, table: FloatArray, multipliers: Multipliers, days: LookBackDays
    ) -> None:
        """Add the requests of uncertain look-backs: a table of nodes x rows x months."""
        assert block.streams is not None
        input_codes = block.streams.uncertain_input
        for number, factor, rows in self.groups(block, multipliers):
            group = self.demand.group(number, multipliers.growth, multipliers.age)
            codes, position = np.unique(input_codes[rows], return_inverse=True)
            order = np.argsort(position, kind="stable")
            firsts = np.searchsorted(position[order], np.arange(len(codes)))
            # in the order of the codes, because reduceat adds up neighbours
            summed = np.add.reduceat(table[:, rows[order]], firsts, axis=1).transpose(1, 0, 2)
            # many ranges have one profile: their files are summed first, the factor comes once
            alike: dict[int, tuple[LookBackRequests, FloatArray | float]] = {}
            for code, gets in zip(codes.tolist(), summed, strict=True):
                if gets.any():
                    look_back, multiple = group.look_back(days, gets)
                    files = (1.0 if code < 0 else self.files[code]) * multiple
                    before = alike.get(id(look_back))
                    alike[id(look_back)] = look_back, files if before is None else before[1] + files
            for look_back, all_files in alike.values():
                look_back.factor = look_back.factor + factor * all_files

    def groups(
        self, block: Block, multipliers: Multipliers
    ) -> Iterator[tuple[int, FloatArray | float, IntArray]]:
        """The rows of each bin and saving: the bin's number, their factor, their positions."""
        size, streams = len(block.quantity), block.streams
        payer, region = (
            np.broadcast_to(np.asarray(code, dtype=np.int64), (size,))
            for code in (block.payer, block.billed_region)
        )
        # rows under different buckets leave different shares, so they never join
        saving = np.full(size, -1, dtype=np.int64)
        if streams is not None and multipliers.saving is not None:
            saving = multipliers.saving[streams.trail]
        meter = self.table.meter(block.operation).name
        texts = self.vocabulary.texts
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
            yield self.demand.number_of(place), factor, rows

    def _budget_codes(self, block: Block, name: str) -> IntArray:
        """The code of each row that a budget is for; -1 for all others."""
        codes = np.broadcast_to(
            np.asarray(getattr(block, name), dtype=np.int64), (len(block.quantity),)
        )
        wanted = self.budgeted.get(name, frozenset())
        # a key may share its name with a trail or a reader
        if not wanted or (name == "driver" and block.cause == "key"):
            return np.full(len(codes), -1, dtype=np.int64)
        return np.where(np.isin(codes, list(wanted)), codes, -1)


def sum_by_input(quantity: FloatArray, input_codes: IntArray) -> Iterator[tuple[int, FloatArray]]:
    """The sum of the rows of each uncertain input, month by month."""
    codes, position = np.unique(input_codes, return_inverse=True)
    summed = np.zeros((len(codes), quantity.shape[1]))
    np.add.at(summed, position, quantity)
    yield from zip(codes.tolist(), summed, strict=True)


def budget_codes(inventory: Inventory, vocabulary: Vocabulary) -> dict[str, frozenset[int]]:
    """The billed accounts and drivers that budgets are for, as codes."""
    covers = [budget.covers(inventory.accounts) for budget in inventory.budgets]
    return {
        column: frozenset(
            vocabulary.code[column][value]
            for covered in covers
            if covered is not None and covered.column == column
            for value in covered.members
        )
        for column in ("billed_account", "driver")
    }
