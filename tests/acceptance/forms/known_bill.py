"""A bill of October 2026 whose amounts are known by hand, and how AWS's exports write it.

| lines | requests | USD |
|---|---|---|
| GenerateDataKey, 3,000 a day, 6 days free | 93,000 (18,000 free) | 75,000 x 0.000003 = 0.225 |
| Decrypt by another account, 500 a day | 15,500 | x 0.000003 = 0.0465 |
| Sign, asymmetric | 20,000 | x 0.000015 = 0.30 |
| two keys, the whole month | | 2 x 1.00 = 2.00 |
| tax | | 0.10 |

So 128,500 requests, of which 18,000 free, 2 key-months, USD 0.5715 + 2.00 + 0.10 = 2.6715. Beside
them stand 4,000 events a day of CloudTrail for nothing, and USD 7.77 of S3, which are not KMS's.

Columns: AWS Data Exports User Guide, Cost and Usage Report dictionaries (legacy and 2.0), and the
real exports of both kinds; FOCUS specification 1.0 and 1.2, and AWS's columns of both.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

PAYER = "111122223333"
MEMBER = "012345678901"
KEY = f"arn:aws:kms:us-east-1:{PAYER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BEGIN, END = "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"

REQUESTS, FREE, KEY_MONTHS = 128_500, 18_000, 2
COST_REQUESTS, COST_KEYS, TAX = 0.5715, 2.0, 0.10
COST = 2.6715
BY_OPERATION = {"GenerateDataKey": 93_000, "Decrypt": 15_500, "Sign": 20_000}


@dataclass(frozen=True)
class Line:
    """One line of the bill, before anybody's columns."""

    account: str
    kind: str
    start: str
    end: str
    product: str
    name: str
    usage_type: str
    operation: str
    amount: str
    unit: str
    rate: str
    cost: str
    words: str
    resource: str = KEY


def lines(days: int = 31) -> list[Line]:
    """Return the lines; of fewer days, those of the first ones, with the month's own lines."""
    return [line for line in _lines() if line.end <= _midnight(days)]


def _midnight(day: int) -> str:
    return END if day >= 31 else f"2026-10-{day + 1:02d}T00:00:00Z"


def _lines() -> Iterable[Line]:
    kms = ("awskms", "AWS Key Management Service", "us-east-1-KMS-Requests")
    for day in range(31):
        when = (_midnight(day), _midnight(day + 1))
        if day < 6:
            price = ("0", "0", "$0.00 per request - Monthly Global Free Tier for KMS requests")
        else:
            price = ("0.000003", "0.009", "$0.03 per 10000 KMS requests in US East (N. Virginia)")
        yield Line(PAYER, "Usage", *when, *kms, "GenerateDataKey", "3000", "Requests", *price)
        yield Line(
            MEMBER,
            "Usage",
            *when,
            *kms,
            "Decrypt",
            "500",
            "Requests",
            "0.000003",
            "0.0015",
            "$0.03 per 10000 KMS requests in US East (N. Virginia)",
        )
        yield Line(
            PAYER,
            "Usage",
            *when,
            "AWSCloudTrail",
            "AWS CloudTrail",
            "USE1-FreeEventsRecorded",
            "None",
            "4000",
            "Events",
            "0",
            "0",
            "$0.00 per free event recorded",
            "",
        )
    month = (BEGIN, END)
    yield Line(
        PAYER,
        "Usage",
        *month,
        "awskms",
        "AWS Key Management Service",
        "us-east-1-KMS-Requests-Asymmetric",
        "Sign",
        "20000",
        "Requests",
        "0.000015",
        "0.3",
        "$0.15 per 10000 asymmetric KMS requests in US East (N. Virginia)",
    )
    yield Line(
        PAYER,
        "Usage",
        *month,
        "awskms",
        "AWS Key Management Service",
        "us-east-1-KMS-Keys",
        "CreateKey",
        "2",
        "Keys",
        "1",
        "2",
        "$1 per customer managed KMS key version in US East (N. Virginia)",
    )
    yield Line(
        PAYER,
        "Tax",
        *month,
        "awskms",
        "AWS Key Management Service",
        "",
        "",
        "1",
        "",
        "",
        "0.1",
        "Tax for product code awskms",
        "",
    )
    yield Line(PAYER, "Usage", *month, "AmazonS3", "Amazon Simple Storage Service",
               "USE1-TimedStorage-ByteHrs", "StandardStorage", "337", "GB-Mo", "0.023", "7.77",
               "$0.023 per GB - first 50 TB / month of storage", "example-org-logs")  # fmt: skip


def legacy(some: Iterable[Line]) -> list[dict[str, str]]:
    """Return lines in the columns of the legacy Cost and Usage Report."""
    return [
        {
            "identity/LineItemId": f"id{number}",
            "identity/TimeInterval": f"{line.start}/{line.end}",
            "bill/BillType": "Anniversary",
            "bill/PayerAccountId": PAYER,
            "bill/BillingPeriodStartDate": BEGIN,
            "bill/BillingPeriodEndDate": END,
            "lineItem/UsageAccountId": line.account,
            "lineItem/LineItemType": line.kind,
            "lineItem/UsageStartDate": line.start,
            "lineItem/UsageEndDate": line.end,
            "lineItem/ProductCode": line.product,
            "lineItem/UsageType": line.usage_type,
            "lineItem/Operation": line.operation,
            "lineItem/ResourceId": line.resource,
            "lineItem/UsageAmount": line.amount,
            "lineItem/CurrencyCode": "USD",
            "lineItem/UnblendedRate": line.rate,
            "lineItem/UnblendedCost": line.cost,
            "lineItem/LineItemDescription": line.words,
            "product/ProductName": line.name,
            "product/region": "us-east-1",
            "pricing/unit": line.unit,
            "resourceTags/user:Owner": "",
        }
        for number, line in enumerate(some)
    ]


def second(some: Iterable[Line]) -> list[dict[str, str]]:
    """Return lines in the columns of CUR 2.0, whose products and tags are maps."""
    return [
        {
            "bill_bill_type": "Anniversary",
            "bill_billing_period_end_date": "2026-11-01T00:00:00.000Z",
            "bill_billing_period_start_date": "2026-10-01T00:00:00.000Z",
            "bill_payer_account_id": PAYER,
            "identity_line_item_id": f"id{number}",
            "identity_time_interval": f"{line.start}/{line.end}",
            "line_item_currency_code": "USD",
            "line_item_line_item_description": line.words,
            "line_item_line_item_type": line.kind,
            "line_item_operation": line.operation,
            "line_item_product_code": line.product,
            "line_item_resource_id": line.resource,
            "line_item_unblended_cost": line.cost,
            "line_item_unblended_rate": line.rate,
            "line_item_usage_account_id": line.account,
            "line_item_usage_amount": line.amount,
            "line_item_usage_end_date": line.end.replace("Z", ".000Z"),
            "line_item_usage_start_date": line.start.replace("Z", ".000Z"),
            "line_item_usage_type": line.usage_type,
            "pricing_unit": line.unit,
            "product": json.dumps({"product_name": line.name, "region": "us-east-1"}),
            "product_region_code": "us-east-1",
            "resource_tags": "{}",
        }
        for number, line in enumerate(some)
    ]


def focus(some: Iterable[Line], version: str = "1.0") -> list[dict[str, str]]:
    """Return lines in FOCUS as AWS exports it: 1.0 has x_UsageType, 1.2 has SkuMeter instead."""
    rows = []
    for line in some:
        usage = line.kind == "Usage"
        row = {
            "BilledCost": line.cost,
            "BillingAccountId": PAYER,
            "BillingCurrency": "USD",
            "BillingPeriodEnd": END,
            "BillingPeriodStart": BEGIN,
            "ChargeCategory": line.kind,
            "ChargeDescription": line.words,
            "ChargeFrequency": "Usage-Based" if usage else "Recurring",
            "ChargePeriodEnd": line.end,
            "ChargePeriodStart": line.start,
            "ConsumedQuantity": line.amount if usage else "",
            "ConsumedUnit": line.unit,
            "EffectiveCost": line.cost,
            "InvoiceIssuerName": "Amazon Web Services, Inc.",
            "ListCost": line.cost,
            "ListUnitPrice": line.rate,
            "PricingQuantity": line.amount if usage else "",
            "PricingUnit": line.unit,
            "ProviderName": "AWS",
            "PublisherName": "AWS",
            "RegionId": "us-east-1",
            "ResourceId": line.resource,
            "ServiceCategory": "",
            "ServiceName": line.name,
            "SkuId": "",
            "SkuPriceId": "",
            "SubAccountId": line.account,
            "Tags": "{}",
        }
        if version == "1.0":
            row |= {"x_Operation": line.operation, "x_ServiceCode": line.product,
                    "x_UsageType": line.usage_type}  # fmt: skip
        else:
            row |= {"BillingAccountType": "Account", "InvoiceId": "", "PricingCurrency": "USD",
                    "SkuMeter": line.usage_type, "SkuPriceDetails": "{}",
                    "SubAccountType": "Account", "x_Operation": line.operation,
                    "x_ServiceCode": line.product}  # fmt: skip
        rows.append(row)
    return rows


def detailed(some: Iterable[Line]) -> list[dict[str, str]]:
    """Return lines of the Detailed Billing Report with resources and tags (until 2019)."""
    return [
        {
            "InvoiceID": "Estimated",
            "PayerAccountId": PAYER,
            "LinkedAccountId": line.account,
            "RecordType": "LineItem",
            "RecordId": f"{number}",
            "ProductName": line.name,
            "RateId": "1",
            "SubscriptionId": "1",
            "PricingPlanId": "1",
            "UsageType": line.usage_type,
            "Operation": line.operation,
            "AvailabilityZone": "",
            "ReservedInstance": "N",
            "ItemDescription": line.words,
            "UsageStartDate": line.start[:19].replace("T", " "),
            "UsageEndDate": line.end[:19].replace("T", " "),
            "UsageQuantity": line.amount,
            "BlendedRate": line.rate,
            "BlendedCost": line.cost,
            "UnBlendedRate": line.rate,
            "UnBlendedCost": line.cost,
            "ResourceId": line.resource,
        }
        for number, line in enumerate(some)
    ]


def sheet(rows: list[dict[str, str]], **style: Any) -> str:
    """Return rows as CSV."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n", **style)
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue()
