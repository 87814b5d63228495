"""Small bills of AWS KMS in the three formats, line by line, with the columns of real ones."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FREE = "$0.00 per request - Monthly Global Free Tier for KMS requests"


@dataclass(frozen=True)
class Line:
    """One line item; `kind` is Usage, Tax or Credit."""

    payer: str
    account: str
    region: str
    operation: str  # CurrentKeys for key-months
    amount: Decimal
    cost: Decimal
    resource: str = ""
    kind: str = "Usage"
    month: dt.date = dt.date(2026, 10, 1)
    product: str = "awskms"

    @property
    def meter(self) -> str:
        return "KMS-Keys" if self.operation == "CurrentKeys" else "KMS-Requests"

    @property
    def usage_type(self) -> str:
        return f"{self.region}-{self.meter}" if self.kind == "Usage" else ""

    @property
    def unit(self) -> str:
        return self.meter.removeprefix("KMS-")

    @property
    def rate(self) -> Decimal:
        return self.cost / self.amount if self.amount else Decimal(0)

    @property
    def text(self) -> str:
        if self.kind != "Usage":
            return f"{self.kind} for product code {self.product}"
        if not self.cost and self.unit == "Requests":
            return FREE
        if self.unit == "Keys":
            return f"$1 per customer managed KMS key version in {self.region}"
        return f"$0.03 per 10000 KMS requests in {self.region}"

    @property
    def end(self) -> dt.date:
        return (self.month + dt.timedelta(days=31)).replace(day=1)


Columns = dict[str, Any]


def legacy(line: Line, *, resources: bool) -> Columns:
    stamp = "{:%Y-%m-%dT00:00:00Z}"
    row: Columns = {
        "identity/LineItemId": "",
        "bill/PayerAccountId": line.payer,
        "bill/BillingPeriodStartDate": stamp.format(line.month),
        "bill/BillingPeriodEndDate": stamp.format(line.end),
        "lineItem/UsageAccountId": line.account,
        "lineItem/LineItemType": line.kind,
        "lineItem/UsageStartDate": stamp.format(line.month),
        "lineItem/UsageEndDate": stamp.format(line.end),
        "lineItem/ProductCode": line.product,
        "lineItem/UsageType": line.usage_type,
        "lineItem/Operation": line.operation if line.kind == "Usage" else "",
        "lineItem/UsageAmount": line.amount,
        "lineItem/CurrencyCode": "USD",
        "lineItem/UnblendedRate": line.rate,
        "lineItem/UnblendedCost": line.cost,
        "lineItem/LineItemDescription": line.text,
        "product/region": line.region,
        "pricing/unit": line.unit if line.kind == "Usage" else "",
    }
    return row | ({"lineItem/ResourceId": line.resource} if resources else {})


def cur2(line: Line, *, resources: bool) -> Columns:
    """CUR 2.0 names its columns in snake case."""
    names = {
        "identity/LineItemId": "identity_line_item_id",
        "bill/PayerAccountId": "bill_payer_account_id",
        "bill/BillingPeriodStartDate": "bill_billing_period_start_date",
        "bill/BillingPeriodEndDate": "bill_billing_period_end_date",
        "lineItem/UsageAccountId": "line_item_usage_account_id",
        "lineItem/LineItemType": "line_item_line_item_type",
        "lineItem/UsageStartDate": "line_item_usage_start_date",
        "lineItem/UsageEndDate": "line_item_usage_end_date",
        "lineItem/ProductCode": "line_item_product_code",
        "lineItem/UsageType": "line_item_usage_type",
        "lineItem/Operation": "line_item_operation",
        "lineItem/UsageAmount": "line_item_usage_amount",
        "lineItem/CurrencyCode": "line_item_currency_code",
        "lineItem/UnblendedRate": "line_item_unblended_rate",
        "lineItem/UnblendedCost": "line_item_unblended_cost",
        "lineItem/LineItemDescription": "line_item_line_item_description",
        "lineItem/ResourceId": "line_item_resource_id",
        "product/region": "product_region_code",
        "pricing/unit": "pricing_unit",
    }
    return {names[name]: value for name, value in legacy(line, resources=resources).items()}


def focus(line: Line, *, resources: bool) -> Columns:
    """FOCUS 1.0 as AWS exports it, with its x_ columns."""
    stamp = "{:%Y-%m-%d 00:00:00}"
    usage = line.kind == "Usage"
    return {
        "BilledCost": line.cost,
        "BillingAccountId": line.payer,
        "BillingCurrency": "USD",
        "BillingPeriodStart": stamp.format(line.month),
        "BillingPeriodEnd": stamp.format(line.end),
        "ChargeCategory": line.kind,
        "ChargeClass": "",
        "ChargeDescription": line.text,
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": stamp.format(line.month),
        "ChargePeriodEnd": stamp.format(line.end),
        "ConsumedQuantity": line.amount if usage else "",
        "ConsumedUnit": line.unit if usage else "",
        "ListUnitPrice": line.rate,
        "PricingQuantity": line.amount if usage else "",
        "PricingUnit": line.unit if usage else "",
        "ProviderName": "AWS",
        "RegionId": line.region,
        "ResourceId": line.resource if resources else "",
        "ServiceName": "AWS Key Management Service",
        "SubAccountId": line.account,
        "x_Operation": line.operation if usage else "",
        "x_ServiceCode": line.product,
        "x_UsageType": line.usage_type,
    }


FORMATS = {"legacy": legacy, "cur2": cur2, "focus": focus}


def save(
    path: Path, lines: Iterable[Line], form: str = "legacy", *, resources: bool = False
) -> None:
    """Write a bill."""
    rows = [FORMATS[form](line, resources=resources) for line in lines]
    for number, row in enumerate(rows):
        for name in ("identity/LineItemId", "identity_line_item_id"):
            if name in row:
                row[name] = f"line{number}"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            writer.writerow({name: cell_of(value) for name, value in row.items()})


def cell_of(value: Any) -> Any:
    return format(value, "f") if isinstance(value, Decimal) else value


def from_forecast(answer: dict[str, Any], arns: dict[str, str]) -> list[Line]:
    """The bill that would follow from the rows of a forecast: a free and a charged line each.

    What is neither free nor charged (exempt writes) is not in the bill.
    """
    lines = []
    for row in answer["rows"]:
        operation = "CurrentKeys" if row["operation"] == "KeyMonth" else row["operation"]
        where = row["payer"], row["billed_account"], row["billed_region"], operation
        resource = arns.get(row["key"], "")
        if row["free"]:
            lines.append(Line(*where, Decimal(row["free"]), Decimal(0), resource))
        if row["billable"]:
            lines.append(Line(*where, Decimal(row["billable"]), Decimal(row["cost"]), resource))
    return lines
