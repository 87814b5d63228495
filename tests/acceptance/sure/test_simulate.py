"""`kmscost simulate`: what the command answers, the same bytes for a seed, and mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import estimator
from tests.acceptance.commands import kmscost, kmscost_process, write
from tests.acceptance.inventories import inventory, reader, trail
from tests.acceptance.sure.simulations import (
    FILES,
    USED_UP,
    run_simulate,
    simulate,
)


def test_the_keys_that_the_design_fixes(tmp_path: Path) -> None:
    """Quantiles of month, measure, quantile and value; mean; drivers; month null is the span."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    answer = simulate(tmp_path, text, "--quantile", "0.1,0.9", months=2)
    assert {"quantiles", "mean", "drivers"} <= set(answer)
    assert isinstance(answer["mean"], dict)
    assert {"requests", "cost_usd", "cost_usd_of_mean"} <= set(answer["mean"])
    rows = {(row["month"], row["measure"], row["quantile"]) for row in answer["quantiles"]}
    months = [None, "2026-11", "2026-12"]
    assert rows == {
        (m, what, q) for m in months for what in ("requests", "cost_usd") for q in (0.1, 0.9)
    }
    assert all(set(row) == {"month", "measure", "quantile", "value"} for row in answer["quantiles"])


def test_defaults(tmp_path: Path) -> None:
    """10,000 draws, seed 0, 5 %, 50 % and 95 %, and twelve months."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--format", "json", cwd=tmp_path
    )
    answer = json.loads(run.out)
    assert (answer["draws"], answer["seed"], len(answer["months"])) == (10_000, 0, 12)
    assert sorted({row["quantile"] for row in answer["quantiles"]}) == [0.05, 0.5, 0.95]


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_the_other_reading_stands_beside(tmp_path: Path, form: str) -> None:
    """Every format that shows a cost shows the other reading, with its source."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)], **USED_UP))
    run = kmscost("simulate", "inventory.yaml", "--from", "2026-11", "--format", form, cwd=tmp_path)
    shown = " ".join(run.out.replace("\\", "").split())  # Markdown escapes the underscore
    assert "If AWS does not charge CloudTrail's own writes" in shown, run.out
    assert "source" in run.out


def test_the_csv_is_the_quantiles_frame(tmp_path: Path) -> None:
    """One line per month, measure and quantile, and no more."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--months", "2", "--format", "csv",
        cwd=tmp_path,
    )  # fmt: skip
    header, *lines = run.out.splitlines()
    assert header == "month,measure,quantile,value"
    assert len(lines) == 3 * 2 * 3


def test_the_function_is_the_command(tmp_path: Path) -> None:
    """`estimator.simulate` gives the numbers of `kmscost simulate`."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    answer = simulate(
        tmp_path, text, "--seed", "3", "--simulations", "500", "--quantile", "0.2,0.8"
    )
    simulation = estimator.simulate(
        tmp_path / "inventory.yaml", "2026-11", months=1, draws=500, seed=3, quantile=[0.2, 0.8]
    )
    assert list(simulation.quantiles["value"]) == [row["value"] for row in answer["quantiles"]]
    assert list(simulation.drivers["assumption"]) == [
        row["assumption"] for row in answer["drivers"]
    ]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Twice, and in another process; another seed gives others; no seed is seed 0."""
    write(
        tmp_path,
        inventory(
            trails=[trail(files_per_day=FILES)],
            readers=[reader("every-file", gets_per_file={"low": 1, "high": 3})],
        ),
    )
    first = run_simulate(tmp_path, "--simulations", "1000").out
    assert run_simulate(tmp_path, "--simulations", "1000").out == first
    assert run_simulate(tmp_path, "--simulations", "1000", "--seed", "0").out == first
    span = ("--from", "2026-11", "--months", "1", "--format", "json", "--simulations", "1000")
    assert kmscost_process("simulate", "inventory.yaml", *span, cwd=tmp_path).out == first
    other = run_simulate(tmp_path, "--simulations", "1000", "--seed", "1").out
    assert other != first
    assert json.loads(other)["seed"] == 1
    assert json.loads(first)["quantiles"] != json.loads(other)["quantiles"]


def test_the_seed_is_printed(tmp_path: Path) -> None:
    """The table says how many draws and which seed, so that it can be made again."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost(
        "simulate", "inventory.yaml", "--from", "2026-11", "--seed", "42", "--simulations", "1234",
        cwd=tmp_path,
    )  # fmt: skip
    assert "1,234 simulations" in run.out
    assert "seed 42" in " ".join(run.out.split())


@pytest.mark.parametrize(
    "options",
    [
        ("--simulations", "99"),
        ("--simulations", "500001"),
        ("--simulations", "many"),
        ("--seed", "-1"),
        ("--seed", "1.5"),
        ("--quantile", "1.5"),
        ("--quantile", "0"),
        ("--quantile", "1"),
        ("--quantile", "-0.1"),
        ("--quantile", "nan"),
        ("--quantile", "half"),
        ("--quantile", ""),
        ("--quantile", "0.5,,0.9"),
        ("--months", "0"),
        ("--from", "2026-13"),
        ("--discount", "101%"),
        ("--format", "xml"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, str]) -> None:
    """Exit 2, the option is named on stderr, and nothing is on stdout."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    run = kmscost("simulate", "inventory.yaml", *options, cwd=tmp_path)
    assert (run.code, run.out) == (2, ""), run.text
    assert options[0] in run.err


def test_the_bounds_of_draws(tmp_path: Path) -> None:
    """100 draws are enough to be asked for."""
    text = inventory(trails=[trail(files_per_day=FILES)])
    assert simulate(tmp_path, text, "--simulations", "100")["draws"] == 100


def test_a_range_upside_down_is_refused(tmp_path: Path) -> None:
    """Low above high: exit 1 with the line; nothing is simulated."""
    write(tmp_path, inventory(trails=[trail(files_per_day={"low": 290, "high": 150})]))
    run = run_simulate(tmp_path)
    assert (run.code, run.out) == (1, "")
    assert "inventory.yaml:" in run.err


def test_the_answer_goes_to_a_file(tmp_path: Path) -> None:
    """--output writes what stdout would have been."""
    write(tmp_path, inventory(trails=[trail(files_per_day=FILES)]))
    shown = run_simulate(tmp_path).out
    run = run_simulate(tmp_path, "--output", "sure.json")
    assert (run.code, run.out) == (0, "")
    assert (tmp_path / "sure.json").read_text(encoding="utf-8") == shown
