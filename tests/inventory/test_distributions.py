"""Ranges as distributions, and the functions that they are made of."""

import dataclasses
import math
from decimal import Decimal, getcontext
from statistics import NormalDist

import numpy as np
import pytest

from estimator import KmscostError, Range, simulate
from estimator.inventory.distributions import (
    UncertainInput,
    exp,
    log,
    mean_of,
    moments,
    normal_scores,
)
from estimator.simulation.draws import Draws, quantiles_of
from tests.simulation.ranges import run_simulation, write

ONE = (
    'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
    "keys: [{id: k, region: us-east-1}]\n"
)
Z = [NormalDist().inv_cdf(share) for share in (0.05, 0.25, 0.5, 0.75, 0.95)]


def test_exp_and_log_are_right_to_the_last_bits():
    """Against Decimal with 50 digits, within two units of the last place."""
    getcontext().prec = 50
    for x in np.concatenate([np.linspace(-40, 40, 401), [1e-9, -1e-9, 0.34657359027997264]]):
        exact = Decimal(float(x)).exp()
        assert abs(Decimal(float(exp(np.array([x]))[0])) / exact - 1) < Decimal("4.5e-16")
    for x in np.concatenate([np.geomspace(1e-12, 1e12, 401), [0.9999999, 1.0000001]]):
        exact = Decimal(float(x)).ln()
        found = Decimal(float(log(np.array([x]))[0]))
        assert abs(found - exact) <= abs(exact) * Decimal("4.5e-16") + Decimal("1e-22")


def test_normal_scores_are_the_quantiles_of_the_normal():
    """The middle of each of n equal parts, against the standard library."""
    for count in (2, 3, 100, 10_001):
        expected = [NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)]
        np.testing.assert_allclose(normal_scores(count), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("range_", "kind", "scale", "back"),
    [
        (Range(100, 200, 400), "quantity", math.log, math.exp),
        (Range(100, 110, 400), "quantity", math.log, math.exp),
        (Range(100, 100, 400), "quantity", math.log, math.exp),
        (Range(0.2, 0.6, 0.9), "share", lambda p: math.log(p / (1 - p)), None),
        (Range(-0.1, 0.2, 0.5), "growth", math.log1p, math.expm1),
    ],
)
def test_low_mid_and_high_are_percentiles(range_, kind, scale, back):
    """A normal on the log (logit) scale below mid, another one above it: five percentiles."""
    back = back or (lambda x: 1 / (1 + math.exp(-x)))
    low, mid, high = (scale(end) for end in (range_.low, range_.mid, range_.high))
    lower, upper = mid + (low - mid) * Z[1] / Z[0], mid + (high - mid) * Z[3] / Z[4]
    expected = [range_.low, back(lower), range_.mid, back(upper), range_.high]
    drawn = Draws(0, 10_000).draw("x", range_, kind)
    found = quantiles_of(drawn, [0.05, 0.25, 0.5, 0.75, 0.95])
    np.testing.assert_allclose(found, expected, rtol=2e-4)


def test_mean_and_variance_are_those_of_the_distribution():
    """The closed form against a plain lognormal and against a million draws of a split one."""
    width = math.log(4) / 2 / 1.6448536269514722
    mean, variance = (moment[0] for moment in moments(*np.array([[100.0], [200.0], [400.0]])))
    assert mean == pytest.approx(200 * math.exp(width**2 / 2), rel=1e-12)
    assert variance == pytest.approx(mean**2 * math.expm1(width**2), rel=1e-12)
    z = np.random.default_rng(1).standard_normal(1_000_000)
    drawn = UncertainInput("x", Range(100, 110, 400)).values(z)
    mean, variance = (moment[0] for moment in moments(*np.array([[100.0], [110.0], [400.0]])))
    assert drawn.mean() == pytest.approx(mean, rel=0.005)
    assert drawn.var() == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize(
    ("low", "mid", "high"),
    [
        (150, math.sqrt(150 * 290), 290),
        (1, math.sqrt(300), 300),
        (1, 3, 3000),
        (20_000, 180_000, 200_000),
        (1, 100, 100),
        (1e-6, 1.0, 1e6),
    ],
)
def test_a_mean_is_the_closed_form(low, mid, high):
    """Each half of a lognormal has mid x e^(s^2 / 2) x Phi(+-s); a growth is one less."""
    z95 = NormalDist().inv_cdf(0.95)
    lower, upper = math.log(mid / low) / z95, math.log(high / mid) / z95
    # erfc, not 1 - Phi: of a long lower half hardly anything would be left
    below = math.exp(lower**2 / 2) * math.erfc(lower / math.sqrt(2)) / 2
    above = math.exp(upper**2 / 2) * math.erfc(-upper / math.sqrt(2)) / 2
    expected = mid * (below + above)
    assert mean_of(low, mid, high, "quantity") == pytest.approx(expected, rel=1e-11)
    growth = mean_of(low - 1, mid - 1, high - 1, "growth")
    assert growth == pytest.approx(expected - 1, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("width", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_the_mean_of_a_share(width):
    """A logit-normal has the mean 1/2 around 0, and 1 - e^(-s^2 / 2) / 2 around s^2.

    E f(X) = E e^X f(-X) for the logistic f, and e^X moves the normal by s^2: so the means around 0
    and s^2 are 1/2 and e^(s^2 / 2) (1 - m) = 1/2.
    """
    z95 = NormalDist().inv_cdf(0.95)
    for centre, mean in ((0.0, 0.5), (width**2, 1 - math.exp(-(width**2) / 2) / 2)):
        ends = (1 / (1 + math.exp(-centre - z * width)) for z in (-z95, 0, z95))
        assert mean_of(*ends, "share") == pytest.approx(mean, rel=1e-8)


@pytest.mark.parametrize("count", [100, 10_000])
@pytest.mark.parametrize(
    ("range_", "kind"),
    [
        (Range(1, math.sqrt(300), 300), "quantity"),
        (Range(20_000, 180_000, 200_000), "quantity"),
        (Range(-0.1, 0.2, 4.0), "growth"),
        (Range(0.9, 0.98, 0.999), "share"),
        (Range(0.00001, 0.001, 0.1), "share"),
    ],
)
def test_draws_have_the_mean_of_their_range(range_, kind, count):
    """The middles of 10,000 parts of 1 to 300 would lack 0.5 % of it, those of 100 8.6 %."""
    drawn = Draws(0, count).draw("x", range_, kind)
    mean = mean_of(range_.low, range_.mid, range_.high, kind)
    assert drawn.mean() == pytest.approx(mean, rel=1e-13)
    others = np.sort(drawn)[1:-1]
    middles = UncertainInput("x", range_, kind).values(normal_scores(count))
    np.testing.assert_array_equal(others, middles[1:-1])
    assert drawn.min() <= others[0] <= others[-1] <= drawn.max()
    if kind == "share":
        assert 0 < drawn.min() <= drawn.max() < 1


def test_a_share_is_drawn_as_a_share():
    """Of nearly 0 to nearly 1 the middles of 100 parts lack more than the last one has room for."""
    drawn = Draws(0, 100).draw("x", Range(1e-9, 0.5, 0.9999999), "share")
    assert 0 < drawn.min() <= drawn.max() < 1


@pytest.mark.parametrize(
    ("range_", "kind", "end"),
    [
        (Range(1, 1000, 1000), "quantity", 0),
        (Range(1, 1e6, 1e6 + 1), "quantity", 0),
        (Range(-0.99, 0.1, 0.1), "growth", -1),
    ],
)
def test_no_draw_reaches_the_end_of_its_distribution(range_, kind, end):
    """Of 101 draws one lies on the median, above its part's mean: -8.7 of 1 to 1,000 were drawn.

    The middle part has the mean of half a part of 1,000 and of half a part of less, and 8.6 in all
    is more than the lowest draw has: 1,000 x e^(-4.2 x 2.58) = 0.02.
    """
    drawn = Draws(0, 101).draw("x", range_, kind)
    assert end < drawn.min() < range_.low
    mean = mean_of(range_.low, range_.mid, range_.high, kind)
    assert drawn.mean() == pytest.approx(mean, rel=1e-3)


def test_an_odd_number_of_simulations(tmp_path):
    """A growth whose middle is its high end, drawn 101 times: no fewer requests than none."""
    growth = "growth: {as_of: 2024-11-01, files_per_year: {low: -99%, mid: 10%, high: 10%}}\n"
    trails = "trails: [{name: t, key: k, files_per_day: {low: 1, mid: 1000, high: 1000}}]\n"
    found = simulate(write(tmp_path, ONE + growth + trails), "2026-12", 1, draws=101)
    assert found.draws_requests.min() >= 0


@pytest.mark.parametrize(
    ("given", "at_least"),
    [
        ("files_per_day: {low: 0.0000000009, high: 1000}", "0.0000000009"),
        ("files_per_day: 288, bucket: {bucket_key_saving: {low: 0.0000000000001, high: 0.5}}", "0"),
    ],
)
def test_a_range_over_more_than_a_trillionfold_is_refused(tmp_path, given, at_least):
    """1,000 / 9e-10 is more than 10^12: its mean would be a number that nobody can draw around."""
    with pytest.raises(KmscostError, match="at least a trillionth of high") as refused:
        write(tmp_path, f"{ONE}trails: [{{name: t, key: k, {given}}}]\n")
    assert refused.value.problems[0].line == 4
    assert at_least in str(refused.value)


def test_the_widest_range_is_simulated(tmp_path):
    """Counts of more than 10^19 requests a month are drawn; they were a traceback."""
    trails = "trails: [{name: t, key: k, files_per_day: {low: 1000, high: 1000000000000000}}]\n"
    found = simulate(write(tmp_path, ONE + trails), "2026-11", 1, draws=100)
    requests = 30 * mean_of(1e3, 1e9, 1e15, "quantity")
    assert found.monthly["mean_requests"][0] == pytest.approx(requests, rel=1e-9)


def test_one_range_alone_has_the_percentiles_it_says(tmp_path):
    """100 to 400 files a day, 30 days: 3,000, 6,000 and 12,000 requests; a saving likewise."""
    trails = "trails: [{name: t, key: k, files_per_day: {low: 100, high: 400}}]\n"
    simulation = run_simulation(write(tmp_path, ONE + trails), 1, 10_000)
    np.testing.assert_allclose(simulation.of_span("requests"), [3000, 6000, 12_000], rtol=2e-4)
    saving = "{bucket_key: true, bucket_key_saving: {low: 0.5, high: 0.9}}"
    trails = f"trails: [{{name: t, key: k, files_per_day: 100, bucket: {saving}}}]\n"
    simulation = run_simulation(write(tmp_path, ONE + trails), 1, 10_000)
    # the median of the odds 1 and 9 is 3: a saving of 0.75
    np.testing.assert_allclose(simulation.of_span("requests"), [300, 750, 1500], rtol=2e-4)


def test_growth_compounds_from_its_month(tmp_path):
    """8 % to 21 % a year: after 12 months the files are 1.08, 1.1432 and 1.21 times as many."""
    text = ONE + "trails: [{name: t, key: k, files_per_day: 100}]\n"
    text += "growth: {files_per_year: {low: 8%, high: 21%}}\n"
    simulation = run_simulation(write(tmp_path, text), 13, 10_000)
    rows = simulation.quantiles[simulation.quantiles["month"].astype(str) == "2027-11"]
    found = rows.loc[rows["measure"] == "requests", "value"]
    factors = np.array([1.08, math.sqrt(1.08 * 1.21), 1.21])
    np.testing.assert_allclose(found, 3000 * factors, rtol=2e-5)
    assert set(simulation.draws_requests[:, 0]) == {3000.0}


def test_growth_may_begin_at_nothing(tmp_path):
    """0 % as the lower end of a growth is a range like another."""
    text = ONE + "trails: [{name: t, key: k}]\ngrowth: {files_per_year: {low: 0%, high: 21%}}\n"
    growth = write(tmp_path, text).growth.files_per_year
    assert (growth.low, growth.high) == (0, 0.21)
    assert growth.mid == pytest.approx(0.1)


def test_a_range_that_no_distribution_has_is_refused(tmp_path):
    """A range built in Python with 0 as its lower end: its path, and what is expected."""
    inventory = write(tmp_path, ONE + "trails: [{name: t, key: k}]\n")
    (trail,) = inventory.trails
    wrong = trail.model_copy(update={"config_updates_per_month": Range(0, 1, 2)})
    with pytest.raises(KmscostError, match=r"trails\[t\].config_updates_per_month: found"):
        simulate(dataclasses.replace(inventory, trails=(wrong,)), "2026-11", 1)
