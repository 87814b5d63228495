"""Bills as AWS writes them: the same lines in every format."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.extras import needed

PAYER, PROD = "111122223333", "012345678901"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FREE = "$0.00 per request - Monthly Global Free Tier for KMS requests"
PAID = "$0.03 per 10000 KMS requests in EU (Ireland)"
SERVICES = {
    "awskms": "AWS Key Management Service",
    "AWSCloudTrail": "AWS CloudTrail",
    "AmazonS3": "Amazon Simple Storage Service",
}


@dataclass(frozen=True)
class Line:
    """One line of a bill; amounts as text, so that no float stands between bill and test."""

    usage_type: str = "eu-west-1-KMS-Requests"
    amount: str = "1"
    cost: str = "0"
    rate: str = "0"
    unit: str = "Requests"
    operation: str = "GenerateDataKey"
    description: str = PAID
    region: str = "eu-west-1"
    start: str = "2026-11-03T00:00:00Z"
    end: str = "2026-11-04T00:00:00Z"
    account: str = PAYER
    resource: str = ""
    kind: str = "Usage"
    product: str = "awskms"
    currency: str = "USD"


def no_usage(kind: str, cost: str, product: str = "awskms") -> Line:
    """A tax, a credit: an amount for the month and nothing else."""
    return Line(
        usage_type="",
        amount="1",
        cost=cost,
        rate="",
        unit="",
        operation="",
        description=f"{kind} for product code {product}",
        region="",
        start="2026-11-01T00:00:00Z",
        end="2026-12-01T00:00:00Z",
        kind=kind,
        product=product,
    )


_KMS_FREE = Line(amount="20000", description=FREE, resource=KEY)
_KMS_PAID = Line(amount="30000", cost="0.09", rate="0.000003", resource=KEY)
_DECRYPT = Line(
    usage_type="us-east-1-KMS-Requests",
    region="us-east-1",
    amount="10000",
    cost="0.03",
    rate="0.000003",
    operation="Decrypt",
    account=PROD,
    start="2026-11-05T07:00:00Z",
    end="2026-11-05T08:00:00Z",
)
_A_KEY = Line(
    usage_type="eu-west-1-KMS-Keys",
    amount="1",
    cost="1.00",
    rate="1.00",
    unit="Keys",
    operation="CurrentKeys",
    description="$1 per customer managed KMS key version in EU (Ireland)",
    resource=KEY,
    start="2026-11-01T00:00:00Z",
    end="2026-12-01T00:00:00Z",
)
_EVENTS_FREE = Line(
    usage_type="EU-FreeEventsRecorded",
    amount="500000",
    unit="Events",
    operation="None",
    description="0.0 per free event recorded in EU (Dublin) region",
    product="AWSCloudTrail",
)
_EVENTS_PAID = replace(
    _EVENTS_FREE,
    usage_type="EU-PaidEventsRecorded",
    amount="100000",
    cost="2.00",
    rate="0.00002",
    description="0.00002 per paid event recorded in EU (Dublin) region",
)
OTHER = Line(
    usage_type="EU-Requests-Tier1",
    amount="7",
    cost="4.20",
    rate="0.6",
    operation="PutObject",
    description="$0.005 per 1,000 PUT requests",
    product="AmazonS3",
    start="2026-11-01T00:00:00Z",
    end="2026-11-02T00:00:00Z",
)
LAST = replace(OTHER, start="2026-11-30T00:00:00Z", end="2026-12-01T00:00:00Z")

# 20,000 + 30,000 + 10,000 = 60,000 requests, 20,000 of them free.
# Requests 30,000 x 0.000003 + 10,000 x 0.000003 = 0.09 + 0.03 = 0.12; keys 1.00; tax 0.21 and
# credit -0.05 = 0.16: KMS 0.12 + 1.00 + 0.16 = 1.28. CloudTrail 100,000 x 0.00002 = 2.00.
A_MONTH = (
    OTHER,
    _KMS_FREE,
    _KMS_PAID,
    _DECRYPT,
    _A_KEY,
    _EVENTS_FREE,
    _EVENTS_PAID,
    no_usage("Tax", "0.21"),
    no_usage("Credit", "-0.05"),
    LAST,
)

Rows = list[dict[str, Any]]


def legacy(lines: Sequence[Line], resources: bool = True) -> Rows:
    """Legacy Cost and Usage Report."""
    return [
        {
            "identity/LineItemId": f"id{number}",
            "bill/PayerAccountId": PAYER,
            "bill/BillingPeriodStartDate": "2026-11-01T00:00:00Z",
            "lineItem/UsageAccountId": line.account,
            "lineItem/LineItemType": line.kind,
            "lineItem/UsageStartDate": line.start,
            "lineItem/UsageEndDate": line.end,
            "lineItem/ProductCode": line.product,
            "lineItem/UsageType": line.usage_type,
            "lineItem/Operation": line.operation,
            **({"lineItem/ResourceId": line.resource} if resources else {}),
            "lineItem/UsageAmount": line.amount,
            "lineItem/CurrencyCode": line.currency,
            "lineItem/UnblendedRate": line.rate,
            "lineItem/UnblendedCost": line.cost,
            "lineItem/LineItemDescription": line.description,
            "product/ProductName": SERVICES[line.product],
            "product/region": line.region,
            "product/regionCode": line.region,
            "pricing/unit": line.unit,
            "resourceTags/user:Name": 'say "hello",\nworld',
        }
        for number, line in enumerate(lines)
    ]


def cur2(lines: Sequence[Line], region_column: bool = True) -> Rows:
    """CUR 2.0, whose table may have the Region only in the map of the product."""
    return [
        {
            "bill_payer_account_id": PAYER,
            "bill_billing_period_start_date": "2026-11-01T00:00:00.000Z",
            "line_item_usage_account_id": line.account,
            "line_item_line_item_type": line.kind,
            "line_item_usage_start_date": line.start.replace("Z", ".000Z"),
            "line_item_usage_end_date": line.end.replace("Z", ".000Z"),
            "line_item_product_code": line.product,
            "line_item_usage_type": line.usage_type,
            "line_item_operation": line.operation,
            "line_item_resource_id": line.resource,
            "line_item_usage_amount": line.amount,
            "line_item_currency_code": line.currency,
            "line_item_unblended_rate": line.rate,
            "line_item_unblended_cost": line.cost,
            "line_item_line_item_description": line.description,
            "pricing_unit": line.unit,
            "product": json.dumps({"product_name": "x", "region": line.region}),
            **({"product_region_code": line.region} if region_column else {}),
            "tags": "{}",
        }
        for line in lines
    ]


def legacy_parquet(lines: Sequence[Line]) -> Rows:
    """Legacy Parquet: the names of CUR 2.0, without its map."""
    rows = cur2(lines)
    for row in rows:
        del row["product"]
    return rows


def focus(lines: Sequence[Line], version: str = "1.0", aws_columns: bool = True) -> Rows:
    """FOCUS as AWS exports it, or, without its own columns, as other tools write it."""
    rows = []
    for line in lines:
        usage = line.kind == "Usage"
        row = {
            "BilledCost": line.cost,
            "BillingAccountId": PAYER,
            "BillingCurrency": line.currency,
            "BillingPeriodStart": "2026-11-01 00:00:00",
            "ChargeCategory": line.kind,
            "ChargeClass": "NULL",
            "ChargeDescription": line.description,
            "ChargePeriodStart": line.start.replace("T", " ").rstrip("Z"),
            "ChargePeriodEnd": line.end.replace("T", " ").rstrip("Z"),
            "ConsumedQuantity": line.amount if usage else "NULL",
            "ConsumedUnit": line.unit or "NULL",
            "ContractedUnitPrice": line.rate or "NULL",
            "PricingQuantity": line.amount if usage else "NULL",
            "PricingUnit": line.unit or "NULL",
            "ProviderName": "AWS",
            "RegionId": line.region or "NULL",
            "ResourceId": line.resource or "NULL",
            "ServiceName": SERVICES[line.product],
            "SubAccountId": line.account.lstrip("0"),  # as a table of numbers leaves it
        }
        if version == "1.2":
            row |= {
                "BillingAccountType": "Payer",
                "InvoiceId": "INV1",
                "ServiceSubcategory": "Other (Security)",
                "SkuMeter": "Requests",
            }
        if aws_columns:
            row |= {
                "x_Operation": line.operation or "NULL",
                "x_ServiceCode": line.product,
                "x_UsageType": line.usage_type or "NULL",
            }
        rows.append(row)
    return rows


def as_csv(rows: Rows) -> bytes:
    """A CSV table with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: Rows) -> bytes:
    """A Parquet file with the types of AWS's exports: timestamps, doubles, a map."""
    pa, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    maps = pa.map_(pa.string(), pa.string())

    def column(name: str) -> Any:
        values = [None if row[name] in {"NULL", ""} else row[name] for row in rows]
        plain = name.replace("_", "").casefold()
        if plain == "product":
            return pa.array([list(json.loads(text).items()) for text in values], maps)
        if plain.endswith(("date", "periodstart", "periodend")):
            moments = [text and text.replace(" ", "T").split(".")[0].rstrip("Z") for text in values]
            return pa.array(moments, pa.string()).cast(pa.timestamp("ms"))
        if plain.endswith(("cost", "amount", "quantity")):
            return pa.array([text and float(text) for text in values], pa.float64())
        if plain.endswith("productcode"):
            return pa.array(values, pa.string()).dictionary_encode()
        return pa.array(values, pa.string())

    stream = io.BytesIO()
    table = pa.table({name: column(name) for name in rows[0]})
    parquet.write_table(table, stream, row_group_size=3)
    return stream.getvalue()


def as_zip(**members: bytes) -> bytes:
    """A zip file of members by name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.csv", data)
    return stream.getvalue()


# every format by name: lines to bytes
FORMATS: dict[str, Callable[[Sequence[Line]], bytes]] = {
    "legacy csv": lambda lines: as_csv(legacy(lines)),
    "legacy csv gzip": lambda lines: gzip.compress(as_csv(legacy(lines))),
    "legacy csv zip": lambda lines: as_zip(report=as_csv(legacy(lines))),
    "legacy csv of two gzip members": lambda lines: _two_members(as_csv(legacy(lines))),
    "legacy parquet": lambda lines: as_parquet(legacy_parquet(lines)),
    "cur 2.0 csv": lambda lines: as_csv(cur2(lines)),
    "cur 2.0 csv, Region in the map": lambda lines: as_csv(cur2(lines, region_column=False)),
    "cur 2.0 parquet": lambda lines: as_parquet(cur2(lines)),
    "cur 2.0 parquet, Region in the map": lambda lines: as_parquet(cur2(lines, False)),
    "cur 2.0 parquet zip": lambda lines: as_zip(part=as_parquet(cur2(lines))),
    "focus 1.0 csv": lambda lines: as_csv(focus(lines)),
    "focus 1.0 parquet": lambda lines: as_parquet(focus(lines)),
    "focus 1.2 csv": lambda lines: as_csv(focus(lines, "1.2")),
    "focus 1.2 parquet gzip": lambda lines: gzip.compress(as_parquet(focus(lines, "1.2"))),
    "focus 1.2 csv with a byte order mark": lambda lines: b"\xef\xbb\xbf" + as_csv(focus(lines)),
}


def _two_members(data: bytes) -> bytes:
    return gzip.compress(data[:700]) + gzip.compress(data[700:])


def write_file(path: Path, data: bytes) -> Path:
    """A file of these bytes, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def legacy_bill(path: Path, lines: Sequence[Line]) -> Path:
    """A legacy CSV bill."""
    return write_file(path, as_csv(legacy(lines)))
