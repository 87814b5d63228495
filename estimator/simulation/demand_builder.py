"""Inventory to demand: what each draw multiplies, by the formulas of `estimator.volume`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Reader
from estimator.months import FloatArray, IntArray, Months
from estimator.simulation import assumptions
from estimator.simulation.demand import Demand, Growth
from estimator.simulation.draws import Draws
from estimator.simulation.files import OWN, FilesInDoubt
from estimator.simulation.ledger import Ledger, Times
from estimator.simulation.look_back import Window, bends_of, gets_at
from estimator.simulation.shared import Shared, SharedGets
from estimator.volume.causes import key_blocks, trail_blocks
from estimator.volume.growth import ACCOUNTS, FILES, Segment
from estimator.volume.model import Model, Written
from estimator.volume.readers import LookBack, Reading, Sharing, is_fine, reading
from estimator.volume.rows import Vocabulary
from estimator.volume.streams import Streams
from pricing.rates import RateTable


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
        for name in _growing(inventory, FILES)
        if since.any()
    }
    growth = Growth(since, growing)
    build = _Build(inventory, months, streams, draws, own, growth)
    demand = Demand(months.count, growth, draws, noise)
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
        self,
        inventory: Inventory,
        months: Months,
        streams: Streams,
        draws: Draws,
        own: int,
        growth: Growth,
    ) -> None:
        self.inventory, self.draws, self.full, self.growth = inventory, draws, streams, growth
        self.model = Model(assumptions.neutral(inventory), months)
        summed = streams.added_up(by_account=False, by_region=False, by_doubt=True)
        self.fine = {
            reader.name: self._read(reading(self.model, reader), summed)
            for reader in inventory.readers
            if is_fine(reader)
        }
        self.files = self._files(summed, own)
        self.summed = self.files.refer(summed)

    def _read(self, each: Reading, summed: Streams) -> Streams:
        return each.streams(self.full, summed, False, False, by_doubt=True)

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
            ledger.add(block, Times())

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
        saved = self._times(1.0, map(assumptions.trail_saving, trails.values()), FILES)
        digests = dataclasses.replace(saved, growth=_growing(self.inventory, ACCOUNTS))
        for block in trail_blocks(self.model, self.summed):
            if block.cause != "check":
                self.ledger.add(block, saved if block.cause == "put" else digests)
                continue
            name = self.model.vocabulary.texts["driver"][int(np.max(block.driver))]
            said = trails[name].config_updates_per_month
            path = f"trails[{name}].config_updates_per_month"
            factor = 1.0 if said.is_number else self.draws.of(path, said)
            self.ledger.add(block, Times(factor))

    def _reader(self, reader: Reader, neutral: Reader) -> None:
        """Decrypt, and Encrypt of copies."""
        each = reading(self.model, neutral)
        streams = (
            self.files.refer(self.fine[reader.name])
            if reader.name in self.fine
            else self._read(each, self.summed)
        )
        if not len(streams):
            return
        factor = assumptions.reader_factor(reader, self.draws)
        savings = [assumptions.reader_saving(reader, trail) for trail in self.inventory.trails]
        for written in each.written(streams):
            times = self._times(factor, savings, written.growth.names)
            if not len(written.streams):
                continue
            if isinstance(each, Sharing):
                self._shared(each, written, dataclasses.replace(times, growth=()))
            elif isinstance(each, LookBack):
                self._looks(each, reader, written, times)
            else:
                for block in each.requests(written, each.gets(written)):
                    # nothing is known of the bucket that copies go to: nothing is saved there
                    unsaved = Times(factor, growth=times.growth)
                    self.ledger.add(block, unsaved if block.operation == "Encrypt" else times)

    def _looks(self, each: LookBack, reader: Reader, written: Written, times: Times) -> None:
        """Looks back, told apart by what decides their window, and by the age of the files met."""
        growth = written.growth
        segments = growth.months_of_put if times.growth else growth.segments
        for rows, days in self._windows(each, reader, written.streams):
            part = Written(written.streams.where(rows), growth)
            fixed = days.min() == days.max()
            window = None if fixed else Window.over(days, bends_of(each, part, segments))
            for age, table in self._by_age(each, part, days, window, segments).items():
                grown = dataclasses.replace(times, age=age)
                if window is None:
                    for block in each.requests(part, table):
                        self.ledger.add(block, grown)
                    continue
                left = 1.0 - each.savings[part.streams.trail]
                for block in each.requests(part, table[0]):
                    self.ledger.add_looks(block, table * left[:, None], grown, window)

    def _by_age(
        self,
        each: LookBack,
        written: Written,
        days: FloatArray,
        window: Window | None,
        segments: Sequence[Segment],
    ) -> dict[int, FloatArray]:
        """Gets of files by how many months before the look they were put; months last.

        Only growth in doubt needs the age: each draw multiplies old files by their own month's.
        """

        def gets(looking: LookBack, part: Written) -> FloatArray:
            if window is None:
                return looking.gets(part, np.full(len(part.streams), float(days[0])))
            return gets_at(looking, part, window)

        if len(segments) < 2 or not self.growth.is_in_doubt:
            return {0: gets(each, written)}
        found: dict[int, FloatArray] = {}
        spans = self.model.spans
        for segment in segments:
            start = np.maximum(written.streams.start, segment.period.start)
            end = np.minimum(written.streams.end, segment.period.end)
            if not (end > start).any():
                continue
            streams = dataclasses.replace(written.streams, start=start, end=end)
            near, here = spans.between(float(start.min()), float(end.max() + days.max()))
            if not len(near):
                continue
            table = gets(each.over(near), Written(streams, written.growth))
            whole = (*table.shape[:-1], len(spans))
            for column, month in enumerate(range(here.start, here.stop)):
                if table[..., column].any():
                    age = int(self.growth.since[month]) - segment.since
                    if age not in found:
                        found[age] = np.zeros(whole)
                    found[age][..., month] += table[..., column]
        return found

    def _windows(
        self, each: LookBack, reader: Reader, streams: Streams
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """The rows that look back over the same days, and those days for each draw."""
        said = assumptions.window(reader)
        groups: dict[str | float, list[int]] = {}
        doubts = {}
        for trail in np.unique(streams.trail).tolist():
            keeps = assumptions.retention(self.inventory.trails[trail])
            which = float(self.model.retention[trail]) if keeps is None else keeps[0]
            groups.setdefault(which, []).append(trail)
            doubts[which] = keeps
        for which, trails in groups.items():
            keeps = doubts[which]
            rows = np.flatnonzero(np.isin(streams.trail, trails))
            if said is None and keeps is None:
                yield rows, each.back(streams.where(rows[:1]))
                continue
            back = np.array([each.most_back]) if said is None else self.draws.of(*said)
            kept = np.array([which]) if keeps is None else self.draws.of(*keeps)
            yield rows, np.minimum(back, kept)

    def _shared(self, each: Sharing, written: Written, times: Times) -> None:
        """Gets that are shared in proportion to files."""
        streams = written.streams
        retention = {
            trail: self.draws.of(*keeps)
            for trail in np.unique(streams.trail).tolist()
            if (keeps := assumptions.retention(self.inventory.trails[trail])) is not None
            and self._expire(streams.where(streams.trail == trail))
        }
        block = next(iter(each.requests(written, each.gets(written))))
        left = 1.0 - each.savings[streams.trail]
        parts = [
            (which, factor * one, rows[left[rows] == one])
            for which, factor, rows in self.ledger.groups(block, times)
            for one in np.unique(left[rows]).tolist()
        ]
        doubted = bool((streams.doubt >= 0).any())
        if not retention and not (doubted and len(parts) > 1):
            self.ledger.add(dataclasses.replace(block, streams=streams.counted()), times)
            return
        groups = [rows for _, _, rows in parts]
        gets = SharedGets(each, streams, self.files.draws, retention, groups)
        for number, (which, factor, _) in enumerate(parts):
            share = Shared(gets, number, factor * each.per_day)
            self.ledger.demand.grown(which, ()).parts.append(share)

    def _expire(self, streams: Streams) -> bool:
        """Whether files of streams that ended may expire before their key goes."""
        last = np.minimum(self.model.months.end[-1], self.model.key_end[streams.trail])
        return bool((streams.end < last).any())
