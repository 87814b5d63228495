"""The known bill where it is coarse, or from before Cost and Usage Reports.

Shapes: AWS Cost Management API Reference, GetCostAndUsage; the CSV download of Cost Explorer (one
row a period, one column a group, a total first); AWS Billing User Guide, Monthly report and
Detailed Billing Report (`RecordType` names lines and totals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from tests.acceptance.forms import known_bill as bill
from tests.acceptance.forms.bill_forms import WHOLE, BillForm

# What is not by operation or free in a coarse source is left out of what is compared.
COST_ALONE = {"requests": 0, "cost_usd": 2.5715}
COARSE = {key: WHOLE[key] for key in ("requests", "key_months", "cost_usd_requests")}


def _explorer(groups: list[tuple[list[str], str, str, str]], *keys: str) -> str:
    metrics = [
        {
            "Keys": names,
            "Metrics": {
                "UnblendedCost": {"Amount": cost, "Unit": "USD"},
                "UsageQuantity": {"Amount": amount, "Unit": unit},
            },
        }
        for names, amount, unit, cost in groups
    ]
    period = {"Start": "2026-10-01", "End": "2026-11-01"}
    result = {"TimePeriod": period, "Total": {}, "Groups": metrics, "Estimated": False}
    definitions = [{"Type": "DIMENSION", "Key": key} for key in keys]
    answer = {"GroupDefinitions": definitions, "ResultsByTime": [result],
              "DimensionValueAttributes": []}  # fmt: skip
    return json.dumps(answer, indent=4)


_REQUESTS, _SIGN, _KEYS = (
    "us-east-1-KMS-Requests",
    "us-east-1-KMS-Requests-Asymmetric",
    "us-east-1-KMS-Keys",
)


_BY_TYPE = [
    ([_REQUESTS], "108500", "Requests", "0.2715"),
    ([_SIGN], "20000", "Requests", "0.3"),
    ([_KEYS], "2", "Keys", "2"),
    (["USE1-TimedStorage-ByteHrs"], "337", "GB-Month", "7.77"),
    (["USE1-FreeEventsRecorded"], "124000", "Events", "0"),
]


_BY_BOTH = [
    ([_REQUESTS, "GenerateDataKey"], "93000", "Requests", "0.225"),
    ([_REQUESTS, "Decrypt"], "15500", "Requests", "0.0465"),
    ([_SIGN, "Sign"], "20000", "Requests", "0.3"),
    ([_KEYS, "CreateKey"], "2", "Keys", "2"),
    (["USE1-TimedStorage-ByteHrs", "StandardStorage"], "337", "GB-Month", "7.77"),
]


_BY_SERVICE = [
    (["AWS Key Management Service"], "128502", "N/A", "2.5715"),
    (["Amazon Simple Storage Service"], "337", "N/A", "7.77"),
    (["Tax"], "1", "N/A", "0.1"),
]


def _coarse(content: str, totals: dict[str, float], name: str = "explorer.json") -> BillForm:
    return BillForm(
        name,
        content.encode(),
        exact=False,
        totals=tuple(totals.items()),
        operations=False,
        words=("Cost Explorer",),
    )


def _lost(content: str) -> BillForm:
    return BillForm("explorer.json", content.encode(), lost=True)


def _daily() -> str:
    """Return one result a day: 3,500 requests each, of which 3,000 are free on the first six."""
    results = []
    for day in range(31):
        (result,) = json.loads(
            _explorer([([_REQUESTS], "3500", "Requests", "0.0015")], "USAGE_TYPE")
        )["ResultsByTime"]
        end = f"2026-10-{day + 2:02d}" if day < 30 else "2026-11-01"
        results.append(result | {"TimePeriod": {"Start": f"2026-10-{day + 1:02d}", "End": end}})
    definitions = [{"Type": "DIMENSION", "Key": "USAGE_TYPE"}]
    return json.dumps({"GroupDefinitions": definitions, "ResultsByTime": results})


def _monthly() -> list[dict[str, str]]:
    some = []
    for number, line in enumerate(bill.lines()):
        record = "PayerLineItem" if line.account == bill.PAYER else "LinkedLineItem"
        some.append(_monthly_row(number, line.account, record) | {
            "ProductCode": line.product, "ProductName": line.name, "UsageType": line.usage_type,
            "Operation": line.operation, "ItemDescription": line.words,
            "UsageStartDate": line.start[:19].replace("T", " ").replace("-", "/"),
            "UsageEndDate": line.end[:19].replace("T", " ").replace("-", "/"),
            "UsageQuantity": line.amount, "BlendedRate": line.rate, "CostBeforeTax": line.cost,
            "TotalCost": line.cost,
        })  # fmt: skip
    for record in ("AccountTotal", "InvoiceTotal", "StatementTotal"):
        total = {"ItemDescription": "Total", "CostBeforeTax": "10.4415", "TotalCost": "10.4415"}
        some.append(_monthly_row(900, bill.PAYER, record) | total)
    return some


def _monthly_row(number: int, account: str, record: str) -> dict[str, str]:
    names = [
        "InvoiceID",
        "PayerAccountId",
        "LinkedAccountId",
        "RecordType",
        "RecordID",
        "BillingPeriodStartDate",
        "BillingPeriodEndDate",
        "InvoiceDate",
        "PayerAccountName",
        "LinkedAccountName",
        "TaxationAddress",
        "PayerPONumber",
        "ProductCode",
        "ProductName",
        "SellerOfRecord",
        "UsageType",
        "Operation",
        "RateId",
        "ItemDescription",
        "UsageStartDate",
        "UsageEndDate",
        "UsageQuantity",
        "BlendedRate",
        "CurrencyCode",
        "CostBeforeTax",
        "Credits",
        "TaxAmount",
        "TaxType",
        "TotalCost",
    ]
    return dict.fromkeys(names, "") | {
        "InvoiceID": "Estimated", "PayerAccountId": bill.PAYER, "LinkedAccountId": account,
        "RecordType": record, "RecordID": str(number), "CurrencyCode": "USD",
        "BillingPeriodStartDate": "2026/10/01 00:00:00",
        "BillingPeriodEndDate": "2026/10/31 23:59:59",
        "SellerOfRecord": "Amazon Web Services, Inc.",
    }  # fmt: skip


def _detailed() -> str:
    some = bill.detailed(bill.lines())
    last = dict.fromkeys(some[0], "") | {"RecordType": "StatementTotal", "BlendedCost": "10.4415",
                                         "UnBlendedCost": "10.4415"}  # fmt: skip
    return bill.sheet([*some, last])


FORMS: dict[str, Callable[[], BillForm]] = {
    "Cost Explorer, usage types and operations": lambda: replace(
        _coarse(_explorer(_BY_BOTH, "USAGE_TYPE", "OPERATION"), COARSE), operations=True
    ),
    "Cost Explorer, usage types": lambda: _coarse(_explorer(_BY_TYPE, "USAGE_TYPE"), COARSE),
    "Cost Explorer, services": lambda: _coarse(_explorer(_BY_SERVICE, "SERVICE"), COST_ALONE),
    "Cost Explorer, accounts": lambda: BillForm(
        "explorer.json",
        _explorer([([bill.PAYER], "9", "N/A", "10.3")], "LINKED_ACCOUNT").encode(),
        lost=True,
        words=("Cost Explorer",),
    ),
    "Cost Explorer's CSV of amounts": lambda: _coarse(
        f'"Usage type","{_REQUESTS}(Requests)","{_SIGN}(Requests)","Total usage (Requests)"\n'
        '"Usage type total","108500","20000","128500"\n"2026-10-01","108500","20000","128500"\n',
        {"requests": bill.REQUESTS},
        "costs.csv",
    ),
    "Cost Explorer's CSV of costs": lambda: _coarse(
        f'"Usage type","{_REQUESTS}($)","{_SIGN}($)","{_KEYS}($)","Total costs($)"\n'
        '"Usage type total","0.2715","0.3","2","2.5715"\n'
        '"2026-10-01","0.2715","0.3","2","2.5715"\n',
        COST_ALONE,
        "costs.csv",
    ),
    "Cost Explorer's CSV of services": lambda: _coarse(
        '"Service","Key Management Service($)","S3($)","Tax($)","Total costs($)"\n'
        '"Service total","2.5715","7.77","0.1","10.4415"\n'
        '"2026-10-01","2.5715","7.77","0.1","10.4415"\n',
        COST_ALONE,
        "costs.csv",
    ),
    "Detailed Billing Report": lambda: BillForm("dbr.csv", _detailed().encode(), exact=False),
    "the Bills page": lambda: BillForm(
        "ecsv_10_2026.csv", bill.sheet(_monthly()).encode(), exact=False
    ),
    "Cost Explorer, service and usage type": lambda: _coarse(
        _explorer(
            [(["AWS Key Management Service", *names], amount, unit, cost)
             for names, amount, unit, cost in _BY_TYPE[:3]],
            "SERVICE",
            "USAGE_TYPE",
        ),
        COARSE,
    ),
    "Cost Explorer, short Regions in usage types": lambda: _coarse(
        _explorer([(["USE1-KMS-Requests"], "108500", "Requests", "0.2715"), *_BY_TYPE[1:]],
                  "USAGE_TYPE"),
        COARSE,
    ),
    "Cost Explorer, day by day": lambda: _coarse(_daily(), {"requests": 108_500}),
    "Cost Explorer, pages in a row": lambda: _coarse(
        _explorer(_BY_TYPE[:2], "USAGE_TYPE") + _explorer(_BY_TYPE[2:], "USAGE_TYPE"), COARSE
    ),
    "Cost Explorer, a page of more": lambda: _lost(
        _explorer(_BY_TYPE[:1], "USAGE_TYPE").replace("{", '{"NextPageToken": "EXAMPLE",', 1)
    ),
    "Cost Explorer, costs alone": lambda: _coarse(
        re.sub(r',\s*"UsageQuantity": {[^}]*}', "", _explorer(_BY_TYPE, "USAGE_TYPE")),
        {"requests": 0, "cost_usd": 2.5715},
    ),
    "Cost Explorer, amounts alone": lambda: _coarse(
        re.sub(r'"UnblendedCost": {[^}]*},', "", _explorer(_BY_TYPE, "USAGE_TYPE")),
        {"requests": bill.REQUESTS},
    ),
    "Cost Explorer, Regions": lambda: _lost(
        _explorer([(["us-east-1"], "9", "N/A", "10.3")], "REGION")
    ),
    "Cost Explorer without groups": lambda: _lost(
        json.dumps({"ResultsByTime": [{
            "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
            "Total": {"UnblendedCost": {"Amount": "10.4415", "Unit": "USD"}},
            "Groups": [], "Estimated": False}]})
    ),
    "a forecast of Cost Explorer": lambda: _lost(
        json.dumps({"Total": {"Amount": "2.5715", "Unit": "USD"}, "ForecastResultsByTime": [{
            "TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"}, "MeanValue": "2.5715"}]})
    ),
    "Cost Explorer's CSV, two months and a total": lambda: _coarse(
        f'"Usage type","{_REQUESTS}(Requests)","Total usage (Requests)"\n'
        '"Usage type total","108500","108500"\n'
        '"2026-09-01","8500","8500"\n"2026-10-01","100000","100000"\n',
        {"requests": 108_500},
        "costs.csv",
    ),
}  # fmt: skip
