"""`kmscost simulate`: formats, options, what it says."""

import csv
import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from estimator import simulate
from estimator.cli import app
from tests.real_data import ROOT

EXAMPLE = str(ROOT / "examples" / "organization.yaml")
SHORT = ("simulate", EXAMPLE, "--from", "2026-11", "--months", "3", "--simulations", "400")


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_formats_agree():
    """JSON, CSV, Markdown, table and Python have the same quantiles."""
    result = simulate(EXAMPLE, "2026-11", 3, 400)
    data = json.loads(kmscost(*SHORT, "--format", "json").stdout)
    values = list(result.quantiles["value"])
    assert [row["value"] for row in data["quantiles"]] == values
    rows = list(csv.DictReader(io.StringIO(kmscost(*SHORT, "--format", "csv").stdout)))
    assert [float(row["value"]) for row in rows] == values
    assert [row["month"] for row in rows] == [row["month"] or "" for row in data["quantiles"]]
    in_all = f"{result.of_span('requests')[1]:,.0f}"
    assert in_all in kmscost(*SHORT).stdout
    assert in_all in kmscost(*SHORT, "--format", "markdown").stdout


def test_json_has_the_fixed_keys():
    """quantiles, mean and drivers as DESIGN says; month null is the whole span."""
    data = json.loads(kmscost(*SHORT, "--format", "json", "--seed", "5").stdout)
    assert list(data)[:3] == ["quantiles", "mean", "drivers"]
    assert set(data["quantiles"][0]) == {"month", "measure", "quantile", "value"}
    assert {row["measure"] for row in data["quantiles"]} == {"requests", "cost_usd"}
    months = [row["month"] for row in data["quantiles"]]
    assert sorted({month or "" for month in months}) == ["", "2026-11", "2026-12", "2027-01"]
    assert (data["seed"], data["draws"]) == (5, 400)
    assert data["drivers"][0]["assumption"] == "readers[siem].gets_per_file"
    assert data["other_reading"]["cloudtrail_writes"] == "exempt"
    assert {row["month"] for row in data["budgets"]} == {None, "2026-11", "2026-12", "2027-01"}


def test_the_table_says_what_to_find_out_first_in_80_columns():
    """Seed, draws, drivers, means and budgets; no line is longer than a terminal."""
    answer = kmscost(*SHORT, "--quantile", "0.1,0.5,0.9")
    for words in (
        "400 simulations, seed 0",
        "USD 10 %",
        "readers[siem].gets_per_file",
        "Find out first: readers[siem].gets_per_file (1 to 1.3)",
        "Budget kms: USD 25.00 a month; not broken in any of 400 simulations",
    ):
        assert words in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


def test_an_inventory_without_ranges_says_how_to_write_one(tmp_path):
    """The answer has no width, and a notice gives the next step."""
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\naccounts: [{id: '111122223333'}]\nkeys: [{id: k, region: us-east-1}]\n"
        "trails: [{name: t, key: k, files_per_day: 300}]\n",
        encoding="utf-8",
    )
    answer = kmscost("simulate", path, "--from", "2026-11", "--months", "1")
    assert answer.exit_code == 0
    assert "nothing in the inventory is uncertain" in answer.stderr
    assert "{low: 150, high: 290}" in answer.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--simulations", "99"], "--simulations: found 99; expected 100 to 500,000"),
        (["--simulations", "10000000"], "--simulations: found 10,000,000"),
        (["--simulations", "500000", "--months", "600"], "500,000 simulations of 600 months"),
        (["--seed", "-1"], "--seed: found -1"),
        (["--quantile", "0"], "--quantile: found '0'"),
        (["--quantile", "0.5,1"], "--quantile: found '1'"),
        (["--quantile", "0.5,half"], "--quantile: found 'half'"),
        (["--quantile", "nan"], "--quantile: found 'nan'"),
        (["--quantile", ""], "--quantile: found ''"),
        (["--months", "0"], "--months: found 0 months"),
        (["--from", "2026-13"], "--from"),
        (["--discount", "110%"], "--discount"),
    ],
)
def test_options_without_sense_are_usage_errors(options, words):
    """Exit 2, what was found and expected, nothing on stdout."""
    answer = kmscost("simulate", EXAMPLE, *options)
    assert answer.exit_code == 2
    assert words in answer.stderr
    assert not answer.stdout


def test_quantiles_are_sorted_and_each_once():
    """0.9,0.1,0.9 is 0.1 and 0.9; a single number in Python is one quantile."""
    assert simulate(EXAMPLE, "2026-11", 1, 100, quantile="0.9,0.1,0.9").quantile == (0.1, 0.9)
    assert simulate(EXAMPLE, "2026-11", 1, 100, quantile=0.8).quantile == (0.8,)
    numpy = simulate(EXAMPLE, "2026-11", 1, np.int64(100), np.int64(3), np.array([0.5, 0.1]))
    assert (numpy.quantile, numpy.seed, numpy.draws) == ((0.1, 0.5), 3, 100)


def test_another_currency_takes_the_place_of_usd(tmp_path):
    """Measures, means and drivers carry the code of the rate table; budgets in USD are left out."""
    from pricing.regions import TABLES

    table = tmp_path / "rates.yaml"
    text = (TABLES / "awskms.yaml").read_text(encoding="utf-8")
    table.write_text(text.replace("currency: USD", "currency: EUR"), encoding="utf-8")
    data = json.loads(kmscost(*SHORT, "--rates", table, "--format", "json").stdout)
    assert {row["measure"] for row in data["quantiles"]} == {"requests", "cost_eur"}
    assert "cost_eur_of_mean" in data["mean"]
    assert "share_cost_eur" in data["drivers"][0]
    assert data["budgets"] == []
    assert any("not compared" in line for line in data["notices"])
    assert "EUR 5 %" in kmscost(*SHORT, "--rates", table).stdout
