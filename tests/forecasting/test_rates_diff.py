"""What another price means in money."""

import json

import pytest

from estimator import KmscostError, forecast, rates_diff, rates_import
from estimator.report.answers.rates import changes_lines
from tests.pricing.offers.offer_files import Product, everywhere, flat, kms, offer, write_file

INVENTORY = """\
version: 1
other_kms_requests_per_month: 20_000
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: k, region: us-east-1}]
trails:
  - {name: t, key: k, bucket: {name: b, region: us-east-1}}
readers:
  - {name: r, kind: fixed, account: "111122223333", gets_per_day: 1000}
"""


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "inventory.yaml"
    path.write_text(INVENTORY)
    return path


def offer_file(tmp_path, request, name="new.json"):
    products = [*kms("us-east-1", request=request), everywhere()]
    return write_file(tmp_path / name, offer(products))


def test_a_dearer_request_in_money(tmp_path, inventory):
    """From 0.03 to 0.05 per 10,000: November's 8,640 puts and 30,000 gets cost 0.07728 more.

    (288 + 1,000) x 30 days = 38,640 requests, none of them free as others use all 20,000;
    38,640 x 0.02 / 10,000 = 0.07728. Exempt, only the gets: 30,000 x 0.02 / 10,000 = 0.06.
    """
    result = rates_diff("shipped", offer_file(tmp_path, "0.000005"), inventory, "2026-11", 1)
    (month,) = result.months
    assert month["cost_usd_a"] == pytest.approx(1 + 38_640 * 0.03 / 10_000)
    assert month["cost_usd_difference"] == pytest.approx(0.07728)
    assert month["cost_usd_writes_exempt_difference"] == pytest.approx(0.06)
    assert month["relative_difference"] == pytest.approx(0.07728 / 1.11592)
    assert "own writes, the total is USD 1.15" in result.other_interpretation_line
    assert "with the rates of shipped USD 1.09" in result.other_interpretation_line
    assert "us-east-1" in result.notices[0]  # 0.05 is 67 % more
    assert json.loads(json.dumps(result.to_dict()))["totals"]["cost_usd_b"] == pytest.approx(1.1932)


def test_each_side_may_be_a_table_a_price_file_or_shipped(tmp_path, inventory):
    """An imported table, its YAML and the offer file itself are the same to `rates_diff`."""
    file = offer_file(tmp_path, "0.000005")
    result = rates_import(file)
    yaml = tmp_path / "rates.yaml"
    yaml.write_text(result.yaml)
    for rates in (result.table, file, str(yaml)):
        for other in (result.table, str(file), yaml):
            assert rates_diff(rates, other, inventory, "2026-11", 1).changes == ()
    assert rates_diff("shipped", "shipped").changes == ()
    there = rates_diff("shipped", yaml, inventory, "2026-11", 2)
    back = rates_diff(yaml, "shipped", inventory, "2026-11", 2)
    total = there.totals["cost_usd_difference"]
    assert total == pytest.approx(-back.totals["cost_usd_difference"])
    assert total == pytest.approx(sum(month["cost_usd_difference"] for month in there.months))


def test_a_table_of_cloudtrail_alone(tmp_path, inventory):
    """CloudTrail's rate doubled: KMS costs the same, the second trail's copies twice as much."""
    inventory.write_text(
        INVENTORY.replace(
            "readers:", "  - {name: u, key: k, bucket: {name: c, region: us-east-1}}\nreaders:"
        )
    )
    copies = Product("USE1-PaidEventsRecorded", "us-east-1", [("0", "Inf", "0.00004")], "Events")
    file = write_file(tmp_path / "ct.json", offer([copies], "AWSCloudTrail"))
    result = rates_diff("shipped", file, inventory, "2026-11", 1)
    totals = result.totals
    assert totals["cost_usd_difference"] == 0
    assert totals["cost_usd_cloudtrail_events_a"] > 0
    assert totals["cost_usd_cloudtrail_events_b"] == pytest.approx(
        2 * totals["cost_usd_cloudtrail_events_a"]
    )
    assert {change.meter for change in result.changes} == {"cloudtrail-management-events"}
    for end in ("_others", "_high"):
        names = [f"cost_usd_cloudtrail_events{end}_{side}" for side in "ab"]
        assert totals[names[1]] == pytest.approx(2 * totals[names[0]])
    line = changes_lines(result)[-1]
    assert line.startswith("Apart from KMS, on CloudTrail's bill for copies of KMS events: USD ")


def test_two_currencies_are_not_compared(tmp_path):
    """No exchange rate is known: USD against CNY is an error that says so."""
    china = write_file(tmp_path / "cn.json", offer(kms("cn-north-1"), currency="CNY"))
    with pytest.raises(KmscostError, match="no exchange rate"):
        rates_diff("shipped", china)


def test_a_region_without_a_rate_is_an_error(tmp_path, inventory):
    """A file without the inventory's Region gives no money for it, not a silent zero."""
    other = write_file(tmp_path / "eu.json", offer([*kms("eu-west-1"), everywhere()]))
    with pytest.raises(KmscostError, match="no rate for us-east-1"):
        rates_diff("shipped", other, inventory, "2026-11", 1)


def test_budgets_in_usd_are_not_compared_with_yuan(tmp_path):
    """A forecast in CNY says CNY in its keys, its lines and its notice about the budget."""
    inventory = tmp_path / "cn.yaml"
    inventory.write_text(
        INVENTORY.replace("us-east-1", "cn-north-1") + "budgets: [{name: b, usd_per_month: 1}]\n"
    )
    products = [
        flat("KMS-Requests", "cn-north-1", "0.00002"),
        flat("KMS-Keys", "cn-north-1", "7", "Keys"),
    ]
    table = rates_import(write_file(tmp_path / "cn.json", offer(products, currency="CNY"))).table
    result = forecast(inventory, "2026-11", 1, rates=table)
    # 38,640 x 0.2 / 10,000 = 0.7728, and a key at 7
    assert result.totals["cost_cny"] == pytest.approx(7.7728)
    assert not [name for name in result.to_dict()["totals"] if "usd" in name]
    assert not [name for name in result.rows.columns if "usd" in name]
    assert "CNY" in result.other_interpretation_line
    assert any(
        "budgets are in USD, the rates in CNY: not compared" in notice for notice in result.notices
    )
