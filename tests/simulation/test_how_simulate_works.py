"""docs/how-simulate-works.md: every number on the way of one draw, computed anew."""

import math
import re

import numpy as np
import pytest

from estimator import simulate
from estimator.inventory.distributions import normal_scores
from estimator.months import read_months
from estimator.simulation.draws import Draws
from estimator.simulation.inventory_demand import demand_of
from estimator.volume.model import Model
from pricing.rates import load_rates
from tests.consoles import blocks
from tests.real_data import ROOT
from tests.simulation.ranges import write

PAGE = (ROOT / "docs" / "how-simulate-works.md").read_text(encoding="utf-8")
FILES, GETS = "trails[org].files_per_day", "readers[siem].gets_per_file"
DRAWS = 10_000


@pytest.fixture(scope="module")
def inventory(tmp_path_factory):
    """The inventory of the page."""
    (text,) = blocks(PAGE, "yaml")
    return write(tmp_path_factory.mktemp("page"), text)


def first_draw(inventory, noise):
    """Requests of CloudTrail's writes and of readers, and key-months; and the draws behind them."""
    draws = Draws(0, DRAWS, inventory)
    model = Model(inventory, read_months("2026-11", 1))
    demand = demand_of(model, load_rates(), draws, noise)
    quantities = dict(zip(demand.bins, demand.of(0)[:, 0].tolist(), strict=True))
    found = {(each.meter, each.write): quantity for each, quantity in quantities.items()}
    bins = ("kms-requests", True), ("kms-requests", False), ("kms-keys", False)
    return *(found[each] for each in bins), draws


def assert_on_page(*texts):
    """Each text stands on the page, as a whole number or word."""
    for text in texts:
        assert re.search(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)", PAGE), text


def test_ranges_and_draws(inventory):
    """Width, part, normal score and value of both uncertain inputs."""
    *_, draws = first_draw(inventory, noise=False)
    for path, (low, high), digits in ((FILES, (400, 1600), 2), (GETS, (1, 1.5), 4)):
        median = math.sqrt(low * high)
        width = math.log(high / median) / 1.6448536269514722
        part = int(draws.order[path][0])
        score = normal_scores(DRAWS)[part]
        value = median * math.exp(width * score)
        assert draws.drawn[path][0] == pytest.approx(value, rel=1e-12)
        assert_on_page(f"{width:.4f}", f"{part:,}", f"{score:.4f}", f"{value:.{digits}f}")
        assert_on_page(f"{median:.{digits}f}" if digits == 4 else f"{median:.0f}")


def test_demand_and_counts(inventory):
    """Means are 30 days x the drawn numbers; counts vary around them by about their root."""
    writes, reads, keys, draws = first_draw(inventory, noise=False)
    files, gets = (float(draws.drawn[path][0]) for path in (FILES, GETS))
    assert (writes, reads, keys) == pytest.approx((30 * files, 30 * files * gets, 1.0), rel=1e-12)
    counts = first_draw(inventory, noise=True)[:2]
    assert_on_page(*(f"{quantity:,.2f}" for quantity in (writes, reads, *counts)))
    for mean, count in zip((writes, reads), counts, strict=True):
        assert 0 < abs(count - mean) < 4 * math.sqrt(mean)


def test_the_dollars_of_the_draw_by_hand(inventory):
    """20,000 requests are free, the others cost USD 0.000003 each, and the key USD 1."""
    writes, reads, keys, _ = first_draw(inventory, noise=True)
    simulation = simulate(inventory, "2026-11", 1)
    charged, exempt = writes + reads - 20_000, reads - 20_000
    cost, cost_exempt = (max(units, 0) * 0.000003 + keys for units in (charged, exempt))
    assert simulation.draws_cost[0, 0] == pytest.approx(cost, rel=1e-12)
    assert simulation.draws_requests[0, 0] == pytest.approx(writes + reads, rel=1e-12)
    assert_on_page(f"{writes + reads:,.2f}", f"{charged:,.2f}", f"{exempt:,.2f}")
    assert_on_page(f"{cost - keys:.6f}", f"{cost:.6f}", f"{cost_exempt:.6f}")


def test_the_answer(inventory):
    """Quantiles, mean and shares of the variance as the page has them."""
    simulation = simulate(inventory, "2026-11", 1)
    quantiles = simulation.of_span("cost_usd")
    ordered = np.sort(simulation.draws_cost[:, 0])
    middles = [(ordered[n - 1] + ordered[n]) / 2 for n in (500, 5_000, 9_500)]
    np.testing.assert_allclose(quantiles, middles, rtol=1e-12)
    assert_on_page(*(f"{usd:.4f}" for usd in (*quantiles, simulation.mean["cost_usd"])))
    assert_on_page(*(f"{usd:.2f}" for usd in quantiles[[0, -1]]))
    shares = simulation.drivers.set_index("assumption")["share_cost_usd"]
    assert_on_page(*(f"{100 * shares[path]:.1f} %" for path in (FILES, GETS)))
