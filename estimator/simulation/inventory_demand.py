"""Inventory to demand: the requests that draws multiply, by the formulas of `estimator.volume`.

Of files per day the ranges that matter most stand on their own, and the many small in one: their
sum is taken to be lognormal with the mean and the variance that it has (Fenton and Wilkinson), so
that the work of a draw does not grow with the number of accounts.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from estimator.inventory.distributions import UncertainInput, moments
from estimator.months import FloatArray
from estimator.simulation.demand import Demand
from estimator.simulation.draws import Draws
from estimator.simulation.look_back import add_look_backs
from estimator.simulation.shared_gets import add_shared_gets
from estimator.simulation.uncertain_inputs import Multipliers, UncertainInputs, trail_saving
from estimator.volume import key_blocks, trail_blocks
from estimator.volume.model import Model, Written
from estimator.volume.readers import ReaderModel, build_reader_models, is_fine
from estimator.volume.streams import IntArray, Streams
from pricing.rates import RateTable

# ranges of files per day that have draws of their own
OWN_DRAWS = 100


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
    inputs = UncertainInputs(model, draws)
    readers = build_reader_models(inputs.model)
    summed = model.streams.add_up(by_account=False, by_region=False, by_input=True)
    apart = {each.reader.name: _read(each, summed) for each in readers if is_fine(each.reader)}
    files = UncertainFiles(inputs, summed, apart.values(), own)
    summed = files.refer(summed)
    demand = Demand(inputs, table, files.draws, noise)
    _add_trails(demand, inputs, summed)
    for each in readers:
        streams = apart.get(each.reader.name)
        read = _read(each, summed) if streams is None else files.refer(streams)
        if len(read):
            _add_reader(demand, inputs, each, read)
    # keys are numbers: no range multiplies a key-month
    for block in key_blocks(inputs.model):
        demand.add(block, Multipliers())
    return demand


def _read(reader_model: ReaderModel, summed: Streams) -> Streams:
    return reader_model.streams(summed, False, False, by_input=True)


def _add_trails(demand: Demand, inputs: UncertainInputs, streams: Streams) -> None:
    """Puts, digests and checks."""
    multipliers, texts = inputs.of_trails(), inputs.model.vocabulary.texts["driver"]
    for block in trail_blocks(inputs.model, streams):
        if block.cause == "check":
            demand.add(block, inputs.of_checks(texts[int(np.max(block.driver))]))
        else:
            demand.add(block, multipliers[block.cause])


def _add_reader(
    demand: Demand, inputs: UncertainInputs, reader_model: ReaderModel, streams: Streams
) -> None:
    """Decrypt, and Encrypt of copies."""
    for written in reader_model.files_to_read(streams):
        # drawn even without a stream: an assumption without effect is a driver with none
        multipliers = inputs.of_reader(reader_model, written)
        if len(written.streams):
            add = _ADD_GETS[reader_model.gets_follow]
            add(demand, inputs, reader_model, written, multipliers)


def _add_gets_of_files(
    demand: Demand,
    inputs: UncertainInputs,
    reader_model: ReaderModel,
    written: Written,
    multipliers: Multipliers,
) -> None:
    """Gets of files as they are put."""
    del inputs
    # nothing is known of the bucket that copies go to: nothing is saved there
    unsaved = Multipliers(multipliers.factor, growth=multipliers.growth)
    for block in reader_model.requests(written, reader_model.gets(written)):
        demand.add(block, unsaved if block.operation == "Encrypt" else multipliers)


# by `ReaderModel.gets_follow`
_ADD_GETS: Mapping[str, Callable[..., None]] = {
    "files": _add_gets_of_files,
    "look-back": add_look_backs,
    "share": add_shared_gets,
}


class UncertainFiles:
    """The draws of files per day, and how rows of streams refer to them.

    Attributes
    ----------
    draws : list of array
        Files per day [file/day] of a range, or of many small ones as a multiple of their mean [-].

    Parameters
    ----------
    inputs : UncertainInputs
    streams : Streams
        By uncertain input.
    apart : iterable of Streams
        Those of each reader of some accounts or Regions alone.
    own : int
        The number of ranges with draws of their own.
    """

    def __init__(
        self, inputs: UncertainInputs, streams: Streams, apart: Iterable[Streams], own: int
    ) -> None:
        ranges, draws = inputs.inventory.uncertain_files, inputs.draws
        uncertain = streams.where(streams.uncertain_input >= 0)
        weights = _weigh(inputs, uncertain, len(ranges))
        self.draws: list[FloatArray] = []
        paths, values = list(ranges), list(ranges.values())
        self._code = np.full(len(values), -1, dtype=np.int64)
        self._mean = np.ones(len(values))
        used = np.flatnonzero(weights)
        if len(used) > own:
            low, mid, high = (
                np.array([getattr(each, end) for each in values]) for end in ("low", "mid", "high")
            )
            for number in np.flatnonzero(~((low > 0) & (low <= mid) & (mid <= high)))[:1]:
                UncertainInput(paths[number], values[number])  # refuses it, and says why
            mean, variance = moments(low, mid, high)
            spread = variance * weights * weights
            # the widest stay on their own: only a sum of many small ones looks lognormal
            by_spread = used[np.argsort(-spread[used], kind="stable")]
            used = np.sort(by_spread[:own])
            # small ranges are combined only where they are used alike
            patterns = _find_patterns(inputs, uncertain, apart)
            for members in _alike(np.sort(by_spread[own:]), patterns):
                self._combine(members, paths, mean, variance, weights, draws)
        for number in used:
            self._code[number] = len(self.draws)
            self.draws.append(draws.draw(paths[number], values[number]))

    def _combine(
        self,
        members: IntArray,
        paths: list[str],
        mean: FloatArray,
        variance: FloatArray,
        weights: FloatArray,
        draws: Draws,
    ) -> None:
        w, m, v = weights[members], mean[members], variance[members]
        total = float(np.sum(w * m))
        relative = float(np.sum(w * w * v)) / total**2
        # sorted: the path, and with it the draws, must not hang on the order of the accounts
        names = sorted(paths[member] for member in members)
        path = f"{len(names):,} smaller ranges, {names[0]} to {names[-1]}"
        self._code[members] = len(self.draws)
        # draws of the sum are multiples of its mean: each member brings its own mean along
        self._mean[members] = m
        self.draws.append(draws.around_one(path, relative, float(np.sum(m))))

    def refer(self, streams: Streams) -> Streams:
        """Streams by uncertain input, pointing at `draws`: `files` is what a draw multiplies."""
        if not self.draws:
            return streams
        uncertain = streams.uncertain_input >= 0
        files = np.where(
            uncertain, streams.count * self._mean[streams.uncertain_input], streams.files
        )
        input_codes = np.where(uncertain, self._code[streams.uncertain_input], -1)
        pointing = dataclasses.replace(streams, files=files, uncertain_input=input_codes)
        return pointing.add_up(by_account=False, by_region=False, by_input=True)


def _weigh(inputs: UncertainInputs, uncertain: Streams, size: int) -> FloatArray:
    """Days x streams that write by each range, of streams by uncertain input."""
    days = inputs.model.days(uncertain).sum(axis=1)
    weights = np.bincount(uncertain.uncertain_input, weights=uncertain.count * days, minlength=size)
    there = np.bincount(uncertain.uncertain_input, weights=uncertain.count, minlength=size)
    # what readers of old files alone meet weighs little, but a weight of 0 would say: unused
    weighed: FloatArray = np.where(weights > 0, weights, there * 1e-9).astype(np.float64)
    return weighed


def _find_patterns(
    inputs: UncertainInputs, uncertain: Streams, apart: Iterable[Streams]
) -> Iterator[tuple[IntArray, int]]:
    """The ranges that trails use alike, and those that a reader of some accounts alone uses."""
    alike: dict[tuple[object, ...], int] = {}
    model, inventory = inputs.model, inputs.inventory
    readers: dict[str, list[str]] = {trail.name: [] for trail in inventory.trails}
    for reader in inventory.readers:
        for trail in inventory.read_by(reader):
            readers[trail.name].append(reader.name)
    codes = []
    for number, trail in enumerate(inventory.trails):
        payer = int(model.payer_of[model.trail_account[number]])
        region = int(model.key_region[model.trail_key[number]])
        saving = trail_saving(trail)
        retained = float(model.retention[number])
        use = (payer, region, saving and saving[0], retained, tuple(readers[trail.name]))
        codes.append(alike.setdefault(use, len(alike)))
    of_row = np.array(codes, dtype=np.int64)[uncertain.trail]
    for code in np.unique(of_row).tolist():
        yield uncertain.uncertain_input[of_row == code], code
    for number, streams in enumerate(apart):
        yield streams.uncertain_input, len(alike) + number


def _alike(members: IntArray, patterns: Iterable[tuple[IntArray, int]]) -> list[IntArray]:
    """The members in groups of those that have the same uses."""
    uses: defaultdict[int, list[int]] = defaultdict(list)
    for inputs, use in patterns:
        for number in np.unique(inputs[inputs >= 0]).tolist():
            uses[number].append(use)
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for number in members.tolist():
        groups[tuple(uses[number])].append(number)
    return [np.array(group, dtype=np.int64) for group in groups.values()]
