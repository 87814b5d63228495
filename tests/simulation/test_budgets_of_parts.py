"""How likely a budget of a part is broken: of a payer, an account, a trail, a reader."""

from __future__ import annotations

import dataclasses

import pytest

from estimator import forecast, simulate
from estimator.inventory.budgets import Budget
from tests.simulation.ranges import Invention, numbers_of, put, run_simulation, write

MONTHS, DRAWS = 2, 100


def with_budgets(inventory):
    """A budget for every payer, account, trail and reader, near what its part costs."""
    parts = [("payer", payer) for payer in inventory.payers()]
    parts += [("account", account.id) for account in inventory.accounts]
    parts += [("trail", trail.name) for trail in inventory.trails]
    parts += [("reader", reader.name) for reader in inventory.readers]
    budgets = tuple(
        Budget.model_validate({"name": f"b{number}", "usd_per_month": 1.0, part: value})
        for number, (part, value) in enumerate(parts)
    )
    asked = dataclasses.replace(inventory, budgets=budgets)
    used = forecast(asked, "2026-11", MONTHS).budgets.groupby("budget", observed=True)["used"].max()
    near = tuple(
        budget.model_copy(update={"usd_per_month": max(float(used[budget.name]), 1e-6)})
        for budget in budgets
    )
    return dataclasses.replace(inventory, budgets=near)


@pytest.mark.parametrize("seed", [12, 5])
def test_each_draw_breaks_what_its_forecast_breaks(tmp_path, seed):
    """The probability is the share of draws whose own forecast is over the budget, by month."""
    inventory = with_budgets(write(tmp_path, Invention(seed, windows=False).text()))
    simulation = run_simulation(inventory, MONTHS, DRAWS, seed)
    broken = {}
    for draw in range(DRAWS):
        numbers = put(simulation.inventory, numbers_of(simulation, draw))
        use = forecast(numbers, "2026-11", MONTHS).budgets
        close = abs(use["used"] / use["usd_per_month"] - 1) < 1e-9
        for row, near in zip(use.itertuples(), close, strict=True):
            counts = broken.setdefault((row.budget, str(row.month)), [0, 0])
            counts[0] += bool(row.over)
            counts[1] += bool(near)  # a draw on the line may fall to either side
    for row in simulation.budgets.dropna(subset="month").itertuples():
        over, near = broken[row.budget, str(row.month)]
        assert over - near <= round(row.probability * DRAWS) <= over + near, row.budget
    assert simulation.budgets["probability"].between(0, 1).all()
    assert 0 < simulation.budgets["probability"].mean() < 1


def test_any_month_counts_a_draw_once(tmp_path):
    """Over the span: at least as often as in its worst month, at most as in all of them."""
    inventory = with_budgets(write(tmp_path, Invention(5, windows=False).text()))
    for _, part in run_simulation(inventory, MONTHS, DRAWS).budgets.groupby(
        "budget", observed=True
    ):
        whole, months = part[part["month"].isna()], part[part["month"].notna()]["probability"]
        (any_month,) = whole["probability"]
        assert months.max() <= any_month <= min(months.sum() + 1e-12, 1.0)


def test_without_a_range_it_is_the_forecast(tmp_path):
    """Numbers alone: 0 or 1, as the forecast's own use of the budget says.

    288 x 30 = 8,640 puts less 20,000 free cost nothing; 200,000 gets cost 0.60, over 0.50.
    """
    text = """\
version: 1
regions: [us-east-1]
accounts: [{id: "111111111111"}]
keys: [{id: logs, account: "111111111111", region: us-east-1}]
trails: [{name: org, account: "111111111111", key: logs}]
readers: [{name: audit, kind: fixed, account: "111111111111", gets_per_day: 10000}]
budgets:
  - {name: low, reader: audit, usd_per_month: 0.50}
  - {name: high, reader: audit, usd_per_month: 1.00}
  - {name: keys, account: "111111111111", usd_per_month: 1.50}
"""
    simulation = simulate(write(tmp_path, text), "2026-11", 1, draws=100)
    first = simulation.budgets.dropna(subset="month").set_index("budget")["probability"]
    assert first.to_dict() == {"low": 1.0, "high": 0.0, "keys": 1.0}


def test_budgets_of_parts_change_no_number_beside_them(tmp_path):
    """Requests and cost of each draw are the same with and without budgets of parts."""
    plain = write(tmp_path, Invention(3, windows=False).text())
    simulation, more = (
        run_simulation(inventory, MONTHS, DRAWS) for inventory in (plain, with_budgets(plain))
    )
    assert more.draws_cost == pytest.approx(simulation.draws_cost, rel=1e-12)
    assert more.draws_requests == pytest.approx(simulation.draws_requests, rel=1e-12)


@pytest.mark.parametrize("files", ["288", "{low: 200, mid: 288, high: 400}"])
def test_quantiles_are_of_budgets_of_parts_alone(tmp_path, files):
    """Those of everything are the simulation's own, with a range or without one."""
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\npayer: '111122223333'\n"
        f"accounts:\n  - {{id: '111122223333', regions: [us-east-1], files_per_day: {files}}}\n"
        "keys:\n  - {id: logs, account: '111122223333', region: us-east-1}\n"
        "trails:\n  - {name: org, account: '111122223333', key: logs}\n"
        "budgets:\n  - {name: whole, usd_per_month: 5}\n"
        "  - {name: part, usd_per_month: 5, trail: org}\n",
        encoding="utf-8",
    )
    assert set(simulate(path, "2026-11", 2, draws=100).quantiles_spent) == {"part"}
