"""Logs that nobody here wrote, counted by hand with the standard library."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.attribution.answers import measure, meter_of
from tests.real_data import DATA, needs_data

pytestmark = needs_data

BOOGY = DATA / "cloudtrail" / "boogy" / "cloudtrail.json.gz"
CORALOGIX = DATA / "cloudtrail" / "coralogix" / "cloudtrail.log.gz"
# read off the file by (eventName, invokedBy, keys of the context):
# 893 Sign and 1 GenerateMac without invokedBy; 60 Decrypt of Secrets Manager; 33 Encrypt and
# 15 Decrypt of EKS with aws:eks:context and its DescribeKey; 24 Decrypt of Lambda and 13 with
# Lambda's context alone; 4 of SQS
SERVICES = {"direct": 894, "secretsmanager": 60, "eks": 33 + 15 + 1, "lambda": 24 + 13, "sqs": 4}


def test_five_minutes_of_boogy(tmp_path: Path) -> None:
    """1,044 requests: 85.6 % are direct, none is CloudTrail's, none is unknown."""
    rows = measure(tmp_path, "service,meter,operation", path=str(BOOGY))["rows"]
    services: Counter[str] = Counter()
    meters: Counter[str] = Counter()
    for row in rows:
        services[row["service"]] += row["quantity"]
        meters[meter_of(row["meter"])] += row["quantity"]
        if row["operation"] == "Sign":
            assert meter_of(row["meter"]) == "asymmetric"
    assert services == SERVICES
    assert services.total() == 1_044
    # HMAC is billed under KMS-Requests like any symmetric request
    assert meters == {"asymmetric": 893, "symmetric": 151}


@pytest.mark.parametrize(
    ("service", "resource", "requests"),
    [
        ("sqs", "oidc-events-01", 4),
        ("lambda", "log-ingestion", 12 + 4),
        ("lambda", "data-platform-decrypt-dek-01", 2),
    ],
)
def test_resources_of_boogy(tmp_path: Path, service: str, resource: str, requests: int) -> None:
    """Queue and function are named as the context names them."""
    rows = measure(tmp_path, "service,resource", path=str(BOOGY))["rows"]
    found = sum(
        row["quantity"]
        for row in rows
        if row["service"] == service and row["resource"].endswith(resource)
    )
    assert found == requests


def test_coralogix_is_all_cloudtrail(tmp_path: Path) -> None:
    """6 puts and 7 gets of one trail: cloudtrail 13, the gets by the Lambda's role."""
    rows = measure(tmp_path, "service,caller,operation", path=str(CORALOGIX))["rows"]
    services: Counter[str] = Counter()
    for row in rows:
        services[row["service"], row["operation"]] += row["quantity"]
        if row["operation"] == "Decrypt":
            name = "serverlessrepo-Coralogix-CloudT-LambdaFunctionRole-UI8F8282GQFN"
            assert row["caller"].endswith(name)
    assert services == {("cloudtrail", "GenerateDataKey"): 6, ("cloudtrail", "Decrypt"): 7}
