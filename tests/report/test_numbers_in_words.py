"""Numbers that a sentence or a column may spoil: rounded to another one, or said to be what not."""

from __future__ import annotations

import datetime

import pytest

from estimator import forecast, measure_s3_listing, report
from estimator.measurement.measurement_files.merging import Part, merge
from estimator.report.monthly.document import Cards
from estimator.report.monthly.month_bill import BillRange
from tests.reconciliation.bills import measured_of
from tests.report.material import KEY, MONTH, Page
from tests.report.verdicts import SMALL, small_bill, write

# 288 x 31 = 8,928 puts and no more gets than 2 x 8,928: below the free 20,000, so 1.00 for the key
FREE = """
version: 1
payer: "111122223333"
other_kms_requests_per_month: 123.5
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails:
  - {name: t, key: logs, bucket: {name: b, bucket_key: true, bucket_key_saving: 0.985}}
readers:
  - {name: siem, kind: every-file, gets_per_file: {low: 1, high: 1.3, mid: 1.05}}
  - {name: audit, kind: fixed, gets_per_day: 90}
growth: {accounts_per_year: 12.5%}
budgets: [{name: kms, usd_per_month: 5.00}]
"""


@pytest.fixture(scope="module")
def free(tmp_path_factory):
    """The report of `FREE`."""
    path = write(tmp_path_factory.mktemp("free"), FREE)
    return report(path, MONTH, advice=False, draws=1000)


@pytest.mark.parametrize(
    ("assumption", "written"),
    [
        ("trails[t].bucket.bucket_key_saving", "0.985"),
        ("growth.accounts_per_year", "0.125"),
        ("readers[siem].gets_per_file", "1.05"),
        ("readers[audit].gets_per_day", "90"),
        ("other_kms_requests_per_month", "123.5"),
    ],
)
def test_an_assumption_is_what_the_inventory_says(free, assumption, written):
    """Its units differ from row to row: a saving of 0.985 is not 1.0 beside 123.5 requests."""
    rows = Page(free.html()).table("Assumptions")
    (row,) = (row for row in rows if row[0] == assumption)
    assert row[rows[0].index("value")] == written


def test_ranges_that_change_no_cost_are_ranges(free):
    """All requests are free wherever the range ends: there is a range, and no width."""
    assert free.spent == 1.0
    text = free.markdown()
    assert "By the forecast, which no range changes, no month to October 2027" in text
    assert "no range changes this cost, so the cost has no width" in text
    assert "No range of the inventory changes the cost of these months" in text
    assert "o assumption is a range" not in text
    assert "without a range" not in text


@pytest.mark.parametrize(
    ("billed", "low", "high", "place"),
    [
        (5.52, 5.50, 5.57, "inside"),
        # 5.498 is printed as 5.50, an end of the range
        (5.498, 5.501, 5.57, "inside"),
        (0.08035, 0.0838, 0.263, "within half a cent of"),
        (0.2661, 0.0838, 0.263, "within half a cent of"),
        # a part is inside within a tenth of its forecast too
        (0.95, 0.99, 1.01, "within a tenth of"),
    ],
)
def test_a_bill_beside_its_range_is_not_said_to_be_inside(billed, low, high, place):
    """What is as good as inside has a number that is not."""
    assert BillRange(billed, low, high, is_inside=True).place == place


def test_what_is_just_over_a_budget_is_nowhere_all_of_it(tmp_path):
    """4.746784 of 4.7467 is 100.0018 %: over budget, in the sentence as in the table."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.7467}]\n")
    monthly = report(path, MONTH, advice=False, draws=100)
    rows = Page(monthly.html()).table("Budgets in 2026-10")
    row = dict(zip(*rows, strict=True))
    assert (row["status"], row["share"]) == ("over budget", "100.002 %")
    assert "100.002 % of budget kms" in monthly.verdict.sentence


def test_a_bill_as_forecast_stands_beside_the_forecast(tmp_path):
    """No part differs: forecast 4.75 and billed 4.75, none of them left out."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 9.00}]\n")
    monthly = report(path, MONTH, bill=small_bill(tmp_path, 31), advice=False, draws=100)
    rows = Page(monthly.html()).table("Why they differ")[1:]
    assert [(row[0], row[-1]) for row in rows] == [("forecast", "4.75"), ("billed", "4.75")]


def test_a_budget_that_short_months_keep_is_not_broken_from_a_month_on(tmp_path):
    """4.70: months of 31 days cost 4.746784, of 30 days 40,288 x 30 x 0.000003 + 1 = 4.62592.

    From November 2026 to October 2027 seven have 31 days, December first of all.
    """
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 4.70}]\n")
    monthly = report(path, MONTH, advice=False, draws=100)
    assert monthly.verdict.sentence.endswith(
        "Budget kms is expected to be broken in 7 of the 12 months ahead, first in December 2026."
    )
    assert "budget kms 4.70, first broken in 2026-10" in monthly.markdown()


def test_a_budget_that_one_month_breaks_is_broken_in_it_alone(tmp_path):
    """A replay in March adds 31 x 100,000 x 0.000003 = 9.30; all other months keep 5.00."""
    replay = (
        "{name: replay, kind: fixed, gets_per_day: 100000, from: 2027-03-01, until: 2027-04-01}"
    )
    text = SMALL.replace("readers: [", f"readers: [{replay}, ")
    path = write(tmp_path, f"{text}budgets: [{{name: kms, usd_per_month: 5.00}}]\n")
    monthly = report(path, MONTH, advice=False, draws=100)
    assert monthly.verdict.sentence.endswith(
        "Budget kms is expected to be broken in March 2027 alone."
    )
    assert "budget kms 5.00, broken in 2027-03" in monthly.markdown()


def test_no_measurement_mends_a_price(tmp_path):
    """A quarter off that the bill does not have: 4.746784 x 0.75 = 3.560088 is 1.19 too low."""
    path = write(tmp_path, SMALL + "budgets: [{name: kms, usd_per_month: 50.00}]\n")
    bill = small_bill(tmp_path, 31)
    monthly = report(path, MONTH, bill=bill, discount=0.25, advice=False, draws=100)
    assert "not to be believed until the rates are those of the bill." in monthly.verdict.sentence
    (to_do,) = monthly.document.answers[-1].lines
    assert to_do == (
        "Bring the rates to the bill's prices (--discount, --rates): they make USD +1.19 of the "
        "difference."
    )


@pytest.fixture
def listing(tmp_path):
    """A measurement of 24 files a day in October."""
    lines = []
    for hour in range(31 * 24):
        put = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC) + datetime.timedelta(hours=hour)
        name = f"111122223333_CloudTrail_us-east-1_{put:%Y%m%dT%H%M}Z_{hour:016}.json.gz"
        folder = f"AWSLogs/111122223333/CloudTrail/us-east-1/{put:%Y/%m/%d}"
        lines.append(f"{put:%Y-%m-%d %H:%M:%S}       2048 {folder}/{name}\n")
    (tmp_path / "listing.txt").write_text("".join(lines))
    return measure_s3_listing(tmp_path / "listing.txt")


def test_what_a_listing_does_not_tell_is_not_measured(tmp_path, listing):
    """24 files a day are 744 puts of 8,928; gets, and others' requests, no object name tells."""
    monthly = report(write(tmp_path, SMALL), MONTH, actuals=listing, advice=False, draws=100)
    _, *rows = Page(monthly.html()).table("Forecast and measured requests by cause")
    assert rows == [
        ["put", "8,928", "744", "-8,184", "-91.7 %"],
        ["get", "1,240,000", "-", "-", "-"],
        ["CloudTrail's", "1,248,928", "-", "-", "-"],
        ["others", "20,000", "-", "-", "-"],
    ]
    blocks = [block for section in monthly.document.sections for block in section.blocks]
    cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
    notes = {card.name: card.note for card in cards}
    assert notes["Measured"] == "CloudTrail's, of the causes measured, as far as covered"


def test_logs_of_another_month_tell_nothing_of_this_one(tmp_path, listing):
    """A listing of October beside logs of September: gets of October are not known, and no zero."""
    path = write(tmp_path, SMALL)
    logs = measured_of(forecast(path, "2026-09", 1), {"logs": KEY}, days=30)
    measured = merge([Part("a.json", listing, True), Part("b.json", logs, True)])
    monthly = report(path, MONTH, actuals=measured, advice=False, draws=100)
    _, *rows = Page(monthly.html()).table("Forecast and measured requests by cause")
    found = [(row[0], row[2]) for row in rows]
    assert found == [("put", "744"), ("get", "-"), ("CloudTrail's", "-"), ("others", "-")]
    assert "CloudTrail's, of the causes measured, as far as covered" in monthly.markdown()
