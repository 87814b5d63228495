"""What stands in several places of a report reads the same in each, also where sums are printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from estimator import report
from tests.measurement.billing.bills import legacy_bill
from tests.report.material import MONTH, Page
from tests.report.test_past_months import half
from tests.report.test_time import lines_of_month
from tests.report.verdicts import SMALL, daily_lines, write


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """`SMALL` with a budget."""
    budget = "budgets: [{name: kms, usd_per_month: 9.00}]\n"
    return write(tmp_path_factory.mktemp("digits"), SMALL + budget)


def test_the_rest_of_a_month_reads_the_same_everywhere(tmp_path, path):
    """2.31296 billed and 2.31296 more make 4.62592: 2.31 + 2.32 = 4.63, never 2.31 more."""
    august = legacy_bill(tmp_path / "august.csv", list(lines_of_month("2026-08", 1.0)))
    bills = [august, half(tmp_path)]
    monthly = report(path, "2026-09", bill=bills, advice=False, draws=100, months_ahead=1)
    text = monthly.markdown()
    for words in (
        "USD 2.31 billed to 15 September and about 2.32 more by the month's end make 4.63 of 9.00",
        "2.31 billed and 2.32 more, as forecast",
        "USD 4.63 (2.32 of it forecast) for September 2026",
        "(nothing is known of 2026-01 to 2026-07), 2.32 of it forecast",
        "bill to 15 September, 2.32 forecast | 4.63",
        "of it still expected 2.32 in 2026-09",
    ):
        assert words in text
    assert "2.31 of it" not in text


def october(folder, gets, dearer=0.0, keys=1.0):
    """The bill of `SMALL` in October: gets a day, each day's dearer by an amount, and keys."""
    lines = [
        replace(line, cost=repr(float(line.cost) + dearer)) if line.operation == "Decrypt" else line
        for line in daily_lines(31, float(gets), keys=keys)
    ]
    lines += daily_lines(31, 288.0, operation="GenerateDataKey", keys=0)
    return legacy_bill(folder / "bill.csv", lines)


def test_a_part_of_the_difference_reads_the_same_everywhere(tmp_path, path):
    """4.746784 - 4,867 x 0.000003 - 31 x 0.00048 = 4.746784 - 0.014601 - 0.01488 = 4.717303.

    Each alone 4.75 - 0.01 - 0.01 is not 4.72: the cent goes to the rate, which lost more of one.
    """
    bill = october(tmp_path, 40_000 - 157, dearer=-0.00048)
    monthly = report(path, MONTH, bill=bill, advice=False, draws=100)
    page = Page(monthly.html())
    rows = [(row[0], row[-1]) for row in page.table("Why they differ")[1:]]
    assert rows == [
        ("forecast", "4.75"),
        ("volume of CloudTrail's requests", "-0.01"),
        ("rate", "-0.02"),
        ("billed", "4.72"),
    ]
    text = monthly.markdown()
    assert "of the same days: rate -0.02, volume of CloudTrail's requests -0.01." in text
    assert "volume of CloudTrail's requests -0.01; rate -0.02; billed for CloudTrail 4.72" in text


def test_what_is_billed_for_cloudtrail_reads_the_same_everywhere(tmp_path, path):
    """4.746784 - 930 x 0.000003 = 4.743994, and another key for 10.003: 14.746994 in all.

    The cent that rounding leaves over, 14.75 - 4.74 - 10.00, is no part of CloudTrail's.
    """
    monthly = report(
        path, MONTH, bill=october(tmp_path, 40_000 - 30, keys=11.003), advice=False, draws=100
    )
    assert "USD 4.74 was billed for October 2026" in monthly.verdict.sentence
    rows = Page(monthly.html()).table("Why they differ")[1:]
    column = {row[0]: row[-1] for row in rows}
    assert column["billed for CloudTrail"] == "4.74"
    assert column["keys that are not in the inventory"] == "+10.01"
    assert column["billed"] == "14.75"
    assert "billed for CloudTrail 4.74" in monthly.markdown()
    # what others use takes the cent wherever it stands
    text = monthly.markdown()
    assert "others use KMS on the same bill for USD 10.01 (keys)." in text
    assert "apart from it, others on the same bill: 10.01" in text
    (cells,) = (row for row in Page(monthly.html()).table("Forecast, measured and billed")
                if row[0] == "USD others'")  # fmt: skip
    assert "10.01" in cells
