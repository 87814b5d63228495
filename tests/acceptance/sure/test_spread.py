"""Money and drivers of `kmscost simulate`: budgets, the free tier, whose spread it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost
from tests.acceptance.inventories import inventory, reader, trail
from tests.acceptance.sure.lognormal import Lognormal
from tests.acceptance.sure.simulations import (
    FILES,
    PRICE,
    USED_UP,
    Answer,
    quantiles,
    shares,
    simulate,
)


def test_the_probability_of_breaking_a_budget(tmp_path: Path) -> None:
    """1 USD of key and 3 USD per million: above 1.03 means more than 333.3 files a day."""
    text = inventory(
        trails=[trail(files_per_day={"low": 150, "high": 450})],
        budgets=[{"name": "b", "usd_per_month": 1.03}, {"name": "never", "usd_per_month": 99}],
        **USED_UP,
    )
    answer = simulate(tmp_path, text, months=2)
    probability = {(row["budget"], row["month"]): row["probability"] for row in answer["budgets"]}
    files = Lognormal(150, 450)
    november = files.above(0.03 / PRICE / 30)
    december = files.above(0.03 / PRICE / 31)
    assert probability["b", "2026-11"] == pytest.approx(november, abs=0.01)
    assert probability["b", "2026-12"] == pytest.approx(december, abs=0.01)
    # the same draw holds in both months, so any month is the longer one; not 1 - (1-p)(1-q)
    assert probability["b", None] == pytest.approx(december, abs=0.01)
    assert probability["never", None] == 0


def test_a_budget_that_always_breaks(tmp_path: Path) -> None:
    """The key alone costs 1.00: a budget of 0.99 breaks in every draw, one of 1.00 in none."""
    text = inventory(
        trails=[trail(files_per_day={"low": 1, "high": 2})],
        budgets=[{"name": "low", "usd_per_month": 0.99}, {"name": "just", "usd_per_month": 1.00}],
    )
    answer = simulate(tmp_path, text)
    probability = {(row["budget"], row["month"]): row["probability"] for row in answer["budgets"]}
    assert probability["low", None] == probability["low", "2026-11"] == 1
    assert probability["just", None] == 0  # inside the free tier


def test_the_mean_cost_is_not_the_cost_of_the_mean(tmp_path: Path) -> None:
    """Around 20,000 free requests the mean cost is E[max(n - 20,000, 0)], by the closed form."""
    files = Lognormal(200, 2000)
    text = inventory(trails=[trail(files_per_day={"low": 200, "high": 2000})])
    answer = simulate(tmp_path, text)
    mean_cost = 1 + PRICE * 30 * files.mean_beyond(20_000 / 30)
    cost_of_mean = 1 + PRICE * max(30 * files.mean - 20_000, 0)
    assert mean_cost - cost_of_mean > 0.01
    assert answer["mean"]["cost_usd"] == pytest.approx(mean_cost, abs=2e-4)
    assert answer["mean"]["cost_usd_of_mean"] == pytest.approx(cost_of_mean, abs=2e-4)
    run = kmscost("simulate", "inventory.yaml", "--from", "2026-11", "--months", "1", cwd=tmp_path)
    assert "Mean cost" in run.out, run.out  # both are shown


def test_the_free_tier_in_the_quantiles(tmp_path: Path) -> None:
    """Below 20,000 requests the key alone is paid; above, what is beyond them."""
    text = inventory(trails=[trail(files_per_day={"low": 200, "high": 2000})])
    low, _, high = quantiles(simulate(tmp_path, text), "cost_usd")
    assert low == 1
    assert high == pytest.approx(1 + PRICE * 40_000, abs=0.01)


def test_what_others_use_is_drawn_too(tmp_path: Path) -> None:
    """Uncertain others move the cost, never CloudTrail's requests."""
    text = inventory(
        trails=[trail(files_per_day=1000)],
        other_kms_requests_per_month={"low": 5_000, "high": 15_000},
    )
    answer = simulate(tmp_path, text)
    assert set(quantiles(answer)) == {30_000}
    wanted = [1 + PRICE * (30_000 - (20_000 - used)) for used in (5_000, 75e6**0.5, 15_000)]
    assert quantiles(answer, "cost_usd") == pytest.approx(wanted, abs=PRICE * 200)
    assert shares(answer, "share_cost_usd")["other_kms_requests_per_month"] > 0.95
    assert shares(answer)["other_kms_requests_per_month"] == 0


def test_either_reading_shows_the_other(tmp_path: Path) -> None:
    """The other reading that charged shows is what exempt computes, draw by draw."""
    parts: Answer = {
        "trails": [trail(files_per_day=FILES)],
        "readers": [reader("every-file", gets_per_file={"low": 1, "high": 3})],
    }
    charged = simulate(tmp_path, inventory(**parts, cloudtrail_writes="charged"))
    exempt = simulate(tmp_path, inventory(**parts, cloudtrail_writes="exempt"))
    for own, other in ((charged, exempt), (exempt, charged)):
        shown = [row["value"] for row in own["other_reading"]["quantiles"] if row["month"] is None]
        assert shown == pytest.approx(quantiles(other, "cost_usd"), rel=1e-9)
    for name in ("cost_usd_writes_charged", "cost_usd_writes_exempt"):
        assert charged["mean"][name] == pytest.approx(exempt["mean"][name], rel=1e-9)
    assert charged["mean"]["cost_usd"] == charged["mean"]["cost_usd_writes_charged"]
    assert exempt["mean"]["cost_usd"] == exempt["mean"]["cost_usd_writes_exempt"]


def test_drivers_of_a_sum(tmp_path: Path) -> None:
    """Of a sum, an assumption's share is its variance by the variance of the sum."""
    ranges = {"a": (1000, 2000), "b": (500, 3000), "c": (4000, 5000)}
    text = inventory(
        trails=[
            trail(name, files_per_day={"low": low, "high": high})
            for name, (low, high) in ranges.items()
        ],
        **USED_UP,
    )
    answer = simulate(tmp_path, text)
    variances = {name: Lognormal(*pair).variance for name, pair in ranges.items()}
    total = sum(variances.values())
    for of in ("share_requests", "share_cost_usd"):
        got = shares(answer, of)
        for name, variance in variances.items():
            assert got[f"trails[{name}].files_per_day"] == pytest.approx(variance / total, abs=0.03)
        assert sum(got.values()) == pytest.approx(1, abs=0.03)
    # b's variance is seven times a's and c's, which are within 3 % of each other
    ranked = [row["assumption"] for row in answer["drivers"]]
    assert ranked[0] == "trails[b].files_per_day"
    assert [row["share_cost_usd"] for row in answer["drivers"]] == sorted(
        (row["share_cost_usd"] for row in answer["drivers"]), reverse=True
    )


def test_drivers_of_a_product(tmp_path: Path) -> None:
    """Of files x (1 + gets): first-order shares in closed form; interactions are the remainder."""
    text = inventory(
        trails=[trail(files_per_day={"low": 500, "high": 2000})],
        readers=[reader("every-file", gets_per_file={"low": 1, "high": 5})],
        **USED_UP,
    )
    answer = simulate(tmp_path, text)
    files, gets = Lognormal(500, 2000), Lognormal(1, 5)
    of_files = files.variance * (1 + gets.mean) ** 2
    of_gets = files.mean**2 * gets.variance
    total = of_files + of_gets + files.variance * gets.variance
    got = shares(answer)
    assert got["trails[t].files_per_day"] == pytest.approx(of_files / total, abs=0.03)
    assert got["readers[r].gets_per_file"] == pytest.approx(of_gets / total, abs=0.03)
    assert answer["remainder"]["requests"] == pytest.approx(1 - sum(got.values()), abs=1e-9)
    assert answer["remainder"]["requests"] > 0.02


def test_an_assumption_that_moves_nothing_has_no_share(tmp_path: Path) -> None:
    """A reader that begins after the span causes nothing of its spread, and is ranked last."""
    text = inventory(
        trails=[trail(files_per_day=FILES)],
        readers=[
            reader(
                "every-file", "later", gets_per_file={"low": 1, "high": 9},
                **{"from": "~2030-01-01"},
            )
        ],
    )  # fmt: skip
    answer = simulate(tmp_path, text)
    assert answer["drivers"][0]["assumption"] == "trails[t].files_per_day"
    assert shares(answer).get("readers[later].gets_per_file", 0) == 0
