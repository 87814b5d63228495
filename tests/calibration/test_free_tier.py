"""Requests outside of the free tier are no part of what others use of it."""

from __future__ import annotations

import json

import pytest

from estimator import forecast, load_actuals, measure_cloudtrail
from tests.calibration.measurements import HOME, INVENTORY, KEY, OTHER, TRAIL
from tests.calibration.test_calibrate import calibrate_yaml

DAYS, SIGNS, PUTS = 14, 1_600, 100
ONE_ACCOUNT = INVENTORY.replace(f'  - {{id: "{OTHER}", name: prod}}\n', "")
MONTH = 365.2425 / 12
APP = {"type": "AssumedRole", "arn": f"arn:aws:sts::{HOME}:assumed-role/app/i-1", "accountId": HOME}
CONTEXT = {
    "aws:cloudtrail:arn": TRAIL,
    "aws:s3:arn": f"arn:aws:s3:::logs/AWSLogs/{HOME}/CloudTrail/us-east-1/2026/10/01/x.json.gz",
}


def request(operation, parameters, identity, at, number):
    return {
        "userIdentity": identity,
        "eventTime": at,
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-sdk",
        "requestParameters": parameters,
        "eventID": f"e-{at}-{operation}-{number}",
        "eventType": "AwsApiCall",
        "recipientAccountId": HOME,
        "resources": [{"ARN": KEY}],
    }


def write_logs(folder, other, count):
    """Fourteen days, an event in each hour: 100 puts of the trail and the others a day."""
    service = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
    put = {"keyId": KEY, "encryptionContext": CONTEXT}
    folder.mkdir()
    for day in range(1, DAYS + 1):
        records = []
        for number in range(PUTS):
            at = f"2026-10-{day:02}T{number % 24:02}:00:00Z"
            records.append(request("GenerateDataKey", put, service, at, number))
        for number in range(count):
            at = f"2026-10-{day:02}T{number % 24:02}:30:00Z"
            records.append(request(*other, APP, at, number))
        (folder / f"{day}.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    return folder


SIGN = ("Sign", {"keyId": KEY, "signingAlgorithm": "ECDSA_SHA_256"})
PAIR = ("GenerateDataKeyPair", {"keyId": KEY, "keyPairSpec": "RSA_2048"})
DECRYPT = ("Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})


def requests_cost(inventory):
    """The cost of CloudTrail's requests in November 2026, its writes charged. [USD]"""
    return forecast(inventory, "2026-11", 1).totals["cost_usd_requests"]


def test_signatures_leave_the_free_tier_alone(tmp_path):
    """14 days with 1,600 Sign a day: nothing of the 20,000 is gone; 100 puts a day are all free.

    1,600 a day are 48,699 a month: counted among the others they would have taken all of it.
    """
    calibration = calibrate_yaml(
        ONE_ACCOUNT, measure_cloudtrail(write_logs(tmp_path / "l", SIGN, SIGNS))
    )
    other = calibration.inventory.other_kms_requests_per_month
    assert other.each_payer is not None
    assert other.each_payer.mid == 0
    assert requests_cost(calibration.inventory) == 0
    (notice,) = (notice for notice in calibration.notices if "left out" in notice)
    assert notice.startswith(f"{DAYS * SIGNS:,} requests")


@pytest.mark.parametrize("other", [DECRYPT, PAIR])
def test_only_symmetric_requests_use_it(tmp_path, other):
    """As many Decrypt take the whole free quantity, data key pairs nothing of it."""
    calibration = calibrate_yaml(
        ONE_ACCOUNT, measure_cloudtrail(write_logs(tmp_path / "l", other, SIGNS))
    )
    mid = calibration.inventory.other_kms_requests_per_month.each_payer.mid
    assert mid == pytest.approx(SIGNS * MONTH if other is DECRYPT else 0, rel=1e-3)
    # 30 days x 100 puts, each read once by the reader, none free: 6,000 x 0.03 / 10,000 = 0.018
    want = 30 * 2 * PUTS * 0.03 / 10_000 if other is DECRYPT else 0
    assert requests_cost(calibration.inventory) == pytest.approx(want, rel=0.01)


def test_measurement_files_keep_it(tmp_path):
    """Through JSON and CSV, and through a file of before the meter, the answer is the same."""
    actuals = measure_cloudtrail(write_logs(tmp_path / "l", SIGN, 48))
    texts = [calibrate_yaml(ONE_ACCOUNT, actuals).text]
    document = actuals.to_dict()
    for name in ("new", "old"):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        texts.append(calibrate_yaml(ONE_ACCOUNT, load_actuals(path)).text)
        for row in document["rows"]:  # as files of before have it
            for column in ("service", "caller", "resource", "meter"):
                row.pop(column, None)
    path = tmp_path / "new.csv"
    actuals.rows.to_csv(path, index=False)
    texts.append(calibrate_yaml(ONE_ACCOUNT, load_actuals(path)).text)
    assert len(set(texts)) == 1
