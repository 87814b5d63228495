from __future__ import annotations

import pytest

from estimator.measurement.billing import measure_bill
from pricing.regions import regions
from pricing.usage_types import BILLING_CODES
from tests.measurement.billing.bills import KEY, Line, as_csv, cur2, legacy_bill, write_file

# no code found for the European Sovereign Cloud, nor for what is newer than the sources
UNKNOWN = {"eusc-de-east-1", "me-west-1", "sa-west-1"}


def measure_line(tmp_path, **line):
    actuals = measure_bill(legacy_bill(tmp_path / "b.csv", [Line(**line)]))
    return actuals.rows["billed_region"].iloc[0], actuals


def test_every_region_that_is_known_has_its_billing_code():
    """A usage type of any Region of the shipped table is placed, GovCloud and China included."""
    assert set(BILLING_CODES.values()) == set(regions()) - UNKNOWN


@pytest.mark.parametrize(
    ("usage_type", "region"),
    [
        ("us-west-2-KMS-Requests", "us-west-2"),
        ("us-gov-west-1-KMS-Requests", "us-gov-west-1"),
        ("cn-northwest-1-KMS-Requests", "cn-northwest-1"),
        ("USE1-KMS-Requests", "us-east-1"),
        ("EUC1-KMS-Requests", "eu-central-1"),
        ("EU-KMS-Requests", "eu-west-1"),
        ("APS3-KMS-Requests", "ap-south-1"),
        ("UGE1-KMS-Requests", "us-gov-east-1"),
        ("CNN1-KMS-Requests", "cn-north-1"),
        ("KMS-Requests", "us-east-1"),
        ("us-gov-east-1-KMS-Requests-Asymmetric-RSA_2048", "us-gov-east-1"),
    ],
)
def test_the_usage_type_tells_the_region_where_no_column_does(tmp_path, usage_type, region):
    """Full names, short codes, and none at all, which means us-east-1."""
    found, measured = measure_line(tmp_path, usage_type=usage_type, region="", amount="3")
    assert found == region
    assert measured.totals["requests"] == 3
    assert not [notice for notice in measured.notices if "Region" in notice]


def test_the_products_region_goes_before_the_usage_type(tmp_path):
    """A column of its own is AWS's own word."""
    assert (
        measure_line(tmp_path, usage_type="USE1-KMS-Requests", region="eu-west-3")[0] == "eu-west-3"
    )


def test_the_keys_region_goes_before_no_prefix(tmp_path):
    """A key in eu-west-1 is metered there, whatever a usage type without prefix may mean."""
    found, _ = measure_line(tmp_path, usage_type="KMS-Requests", region="", resource=KEY)
    assert found == "eu-west-1"


@pytest.mark.parametrize("usage_type", ["XYZ9-KMS-Requests", "Global-KMS-Requests"])
def test_a_region_that_is_not_known_is_said_and_not_guessed(tmp_path, usage_type):
    """An unknown code leaves the Region empty, and a notice says so; the requests count."""
    found, measured = measure_line(tmp_path, usage_type=usage_type, region="global", amount="3")
    assert found == ""
    assert measured.totals["requests"] == 3
    assert "1 line of usage names no Region that is known (KMS-Requests)" in measured.notices


def test_a_tax_has_no_region(tmp_path):
    """A bill of CUR 2.0 with empty usage type: no Region and no complaint."""
    lines = [Line(usage_type="", region="", kind="Tax", cost="0.01")]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(cur2(lines, region_column=False))))
    assert list(actuals.rows["billed_region"]) == [""]
    assert not [notice for notice in actuals.notices if "Region" in notice]
