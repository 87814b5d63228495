"""Budgets: what they cover, their use month by month, and both sides of each threshold."""

import json
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings

from estimator import forecast, load_inventory, schema, simulate
from estimator.forecasting.budgets import budget_use, is_in_budget, reached_thresholds
from estimator.frames import BUDGET_USE
from estimator.inventory.budgets import Budget
from estimator.report.answers.budgets_and_copies import budget_lines
from estimator.report.answers.forecast import ForecastAnswer
from estimator.report.formats.markdown import answer_markdown
from pricing.reading.problems import KmscostError
from pricing.regions import TABLES
from tests.extras import needed
from tests.forecasting.inventories import inventories
from tests.sampling import cases

A, B = "111122223333", "222222222222"
# November 2026: puts 2 x 8,640 = 17,280 (A), gets of the siem 17,280 (B): 34,560 requests of which
# 20,000 are free in proportion; billable 14,560 x 0.000003 = 0.04368, half of it each; key 1.00 (A)
TEXT = f"""\
version: 1
regions: [us-east-1]
accounts: [{{id: "{A}"}}, {{id: "{B}"}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k}}]
readers: [{{name: siem, kind: every-file, account: "{B}"}}]
budgets:
"""
HALF = Decimal(14_560) * Decimal("0.000003") / 2

laws = settings(max_examples=cases(10))


def read(folder, text):
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def november(folder, *budgets, more=TEXT):
    """The forecast of one month with these budgets."""
    rows = "".join(f"  - {{name: b{n}, {budget}}}\n" for n, budget in enumerate(budgets))
    return forecast(read(folder, more + rows), "2026-11", 1)


@pytest.mark.parametrize(
    ("part", "used"),
    [
        ("", 1 + 2 * HALF),
        (f', payer: "{A}"', 1 + 2 * HALF),
        (f', account: "{A}"', 1 + HALF),  # the puts and the key
        (f', account: "{B}"', HALF),  # the gets
        (", trail: org", HALF),  # what it writes; its reader is apart
        (", reader: siem", HALF),
    ],
)
def test_a_budget_counts_what_it_covers(tmp_path, part, used):
    """Everything, or the bill of a payer or account, or what one trail or reader makes."""
    result = november(tmp_path, f"usd_per_month: 2{part}")
    (row,) = result.budgets.to_dict("records")
    assert row["used"] == pytest.approx(float(used), rel=1e-12)
    assert row["share"] == pytest.approx(float(used) / 2, rel=1e-12)
    assert not row["over"]


@pytest.mark.parametrize(
    ("amount", "over", "highest"),
    [
        ("1.04367", True, 1.0),
        ("1.04368", False, 1.0),  # exactly what it costs: reached, not broken
        ("1.04369", False, 0.8),
        ("1.3046", False, 0.8),  # 80 % are 1.04368
        ("1.3047", False, None),  # 80 % are 1.04376
        ("0", True, 1.0),
    ],
)
def test_both_sides_of_a_budget_and_its_thresholds(tmp_path, amount, over, highest):
    """A threshold is reached from its share on; a budget is broken above it."""
    (row,) = november(tmp_path, f"usd_per_month: {amount}").budgets.to_dict("records")
    assert row["over"] is over
    assert (None if math.isnan(row["reached"]) else row["reached"]) == highest
    assert math.isnan(row["share"]) == (amount == "0")


def test_thresholds_are_reached_one_by_one():
    """20 of 25 reach 0.5 and 0.8; a cent less only 0.5; nothing used reaches nothing."""
    assert reached_thresholds(20.0, 25.0, (0.5, 0.8, 1.0, 1.2)) == (0.5, 0.8)
    assert reached_thresholds(19.99, 25.0, (0.5, 0.8, 1.0, 1.2)) == (0.5,)
    assert reached_thresholds(30.0, 25.0, (0.5, 0.8, 1.0, 1.2)) == (0.5, 0.8, 1.0, 1.2)
    assert reached_thresholds(0.0, 0.0, (0.5, 1.0)) == ()


def test_the_first_month_over_it_and_the_other_reading(tmp_path):
    """Growth breaks it: 30-day months cost less than 31-day months; exempt keeps it."""
    # exempt: only the gets count. Nov 17,280 are free; Dec 17,856 too: 1.00, the key alone.
    # charged: Nov 1.04368, Dec 35,712 - 20,000 = 15,712 x 0.000003 = 0.047136: 1.047136
    inventory = read(tmp_path, TEXT + "  - {name: kms, usd_per_month: 1.045}\n")
    result = forecast(inventory, "2026-11", 3)
    (budget,) = result.to_dict()["budgets"]
    assert budget["first_over"] == "2026-12"
    assert budget["first_over_other_reading"] is None
    assert [month["over"] for month in budget["months"]] == [False, True, True]
    assert [month["used_other_reading"] for month in budget["months"]] == [1.0, 1.0, 1.0]
    assert budget["months"][1]["used"] == pytest.approx(1.047136)
    line = next(each for each in budget_lines(result) if each.startswith("Budget"))
    assert "over it in 2 of 3 months, first 2026-12" in line
    assert line.endswith("if AWS does not charge CloudTrail's own writes: 1.00, 95.7 %")


def test_json_says_what_each_budget_covers(tmp_path):
    """name, covers, of, usd_per_month, thresholds, and every month, as documented."""
    result = november(tmp_path, f'usd_per_month: 2, account: "{B}", thresholds: [0.01, 0.02, 3]')
    (budget,) = json.loads(json.dumps(result.to_dict()["budgets"], default=float))
    assert (budget["covers"], budget["of"]) == ("account", B)
    assert budget["thresholds"] == [0.01, 0.02, 3]
    assert budget["months"][0]["reached"] == [0.01]  # 0.02184 of 2 is 1.09 %
    assert set(budget) == {
        *("name", "covers", "of", "usd_per_month", "thresholds", "months"),
        *("first_over", "first_over_other_reading", "first_over_expected"),
    }


@laws
@given(inventories())
def test_budgets_that_share_everything_add_up_to_everything(tmp_path, text):
    """By payer, by account, and by trail, reader and key: each a partition of the whole."""
    inventory = read(tmp_path, text)
    result = forecast(inventory, "2026-11", 3, by="payer,billed-account,driver,cause")
    whole = result.monthly["cost_usd"].to_numpy()
    parts = {
        "payer": inventory.payers(),
        "account": [item.id for item in inventory.accounts],
    }
    drivers = [("trail", item.name) for item in inventory.trails]
    drivers += [("reader", item.name) for item in inventory.readers]
    groups = [[(part, value) for value in values] for part, values in parts.items()]
    for group in (*groups, drivers):
        budgets = [
            Budget(name=f"b{n}", usd_per_month=1, **{part: value})
            for n, (part, value) in enumerate(group)
        ]
        use = budget_use(result.rows, budgets, result.months, inventory.accounts)
        keys = 0.0 if group is not drivers else result.monthly["cost_usd_keys"].to_numpy()
        total = use["used"].to_numpy().reshape(len(budgets), 3).sum(axis=0)
        np.testing.assert_allclose(total + keys, whole, rtol=1e-9, atol=1e-12)
        for budget, row in zip(budgets, use["used"].to_numpy().reshape(-1, 3), strict=True):
            rows = result.rows[is_in_budget(budget, result.rows, inventory.accounts)]
            costs = rows["cost"].sum()
            assert row.sum() == pytest.approx(costs, rel=1e-9, abs=1e-12)


@laws
@given(inventories())
def test_budgets_do_not_depend_on_the_grain(tmp_path, text):
    """`--by all` counts the same against every budget; dtypes are as declared."""
    text += "budgets:\n  - {name: all of it, usd_per_month: 1}\n"
    text += "  - {name: t, usd_per_month: 0.01, trail: t0}\n"
    inventory = read(tmp_path, text)
    coarse, fine = (forecast(inventory, "2026-11", 3, by=by).budgets for by in (None, "all"))
    for column in BUDGET_USE:
        assert str(coarse[column.name].dtype) == column.dtype, column.name
    np.testing.assert_allclose(coarse["used"], fine["used"], rtol=1e-9, atol=1e-12)
    assert coarse["over"].tolist() == fine["over"].tolist()


def test_budgets_in_usd_are_not_compared_with_other_rates(tmp_path):
    """Rates in another currency: no use, and a notice; never a comparison of CNY with USD."""
    table = (TABLES / "awskms.yaml").read_text(encoding="utf-8")
    path = tmp_path / "cny.yaml"
    path.write_text(table.replace("currency: USD", "currency: CNY"), encoding="utf-8")
    inventory = read(tmp_path, TEXT + "  - {name: kms, usd_per_month: 1}\n")
    result = forecast(inventory, "2026-11", 1, rates=path)
    assert result.budgets.empty
    assert result.to_dict()["budgets"] == []
    assert "budgets are in USD, the rates in CNY: not compared" in result.notices
    assert not [line for line in budget_lines(result) if line.startswith("Budget")]


@pytest.mark.parametrize(
    ("key", "at", "words"),
    [
        ("trail: ogr", "trail", "did you mean org?"),
        ("reader: seim", "reader", "did you mean siem?"),
        ('account: "333333333333"', "account", "333333333333"),
        ("account: 111122223333", "account", '"111122223333"'),
        ('payer: "222222222222"', "payer", f"one of payers: {A}"),
        ("trail: org, reader: siem", "reader", "both trail and reader"),
        ("thresholds: [80]", "thresholds[0]", "write 0.8 or 80% for 80 percent"),
        ("thresholds: [0.8, 0.5]", "thresholds[1]", "more than the share before it, 0.8"),
        ("thresholds: [0]", "thresholds[0]", "above 0"),
        ("thresholds: []", "thresholds", "at least one share"),
        ("thresholds: 0.8", "thresholds", "a list of shares"),
        ("thresholds: [most]", "thresholds[0]", "a share such as 0.8"),
        ("treshold: [1]", "treshold", "did you mean `thresholds`"),
    ],
)
def test_what_a_budget_cannot_be_is_refused_with_its_line(tmp_path, key, at, words):
    """Unknown names with the nearest one, shares that are none, two parts at once."""
    with pytest.raises(KmscostError) as refused:
        read(tmp_path, TEXT + f"  - {{name: kms, usd_per_month: 1, {key}}}\n")
    (problem,) = refused.value.problems
    assert (problem.line, problem.at) == (8, f"budgets[0].{at}")
    assert words in str(problem)


@pytest.mark.parametrize("name", ["all", "25", '"USD 25"', '" kms"', "25.00 EUR", "1_000"])
def test_a_name_that_fail_over_takes_for_something_else_is_refused(tmp_path, name):
    """`--fail-over all` and `--fail-over 25` have one meaning each."""
    quoted = name if name.startswith('"') else f'"{name}"'
    with pytest.raises(KmscostError, match=r"budgets\[0\]\.name.*rename it"):
        read(tmp_path, TEXT + f"  - {{name: {quoted}, usd_per_month: 1}}\n")


def test_editors_know_the_keys_of_a_budget():
    """The JSON Schema takes what check takes, and marks a share of 80."""
    good = {
        "version": 1,
        "accounts": [{"id": A}],
        "keys": [{"id": "k", "region": "us-east-1"}],
        "trails": [{"name": "t", "key": "k", "burst_seconds": {"low": 10, "high": 90}}],
        "readers": [{"name": "r", "kind": "fixed", "gets_per_day": 1, "burst_seconds": 60}],
        "budgets": [{"name": "b", "usd_per_month": 1, "trail": "t", "thresholds": [0.5, 1]}],
    }
    validator = needed("jsonschema").Draft202012Validator(schema())
    validator.validate(good)
    for budget in ({"thresholds": [80]}, {"thresholds": []}, {"account": 1}, {"trails": ["t"]}):
        bad = {**good, "budgets": [{"name": "b", "usd_per_month": 1, **budget}]}
        assert not validator.is_valid(bad), budget


def test_many_budgets_are_told_shortly(tmp_path):
    """Ten lines, and how many more of them are broken."""
    result = november(tmp_path, *(f"usd_per_month: {n / 10}" for n in range(5, 25)))
    lines = [line for line in budget_lines(result) if "udget" in line]
    assert len(lines) == 11
    assert lines[-1] == "and 10 more budgets, 0 of them broken: see --by budget"
    assert "10 more budgets" in answer_markdown(ForecastAnswer(result))


def test_simulate_holds_a_budget_against_its_own_part(tmp_path):
    """A budget of a part is never held against the cost of everything."""
    text = TEXT.replace("key: k}", "key: k, files_per_day: {low: 100, high: 400}}", 1)
    text += (
        "  - {name: kms, usd_per_month: 1.0001}\n  - {name: b, usd_per_month: 0.1, reader: siem}\n"
    )
    result = simulate(read(tmp_path, text), "2026-11", 1, draws=200)
    assert set(result.budgets["budget"]) == {"kms", "b"}
    part = result.budgets[result.budgets["budget"] == "b"]
    assert (part["probability"] == 0).all()  # the key alone is 1.00, ten times its 0.10


def test_simulate_does_not_take_seconds_for_a_doubt(tmp_path):
    """A range of burst_seconds changes neither requests nor cost: nothing to draw."""
    rows = "  - {name: kms, usd_per_month: 2}\n"
    slow = TEXT.replace("kind: every-file", "burst_seconds: {low: 10, high: 90}, kind: every-file")
    plain, seconds = (simulate(read(tmp_path, text + rows), "2026-11", 1) for text in (TEXT, slow))
    assert seconds.quantiles.equals(plain.quantiles)
    assert seconds.drivers.empty
