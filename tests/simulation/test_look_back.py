"""Uncertain look-backs with more breakpoints than nodes."""

import datetime

import numpy as np
import pytest

from estimator import forecast
from estimator.simulation.look_back import MOST_BREAKPOINTS, LookBackDays
from tests.simulation.ranges import numbers_of, put, run_simulation, write


def test_a_quadratic_with_breakpoints_at_nodes_is_exact():
    """Half squares from two breakpoints on: exact at every drawn window."""
    days = np.linspace(0.5, 40, 173)
    breakpoints = np.array([-3.0, 7.25, 20.0, 99.0])

    def half_squares(window):
        return sum(np.maximum(window - breakpoint_, 0.0) ** 2 / 2 for breakpoint_ in (7.25, 20.0))

    window = LookBackDays.over(days, breakpoints)
    assert len(window.nodes) == 7  # 0.5, 7.25, 20 and 40, and the middles between them
    np.testing.assert_allclose(
        window.at(half_squares(window.nodes)), half_squares(days), rtol=1e-12, atol=1e-12
    )


def test_a_bend_inside_an_interval_errs_by_no_more_than_said():
    """h^2 / 53 for a second derivative of 1, wherever in the interval the breakpoint_ lies."""
    days = np.linspace(0, 10, 4001)
    for breakpoint_ in np.linspace(0.1, 9.9, 50):
        window = LookBackDays.over(days, np.array([]))
        assert len(window.nodes) == 3
        curve = np.maximum(window.nodes - breakpoint_, 0.0) ** 2 / 2
        error = np.abs(window.at(curve) - np.maximum(days - breakpoint_, 0.0) ** 2 / 2)
        assert error.max() <= 10**2 / 53


@pytest.mark.parametrize("kind", ["query", "validate"])
def test_four_hundred_active_periods_are_right_within_a_hundredth_of_a_percent(tmp_path, kind):
    """Accounts that begin on 400 days: far more breakpoints than nodes, over days to years."""
    first = datetime.date(2023, 1, 1)
    accounts = "\n".join(
        f'  - {{id: "{100_000_000_000 + n}", from: {first + datetime.timedelta(days=4 * n)}}}'
        for n in range(400)
    )
    own = {
        "query": "queries_per_month: 30, days_scanned: {low: 3, high: 900}",
        "validate": "runs_per_month: 2, days: {low: 3, high: 900}",
    }
    text = (
        f"version: 1\nregions: [us-east-1]\naccounts:\n{accounts}\n"
        "keys: [{id: k, region: us-east-1}]\n"
        "trails: [{name: t, key: k, log_file_validation: true,\n"
        "  bucket: {retention_days: {low: 300, high: 1200}}}]\n"
        f"readers: [{{name: r, kind: {kind}, {own[kind]}}}]\n"
    )
    simulation = run_simulation(write(tmp_path, text), 4, 100)
    assert MOST_BREAKPOINTS < 400 * 5
    for draw in range(0, 100, 9):
        plain = forecast(
            put(simulation.inventory, numbers_of(simulation, draw)), "2026-11", 4
        ).monthly
        np.testing.assert_allclose(simulation.draws_requests[draw], plain["requests"], rtol=1e-4)
