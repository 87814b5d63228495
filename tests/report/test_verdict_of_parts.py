"""A verdict out of less: an estimate, an account that is not on the bill, another interpretation.

Forecast of October of `SMALL`, of which others use all free requests: 1,240,000 gets (3.72), 8,928
puts (0.026784) and a key (1.00) make 4.746784.
"""

from __future__ import annotations

import json

import pytest

from estimator import report
from estimator.report.monthly.answers import answer_questions
from estimator.report.monthly.verdict import cost_in_words, judge
from tests.report.verdicts import SMALL, with_bill, write

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
    (to_do,) = (each.lines for each in answer_questions(monthly) if each.question == "What to do?")
    assert "Report again when the bill is whole." in to_do


def test_an_estimate_is_a_share_of_the_budget_so_far(tmp_path, small):
    """2.30 of 50.00 is 4.6 %, and no more than that is known."""
    monthly = with_bill(small, estimate(tmp_path / "ce.json", 600_000))
    (state,) = (each for each in judge(monthly).states if each.budget.name == "high")
    words = cost_in_words(monthly, state)
    assert words.startswith("USD 2.30 so far, 4.6 % of 50.00 (budget high); the bill is of a month")
    assert words.endswith("does not tell its days, so nothing says how far the month goes")
