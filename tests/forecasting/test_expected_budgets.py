"""Budgets of ranges: `forecast` holds them against the typical cost and the expected one."""

import dataclasses
import json
import math
import re
from statistics import NormalDist

import pytest
from typer.testing import CliRunner

from estimator import advise, forecast, load_inventory, report, simulate
from estimator.cli import app
from estimator.forecasting import compute_forecast
from estimator.inventory.budgets import Budget
from estimator.months import read_months
from estimator.report.answers.budgets_and_copies import budget_lines
from estimator.report.answers.forecast import budgets_sheet
from estimator.volume.model import Model
from pricing.rates import load_rates
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
    assert month["used_expected"] == pytest.approx(expected)
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
    assert sheet.header[3:] == ("used", "share", "expected", "reached", "if exempt")
    assert sheet.rows[0][3:] == ("6.88", "86 %", "8.51", "100 %", "1.00")


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


def test_a_threshold_that_only_the_expected_cost_reaches(tmp_path):
    """USD 6.88 and 8.51, of 10: 68.8 % and 85.1 %, so 80 % is reached by the expected cost."""
    result = forecast(of_files(tmp_path, limit="10"), "2026-12", 1)
    (budget,) = result.to_dict()["budgets"]
    assert budget["months"][0]["reached"] == [0.8]
    assert result.budgets["reached"].tolist() == [0.8]
    (line,) = budget_lines(result)
    assert line == (
        "Budget kms (USD 10.00 a month): highest 6.88, 68.8 %; never over it; if AWS does not "
        "charge CloudTrail's own writes: 1.00, 10 %. Expected, with each range at its mean: "
        "highest 8.51, 85.1 %; never over it; 80 % reached in 2026-12"
    )


def test_a_threshold_that_only_the_typical_cost_reaches(tmp_path):
    """USD 17.74 and 13.53, of 20: 88.7 % and 67.6 %, so 80 % is reached by the typical cost."""
    result = forecast(of_files(tmp_path, LOW, "20"), "2026-12", 1)
    assert result.budgets["reached"].tolist() == [0.8]
    (line,) = budget_lines(result)
    assert "highest 17.74, 88.7 %; never over it; 80 % reached in 2026-12; if AWS" in line
    assert line.endswith("mean: highest 13.53, 67.6 %; never over it")


def free_then_paid(mean, median, width):
    """What is paid of lognormal requests on average: those beyond the free ones.

    m Phi(d + s) - 20,000 Phi(d), d = ln(median / 20,000) / s.
    """
    distance = math.log(median / FREE) / width
    phi = NormalDist().cdf
    return mean * phi(distance + width) - FREE * phi(distance)


@pytest.mark.parametrize("name", ["kms", "1.06"])
def test_free_requests_that_some_draws_leave_are_told(tmp_path, name):
    """Kept by the cost of the means and over by the simulation's: the gate says that it is near.

    31 x 100 to 4,000 files: the mean is 36,763, of which 16,763 are paid: USD 1.0503. Some draws
    need fewer than 20,000: 21,940 are paid on average, USD 1.0658. All 36,763 would be USD 1.1103.
    """
    text = of_files(tmp_path, "{low: 100, high: 4000}", "1.06").read_text(encoding="utf-8")
    path = tmp_path / "free.yaml"
    path.write_text(text.replace("other_kms_requests_per_month: 20000\n", ""), encoding="utf-8")
    requests = 31 * mean(100, 4000)
    at_means = 1 + (requests - FREE) * PRICE
    width = math.log(40) / 2 / Z95
    drawn = 1 + free_then_paid(requests, 31 * math.sqrt(400_000), width) * PRICE
    assert (round(at_means, 4), round(drawn, 4)) == (1.0503, 1.0658)
    simulation = simulate(path, "2026-12", 1)
    assert simulation.monthly["mean_cost_usd"][0] == pytest.approx(drawn, abs=2e-4)
    answer = kmscost(path, "--fail-over", name)
    assert answer.exit_code == 0
    what = "budget kms (USD 1.06 a month)" if name == "kms" else "the limit of USD 1.06 a month"
    # a hundredth of 0.1103 beside the free requests: 0.1103 x 1.01 - 0.0503 = 0.0611
    assert (
        f"note: {what} is kept by USD 0.009705 in 2026-12, but `kmscost simulate` and `report` "
        f"may expect up to USD 0.06110 more{'' if name == 'kms' else '; near as well: kms'}\n"
    ) in answer.stderr
    # 1 + 36,763 x 0.000003 x 1.01 = 1.1114
    for limit, is_near in (("1.111", True), ("1.112", False), ("1.05", False)):
        found = kmscost(path, "--fail-over", limit).stderr
        assert (f"the limit of USD {limit} a month is kept by" in found) == is_near


def test_a_growth_that_meets_itself_is_told(tmp_path):
    """5 to 300 % a year for two years: E(1 + g)^2 = 5.84, (1 + E g)^2 = 4.95.

    s = ln(4 / 1.05) / 3.2897 = 0.40657, 4.2 e^(2 s^2) and 4.2 e^(s^2): of 1,000 files a day USD
    1.4608 are in the gate and 1.5436 expected, so that a limit of 1.50 is near, of 1.60 is not.
    """
    text = of_files(tmp_path, "1000", "1.50").read_text(encoding="utf-8")
    path = tmp_path / "growing.yaml"
    growth = "growth: {files_per_year: {low: 5%, high: 300%}, as_of: 2024-12-01}\n"
    path.write_text(text + growth, encoding="utf-8")
    width = math.log(4 / 1.05) / 2 / Z95
    at_means, drawn = (1 + 31_000 * 4.2 * math.exp(n * width**2) * PRICE for n in (1, 2))
    assert (round(at_means, 4), round(drawn, 4)) == (1.4608, 1.5436)
    assert simulate(path, "2026-12", 1).monthly["mean_cost_usd"][0] == pytest.approx(
        drawn, rel=1e-3
    )
    result = forecast(path, "2026-12", 1)
    assert result.budgets["used_expected"].tolist() == [pytest.approx(at_means)]
    # 0.4608 x e^(s^2) x 1.01 - 0.4608 = 0.0883
    (near,) = [notice for notice in result.notices if "is kept by" in notice]
    assert near.startswith("budget kms (USD 1.50 a month) is kept by USD 0.03919 in 2026-12")
    assert "up to USD 0.08827 more" in near
    assert "is kept by" not in kmscost(path, "--fail-over", "1.60").stderr.replace(near, "")


def test_what_rests_on_no_range_is_not_near(tmp_path):
    """A cent below its limit, of a payer without a range, beside another payer's range."""
    path = tmp_path / "payers.yaml"
    path.write_text(
        f"""\
version: 1
payer: "{A}"
accounts:
  - {{id: "{A}", regions: [us-east-1]}}
  - {{id: "{B}", regions: [us-east-1], payer: "{B}"}}
keys: [{{id: a, region: us-east-1}}, {{id: b, region: us-east-1, account: "{B}"}}]
trails:
  - {{name: a, scope: account, key: a, files_per_day: 1000}}
  - {{name: b, scope: account, key: b, account: "{B}", files_per_day: {WIDE}}}
budgets:
  - {{name: a, payer: "{A}", usd_per_month: 1.034}}
  - {{name: b, payer: "{B}", usd_per_month: 8.46}}
""",
        encoding="utf-8",
    )
    result = forecast(path, "2026-12", 1)
    # 1 + 11,000 x 0.000003 = 1.033; 8.5144 less the free ones' 0.06 = 8.4544
    assert result.budgets["used_expected"].tolist() == pytest.approx([1.033, 8.4544], abs=5e-5)
    (near,) = [notice for notice in result.notices if "is kept by" in notice]
    assert near.startswith(f"budget b (USD 8.46 a month, payer {B}) is kept by")


def test_a_share_whose_mean_is_its_median_is_near_too(tmp_path):
    """A saving of 1 to 99 %, 50 % on average too, of 62,000 files: 31,000 requests, USD 1.033.

    Draws of more than 67.7 % leave free requests unused, so that more is expected: 1.049. At most
    31,000 x 0.000003 x 1.01 = 0.0939 are, 0.0609 more than 0.033.
    """
    text = of_files(tmp_path, "2000", "1.04").read_text(encoding="utf-8")
    saving = "bucket: {bucket_key: true, bucket_key_saving: {low: 1%, high: 99%}}"
    path = tmp_path / "saving.yaml"
    path.write_text(
        text.replace("other_kms_requests_per_month: 20000\n", "").replace(
            "2000}", f"2000, {saving}}}"
        ),
        encoding="utf-8",
    )
    result = forecast(path, "2026-12", 1)
    assert result.budgets["used_expected"].tolist() == pytest.approx([1.033])
    assert simulate(path, "2026-12", 1).monthly["mean_cost_usd"][0] > 1.04
    (near,) = [notice for notice in result.notices if "is kept by" in notice]
    assert near.startswith("budget kms (USD 1.04 a month) is kept by USD 0.007 in 2026-12")
    assert near.endswith("may expect up to USD 0.06093 more")


def test_what_aws_does_not_charge_is_not_near(tmp_path):
    """36,763 files a month are free of charge whatever is drawn: the key's 1.00, of 1.01."""
    text = of_files(tmp_path, "{low: 100, high: 4000}", "1.01").read_text(encoding="utf-8")
    path = tmp_path / "exempt.yaml"
    path.write_text(f"{text}cloudtrail_writes: exempt\n", encoding="utf-8")
    result = forecast(path, "2026-12", 1)
    assert result.budgets["used_expected"].tolist() == [1.0]
    assert not any("is kept by" in notice for notice in result.notices)


def test_a_budget_that_is_broken_once_is_not_near_in_other_months(tmp_path):
    """8.5145 in December's 31 days, of 8.30; 8.2721 in November's 30 are kept by 0.0279."""
    path = of_files(tmp_path, limit="8.30")
    result = forecast(path, "2026-11", 2)
    assert result.budgets["over_expected"].tolist() == [False, True]
    assert not any("is kept by" in notice for notice in result.notices)
    (near,) = [each for each in forecast(path, "2026-11", 1).notices if "is kept by" in each]
    # 7.2721 of them are requests: a hundredth is 0.0727
    assert near.endswith("may expect up to USD 0.07272 more")


def test_budgets_that_are_near_have_one_notice(tmp_path):
    """A budget for each of twelve teams: the first in full, eight others by their names."""
    text = of_files(tmp_path, limit="8.52").read_text(encoding="utf-8")
    more = "".join(f", {{name: b{number}, usd_per_month: 8.53}}" for number in range(2, 13))
    path = tmp_path / "teams.yaml"
    path.write_text(text.replace("8.52}", f"8.52}}{more}"), encoding="utf-8")
    (near,) = [each for each in forecast(path, "2026-12", 1).notices if "is kept by" in each]
    assert near.startswith("budget kms (USD 8.52 a month) is kept by")
    assert near.endswith("; near as well: b2, b3, b4, b5, b6, b7, b8, b9 and 3 more")


def test_the_means_are_priced_only_where_budgets_are_shown(tmp_path):
    """What `compare` and `explain` forecast holds budgets against the typical cost alone."""
    inventory = load_inventory(of_files(tmp_path))
    model = Model(inventory, read_months("2026-12", 1))
    budgets = compute_forecast(model, load_rates(), 0.0).budgets
    assert budgets["used_expected"].tolist() == budgets["used"].tolist()


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
    for column, daily in (
        ("used", math.sqrt(1000 * 300_000)),
        ("used_expected", mean(1000, 300_000)),
    ):
        gets = 31 * daily
        paid = PRICE * (1 - FREE / (puts + gets))  # the free requests are shared in proportion
        assert found.at["payer", column] == pytest.approx(1 + (puts + gets) * paid, rel=1e-9)
        assert found.at["reader", column] == pytest.approx(gets * paid, rel=1e-9)
        assert found.at["account", column] == pytest.approx(gets * paid, rel=1e-9)
        assert found.at["trail", column] == pytest.approx(puts * paid, rel=1e-9)
    assert found["over"].tolist() == [False] * 4
    assert found["over_expected"].tolist() == [True, True, True, False]
    assert result.broken.startswith(
        f"budget payer (USD 6.00 a month, payer {A}) is broken by the expected cost"
    )
    assert result.broken.endswith("broken as well: reader from 2026-12, account from 2026-12")


@pytest.mark.parametrize("files", [WIDE, LOW, "{low: 1000, high: 300000}"])
def test_the_simulation_expects_the_cost_of_the_means(tmp_path, files):
    """Where no request is free and no range meets itself both are the same.

    But for the noise of counts: of USD 3 for a million requests a root of it is 0.003, of 10,000
    draws a hundredth of that.
    """
    path = of_files(tmp_path, files)
    (expected,) = forecast(path, "2026-12", 1).budgets["used_expected"]
    (drawn,) = simulate(path, "2026-12", 1).monthly["mean_cost_usd"]
    requests = (drawn - 1) / PRICE
    assert drawn == pytest.approx(expected, abs=5 * PRICE * math.sqrt(requests / 10_000))


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


def test_the_forecast_behind_advice_is_held_against_what_is_expected_too(tmp_path):
    """31 days of 63,246 files typically, of 80,800 as expected, at USD 0.000003, and 1.00."""
    (row,) = advise(of_files(tmp_path), "2026-12", 1).forecast.budgets.to_dict("records")
    assert row["used"] == pytest.approx(31 * math.sqrt(20_000 * 200_000) * PRICE + 1)
    expected = 31 * mean(20_000, 200_000) * PRICE + 1
    assert row["used_expected"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("seed", seeds(10))
def test_no_budget_is_kept_in_silence_where_the_simulation_expects_more(tmp_path, seed):
    """A limit just below what is expected of a month: the gate breaks, or says that it is near."""
    invented = with_wide_reader(tmp_path, seed)
    parts = ({}, {"reader": "wide"})
    rich = with_budgets(invented, parts, [1e6] * 2)
    drawn = simulate(rich, "2026-12", 3).budgets.dropna(subset="month")
    limits = 0.9999 * drawn.groupby("budget", observed=True, sort=False)["expected"].max()
    inventory = with_budgets(invented, parts, limits.tolist())
    for name in limits.index:
        found = forecast(inventory, "2026-12", 3, fail_over=name)
        near = [notice for notice in found.notices if "is kept by" in notice]
        assert re.search(rf"\b{re.escape(name)}\b", " ".join(near)) or found.broken


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
