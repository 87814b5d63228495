"""Verdicts of the monthly report: like with like, part of a month, inside or outside the range."""

from __future__ import annotations

import json
import re

import pytest

from estimator import KmscostError, reconcile, report
from tests.cli.test_commands import kmscost
from tests.measurement.billing.bills import legacy_bill
from tests.real_data import CASES, needs_cases
from tests.report.material import Page
from tests.report.verdicts import SMALL, SMALL_MONTH, daily_lines, small_bill, write

MONTH = "2026-10"
FOLDER = CASES / "report"


def all_texts(monthly):
    """The report as people read it, in each format."""
    return {
        "html": Page(monthly.html()).text,
        "markdown": monthly.markdown().replace("\\", ""),
        "json": json.dumps(monthly.to_dict(), default=str),
    }


def assert_in_all(monthly, *words):
    """Each of the words stands in HTML, Markdown and JSON."""
    for name, text in all_texts(monthly).items():
        for word in words:
            # the page has the word of the verdict in a line of its own
            shown = word.removeprefix("Over budget: ") if name == "html" else word
            assert shown in text, (name, word)


def of_case(name, bill=None, **options):
    """The report of a case."""
    given = None if bill is None else FOLDER / bill
    return report(FOLDER / name, MONTH, bill=given, advice=False, **options)


@needs_cases
def test_half_a_bill_is_over_budget():
    """2.63 billed and 16/31 of the expected 5.52 make 5.48 of 5.00: 110 %, over budget.

    Billed: 15 x 0.111 + 15 x 2/31 = 1.665 + 0.967742 = 2.632742; the rest 5.5244 x 16/31 = 2.8513.
    Expected to the 15th 5.5244 x 15/31 = 2.6731: -0.0404, -1.51 %.
    """
    monthly = of_case("half.yaml", "bill_half.csv")
    assert monthly.verdict.status == "over budget"
    assert monthly.month_cost.billed == pytest.approx(15 * 0.111 + 30 / 31)
    assert monthly.month_cost.rest == pytest.approx(5.5244 * 16 / 31, abs=5e-4)
    sentence = (
        "Over budget: USD 2.63 billed to 15 October and about 2.85 more by the month's end make "
        "5.48 of 5.00 (110 %, budget kms)"
    )
    assert monthly.verdict.sentence.startswith(sentence)
    assert_in_all(monthly, sentence, "bill to 15 October")
    found = monthly.to_dict()
    assert found["verdict"]["bill"] == found["reconciliation"]["bill"] == "bill to 15 October"
    cards = {row[0]: row for row in _cards(monthly)}
    assert cards["Billed"][2] == "2.63"
    assert "bill to 15 October" in cards["Billed"][1]
    assert cards["By the month's end"][2] == "5.48"
    assert "-1.5 % to the forecast to 15 October of 2.67" in cards["Difference"][1]
    assert "Why they differ, bill to 15 October" in Page(monthly.html()).tables
    chart = next(
        block
        for section in monthly.document.sections
        for block in section.blocks
        if getattr(block, "name", "") == "difference"
    )
    assert "bill to 15 October" in chart.title
    assert "forecast 2.67" in chart.description


def _cards(monthly):
    """The cards as rows: name, note, amount, unit."""
    (table,) = re.findall(r"\*\*In short\*\*\n\n(.*?)\n\n", monthly.markdown(), re.DOTALL)
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return [[cell.replace("\\", "") for cell in row] for row in rows]


@needs_cases
def test_half_a_bill_breaks_no_limit():
    """2.63 of 15/31 x 5.51 = 2.67 is 1.3 % less: inside 5 %, outside 1 %."""
    arguments = ("reconcile", FOLDER / "half.yaml", FOLDER / "bill_half.csv", "--month", MONTH)
    within = kmscost(*arguments, "--fail-over", "5%")
    assert within.exit_code == 0, within.stderr
    assert "bill to 15 October" in within.stderr
    broken = kmscost(*arguments, "--fail-over", "1%")
    assert broken.exit_code == 3
    words = "2026-10 to 15 October is billed USD 0.03523 (1.32 %) less than the forecast's 2.67"
    assert words in broken.stderr


@needs_cases
def test_a_bill_of_strangers_is_no_bill():
    """The only account of the bill is 999999999999: an error, never a month without cost."""
    with pytest.raises(KmscostError, match="no bill of these accounts"):
        of_case("organization.yaml", "bill_strangers.csv")


@needs_cases
def test_a_refuted_forecast_does_not_reassure():
    """44.00 billed, 5.50 to 5.57 forecast: the months ahead are not to be believed."""
    monthly = of_case("organization.yaml", "bill_surprise.csv")
    assert monthly.verdict.status == "over budget"
    assert_in_all(
        monthly,
        "Over budget: USD 44.00 was billed for October 2026, 176 % of budget kms",
        "The bill of 44.00 is outside the forecast's range 5.50 to 5.57: the months ahead are not "
        "to be believed until calibrated.",
        "kmscost calibrate ",
    )
    assert "No month to" not in monthly.verdict.sentence
    found = monthly.to_dict()
    assert found["range"]["is_inside"] is False
    assert found["verdict"]["probability"] is None
    assert {budget["probability"] for budget in found["verdict"]["budgets"]} == {None}
    assert "kmscost" not in monthly.verdict.sentence
    assert monthly.verdict.sentence.count(". ") <= 2
    # 44.00 less the expected 5.52
    assert_in_all(monthly, "is USD 38.48 more than what is expected of the same days")


@needs_cases
def test_what_others_use_stands_on_a_line_of_its_own():
    """5.40 against 5.5244 is -0.12, -2.2 %; others' 40,000,000 x 0.000003 + 50 = USD 170.00 apart.

    CloudTrail's part: 1,134,000 x 0.000003 + 2.00 = 5.402. Expected is the mean, not typical 5.51.
    """
    monthly = of_case("organization.yaml", "bill_others.csv")
    cards = {row[0]: row for row in _cards(monthly)}
    assert cards["Billed"][2] == "5.40"
    assert cards["Difference"][2] == "-0.12"
    assert "-2.2 % to the forecast of 5.52" in cards["Difference"][1]
    assert cards["Others' KMS"][2] == "170.00"
    page = Page(monthly.html())
    sides = page.table("Forecast, measured and billed")
    assert sides[-1] == ["USD", "5.52", "5.40", "-0.12", "-2.2 %"]
    assert [row[2] for row in sides if row[0] == "USD others'"] == ["170.00"]
    assert_in_all(monthly, "others use KMS on the same bill for USD 170.00")
    for text in all_texts(monthly).values():
        assert "3,081 %" not in text
    found = monthly.to_dict()["reconciliation"]["totals"]
    assert found["cost_usd_cloudtrail"] == pytest.approx(5.402)
    assert found["cost_usd_others"] == pytest.approx(170.0)


@needs_cases
def test_shares_have_no_exponents():
    """1.00 of a budget of 0.05 is 2,000 %."""
    monthly = of_case("tiny_05.yaml")
    assert_in_all(monthly, "USD 1.00 is expected for October 2026, 2,000 % of budget kms (USD 0.05")
    for text in all_texts(monthly).values():
        assert "e+03" not in text
        assert "0.05000" not in text
        assert "1.00 instead of 1.00" not in text
    assert "that makes no difference" in monthly.document.beside[0]


@needs_cases
def test_the_expected_cost_is_held_against_the_budget():
    """Median 63,246 files, mean 80,800: typical 6.88, expected 8.51, over the budget of 8.00."""
    monthly = of_case("wide.yaml")
    assert monthly.verdict.status == "over budget"
    assert_in_all(
        monthly,
        "USD 8.51 is expected for October 2026 (on average over what is uncertain; typical is "
        "6.88), 106 % of budget kms",
    )


@needs_cases
def test_copies_are_a_card_and_a_line_of_the_verdict():
    """1,558,928 x 0.00002 = USD 31.18 beside 5.62 of KMS: never inside it."""
    monthly = of_case("copies.yaml")
    assert monthly.spent == pytest.approx(5.62, abs=0.005)
    assert any("USD 31.18 for copies of KMS events" in line for line in monthly.document.beside)
    assert {row[0]: row[2] for row in _cards(monthly)}["Copies of KMS events"] == "31.18"
    assert_in_all(monthly, "USD 31.18 for copies of KMS events")
    (to_do,) = [answer for answer in monthly.document.answers if answer.question == "What to do?"]
    assert to_do.lines[0].startswith("Exclude KMS events from trail b ")
    assert "USD 31.18 a month on CloudTrail's bill" in to_do.lines[0]
    assert len(to_do.lines) <= 3


@needs_cases
def test_each_probability_names_its_budget():
    """Budget siem: 63 % in 2027-10, P(4.464 e^(0.4214 z) > 3.90) = P(z > -0.3205) = 0.6257."""
    monthly = of_case("chance.yaml")
    states = {state.budget.name: state for state in monthly.verdict.states}
    assert states["siem"].chance == pytest.approx(0.6257, abs=0.01)
    assert monthly.verdict.budget == "siem"
    assert monthly.verdict.probability == states["siem"].chance
    assert_in_all(
        monthly,
        "Budget siem is expected to be broken from November 2026 on; in 63 % of 10,000 simulations "
        "a month to October 2027 is over it",
        "In 6.3 % of 10,000 simulations a month to October 2027 breaks budget kms",
    )


# the same kinds with inventories of our own, where no case lies


def test_a_part_of_a_month_of_our_own(tmp_path):
    """10 of 31 days: 10/31 x 4.746784 billed, 21/31 as forecast: the month, to the cent."""
    text = SMALL + "budgets: [{name: kms, usd_per_month: 4.00}]\n"
    monthly = report(write(tmp_path, text), MONTH, bill=small_bill(tmp_path, 10), advice=False)
    assert monthly.month_cost.billed == pytest.approx(SMALL_MONTH * 10 / 31)
    assert monthly.month_cost.rest == pytest.approx(SMALL_MONTH * 21 / 31)
    sentence = "Over budget: USD 1.53 billed to 10 October and about 3.22 more by the month's end "
    assert monthly.verdict.sentence.startswith(f"{sentence}make 4.75 of 4.00 (119 %, budget kms)")
    assert "within a tenth of the forecast of USD 1.53 to 10 October" in monthly.verdict.sentence


def test_a_bill_to_the_first(tmp_path):
    """One of 31 days: the rest is forecast, 30/31 x 4.746784 = 4.593662."""
    text = SMALL + "budgets: [{name: kms, usd_per_month: 5.00}]\n"
    monthly = report(write(tmp_path, text), MONTH, bill=small_bill(tmp_path, 1), advice=False)
    assert monthly.month_cost.rest == pytest.approx(SMALL_MONTH * 30 / 31)
    assert "billed to 1 October and about 4.60 more" in monthly.verdict.sentence
    assert monthly.verdict.status == "on budget"


def test_a_bill_that_begins_late(tmp_path):
    """From the 22nd on: what was before is forecast, and the words say which days are billed."""
    bill = small_bill(tmp_path, 31, first=22)
    monthly = report(write(tmp_path, SMALL), MONTH, bill=bill, advice=False)
    assert monthly.month_cost.total == pytest.approx(SMALL_MONTH)
    assert "billed from 22 to 31 October and about 3.22 more for the rest" in (
        monthly.verdict.sentence
    )


def test_what_begins_later_is_no_part_of_the_forecast_to_date(tmp_path):
    """A trail from the 17th: nothing to the 15th is right, and all of its requests come later."""
    text = SMALL.replace("{name: t, key: logs}", "{name: t, key: logs, from: 2026-10-17}")
    bill = legacy_bill(tmp_path / "bill.csv", daily_lines(15, 0))
    monthly = report(write(tmp_path, text), MONTH, bill=bill, advice=False)
    # puts and gets on 15 days, from the 17th to the 31st; the key all along
    expected = 15 * 40_288 * 0.000003 + 1
    assert monthly.spent == pytest.approx(expected)
    assert monthly.reconciliation.forecast_error == pytest.approx(0)


def test_free_requests_used_early_are_not_free_again(tmp_path):
    """The first 20,000 are free: to the 15th all are, and the rest of the month pays for all.

    1,288 a day are 39,928 in October: 19,928 x 0.000003 + 1 = 1.059784, whole; a bill of 15 days
    has 19,320 free ones and costs 15/31 of the key.
    """
    text = SMALL.replace("20000", "0").replace("40000", "1000")
    lines = []
    for line in daily_lines(15, 1288):
        free = line.unit == "Requests"
        lines.append(line.__class__(**{**vars(line), "cost": "0", "rate": "0"}) if free else line)
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, text), MONTH, bill=bill, advice=False)
    assert monthly.month_cost.billed == pytest.approx(15 / 31)
    assert monthly.spent == pytest.approx(1.059784, rel=1e-3)


def test_more_than_forecast_goes_on_at_its_pace(tmp_path):
    """Twice the requests to the 10th are twice the requests of the month.

    2 x 3.746784 + 1 = 8.493568.
    """
    text = SMALL + "budgets: [{name: kms, usd_per_month: 8.00}]\n"
    path = write(tmp_path, text)
    monthly = report(path, MONTH, bill=small_bill(tmp_path, 10, 2.0), advice=False)
    assert monthly.verdict.status == "over budget"
    assert monthly.spent == pytest.approx(8.493568)
    assert "not to be believed until calibrated" in monthly.verdict.sentence


def _with_hole(folder, *holes):
    """The bill of the inventory's every day but those from one to another."""
    missing = {day for first, last in holes for day in range(first, last + 1)}
    lines = [
        line
        for day in range(1, 32)
        if day not in missing
        for line in (
            *daily_lines(day, 40_000.0, first=day),
            *daily_lines(day, 288.0, operation="GenerateDataKey", first=day, keys=0),
        )
    ]
    return legacy_bill(folder / "bill.csv", lines)


@pytest.mark.parametrize(
    ("holes", "words"),
    [
        ([(11, 15)], "without 11 to 15 October"),
        ([(20, 20)], "without 20 October"),
        ([(3, 4), (20, 20)], "without 3 to 4 October and 20 October"),
        ([(11, 15), (25, 31)], "to 24 October without 11 to 15 October"),
        ([(1, 9), (12, 12)], "from 10 to 31 October without 12 October"),
        ([(2, 2), (4, 4), (6, 6)], "of 28 of 31 days"),
    ],
)
def test_a_bill_with_a_hole_is_not_whole(tmp_path, holes, words):
    """Each day costs 4.746784 / 31: what is not billed is forecast, and the month is 4.75."""
    missing = sum(last - first + 1 for first, last in holes)
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.50}]\n")
    monthly = report(path, MONTH, bill=_with_hole(tmp_path, *holes), advice=False)
    assert monthly.month_cost.billed == pytest.approx(SMALL_MONTH * (31 - missing) / 31)
    assert monthly.spent == pytest.approx(SMALL_MONTH)
    assert monthly.verdict.status == "over budget"
    assert monthly.verdict.bill == f"bill {words}"


@pytest.mark.parametrize(
    ("last", "keys", "words"),
    [(31, 0, "bill without 11 to 15 October, without keys"), (24, 1, "bill to 24 October without")],
    ids=["by reads", "after the last line"],
)
def test_days_that_other_evidence_shows_to_be_missing(tmp_path, last, keys, words):
    """40,000 gets a day have lines each day, keys or none; other services' days are not KMS's.

    A bill of requests alone lacks the 11th to the 15th; in another KMS ends on the 24th, S3 later.
    """
    missing = {11, 12, 13, 14, 15}
    lines = [
        line
        for day in range(1, last + 1)
        if day not in missing
        for line in daily_lines(day, 40_000.0, first=day, keys=keys)
    ]
    lines += [
        line.__class__(**{**vars(line), "product": "AmazonS3", "usage_type": "Requests-Tier1"})
        for line in daily_lines(31, 5, keys=0)
    ]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, SMALL), MONTH, bill=bill, advice=False, months_ahead=0)
    assert monthly.verdict.bill.startswith(words)
    # each day not billed costs 40,288 x 0.000003 more, the whole key is in any case 1.00
    days = last - len(missing)
    puts_of_billed_days = days * 288 * 0.000003
    assert monthly.spent == pytest.approx(SMALL_MONTH - puts_of_billed_days)


def test_days_before_a_key_are_no_hole(tmp_path):
    """Key and trail begin on the 16th; an old key of others' has a line on the 1st.

    Nothing is missing from the 2nd to the 15th: nothing accrues then.
    """
    text = SMALL.replace(
        "region: us-east-1}]\ntrails", "region: us-east-1, created: 2026-10-16}]\ntrails"
    )
    assert "created" in text
    text = text.replace("{name: t, key: logs}", "{name: t, key: logs, from: 2026-10-16}")
    text = text.replace("kind: fixed,", "kind: fixed, from: 2026-10-16,")
    lines = daily_lines(1, 0) + daily_lines(31, 40_000.0, first=16)
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, text), MONTH, bill=bill, advice=False)
    assert monthly.verdict.bill == "whole month"


def test_a_bill_as_forecast_shows_no_difference(tmp_path):
    """31 times 1/31 of a key-month, of twelve digits, is 1 but for the last one: no difference."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 9.50}]\n")
    lines = [
        line.__class__(
            **{
                **vars(line),
                "amount": f"{float(line.amount):.12f}",
                "cost": f"{float(line.cost):.12f}",
            }
        )
        for line in (
            *daily_lines(31, 40_000.0),
            *daily_lines(31, 288.0, operation="GenerateDataKey", keys=0),
        )
    ]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert {row[0]: row[2] for row in _cards(monthly)} | {"Budget": "9.50"} == {
        row[0]: row[2] for row in _cards(monthly)
    }
    assert {row[0]: row[2] for row in _cards(monthly)}["Difference"] == "0.00"
    assert_in_all(monthly, "The bill is the forecast of the same days")
    assert not re.search(r"\d\.\d{7,}", Page(monthly.html()).text.partition("rates used")[0])


TWO_PAYERS = SMALL.replace(
    'accounts: [{id: "111122223333", regions: [us-east-1]}]',
    "accounts:\n"
    '  - {id: "111122223333", regions: [us-east-1]}\n'
    '  - {id: "222222222222", payer: "222222222222", regions: [us-east-1]}\n',
).replace(
    "readers: [{name: siem, kind: fixed, gets_per_day: 40000}]",
    "readers:\n"
    '  - {name: siem, kind: fixed, account: "111122223333", gets_per_day: 40000}\n'
    '  - {name: lake, kind: fixed, account: "222222222222", gets_per_day: 10000}\n',
)


def test_two_payers_of_which_one_bill_is_partial(tmp_path):
    """Payer 2222 to the 10th, payer 1111 whole: 21/31 of lake's 0.93 are to come.

    lake: 31 x 10,000 x 0.000003 = 0.93; billed 0.30, the rest 0.63.
    """
    lines = daily_lines(31, 40_000) + daily_lines(31, 288, operation="GenerateDataKey", keys=0)
    two = daily_lines(10, 10_000, account="222222222222", keys=0)
    bill = legacy_bill(tmp_path / "bill.csv", lines + two)
    path = write(tmp_path, TWO_PAYERS + "budgets: [{name: kms, usd_per_month: 5.50}]\n")
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert monthly.month_cost.billed == pytest.approx(SMALL_MONTH + 0.30)
    assert monthly.month_cost.rest == pytest.approx(0.63)
    assert monthly.verdict.status == "over budget"
    assert monthly.verdict.bill == "bill to 10 October of payer 222222222222"


def test_a_payer_whose_bill_is_missing_is_forecast(tmp_path):
    """Without any line of payer 2222 its 0.93 is expected, not saved."""
    lines = daily_lines(31, 40_000) + daily_lines(31, 288, operation="GenerateDataKey", keys=0)
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    monthly = report(write(tmp_path, TWO_PAYERS), MONTH, bill=bill, advice=False)
    assert monthly.month_cost.rest == pytest.approx(0.93)
    assert monthly.verdict.bill == "bill with no day of payer 222222222222"
    assert reconcile(monthly.inventory, bill, MONTH).forecast_error == pytest.approx(0)


def test_two_bills_of_one_month_are_one(tmp_path):
    """To the 10th and from the 11th: the whole month."""
    small_bill(tmp_path, 10, name="a.csv")
    small_bill(tmp_path, 31, first=11, name="b.csv")
    bills = [tmp_path / "a.csv", tmp_path / "b.csv"]
    monthly = report(write(tmp_path, SMALL), MONTH, bill=bills, advice=False)
    assert monthly.verdict.bill == "whole month"
    assert monthly.month_cost.rest == 0
    assert monthly.spent == pytest.approx(SMALL_MONTH)


def test_a_bill_of_other_services_says_nothing_of_kms(tmp_path):
    """Lines of S3 alone: KMS is forecast, and its cost is not zero."""
    lines = [
        line.__class__(**{**vars(line), "product": "AmazonS3", "usage_type": "Requests-Tier1"})
        for line in daily_lines(31, 5, keys=0)
    ]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.00}]\n")
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert monthly.month_cost.billed is None
    assert monthly.verdict.status == "over budget"
    assert "USD 4.75 is expected for October 2026" in monthly.verdict.sentence


BUDGETS_OF_PARTS = """budgets:
  - {name: org, usd_per_month: 20.00}
  - {name: team, account: "111122223333", usd_per_month: 4.80}
  - {name: siem, reader: siem, usd_per_month: 3.90}
"""


def test_budgets_of_a_part_are_held_against_their_part_of_the_bill(tmp_path):
    """Account 1111 is billed 2 x 3.746784 + 1 = 8.49 of 4.80; reader siem is forecast: 3.72.

    Of the excess 20,000 requests, USD 0.06, are others', as the inventory expects: 8.433568.
    """
    path = write(tmp_path, SMALL + BUDGETS_OF_PARTS)
    monthly = report(path, MONTH, bill=small_bill(tmp_path, 31, 2.0), advice=False)
    states = {state.budget.name: state for state in monthly.verdict.states}
    assert states["team"].cost.billed == pytest.approx(8.433568)
    assert states["team"].status == "over budget"
    assert states["siem"].cost.billed is None
    assert states["siem"].cost.total == pytest.approx(3.72)
    assert monthly.verdict.budget == "team"
    assert monthly.verdict.sentence.startswith("Over budget: USD 8.43 was billed for October 2026")
    assert "budget team (USD 4.80 a month, account 111122223333)" in monthly.verdict.sentence


def test_headline_card_and_table_speak_of_the_same_budget(tmp_path):
    """The budget of the sentence is that of the first card and of the last column."""
    text = SMALL.replace("gets_per_day: 40000", "gets_per_day: {low: 30000, high: 60000}")
    path = write(tmp_path, text + BUDGETS_OF_PARTS)
    monthly = report(path, MONTH, advice=False)
    name = monthly.verdict.budget
    assert name != "org"
    assert _cards(monthly)[0][1].startswith(f"{name}, a month")
    assert Page(monthly.html()).table("Each month")[0][-1] == f"simulations over {name}"


def test_a_budget_of_nothing(tmp_path):
    """Anything at all is over a budget of 0, and has no share of it."""
    path = write(tmp_path, SMALL + "budgets: [{name: none, usd_per_month: 0}]\n")
    monthly = report(path, MONTH, bill=small_bill(tmp_path, 15), advice=False)
    assert monthly.verdict.status == "over budget"
    assert "make 4.75 of 0.00 (budget none)" in monthly.verdict.sentence


def test_credits_are_no_usage(tmp_path):
    """A credit of 100 on the bill makes nothing cheaper than its budget: it stands apart."""
    from tests.measurement.billing.bills import no_usage

    lines = daily_lines(31, 40_000) + daily_lines(31, 288, operation="GenerateDataKey", keys=0)
    credit = no_usage("Credit", "-100")
    credit = credit.__class__(
        **{**vars(credit), "start": "2026-10-01T00:00:00Z", "end": "2026-11-01T00:00:00Z"}
    )
    bill = legacy_bill(tmp_path / "bill.csv", [*lines, credit])
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.00}]\n")
    monthly = report(path, MONTH, bill=bill, advice=False)
    assert monthly.spent == pytest.approx(SMALL_MONTH)
    assert monthly.verdict.status == "over budget"


def test_a_bill_in_another_currency_is_refused(tmp_path):
    """Yuan are not held against dollars."""
    lines = [line.__class__(**{**vars(line), "currency": "CNY"}) for line in daily_lines(3, 100)]
    bill = legacy_bill(tmp_path / "bill.csv", lines)
    with pytest.raises(KmscostError, match="a bill in CNY"):
        report(write(tmp_path, SMALL), MONTH, bill=bill, advice=False)


def test_inside_the_range(tmp_path):
    """A bill between the 5th and the 95th percentile is said to be inside."""
    text = SMALL.replace("gets_per_day: 40000", "gets_per_day: {low: 30000, high: 60000}")
    monthly = report(write(tmp_path, text), MONTH, bill=small_bill(tmp_path, 31), advice=False)
    assert "The bill is inside the forecast's range" in monthly.verdict.sentence
    assert "calibrate" not in monthly.verdict.sentence
    below = small_bill(tmp_path, 31, 0.6, name="below.csv")
    monthly = report(write(tmp_path, text), MONTH, bill=below, advice=False)
    assert "is outside the forecast's range" in monthly.verdict.sentence


def test_copies_that_cost_little_are_no_card(tmp_path):
    """Less than a tenth of the KMS sum: in the notices, not in the first lines."""
    text = SMALL.replace(
        "trails: [{name: t, key: logs}]",
        "trails:\n  - {name: t, key: logs}\n"
        "  - {name: b, key: null, scope: account, exclude_kms_events: true}\n",
    )
    monthly = report(write(tmp_path, text), MONTH, advice=False)
    assert not any("copies" in line for line in monthly.document.beside)


WIDE = """
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: TRAIL, key: logs, files_per_day: {low: 2000, high: 90000}}]
readers:
  - {name: READER, kind: every-file, account: "111122223333", gets_per_file: {low: 1, high: 4}}
  - {name: LOOK, kind: query, account: "111122223333", days_scanned: 3,
     queries_per_month: {low: 2, high: 60}}
"""


def test_ranges_do_not_move_by_renaming(tmp_path):
    """Trails and readers by other names: the same ends, the same mean, the same chances.

    Also of two trails of one account that only their days and Regions tell apart.
    """
    late = "{name: SECOND, key: logs, files_per_day: {low: 20, high: 9000}, from: 2026-10-02}"
    text = WIDE.replace("high: 90000}}]", f"high: 90000}}}}, {late}]")
    text = f"{text}budgets: [{{name: kms, usd_per_month: 20.00}}]\n"
    renamed = (
        text.replace("TRAIL", '"b[x].y"')
        .replace("SECOND", "zz")
        .replace("READER", "z")
        .replace("LOOK", "a")
    )
    first, other = (
        report(write(tmp_path, words, f"{number}.yaml"), MONTH, advice=False)
        for number, words in enumerate((text, renamed))
    )
    assert first.simulation.draws_cost.tolist() == other.simulation.draws_cost.tolist()
    cards = [
        next(row for row in _cards(monthly) if row[0] == "Forecast") for monthly in (first, other)
    ]
    assert cards[0] == cards[1]
    assert first.verdict.sentence == other.verdict.sentence
    # three digits of the larger end, no more
    low, high = re.search(r"simulations; ([\d.,]+) to ([\d.,]+) in 90 %", cards[0][1]).groups()
    assert len(re.sub(r"[.,]", "", high).lstrip("0")) <= 3
    assert len(re.sub(r"[.,]", "", low).lstrip("0")) <= 3
