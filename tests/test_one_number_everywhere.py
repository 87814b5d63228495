"""A number is the same wherever it stands: table, JSON, HTML, Markdown, FOCUS and notebook."""

from __future__ import annotations

import html
import json
import math
import re
from decimal import Decimal

import pytest

from estimator import export_focus, forecast, simulate
from estimator.figures import count, money
from tests.acceptance.commands import kmscost
from tests.real_data import ROOT

EXAMPLE = str(ROOT / "examples" / "organization.yaml")
SPAN = ("--from", "2026-11", "--months", "12")
MONTHS = [
    *(f"2026-{month}" for month in (11, 12)),
    *(f"2027-{month:02d}" for month in range(1, 11)),
]


@pytest.fixture(scope="module")
def data():
    """The JSON of the forecast, which everything else is held against."""
    return json.loads(kmscost("forecast", EXAMPLE, *SPAN, "--format", "json", cwd=ROOT).out)


def rows_of(text: str) -> dict[str, list[str]]:
    """The cells behind each month, of whatever table."""
    found = {}
    for line in text.splitlines():
        cells = [cell for cell in re.split(r"\s{2,}|\s*\|\s*", line.strip()) if cell]
        if cells and cells[0] in (*MONTHS, "total", "all"):
            found.setdefault(cells[0], cells[1:])
    return found


def as_printed(row: dict[str, float]) -> tuple[str, str]:
    """Requests and cost as people read them."""
    return count(row["requests"]), money(row["cost_usd"])


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_table_and_markdown(data, form):
    """Each month's requests and cost, and the totals, are those of the JSON."""
    rows = rows_of(kmscost("forecast", EXAMPLE, *SPAN, "--format", form, cwd=ROOT).out)
    for month in data["months"]:
        assert {*as_printed(month)} <= {*rows[month["month"]]}
    assert {*as_printed(data["totals"])} <= {*rows["total"]}


def test_the_report(tmp_path):
    """The page's months ahead are the expected months of `simulate`, and so is their sum."""
    target = tmp_path / "report.html"
    options = ("--month", "2026-10", "--months-ahead", "12", "--no-advice")
    done = kmscost("report", EXAMPLE, *options, "--output", str(target), cwd=ROOT)
    assert done.code == 0, done.text
    page = target.read_text(encoding="utf-8")
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    tables = [
        [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]
        for row in rows
        if (cells := re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL))
    ]
    ahead = {cells[0]: [cells[5], cells[1]] for cells in reversed(tables) if len(cells) > 6}
    # growth counts from the month that is reported
    drawn = simulate(EXAMPLE, "2026-10", 13).monthly.iloc[1:]
    costs, requests = drawn["mean_cost_usd"], drawn["mean_requests"]
    for label, cost, number in zip(drawn["month"], costs, requests, strict=True):
        assert ahead[label] == [count(number), money(cost)]
    assert ahead["all"] == [count(math.fsum(requests)), money(math.fsum(costs))]


def test_focus(data):
    """The cost that FOCUS bills of each month is the forecast's, and so are its requests."""
    focus = export_focus(EXAMPLE, "2026-11", 12).rows
    months = focus["BillingPeriodStart"].astype(str).str[:7]
    for month in data["months"]:
        rows = focus[months == month["month"]]
        cost = sum((Decimal(float(value)) for value in rows["BilledCost"]), Decimal(0))
        requests = rows[rows["ConsumedUnit"] == "Requests"]["ConsumedQuantity"]
        consumed = sum((Decimal(float(value)) for value in requests), Decimal(0))
        assert (count(float(consumed)), money(float(cost))) == as_printed(month)


def test_the_notebook(data):
    """The first notebook shows the total of both readings, and so does the object in Python."""
    notebook = json.loads(
        (ROOT / "notebooks" / "01-first-forecast.ipynb").read_text(encoding="utf-8")
    )
    shown = "".join(
        "".join(out.get("text", "")) + "".join(out.get("data", {}).get("text/plain", ""))
        for cell in notebook["cells"]
        for out in cell.get("outputs", [])
    )
    requests, cost = as_printed(data["totals"])
    assert f"{requests} requests, USD {cost}" in shown
    assert f"{requests} requests, USD {cost}" in repr(forecast(EXAMPLE, "2026-11", 12))
    assert f"cost_usd_writes_exempt     {data['totals']['cost_usd_writes_exempt']:.2f}" in shown
