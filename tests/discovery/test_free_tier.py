"""`aws freetier get-free-tier-usage` among saved answers: what this month has used."""

import json

from estimator import discover_aws_responses
from tests.discovery.test_saved import TRAIL

KMS = {
    "service": "AWS Key Management Service",
    "operation": "",
    "usageType": "Global-KMS-Requests",
    "region": "global",
    "actualUsageAmount": 12345.0,
    "forecastedUsageAmount": 26000.0,
    "limit": 20000.0,
    "unit": "Requests",
    "description": "20000.0 Requests are always free per month as part of AWS Free Usage Tier",
    "freeTierType": "Always Free",
}


def notices(folder, *usages):
    """The notices of a draft of one trail and this answer."""
    (folder / "describe-trails.json").write_text(json.dumps({"trailList": [TRAIL]}))
    (folder / "free.json").write_text(json.dumps({"freeTierUsages": list(usages)}))
    return "\n".join(discover_aws_responses(folder).notices)


def test_used_and_forecast_are_said(tmp_path):
    """12,345 of 20,000 are used, so 7,655 are left; 26,000 are forecast."""
    text = notices(tmp_path, {"usageType": "Global-Else", "actualUsageAmount": 1.0}, KMS)
    assert "free.json: 12,345 of 20,000 free KMS requests of this month are used" in text
    assert "7,655 left, 26,000 are forecast for the month" in text
    assert "other_kms_requests_per_month" in text


def test_all_used_is_no_rest(tmp_path):
    """20,000 of 20,000 are used up, without a forecast nothing is said of it."""
    spent = {name: KMS[name] for name in KMS if name != "forecastedUsageAmount"}
    text = notices(tmp_path, spent | {"actualUsageAmount": 20000})
    assert "20,000 of 20,000 free KMS requests of this month are used, used up: " in text


def test_an_answer_without_kms_or_numbers_is_named(tmp_path):
    """A list without the product, and one whose numbers are none, are said and no zero."""
    assert "free.json: no line of Global-KMS-Requests" in notices(tmp_path)
    text = notices(tmp_path, KMS | {"actualUsageAmount": "many"}, KMS | {"limit": True})
    assert text.count("has no number of what is used") == 1
