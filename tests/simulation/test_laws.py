"""Laws that hold for the simulation of every inventory."""

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from estimator import Range, forecast, simulate
from estimator.frames import BUDGETS, DRIVERS, QUANTILES
from estimator.months import read_months
from estimator.report.formats.json_and_csv import to_json
from estimator.simulation import draw_costs
from estimator.simulation.draws import Draws
from estimator.volume.model import Model
from pricing.rates import load_rates
from tests.real_data import ROOT
from tests.sampling import seeds
from tests.simulation.ranges import Invention, put, replace_ranges, run_simulation, widen, write

SEEDS = range(400, 412)
MEASURES = ("requests", "cost_usd")


@pytest.mark.parametrize("seed", SEEDS)
def test_numbers_give_the_forecast_in_every_quantile(tmp_path, seed):
    """Zero width: every quantile, mean and cost of the mean is the forecast, bit for bit."""
    inventory = put(write(tmp_path, Invention(seed, windows=True).text()), {})
    simulation = simulate(inventory, "2026-11", 4, draws=100, quantile="0.01,0.5,0.99")
    plain = forecast(inventory, "2026-11", 4)
    for measure in MEASURES:
        assert set(simulation.of_span(measure)) == {plain.totals[measure]}
        assert simulation.mean[measure] == simulation.point[measure] == plain.totals[measure]
        for number, month in enumerate(simulation.months.labels):
            rows = simulation.quantiles[simulation.quantiles["month"].astype(str) == month]
            values = set(rows.loc[rows["measure"] == measure, "value"])
            assert values == {plain.monthly[measure][number]}
    assert simulation.mean["cost_usd_of_mean"] == plain.totals["cost_usd"]
    assert any("nothing in the inventory is uncertain" in line for line in simulation.notices)
    assert not len(simulation.drivers)


@pytest.mark.parametrize("seed", SEEDS)
def test_ranges_of_next_to_no_width_give_the_forecast(tmp_path, seed):
    """The draws' own arithmetic, not a shortcut, comes to the forecast where ranges are narrow."""

    def narrow(_, before):
        width = abs(before.mid) * 1e-13
        return Range(before.mid - width, before.mid, before.mid + width)

    inventory = replace_ranges(write(tmp_path, Invention(seed, windows=True).text()), narrow)
    simulation = run_simulation(inventory, 4, 100, seed)
    plain = forecast(inventory, "2026-11", 4).monthly
    np.testing.assert_allclose(simulation.draws_requests[7], plain["requests"], rtol=1e-10)
    np.testing.assert_allclose(simulation.draws_cost[7], plain["cost_usd"], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", seeds(412, 418))
def test_the_cost_alone_is_that_of_the_simulation(tmp_path, seed):
    """What `advise` asks for, the draws' cost and nothing beside it, has the same bits."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    whole = run_simulation(inventory, 3, 100, seed, discount=0.1).draws_cost.sum(axis=1)
    model = Model(inventory, read_months("2026-11", 3))
    alone = draw_costs(model, 100, seed, load_rates(), 0.1)
    assert alone.tolist() == whole.tolist()


def test_a_month_that_rests_on_numbers_is_exact(tmp_path):
    """A trail of 100 files a day with a range that begins in December leaves November exact."""
    inventory = write(
        tmp_path,
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        "keys: [{id: k, region: us-east-1}]\n"
        "trails:\n  - {name: a, key: k, files_per_day: 100}\n"
        "  - {name: b, key: k, files_per_day: {low: 10, high: 90}, from: 2026-12-01}\n",
    )
    simulation = simulate(inventory, "2026-11", 2)
    assert set(simulation.draws_requests[:, 0]) == {3000.0}
    assert len(set(simulation.draws_requests[:, 1])) > 2000


@pytest.mark.parametrize("seed", SEEDS)
def test_quantiles_are_monotone(tmp_path, seed):
    """A larger share never has a smaller value, in requests, cost and the other reading."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    simulation = run_simulation(
        inventory, 4, 300, seed, noise=True, quantile="0.001,0.3,0.05,0.5,0.7,0.95"
    )
    assert simulation.quantile == (0.001, 0.05, 0.3, 0.5, 0.7, 0.95)
    for frame in (simulation.quantiles, simulation.other_quantiles):
        for _, rows in frame.groupby(["month", "measure"], dropna=False, observed=True):
            assert rows["quantile"].is_monotonic_increasing
            assert (np.diff(rows["value"]) >= 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_cost_is_no_less_than_the_cost_of_the_mean(tmp_path, seed):
    """Requests beyond the free quantity cost, those below save nothing: convex, so Jensen's law."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    # what others use is known: beyond the free quantity it costs nothing more, which is concave
    inventory = replace_ranges(
        inventory,
        lambda path, before: Range.exactly(before.mid) if path.startswith("other_kms") else before,
    )
    simulation = run_simulation(inventory, 4, 300, seed, noise=True)
    assert simulation.mean["cost_usd"] >= simulation.mean["cost_usd_of_mean"] * (1 - 1e-12)


@pytest.mark.parametrize("seed", SEEDS[::2])
def test_wider_ranges_never_narrow_the_result(tmp_path, seed):
    """With the same seed: one range alone, and all of them with the noise of counts."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    first = run_simulation(inventory, 3, 400, seed, noise=True)
    everywhere = inventory
    for name in first.drivers["assumption"]:
        everywhere = widen(everywhere, name, 1.2)
        only = replace_ranges(
            inventory,
            lambda path, before, name=name: before if path == name else Range.exactly(before.mid),
        )
        alone, wide = (
            run_simulation(changed_inventory, 3, 400, seed)
            for changed_inventory in (only, widen(only, name, 1.2))
        )
        assert not_narrower(wide, alone), name
    assert not_narrower(run_simulation(everywhere, 3, 400, seed, noise=True), first)


def not_narrower(wide, narrow):
    """True where the 5 % to 95 % of requests and of cost are as wide."""
    widths = [
        [np.ptp(simulation.of_span(name)) for name in MEASURES] for simulation in (wide, narrow)
    ]
    return (np.array(widths[0]) >= np.array(widths[1]) * (1 - 1e-9)).all()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    """Another process, another hash seed: the same JSON; another seed: another answer."""
    path = tmp_path / "inventory.yaml"
    path.write_text(Invention(8, windows=True).text(), encoding="utf-8")
    options = ["--from", "2026-11", "--months", "3", "--simulations", "500", "--format", "json"]

    def answer(seed, hashes):
        line = [sys.executable, "-m", "estimator", "simulate", str(path), *options, "--seed", seed]
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hashes}
        done = subprocess.run(line, capture_output=True, check=True, env=settings)
        return done.stdout

    first = answer("3", "1")
    assert first == answer("3", "2")
    assert first.decode() == to_json(simulate(path, "2026-11", 3, 500, 3).to_dict())
    assert json.loads(first)["quantiles"] != json.loads(answer("4", "1"))["quantiles"]


def test_one_more_assumption_changes_no_other():
    """The draws of an assumption come from the seed and its path alone."""
    range_ = Range(1, 2, 4)
    alone, after = Draws(5, 200), Draws(5, 200)
    after.draw("another", Range(3, 4, 5))
    name = "readers[siem].gets_per_file"
    assert (alone.draw(name, range_) == after.draw(name, range_)).all()
    assert (alone.draw("x", range_) != alone.draw("y", range_)).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_lists_does_not_matter(tmp_path, seed):
    """Accounts, trails, readers and keys in reverse: the same but for the last digits of sums."""
    inventory = write(tmp_path, Invention(seed, windows=True).text())
    turned = dataclasses.replace(
        inventory,
        accounts=inventory.accounts[::-1],
        trails=inventory.trails[::-1],
        readers=inventory.readers[::-1],
        keys=inventory.keys[::-1],
    )
    first, two = (run_simulation(each, 3, 200, seed) for each in (inventory, turned))
    np.testing.assert_allclose(first.draws_requests, two.draws_requests, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(first.draws_cost, two.draws_cost, rtol=1e-9, atol=1e-9)


def test_frames_are_as_declared(tmp_path):
    """Columns and dtypes of estimator/frames.py; another currency takes the place of usd."""
    text = Invention(11, windows=True).text() + "budgets: [{name: b, usd_per_month: 3}]\n"
    simulation = simulate(write(tmp_path, text), "2026-11", 2, draws=200)
    for frame, columns in (
        (simulation.quantiles, QUANTILES),
        (simulation.other_quantiles, QUANTILES),
        (simulation.drivers, DRIVERS),
        (simulation.budgets, BUDGETS),
    ):
        assert list(frame.columns) == [column.name for column in columns]
        for column in columns:
            dtype = str(frame[column.name].dtype)
            assert dtype == column.dtype or {dtype, column.dtype} == {"object", "str"}, column.name
    assert read_months("2026-11", 2).labels == simulation.months.labels
    assert simulation.draws_requests.shape == simulation.draws_cost.shape == (200, 2)
    assert "Simulation 2026-11 to 2026-12" in repr(simulation)


def test_few_files_beside_many_are_read_on(tmp_path):
    """Fixed gets of 1,000 a day are 30,000, of whatever files: a's 10 days of 1,000, b's 1e-7.

    Trail c has a retention in doubt, so that shares are drawn; a puts 10,000 files.
    """
    text = """\
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}]
keys: [{id: k, region: us-east-1}]
trails:
  - {name: a, key: k, files_per_day: 1e3, until: 2026-11-11, bucket: {retention_days: 0}}
  - {name: b, key: k, files_per_day: 1e-7, from: 2026-11-06}
  - name: c
    key: k
    files_per_day: 1e-20
    until: 2026-11-02
    bucket: {retention_days: {low: 1, high: 2}}
readers: [{name: r, kind: fixed, gets_per_day: 1000}]
"""
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    simulation = simulate(path, "2026-11", 1, draws=1000)
    assert simulation.mean["requests"] == pytest.approx(10_000 + 30_000, rel=0.005)
