"""The known bill as exports and spreadsheets write it: packings, encodings, columns, delimiters."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.acceptance.forms import known_bill as bill
from tests.acceptance.forms.packings import zipped
from tests.extras import needed

WHOLE = {
    "requests": bill.REQUESTS,
    "free_requests": bill.FREE,
    "key_months": bill.KEY_MONTHS,
    "cost_usd": bill.COST,
    "cost_usd_requests": bill.COST_REQUESTS,
    "cost_usd_keys": bill.COST_KEYS,
}


@dataclass(frozen=True)
class BillForm:
    """The bytes of one file, its name, the totals that are right, and whether it may be refused."""

    file: str
    content: bytes
    exact: bool = True
    lost: bool = False
    totals: tuple[tuple[str, float], ...] = tuple(WHOLE.items())
    operations: bool = True
    words: tuple[str, ...] = ()


def rows() -> list[dict[str, str]]:
    """Return the bill as a legacy Cost and Usage Report."""
    return bill.legacy(bill.lines())


def text(**style: Any) -> str:
    """Return the bill as the CSV of a legacy Cost and Usage Report."""
    return bill.sheet(rows(), **style)


def _cur(content: str, codec: str = "utf-8", **form: Any) -> BillForm:
    return BillForm("cur.csv", content.encode(codec), **form)


def _parquet(some: list[dict[str, str]], name: str = "cur-00001.snappy.parquet") -> BillForm:
    """Return rows as Parquet: numbers and times typed, names as Athena wants them."""
    arrow = needed("pyarrow")
    target = io.BytesIO()
    typed = [{key: _typed(key, value) for key, value in row.items()} for row in some]
    needed("pyarrow.parquet").write_table(arrow.Table.from_pylist(typed), target)
    return BillForm(name, target.getvalue(), exact=False)


_NUMBERS = ("amount", "cost", "quantity")


def _typed(name: str, value: str) -> float | str | None:
    if name.lower().endswith(_NUMBERS):
        return float(value) if value else None
    return value or None


def _athena(name: str) -> str:
    """Return a column's name as a report for Athena writes it: lineItem/UsageType, line_item_…."""
    spaced = "".join(f"_{c.lower()}" if c.isupper() else c for c in name.replace("/", "_"))
    return spaced.replace("__", "_")


def _workbook(name: str = "cur.xlsx") -> BillForm:
    book = needed("openpyxl").Workbook()
    page = book.active
    page.append(list(rows()[0]))
    for row in rows():
        page.append([_typed(key, value) for key, value in row.items()])
    target = io.BytesIO()
    book.save(target)
    return BillForm(name, target.getvalue(), exact=False, words=("xlsx", "workbook", "Excel"))


def _resaved(change: Callable[[str, str], str], delimiter: str = ",") -> str:
    changed = [{key: change(key, value) for key, value in row.items()} for row in rows()]
    return bill.sheet(changed, delimiter=delimiter)


def _shortened(key: str, value: str) -> str:
    return f"{float(value):.5E}" if key.endswith("AccountId") else value


def _without_zero(key: str, value: str) -> str:
    return value.lstrip("0") if key.endswith("AccountId") else value


def _german(key: str, value: str) -> str:
    return value.replace(".", ",") if key.endswith(("Amount", "Cost", "Rate")) else value


def _thousands(key: str, value: str) -> str:
    return f"{int(value):,}" if key.endswith("Amount") and value.isdigit() else value


def _days(key: str, value: str) -> str:
    if not key.endswith(("StartDate", "EndDate")):
        return value
    return f"{int(value[8:10])}.{int(value[5:7])}.{value[:4]} 0:00"


def _blanks(content: str) -> str:
    return "\n".join(", ".join(next(csv.reader([line]))) for line in content.splitlines()) + "\n"


def _total() -> str:
    last = dict.fromkeys(rows()[0], "")
    last |= {"identity/LineItemId": "Total", "lineItem/UsageAmount": "128839",
             "lineItem/UnblendedCost": "10.4415"}  # fmt: skip
    return bill.sheet([*rows(), last])


def _umlaut(content: str) -> str:
    return content.replace("resourceTags/user:Owner", "resourceTags/user:Eigentümer")


def _focus_by_others() -> list[dict[str, str]]:
    """Return FOCUS without AWS's own columns, services by their codes, as converters write it."""
    some = []
    for line in bill.lines():
        (row,) = bill.focus([replace(line, name=line.product)])
        some.append({key: value for key, value in row.items() if not key.startswith("x_")})
    return some


def azure(days: Iterable[int]) -> list[dict[str, str]]:
    (row,) = bill.focus([bill.lines()[0]])
    return [
        row
        | {
            "BilledCost": "5", "EffectiveCost": "5", "ListCost": "5", "ConsumedQuantity": "9000",
            "PricingQuantity": "9000", "BillingAccountId": "/providers/Microsoft.Billing/1",
            "SubAccountId": "/subscriptions/00000000-0000-0000-0000-000000000000",
            "InvoiceIssuerName": "Microsoft", "ProviderName": "Microsoft",
            "PublisherName": "Microsoft", "ServiceName": "Key Vault", "RegionId": "westeurope",
            "ChargeDescription": "Operations", "ResourceId": "/subscriptions/x", "x_Operation": "",
            "x_ServiceCode": "", "x_UsageType": "",
            "ChargePeriodStart": f"2026-10-{day:02d}T00:00:00Z",
            "ChargePeriodEnd": f"2026-10-{day:02d}T23:59:59Z",
        }
        for day in days
    ]  # fmt: skip


def _with_azure() -> str:
    return bill.sheet([*bill.focus(bill.lines()), *azure(range(1, 32))])


def forecast() -> list[dict[str, str]]:
    """Return FOCUS lines of a forecast, which say so themselves."""
    return [row | {"x_IsForecast": "True"} for row in bill.focus(bill.lines())]


# 108,500 requests of which 90,500 are billed: 75,000 + 15,500 = 90,500; x 0.000003 = 0.2715


FORMS: dict[str, Callable[[], BillForm]] = {
    "CUR": lambda: _cur(text()),
    "CUR in gzip": lambda: BillForm("cur-00001.csv.gz", gzip.compress(text().encode())),
    "CUR in zip": lambda: BillForm("cur-00001.csv.zip", zipped({"cur.csv": text().encode()})),
    "CUR in bz2": lambda: BillForm("cur.csv.bz2", bz2.compress(text().encode()), exact=False),
    "CUR in gzip of two members": lambda: BillForm(
        "cur.csv.gz", gzip.compress(text().encode()[:5000]) + gzip.compress(text().encode()[5000:])
    ),
    "CUR in Parquet": lambda: _parquet([{_athena(k): v for k, v in r.items()} for r in rows()]),
    "CUR 2.0": lambda: BillForm(
        "data-00001.csv.gz", gzip.compress(bill.sheet(bill.second(bill.lines())).encode())
    ),
    "CUR 2.0 in Parquet": lambda: _parquet(bill.second(bill.lines())),
    "FOCUS 1.0": lambda: BillForm("focus.csv", bill.sheet(bill.focus(bill.lines())).encode()),
    "FOCUS 1.2": lambda: BillForm(
        "focus.csv", bill.sheet(bill.focus(bill.lines(), "1.2")).encode()
    ),
    "FOCUS 1.2 in Parquet": lambda: _parquet(bill.focus(bill.lines(), "1.2"), "focus.parquet"),
    "FOCUS by others": lambda: BillForm(
        "focus.csv",
        bill.sheet(_focus_by_others()).encode(),
        exact=False,
        totals=(("requests", bill.REQUESTS), ("cost_usd", bill.COST)),
        operations=False,
    ),
    "FOCUS beside Azure": lambda: BillForm("focus.csv", _with_azure().encode()),
    "FOCUS of a forecast": lambda: BillForm(
        "focus.csv", bill.sheet(forecast()).encode(), lost=True, words=("forecast",)
    ),
    "semicolons": lambda: _cur(text(delimiter=";")),
    "tabs": lambda: BillForm("cur.tsv", text(delimiter="\t").encode()),
    "CR line ends": lambda: _cur(text().replace("\n", "\r")),
    "CRLF line ends": lambda: _cur(text().replace("\n", "\r\n")),
    "a mark of UTF-8": lambda: _cur("\ufeff" + text()),
    "UTF-16": lambda: _cur(text(), "utf-16"),
    "UTF-16 with tabs, as Excel saves Unicode text": lambda: BillForm(
        "cur.txt", text(delimiter="\t").replace("\n", "\r\n").encode("utf-16")
    ),
    "latin-1": lambda: _cur(_umlaut(text()), "latin-1"),
    "every cell quoted": lambda: _cur(text(quoting=csv.QUOTE_ALL)),
    "commas at the end of the file": lambda: _cur(text() + "," * 22 + "\n", exact=False),
    "a total at the end": lambda: _cur(_total(), exact=False),
    "two reports, one behind another": lambda: _cur(
        bill.sheet(rows()[:40]) + bill.sheet(rows()[40:]), exact=False
    ),
    "accounts that Excel shortened": lambda: _cur(
        _resaved(_shortened), lost=True, words=("account", "E+", "spreadsheet", "digits")
    ),
    "accounts without their zero": lambda: _cur(_resaved(_without_zero), exact=False),
    "decimal commas": lambda: _cur(_resaved(_german, ";"), exact=False),
    "commas for thousands": lambda: _cur(_resaved(_thousands), exact=False),
    "days as a German Excel writes them": lambda: _cur(_resaved(_days, ";"), exact=False),
    "header alone": lambda: _cur(text().splitlines()[0] + "\n", lost=True),
    "header cut off": lambda: _cur(text()[:200], lost=True),
    "a workbook": _workbook,
    "a workbook named .csv": lambda: _workbook("cur.csv"),
    "JSON lines of a CUR": lambda: BillForm(
        "cur.jsonl", "\n".join(map(json.dumps, rows())).encode(), exact=False
    ),
    "a bill of nothing but S3": lambda: _cur(
        bill.sheet(rows()[-1:]),
        exact=False,
        totals=(("requests", 0), ("cost_usd", 0)),
        operations=False,
    ),
    "a line end inside a cell": lambda: _cur(
        bill.sheet([r | {"resourceTags/user:Owner": "two\nlines"} for r in rows()]), exact=False
    ),
    "FOCUS with NULL": lambda: BillForm(
        "focus.csv",
        bill.sheet(
            [{k: v or "NULL" for k, v in row.items()} for row in bill.focus(bill.lines())]
        ).encode(),
        exact=False,
    ),
    "FOCUS 1.3, providers under other names": lambda: BillForm(
        "focus.csv",
        bill.sheet(bill.focus(bill.lines(), "1.2"))
        .replace("ProviderName,PublisherName", "ServiceProviderName,HostProviderName")
        .encode(),
        exact=False,
    ),
    "names of columns in small letters": lambda: _cur(
        bill.sheet([{k.lower(): v for k, v in row.items()} for row in rows()]), exact=False
    ),
    "amounts with exponents": lambda: _cur(
        text().replace(",3000,", ",3.0E3,").replace(",500,", ",5.0E+2,"), exact=False
    ),
    "amounts with dollar signs": lambda: _cur(text().replace(",0.009,", ",$0.009,"), exact=False),
    "blanks after commas": lambda: _cur(_blanks(text())),
    "a column twice": lambda: _cur(
        "\n".join(
            line + "," + ("lineItem/UsageAmount" if n == 0 else "7")
            for n, line in enumerate(text().splitlines())
        ),
        exact=False,
    ),
    "a title above the header": lambda: _cur(
        "Cost report,October 2026\n\n" + text(), exact=False
    ),
    "sep= above the header": lambda: _cur("sep=;\n" + text(delimiter=";"), exact=False),
}  # fmt: skip
