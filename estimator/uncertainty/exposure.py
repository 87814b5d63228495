"""Inventory to demand: what each draw multiplies, by the formulas of `estimator.volume`."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Fixed, Query, Reader, Validate
from estimator.months import FloatArray, Months
from estimator.uncertainty import assumptions
from estimator.uncertainty.demand import Demand, Growth
from estimator.uncertainty.draws import Draws
from estimator.uncertainty.files import OWN, FilesInDoubt
from estimator.uncertainty.ledger import Ledger, Times
from estimator.uncertainty.shared import Shared, SharedGets
from estimator.uncertainty.windows import Window, bends_of, gets_at
from estimator.volume.causes import key_blocks, trail_blocks
from estimator.volume.model import Model
from estimator.volume.readers import KINDS, blocks_from, query, read_by, reader_saving, validate
from estimator.volume.rows import Vocabulary
from estimator.volume.streams import IntArray, Streams
from pricing.rates import RateTable

_ACCOUNTS = ("accounts_per_year",)
_BOTH = (*_ACCOUNTS, "files_per_year")


def demand_of(
    inventory: Inventory,
    months: Months,
    streams: Streams,
    table: RateTable,
    draws: Draws,
    noise: bool = True,
    own: int = OWN,
) -> Demand:
    """The requests and key-months of an inventory as a demand that gives them for each draw.

    Parameters
    ----------
    inventory, months : Inventory, Months
    streams : Streams
        What `streams_of` says of the inventory.
    table : RateTable
        Says which meter counts an operation.
    draws : Draws
    noise : bool
        Whether counts vary around their mean.
    own : int
        How many ranges of files per day have draws of their own.
    """
    since = months.since(inventory.growth.as_of)
    growing = {
        name: draws.of(f"growth.{name}", getattr(inventory.growth, name), "growth")
        for name in _growing(inventory, _BOTH)
        if since.any()
    }
    build = _Build(inventory, months, streams, draws, own)
    demand = Demand(months.count, Growth(since, growing), draws, noise)
    vocabulary = build.model.vocabulary
    asked = _asked(inventory, vocabulary)
    build.fill(Ledger(demand, table, vocabulary, build.files.draws, asked))
    return demand


def _asked(inventory: Inventory, vocabulary: Vocabulary) -> dict[str, frozenset[int]]:
    """The billed accounts and drivers that budgets are for, as codes."""
    named = [budget.covers for budget in inventory.budgets if budget.covers is not None]
    return {
        column: frozenset(vocabulary.code[column][value] for of, value in named if of == column)
        for column in ("billed_account", "driver")
    }


def _growing(inventory: Inventory, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not getattr(inventory.growth, name).is_number)


class _Build:
    """One entry per trail in each list of savings and retentions."""

    def __init__(
        self, inventory: Inventory, months: Months, streams: Streams, draws: Draws, own: int
    ) -> None:
        self.inventory, self.draws, self.full = inventory, draws, streams
        self.model = Model(assumptions.neutral(inventory), months)
        summed = streams.added_up(by_account=False, by_region=False, by_doubt=True)
        self.fine = {
            reader.name: self._read(reader, summed)
            for reader in inventory.readers
            if reader.accounts is not None or reader.regions is not None
        }
        self.files = self._files(summed, own)
        self.summed = self.files.refer(summed)

    def _read(self, reader: Reader, summed: Streams) -> Streams:
        return read_by(self.model, reader, self.full, summed, False, False, by_doubt=True)

    def _files(self, summed: Streams, own: int) -> FilesInDoubt:
        ranges = self.inventory.files_in_doubt
        doubted = summed.where(summed.doubt >= 0)
        days = self.model.days(doubted).sum(axis=1)
        size = len(ranges)
        weights = np.bincount(doubted.doubt, weights=doubted.count * days, minlength=size)
        there = np.bincount(doubted.doubt, weights=doubted.count, minlength=size)
        # what only readers of old files meet weighs little, but it is there
        known: FloatArray = np.where(weights > 0, weights, there * 1e-9).astype(np.float64)
        patterns = self._patterns(doubted) if size > own else ()
        return FilesInDoubt(ranges, known, patterns, self.draws, own)

    def _patterns(self, doubted: Streams) -> Iterator[tuple[IntArray, int]]:
        """Which ranges are used by trails alike, and by each reader of some accounts only."""
        alike: dict[tuple[object, ...], int] = {}
        model = self.model
        readers: dict[str, list[str]] = {trail.name: [] for trail in self.inventory.trails}
        for reader in self.inventory.readers:
            for trail in self.inventory.read_by(reader):
                readers[trail.name].append(reader.name)
        codes = []
        for number, trail in enumerate(self.inventory.trails):
            payer = int(model.payer_of[model.trail_account[number]])
            region = int(model.key_region[model.trail_key[number]])
            saving = assumptions.trail_saving(trail)
            keeps = float(model.retention[number])
            said = (payer, region, saving and saving[0], keeps, tuple(readers[trail.name]))
            codes.append(alike.setdefault(said, len(alike)))
        of_row = np.array(codes, dtype=np.int64)[doubted.trail]
        for code in np.unique(of_row).tolist():
            yield doubted.doubt[of_row == code], code
        for number, fine in enumerate(self.fine.values()):
            yield fine.doubt, len(alike) + number

    def fill(self, ledger: Ledger) -> None:
        """Put everything that the inventory causes into the ledger."""
        self.ledger = ledger
        self._trails()
        readers = zip(self.inventory.readers, self.model.inventory.readers, strict=True)
        for reader, neutral in readers:
            self._reader(reader, neutral)
        for block in key_blocks(self.model):
            ledger.add(block, None, Times())

    def _times(
        self,
        factor: FloatArray | float,
        savings: Iterable[tuple[str, Range] | None],
        growth: tuple[str, ...],
    ) -> Times:
        number: dict[str, int] = {}
        kept: list[FloatArray] = []
        of_trail = []
        for saving in savings:
            if saving is None:
                of_trail.append(-1)
                continue
            path, said = saving
            if path not in number:
                number[path] = len(kept)
                kept.append(1.0 - self.draws.of(path, said, "share"))
            of_trail.append(number[path])
        saved = np.array(of_trail, dtype=np.int64)
        return Times(factor, saved, tuple(kept), _growing(self.inventory, growth))

    def _trails(self) -> None:
        """Puts, digests and checks."""
        trails = {trail.name: trail for trail in self.inventory.trails}
        saved = self._times(1.0, map(assumptions.trail_saving, trails.values()), _BOTH)
        digests = dataclasses.replace(saved, growth=_growing(self.inventory, _ACCOUNTS))
        for block in trail_blocks(self.model, self.summed):
            if block.cause == "put":
                self.ledger.add(block, self.summed, saved)
            elif block.cause == "digest":
                self.ledger.add(block, self.summed.counted(), digests)
            else:
                name = self.model.vocabulary.texts["driver"][int(np.max(block.driver))]
                said = trails[name].config_updates_per_month
                path = f"trails[{name}].config_updates_per_month"
                factor = 1.0 if said.is_number else self.draws.of(path, said)
                self.ledger.add(block, None, Times(factor))

    def _reader(self, reader: Reader, neutral: Reader) -> None:
        """Decrypt, and Encrypt of copies."""
        streams = (
            self.files.refer(self.fine[reader.name])
            if reader.name in self.fine
            else self._read(reader, self.summed)
        )
        if not len(streams):
            return
        factor = assumptions.reader_factor(reader, self.draws)
        savings = (assumptions.reader_saving(reader, trail) for trail in self.inventory.trails)
        times = self._times(factor, savings, _BOTH)
        if isinstance(neutral, Fixed):
            self._fixed(neutral, streams, dataclasses.replace(times, growth=()))
        elif isinstance(neutral, Query):
            self._looks(self.model, reader, neutral, streams, times)
        elif isinstance(neutral, Validate):
            logs, nothing = copy.copy(self.model), np.zeros(len(streams))
            logs.digests_under_key = np.zeros_like(self.model.digests_under_key)
            self._looks(logs, reader, neutral, streams, times)
            digests = dataclasses.replace(streams.counted(), files=nothing)
            growth = _growing(self.inventory, _ACCOUNTS)
            fewer = dataclasses.replace(times, growth=growth)
            self._looks(self.model, reader, neutral, digests, fewer)
        else:
            gets = KINDS[type(neutral)](self.model, neutral, streams)
            for block in blocks_from(self.model, neutral, streams, gets):
                # nothing is known of the bucket that copies go to: nothing is saved there
                unsaved = Times(factor, growth=times.growth)
                self.ledger.add(block, streams, unsaved if block.operation == "Encrypt" else times)

    def _looks(
        self,
        model: Model,
        reader: Reader,
        neutral: Query | Validate,
        streams: Streams,
        times: Times,
    ) -> None:
        """Looks back, told apart by what decides their window."""
        kind = query if isinstance(neutral, Query) else validate
        for rows, days in self._windows(reader, neutral, streams):
            mine = streams.where(rows)
            if days.min() == days.max():
                gets = kind(model, neutral, mine, np.full(len(mine), float(days[0])))  # type: ignore[arg-type]
                for block in blocks_from(model, neutral, mine, gets):
                    self.ledger.add(block, mine, times)
                continue
            window = Window.over(days, bends_of(model, neutral, mine))
            table = gets_at(model, neutral, mine, window)
            left = 1.0 - reader_saving(model, neutral)[mine.trail]
            for block in blocks_from(model, neutral, mine, table[0]):
                self.ledger.add_looks(block, table * left[:, None], mine, times, window)

    def _windows(
        self, reader: Reader, neutral: Query | Validate, streams: Streams
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """The rows that look back over the same days, and those days for each draw."""
        said = assumptions.window(reader)
        plain = neutral.days_scanned if isinstance(neutral, Query) else neutral.days
        back = np.array([plain.mid]) if said is None else self.draws.of(*said)
        groups: dict[str | float, list[int]] = {}
        doubts = {}
        for trail in np.unique(streams.trail).tolist():
            keeps = assumptions.retention(self.inventory.trails[trail])
            which = float(self.model.retention[trail]) if keeps is None else keeps[0]
            groups.setdefault(which, []).append(trail)
            doubts[which] = keeps
        for which, trails in groups.items():
            keeps = doubts[which]
            kept = np.array([which]) if keeps is None else self.draws.of(*keeps)
            yield np.flatnonzero(np.isin(streams.trail, trails)), np.minimum(back, kept)

    def _fixed(self, neutral: Fixed, streams: Streams, times: Times) -> None:
        """Gets that are shared in proportion to files."""
        model = self.model
        retention = {
            trail: self.draws.of(*keeps)
            for trail in np.unique(streams.trail).tolist()
            if (keeps := assumptions.retention(self.inventory.trails[trail])) is not None
            and self._expire(streams.where(streams.trail == trail))
        }
        block = next(
            iter(blocks_from(model, neutral, streams, KINDS[Fixed](model, neutral, streams)))
        )
        left = 1.0 - reader_saving(model, neutral)[streams.trail]
        parts = [
            (which, factor * one, rows[left[rows] == one])
            for which, factor, rows in self.ledger.groups(block, streams, times)
            for one in np.unique(left[rows]).tolist()
        ]
        doubted = bool((streams.doubt >= 0).any())
        if not retention and not (doubted and len(parts) > 1):
            self.ledger.add(block, streams.counted(), times)
            return
        groups = [rows for _, _, rows in parts]
        gets = SharedGets(model, neutral, streams, self.files.draws, retention, groups)
        for number, (which, factor, _) in enumerate(parts):
            each = Shared(gets, number, factor * neutral.gets_per_day.mid)
            self.ledger.demand.grown(which, ()).parts.append(each)

    def _expire(self, streams: Streams) -> bool:
        """Whether files of streams that ended may expire before their key goes."""
        last = np.minimum(self.model.months.end[-1], self.model.key_end[streams.trail])
        return bool((streams.end < last).any())
