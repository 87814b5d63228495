"""A verdict out of less: an estimate, an account that is not on the bill, another interpretation.

Forecast of October of `SMALL`, of which others use all free requests: 1,240,000 gets (3.72), 8,928
puts (0.026784) and a key (1.00) make 4.746784.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from estimator import report
from estimator.inventory.budgets import Budget
from estimator.report.monthly.answers import answer_questions
from estimator.report.monthly.budget_states import main_state
from estimator.report.monthly.verdict import cost_in_words, judge
from tests.measurement.billing.bills import legacy_bill
from tests.report.test_verdict_table import ORGANIZATION, B
from tests.report.verdicts import SMALL, daily_lines, with_bill, write

MONTH = "2026-10"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The report of `SMALL` without a bill, no month ahead, with three budgets."""
    limits = (("low", 2.5), ("forecast", 4.0), ("high", 50.0))
    budgets = ", ".join(f"{{name: {name}, usd_per_month: {limit}}}" for name, limit in limits)
    path = write(tmp_path_factory.mktemp("parts"), f"{SMALL}budgets: [{budgets}]\n")
    return report(path, MONTH, months_ahead=0, draws=100, advice=False)


def estimate(path, gets):
    """An answer of Cost Explorer for October that is an estimate: gets, and half of the key."""
    groups = [
        ("us-east-1-KMS-Requests", "Decrypt", gets, gets * 0.000003),
        ("us-east-1-KMS-Keys", "CurrentKeys", 0.5, 0.5),
    ]
    document = {
        "GroupDefinitions": [
            {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
            {"Type": "DIMENSION", "Key": "OPERATION"},
        ],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
                "Groups": [
                    {
                        "Keys": [usage, operation],
                        "Metrics": {
                            "UnblendedCost": {"Amount": str(cost), "Unit": "USD"},
                            "UsageQuantity": {"Amount": str(amount), "Unit": "N/A"},
                        },
                    }
                    for usage, operation, amount, cost in groups
                ],
                "Estimated": True,
            }
        ],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("gets", "billed", "statuses"),
    [
        # 600,000 x 0.000003 + 0.5 = 2.30 so far; 4.75 is forecast of the whole month
        (600_000, 2.30, ["over budget", "over budget", "at risk"]),
        # (1,500,000 - 20,000 of others) x 0.000003 + 0.5 = 4.94, more than all that is forecast
        (1_500_000, 4.94, ["over budget", "over budget", "at risk"]),
    ],
)
def test_an_estimate_is_no_evidence_for_a_budget(tmp_path, small, gets, billed, statuses):
    """A bill that does not tell its days: 50 is far away, and nothing says how far it goes."""
    monthly = with_bill(small, estimate(tmp_path / "ce.json", gets))
    verdict = judge(monthly)
    assert monthly.month_cost.billed == pytest.approx(billed)
    assert monthly.spent == pytest.approx(max(billed, 4.746784))
    assert [state.status for state in verdict.states] == statuses
    assert not monthly.month_cost.is_billed
    assert str(monthly.month_cost.rest) != "-0.0"
    assert "more" not in verdict.sentence
    (to_do,) = (
        each.lines for each in answer_questions(monthly, verdict) if each.question == "What to do?"
    )
    assert "Report again when the bill is whole." in to_do


def test_an_estimate_is_a_share_of_the_budget_so_far(tmp_path, small):
    """2.30 of 50.00 is 4.6 %, and no more than that is known."""
    monthly = with_bill(small, estimate(tmp_path / "ce.json", 600_000))
    (state,) = (each for each in judge(monthly).states if each.budget.name == "high")
    words = cost_in_words(monthly, state)
    assert words.startswith("USD 2.30 so far, 4.6 % of 50.00 (budget high); the bill is of a month")
    assert words.endswith("does not tell its days, so nothing says how far the month goes")


def test_the_budget_that_is_exceeded_most_is_the_headline(small):
    """4.746784 is 1.9 times 2.5, the budget of everything, and 2.4 times 2.0, that of a part."""
    low = next(each for each in judge(small).states if each.budget.name == "low")
    part = replace(low, budget=Budget(name="part", account="111122223333", usd_per_month=2.0))
    assert main_state([low, part]) is part


@pytest.mark.parametrize(
    ("times", "statuses", "factor"),
    [
        # the forecast without the puts, 3.72 + 1 = 4.72, is billed: no reason to calibrate
        (1, ["over budget", "over budget", "on budget"], 1),
        # (5 x 1,240,000 - 20,000 of others) x 0.000003 + 1 = 19.54 of 4.72: 4.139831 times
        (5, ["over budget", "over budget", "on budget"], 4.139831),
    ],
)
def test_a_bill_is_held_against_the_interpretation_that_it_follows(
    tmp_path, small, times, statuses, factor
):
    """The inventory has writes charged, the bill exempts them: reads alone are compared."""
    bill = legacy_bill(tmp_path / "bill.csv", daily_lines(31, 40_000.0 * times))
    monthly = with_bill(small, bill)
    verdict = judge(monthly)
    assert monthly.month_bill.follows_other
    assert monthly.month_bill.whole.bill_range.low == pytest.approx(4.72)
    assert [state.status for state in verdict.states] == statuses
    assert monthly.month_bill.whole.factor == pytest.approx(factor)
    words = "This bill does not charge CloudTrail's own writes, the inventory does. Without them "
    assert words in verdict.sentence
    assert ("calibrated" in verdict.sentence) == (times > 1)


def test_a_reader_is_judged_by_the_account_that_pays_for_it(tmp_path):
    """Account B reads as forecast, 0.93; A six times as much, so that all of the bill is 4.3 times.

    A: (6 x 1,240,000 + 8,928 - 20,000 of others) x 0.000003 + 1 = 23.286784 of 4.746784.
    """
    budgets = (f"{{name: {name}, reader: {name}, usd_per_month: 9.0}}" for name in ("siem", "lake"))
    path = write(tmp_path, f"{ORGANIZATION}budgets: [{', '.join(budgets)}]\n")
    base = report(path, MONTH, months_ahead=0, draws=100, advice=False)
    lines = daily_lines(31, 240_000.0) + daily_lines(31, 10_000.0, account=B, keys=0)
    lines += daily_lines(31, 288.0, operation="GenerateDataKey", keys=0)
    monthly = with_bill(base, legacy_bill(tmp_path / "bill.csv", lines))
    factors = {state.budget.name: state.bill.factor for state in judge(monthly).states}
    assert factors == pytest.approx({"siem": 23.286784 / 4.746784, "lake": 1.0})
    assert monthly.month_bill.whole.factor == pytest.approx(24.216784 / 5.676784)


def test_an_account_that_is_missing_may_pay_for_writes(tmp_path):
    """Account B alone is billed, as forecast; A's puts, 0.026784, are free by the inventory.

    5.676784 - 0.026784 = 5.65 of 5.66; if they are charged, 5.68 of it.
    """
    text = ORGANIZATION.replace("cloudtrail_writes: charged", "cloudtrail_writes: exempt")
    path = write(tmp_path, f"{text}budgets: [{{name: kms, usd_per_month: 5.66}}]\n")
    base = report(path, MONTH, months_ahead=0, draws=100, advice=False)
    lines = daily_lines(31, 10_000.0, account=B, keys=0)
    verdict = judge(with_bill(base, legacy_bill(tmp_path / "bill.csv", lines)))
    assert verdict.status == "at risk"
    assert verdict.sentence.endswith(
        "If writes are charged, which this bill does not tell, October 2026 costs USD 5.68 and "
        "breaks budget kms."
    )


def test_a_bill_outside_its_range_breaks_a_budget_before_its_forecast_does(tmp_path):
    """A payer of 1.2 times its forecast beside another that is cheaper: the whole bill is inside.

    A: (1.2 x 1,248,928 - 20,000 of others) x 0.000003 + 1 = 5.436141 of 4.746784, 1.145226 times;
    Z half of 31 x 10,000 x 0.000003 = 0.93. November of A: 30 x 40,288 x 0.000003 + 1 = 4.62592,
    at the bill's level 5.30 of 4.70; December, 31 days, breaks it by its own forecast of 4.746784.
    """
    z = "222222222222"
    text = SMALL.replace(
        'accounts: [{id: "111122223333", regions: [us-east-1]}]',
        f'regions: [us-east-1]\naccounts: [{{id: "111122223333"}}, {{id: "{z}", payer: "{z}"}}]',
    )
    text = text.replace("{name: siem,", '{name: siem, account: "111122223333",').replace(
        "gets_per_day: 40000}",
        f'gets_per_day: 40000}}, {{name: lake, kind: fixed, account: "{z}", gets_per_day: 10000}}',
    )
    text += 'budgets: [{name: pa, payer: "111122223333", usd_per_month: 4.70}]\n'
    base = report(write(tmp_path, text), MONTH, months_ahead=3, draws=100, advice=False)
    lines = daily_lines(31, 48_000.0) + daily_lines(31, 5_000.0, account=z, keys=0)
    lines += daily_lines(31, 345.6, operation="GenerateDataKey", keys=0)
    monthly = with_bill(base, legacy_bill(tmp_path / "bill.csv", lines))
    verdict = judge(monthly)
    (state,) = verdict.to_dict()["budgets"]
    assert monthly.month_bill.whole.bill_range.is_inside
    assert state["bill_factor"] == pytest.approx(5.436141 / 4.746784)
    assert (state["first_over"], state["by_the_bill"]) == ("2026-11", True)
    assert "At the level of this bill budget pa is broken from November 2026 on" in verdict.sentence
    # no chance of a forecast that its own part of the bill refutes
    assert (state["is_inside"], state["probability"], verdict.probability) == (False, None, None)
