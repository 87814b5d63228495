"""Partial pooling against plain arithmetic and numerical integration."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.calibration.dispersion import (
    block_overdispersion,
    daily_overdispersion,
    moderate,
)
from estimator.calibration.level_changes import FLAT, last_shift, month_variance, weekday_factors
from estimator.calibration.pooling import (
    LEAST_SHAPE,
    Prior,
    gamma_prior,
    posterior,
    prior_shape,
    variance_between,
)
from tests.sampling import cases


def integrate(prior, count, days):
    """Mean and variance of a rate: prior x Poisson likelihood, added up on a fine grid."""
    top = 10 * (count + 10) / days
    steps = 200_000
    total = first = second = 0.0
    for n in range(1, steps):
        rate = top * n / steps
        log = (prior.shape - 1 + count) * math.log(rate) - (prior.rate + days) * rate
        weight = math.exp(log + (prior.rate + days) * (count + 1) / (days + 1))
        total += weight
        first += weight * rate
        second += weight * rate * rate
    mean = first / total
    return mean, second / total - mean * mean


@pytest.mark.parametrize(("count", "days"), [(0, 14), (3, 14), (60, 30)])
def test_the_posterior_is_what_integration_gives(count, days):
    """Mean and variance of the posterior as Bayes' rule has them, by brute force."""
    prior = Prior(1.7, 0.9)
    found = posterior(prior, np.array([float(count)]), np.array([float(days)]), np.ones(1))
    mean, variance = integrate(prior, count, days)
    assert found.mean[0] == pytest.approx(mean, rel=1e-4)
    assert found.shape[0] / found.rate[0] ** 2 == pytest.approx(variance, rel=1e-3)


def slow_variance_between(counts, days, inflation):
    """The moment estimator in exact fractions, written from the formula in docs/method.md."""
    weights = [Fraction(t) / Fraction(f) for t, f in zip(days, inflation, strict=True)]
    total = sum(weights)
    mean = sum(Fraction(y) / Fraction(f) for y, f in zip(counts, inflation, strict=True)) / total
    square = sum(
        w * (Fraction(y) / Fraction(t) - mean) ** 2
        for w, y, t in zip(weights, counts, days, strict=True)
    )
    free = total - sum(w * w for w in weights) / total
    return max((square - (len(counts) - 1) * mean) / free, Fraction(0))


@settings(max_examples=cases(50))
@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(1, 60), st.integers(1, 9)),
        min_size=2,
        max_size=12,
    )
)
def test_the_variance_between_streams_by_exact_fractions(streams):
    """The variance between streams is the moment formula, number for number."""
    counts, days, inflation = (list(column) for column in zip(*streams, strict=True))
    fast = variance_between(
        *(np.array(column, dtype=float) for column in (counts, days, inflation))
    )
    assert fast == pytest.approx(float(slow_variance_between(counts, days, inflation)), abs=1e-9)


def test_pooling_by_hand():
    """Two streams of 10 and 30 files in 10 days: every number by hand.

    Mean 40/20 = 2. Q = 10 (1-2)^2 + 10 (3-2)^2 = 20; free 20 - 200/20 = 10; variance
    (20 - 1 x 2) / 10 = 1.8; relative 1.8/4 = 0.45. Jeffreys' prior weighs as two streams of
    relative variance 2: shape (1 + 2) / (1 x 0.45 + 2 x 2) = 3/4.45. Rate = shape / 2.
    """
    counts, days = np.array([10.0, 30.0]), np.array([10.0, 10.0])
    prior = gamma_prior(counts, days, np.ones(2))
    assert prior.shape == pytest.approx(3 / 4.45)
    assert prior.rate == pytest.approx(3 / 4.45 / 2)
    mean = posterior(prior, counts, days, np.ones(2)).mean
    assert mean[0] == pytest.approx((3 / 4.45 + 10) / (3 / 8.9 + 10))
    assert mean.sum() == pytest.approx(4.0)  # equal exposure: what is taken here is given there


def test_a_stream_without_data_gets_the_prior():
    """No exposure: the posterior is the prior, and its mean that of the class."""
    prior = gamma_prior(np.array([20.0, 80.0, 0.0]), np.array([10.0, 10.0, 0.0]), np.ones(3))
    found = posterior(prior, np.zeros(1), np.zeros(1), np.ones(1))
    assert found.mean[0] == pytest.approx(5.0)
    assert (found.shape[0], found.rate[0]) == prior


def test_zero_counts_are_data():
    """The longer nothing comes, the lower the rate, and it is never zero."""
    prior = Prior(LEAST_SHAPE, LEAST_SHAPE)
    rates = [
        posterior(prior, np.zeros(1), np.array([days]), np.ones(1)).mean[0]
        for days in (0.0, 7.0, 30.0, 365.0)
    ]
    assert rates == sorted(rates, reverse=True)
    assert all(rate > 0 for rate in rates)


@settings(max_examples=cases(50))
@given(st.integers(0, 1000), st.integers(1, 100), st.integers(2, 5))
def test_more_of_the_same_narrows(count, days, times):
    """The same rate over a longer time has a smaller relative variance, 1 / shape."""
    prior = Prior(0.8, 0.1)
    once, longer = (
        posterior(prior, np.array([n * count * 1.0]), np.array([n * days * 1.0]), np.ones(1))
        for n in (1, times)
    )
    assert longer.shape[0] > once.shape[0] or count == 0


def test_one_lone_stream_and_streams_alike():
    """One stream: Jeffreys' shape. Few alike: little trust. Thousands alike: all trust."""
    assert prior_shape(0.3, 1) == LEAST_SHAPE
    assert prior_shape(0.0, 3) == pytest.approx((2 + 2) / (2 * 2))
    assert prior_shape(0.0, 100_000) > 10_000


def negative_binomial(rng, rate, spread, shape):
    return rng.poisson(rate * rng.gamma(1 / spread, spread, shape)).astype(float)


@pytest.mark.parametrize("spread", [0.02, 0.1, 0.5])
def test_overdispersion_is_found_again(spread):
    """200 streams of 28 days with a known overdispersion: found within four standard errors."""
    rng = np.random.default_rng(7)
    rate = rng.gamma(3, 30, (200, 1))
    counts = negative_binomial(rng, rate, spread, (200, 28))
    level = counts.mean(axis=1, keepdims=True) * np.ones(28)
    found = daily_overdispersion(counts, level, level > 0).pooled
    assert abs(found.value - spread) < 4 * found.error + 0.02 * spread
    weekly = block_overdispersion(counts, level, 7)
    assert abs(7 * weekly.value - spread) < 4 * 7 * weekly.error


def test_poisson_counts_have_none():
    """Without overdispersion none is found: zero within four standard errors."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(rng.gamma(3, 30, (200, 1)), (200, 28)).astype(float)
    level = counts.mean(axis=1, keepdims=True) * np.ones(28)
    found = daily_overdispersion(counts, level, level > 0).pooled
    assert abs(found.value) < 4 * found.error


def test_a_level_shift_is_no_overdispersion():
    """Neighbouring days differ no more when the level jumps once in the middle."""
    rng = np.random.default_rng(9)
    rate = np.where(np.arange(28) < 14, 50.0, 100.0)
    counts = rng.poisson(rate, (300, 28)).astype(float)
    level = counts.mean(axis=1, keepdims=True) * np.ones(28)
    assert daily_overdispersion(counts, level, level > 0).pooled.value < 0.02
    assert block_overdispersion(counts, level, 7).value > 0.1


def test_an_hour_is_no_day():
    """288 files on each of 28 days, and one file of the hour before them: days do not vary.

    By hand that pair would be (1 - 1/12)^2 = 0.840, less 1/12 + 1/288: among 28 pairs 0.013 of k.
    """
    counts, share = np.full((1, 29), 288.0), np.ones((1, 29))
    counts[0, 0], share[0, 0] = 1.0, 1 / 24
    daily = daily_overdispersion(counts, 288 * share, share)
    # Poisson noise that is not there, and nothing else: -1/288
    assert daily.own[0] == pytest.approx(-1 / 288)
    # where every day is recorded for an hour alone these are all there is
    alike = daily_overdispersion(counts / 24, 288 / 24 * share, share / 24)
    assert alike.freedom[0] == pytest.approx(27 * 2 / 3)


def test_doubt_about_the_overdispersion_widens():
    """By hand: prior 8 degrees at 0.1, own 2/3 x 27 = 18 at 0.2: (0.8 + 3.6)/26 x 26/24."""
    counts, level = np.full((1, 28), 100.0), np.full((1, 28), 100.0)
    daily = daily_overdispersion(counts, level, level > 0)
    assert daily.freedom[0] == pytest.approx(18)
    daily = daily._replace(pooled=daily.pooled._replace(value=0.1), own=np.array([0.2]))
    assert moderate(daily)[0] == pytest.approx((0.8 + 3.6) / 24)


def test_weekdays_are_found_and_uneven_weeks_do_not_bias():
    """Weekends of half a day's files over 17 days (five Saturdays and Sundays among them)."""
    of_day = (5 + np.arange(17)) % 7  # begins on a Saturday
    truth = np.where(of_day >= 5, 0.5, 1.0)
    counts = np.outer([200.0, 800.0, 50.0], truth)
    exposure = np.ones_like(counts)
    factors = weekday_factors(counts, exposure, of_day)
    assert factors[6] / factors[0] == pytest.approx(0.5, rel=0.02)
    assert factors.mean() == pytest.approx(1.0)
    weighted = counts.sum(axis=1) / (exposure * factors[of_day]).sum(axis=1)
    mean_week = (5 * 1.0 + 2 * 0.5) / 7
    assert weighted == pytest.approx(np.array([200.0, 800.0, 50.0]) * mean_week, rel=0.01)
    assert counts[0].mean() < 0.97 * 200 * mean_week  # what the plain mean would say


def test_a_week_alone_has_no_rhythm():
    """Less than two of each weekday: all factors are 1."""
    of_day = np.arange(13) % 7
    counts = np.where(of_day >= 5, 10.0, 100.0)[None, :]
    assert (weekday_factors(counts, np.ones((1, 13)), of_day) == FLAT).all()


def test_noise_makes_no_weekdays():
    """Counts without a rhythm: factors are drawn to 1, nearer than their own noise."""
    rng = np.random.default_rng(3)
    counts = negative_binomial(rng, 100.0, 0.1, (5, 14))
    factors = weekday_factors(counts, np.ones((5, 14)), np.arange(14) % 7, 0.1)
    assert np.abs(factors - 1).max() < math.sqrt(0.1 / 10)


def test_months_have_uneven_weekdays():
    """The variance of a month's mean, against every month of 2001 to 2400 (the whole cycle)."""
    import datetime

    factors = np.array([1.1, 1.15, 1.1, 1.1, 1.05, 0.8, 0.7])
    means = []
    for number in range(2001 * 12, 2401 * 12):
        first, end = (datetime.date(n // 12, n % 12 + 1, 1) for n in (number, number + 1))
        days = (first.weekday() + np.arange((end - first).days)) % 7
        means.append(factors[days].mean())
    assert month_variance(factors) == pytest.approx(np.var(means), rel=0.01)


def test_shifts_are_found_where_they_are():
    """A stream that begins on day 12, one that ends on day 20, one that triples, one that stays."""
    days = np.arange(28)
    counts = np.stack(
        [
            np.where(days < 12, 0.0, 40.0),
            np.where(days < 20, 40.0, 0.0),
            np.where(days < 15, 30.0, 90.0),
            np.full(28, 40.0),
        ]
    )
    assert last_shift(counts, np.ones_like(counts), 0.05).tolist() == [12, 20, 15, 0]


def test_noise_makes_no_shifts():
    """20,000 quiet and busy streams without a shift: none is seen."""
    rng = np.random.default_rng(4)
    rate = np.concatenate([np.full(10_000, 1.0), np.full(10_000, 100.0)])[:, None]
    counts = negative_binomial(rng, rate, 0.1, (20_000, 28))
    assert not last_shift(counts, np.ones_like(counts), 0.1).any()
