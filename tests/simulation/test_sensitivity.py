"""Which assumption causes the spread, where the answer is known in closed form."""

import math

import numpy as np
import pytest

from estimator.inventory.distributions import normal_scores
from estimator.simulation.spread import first_order
from tests.simulation.ranges import run_simulation, write

DRAWS = 10_000
Z95 = 1.6448536269514722


def test_a_product_of_lognormals():
    """V(E[y|x]) / V(y) = (e^(s^2) - 1) / (e^(sum s^2) - 1)."""
    widths = (0.2, 0.5, 1.0)
    scores, random = normal_scores(DRAWS), np.random.default_rng(0)
    orders = [random.permutation(DRAWS) for _ in widths]
    factors = [np.exp(s * scores[order]) for s, order in zip(widths, orders, strict=True)]
    result = np.prod(factors, axis=0)
    whole = math.expm1(sum(s * s for s in widths))
    for s, order, factor in zip(widths, orders, factors, strict=True):
        (found,) = first_order(order, factor, [result])
        assert found == pytest.approx(math.expm1(s * s) / whole, abs=0.04)
    idle = random.permutation(DRAWS)
    assert first_order(idle, scores[idle], [result, np.ones(DRAWS)]) == [0.0, 0.0]


def test_a_sum_of_trails_splits_by_their_variances(tmp_path):
    """Two trails with ranges: the share of each is its variance over the sum of both."""
    ranges = {"busy": (100.0, 400.0), "quiet": (100.0, 200.0)}
    trails = "\n".join(
        f"  - {{name: {name}, key: k, files_per_day: {{low: {low}, high: {high}}}}}"
        for name, (low, high) in ranges.items()
    )
    text = (
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        f"keys: [{{id: k, region: us-east-1}}]\nother_kms_requests_per_month: 20000\n"
        f"trails:\n{trails}\n"
    )
    simulation = run_simulation(write(tmp_path, text), 1, DRAWS)
    variance = {}
    for name, (low, high) in ranges.items():
        s = math.log(high / low) / 2 / Z95
        variance[name] = low * high * math.exp(s * s) * math.expm1(s * s)
    whole = sum(variance.values())
    found = simulation.drivers.set_index("assumption")
    for name, of_trail in variance.items():
        row = found.loc[f"trails[{name}].files_per_day"]
        assert row["share_cost_usd"] == pytest.approx(of_trail / whole, abs=0.02)
        assert row["share_requests"] == pytest.approx(of_trail / whole, abs=0.02)
    assert next(iter(simulation.drivers["assumption"])) == "trails[busy].files_per_day"
    # a sum has no interactions: next to nothing is left over
    assert simulation.remainder["cost_usd"] < 0.02


def test_the_remainder_names_interactions_and_noise(tmp_path):
    """No assumption has a share of a spread that counts alone make."""
    text = (
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        "keys: [{id: k, region: us-east-1}]\n"
        "trails: [{name: t, key: k, files_per_day: {low: 99.999, high: 100.001}}]\n"
    )
    simulation = run_simulation(write(tmp_path, text), 1, 2000, noise=True)
    assert simulation.drivers["share_requests"].sum() == 0
    assert simulation.remainder["requests"] == 1.0
    # 3,000 requests are free: the cost has no spread to share out
    assert math.isnan(simulation.remainder["cost_usd"])
    assert simulation.to_dict()["remainder"]["cost_usd"] is None
