"""Budgets of ranges: `forecast` holds them against the typical cost and the expected one."""

import dataclasses
import json
import math
import re
from statistics import NormalDist

import pytest
from typer.testing import CliRunner

from estimator import forecast, report
from estimator.cli import app
from estimator.inventory.budgets import Budget
from estimator.report.answers.budgets_and_copies import budget_lines
from estimator.report.answers.forecast import budgets_sheet
from tests.sampling import seeds
from tests.simulation.ranges import Invention, write

A, B = "111122223333", "222222222222"
Z95 = NormalDist().inv_cdf(0.95)
PRICE, FREE = 0.000003, 20_000
# all free requests are others': December is 31 x files x 0.000003, and 1.00 for the key
FILES = f"""\
version: 1
other_kms_requests_per_month: 20000
accounts: [{{id: "{A}", regions: [us-east-1]}}]
keys: [{{id: logs, account: "{A}", region: us-east-1}}]
trails: [{{name: t, scope: account, key: logs, files_per_day: RANGE}}]
budgets: [{{name: kms, usd_per_month: LIMIT}}]
"""
WIDE = "{low: 20000, high: 200000}"
# its lower half is the longer one: the mean is below the median
LOW = "{low: 20000, mid: 180000, high: 200000}"
GETS = f"""\
version: 1
payer: "{A}"
accounts: [{{id: "{A}", regions: [us-east-1]}}, {{id: "{B}", regions: []}}]
keys: [{{id: logs, region: us-east-1}}]
trails: [{{name: t, key: logs, scope: account}}]
readers: [{{name: siem, kind: fixed, account: "{B}", gets_per_day: {{low: 1000, high: 300000}}}}]
budgets:
  - {{name: payer, payer: "{A}", usd_per_month: 6}}
  - {{name: reader, reader: siem, usd_per_month: 6}}
  - {{name: account, account: "{B}", usd_per_month: 6}}
  - {{name: trail, trail: t, usd_per_month: 6}}
"""


def mean(low, high, mid=None):
    """The mean of a range: each half of a lognormal has mid x e^(s^2 / 2) x Phi(+-s)."""
    mid = math.sqrt(low * high) if mid is None else mid
    lower, upper = math.log(mid / low) / Z95, math.log(high / mid) / Z95
    phi = NormalDist().cdf
    return mid * (math.exp(lower**2 / 2) * phi(-lower) + math.exp(upper**2 / 2) * phi(upper))


def of_files(folder, files=WIDE, limit="8.00"):
    """The file of the inventory with these files per day and this budget."""
    path = folder / "inventory.yaml"
    path.write_text(FILES.replace("RANGE", files).replace("LIMIT", limit), encoding="utf-8")
    return path


def kmscost(path, *options, months=1):
    """`kmscost forecast` from December 2026 on."""
    span = ["--from", "2026-12", "--months", str(months)]
    return CliRunner().invoke(app, ["forecast", str(path), *span, *options])


def verdict(answer):
    """The lines on stderr that are no notices."""
    return [line for line in answer.stderr.splitlines() if not line.startswith("note:")]


def test_a_budget_that_only_the_expected_cost_breaks(tmp_path):
    """Median 63,246 and mean 80,800 of 20,000 to 200,000: USD 6.88 and 8.51, of 8.00."""
    path = of_files(tmp_path)
    typical, expected = (31 * files * PRICE + 1 for files in (math.sqrt(4e9), mean(2e4, 2e5)))
    assert (round(typical, 2), round(expected, 2)) == (6.88, 8.51)
    answer = kmscost(path, "--fail-over", "all")
    assert answer.exit_code == 3
    (line,) = verdict(answer)
    # 8.514 - 8 = 0.514, 6.4 % of 8; without what CloudTrail writes the key is left
    assert line.startswith(
        "budget kms (USD 8.00 a month) is broken by the expected cost (each range at its mean): "
        "USD 8.51 in 2026-12 (typical 6.88), USD 0.51"
    )
    assert line.endswith(
        " (6.4 %) over; largest driver: t with USD 7.51; "
        "if AWS does not charge CloudTrail's own writes, it is 1.00"
    )
    result = forecast(path, "2026-12", 1)
    (budget,) = json.loads(json.dumps(result.to_dict()["budgets"], default=float))
    (month,) = budget["months"]
    assert month["used"] == pytest.approx(typical)
    assert month["used_expected"] == pytest.approx(expected, rel=1e-4)
    assert (month["over"], month["over_expected"]) == (False, True)
    assert (budget["first_over"], budget["first_over_expected"]) == (None, "2026-12")
    # not "never over it": the same line says that it is broken
    (line,) = budget_lines(result)
    assert line == (
        "Budget kms (USD 8.00 a month): highest 6.88, 86 %; 80 % reached in 2026-12; if AWS does "
        "not charge CloudTrail's own writes: 1.00, 12.5 %. Expected, with each range at its mean: "
        "highest 8.51, 106 %; over it"
    )
    sheet = budgets_sheet(result)
    assert sheet.header[3:] == ("used", "share", "reached", "expected", "if exempt")
    assert sheet.rows[0][3:] == ("6.88", "86 %", "80 %", "8.51", "1.00")


def test_a_budget_that_only_the_typical_cost_breaks(tmp_path):
    """Typical 1 + 31 x 180,000 x 0.000003 = 17.74, expected 13.53, of 15: broken as before."""
    path = of_files(tmp_path, LOW, "15")
    assert round(31 * mean(2e4, 2e5, 1.8e5) * PRICE + 1, 2) == 13.53
    answer = kmscost(path, "--fail-over", "kms")
    assert answer.exit_code == 3
    (line,) = verdict(answer)
    assert (
        "is broken by the typical cost (each range at its median): USD 17.74 in 2026-12 "
        "(expected 13.53), USD 2.74 (18.3 %) over; largest driver"
    ) in line
    (line,) = budget_lines(forecast(path, "2026-12", 1))
    assert "highest 17.74, 118 %; over it" in line
    assert line.endswith(
        "Expected, with each range at its mean: highest 13.53, 90.2 %; never over it"
    )


@pytest.mark.parametrize(
    ("limit", "broken"),
    [
        ("6", "USD 8.51 in 2026-12 (typical 6.88)"),  # of both the expected one is told
        ("7", "USD 8.51 in 2026-12 (typical 6.88)"),
        ("USD 8.51", "USD 8.51 in 2026-12 (typical 6.88)"),
        ("8.52", None),
    ],
)
def test_an_amount_is_a_limit_of_both(tmp_path, limit, broken):
    """Below 6.88 both break it, below 8.5145 the expected cost alone."""
    answer = kmscost(of_files(tmp_path), "--fail-over", limit)
    assert answer.exit_code == (3 if broken else 0)
    if broken:
        (line,) = verdict(answer)
        assert f"is broken by the expected cost (each range at its mean): {broken}" in line


def test_the_month_that_breaks_first_says_by_which_cost(tmp_path):
    """Typical from December on, expected from a year later: December and the typical cost."""
    text = of_files(tmp_path, LOW, "15").read_text(encoding="utf-8")
    path = tmp_path / "growing.yaml"
    # a year later 12.53 x 1.2 + 1 = 16.03 are expected
    path.write_text(f"{text}growth: {{files_per_year: 20%, as_of: 2026-12-01}}\n", encoding="utf-8")
    result = forecast(path, "2026-12", 13, fail_over="all")
    assert "by the typical cost (each range at its median): USD 17.74 in 2026-12" in result.broken
    (budget,) = result.to_dict()["budgets"]
    assert budget["first_over"] == "2026-12" < budget["first_over_expected"]


def test_budgets_of_a_part(tmp_path):
    """Gets of 1,000 to 300,000 a day: median 17,321, mean 77,900; puts 288 x 31 = 8,928."""
    path = tmp_path / "inventory.yaml"
    path.write_text(GETS, encoding="utf-8")
    result = forecast(path, "2026-12", 1, fail_over="all")
    found = result.budgets.set_index("budget")
    puts = 31 * 288
    for column, daily, near in (
        ("used", math.sqrt(1000 * 300_000), 1e-9),
        # the mean of 10,000 quantiles: so long a tail has a last percent beyond them
        ("used_expected", mean(1000, 300_000), 0.01),
    ):
        gets = 31 * daily
        paid = PRICE * (1 - FREE / (puts + gets))  # the free requests are shared in proportion
        assert found.at["payer", column] == pytest.approx(1 + (puts + gets) * paid, rel=near)
        assert found.at["reader", column] == pytest.approx(gets * paid, rel=near)
        assert found.at["account", column] == pytest.approx(gets * paid, rel=near)
        assert found.at["trail", column] == pytest.approx(puts * paid, rel=near)
    assert found["over"].tolist() == [False] * 4
    assert found["over_expected"].tolist() == [True, True, True, False]
    assert result.broken.startswith(
        f"budget payer (USD 6.00 a month, payer {A}) is broken by the expected cost"
    )
    assert result.broken.endswith("broken as well: reader from 2026-12, account from 2026-12")


@pytest.mark.parametrize("limit", ["6.00", "8.00"])
def test_without_a_range_nothing_more_is_said(tmp_path, limit):
    """63,246 files: USD 6.88, held against the budget once."""
    path = of_files(tmp_path, "63246", limit)
    result = forecast(path, "2026-12", 2, fail_over="all")
    assert result.budgets["used_expected"].tolist() == result.budgets["used"].tolist()
    assert result.budgets["over_expected"].tolist() == result.budgets["over"].tolist()
    assert "expected" not in budgets_sheet(result).header
    text = "".join(budget_lines(result)) + (result.broken or "")
    assert "xpected" not in text
    assert "typical" not in text
    assert (result.broken is None) == (limit == "8.00")


def test_a_range_that_does_not_touch_a_budget_is_not_told(tmp_path):
    """The key alone is billed to A when nothing else is there: 1.00 either way."""
    text = GETS.replace("trail: t,", f'account: "{A}",').replace("name: trail", "name: own")
    path = tmp_path / "inventory.yaml"
    path.write_text(f"{text}cloudtrail_writes: exempt\n", encoding="utf-8")
    result = forecast(path, "2026-12", 1, fail_over=0.5)
    line = next(line for line in budget_lines(result) if line.startswith("Budget own"))
    assert line.startswith(
        f"Budget own (USD 6.00 a month, account {A}): highest 1.00, 16.7 %; never"
    )
    assert "xpected" not in line


@pytest.mark.parametrize("seed", seeds(10))
def test_no_gate_is_kept_where_the_report_says_over(tmp_path, seed):
    """What is over a budget by the report's expected cost breaks the gate, of all and of a part.

    But for what draws alone know: free requests that some of them leave, worth at most USD 0.06 a
    payer, and products of a growth with itself.
    """
    invented = with_wide_reader(tmp_path, seed)
    options = {"advice": False, "draws": 500, "months_ahead": 2}
    parts = ({}, {"reader": "wide"})
    rich = with_budgets(invented, parts, [1e6] * 2)
    drawn = report(rich, "2026-12", **options).simulation.budgets.dropna(subset="month")
    expected = drawn.groupby("budget", observed=True, sort=False)["expected"].max()
    typical = forecast(rich, "2026-12", 3).budgets.groupby("budget", observed=True)["used"].max()
    left = FREE * PRICE * len(invented.payers())
    limits = [0.98 * cost - left for cost in expected]
    assert all(limits > typical)  # the typical cost alone keeps them
    inventory = with_budgets(invented, parts, limits)
    for state in report(inventory, "2026-12", **options).to_dict()["verdict"]["budgets"]:
        assert state["status"] == "over budget" or state["first_over"] is not None
        line = forecast(inventory, "2026-12", 3, fail_over=state["name"]).broken
        assert line is not None
        assert "by the expected cost" in line


def with_wide_reader(folder, seed):
    """A random inventory with one reader of whose gets little is known, all along."""
    invention = Invention(seed, windows=False)
    text, low = invention.text(), invention.dice.uniform(1e4, 1e5)
    high = low * invention.dice.uniform(50, 300)
    payer = text.partition('payer: "')[2][:12]
    text = re.sub(rf'(id: "{payer}".*?)(, (?:from|until): [0-9-]+)+', r"\1", text)
    readers = "" if "readers:\n" in text else "readers:\n"
    trail = "trails:\n  - {name: all, key: k1, scope: account}\n"
    own = f'name: wide, kind: fixed, account: "{payer}", trails: [all]'
    wide = f"  - {{{own}, gets_per_day: {{low: {low:.0f}, high: {high:.0f}}}}}\n"
    return write(folder, text.replace("trails:\n", trail, 1) + readers + wide)


def with_budgets(inventory, parts, amounts):
    """The inventory with a budget of each part."""
    budgets = tuple(
        Budget(name=f"b{number}", usd_per_month=amount, **part)
        for number, (part, amount) in enumerate(zip(parts, amounts, strict=True))
    )
    return dataclasses.replace(inventory, budgets=budgets)
