"""Files per day of every stream: its expected rate next month, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from estimator.calibration import dispersion, pooling
from estimator.calibration.dispersion import WEEK
from estimator.calibration.level_changes import FLAT, last_shift, month_variance, weekday_factors
from estimator.calibration.measured import Measured
from estimator.months import FloatArray

# a month of the Gregorian calendar on average [day]
MONTH_DAYS = 365.2425 / 12

# Regions of a trail whose rates lie closer than this factor to the next one are of one class
_CLASS_GAP = 3.0

_NO_RATE = 0.01  # Regions below it are all the same: next to nothing [file/day]


@dataclass(frozen=True, eq=False)
class Class:
    """Regions of a trail that are alike: what their streams share."""

    trail: int
    regions: tuple[int, ...]
    streams: int
    prior: pooling.Prior
    overdispersion: float
    weekdays: FloatArray

    def prior_variance(self) -> float:
        """Relative variance of next month's rate of a stream that was never seen. [-]"""
        return 1.0 / self.prior.shape + self.overdispersion / MONTH_DAYS


@dataclass(frozen=True, eq=False)
class Rates:
    """The rate of each stream of the inventory.

    Attributes
    ----------
    mean : array
        Expected rate of next month; NaN where the stream's trail was not measured. [file/day]
    noise : array
        Relative variance of that mean as an estimate. [-]
    variance : array
        The same plus that of the month to come around its own mean, without Poisson noise. [-]
    days : array
        Days that each stream was covered and its present level held. [day]
    weekdays : array
        Of each stream, the factors of the weekdays, Monday first. [-]
    common : float
        Relative variance of next month that all streams share. [-]
    shifted : int
        Streams of which only what came after a shift counts.
    """

    classes: tuple[Class, ...]
    mean: FloatArray
    noise: FloatArray
    variance: FloatArray
    days: FloatArray
    weekdays: FloatArray
    common: float
    shifted: int

    def to_dict(self, measured: Measured) -> dict[str, Any]:
        """The estimates as documented JSON."""
        regions, trails = measured.inventory.region_codes, measured.inventory.trails
        classes = [
            {
                "trail": trails[class_.trail].name,
                "regions": [regions[region] for region in class_.regions],
                "streams": class_.streams,
                "mean": class_.prior.shape / class_.prior.rate,
                "prior_shape": class_.prior.shape,
                "overdispersion": class_.overdispersion,
                "weekdays": class_.weekdays.round(4).tolist(),
            }
            for class_ in self.classes
        ]
        return {"classes": classes, "shifted": self.shifted, "common": self.common}


def files_rates(measured: Measured) -> Rates:
    """Rates by partial pooling over the streams of each class. [file/day]"""
    size = len(measured.streams)
    mean, noise, variance = (np.full(size, np.nan) for _ in range(3))
    days, weekdays = np.zeros(size), np.ones((size, WEEK))
    exposure = measured.stream_exposure()
    fitted = np.zeros_like(exposure)
    alone, lasting = np.zeros(measured.window.days), np.zeros(measured.window.days)
    classes: list[Class] = []
    shifted = 0
    for trail in np.flatnonzero(measured.with_puts):
        for rows, regions in _region_classes(measured, exposure, int(trail)):
            fit = _Fit(measured.files[rows], exposure[rows], measured.window.weekdays)
            classes.append(
                Class(int(trail), regions, len(rows), fit.prior, fit.overdispersion, fit.factors)
            )
            mean[rows], noise[rows] = fit.mean, fit.noise
            days[rows], weekdays[rows] = fit.days, fit.factors
            variance[rows] = noise[rows] + fit.each / MONTH_DAYS
            fitted[rows] = fit.raw[:, None] * fit.weighted
            poisson, square = fitted[rows].sum(axis=0), (fitted[rows] ** 2).sum(axis=0)
            alone += poisson + fit.daily * square
            lasting += poisson + fit.overdispersion * square
            shifted += fit.shifted
    counted = np.where(fitted > 0, measured.files, 0.0).sum(axis=0)
    rhythmic = any((class_.weekdays != 1.0).any() for class_ in classes)
    days_known = dispersion.is_day(exposure.max(axis=0, initial=0.0))
    counted, total = (np.where(days_known, each, 0.0) for each in (counted, fitted.sum(axis=0)))
    common = _common(counted, total, alone, lasting, rhythmic)
    volume = np.nansum(mean)
    if volume > 0:
        mix = (np.nan_to_num(mean)[:, None] * weekdays).sum(axis=0) / volume
        common += month_variance(mix / mix.mean())
    return Rates(tuple(classes), mean, noise, variance, days, weekdays, common, shifted)


class _Fit:
    """One class: weekdays, overdispersion, shifts, prior and posterior."""

    def __init__(self, counts: FloatArray, exposure: FloatArray, of_day: np.ndarray) -> None:
        # files of a day that is not covered have no exposure to be divided by
        counts = np.where(exposure > 0, counts, 0.0)
        rhythmic = _rhythm(counts, exposure, of_day)
        start = last_shift(counts, rhythmic.weighted, rhythmic.daily)
        self.shifted = int((start > 0).sum())
        if self.shifted:
            # what came before a shift distorts the rhythm as well: it is estimated anew
            after = np.arange(counts.shape[1]) >= start[:, None]
            counts, exposure = np.where(after, counts, 0.0), np.where(after, exposure, 0.0)
            rhythmic = _rhythm(counts, exposure, of_day)
        self.factors, self.weighted = rhythmic.factors, rhythmic.weighted
        seen, spent = counts.sum(axis=1), self.weighted.sum(axis=1)
        self.raw = _level(counts, self.weighted)
        self.days = exposure.sum(axis=1)
        expected = self.raw[:, None] * self.weighted
        found = dispersion.daily_overdispersion(counts, expected, exposure)
        self.daily = max(found.pooled.value, 0.0)
        self.overdispersion = self.daily
        # what lasts longer than a week shows in longer blocks alone
        for length in (WEEK, 4 * WEEK):
            blocks = dispersion.block_overdispersion(counts, expected, length)
            longer = dispersion.long_run(self.daily, blocks, length)
            self.overdispersion = max(self.overdispersion, longer)
        beyond = self.overdispersion - self.daily
        self.each = dispersion.moderate(found) + beyond
        middle = pooling.pooled_rate(seen, spent)
        inflation = pooling.count_inflation(np.full(len(seen), middle), self.overdispersion)
        self.prior = pooling.gamma_prior(seen, spent, inflation)
        self.mean = pooling.posterior(self.prior, seen, spent, inflation).mean
        # how sure each stream is depends on its own counts
        own = pooling.count_inflation(self.mean, self.each)
        self.noise = 1.0 / pooling.posterior(self.prior, seen, spent, own).shape


class _Rhythm(NamedTuple):
    factors: FloatArray
    weighted: FloatArray
    daily: float


def _rhythm(counts: FloatArray, exposure: FloatArray, of_day: np.ndarray) -> _Rhythm:
    """Weekdays, and how much a day varies beside them: each hangs on the other."""
    factors, weighted, daily = FLAT, exposure, 0.0
    for _ in range(2):
        factors = weekday_factors(counts, exposure, of_day, daily)
        weighted = exposure * factors[of_day]
        expected = _level(counts, weighted)[:, None] * weighted
        daily = max(dispersion.daily_overdispersion(counts, expected, exposure).pooled.value, 0.0)
    return _Rhythm(factors, weighted, daily)


def _level(counts: FloatArray, days: FloatArray) -> FloatArray:
    """Each stream's own rate. [file/day]"""
    spent = days.sum(axis=1)
    level: FloatArray = np.divide(
        counts.sum(axis=1), spent, out=np.zeros_like(spent), where=spent > 0
    )
    return level


def _region_classes(
    measured: Measured, exposure: FloatArray, trail: int
) -> list[tuple[np.ndarray, tuple[int, ...]]]:
    """The streams of a trail by class: Regions in the order of their rates, cut at wide gaps."""
    rows = np.flatnonzero(measured.streams.trail == trail)
    region = measured.streams.region[rows]
    known, at = np.unique(region, return_inverse=True)
    seen = np.bincount(at, weights=measured.files[rows].sum(axis=1))
    days = np.bincount(at, weights=exposure[rows].sum(axis=1))
    # of Regions that were not covered nothing is known: they join the quietest class, and are none
    # of their own, whose rate would be one of nothing
    rate = np.where(days > 0, seen / np.where(days > 0, days, 1.0), np.inf)
    rate = np.where(days > 0, rate, rate.min() if (days > 0).any() else 0.0)
    order = np.lexsort((known, rate))
    floor = np.maximum(rate[order], _NO_RATE)
    cut = np.flatnonzero(floor[1:] > _CLASS_GAP * floor[:-1]) + 1
    return [
        (rows[np.isin(at, group)], tuple(int(code) for code in sorted(known[group])))
        for group in np.split(order, cut)
    ]


def _common(
    counts: FloatArray,
    expected: FloatArray,
    alone: FloatArray,
    lasting: FloatArray,
    has_rhythm: bool,
) -> float:
    """The part of the relative variance of next month's sum that streams have in common. [-]

    Sums of days show what comes and goes, sums of weeks what lasts. `alone` and `lasting` are the
    variances that these sums would have if streams were independent; what they vary beyond that is
    common. It makes the mean over the days seen miss, and that over the month to come.
    """
    seen = expected > 0
    if not seen.any():
        return 0.0
    # to the sum of the counts, as `common_spread` asks: only the scatter around it is looked at
    expected = expected * (counts[seen].sum() / expected[seen].sum())
    days = float(seen.sum())
    spread = dispersion.common_spread(counts, expected, alone, WEEK if has_rhythm else 1)
    shared = dispersion.shrink(spread.value, spread.error)
    weeks = [
        daily[len(daily) % WEEK :].reshape(-1, WEEK).sum(axis=1)
        for daily in (counts, expected, lasting)
    ]
    weekly = dispersion.common_spread(weeks[0], weeks[1], weeks[2])
    beyond = dispersion.long_run(shared, weekly, WEEK) - shared
    shared += beyond * dispersion.widening(len(weeks[0]) - 1)
    return shared * (1.0 / days + 1.0 / MONTH_DAYS)
