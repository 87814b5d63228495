"""A bill that covers part of the month, part of the accounts, or somebody else's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost, write
from tests.acceptance.verdicts.reports import (
    EU,
    RANK,
    STRANGER,
    A,
    B,
    Line,
    budget,
    days,
    inventory,
    report,
    run,
    save_bill,
    whole,
)

SEPTEMBER, OCTOBER = "2026-09", "2026-10"


def test_ten_days_of_september(tmp_path: Path) -> None:
    """3.33 to the 10th and 10.00 x 20/30 for the rest are 10.00, over 9.50.

    10 days x 0.30 + 10/30 = 3.3333; the forecast of September is 10.00, of the rest 6.6667.
    """
    out = report(tmp_path, inventory(budgets=budget(9.5)), SEPTEMBER, days(SEPTEMBER, 1, 10))
    assert out.status == "over budget"
    assert "10 September" in out.sentence
    assert "10 September" in out.head


def test_ten_days_of_september_within_the_budget(tmp_path: Path) -> None:
    """The same against 11.00: nothing is over, and that the bill ends on the 10th is said."""
    out = report(tmp_path, inventory(budgets=budget(11)), SEPTEMBER, days(SEPTEMBER, 1, 10))
    assert out.status != "over budget"
    assert "10 September" in out.sentence


def test_ten_dear_days(tmp_path: Path) -> None:
    """Twice as much a day: 6.33 billed, 6.67 to come, 13.00 is over 12.00.

    Neither what was billed so far (6.33) nor the forecast (10.00) is over it alone.
    """
    lines = days(SEPTEMBER, 1, 10, files=200_000)
    out = report(tmp_path, inventory(budgets=budget(12)), SEPTEMBER, lines)
    assert out.status == "over budget"


@pytest.mark.parametrize("last", [1, 2, 15, 29])
def test_the_day_is_named(tmp_path: Path, last: int) -> None:
    """A bill to the 1st, the 2nd, the 15th, the 29th: that day stands in the verdict, over 9.50."""
    out = report(tmp_path, inventory(budgets=budget(9.5)), SEPTEMBER, days(SEPTEMBER, 1, last))
    assert f"{last} September" in out.sentence
    assert out.status == "over budget"


@pytest.mark.parametrize("form", ["daily", "monthly"])
def test_a_whole_bill_names_no_day(tmp_path: Path, form: str) -> None:
    """30 daily lines or one of the month are the whole month: no "to 30 September"."""
    lines = days(SEPTEMBER, 1, 30) if form == "daily" else whole(SEPTEMBER)
    out = report(tmp_path, inventory(budgets=budget(11)), SEPTEMBER, lines)
    assert out.status == "on budget"
    assert "30 September" not in out.sentence
    assert "10.00" in out.sentence


def test_a_bill_that_begins_late(tmp_path: Path) -> None:
    """The export was switched on on the 21st: 3.33 are ten days, not a cheap month."""
    out = report(tmp_path, inventory(budgets=budget(9.5)), SEPTEMBER, days(SEPTEMBER, 21, 30))
    assert out.status == "over budget"
    assert re.search(r"21 (to 30 )?September", out.sentence)


def test_a_bill_with_a_hole(tmp_path: Path) -> None:
    """Nothing at all from the 11th to the 15th, not even the key's hours: 8.33 are 25 days.

    A bill of the whole month is over 9.50 (10.00); one that lacks five days of it is no better.
    """
    lines = [*days(SEPTEMBER, 1, 10), *days(SEPTEMBER, 16, 30)]
    out = report(tmp_path, inventory(budgets=budget(9.5)), SEPTEMBER, lines)
    assert out.status == "over budget"
    assert re.search(r"1[0156] (to 1[56] )?September", out.text)


def test_two_months_on_one_bill(tmp_path: Path) -> None:
    """All of September and five days of October: of October only five days are billed.

    5 x 0.30 + 5/31 = 1.6613; the rest 10.30 x 26/31 = 8.6387; together 10.30, over 10.10.
    """
    lines = [*whole(SEPTEMBER), *days(OCTOBER, 1, 5)]
    out = report(tmp_path, inventory(budgets=budget(10.1)), OCTOBER, lines)
    assert out.status == "over budget"
    assert "5 October" in out.sentence


def test_a_bill_of_another_month(tmp_path: Path) -> None:
    """September's bill says nothing about October: an error, or no bill; never "0.00 billed"."""
    write(tmp_path, inventory(budgets=budget(10.1)))
    save_bill(tmp_path, whole(SEPTEMBER))
    done = run(tmp_path, "markdown", OCTOBER, bill=True)
    assert done.code in {0, 1}
    if done.code == 0:
        assert "0.00 was billed" not in done.text
        assert "over budget" in done.out  # the forecast alone: 10.30
    else:
        assert "2026-09" in done.err or "September" in done.err


def test_a_bill_of_strangers(tmp_path: Path) -> None:
    """The only account of the bill is none of the inventory's: its id is said, not 0.00."""
    write(tmp_path, inventory(budgets=budget(9.5)))
    lines = whole(SEPTEMBER, account=STRANGER, payer=STRANGER)
    save_bill(tmp_path, lines)
    done = run(tmp_path, "markdown", SEPTEMBER, bill=True)
    assert done.code in {0, 1}
    assert STRANGER in done.text
    assert "0.00 was billed" not in done.text
    if done.code == 0:  # the forecast alone: 10.00 of 9.50
        assert "over budget" in done.out


def test_strangers_under_our_payer(tmp_path: Path) -> None:
    """An account of the same payer that the inventory does not know: still nobody of ours."""
    write(tmp_path, inventory(budgets=budget(9.5)))
    save_bill(tmp_path, whole(SEPTEMBER, account=STRANGER, region=EU))
    done = run(tmp_path, "markdown", SEPTEMBER, bill=True)
    assert done.code in {0, 1}
    assert "0.00 was billed" not in done.text
    if done.code == 0:
        assert "on budget" not in done.out.partition("\n## ")[0]


def test_others_on_the_bill(tmp_path: Path) -> None:
    """100,000,000 Decrypt in another Region are USD 300.00 of others, on a line of their own.

    CloudTrail's part is 10.00 against 10.00: no difference, on budget of 11.00.
    """
    lines = [
        *whole(SEPTEMBER),
        Line("2026-09-01", "2026-10-01", 100_000_000, "Decrypt", region=EU),
    ]
    out = report(tmp_path, inventory(budgets=budget(11)), SEPTEMBER, lines)
    assert out.status == "on budget"
    assert "10.00" in out.sentence
    assert "310" not in out.head
    assert "300.00" in out.text
    assert abs(out.answer["spent_usd"] - 10.0) < 1e-9


def test_others_and_half_a_month(tmp_path: Path) -> None:
    """Both at once: others' requests do not fill up what the bill does not cover."""
    lines = [
        *days(SEPTEMBER, 1, 15),
        *[
            Line(f"2026-09-{day:02d}", f"2026-09-{day + 1:02d}", 5e6, "Decrypt", region=EU)
            for day in range(1, 16)
        ],
    ]
    out = report(tmp_path, inventory(budgets=budget(9.5)), SEPTEMBER, lines)
    assert out.status == "over budget"
    assert "15 September" in out.sentence


TWO_PAYERS = f"""\
version: 1
other_kms_requests_per_month: 20000
accounts:
  - {{id: "{A}", regions: [us-east-1], payer: "{A}"}}
  - {{id: "{B}", regions: [us-east-1], payer: "{B}"}}
keys:
  - {{id: one, account: "{A}", region: us-east-1}}
  - {{id: two, account: "{B}", region: us-east-1}}
trails:
  - {{name: a, account: "{A}", scope: account, key: one, files_per_day: 100000}}
  - {{name: b, account: "{B}", scope: account, key: two, files_per_day: 100000}}
budgets: [{{name: kms, usd_per_month: 15.00}}]
"""


def test_two_payers_and_the_bill_of_one(tmp_path: Path) -> None:
    """10.00 billed to one payer, the other has no bill: 10.00 + its forecast is over 15.00.

    Each payer's own other requests use its own free tier: `other` is each payer's, 20,000.
    """
    text = TWO_PAYERS.replace(
        "other_kms_requests_per_month: 20000",
        f'other_kms_requests_per_month: {{"{A}": 20000, "{B}": 20000}}',
    )
    out = report(tmp_path, text, SEPTEMBER, whole(SEPTEMBER))
    assert out.status == "over budget"
    assert B in out.text


def test_two_payers_and_both_bills(tmp_path: Path) -> None:
    """With the other's bill of 4.00 it is 14.00: the month is on budget."""
    text = TWO_PAYERS.replace(
        "other_kms_requests_per_month: 20000",
        f'other_kms_requests_per_month: {{"{A}": 20000, "{B}": 20000}}',
    )
    lines = [
        *whole(SEPTEMBER),
        Line("2026-09-01", "2026-10-01", 1_000_000, account=B, payer=B),
        Line("2026-09-01", "2026-10-01", 1, "CurrentKeys", account=B, payer=B),
    ]
    out = report(tmp_path, text, SEPTEMBER, lines)
    assert abs(out.answer["spent_usd"] - 14.0) < 1e-9
    assert out.status != "over budget"


def test_less_of_a_bill_is_never_better(tmp_path: Path) -> None:
    """A bill as the forecast, cut after each of some days: no budget has a better status by a cut.

    Of 9.50, 10.05 and 11.00 the whole bill, 10.00, breaks the first.
    """
    limits = {"low": 9.5, "near": 10.05, "high": 11.0}
    budgets = ", ".join(budget(usd, name) for name, usd in limits.items())

    def statuses(last: int) -> list[int]:
        out = report(tmp_path, inventory(budgets=budgets), SEPTEMBER, days(SEPTEMBER, 1, last))
        return [RANK[each["status"]] for each in out.answer["verdict"]["budgets"]]

    best = statuses(30)
    assert best[0] == RANK["over budget"]
    for last in (1, 20, 29):
        found = statuses(last)
        assert all(status >= least for status, least in zip(found, best, strict=True)), last


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (100_000, 0),  # 3.3333 of 10/30 x 10.00: no difference
        (103_000, 0),  # 10 x 0.309 + 0.3333 = 3.4233: 2.7 % more
        (110_000, 3),  # 10 x 0.33 + 0.3333 = 3.6333: 9 % more
        (50_000, 3),  # 1.8333: 45 % less
    ],
)
def test_reconcile_scales_the_forecast(tmp_path: Path, files: int, code: int) -> None:
    """`reconcile --fail-over 5%` holds ten days against ten days."""
    write(tmp_path, inventory(budgets=budget(9.5)))
    save_bill(tmp_path, days(SEPTEMBER, 1, 10, files=files))
    month = ("--month", SEPTEMBER)
    done = kmscost(
        "reconcile", "inventory.yaml", "bill.csv", *month, "--fail-over", "5%", cwd=tmp_path
    )
    assert done.code == code, done.text
    assert "10 September" in done.text or "2026-09-10" in done.text


def test_reconcile_refuses_strangers(tmp_path: Path) -> None:
    """A gate never passes on a bill of nobody of the inventory."""
    write(tmp_path, inventory())
    save_bill(tmp_path, whole(SEPTEMBER, account=STRANGER, payer=STRANGER))
    month = ("--month", SEPTEMBER)
    done = kmscost(
        "reconcile", "inventory.yaml", "bill.csv", *month, "--fail-over", "5%", cwd=tmp_path
    )
    assert done.code in {1, 3}
    assert STRANGER in done.text
