"""Thousands of ranges: the largest on their own, the rest by the moments of their sum."""

import numpy as np
import pytest

from estimator import simulate
from estimator.inventory.distributions import moments
from estimator.months import read_months
from estimator.simulation.draws import Draws
from estimator.simulation.inventory_demand import demand_of
from estimator.volume.model import Model
from pricing.rates import load_rates
from tests.simulation.ranges import write

ACCOUNTS = 600


def text(readers=""):
    """600 accounts, each with a range of its own, a few of them large."""
    random = np.random.default_rng(8)
    rows = []
    for number in range(ACCOUNTS):
        low = random.uniform(10, 50) * (20 if number % 60 == 0 else 1)
        high = low * random.uniform(2, 12)
        rows.append(
            f'  - {{id: "{100_000_000_000 + number}", files_per_day: '
            f"{{low: {low:.4f}, high: {high:.4f}}}}}"
        )
    accounts = "\n".join(rows)
    return (
        f"version: 1\nregions: [us-east-1]\naccounts:\n{accounts}\n"
        f"keys: [{{id: k, region: us-east-1}}]\ntrails: [{{name: t, key: k}}]\n{readers}"
    )


def totals(inventory, own, draws=40_000):
    """Requests of a month, each draw, with so many ranges on their own."""
    model, lots = Model(inventory, read_months("2026-11", 1)), Draws(1, draws)
    demand = demand_of(model, load_rates(), lots, noise=False, own=own)
    quantities = dict(zip(demand.bins, demand.of(0), strict=True))
    (requests,) = (q for which, q in quantities.items() if which.meter == "kms-requests")
    return requests, lots


def test_the_rest_has_the_mean_and_the_variance_of_its_sum(tmp_path):
    """100 on their own or none: mean and variance are the sums of the closed forms."""
    inventory = write(tmp_path, text())
    ranges = list(inventory.uncertain_files.values())
    ends = [np.array([getattr(each, end) for each in ranges]) for end in ("low", "mid", "high")]
    mean, variance = (part.sum() for part in moments(*ends))
    for own in (0, 100, ACCOUNTS):
        requests, lots = totals(inventory, own)
        assert len(lots.inputs) == min(own + 1, ACCOUNTS)
        assert requests.mean() == pytest.approx(30 * mean, rel=2e-3)
        assert requests.var() == pytest.approx(900 * variance, rel=0.06)


def test_quantiles_are_those_of_brute_force(tmp_path):
    """600 independent draws each, added up: the 5th, 50th and 95th percentile within 1 %."""
    inventory = write(tmp_path, text())
    brute, _ = totals(inventory, ACCOUNTS)
    combined, _ = totals(inventory, 100)
    shares = [0.05, 0.5, 0.95]
    np.testing.assert_allclose(np.quantile(combined, shares), np.quantile(brute, shares), rtol=0.01)


def test_a_reader_of_some_accounts_keeps_their_own_spread(tmp_path):
    """Small ranges are put together only with those that the same readers read."""
    chosen = ", ".join(f'"{100_000_000_000 + number}"' for number in range(1, 41))
    reader = f"readers: [{{name: siem, kind: every-file, accounts: [{chosen}]}}]\n"
    inventory = write(tmp_path, text(reader))
    ranges = inventory.uncertain_files
    ends = [
        np.array([getattr(each, end) for each in ranges.values()]) for end in ("low", "mid", "high")
    ]
    mean, variance = moments(*ends)
    twice = np.where(np.isin(np.arange(ACCOUNTS), np.arange(1, 41)), 2.0, 1.0)
    found, lots = totals_of_all(inventory)
    assert len(lots.inputs) == 12
    assert found.mean() == pytest.approx(30 * (twice * mean).sum(), rel=3e-3)
    assert found.var() == pytest.approx(900 * (twice**2 * variance).sum(), rel=0.06)


def totals_of_all(inventory, own=10, draws=40_000):
    """The same over puts and gets."""
    model, lots = Model(inventory, read_months("2026-11", 1)), Draws(1, draws)
    demand = demand_of(model, load_rates(), lots, noise=False, own=own)
    quantities = zip(demand.bins, demand.of(0), strict=True)
    return sum(q for which, q in quantities if which.meter == "kms-requests"), lots


def test_it_is_said_that_ranges_are_put_together(tmp_path):
    """A notice names how many, and the ranking shows the rest as one."""
    simulation = simulate(write(tmp_path, text()), "2026-11", 1, draws=500)
    assert any(
        "of 600 ranges of files_per_day the 100 that matter" in notice
        for notice in simulation.notices
    )
    assert (
        sum("500 smaller ranges" in assumption for assumption in simulation.drivers["assumption"])
        == 1
    )
    assert len(simulation.drivers) == 101
