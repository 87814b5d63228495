"""The first page in special states: its three numbers, and what it says of them."""

from __future__ import annotations

import pytest

from estimator import report
from tests.report.verdicts import SMALL, small_bill, write

MONTH = "2026-10"
NOTHING = """
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: []
trails: [{name: t, account: "111122223333", scope: account, key: null}]
"""
KEY_ALONE = """
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: t, key: logs}]
"""


def numbers(monthly):
    """The three numbers by their names."""
    return {card.name: str(card.value) for card in monthly.document.first.cards}


def answer(monthly, question):
    """The lines of an answer."""
    return next(each.lines for each in monthly.document.answers if each.question == question)


@pytest.mark.parametrize(
    ("budget", "days", "expected"),
    [
        # 10 of 31 days: 4.746784 x 10/31 = 1.5312; the month 4.746784
        ("", 10, {"Budget": "4.00", "Billed": "1.53", "By the month's end": "4.75"}),
        ("", 31, {"Budget": "4.00", "Billed": "4.75", "Forecast": "4.75"}),
        # a reader, which no bill tells apart: 40,000 x 31 x 0.000003 = 3.72
        ("reader: siem, ", 31, {"Budget": "4.00", "Expected": "3.72", "Billed in all": "4.75"}),
        (
            'account: "111122223333", ',
            10,
            {"Budget": "4.00", "Billed": "1.53", "By the month's end": "4.75"},
        ),
    ],
)
def test_the_verdicts_sum_is_one_of_the_three_numbers(tmp_path, budget, days, expected):
    """What the sentence says of the budget stands below it, of a part as of everything."""
    text = SMALL + f"budgets: [{{name: kms, {budget}usd_per_month: 4.00}}]\n"
    bill = small_bill(tmp_path, days)
    monthly = report(write(tmp_path, text), MONTH, bill=bill, advice=False, draws=100)
    assert numbers(monthly) == expected
    total = expected.get("By the month's end") or expected.get("Expected") or expected["Billed"]
    assert f" {total} " in monthly.verdict.sentence


def test_nothing_that_costs_says_why_and_what_to_write(tmp_path):
    """No key, no cost; no budget: how to write one, and no chance of anything."""
    monthly = report(write(tmp_path, NOTHING), MONTH, draws=100)
    assert monthly.verdict.sentence == (
        "USD 0.00 is expected for October 2026 for CloudTrail's use of KMS. No budget says whether "
        "that is too much: write one into the inventory."
    )
    (why,) = answer(monthly, "Why?")
    assert why == "Nothing costs anything in October 2026: no trail has a KMS key."
    first, *_ = answer(monthly, "What to do?")
    assert first.startswith("Write a budget into the inventory, such as budgets: [{name: kms, ")


def test_the_budget_to_write_is_above_what_is_expected(tmp_path):
    """SMALL costs 4.746784 in the longest months, a tenth more is 5.22: 6 in whole units."""
    monthly = report(write(tmp_path, SMALL), MONTH, draws=100, advice=False)
    first, *_ = answer(monthly, "What to do?")
    assert "[{name: kms, usd_per_month: 6}]" in first


def test_a_budget_too_low_for_what_is_there_is_to_be_raised(tmp_path):
    """A key-month of 1.00, 8,928 free requests: nothing saves, so nothing else is left to do."""
    text = KEY_ALONE + "budgets: [{name: kms, usd_per_month: 0.9996}]\n"
    monthly = report(write(tmp_path, text), MONTH, draws=100)
    # 1.00 of 0.9996 are 100.04 %: over a budget never reads as all of it
    assert monthly.verdict.sentence == (
        "Over budget: USD 1.00 is expected for October 2026, 100.04 % of budget kms (USD 0.9996 a "
        "month). Budget kms is expected to be broken from November 2026 on."
    )
    first, *_ = answer(monthly, "What to do?")
    assert first == "Raise budget kms: no change that kmscost advise knows saves anything."
    assert answer(monthly, "Why?") == ("All of it is key logs by the forecast: USD 1.00.",)
