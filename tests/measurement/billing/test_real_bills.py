from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from estimator.measurement.billing import measure_bill
from tests.real_data import DATA, needs_data

pytestmark = needs_data
BILLS = DATA / "bills"
LEGACY = BILLS / "cur-legacy" / "sample-anonymous-aws-export-dataset.csv"
CUR2 = BILLS / "cur-2.0" / "ha-project-CUR-daily-1-00001.csv"
FOCUS = BILLS / "focus-1.0" / "focus_sample.csv"


def sum_column(path: Path, column: str, where: str, value: str) -> Decimal:
    """The file's own sum of a column, by the standard library and in decimals."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return sum(
            (Decimal(row[column]) for row in csv.DictReader(lines) if row[where] == value),
            Decimal(0),
        )


def test_the_legacy_bill_has_the_lines_that_its_readme_names():
    """52 of 1,281 lines are KMS's: 8 keys, 43 free requests, 1 tax."""
    actuals = measure_bill(LEGACY)
    assert (actuals.records, actuals.files) == (1281, 1)
    assert actuals.details["lines"]["awskms"] == 52
    assert actuals.details["lines"]["by_kind"] == {
        "keys": 8,
        "free requests": 43,
        "paid requests": 0,
        "tax": 1,
    }
    assert actuals.details["lines"]["AWSCloudTrail"] == 13


def test_the_new_bill_has_the_lines_that_its_readme_names():
    """26 of 1,882 lines are KMS's, 25 free requests and a tax; 95 are CloudTrail's."""
    actuals = measure_bill(CUR2.parent)
    assert (actuals.records, actuals.files) == (1882, 1)
    assert actuals.details["lines"]["awskms"] == 26
    assert actuals.details["lines"]["by_kind"] == {
        "keys": 0,
        "free requests": 25,
        "paid requests": 0,
        "tax": 1,
    }
    assert actuals.details["lines"]["AWSCloudTrail"] == 95


def test_the_focus_bill_has_the_lines_that_its_readme_names():
    """4 of 1,000 lines are KMS's: 3 key-hours of 1/720 and one free request."""
    actuals = measure_bill(FOCUS)
    assert actuals.records == 1000
    assert actuals.details["lines"]["awskms"] == 4
    assert actuals.details["lines"]["by_kind"] == {
        "keys": 3,
        "free requests": 1,
        "paid requests": 0,
    }
    keys = actuals.rows[actuals.rows["unit"] == "key-month"]
    assert list(keys["quantity"]) == pytest.approx([1 / 720] * 3, abs=1e-9)


@pytest.mark.parametrize(
    ("path", "column", "where", "kms", "cloudtrail"),
    [
        (LEGACY, "lineItem/UnblendedCost", "lineItem/ProductCode", "awskms", "AWSCloudTrail"),
        (CUR2, "line_item_unblended_cost", "line_item_product_code", "awskms", "AWSCloudTrail"),
        (FOCUS, "BilledCost", "ServiceName", "AWS Key Management Service", "AWS CloudTrail"),
    ],
    ids=["legacy", "cur 2.0", "focus"],
)
def test_amounts_add_up_to_the_bill(path, column, where, kms, cloudtrail):
    """Costs are the file's own sum, to the last of its decimals, KMS's and CloudTrail's apart."""
    actuals = measure_bill(path)
    for product, name, total in (
        (kms, "awskms", "cost_usd"),
        (cloudtrail, "AWSCloudTrail", "cost_usd_cloudtrail"),
    ):
        own = sum_column(path, column, where, product)
        of_product = actuals.rows[actuals.rows["product"] == name]
        rows = sum((Decimal(str(cost)) for cost in of_product["cost"]), Decimal(0))
        assert round(rows, 11) == round(own, 11)
        assert round(Decimal(str(actuals.totals[total])), 11) == round(own, 11)


def test_quantities_add_up_to_the_bill():
    """Requests of the legacy bill are the sum of its lines: 99, all of them free."""
    own = sum_column(
        LEGACY, "lineItem/UsageAmount", "lineItem/UsageType", "ca-central-1-KMS-Requests"
    )
    actuals = measure_bill(LEGACY)
    assert Decimal(str(actuals.totals["requests"])) == own == 99
    assert (actuals.totals["free_requests"], actuals.totals["billable_requests"]) == (99.0, 0.0)
    # the eight lines of the key: 6 x 0.0333333336 + 0.0263888891 + 0.0041666667
    assert actuals.totals["key_months"] == pytest.approx(0.2305555574, abs=1e-12)


def test_days_and_regions_are_those_of_the_lines():
    """A Decrypt of 7 November in ca-central-1 is a row of its own; the tax spans the month."""
    rows = measure_bill(LEGACY).rows
    decrypt = rows[rows["operation"] == "Decrypt"].iloc[0]
    assert (str(decrypt["day"]), decrypt["billed_region"]) == ("2023-11-07", "ca-central-1")
    tax = rows[(rows["operation"] == "Tax") & (rows["product"] == "awskms")].iloc[0]
    assert (str(tax["day"]), str(tax["month"]), tax["unit"]) == ("NaT", "2023-11", "")
    assert tax["cost"] == 0.01


def test_coverage_is_that_of_the_whole_bill():
    """Usage of any product tells how far a bill goes: to 04:00 on 14 November, 316 of 720 hours."""
    actuals = measure_bill(LEGACY)
    assert actuals.coverage.months() == {"2023-11": (13 * 24 + 4) / 720}
    assert any("43.9 %" in notice for notice in actuals.notices)


def test_a_sample_that_lost_leading_zeros_has_whole_account_ids():
    """Account 46124420288 is 046124420288."""
    rows = measure_bill(FOCUS).rows
    assert "046124420288" in set(rows["billed_account"])


def test_bills_of_different_payers_are_counted_together():
    """The three bills in one folder: 52 + 26 + 4 lines of KMS in 1,281 + 1,882 + 1,000."""
    actuals = measure_bill(BILLS)
    assert actuals.details["lines"]["awskms"] == 82
    assert actuals.records == 4163
