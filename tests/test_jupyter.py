"""Every result shows itself in Jupyter as tables that are read; names never become markup."""

import gzip
import inspect
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

import estimator
from estimator import (
    advise,
    attribute,
    backtest,
    calibrate,
    check,
    compare,
    discover_terraform,
    explain,
    export_aws_budgets,
    export_focus,
    export_frame,
    export_prometheus,
    forecast,
    load_inventory,
    load_rates,
    measure_cloudtrail,
    rates_diff,
    rates_import,
    rates_show,
    reconcile,
    simulate,
)
from pricing.notebook import NotebookResult
from tests.october import HOME, write_october
from tests.pricing.offers.offer_files import kms, offer, write_file
from tests.real_data import ROOT

EXAMPLE = ROOT / "examples" / "organization.yaml"
HOSTILE = "<script>alert('1')</script><img src=x onerror=alert(2)>"

# what a result is called, and how it is made of the folder below
RESULTS = {
    "Inventory": lambda at: check(at / "inventory.yaml"),
    "Forecast": lambda at: forecast(at / "inventory.yaml", "2026-11", 2, by=["trail"]),
    "Explanation": lambda at: explain(at / "inventory.yaml", "2026-11"),
    "Simulation": lambda at: simulate(at / "inventory.yaml", "2026-11", 2, draws=100),
    "Comparison": lambda at: compare(
        at / "inventory.yaml",
        {"name": HOSTILE, "changes": [{"path": f'trails["{HOSTILE}"].files_per_day', "scale": 2}]},
        "2026-11",
        2,
    ),
    "Actuals": lambda at: measure_cloudtrail(at / "logs"),
    "Attribution": lambda at: attribute(at / "logs"),
    "Calibration": lambda at: calibrate(at / "inventory.yaml", at / "logs"),
    "Backtest": lambda at: backtest(at / "inventory.yaml", at / "logs", "7d"),
    "Reconciliation": lambda at: reconcile(at / "inventory.yaml", at / "bill.csv", "2026-10"),
    "Advice": lambda at: advise(at / "inventory.yaml", "2026-11", 2),
    "Draft": lambda at: discover_terraform(at / "plan.json"),
    "ImportedRates": lambda at: rates_import(at / "prices.json"),
    "RatesDiff": lambda at: rates_diff(
        at / "rates.yaml", at / "<b>.yaml", at / "inventory.yaml", "2026-11", 2
    ),
    "RateTable": lambda at: load_rates(at / "rates.yaml"),
    "RatesInForce": lambda at: rates_show(rates=at / "rates.yaml"),
    "Table charges": lambda at: export_frame(at / "inventory.yaml", "charges", "2026-11", 2),
    "Table focus": lambda at: export_focus(at / "inventory.yaml", "2026-11", 2),
    "Metrics": lambda at: export_prometheus(at / "inventory.yaml", "2026-11", 2),
    # AWS Budgets takes no such name
    "Calls": lambda _: export_aws_budgets(EXAMPLE, "2026-11", 2),
}
WITH_COST = (
    *("Forecast", "Explanation", "Simulation", "Comparison", "Attribution", "Reconciliation"),
    *("Advice", "RatesDiff", "Table charges", "Table focus", "Metrics", "Calls"),
)


TAGS = {
    *("div", "style", "p", "strong", "small", "ul", "li", "pre", "details", "summary"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """The tags of a page, whether they close in order, and the cells of its tables."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()
        self.heads, self.cells, self.numbers = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.open.append(tag)
        if tag == "thead":
            self.heads.append([])
        if tag == "th":
            self.heads[-1].append("")
        if tag == "td":
            self.cells.append("")
            self.is_number = ("class", "number") in attrs

    def handle_data(self, data):
        if self.open and self.open[-1] == "th":
            self.heads[-1][-1] += data
        if self.open and self.open[-1] == "td":
            self.cells[-1] += data
            if self.is_number:
                self.numbers.append(data)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A month of logs, a bill, prices and an inventory, with markup in every name they have."""
    at = tmp_path_factory.mktemp("<i>jupyter")
    document = {
        "version": 1,
        "payer": HOME,
        "regions": ["us-east-1", "eu-west-1"],
        "accounts": [{"id": HOME, "name": HOSTILE}, {"id": "222222222222"}],
        "keys": [{"id": HOSTILE, "region": "us-east-1"}],
        "trails": [
            {
                "name": HOSTILE,
                "key": HOSTILE,
                "files_per_day": {"low": 20, "high": 300, "source": HOSTILE},
            }
        ],
        "readers": [{"name": HOSTILE + "r", "kind": "every-file", "gets_per_file": 1}],
        "budgets": [{"name": HOSTILE, "usd_per_month": 0.01}],
    }
    (at / "inventory.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    write_october(at / "logs")
    for path in (at / "logs").iterdir():
        log = json.loads(gzip.decompress(path.read_bytes()))
        text = json.dumps(log).replace("role/siem", "role/<script>siem")
        path.write_bytes(gzip.compress(text.encode()))
    (at / "logs" / "<script>broken.json").write_text("{", encoding="utf-8")
    bill = (ROOT / "examples" / "bill.csv").read_text(encoding="utf-8")
    (at / "bill.csv").write_text(bill.replace("CurrentKeys", HOSTILE), encoding="utf-8")
    plan = (ROOT / "examples" / "plan.json").read_text(encoding="utf-8")
    (at / "plan.json").write_text(plan.replace('"org"', json.dumps(HOSTILE)), encoding="utf-8")
    write_file(at / "prices.json", offer(kms("us-east-1", "eu-west-1")))
    rates = at / "rates.yaml"
    shipped = yaml.safe_load(Path(load_rates().path).read_text(encoding="utf-8"))
    shipped["meters"][0]["versions"][-1]["source"]["title"] = HOSTILE
    rates.write_text(yaml.safe_dump(shipped), encoding="utf-8")
    shipped["meters"][0]["versions"][-1]["rates"][0]["rate"] = 0.06
    (at / "<b>.yaml").write_text(yaml.safe_dump(shipped), encoding="utf-8")
    return at


@pytest.fixture(scope="module")
def shown(folder):
    """Each result as Jupyter shows it."""
    found = {}
    for name, make in RESULTS.items():
        result = make(folder)
        assert type(result).__name__ == name.partition(" ")[0]
        assert len(repr(result)) < 400 or isinstance(result, list | BaseModel)
        assert "\n" not in repr(result)
        found[name] = result._repr_html_()
    return found


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_itself_and_names_stay_text(name, shown):
    """The HTML closes every tag that it opens, and has tags of tables and texts alone."""
    page = Page()
    page.feed(shown[name])
    page.close()
    assert page.open == []
    assert page.seen <= TAGS
    assert page.seen & {"td", "li", "pre"}
    # names are there, as text; a backtest shows none, rates and metrics escape them themselves
    assert "&lt;" in shown[name] or name in ("Backtest", "Calls", "RateTable")


@pytest.mark.parametrize("name", RESULTS)
def test_a_table_is_read_and_not_decoded(name, shown):
    """Numbers have separators and no noise, columns have whole names, nothing is NaN or None."""
    page = Page()
    page.feed(shown[name])
    assert not [cell for cell in page.cells if cell in ("nan", "NaN", "NaT", "None", "...")]
    # 1,234,567.89: never 1234567.89, 8.6e-05 or 0.30000000000000004
    bare = re.compile(r"^[+-]?(\d{5,}(\.\d*)?|\d+(\.\d+)?e[+-]\d+|\d*\.\d{10,})$")
    assert not [cell for cell in page.numbers if bare.match(cell)]
    for names in page.heads:
        assert not [head for head in names if "..." in head or "\N{HORIZONTAL ELLIPSIS}" in head]
        assert not [head for head in names if "_" in head and head.islower()]
        assert len({head for head in names if head}) == len([head for head in names if head])


@pytest.mark.parametrize("name", WITH_COST)
def test_a_cost_stands_beside_the_other_reading(name, shown):
    """A result that shows a cost in Jupyter shows the other total, and never folded."""
    unfolded = re.sub(r"<details>.*?</details>", "", shown[name], flags=re.DOTALL)
    assert "If AWS does not charge CloudTrail&#39;s own writes" in unfolded


def test_a_long_table_folds_and_keeps_its_sum():
    """Of 60 months 42 stand open, 18 are one line and fold; each is there once; the sum stays."""
    shown = forecast(EXAMPLE, "2026-11", 60)._repr_html_()
    open_part, _, folded = shown.partition("<details>")
    months = re.compile(r"<td>(20\d\d-\d\d)</td>")
    assert len(months.findall(open_part)) == 42
    assert "<td>and 18 more</td>" in open_part
    assert "<td>total</td>" in open_part
    assert len(months.findall(folded)) == 18
    assert len(set(months.findall(shown))) == 60


def test_notices_fold_where_they_are_many():
    """Beyond four they are a line that says how many; the total under the other one stays open."""
    calls = export_aws_budgets(EXAMPLE, "2026-11", 2)
    assert len(calls.notices) > 5
    shown = calls._repr_html_()
    assert f"<summary>{len(calls.notices) - 1} notices</summary>" in shown


def test_names_stand_beside_ids():
    """Accounts of every table whose inventory names them."""
    bill = ROOT / "examples" / "bill.csv"
    change = {"name": "x", "changes": [{"path": "trails[org].files_per_day", "scale": 2}]}
    for result in (
        load_inventory(EXAMPLE),
        forecast(EXAMPLE, "2026-11", 2, by="account"),
        forecast(EXAMPLE, "2026-11", 2, by="quota"),
        compare(EXAMPLE, change, "2026-11", 2, by="billed_account"),
        reconcile(EXAMPLE, bill, "2026-10"),
    ):
        assert re.search(r"<td>222222222222 security</td>", result._repr_html_()), result


@pytest.mark.parametrize("by", [None, "day,reader"])
def test_a_measurement_is_shown_by_what_was_asked_for(by, folder):
    """Without `by` a row is a month and a cause, not a day and a key."""
    shown = measure_cloudtrail(folder / "logs", by)._repr_html_()
    assert ("<th>day</th>" in shown) == (by is not None)
    assert ("<th>cause</th>" in shown) == (by is None)


def test_every_public_result_is_looked_at():
    """No class of a result is public and missing above."""
    # a report is a page of its own in a frame, and has tests of its own
    given = {"KmscostError", "InventoryError", "Range", "MonthlyReport"}
    classes = {name for name in estimator.__all__ if inspect.isclass(getattr(estimator, name))}
    assert classes - given <= {name.partition(" ")[0] for name in RESULTS}
    assert {cls.__name__ for cls in NotebookResult.__subclasses__()} == {
        name.partition(" ")[0] for name in RESULTS
    }
