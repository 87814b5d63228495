"""Uncertain files per day: the ranges that matter most on their own, the many small in one.

The sum of the small ones is taken to be lognormal with the mean and the variance that it has
(Fenton and Wilkinson), so that the work of a draw does not grow with the number of accounts.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from estimator.inventory import Range
from estimator.months import FloatArray
from estimator.simulation.distributions import Z95, UncertainInput, moments
from estimator.simulation.draws import Draws
from estimator.simulation.elementary import exp, log
from estimator.volume.streams import IntArray, Streams

# ranges that have draws of their own
OWN_DRAWS = 100


class UncertainFiles:
    """The draws of files per day, and how rows of streams refer to them.

    Attributes
    ----------
    draws : list of array
        Files per day [file/day] of a range, or of many small ones as a multiple of their mean [-].
    """

    def __init__(
        self,
        ranges: dict[str, Range],
        weights: FloatArray,
        patterns: Iterable[tuple[IntArray, int]],
        draws: Draws,
        own: int = OWN_DRAWS,
    ) -> None:
        """`weights`: days x streams that write by each range. `patterns`: the ranges of each use.

        Small ranges are combined only where they are used alike.
        """
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
        width = log(np.array([1.0 + relative]))
        low, mid, high = float(np.sum(m)) * exp(
            np.sqrt(width) * np.array([-Z95, 0.0, Z95]) - width / 2
        )
        label = UncertainInput(path, Range(float(low), float(mid), float(high)))
        self._code[members] = len(self.draws)
        # draws of the sum are multiples of its mean: each member brings its own mean along
        self._mean[members] = m
        self.draws.append(draws.around_one(path, relative, label))

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


def notice_combined(ranges: int, own: int = OWN_DRAWS) -> tuple[str, ...]:
    """The notice that small ranges are drawn together, where they are."""
    if ranges <= own:
        return ()
    notice = (
        f"of {ranges:,} ranges of files_per_day the {own} that matter most are simulated each on "
        "its own, the rest together: mean and variance of their sum are exact"
    )
    return (notice,)
