"""Inventories, bills and pages that the tests of reports share."""

from __future__ import annotations

from html.parser import HTMLParser

from estimator import forecast, load_inventory
from tests.real_data import ROOT
from tests.reconciliation.bills import measured_of

EXAMPLE = ROOT / "examples" / "organization.yaml"
BILL = ROOT / "examples" / "bill.csv"
MONTH = "2026-10"
KEY = "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# whatever names say must stay text: in HTML, in SVG, in a template, in a spreadsheet
HOSTILE = r"""
version: 1
payer: "111122223333"
regions: [us-east-1, eu-west-1]
accounts:
  - {id: "111122223333", name: "<script>alert(1)</script>"}
  - {id: "222222222222", name: "=HYPERLINK(\"http://evil.example\",\"x\")"}
  - {id: "333333333333", name: "<img src=x onerror=alert(2)>"}
  - {id: "444444444444", name: "a\" onmouseover=\"alert(3)"}
  - {id: "555555555555", name: "$\\frac{1}{0}$ & \\1 </svg><script>alert(4)</script>"}
  - {id: "666666666666", name: "日本語 \u202e {{ 7*7 }} {% raw %}"}
keys:
  - {id: "</style><script>alert(5)</script>", region: us-east-1}
trails:
  - name: "</title><script>alert(6)</script>"
    key: "</style><script>alert(5)</script>"
    files_per_day: {low: 50, high: 400, source: "</desc><script>alert(7)</script>"}
readers:
  - name: "$x_$ <b>siem</b>"
    kind: every-file
    account: "222222222222"
    gets_per_file: {low: 1, high: 4, source: "javascript:alert(8)"}
budgets:
  - {name: "<i>small</i> & \\g<1>", usd_per_month: 1.5}
  - {name: "next $", usd_per_month: 2.2}
"""


def measured():
    """Return measurements of the example's October: 3 % more than is forecast, and others."""
    result = forecast(EXAMPLE, MONTH, 1)
    others = [("333333333333", "us-east-1", "Decrypt", 9000.0)]
    return measured_of(result, {"logs": KEY}, scale=1.03, others=others)


class Page(HTMLParser):
    """The elements of a page, and its tables by their captions."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.text = ""
        self._caption = self._inside = ""
        self._row: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "wbr":  # the text goes on
            return
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "figcaption":
            self._caption = ""
        if tag == "table":
            self.tables[self._caption] = []
        if tag == "tr":
            self._row = []
        if tag in ("td", "th"):
            self._row.append("")

    def handle_endtag(self, tag):
        if tag == "tr":
            self.tables[self._caption].append(self._row)
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "figcaption":
            self._caption += data
        if self._inside in ("td", "th"):
            self._row[-1] += data
        if self._inside not in ("style", "script"):
            self.text += data

    def table(self, begins: str) -> list[list[str]]:
        """The rows of the table whose caption begins so, its header first."""
        return next(rows for name, rows in self.tables.items() if name.startswith(begins))


def slide(files, gets, bucket_key, charged, inventory=None):
    """The scenario for `compare` of what sliders say: every value of the example behind them."""
    inventory = inventory or load_inventory(EXAMPLE)
    changes = [
        {"path": "trails[org].files_per_day", "value": 288 * files},
        {"path": "trails[org].bucket.bucket_key", "value": bucket_key},
        {"path": "cloudtrail_writes", "value": "charged" if charged else "exempt"},
    ]
    for account in inventory.accounts:
        own = account.files_per_day
        if own is not None:
            values = {region: files * rate.mid for region, rate in own.by_region.items()}
            if own.other is not None:
                values["other"] = files * own.other.mid
            changes.append({"path": f"accounts[{account.id}].files_per_day", "value": values})
    for reader in inventory.readers:
        if hasattr(reader, "gets_per_file"):
            value = reader.gets_per_file.mid * gets
            changes.append({"path": f"readers[{reader.name}].gets_per_file", "value": value})
    return {"name": "slid", "changes": changes}
