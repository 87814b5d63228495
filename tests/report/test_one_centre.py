"""One quantity has one number on all of a report: expected, wherever anything is a range."""

from __future__ import annotations

import json
import math
import re

import pytest

from estimator import forecast, report
from estimator.figures import money
from tests.measurement.billing.bills import legacy_bill
from tests.report.material import BILL, EXAMPLE, Page
from tests.report.verdicts import daily_lines, write

MONTH = "2026-10"
# two payers, ranges on all that can be one, free requests that some draws use up and others not
RANGES = """
version: 1
payer: "111122223333"
other_kms_requests_per_month: {low: 5000, high: 40000}
cloudtrail_writes: INTERPRETATION
accounts:
  - {id: "111122223333", regions: [us-east-1, eu-west-1], files_per_day: {low: 100, high: 900}}
  - {id: "222222222222", payer: "222222222222", regions: [us-east-1]}
keys: [{id: logs, region: us-east-1}, {id: two, account: "222222222222", region: us-east-1}]
trails:
  - {name: t, key: logs, scope: account, files_per_day: {us-east-1: {low: 9, high: 90}, other: 20},
     bucket: {bucket_key: true, bucket_key_saving: {low: 0.2, high: 0.7}}}
  - {name: u, account: "222222222222", key: two, scope: account, log_file_validation: true}
readers:
  - {name: siem, kind: every-file, gets_per_file: {low: 1, high: 4}}
  - {name: look, kind: query, account: "222222222222", queries_per_month: {low: 3, high: 60},
     days_scanned: {low: 2, high: 20}, share_of_files: {low: 0.1, high: 0.8}}
growth: {accounts_per_year: {low: 2%, high: 40%}, files_per_year: 5%}
budgets: [{name: kms, usd_per_month: 9.00}, {name: two, account: "222222222222", usd_per_month: 2}]
"""


@pytest.fixture(scope="module", params=["example", "charged", "exempt"])
def monthly(request, tmp_path_factory):
    """A report of ranges with a bill."""
    options = {"advice": False, "draws": 500, "months_ahead": 3}
    if request.param == "example":
        return report(EXAMPLE, MONTH, bill=BILL, **options)
    folder = tmp_path_factory.mktemp("centre")
    path = write(folder, RANGES.replace("INTERPRETATION", request.param))
    lines = daily_lines(20, 900) + daily_lines(20, 300, operation="GenerateDataKey", keys=0)
    return report(path, MONTH, bill=legacy_bill(folder / "bill.csv", lines), **options)


def test_all_of_the_json_adds_up_to_what_is_expected(monthly):
    """Rows, months, totals, drivers, Regions, and the reconciliation's forecast: one mean."""
    found = json.loads(json.dumps(monthly.to_dict(), default=str))
    expected, exempt = found["expected"], monthly.inventory.cloudtrail_writes == "exempt"
    assert expected["cost_usd"] != pytest.approx(monthly.typical, abs=1e-4)  # a centre to tell
    for month, mean in zip(found["forecast"]["months"], found["simulation"]["months"], strict=True):
        rows = [row for row in found["forecast"]["rows"] if row["month"] == month["month"]]
        for name in ("cost_usd", "cost_usd_writes_charged", "cost_usd_writes_exempt", "requests"):
            assert month[name] == pytest.approx(mean[f"mean_{name}"])
        requests = [row for row in rows if row["unit"] == "request"]
        assert math.fsum(row["cost"] for row in rows) == pytest.approx(month["cost_usd"])
        other = month[f"cost_usd_writes_{monthly.forecast.other_interpretation}"]
        assert math.fsum(row["cost_other_reading"] for row in rows) == pytest.approx(other)
        for name, column in (
            ("requests", "quantity"),
            ("free_requests", "free"),
            ("billable_requests", "billable"),
        ):
            assert math.fsum(row[column] for row in requests) == pytest.approx(month[name])
        for row in rows:
            assert row["free"] + row["billable"] == pytest.approx(row["quantity"])
            assert row["billable"] * row["usd_per_unit"] == pytest.approx(row["cost"])
            assert min(row["free"], row["billable"]) >= -1e-9
        pools = [pool for pool in found["forecast"]["free_tier"] if pool["month"] == month["month"]]
        pooled = [row for row in requests if not exempt or row["cause"] not in ("put", "digest")]
        for name, column in (("used", "free"), ("requests", "quantity")):
            of_pools = math.fsum(pool[name] for pool in pools)
            assert of_pools == pytest.approx(math.fsum(row[column] for row in pooled))
    assert found["totals"]["cost_usd"] == pytest.approx(expected["cost_usd"])
    assert found["totals"]["requests"] == pytest.approx(expected["requests"])
    for rows in monthly.breakdown.values():
        assert math.fsum(rows["cost"]) == pytest.approx(expected["cost_usd"])
        other = expected[f"cost_usd_writes_{monthly.forecast.other_interpretation}"]
        assert math.fsum(rows["cost_other_reading"]) == pytest.approx(other)
    assert monthly.reconciliation.forecast_of_month() == pytest.approx(expected["cost_usd"])
    assert found["past"][-1]["forecast"] == pytest.approx(expected["cost_usd"])
    totals = found["reconciliation"]["totals"]
    assert totals["cost_usd_month"] == pytest.approx(found["spent_usd"])


def test_all_of_the_page_shows_the_same_cents(monthly):
    """Cards, tables and charts, in HTML as in Markdown; the typical value stands there named."""
    page, text = Page(monthly.html()), monthly.markdown().replace("\\", "")
    cents, typical = money(monthly.expected["cost_usd"]), money(monthly.typical)
    cards = re.search(r"\*\*In short\*\*\n\n(.*?)\n\n", text, re.DOTALL).group(1)
    assert re.search(rf"\| Forecast \|[^|]*\| {cents} \|", cards)
    tables = {name: rows for name, rows in page.tables.items() if name.startswith("By ")}
    assert len(tables) >= 5
    for name, rows in tables.items():
        # "what changed" has tables By too, of differences
        if "since" not in name:
            at = rows[0].index("USD")
            assert float(rows[-1][at]) == pytest.approx(float(cents)), name
    charted = {
        block.name: block.description
        for section in monthly.document.sections
        for block in section.blocks
        if hasattr(block, "draw")
    }
    assert f"USD {cents} in {MONTH}; by what" in charted["sankey"]
    assert f"expected USD {cents} in {MONTH}," in charted["fan"]
    assert f"USD {cents} in {MONTH}" in charted["cost"]
    to_date = monthly.reconciliation.forecast_to_date()
    first = re.match(r"forecast ([\d.]+);", charted["difference"]).group(1)
    assert float(first) == pytest.approx(to_date, abs=0.005)
    sides = page.table("Forecast, measured and billed")
    assert sides[-1][1] == money(to_date)
    # but for months ahead, which may happen to cost as much
    lines = [line for line in text.splitlines() if not line.startswith("| 2026-")]
    found = [line for line in lines if re.search(rf"(?<![\d.]){re.escape(typical)}(?![\d.])", line)]
    assert found
    assert all("typical" in line for line in found), found


def test_what_is_certain_stays_as_it_is(monthly):
    """The months of keys are no range: their cost is that of the plain forecast."""
    rows = monthly.forecast.rows
    keys = rows[(rows["cause"] == "key") & (rows["month"].astype(str) == MONTH)]
    whole = forecast(monthly.inventory, MONTH, 1).rows
    assert keys["cost"].tolist() == whole[whole["cause"] == "key"]["cost"].tolist()
