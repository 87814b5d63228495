"""Rates of streams to assumptions: a mapping for each trail, and accounts with their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from estimator.calibration.measured import Measured
from estimator.calibration.ranges import measured_range
from estimator.calibration.stream_rates import Class, Rates
from estimator.inventory import Range
from estimator.months import FloatArray

# an account says its own rate where that differs from its trail's by more than its standard error,
# and by a file in three weeks; it is a pooled one, so that noise has left it already
WORTH_SAYING = 0.05  # [file/day]

# of more than so many the largest differences are written: the file must stay one that people read
MOST_SAID = 10_000

# ranges are never widened beyond this relative variance for the sake of what streams share
_MOST_SHARED = 0.5


@dataclass(frozen=True, eq=False)
class FilesPerDayFound:
    """New assumptions in the place of every `files_per_day`.

    Attributes
    ----------
    trails : dict
        Of each measured trail: the range of each Region, and of `other`.
    accounts : dict
        Of each account (position): the ranges of the Regions in which it differs from its trail.
    plain : set of int
        Accounts (positions) that the trail's mapping serves alone: a number of their own goes.
    notices : tuple of str
    """

    trails: dict[int, dict[str, Range]]
    accounts: dict[int, dict[str, Range]]
    plain: frozenset[int]
    notices: tuple[str, ...]


def find_files_per_day(
    measured: Measured, rates: Rates, fixed: frozenset[int], source: str
) -> FilesPerDayFound:
    """The assumptions that say what was measured.

    Parameters
    ----------
    fixed : set of int
        Accounts (positions) that cannot have a mapping of their own: they stand in another file.
    source : str
        The source that each range names.
    """
    streams, accounts = measured.streams, measured.inventory.accounts
    # a stream that ends inside the window says nothing of the months to come
    known = ~np.isnan(rates.mean) & (streams.end > measured.window.until.toordinal())
    overridden = np.array(
        [n in fixed and account.files_per_day is not None for n, account in enumerate(accounts)],
        dtype=bool,
    )
    served = known & ~overridden[streams.account]
    able = _able(measured, fixed)
    regions = measured.inventory.region_codes
    group = streams.trail * len(regions) + streams.region
    own = _find_own(rates, group, served, able[streams.account])
    shared, capped = _shared_variance(rates, group, served, own)

    trails = _trail_mappings(rates, regions, group, served & ~own, shared, source)
    by_account: dict[int, dict[str, Range]] = {}
    for row in np.flatnonzero(own):
        mapping = by_account.setdefault(int(streams.account[row]), {})
        variance = float(rates.variance[row]) + shared
        mapping[regions[streams.region[row]]] = measured_range(
            float(rates.mean[row]), variance, source
        )
    touched = np.zeros(len(accounts), dtype=bool)
    touched[streams.account[served]] = True
    # an account with a stream that was not measured keeps its own number
    touched[streams.account[~known & (streams.end > measured.window.until.toordinal())]] = False
    plain = {int(n) for n in np.flatnonzero(touched) if n not in fixed} - set(by_account)
    return FilesPerDayFound(
        trails,
        {n: dict(sorted(mapping.items())) for n, mapping in sorted(by_account.items())},
        frozenset(plain),
        tuple(_notices(measured, rates, overridden, fixed, capped)),
    )


def _able(measured: Measured, fixed: frozenset[int]) -> np.ndarray:
    """Accounts that may have a line of their own: of this file, and written by one trail alone."""
    streams = measured.streams
    size = len(measured.inventory.accounts)
    # files_per_day of an account is that of all trails that cover it, so two of them need one each
    pairs = np.unique(np.stack([streams.trail, streams.account]), axis=1)
    able: np.ndarray = np.bincount(pairs[1].astype(np.int64), minlength=size) == 1
    able[sorted(fixed)] = False
    return able


def _find_own(rates: Rates, group: np.ndarray, served: np.ndarray, able: np.ndarray) -> np.ndarray:
    """Streams that differ from the mean of those that stay, found in turns."""
    own = np.zeros(len(group), dtype=bool)
    size = int(group.max()) + 1 if len(group) else 0
    mean = np.nan_to_num(rates.mean)
    error = mean * np.sqrt(np.nan_to_num(rates.noise))
    seen = served & able & (rates.days > 0)
    # each stream that leaves moves the mean of those that stay; after a few turns nothing moves
    for _ in range(5):
        stay = served & ~own
        count = np.bincount(group[stay], minlength=size)
        total = np.bincount(group[stay], weights=mean[stay], minlength=size)
        pooled = total / np.maximum(count, 1)
        apart = np.abs(mean - pooled[group])
        # a mean of few is made of the very streams that are compared with it
        lone = count[group] <= 1
        new = own | (seen & ~lone & (apart > error) & (apart >= WORTH_SAYING))
        if (new == own).all():
            break
        own = new
    if own.sum() > MOST_SAID:
        rows = np.flatnonzero(own)
        own[rows[np.argsort(-apart[rows], kind="stable")[MOST_SAID:]]] = False
    return own


def _shared_variance(
    rates: Rates, group: np.ndarray, served: np.ndarray, own: np.ndarray
) -> tuple[float, bool]:
    """Extra relative variance for each range, so that their sum varies as much as was observed. [-]

    `simulate` draws assumptions independently of each other, so that their sum varies less than
    each. For the relative variance c of the sum each needs u = c / sum of (share of the volume)^2.
    The second value says whether u was cut to the most that is allowed.
    """
    mean = np.where(served, np.nan_to_num(rates.mean), 0.0)
    total = float(mean.sum())
    if total <= 0 or rates.common <= 0:
        return 0.0, False
    weights = np.concatenate([mean[own], np.bincount(group[~own], weights=mean[~own])]) / total
    needed = rates.common / float((weights**2).sum())
    return min(needed, _MOST_SHARED), needed > _MOST_SHARED


def _trail_mappings(
    rates: Rates,
    regions: Sequence[str],
    group: np.ndarray,
    pooled: np.ndarray,
    shared: float,
    source: str,
) -> dict[int, dict[str, Range]]:
    """Of each trail the mean rate of the streams that it serves, Region by Region, and `other`."""
    mappings: dict[int, dict[str, Range]] = {}
    for class_ in rates.classes:
        mapping = mappings.setdefault(class_.trail, {})
        for region in class_.regions:
            rows = pooled & (group == class_.trail * len(regions) + region)
            mean, variance = _mean_of_streams(rates.mean[rows], rates.variance[rows], class_)
            mapping[regions[region]] = measured_range(mean, variance + shared, source)
    for trail, mapping in mappings.items():
        ordered = dict(sorted(mapping.items()))
        mean, variance = _anywhere([class_ for class_ in rates.classes if class_.trail == trail])
        ordered["other"] = measured_range(mean, variance + shared, source)
        mappings[trail] = ordered
    return mappings


def _mean_of_streams(mean: FloatArray, variance: FloatArray, of: Class) -> tuple[float, float]:
    """Mean rate and relative variance of the mean of streams; the prior where there are none."""
    total = float(mean.sum())
    if not len(mean) or total <= 0:
        return of.prior.shape / of.prior.rate, of.prior_variance()
    return total / len(mean), float((mean * mean * variance).sum()) / (total * total)


def _anywhere(classes: list[Class]) -> tuple[float, float]:
    """A Region that no account has yet: as likely of any class as there are Regions of it."""
    weight = np.array([len(class_.regions) for class_ in classes], dtype=np.float64)
    weight /= weight.sum()
    means = np.array([class_.prior.shape / class_.prior.rate for class_ in classes])
    squares = means**2 * (1.0 + np.array([class_.prior_variance() for class_ in classes]))
    # mean of the squares less square of the mean: spread inside the classes and between them
    mean = float((weight * means).sum())
    if mean <= 0:
        return 0.0, 0.0
    return mean, max(float((weight * squares).sum()) / mean**2 - 1.0, 0.0)


def _notices(
    measured: Measured, rates: Rates, overridden: np.ndarray, fixed: frozenset[int], capped: bool
) -> list[str]:
    notices = []
    if rates.shifted:
        s = "s" * (rates.shifted != 1)
        notices.append(
            f"{rates.shifted:,} stream{s} began, ended or jumped inside the window: only what came "
            "after counts"
        )
    if overridden.any():
        notices.append(
            f"{int(overridden.sum()):,} accounts have files_per_day in a file of accounts, which "
            "wins over what was measured: remove the column"
        )
    pooled = len(fixed) - int(overridden.sum())
    if pooled and len(measured.inventory.accounts) > 1:
        notices.append(
            f"{pooled:,} accounts come from a file that has no place for Regions: their trail's "
            "mapping holds the mean of all that it serves"
        )
    if capped:
        notices.append(
            "all streams move together more than independent ranges can say: the sum is less sure "
            "than simulate shows"
        )
    return notices
