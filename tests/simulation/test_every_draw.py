"""Each draw of a simulation is the forecast of the inventory with the drawn numbers put in."""

import dataclasses

import numpy as np
import pytest

from estimator import forecast
from tests.pricing.tables import graduated_table
from tests.sampling import seeds
from tests.simulation.ranges import Invention, numbers_of, put, run_simulation, write

MONTHS, DRAWS = 5, 120


def compare(simulation, draw, slack):
    """Requests and cost of every month of one draw against the plain forecast."""
    numbers = put(simulation.inventory, numbers_of(simulation, draw))
    plain = forecast(numbers, simulation.months.labels[0], MONTHS, discount=0.1).monthly
    for drawn, name in (
        (simulation.draws_requests, "requests"),
        (simulation.draws_cost, "cost_usd"),
    ):
        expected = plain[name].to_numpy()
        most = np.abs(expected).max()
        np.testing.assert_allclose(drawn[draw], expected, rtol=1e-11, atol=most * slack + 1e-9)


@pytest.mark.parametrize("seed", seeds(15))
def test_a_draw_is_the_forecast_of_its_numbers(tmp_path, seed):
    """Files, growth, savings, readers of every kind, checks, others: all rows of the model."""
    inventory = write(tmp_path, Invention(seed, windows=False).text())
    simulation = run_simulation(inventory, MONTHS, DRAWS, seed, discount=0.1)
    for draw in (0, 17, 119):
        compare(simulation, draw, slack=0.0)


@pytest.mark.parametrize("seed", seeds(100, 115))
def test_uncertain_look_backs_are_exact_for_few_active_periods(tmp_path, seed):
    """Look-backs and retention that are ranges: exactly, where few active periods differ."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    simulation = run_simulation(inventory, MONTHS, DRAWS, seed, discount=0.1)
    for draw in (0, 17, 119):
        compare(simulation, draw, slack=1e-11)


@pytest.mark.parametrize("seed", seeds(200, 208))
def test_the_other_reading_is_the_simulation_that_chooses_it(tmp_path, seed):
    """The quantiles beside the cost are those of the same draws under the other reading."""
    inventory = write(tmp_path, Invention(seed, windows=False).text())
    simulation = run_simulation(inventory, MONTHS, DRAWS, seed)
    turned = dataclasses.replace(inventory, cloudtrail_writes=simulation.other_interpretation)
    other = run_simulation(turned, MONTHS, DRAWS, seed)
    cost = other.quantiles[other.quantiles["measure"] == "cost_usd"]
    np.testing.assert_allclose(simulation.other_quantiles["value"], cost["value"], rtol=1e-12)
    name = f"cost_usd_writes_{simulation.other_interpretation}"
    assert simulation.mean[name] == pytest.approx(other.mean["cost_usd"], rel=1e-12)


@pytest.mark.parametrize("seed", seeds(300, 306))
def test_tiers_price_a_draw_as_they_price_a_forecast(tmp_path, seed):
    """Graduated tiers count after the free quantity and after what others use."""
    from estimator.months import read_months
    from estimator.simulation import run
    from estimator.simulation.draws import read_options
    from estimator.volume.model import Model

    inventory, table = write(tmp_path, Invention(seed, windows=False).text()), graduated_table()
    options = read_options(DRAWS, seed, "0.5", MONTHS)
    model = Model(inventory, read_months("2026-11", MONTHS))
    simulation = run(model, options, table, 0.0, noise=False)
    numbers = put(inventory, numbers_of(simulation, 3))
    plain = forecast(numbers, "2026-11", MONTHS, rates=table).monthly["cost_usd"]
    np.testing.assert_allclose(simulation.draws_cost[3], plain, rtol=1e-11, atol=1e-9)
