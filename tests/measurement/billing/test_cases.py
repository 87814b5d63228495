"""The shared cases of bills, with the right values of their table."""

from __future__ import annotations

import pytest

from estimator import measure_bill, reconcile
from pricing.reading.problems import KmscostError
from tests.extras import needed
from tests.real_data import CASES, needs_cases

pytestmark = needs_cases
MEASURE = CASES / "measure"
BILLS = MEASURE / "bill"

# 31 days x (2,000 GenerateDataKey + 1,000 Decrypt) = 93,000, and 40,000 on asymmetric keys;
# 0.249 + 0.60 + 1.00 + 0.02 = 1.869; without the discount line 1.899, with two more 1.8665
COUNTED = {
    "cur.csv": (133_000, 1.869),
    "cur_utf16.csv": (133_000, 1.869),
    "cur_edp_amounts.csv": (133_000, 1.8665),
    "focus10.csv": (133_000, 1.899),
    "focus12.csv": (133_000, 1.899),
    "focus_multicloud_alibaba.csv": (133_000, 1.899),
    "focus_converted.csv": (93_000, 1.249),
    "ce_get_cost_and_usage.json": (31_000, 1.093),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_bill_has_its_requests_and_cost(name):
    """As the table of cases has them, by hand."""
    totals = measure_bill(BILLS / name).totals
    requests, cost = COUNTED[name]
    assert totals["requests"] == requests
    assert totals["key_months"] == pytest.approx(1)
    assert totals["cost_usd"] == pytest.approx(cost)


def test_focus_of_aws_without_usage_types_has_its_meters():
    """SkuMeter holds them; 40,000 requests have a rate of their own."""
    actuals = measure_bill(BILLS / "focus12.csv")
    meters = {row["usage_type"] for row in actuals.details["usage_types"]}
    assert meters == {"KMS-Requests", "KMS-Requests-Asymmetric", "KMS-Keys", "FreeEventsRecorded"}
    assert any("40,000 requests are of usage types with rates" in line for line in actuals.notices)
    parts = reconcile(MEASURE / "inventory.yaml", BILLS / "focus12.csv", "2026-10").rows
    # 40,000 x 0.000015 = 0.60 of others, and no difference in price
    assert parts["cost_others"].sum() == pytest.approx(0.60)
    assert parts["cost_rate"].sum() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", ["focus_aws10days.csv", "focus_aws10days_azure31.csv"])
def test_another_providers_lines_stretch_no_coverage(name):
    """AWS's lines end on the 10th: 10/31 of October, 70,000 requests."""
    actuals = measure_bill(BILLS / name)
    assert actuals.totals["requests"] == 70_000
    assert actuals.coverage.months() == pytest.approx({"2026-10": 10 / 31})
    assert any("hours covered: 2026-10" in line for line in actuals.notices)


REFUSED = {
    "own_forecast.csv": "a forecast",
    "cur_excel_resaved.csv": r"cur_excel_resaved.csv:2: found '1.11122E\+11'",
    "cost_explorer_service.csv": "an export of Cost Explorer by service",
    "cost_explorer_usagetype.csv": "an export of Cost Explorer with costs and no usage",
    "cost_explorer_usage_qty.csv": "an export of Cost Explorer with usage and no costs",
    "../../faults/damaged_bill_lzma.zip": r"damaged_bill_lzma.zip!b.csv: found damaged LZMA",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_bill_is_refused_by_its_name(name):
    """With what it is, and the line or the member."""
    with pytest.raises(KmscostError, match=REFUSED[name]):
        measure_bill(BILLS / name)


def test_a_bucket_for_athena_passes_strict():
    """Status table, template, SQL and test object are AWS's own: 133,000 requests, USD 1.869."""
    needed("pyarrow")
    actuals = measure_bill(BILLS / "athena_bucket", strict=True)
    assert actuals.totals["requests"] == 133_000
    assert actuals.totals["cost_usd"] == pytest.approx(1.869)
    assert not actuals.skipped
