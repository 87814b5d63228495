"""`export bcm`: usage lines that AWS's Pricing Calculator takes, every request once."""

import math

import pytest

from estimator import export_bcm, forecast, load_inventory
from pricing.reading.problems import UsageError
from tests.exports.inventories import ODD, SMALL, load
from tests.exports.service_models import complaints
from tests.real_data import ROOT

EXAMPLE = ROOT / "examples" / "organization.yaml"
OPERATIONS = {
    "workload-estimate": "BatchCreateWorkloadEstimateUsage",
    "bill-scenario": "BatchCreateBillScenarioUsageModification",
}


def lines_of(calls):
    """All lines of all batches."""
    return [
        line for call in calls.inputs for line in call.get("usage") or call["usageModifications"]
    ]


@pytest.mark.parametrize("kind", OPERATIONS)
@pytest.mark.parametrize("months", [1, 12])
def test_botocore_takes_every_batch(tmp_path, kind, months):
    """Its service model finds nothing wrong, 25 lines a batch among them; no key comes twice."""
    for inventory in (load_inventory(EXAMPLE), load(tmp_path, ODD)):
        calls = export_bcm(inventory, "2026-11", months, kind)
        assert calls.inputs
        for call in calls.inputs:
            assert complaints("bcm-pricing-calculator", OPERATIONS[kind], call) == []
        keys = [line["key"] for line in lines_of(calls)]
        assert len(set(keys)) == len(keys)


def test_a_large_organization_is_many_batches(tmp_path):
    """60 accounts with a trail each: 120 lines of requests and keys, five batches at most of 25."""
    ids = [f"{number:012d}" for number in range(1, 61)]
    accounts = ", ".join(f'{{id: "{name}", regions: [us-east-1]}}' for name in ids)
    keys = ", ".join(f'{{id: k{name}, account: "{name}", region: us-east-1}}' for name in ids)
    trails = ", ".join(f'{{name: t{name}, account: "{name}", key: k{name}}}' for name in ids)
    text = f"version: 1\naccounts: [{accounts}]\nkeys: [{keys}]\ntrails: [{trails}]\n"
    calls = export_bcm(load(tmp_path, text), "2026-11")
    assert [len(call["usage"]) for call in calls.inputs] == [25, 25, 25, 25, 20]
    for call in calls.inputs:
        assert complaints("bcm-pricing-calculator", "BatchCreateWorkloadEstimateUsage", call) == []


def test_lines_are_those_of_a_bill(tmp_path):
    """30,000 puts and one key, in usage types and operations as AWS's bill has them."""
    put, key = lines_of(export_bcm(load(tmp_path, SMALL), "2026-11"))
    assert put == {
        "serviceCode": "AWSKMS",
        "usageType": "us-east-1-KMS-Requests",
        "operation": "GenerateDataKey",
        "key": "l1",
        "group": "2026-11",
        "usageAccountId": "111122223333",
        "amount": 30_000.0,
    }
    assert (key["usageType"], key["operation"]) == ("us-east-1-KMS-Keys", "CurrentKeys")
    assert key["amount"] == 1


@pytest.mark.parametrize("kind", OPERATIONS)
def test_amounts_sum_to_the_forecast(tmp_path, kind):
    """All months, accounts and Regions: the requests and key-months of the forecast."""
    inventory = load(tmp_path, ODD.replace("writes: exempt", "writes: charged"))
    result = forecast(inventory, "2026-11", 12)
    lines = lines_of(export_bcm(result, kind=kind))
    for unit, meter in (("request", "KMS-Requests"), ("key-month", "KMS-Keys")):
        of_meter = [line for line in lines if line["usageType"].endswith(meter)]
        amounts = [
            amount
            for line in of_meter
            for amount in ([line["amount"]] if "amount" in line else _all(line))
        ]
        expected = math.fsum(result.rows.loc[result.rows["unit"] == unit, "quantity"])
        assert math.fsum(amounts) == pytest.approx(expected, rel=1e-13)


def _all(line):
    return [each["amount"] for each in line["amounts"]]


def test_exempt_writes_are_no_lines(tmp_path):
    """AWS's calculator would charge them, so under exempt only what is charged is listed."""
    text = SMALL.replace("version: 1", "version: 1\ncloudtrail_writes: exempt")
    calls = export_bcm(load(tmp_path, text), "2026-11")
    assert [line["usageType"] for line in lines_of(calls)] == ["us-east-1-KMS-Keys"]
    assert any("they are not among the lines" in notice for notice in calls.notices)


def test_a_forecast_has_its_own_months():
    """A first month beside a forecast is refused, not left aside."""
    with pytest.raises(UsageError, match="a forecast alone"):
        export_bcm(forecast(EXAMPLE, "2026-11", 1), "2026-12")


def test_the_id_of_the_estimate_is_put_in():
    """Its own id where given, else zeros and a notice; anything else is refused."""
    estimate = "1234abcd-12ab-34cd-56ef-1234567890ab"
    assert export_bcm(EXAMPLE, estimate_id=estimate).inputs[0]["workloadEstimateId"] == estimate
    calls = export_bcm(EXAMPLE)
    assert set(calls.inputs[0]["workloadEstimateId"]) == {"0", "-"}
    assert any("zeros" in notice for notice in calls.notices)
    with pytest.raises(UsageError, match="estimate_id"):
        export_bcm(EXAMPLE, estimate_id="mine")
    with pytest.raises(UsageError, match="workload-estimate or bill-scenario"):
        export_bcm(EXAMPLE, kind="scenario")
