"""The noise of counts, and one draw for whatever rests on the same assumption."""

import math

import numpy as np
import pytest

from estimator import simulate
from estimator.simulation.demand import NORMAL_FROM, counts
from tests.simulation.ranges import run_simulation, write

HEAD = (
    'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
    "keys: [{id: k, region: us-east-1}]\n"
)


def test_small_counts_are_poisson(tmp_path):
    """A file in ten days is 3 requests a month: whole numbers, none in e^-3 of the months."""
    files = "{low: 0.0999999, high: 0.1000001}"
    text = HEAD + f"trails: [{{name: t, key: k, files_per_day: {files}}}]\n"
    drawn = simulate(write(tmp_path, text), "2026-11", 1, draws=50_000).draws_requests[:, 0]
    assert (drawn == np.rint(drawn)).all()
    assert (drawn == 0).mean() == pytest.approx(math.exp(-3), abs=0.005)
    assert drawn.mean() == pytest.approx(3, abs=0.04)
    assert drawn.var() == pytest.approx(3, abs=0.1)


def test_large_counts_have_the_variance_of_poisson(tmp_path):
    """3,000 requests a month vary by their root, 54.8; months are independent."""
    text = HEAD + "trails: [{name: t, key: k, files_per_day: {low: 99.9999, high: 100.0001}}]\n"
    drawn = simulate(write(tmp_path, text), "2026-11", 3, draws=50_000).draws_requests
    assert drawn[:, 0].var() == pytest.approx(3000, rel=0.03)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1]) < 0.02


def test_normal_is_as_good_as_poisson_where_it_takes_over():
    """At the limit the 5th and 95th percentile of both lie within one request of each other."""
    random = np.random.default_rng(3)
    mean = np.full(400_000, NORMAL_FROM)
    poisson = np.quantile(random.poisson(mean), [0.05, 0.95])
    normal = np.quantile(counts(mean, random), [0.05, 0.95])
    np.testing.assert_allclose(normal, poisson, atol=1.0)


def test_one_draw_holds_wherever_the_assumption_is_used(tmp_path):
    """Gets of a reader are the puts of its trail in every draw; two accounts of one trail too."""
    text = HEAD.replace("}]\nkeys", '}, {id: "222222222222", regions: [eu-west-1]}]\nkeys')
    text += "trails: [{name: t, key: k, files_per_day: {low: 50, high: 400}}]\n"
    text += "readers: [{name: siem, kind: every-file}]\n"
    with_reader = run_simulation(write(tmp_path, text), 2, 300)
    without = run_simulation(write(tmp_path, text.partition("readers")[0]), 2, 300)
    np.testing.assert_allclose(with_reader.draws_requests, 2 * without.draws_requests, rtol=1e-13)
    # both accounts at once: the ends are 2 x 50 x 30 and 2 x 400 x 30 requests
    rows = without.quantiles[without.quantiles["month"].astype(str) == "2026-11"]
    found = rows.loc[rows["measure"] == "requests", "value"].to_numpy()[[0, 2]]
    np.testing.assert_allclose(found, [3000, 24_000], rtol=0.02)


def test_an_entry_for_each_region_is_an_assumption_each(tmp_path):
    """us-east-1 and other draw on their own: their correlation is next to none."""
    text = HEAD.replace("[us-east-1]}]", "[us-east-1, eu-west-1]}]", 1)
    text += "trails: [{name: t, key: k, files_per_day: {us-east-1: {low: 50, high: 400}, "
    text += "other: {low: 50, high: 400}}}]\n"
    simulation = run_simulation(write(tmp_path, text), 1, 4000)
    paths = ["trails[t].files_per_day.other", "trails[t].files_per_day.us-east-1"]
    assert sorted(simulation.drivers["assumption"]) == paths
    # two independent ones in a sum: narrower than 2 x (50 to 400)
    low, _, high = simulation.of_span("requests")
    assert low > 3000 * 1.3
    assert high < 24_000 * 0.9
    np.testing.assert_allclose(simulation.drivers["share_requests"], [0.5, 0.5], atol=0.04)


def test_the_probability_of_breaking_a_budget_is_that_of_the_files(tmp_path):
    """A budget at the cost of the 95th percentile of files is broken in 5 % of the draws.

    400 files x 31 days = 12,400 requests, all billable as others use the free tier: USD 0.0372
    and 1.00 for the key. Two months rest on one draw, so either is broken with 5 % as well.
    """
    text = HEAD + "other_kms_requests_per_month: 20000\n"
    text += "trails: [{name: t, key: k, files_per_day: {low: 100, high: 400}}]\n"
    text += "budgets: [{name: tight, usd_per_month: 1.0372}, {name: wide, usd_per_month: 9}]\n"
    simulation = run_simulation(write(tmp_path, text), 2, 10_000, start="2026-12")
    found = simulation.budgets.set_index("budget")["probability"]
    np.testing.assert_allclose(found["tight"], [0.05, 0.05, 0.05], atol=1e-4)
    assert (found["wide"] == 0).all()
