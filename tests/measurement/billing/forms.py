"""The lines of a bill in the forms that people have them in, beside those that AWS delivers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from tests.extras import needed
from tests.measurement.billing.bills import PAYER, SERVICES, Line, Rows, as_csv, cur2, focus, legacy


def rows_as_csv(rows: Rows, separator: str = ",", end: str = "\r\n", quoted: bool = False) -> str:
    """A table as a spreadsheet or another program writes it."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(
        text, list(rows[0]), delimiter=separator, lineterminator=end, quoting=quoting
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def without_line_breaks(rows: Rows) -> Rows:
    """The rows with cells of one line: other line ends than the table's cannot stand in it."""
    return [{name: str(value).replace("\n", " ") for name, value in row.items()} for row in rows]


def detailed(lines: Sequence[Line], resources: bool = True, consolidated: bool = True) -> Rows:
    """A detailed billing report: everything is a LineItem, and totals stand below."""
    cost, rate = ("UnBlendedCost", "UnBlendedRate") if consolidated else ("Cost", "Rate")
    rows: Rows = []
    for number, line in enumerate(lines):
        usage = line.kind == "Usage"
        rows.append(
            {
                "InvoiceID": "Estimated",
                "PayerAccountId": PAYER,
                "LinkedAccountId": line.account,
                "RecordType": "LineItem",
                "RecordId": str(number),
                "ProductName": SERVICES[line.product],
                "RateId": "1",
                "SubscriptionId": "1",
                "PricingPlanId": "1",
                "UsageType": line.usage_type,
                "Operation": line.operation,
                "AvailabilityZone": "",
                "ReservedInstance": "N",
                "ItemDescription": line.description,
                "UsageStartDate": line.start.replace("T", " ").rstrip("Z"),
                "UsageEndDate": line.end.replace("T", " ").rstrip("Z"),
                "UsageQuantity": line.amount if usage else "",
                **({"BlendedRate": "9", "BlendedCost": "9"} if consolidated else {}),
                rate: line.rate,
                cost: line.cost,
                **({"ResourceId": line.resource, "user:Name": "x"} if resources else {}),
            }
        )
    total = dict.fromkeys(rows[0], "")
    for kind in ("InvoiceTotal", "StatementTotal"):
        rows.append({**total, "RecordType": kind, cost: "99.99"})
    return rows


def bills_page(lines: Sequence[Line]) -> Rows:
    """The CSV of the Bills page: a line a usage type and month, credits and tax beside the cost."""
    rows: Rows = []
    for number, line in enumerate(lines):
        # what is no usage stands in its own column, beside no cost
        amounts = {"CostBeforeTax": "0", "Credits": "0", "TaxAmount": "0"}
        column = {"Usage": "CostBeforeTax", "Credit": "Credits", "Tax": "TaxAmount"}[line.kind]
        rows.append(
            {
                "InvoiceID": "2000000001",
                "PayerAccountId": PAYER,
                "LinkedAccountId": line.account,
                "RecordType": "LinkedLineItem",
                "RecordID": str(number),
                "BillingPeriodStartDate": "2026/11/01 00:00:00",
                "BillingPeriodEndDate": "2026/11/30 23:59:59",
                "ProductCode": line.product,
                "ProductName": SERVICES[line.product],
                "UsageType": line.usage_type,
                "Operation": line.operation,
                "ItemDescription": line.description,
                "UsageStartDate": "2026/11/01 00:00:00",
                "UsageEndDate": "2026/11/30 23:59:59",
                "UsageQuantity": line.amount if line.kind == "Usage" else "0",
                "CurrencyCode": line.currency,
                **amounts,
                column: line.cost,
                "TaxType": "None",
                "TotalCost": line.cost,
            }
        )
    total = dict.fromkeys(rows[0], "")
    rows.append({**total, "RecordType": "InvoiceTotal", "CostBeforeTax": "99.99"})
    return rows


def as_workbook(rows: Rows, numbers: bool = False) -> bytes:
    """A workbook of one sheet; with `numbers`, cells as a spreadsheet reads them."""
    openpyxl = needed("openpyxl")
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("bill")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([_cell(value) if numbers else str(value) for value in row.values()])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cell(value: Any) -> Any:
    try:
        return float(value)
    except ValueError:
        return value or None


def answer(lines: Sequence[Line], estimated: bool = False, by: str = "OPERATION") -> dict[str, Any]:
    """An answer of Cost Explorer, by day, usage type and another dimension."""
    values = {"OPERATION": "operation", "LINKED_ACCOUNT": "account", "REGION": "region"}
    groups: dict[str, dict[tuple[str, str], list[float]]] = {}
    for line in lines:
        day = groups.setdefault(line.start[:10], {})
        sums = day.setdefault((line.usage_type, getattr(line, values[by])), [0.0, 0.0])
        sums[0] += float(line.cost)
        sums[1] += float(line.amount)
    return {
        "GroupDefinitions": [
            {"Type": "DIMENSION", "Key": "USAGE_TYPE"},
            {"Type": "DIMENSION", "Key": by},
        ],
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": day, "End": _next(day)},
                "Total": {},
                "Groups": [
                    {
                        "Keys": list(keys),
                        "Metrics": {
                            "UnblendedCost": {"Amount": f"{cost:.10f}", "Unit": "USD"},
                            "UsageQuantity": {"Amount": f"{amount:.10f}", "Unit": "N/A"},
                        },
                    }
                    for keys, (cost, amount) in groups.get(day, {}).items()
                ],
                "Estimated": estimated,
            }
            for day in (f"2026-11-{number:02}" for number in range(1, 31))
        ],
        "DimensionValueAttributes": [],
    }


def _next(day: str) -> str:
    number = int(day[-2:])
    return f"2026-11-{number + 1:02}" if number < 30 else "2026-12-01"


def download(lines: Sequence[Line], unit: str, turned: bool = False) -> bytes:
    """The CSV that Cost Explorer downloads by usage type: costs ($), or usage, by day."""
    names = sorted({line.usage_type for line in lines})
    days = [f"2026-11-{number:02}" for number in range(1, 31)]
    amounts = dict.fromkeys(((day, name) for day in days for name in names), 0.0)
    for line in lines:
        amounts[line.start[:10], line.usage_type] += float(
            line.cost if unit == "$" else line.amount
        )
    titles = [f"{name}({unit})" for name in names]
    total = "Total costs($)" if unit == "$" else f"Total usage ({unit})"
    table = [["Usage type", *titles, total], ["Usage type total", *[""] * (len(names) + 1)]]
    for day in days:
        values = [amounts[day, name] for name in names]
        table.append(
            [day, *(f"{value:.10f}" if value else "" for value in values), f"{sum(values)}"]
        )
    if turned:
        table = [list(column) for column in zip(*table, strict=True)]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(table)
    return text.getvalue().encode()


def cr_ends(lines: Sequence[Line]) -> bytes:
    """Line ends of old Excel on a Mac."""
    return rows_as_csv(without_line_breaks(legacy(lines)), end="\r").encode()


def blanks_after_commas(lines: Sequence[Line]) -> bytes:
    """`"a", "b"`, as programs write that join cells by hand."""
    rows = without_line_breaks(legacy(lines))
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    cells = (", ".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    return ("\n".join(cells) + "\n").encode()


def blanks_without_quotes(lines: Sequence[Line]) -> bytes:
    """`a, b`, header and all: a cell with a comma in it would be two."""
    rows = without_line_breaks(legacy(lines))
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    cells = (", ".join(cell.replace(",", " ").replace('"', "") for cell in row) for row in table)
    return ("\n".join(cells) + "\n").encode()


def blanks_below_the_header(lines: Sequence[Line]) -> bytes:
    """The same where a program wrote the header otherwise than the lines."""
    header, _, rest = blanks_without_quotes(lines).partition(b"\n")
    return header.replace(b", ", b",") + b"\n" + rest


def latin1(lines: Sequence[Line]) -> bytes:
    """A tag in the code page of Windows."""
    rows = [{**row, "resourceTags/user:Name": "Zürich"} for row in legacy(lines)]
    return rows_as_csv(rows).encode("latin-1")


def _focus12_of_aws(lines: Sequence[Line]) -> Rows:
    rows = focus(lines, "1.2")
    return [{**row, "SkuMeter": row.pop("x_UsageType")} for row in rows]


def _by_code(lines: Sequence[Line]) -> Rows:
    rows = focus(lines, aws_columns=False)
    return [
        {**row, "ServiceName": line.product.upper()} for row, line in zip(rows, lines, strict=True)
    ]


# forms that tell every line
EXACT: dict[str, Callable[[Sequence[Line]], bytes]] = {
    "carriage returns": cr_ends,
    "semicolons": lambda lines: rows_as_csv(legacy(lines), ";").encode(),
    "sep= above the header": lambda lines: b"sep=;\r\n" + rows_as_csv(legacy(lines), ";").encode(),
    "tabs": lambda lines: rows_as_csv(cur2(lines), "\t").encode(),
    "all quoted": lambda lines: rows_as_csv(cur2(lines), quoted=True).encode(),
    "UTF-16 with a mark": lambda lines: as_csv(legacy(lines)).decode().encode("utf-16"),
    "UTF-16 big end first": lambda lines: (
        b"\xfe\xff" + as_csv(legacy(lines)).decode().encode("utf-16-be")
    ),
    "UTF-16 without a mark": lambda lines: as_csv(legacy(lines)).decode().encode("utf-16-le"),
    "UTF-16 and tabs": lambda lines: rows_as_csv(legacy(lines), "\t").encode("utf-16"),
    "latin-1": latin1,
    "blanks after commas": blanks_after_commas,
    "blanks without quotes": blanks_without_quotes,
    "blanks below the header": blanks_below_the_header,
    "FOCUS 1.2 of AWS": lambda lines: as_csv(_focus12_of_aws(lines)),
    "FOCUS by product code": lambda lines: as_csv(_by_code(lines)),
    "FOCUS without AWS's columns": lambda lines: as_csv(focus(lines, aws_columns=False)),
    "detailed report": lambda lines: as_csv(detailed(lines)),
    "detailed report without resources": lambda lines: as_csv(detailed(lines, False)),
    "detailed report of one account": lambda lines: as_csv(detailed(lines, False, False)),
    "Bills page": lambda lines: as_csv(bills_page(lines)),
    "Bills page with a line above": lambda lines: (
        b"Don't see your tags in the report? New tags are excluded by default\n"
        + as_csv(bills_page(lines))
    ),
    "workbook": lambda lines: as_workbook(legacy(lines)),
    "workbook of numbers": lambda lines: as_workbook(legacy(lines), numbers=True),
    "workbook of FOCUS": lambda lines: as_workbook(focus(lines)),
}

# exports of Cost Explorer: by day and group, without tax
COARSE: dict[str, Callable[[Sequence[Line]], bytes]] = {
    "answer by operation": lambda lines: json.dumps(answer(lines)).encode(),
    "answer by account": lambda lines: json.dumps(answer(lines, by="LINKED_ACCOUNT")).encode(),
    "answer by Region": lambda lines: json.dumps(answer(lines, by="REGION"), indent=1).encode(),
    "estimated answer": lambda lines: json.dumps(answer(lines, estimated=True)).encode(),
    "pages in a row": lambda lines: _pages(answer(lines)),
    "periods alone": lambda lines: json.dumps(answer(lines)["ResultsByTime"]).encode(),
    "answer in UTF-16": lambda lines: json.dumps(answer(lines)).encode("utf-16"),
}


def _pages(whole: dict[str, Any]) -> bytes:
    results = whole["ResultsByTime"]
    first = {**whole, "ResultsByTime": results[:9], "NextPageToken": "abc"}
    second = {**whole, "ResultsByTime": results[9:]}
    return f"{json.dumps(first, indent=2)}\n{json.dumps(second)}\n".encode()
