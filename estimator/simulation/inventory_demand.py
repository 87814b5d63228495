"""Inventory to demand: the requests that draws multiply, by the formulas of `estimator.volume`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from estimator.inventory import Inventory, Range
from estimator.inventory.sections import Reader
from estimator.months import FloatArray, IntArray
from estimator.simulation import uncertain_inputs
from estimator.simulation.demand import Demand, GrowthFactors
from estimator.simulation.demand_builder import DemandBuilder, Multipliers, budget_codes
from estimator.simulation.draws import Draws
from estimator.simulation.look_back import LookBackDays, breakpoints_of, gets_at
from estimator.simulation.shared_gets import SharedGets, SharedRequests
from estimator.simulation.uncertain_inputs import OWN_DRAWS, UncertainFiles
from estimator.volume import key_blocks, trail_blocks
from estimator.volume.model import DIGEST_GROWTHS, LOG_GROWTHS, Model, Segment, Written
from estimator.volume.readers import FixedModel, LookBack, ReaderModel, build_reader_model, is_fine
from estimator.volume.streams import Streams
from pricing.rates import RateTable


def demand_of(
    model: Model,
    table: RateTable,
    draws: Draws,
    noise: bool = True,
    own: int = OWN_DRAWS,
) -> Demand:
    """The requests and key-months of an inventory as a demand that gives them for each draw.

    Parameters
    ----------
    model : Model
        Of the inventory and the months.
    table : RateTable
        Names the meter of each operation.
    draws : Draws
    noise : bool
        True: counts vary around their mean.
    own : int
        The number of ranges of files per day with draws of their own.
    """
    inventory, months = model.inventory, model.months
    since = months.since(inventory.growth.as_of)
    growing = {
        name: draws.draw(f"growth.{name}", getattr(inventory.growth, name), "growth")
        for name in _find_growing(inventory, LOG_GROWTHS)
        if since.any()
    }
    growth = GrowthFactors(since, growing)
    build = _InventoryDemand(model, draws, own, growth)
    demand = Demand(months.count, growth, draws, noise)
    vocabulary = build.model.vocabulary
    budgeted = budget_codes(inventory, vocabulary)
    build.fill(DemandBuilder(demand, table, vocabulary, build.files.draws, budgeted))
    return demand


def _find_growing(inventory: Inventory, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not getattr(inventory.growth, name).is_number)


class _InventoryDemand:
    """Adds up an inventory, cause by cause."""

    def __init__(
        self,
        model: Model,
        draws: Draws,
        own: int,
        growth: GrowthFactors,
    ) -> None:
        self.inventory, self.draws, self.growth = model.inventory, draws, growth
        # two inventories side by side: the model has 1 or 0 for each range, `inventory` has the
        # range
        unit = uncertain_inputs.with_unit_factors(model.inventory)
        self.model = Model(unit, model.months, model.streams)
        summed = model.streams.add_up(by_account=False, by_region=False, by_input=True)
        self.fine = {
            reader.name: self._read(build_reader_model(self.model, reader), summed)
            for reader in self.inventory.readers
            if is_fine(reader)
        }
        self.files = self._files(summed, own)
        self.summed = self.files.refer(summed)

    def _read(self, reader_model: ReaderModel, summed: Streams) -> Streams:
        return reader_model.streams(summed, False, False, by_input=True)

    def _files(self, summed: Streams, own: int) -> UncertainFiles:
        ranges = self.inventory.uncertain_files
        uncertain = summed.where(summed.uncertain_input >= 0)
        days = self.model.days(uncertain).sum(axis=1)
        size = len(ranges)
        weights = np.bincount(
            uncertain.uncertain_input, weights=uncertain.count * days, minlength=size
        )
        there = np.bincount(uncertain.uncertain_input, weights=uncertain.count, minlength=size)
        # what readers of old files alone meet weighs little, but a weight of 0 would say: unused
        known: FloatArray = np.where(weights > 0, weights, there * 1e-9).astype(np.float64)
        patterns = self._patterns(uncertain) if size > own else ()
        return UncertainFiles(ranges, known, patterns, self.draws, own)

    def _patterns(self, uncertain: Streams) -> Iterator[tuple[IntArray, int]]:
        """The ranges that trails use alike, and those that a reader of some accounts alone uses."""
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
            saving = uncertain_inputs.trail_saving(trail)
            retained = float(model.retention[number])
            use = (payer, region, saving and saving[0], retained, tuple(readers[trail.name]))
            codes.append(alike.setdefault(use, len(alike)))
        of_row = np.array(codes, dtype=np.int64)[uncertain.trail]
        for code in np.unique(of_row).tolist():
            yield uncertain.uncertain_input[of_row == code], code
        for number, fine in enumerate(self.fine.values()):
            yield fine.uncertain_input, len(alike) + number

    def fill(self, builder: DemandBuilder) -> None:
        """Add everything that the inventory causes to the demand."""
        self.builder = builder
        self._trails()
        # the first of each pair has the ranges, the second the unit factors
        readers = zip(self.inventory.readers, self.model.inventory.readers, strict=True)
        for reader, unit_reader in readers:
            self._reader(reader, unit_reader)
        # keys are numbers: no range multiplies a key-month
        for block in key_blocks(self.model):
            builder.add(block, Multipliers())

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
        return Multipliers(factor, saved, tuple(left), _find_growing(self.inventory, growth))

    def _trails(self) -> None:
        """Puts, digests and checks."""
        trails = {trail.name: trail for trail in self.inventory.trails}
        saved = self._multipliers(
            1.0, map(uncertain_inputs.trail_saving, trails.values()), LOG_GROWTHS
        )
        digests = dataclasses.replace(saved, growth=_find_growing(self.inventory, DIGEST_GROWTHS))
        for block in trail_blocks(self.model, self.summed):
            if block.cause != "check":
                self.builder.add(block, saved if block.cause == "put" else digests)
                continue
            name = self.model.vocabulary.texts["driver"][int(np.max(block.driver))]
            checks = trails[name].config_updates_per_month
            path = f"trails[{name}].config_updates_per_month"
            factor = 1.0 if checks.is_number else self.draws.draw(path, checks)
            self.builder.add(block, Multipliers(factor))

    def _reader(self, reader: Reader, unit_reader: Reader) -> None:
        """Decrypt, and Encrypt of copies."""
        reader_model = build_reader_model(self.model, unit_reader)
        streams = (
            self.files.refer(self.fine[reader.name])
            if reader.name in self.fine
            else self._read(reader_model, self.summed)
        )
        if not len(streams):
            return
        factor = uncertain_inputs.reader_factor(reader, self.draws)
        savings = [uncertain_inputs.reader_saving(reader, trail) for trail in self.inventory.trails]
        add: dict[str, Callable[[Any, Reader, Written, Multipliers], None]] = {
            "files": self._gets_of_files,
            "look-back": self._look_backs,
            "share": self._share_gets,
        }
        for written in reader_model.files_to_read(streams):
            multipliers = self._multipliers(factor, savings, written.growth.names)
            if not len(written.streams):
                continue
            add[reader_model.gets_follow](reader_model, reader, written, multipliers)

    def _gets_of_files(
        self, reader_model: ReaderModel, reader: Reader, written: Written, multipliers: Multipliers
    ) -> None:
        """Gets of files as they are put."""
        del reader
        # nothing is known of the bucket that copies go to: nothing is saved there
        unsaved = Multipliers(multipliers.factor, growth=multipliers.growth)
        for block in reader_model.requests(written, reader_model.gets(written)):
            self.builder.add(block, unsaved if block.operation == "Encrypt" else multipliers)

    def _look_backs(
        self, reader_model: LookBack, reader: Reader, written: Written, multipliers: Multipliers
    ) -> None:
        """Gets of a look-back, by the range that decides its days and by the age of its files."""
        growth = written.growth
        segments = growth.months_of_put if multipliers.growth else growth.segments
        for rows, days in self._days_back(reader_model, reader, written.streams):
            part = Written(written.streams.where(rows), growth)
            # the retention may cut every draw of a look-back to the same days
            fixed = days.min() == days.max()
            nodes = None
            if not fixed:
                nodes = LookBackDays.over(days, breakpoints_of(reader_model, part, segments))
            for age, table in self._by_age(reader_model, part, days, nodes, segments).items():
                grown = dataclasses.replace(multipliers, age=age)
                if nodes is None:
                    for block in reader_model.requests(part, table):
                        self.builder.add(block, grown)
                    continue
                # certain savings are taken off a block already, off the table not yet
                left = 1.0 - reader_model.savings[part.streams.trail]
                for block in reader_model.requests(part, table[0]):
                    self.builder.add_look_backs(block, table * left[:, None], grown, nodes)

    def _by_age(
        self,
        reader_model: LookBack,
        written: Written,
        days: FloatArray,
        nodes: LookBackDays | None,
        segments: Sequence[Segment],
    ) -> dict[int, FloatArray]:
        """Gets by age of the files in months; the last axis is the month of reading.

        Only uncertain growth needs the age: each draw multiplies files by the growth of the month
        in which they were put.
        """

        def gets(looking: LookBack, part: Written) -> FloatArray:
            if nodes is None:
                return looking.gets(part, np.full(len(part.streams), float(days[0])))
            return gets_at(looking, part, nodes)

        # growth that is a number is in the table already
        if len(segments) < 2 or not self.growth.is_uncertain:
            return {0: gets(reader_model, written)}
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
            # only the months that can reach these files: others would be columns of zeros
            table = gets(reader_model.over(near), Written(streams, written.growth))
            whole = (*table.shape[:-1], len(spans))
            for column, month in enumerate(range(here.start, here.stop)):
                if table[..., column].any():
                    age = int(self.growth.since[month]) - segment.since
                    if age not in found:
                        found[age] = np.zeros(whole)
                    found[age][..., month] += table[..., column]
        return found

    def _days_back(
        self, reader_model: LookBack, reader: Reader, streams: Streams
    ) -> Iterator[tuple[IntArray, FloatArray]]:
        """The rows that look back over the same days, and those days for each draw."""
        asked = uncertain_inputs.look_back(reader)
        groups: dict[str | float, list[int]] = {}
        ranges = {}
        for trail in np.unique(streams.trail).tolist():
            retained = uncertain_inputs.retention(self.inventory.trails[trail])
            which = float(self.model.retention[trail]) if retained is None else retained[0]
            groups.setdefault(which, []).append(trail)
            ranges[which] = retained
        for which, trails in groups.items():
            retained = ranges[which]
            rows = np.flatnonzero(np.isin(streams.trail, trails))
            if asked is None and retained is None:
                yield rows, reader_model.days_back(streams.where(rows[:1]))
                continue
            back = np.array([reader_model.most_back]) if asked is None else self.draws.draw(*asked)
            retention = np.array([which]) if retained is None else self.draws.draw(*retained)
            # nobody reads what the bucket no longer has
            yield rows, np.minimum(back, retention)

    def _share_gets(
        self, reader_model: FixedModel, reader: Reader, written: Written, multipliers: Multipliers
    ) -> None:
        """Gets that streams share in proportion to their files."""
        del reader
        # a fixed number of gets does not grow: growth moves files, which only share it out
        multipliers = dataclasses.replace(multipliers, growth=())
        streams = written.streams
        retention = {
            trail: self.draws.draw(*retained)
            for trail in np.unique(streams.trail).tolist()
            if (retained := uncertain_inputs.retention(self.inventory.trails[trail])) is not None
            and self._expire(streams.where(streams.trail == trail))
        }
        # the only one: such a reader makes Decrypt alone
        block = next(iter(reader_model.requests(written, reader_model.gets(written))))
        left = 1.0 - reader_model.savings[streams.trail]
        parts = [
            (which, factor * share, rows[left[rows] == share])
            for which, factor, rows in self.builder.groups(block, multipliers)
            for share in np.unique(left[rows]).tolist()
        ]
        uncertain = bool((streams.uncertain_input >= 0).any())
        # with one part and no moving edge the shares add up to 1 in every draw
        if not retention and not (uncertain and len(parts) > 1):
            self.builder.add(
                dataclasses.replace(block, streams=streams.with_a_file_each()), multipliers
            )
            return
        groups = [rows for _, _, rows in parts]
        gets = SharedGets(reader_model, streams, self.files.draws, retention, groups)
        for number, (which, factor, _) in enumerate(parts):
            requests = SharedRequests(gets, number, factor * reader_model.reader.gets_per_day.mid)
            self.builder.demand.group(which, ()).parts.append(requests)

    def _expire(self, streams: Streams) -> bool:
        """True where files of streams that ended may expire before their key goes."""
        # while a stream writes on, there is always a file that has not expired
        last = np.minimum(self.model.months.end[-1], self.model.key_end[streams.trail])
        return bool((streams.end < last).any())
